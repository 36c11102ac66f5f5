#include "session/database.h"

#include <algorithm>

#include "backend/scalar/scalar_backend.h"
#include "backend/simd/simd_backend.h"
#include "base/clock.h"
#include "bind/scope.h"
#include "io/local_file_system.h"
#include "session/statement_runner.h"
#include "sql/parser.h"
#include "storage/arrow_module.h"
#include "storage/csv/csv_source.h"
#include "storage/table/table_writer.h"

#ifndef __wasm__
#include <thread>
#endif

namespace trueno::session {

Database::Database() : files_(make_local_file_system()) {
#ifdef __wasm__
  const int cores = 1;
#else
  const int cores = static_cast<int>(std::max(1u, std::thread::hardware_concurrency()));
#endif
  // The one list of devices.
  devices_.push_back(backend::make_scalar_backend(cores));
  if (auto simd = backend::make_simd_backend(cores)) {
    devices_.push_back(std::move(*simd));
  } else {
    device_problem_ = std::move(simd).error();  // TRUENO_SIMD names a set that is not there: every statement says so
  }
}

Database::~Database() = default;

Result<std::vector<StatementResult>> Database::execute(std::string_view sql, const std::vector<Value>& parameters,
                                                       const CancelToken& cancel) {
  if (device_problem_) return *device_problem_;
  const std::vector<sql::StatementPtr> statements = TRUENO_TRY(sql::parse(sql));
  std::vector<StatementResult> results;
  for (const sql::StatementPtr& statement : statements) {
    const Stopwatch watch;
    StatementRunner runner(*this, parameters, cancel);
    results.push_back(TRUENO_TRY(runner.run(*statement)));
    results.back().total_ms = watch.elapsed_ms();
  }
  return results;
}

Result<std::shared_ptr<const TableSource>> Database::open_file(const std::string& path) const {
  const std::string lower = bind::lower_name(path);
  if (lower.ends_with(".csv") || lower.ends_with(".tsv") || lower.ends_with(".txt")) return open_csv(*files_, path);
  const bool arrow = lower.ends_with(".arrow") || lower.ends_with(".feather") || lower.ends_with(".ipc");
  if (!lower.ends_with(".parquet") && !arrow) {
    return error(ErrorCode::kNotSupported, "what format is '{}'?", path).hint("known: .parquet, .csv, .tsv, .arrow, .feather");
  }
  std::shared_ptr<const RandomAccessFile> file = TRUENO_TRY(files_->open(path));
  const ArrowModule* module = TRUENO_TRY(load_arrow_module());
  return arrow ? module->open_arrow_ipc(std::move(file)) : module->open_parquet(std::move(file));
}

std::shared_ptr<const Table> Database::find_table(const std::string& name) const {
  const LockGuard lock(mutex_);
  const auto found = tables_.find(bind::lower_name(name));
  return found == tables_.end() ? nullptr : found->second;
}

std::vector<std::string> Database::table_names() const {
  const LockGuard lock(mutex_);
  std::vector<std::string> names;
  for (const auto& [name, table] : tables_) names.push_back(name);
  return names;
}

Status Database::put_table(const std::string& name, std::shared_ptr<const TableData> data, bool replace) {
  const LockGuard lock(mutex_);
  auto& slot = tables_[bind::lower_name(name)];
  if (slot && !replace)
    return error(ErrorCode::kCatalog, "table {} exists already", name).hint("CREATE OR REPLACE TABLE, or CREATE TABLE IF NOT EXISTS");
  const std::uint64_t version = slot ? slot->version + 1 : 1;
  const std::uint64_t id = slot ? slot->id : next_table_id_++;
  slot = std::make_shared<const Table>(Table{id, version, std::move(data)});
  return {};
}

Status Database::load_table(const std::string& name, const std::string& path) {
  const std::shared_ptr<const TableSource> source = TRUENO_TRY(open_file(path));
  TableWriter writer(source->schema());
  std::vector<int> columns;
  for (std::size_t i = 0; i < source->schema().size(); ++i) columns.push_back(static_cast<int>(i));
  for (std::int64_t part = 0; part < source->part_count(); ++part) {
    const BatchStream stream = TRUENO_TRY(source->scan(part, columns, {}, CancelToken()));
    while (const std::optional<Batch> batch = TRUENO_TRY(stream())) TRUENO_TRY(writer.append(*batch));
  }
  return put_table(name, TRUENO_TRY(writer.finish()), true);
}

}  // namespace trueno::session
