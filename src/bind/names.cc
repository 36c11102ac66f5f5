#include <algorithm>
#include <cctype>

#include "base/int128.h"
#include "base/name.h"
#include "bind/binder.h"
#include "bind/foreign_names.h"

namespace trueno::bind {

namespace {

std::string folded(std::string_view text) {
  std::string out(text);
  std::ranges::transform(out, out.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return out;
}

std::string upper(std::string text) {
  std::ranges::transform(text, text.begin(), [](unsigned char c) { return static_cast<char>(std::toupper(c)); });
  return text;
}

// Edit distance with swaps of neighbours, cut off past `limit`.
std::size_t distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> previous2, previous(b.size() + 1), current(b.size() + 1);
  for (std::size_t j = 0; j <= b.size(); ++j) previous[j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    current[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t change = a[i - 1] == b[j - 1] ? 0 : 1;
      current[j] = std::min({previous[j] + 1, current[j - 1] + 1, previous[j - 1] + change});
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1]) current[j] = std::min(current[j], previous2[j - 2] + 1);
    }
    previous2 = previous;
    std::swap(previous, current);
  }
  return previous[b.size()];
}

}  // namespace

std::string nearest_name(std::string_view name, const std::vector<std::string>& candidates) {
  const std::string wanted = folded(name);
  std::string best;
  std::size_t best_distance = 1 + std::max<std::size_t>(1, wanted.size() / 3);
  for (const std::string& candidate : candidates) {
    const std::size_t d = distance(wanted, folded(candidate));
    if (d < best_distance) {
      best_distance = d;
      best = candidate;
    }
  }
  return best;
}

Result<Type> bind_type(const sql::TypeName& name) {
  using Kind = sql::TypeName::Kind;
  switch (name.kind) {
    case Kind::kNamed: {
      std::vector<int> arguments;
      for (const sql::Literal& modifier : name.modifiers) {
        if (modifier.kind != sql::LiteralKind::kInteger)
          return error(ErrorCode::kBinder, "{} takes whole numbers", name.name.to_string()).at(name.span);
        // A number that no type takes stays one.
        arguments.push_back(static_cast<int>(std::clamp<i128>(parse_i128(modifier.text).value_or(-1), -1, INT32_MAX)));
      }
      auto type = type_from_name(name.name.last().text, std::move(arguments));
      if (!type) return std::move(type).error().at(name.span);
      if (type->has_value()) return **type;
      if (const std::string_view hint = foreign_type(lower_name(name.name.last().text)); !hint.empty())
        return error(ErrorCode::kBinder, "no type {}", name.name.to_string()).hint(std::string(hint)).at(name.span);
      std::vector<std::string> known(type_names().begin(), type_names().end());
      const std::string near = nearest_name(name.name.last().text, known);
      return error(ErrorCode::kBinder, "no type {}", name.name.to_string())
          .hint(near.empty() ? "" : fmt::format("did you mean {}?", upper(near)))
          .at(name.span);
    }
    case Kind::kList:
    case Kind::kArray: return Type::list(TRUENO_TRY(bind_type(name.children[0])));
    case Kind::kMap: {
      Type key = TRUENO_TRY(bind_type(name.children[0]));
      return Type::map(std::move(key), TRUENO_TRY(bind_type(name.children[1])));
    }
    case Kind::kStruct: {
      std::vector<TypeField> fields;
      for (std::size_t i = 0; i < name.children.size(); ++i)
        fields.push_back({name.field_names[i].text, TRUENO_TRY(bind_type(name.children[i]))});
      return Type::structure(std::move(fields));
    }
    case Kind::kEnum: return Type::enumeration(name.labels);
    case Kind::kUnion: break;
  }
  return error(ErrorCode::kNotSupported, "UNION types are not supported").at(name.span);
}

Result<Type> bind_column_type(const sql::ColumnDefinition& column) {
  if (!column.collation.empty()) {
    const std::string name = lower_name(column.collation.last().text);
    if (name != "binary" && name != "c" && name != "posix")
      return error(ErrorCode::kNotSupported, "the collation {} of a column is not supported yet", name)
          .hint("write COLLATE where texts are compared")
          .at(column.collation.span());
  }
  return bind_type(*column.type);
}

}  // namespace trueno::bind
