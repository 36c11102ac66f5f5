// printf('%05.2f', x) and format('{:05.2f}', x). Both read placeholders into a FormatSpec; text_format.cc prints.
#include "function/families.h"
#include "function/overload.h"
#include "function/text_format.h"
#include "function/utf8.h"

namespace trueno::function {

namespace {

using kernel::Builder;
using kernel::Cell;
using kernel::ValueId;

constexpr std::int64_t kMostWidth = 1'000'000;
constexpr std::size_t kLongestResult = INT32_MAX;

// The arguments of one call: the first is the format, the second (ours) has a letter for each of the others.
class Arguments {
 public:
  explicit Arguments(std::span<const Cell> args) : kinds_(args[1].string.view()), cells_(args.subspan(2)) {}

  /// The next one, or the one of a number; not both in one format.
  Result<std::size_t> next() {
    if (numbered_) return error(ErrorCode::kInvalidInput, "the format mixes numbered and other placeholders");
    counted_ = true;
    return checked(next_++);
  }
  Result<std::size_t> numbered(std::int64_t index) {
    if (counted_) return error(ErrorCode::kInvalidInput, "the format mixes numbered and other placeholders");
    numbered_ = true;
    return checked(static_cast<std::size_t>(index));
  }
  [[nodiscard]] Printed kind(std::size_t index) const { return static_cast<Printed>(kinds_[index]); }
  [[nodiscard]] const Cell& operator[](std::size_t index) const { return cells_[index]; }
  /// An argument that says a width or a precision.
  [[nodiscard]] Result<std::int64_t> amount(std::size_t index) const {
    if (kind(index) != Printed::kInteger) return error(ErrorCode::kInvalidInput, "a width or precision in a format must be a whole number");
    if (cells_[index].integer < -kMostWidth || cells_[index].integer > kMostWidth)
      return error(ErrorCode::kInvalidInput, "a width or precision in a format is too large");
    return static_cast<std::int64_t>(cells_[index].integer);
  }

 private:
  Result<std::size_t> checked(std::size_t index) const {
    if (index < cells_.size()) return index;
    return error(ErrorCode::kInvalidInput, "the format needs argument {} and there are {}", index + 1, cells_.size());
  }

  std::string_view kinds_;
  std::span<const Cell> cells_;
  std::size_t next_ = 0;
  bool counted_ = false;
  bool numbered_ = false;
};

class Text {
 public:
  explicit Text(std::string_view text) : text_(text) {}
  [[nodiscard]] bool at_end() const { return at_ >= text_.size(); }
  [[nodiscard]] char peek(std::size_t ahead = 0) const { return at_ + ahead < text_.size() ? text_[at_ + ahead] : '\0'; }
  char take() { return at_end() ? '\0' : text_[at_++]; }
  bool take_if(char c) {
    if (at_end() || text_[at_] != c) return false;
    ++at_;
    return true;
  }
  std::string_view take_character() {
    const std::size_t begin = at_;
    utf8_next(text_, at_);
    return text_.substr(begin, at_ - begin);
  }
  [[nodiscard]] bool at_digit() const { return peek() >= '0' && peek() <= '9'; }
  Result<std::int64_t> number() {
    std::int64_t value = 0;
    while (at_digit()) {
      value = value * 10 + (take() - '0');
      if (value > kMostWidth) return error(ErrorCode::kInvalidInput, "a number in the format '{}' is too large", text_);
    }
    return value;
  }
  void rewind(std::size_t bytes) { at_ -= bytes; }
  [[nodiscard]] std::size_t place() const { return at_; }
  [[nodiscard]] Error malformed() const {
    return error(ErrorCode::kInvalidInput, "the format '{}' is malformed at byte {}", text_, at_ + 1);
  }

