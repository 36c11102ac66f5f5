#include "session/database.h"

#include <algorithm>

#include "backend/scalar/scalar_backend.h"
#include "backend/simd/simd_backend.h"
#ifndef __wasm__
#include "backend/webgpu/webgpu_backend.h"
#include "session/rates_folder.h"
#endif
#include "base/name.h"
#include "exec/workers.h"
#include "io/http_file_system.h"
#include "io/local_file_system.h"
#include "session/file_request.h"
#include "storage/table/table_writer.h"

#ifndef __wasm__
#include <thread>
#endif

namespace trueno::session {

namespace {

// A page fetches URLs itself, so there they are left out.
std::unique_ptr<FileSystem> make_files() {
#ifdef __wasm__
  return make_local_file_system();
#else
  return make_file_system_with_urls(make_local_file_system(), HttpOptions::of_environment());
#endif
}

}  // namespace

Database::Database() : files_(make_files()), implicit_session_(std::make_unique<Session>(*this)) {
#ifdef __wasm__
  const int cores = 1;
#else
  const int cores = static_cast<int>(std::max(1u, std::thread::hardware_concurrency()));
#endif
  // The one list of devices. GPUs load their libraries when they are first asked for.
  std::vector<std::shared_ptr<backend::Backend>> list;
  list.push_back(backend::make_scalar_backend(cores));
  if (auto simd = backend::make_simd_backend(cores)) {
    list.push_back(std::move(*simd));
  } else {
    device_problem_ = std::move(simd).error();  // TRUENO_SIMD names a set that is not there: every statement says so
  }
#ifndef __wasm__
  for (const bool software : {false, true}) {
    backend::WebGpuOptions options;
    options.device.software_allowed = software;
    options.open_on_first_use = true;
    if (auto gpu = backend::make_webgpu_backend(options)) list.push_back(std::move(*gpu));
  }
  devices_ = std::make_unique<dispatch::Devices>(std::move(list), exec::workers, rates_in_cache_folder());
#else
  devices_ = std::make_unique<dispatch::Devices>(std::move(list));
#endif
}

Database::Database(std::vector<std::shared_ptr<backend::Backend>> devices)
    : devices_(std::make_unique<dispatch::Devices>(std::move(devices))),
      files_(make_files()),
      implicit_session_(std::make_unique<Session>(*this)) {}

Database::~Database() = default;

Result<std::vector<StatementResult>> Database::execute(std::string_view sql, const std::vector<Value>& parameters,
                                                       const CancelToken& cancel) {
  const std::shared_ptr<const ParsedText> text = TRUENO_TRY(parse_text(std::string(sql)));
  Parameters bound;
  for (const Value& value : parameters) bound.positional.emplace_back(value);
  RunOptions options;
  options.cancel = cancel;
  std::vector<StatementResult> results;
  TRUENO_TRY(implicit_session_->execute(*text, bound, options, [&](StatementResult result) {
    results.push_back(std::move(result));
    return true;
  }));
  return results;
}

Result<std::shared_ptr<const TableSource>> Database::open_file(const std::string& path) const {
  FileRequest request;
  const auto format = format_of_path(path);
  if (!format) {
    return error(ErrorCode::kNotSupported, "what format is '{}'?", path)
        .hint("known: .parquet, .csv, .tsv, .json, .ndjson, .arrow, .feather; .gz or .zst behind .csv and .json");
  }
  request.format = *format;
  request.paths = {path};
  return open_files(*files_, request);
}

Status Database::put_table(const std::string& name, catalog::TableContent content) {
  catalog::Transaction changes = catalog_.begin();
  catalog::Table table;
  table.definition = std::make_shared<const catalog::TableDefinition>();
  table.content = std::move(content);
  TRUENO_TRY(changes.create({catalog::Space::kRelation, catalog::kMainSchema, lower_name(name)}, std::move(table), true));
  return catalog_.commit(changes);
}

Status Database::load_table(const std::string& name, const std::string& path, const CancelToken& cancel) {
  std::shared_ptr<const TableSource> source = TRUENO_TRY(open_file(path));
  if (auto opened = TRUENO_TRY(source->narrowed({}, {}))) source = std::move(opened);
  TableWriter writer(source->schema());
  std::vector<int> columns;
  for (std::size_t i = 0; i < source->schema().size(); ++i) columns.push_back(static_cast<int>(i));
  for (std::int64_t part = 0; part < source->part_count(); ++part) {
    const BatchStream stream = TRUENO_TRY(source->scan(part, columns, {}, cancel));
    while (const std::optional<Batch> batch = TRUENO_TRY(stream())) {
      TRUENO_TRY(cancel.check());
      TRUENO_TRY(writer.append(*batch));
    }
  }
  return put_table(name, {TRUENO_TRY(writer.finish())});
}

Status Database::load_table(const std::string& name, const Schema& schema, const BatchStream& rows) {
  TableWriter writer(schema);
  while (const std::optional<Batch> batch = TRUENO_TRY(rows())) TRUENO_TRY(writer.append(*batch));
  return put_table(name, {TRUENO_TRY(writer.finish())});
}

}  // namespace trueno::session
