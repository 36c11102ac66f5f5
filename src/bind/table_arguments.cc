// Arguments of table functions: values and options.
#include "bind/table_arguments.h"

#include "base/name.h"
#include "sql/ast_expression.h"

namespace trueno::bind {

namespace {

// `words`: a bare word is a text.
Result<Value> constant(const sql::Expression& expression, const Context& context, bool words);

// The type of a list's elements is that of the first value that has one: who takes the list looks at the values.
Result<Value> list_value(const std::vector<sql::ExpressionPtr>& elements, const Context& context, bool words) {
  std::vector<Value> values;
  Type type = TypeId::kVarchar;
  for (const sql::ExpressionPtr& element : elements) values.push_back(TRUENO_TRY(constant(*element, context, words)));
  for (const Value& value : values) {
    if (value.type().id == TypeId::kNull) continue;
    type = value.type();
    break;
  }
  return Value::nested(Type::list(std::move(type)), std::move(values));
}

Result<Value> struct_of(const std::vector<std::pair<std::string, const sql::Expression*>>& members, const Context& context, bool words) {
  std::vector<TypeField> fields;
  std::vector<Value> values;
  for (const auto& [name, expression] : members) {
    values.push_back(TRUENO_TRY(constant(*expression, context, words)));
    fields.push_back({name, values.back().type()});
  }
  return Value::nested(Type::structure(std::move(fields)), std::move(values));
}

Result<Value> constant(const sql::Expression& expression, const Context& context, bool words) {
  std::vector<std::pair<std::string, const sql::Expression*>> members;
  if (const auto* list = expression.as<sql::ListValue>()) return list_value(list->elements, context, words);
  if (const auto* node = expression.as<sql::StructValue>()) {
    for (const sql::StructField& field : node->fields) members.emplace_back(field.name.text, field.value.get());
    return struct_of(members, context, words);
  }
  if (const auto* map = expression.as<sql::MapValue>()) {
    for (const sql::MapEntry& entry : map->entries) {
      const Value key = TRUENO_TRY(constant(*entry.key, context, words));
      members.emplace_back(key.to_string(), entry.value.get());
    }
    return struct_of(members, context, words);
  }
  if (const auto* word = expression.as<sql::ColumnRef>(); words && word != nullptr && word->name.parts.size() == 1)
    return Value::varchar(word->name.last().text);
  return context.constants.evaluate(TRUENO_TRY(bind_constant(expression, context)));
}

}  // namespace

Result<TableArguments> bind_table_arguments(const std::vector<sql::Argument>& arguments, const Context& context) {
  TableArguments out;
  for (const sql::Argument& argument : arguments) {
    const auto* equals = argument.value->as<sql::Binary>();
    const auto* left = equals != nullptr && equals->op == "=" ? equals->left->as<sql::ColumnRef>() : nullptr;
    if (!argument.name.empty()) {
      out.options.emplace_back(lower_name(argument.name.text), TRUENO_TRY(constant(*argument.value, context, true)));
    } else if (left != nullptr && left->name.parts.size() == 1) {
      out.options.emplace_back(lower_name(left->name.last().text), TRUENO_TRY(constant(*equals->right, context, true)));
    } else if (!out.options.empty()) {
      return error(ErrorCode::kBinder, "values come before options").at(argument.value->span);
    } else {
      out.values.push_back(TRUENO_TRY(constant(*argument.value, context, false)));
    }
  }
  return out;
}

}  // namespace trueno::bind
