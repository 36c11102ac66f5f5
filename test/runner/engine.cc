#include "engine.h"

namespace trueno::test {

Answer Engine::run(const std::string& sql) {
  Answer answer;
  const auto results = database_.query(sql).execute_all();
  if (!results) {
    answer.failed = true;
    answer.not_supported = results.error().code == FailureCode::kNotSupported;
    answer.message = results.error().text;
    return answer;
  }
  if (!results->empty()) {
    answer.has_result = true;
    answer.result = results->back();
  }
  return answer;
}

}  // namespace trueno::test
