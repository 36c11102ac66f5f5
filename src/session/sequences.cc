#include "session/sequences.h"

#include <optional>

#include "base/name.h"
#include "catalog/catalog.h"
#include "sql/parser.h"
#include "sql/walk.h"

namespace trueno::session {

namespace {

// The name of the function of a call, when it is one of sequences.
std::optional<std::string> sequence_call(const sql::Expression& expression) {
  const auto* call = expression.as<sql::FunctionCall>();
  if (call == nullptr || call->name.parts.size() != 1) return std::nullopt;
  std::string name = lower_name(call->name.last().text);
  return name == "nextval" || name == "currval" ? std::optional(std::move(name)) : std::nullopt;
}

Result<std::shared_ptr<const catalog::Sequence>> sequence_of(const sql::FunctionCall& call, SourceSpan span, const catalog::Root& root,
                                                             const SearchPath& path) {
  const auto* literal = call.arguments.size() == 1 ? call.arguments[0].value->as<sql::Literal>() : nullptr;
  if (literal == nullptr || literal->kind != sql::LiteralKind::kString)
    return error(ErrorCode::kBinder, "{} takes the name of a sequence as text", call.name.to_string()).at(span);
  const auto written = sql::parse_expression(literal->text);
  const auto* name = written ? (*written)->as<sql::ColumnRef>() : nullptr;
  const auto found = name == nullptr ? std::nullopt : path.find(root, catalog::Space::kSequence, name->name);
  if (!found) return error(ErrorCode::kCatalog, "no sequence {}", literal->text).hint("CREATE SEQUENCE makes one").at(span);
  return root.find<catalog::Sequence>(*found);
}

// Looks for calls without changing anything.
class Finder {
 public:
  [[nodiscard]] bool found(sql::ExpressionPtr& expression) {
    const sql::Visitor look{.expression = [this](sql::ExpressionPtr& part) -> Status {
      found_ = found_ || sequence_call(*part).has_value();
      return {};
    }};
    return !sql::walk(expression, look).has_value() || found_;
  }

 private:
  bool found_ = false;
};

class Drawer {
 public:
  Drawer(const catalog::Root& root, const SearchPath& path, bool draw) : root_(root), path_(path), draw_(draw) {}

  Status query(sql::Query& query) {
    if (auto* values = query.as<sql::Values>()) {
      for (std::vector<sql::ExpressionPtr>& row : values->rows) {
        for (sql::ExpressionPtr& value : row) TRUENO_TRY(replace(value));
      }
    }
    auto* select = query.as<sql::Select>();
    if (select != nullptr && select->from.empty()) {
      for (sql::SelectItem& item : select->items) TRUENO_TRY(replace(item.expression));
    }
    if (select == nullptr) return {};
    for (sql::SelectItem& item : select->items) TRUENO_TRY(replace_last(item.expression));
    TRUENO_TRY(refuse(select->where));
    TRUENO_TRY(refuse(select->having));
    return refuse(select->qualify);
  }

 private:
  Status replace(sql::ExpressionPtr& expression) {
    return replace_sequences(expression, root_, path_,
                             [this](const catalog::Sequence& sequence, SourceSpan span) -> Result<sql::ExpressionPtr> {
                               if (!draw_) return number_literal(sequence.counter->rule().start, span);
                               return number_literal(TRUENO_TRY(sequence.counter->next()), span);
                             });
  }

  // nextval of every row is the binder's; currval is what it was when the statement began.
  Status replace_last(sql::ExpressionPtr& expression) {
    return sql::walk(expression, {.expression = [&](sql::ExpressionPtr& part) -> Status {
                       return sequence_call(*part) == "currval" ? replace(part) : Status();
                     }});
  }

  static Status refuse(sql::ExpressionPtr& expression) {
    if (expression == nullptr || !Finder().found(expression)) return {};
    return error(ErrorCode::kNotSupported, "a sequence in a condition is not supported yet")
        .hint("possible in VALUES, among the items of a SELECT without groups and as a DEFAULT")
        .at(expression->span);
  }

  const catalog::Root& root_;
  const SearchPath& path_;
  const bool draw_;
};

}  // namespace

Result<std::shared_ptr<const catalog::Sequence>> sequence_named(const sql::FunctionCall& call, const catalog::Root& root,
                                                                const SearchPath& path) {
  return sequence_of(call, call.name.span(), root, path);
}

sql::ExpressionPtr number_literal(std::int64_t number, SourceSpan span) {
  // Cast, because nextval is BIGINT however small its numbers are.
  auto written = sql::parse_expression(fmt::format("({})::BIGINT", number));
  TRUENO_ASSERT(written.has_value());
  (*written)->span = span;
  return std::move(*written);
}

bool uses_sequence(const std::string& expression) {
  const std::string lower = lower_name(expression);
  if (lower.find("nextval") == std::string::npos && lower.find("currval") == std::string::npos) return false;
  auto written = sql::parse_expression(expression);
  return written && Finder().found(*written);
}

Status replace_sequences(sql::ExpressionPtr& expression, const catalog::Root& root, const SearchPath& path, const PutNumber& put) {
  return sql::walk(
      expression, {.expression = [&](sql::ExpressionPtr& part) -> Status {
        const std::optional<std::string> function = sequence_call(*part);
        if (!function) return {};
        const SourceSpan span = part->span;
        const auto sequence = TRUENO_TRY(sequence_of(*part->as<sql::FunctionCall>(), span, root, path));
        if (*function == "nextval") {
          part = TRUENO_TRY(put(*sequence, span));
          return {};
        }
        const std::optional<std::int64_t> last = sequence->counter->last();
        if (!last)
          return error(ErrorCode::kInvalidInput, "currval: the sequence has not been used yet").hint("nextval comes first").at(span);
        part = number_literal(*last, span);
        return {};
      }});
}

Status draw_sequences(sql::Statement& statement, const catalog::Root& root, const SearchPath& path, bool draw) {
  Drawer drawer(root, path, draw);
  return sql::walk(statement, {.query = [&drawer](sql::Query& query) { return drawer.query(query); }});
}

}  // namespace trueno::session