 private:
  std::string_view text_;
  std::size_t at_ = 0;
};

// %[number$][flags][width][.precision][size]letter
Status append_percent(Text& text, Arguments& arguments, std::string& out) {
  FormatSpec spec;
  spec.as_printf = true;
  std::int64_t number = -1;
  if (text.at_digit() && text.peek() != '0') {
    const std::size_t begin = text.place();
    number = TRUENO_TRY(text.number());
    if (!text.take_if('$')) {
      text.rewind(text.place() - begin);
      number = -1;
    }
  }
  for (;; text.take()) {
    const char flag = text.peek();
    if (flag == '-')
      spec.align = '<';
    else if (flag == '+')
      spec.sign = '+';
    else if (flag == ' ')
      spec.sign = spec.sign == 0 ? ' ' : spec.sign;
    else if (flag == '#')
      spec.alternate = true;
    else if (flag == '0')
      spec.zeros = true;
    else if (flag == ',' || flag == '_' || flag == '\'')
      spec.grouping = flag;
    else
      break;
  }
  if (text.take_if('*')) {
    spec.width = TRUENO_TRY(arguments.amount(TRUENO_TRY(arguments.next())));
    if (spec.width < 0) spec.align = '<';
    spec.width = spec.width < 0 ? -spec.width : spec.width;
  } else {
    spec.width = TRUENO_TRY(text.number());
  }
  if (text.take_if('.')) {
    if (text.take_if('*')) {
      spec.precision = TRUENO_TRY(arguments.amount(TRUENO_TRY(arguments.next())));
    } else if (text.at_digit()) {
      spec.precision = TRUENO_TRY(text.number());
    } else if (spec.grouping == 0 && text.peek() == 'd') {
      spec.grouping = '.';  // %.d is DuckDB's form for points between thousands
    } else {
      spec.precision = 0;
    }
  }
  while (text.peek() == 'h' || text.peek() == 'l' || text.peek() == 'z' || text.peek() == 'j' || text.peek() == 't') text.take();
  const std::size_t argument = number < 0 ? TRUENO_TRY(arguments.next()) : TRUENO_TRY(arguments.numbered(number - 1));
  if (text.at_end()) return text.malformed();
  spec.type = text.take();
  // %.0d has no precision: it is DuckDB's way to say that nothing stands between thousands.
  if (arguments.kind(argument) == Printed::kText && spec.type == 's') spec.zeros = false;
  return append_formatted(spec, arguments.kind(argument), arguments[argument], out);
}

Status printf(std::span<const Cell> args, Cell& result, Arena& arena) {
  Arguments arguments(args);
  Text text(args[0].string.view());
  std::string out;
  while (!text.at_end()) {
    const char c = text.take();
    if (c != '%' || text.take_if('%')) {
      out += c;
      continue;
    }
    TRUENO_TRY(append_percent(text, arguments, out));
    if (out.size() > kLongestResult) return error(ErrorCode::kOutOfRange, "printf: the result would be longer than 2 GiB");
  }
  result = Cell::of_string(arena.copy(out));
  return {};
}

// A width or precision: digits, or {} for an argument.
Result<std::int64_t> amount(Text& text, Arguments& arguments) {
  if (!text.take_if('{')) return text.number();
  const std::size_t index = text.at_digit() ? TRUENO_TRY(arguments.numbered(TRUENO_TRY(text.number()))) : TRUENO_TRY(arguments.next());
  if (!text.take_if('}')) return text.malformed();
  const std::int64_t value = TRUENO_TRY(arguments.amount(index));
  if (value < 0) return error(ErrorCode::kInvalidInput, "a width or precision in a format is negative");
  return value;
}

bool is_align(char c) { return c == '<' || c == '>' || c == '^'; }

// {[number][:[[fill]align][sign][#][0][width][.precision][grouping][letter]]}, behind its brace
Status append_braces(Text& text, Arguments& arguments, std::string& out) {
  const bool numbered = text.at_digit();
  const std::size_t argument = numbered ? TRUENO_TRY(arguments.numbered(TRUENO_TRY(text.number()))) : TRUENO_TRY(arguments.next());
  FormatSpec spec;
  if (text.take_if(':')) {
    if (!is_align(text.peek()) && !text.at_end() && text.peek() != '}') {
      const std::size_t begin = text.place();
      const std::string_view fill = text.take_character();
      if (is_align(text.peek())) {
        spec.fill = fill;
      } else {
        text.rewind(text.place() - begin);
      }
    }
    if (is_align(text.peek())) spec.align = text.take();
    if (text.peek() == '+' || text.peek() == '-' || text.peek() == ' ') {
      spec.sign = text.take();
      if (spec.sign == '-') spec.sign = 0;
    }
    spec.alternate = text.take_if('#');
    spec.zeros = text.take_if('0');
    spec.width = TRUENO_TRY(amount(text, arguments));
    const auto take_grouping = [&]() -> Status {
      if (text.peek() == ',' || text.peek() == '_' || text.peek() == '\'') spec.grouping = text.take();
      if (text.peek() == 't') {
        text.take();
        if (text.at_end() || text.peek() == '}') return text.malformed();
        spec.grouping = text.take();
      }
      return {};
    };
    TRUENO_TRY(take_grouping());
    if (text.take_if('.')) {
      if (!text.at_digit() && text.peek() != '{') return text.malformed();
      spec.precision = TRUENO_TRY(amount(text, arguments));
    }
    TRUENO_TRY(take_grouping());
    if (!text.at_end() && text.peek() != '}') spec.type = text.take();
  }
  if (!text.take_if('}')) return text.malformed();
  return append_formatted(spec, arguments.kind(argument), arguments[argument], out);
}

Status format(std::span<const Cell> args, Cell& result, Arena& arena) {
  Arguments arguments(args);
  Text text(args[0].string.view());
  std::string out;
  while (!text.at_end()) {
    const char c = text.take();
    if (c == '{' && !text.take_if('{')) {
      TRUENO_TRY(append_braces(text, arguments, out));
      if (out.size() > kLongestResult) return error(ErrorCode::kOutOfRange, "format: the result would be longer than 2 GiB");
      continue;
    }
    if (c == '}' && !text.take_if('}'))
      return error(ErrorCode::kInvalidInput, "the format '{}' has a }} without its brace", args[0].string.view());
    out += c;
  }
  result = Cell::of_string(arena.copy(out));
  return {};
}

Type printed_type(const Type& type) {
  if (type.id == TypeId::kBoolean || type.id == TypeId::kNull) return TypeId::kBoolean;
  if (type.is_integer())
    return type.id == TypeId::kHugeInt ? Type(TypeId::kHugeInt) : (type.id == TypeId::kUBigInt ? type : Type(TypeId::kBigInt));
  return type.is_numeric() ? Type(TypeId::kDouble) : Type(TypeId::kVarchar);
}
char letter_of(const Type& type) {
  switch (type.id) {
    case TypeId::kBoolean: return static_cast<char>(Printed::kBoolean);
    case TypeId::kHugeInt: return static_cast<char>(Printed::kHugeInteger);
    case TypeId::kBigInt:
    case TypeId::kUBigInt: return static_cast<char>(Printed::kInteger);
    case TypeId::kDouble: return static_cast<char>(Printed::kFloat);
    default: return static_cast<char>(Printed::kText);
  }
}

template <Name name>
Result<Signature> bind_format(std::span<const Type> arguments, const BindContext&) {
  if (arguments.empty() || (arguments[0].id != TypeId::kVarchar && arguments[0].id != TypeId::kNull && arguments[0].id != TypeId::kEnum))
    return no_overload(name, arguments);
  Signature signature{{TypeId::kVarchar}, TypeId::kVarchar};
  for (const Type& type : arguments.subspan(1)) signature.arguments.push_back(printed_type(type));
  return signature;
}

template <Name name, kernel::HostFunction body>
Result<ValueId> lower_format(Builder& b, std::span<const ValueId> args, const Signature& signature) {
  std::string kinds;
  for (std::size_t i = 1; i < args.size(); ++i) kinds += letter_of(signature.arguments[i]);
  std::vector<ValueId> with_kinds{args[0], b.constant(Value::varchar(kinds))};
  with_kinds.insert(with_kinds.end(), args.begin() + 1, args.end());
  return b.host({std::string(std::string_view(name)), body, false, true}, signature.result, std::move(with_kinds));
}

}  // namespace

std::vector<ScalarFunction> printf_functions() {
  return {
      {"printf",
       {},
       "printf(format, a, ...)",
       "The format with each %-placeholder replaced by an argument: %d %5.2f %-10s %x, and %,d with separated thousands.",
       "printf('%s: %05.1f', 'duck', 2.5)",
       "duck: 002.5",
       bind_format<"printf">,
       lower_format<"printf", printf>},
      {"format",
       {},
       "format(format, a, ...)",
       "The format with each {} replaced by an argument; {1} names one, {:>8.2f} and {:,} say how it is printed.",
       "format('{1} of {0:,}', 12345, 'one')",
       "one of 12,345",
       bind_format<"format">,
       lower_format<"format", format>},
  };
}

}  // namespace trueno::function
