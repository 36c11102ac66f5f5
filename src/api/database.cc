// The public C++ API over session/: calls in, values out, no logic.
#include "session/database.h"

#include <algorithm>

#include "trueno/trueno.h"

namespace trueno {

struct QueryResult::Data {
  session::StatementResult result;
  std::vector<ResultColumn> columns;
  std::vector<PipelineReport> profile;
};

QueryResult::QueryResult() = default;
QueryResult::QueryResult(const QueryResult&) = default;
QueryResult& QueryResult::operator=(const QueryResult&) = default;
QueryResult::~QueryResult() = default;

const std::vector<ResultColumn>& QueryResult::columns() const { return data_->columns; }
std::int64_t QueryResult::row_count() const { return data_->result.rows.length; }
bool QueryResult::is_query() const { return data_->result.is_query; }
bool QueryResult::is_null(std::int64_t row, int column) const {
  return data_->result.rows.columns[static_cast<std::size_t>(column)].value(row).is_null();
}
std::string QueryResult::text(std::int64_t row, int column) const {
  return data_->result.rows.columns[static_cast<std::size_t>(column)].value(row).to_string();
}
const std::vector<PipelineReport>& QueryResult::profile() const { return data_->profile; }
double QueryResult::total_time_ms() const { return data_->result.total_ms; }
double QueryResult::transfer_time_ms() const { return 0; }

double QueryResult::compute_time_ms() const {
  double micros = 0;
  for (const PipelineReport& report : data_->profile) micros += report.measured_us;
  return micros / 1000;
}

std::string QueryResult::backend_info() const {
  std::vector<std::string> names;
  for (const PipelineReport& report : data_->profile) {
    if (std::ranges::find(names, report.device) == names.end()) names.push_back(report.device);
  }
  std::string text;
  for (const std::string& name : names) text += (text.empty() ? "" : " + ") + name;
  return text;
}

Cancellation::Cancellation() : token_(std::make_shared<CancelToken>()) {}
void Cancellation::cancel() const { static_cast<const CancelToken*>(token_.get())->cancel(); }

struct Database::Engine {
  session::Database database;
};

Database::Database() : engine_(std::make_unique<Engine>()) {}
Database::~Database() = default;
Database::Database(Database&&) noexcept = default;
Database& Database::operator=(Database&&) noexcept = default;

std::variant<std::vector<QueryResult>, Failure> Database::run(std::string_view sql, const Cancellation& cancellation) {
  auto results = engine_->database.execute(sql, {}, *static_cast<const CancelToken*>(cancellation.token_.get()));
  if (!results) return Failure{std::string(error_code_name(results.error().code())), results.error().to_string(sql)};
  std::vector<QueryResult> out;
  for (session::StatementResult& result : *results) {
    auto data = std::make_shared<QueryResult::Data>();
    for (const Field& field : result.schema) data->columns.push_back({field.name, field.type.to_string(), field.type.is_numeric()});
    for (const exec::PipelineProfile& p : result.profile)
      data->profile.push_back({p.device, p.reason, p.predicted_us, p.measured_us, p.rows_in, p.rows_out, p.parts_skipped});
    data->result = std::move(result);
    QueryResult query_result;
    query_result.data_ = std::move(data);
    out.push_back(std::move(query_result));
  }
  return out;
}

Failure Database::load_table(const std::string& name, const std::string& path) {
  const Status status = engine_->database.load_table(name, path);
  if (status) return {};
  return {std::string(error_code_name(status.error().code())), status.error().to_string()};
}

std::vector<std::string> Database::table_names() const { return engine_->database.table_names(); }

}  // namespace trueno
