#include "engine.h"

#include <chrono>

namespace trueno::test {

namespace {

bool is_setting(const std::string& sql) {
  return sql.starts_with("SET ") || sql.starts_with("set ") || sql.starts_with("RESET ") || sql.starts_with("reset ");
}

}  // namespace

Answer Engine::begin_with(const std::string& settings) {
  settings_ += settings;
  return run(settings);
}

Answer Engine::run(const std::string& sql, const std::string& connection) {
  if (connection.empty()) {
    Answer answer = run(database_.connection(), sql);
    if (share_settings_ && !answer.failed && is_setting(sql)) {
      settings_ += sql + ";";
      for (const auto& [name, other] : connections_) static_cast<void>(run(other, sql));
    }
    return answer;
  }
  const auto [at, fresh] = connections_.try_emplace(connection, database_.connect());
  if (fresh && !settings_.empty()) {
    Answer set_up = run(at->second, settings_);
    if (set_up.failed) return set_up;
  }
  return run(at->second, sql);
}

Answer Engine::run(const Connection& connection, const std::string& sql) {
  Answer answer;
  // A record that does not end fails, and the others run.
  constexpr std::chrono::seconds kLongest(60);
  Query query = connection.query(sql);
  const auto results = query.deadline(kLongest).execute_all();
  if (!results) {
    answer.failed = true;
    answer.not_supported = results.error().code == FailureCode::kNotSupported;
    answer.message = results.error().text;
    return answer;
  }
  for (const QueryResult& result : *results) {
    for (const PipelineReport& pipeline : result.profile()) ++pipelines_[pipeline.device];
  }
  if (!results->empty()) {
    answer.has_result = true;
    answer.result = results->back();
  }
  return answer;
}

}  // namespace trueno::test
