// QueryResult: what it tells of a statement, and its rows as JSON, Arrow and files.
#include "trueno/result.h"

#include <algorithm>
#include <span>

#include "api/convert.h"
#include "api/result_data.h"
#include "column/arrow_c.h"
#include "session/export.h"
#include "session/json_text.h"

namespace trueno {

namespace detail {

static_assert(static_cast<int>(CacheState::Hit) == static_cast<int>(session::CacheState::kHit));
static_assert(static_cast<int>(CacheState::Refused) == static_cast<int>(session::CacheState::kRefused));

std::shared_ptr<const ResultData> make_result_data(session::StatementResult result) {
  auto data = std::make_shared<ResultData>();
  for (const Field& field : result.schema) data->columns.push_back({field.name, field.type.to_string(), field.type.is_numeric()});
  for (const exec::PipelineProfile& p : result.profile) {
    PipelineReport report{p.device,  p.reason,   p.predicted_us,  p.measured_us,  p.transfer_us,
                          p.rows_in, p.rows_out, p.parts_skipped, p.rows_skipped, {}};
    for (const auto& bid : p.bids) report.bids.push_back({bid.device, bid.predicted_us, bid.support.yes(), bid.support.detail});
    data->profile.push_back(std::move(report));
  }
  data->cache = {static_cast<CacheState>(result.cache.state), result.cache.reason};
  for (Column& column : result.rows.columns) {
    const bool readable = column.encoding == Encoding::kPlain || column.encoding == Encoding::kDictionary;
    if (column.physical() != Physical::kString || readable) continue;
    if (Result<Column> decoded = column.decoded()) column = std::move(*decoded);
  }
  data->result = std::move(result);
  return data;
}

}  // namespace detail

namespace {

const std::shared_ptr<const detail::ResultData>& no_result() {
  static const auto empty = std::make_shared<const detail::ResultData>();
  return empty;
}

}  // namespace

QueryResult::QueryResult() : data_(no_result()) {}
QueryResult::QueryResult(std::shared_ptr<const detail::ResultData> data) : data_(std::move(data)) {}
QueryResult::QueryResult(const QueryResult&) = default;
QueryResult& QueryResult::operator=(const QueryResult&) = default;
QueryResult::~QueryResult() = default;

const std::vector<ResultColumn>& QueryResult::columns() const { return data_->columns; }

std::optional<int> QueryResult::column_index(std::string_view name) const {
  const int column = detail::find_column(*data_, name);
  return column < 0 ? std::nullopt : std::optional(column);
}

std::int64_t QueryResult::row_count() const { return data_->result.rows.length; }
bool QueryResult::is_query() const { return data_->result.is_query; }
Rows QueryResult::rows() const { return {data_, row_count()}; }

bool QueryResult::is_null(std::int64_t row, int column) const { return data_->column(column).value(row).is_null(); }
std::string QueryResult::text(std::int64_t row, int column) const { return data_->column(column).value(row).to_string(); }
std::string QueryResult::json(std::int64_t row, int column) const { return session::json_value(data_->column(column).value(row)); }

std::string QueryResult::to_json(JsonStyle style) const {
  const bool array = style == JsonStyle::kArray;
  std::vector<std::string> names;
  for (const ResultColumn& column : columns()) names.push_back(session::json_string(column.name) + ":");
  std::string out(array ? "[" : "");
  for (std::int64_t row = 0; row < row_count(); ++row) {
    if (array && row != 0) out += ",\n";
    out += "{";
    for (std::size_t c = 0; c < names.size(); ++c) out += (c == 0 ? "" : ",") + names[c] + json(row, static_cast<int>(c));
    out += array ? "}" : "}\n";
  }
  return array ? out + "]" : out;
}

Outcome<ArrowStream> QueryResult::to_arrow() const {
  BatchStream next = [data = data_, given = false]() mutable -> Result<std::optional<Batch>> {
    if (std::exchange(given, true)) return std::nullopt;
    return data->result.rows;
  };
  ArrowStream stream;
  const Status status = export_stream(data_->result.schema, std::move(next), stream.get());
  if (!status) return api::to_failure(status.error());
  return stream;
}

Outcome<void> QueryResult::write(FileFormat format, const ByteSink& sink) const {
  const auto bytes = [&](std::span<const std::uint8_t> part) { return sink(part.data(), part.size()); };
  const Status status = format == FileFormat::kParquet ? session::write_parquet(data_->result.schema, data_->result.rows, bytes)
                                                       : session::write_arrow_ipc(data_->result.schema, data_->result.rows, bytes);
  if (!status) return api::to_failure(status.error());
  return {};
}

const std::vector<PipelineReport>& QueryResult::profile() const { return data_->profile; }
const CacheReport& QueryResult::cache() const { return data_->cache; }
const std::vector<std::string>& QueryResult::warnings() const { return data_->result.warnings; }
double QueryResult::total_time_ms() const { return data_->result.total_ms; }

double QueryResult::transfer_time_ms() const {
  double micros = 0;
  for (const PipelineReport& report : data_->profile) micros += report.transfer_us;
  return micros / 1000;
}

double QueryResult::compute_time_ms() const {
  double micros = 0;
  for (const PipelineReport& report : data_->profile) micros += report.measured_us;
  return std::max(micros / 1000 - transfer_time_ms(), 0.0);
}

std::string QueryResult::backend_info() const {
  std::vector<std::string> names;
  std::string text;
  for (const PipelineReport& report : data_->profile) {
    if (std::ranges::find(names, report.device) != names.end()) continue;
    names.push_back(report.device);
    text += (text.empty() ? "" : " + ") + report.device;
  }
  return text;
}

}  // namespace trueno
