// What JSON values are read as.
#include <utility>

#include "storage/json/json_options.h"

namespace trueno {

JsonType JsonType::of(Type type) {
  JsonType out{std::move(type), false, false, {}};
  if (out.type.children) {
    for (const TypeField& field : *out.type.children) out.children.push_back(of(field.type));
  }
  return out;
}

JsonType JsonType::list(JsonType element) {
  JsonType out{Type::list(element.type), false, false, {}};
  out.children.push_back(std::move(element));
  return out;
}

JsonType JsonType::map(JsonType value) {
  JsonType out{Type::map(TypeId::kVarchar, value.type), false, false, {of(TypeId::kVarchar)}};
  out.children.push_back(std::move(value));
  return out;
}

JsonType JsonType::structure(std::vector<std::string> names, std::vector<JsonType> types) {
  std::vector<TypeField> fields;
  for (std::size_t i = 0; i < names.size(); ++i) fields.push_back({std::move(names[i]), types[i].type});
  return {Type::structure(std::move(fields)), false, false, std::move(types)};
}

bool operator==(const JsonType& a, const JsonType& b) {
  return a.type == b.type && a.text == b.text && a.verbatim == b.verbatim && a.children == b.children;
}

}  // namespace trueno
