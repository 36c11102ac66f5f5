#include "exec/join_tables.h"

#include "column/rows.h"

namespace trueno::exec {

backend::MatchedRows& JoinTables::matched(std::size_t pipeline) {
  std::unique_ptr<backend::MatchedRows>& rows = matched_[pipeline];
  if (rows == nullptr) rows = std::make_unique<backend::MatchedRows>(outputs_[pipeline].length);
  return *rows;
}

Result<std::shared_ptr<const backend::Launch>> JoinTables::launch(const kernel::Pipeline& pipeline, backend::Backend& device) {
  // Without tables nothing is of its own: not copied, since there may be many parameters.
  if (pipeline.tables.empty()) return std::shared_ptr<const backend::Launch>(std::shared_ptr<void>(), &common_);
  auto launch = std::make_shared<backend::Launch>(common_);
  const LockGuard lock(mutex_);
  for (std::size_t number = 0; number < pipeline.tables.size(); ++number) {
    const std::size_t build = pipeline.tables[number];
    const kernel::JoinTable& table = pipeline.program->tables[number];
    std::shared_ptr<const backend::JoinTable>& made = tables_[{build, &device}];
    if (made == nullptr) made = TRUENO_TRY(device.build(table, outputs_[build], parallel_).run_now());
    launch->tables.push_back(made);
    launch->matched.push_back(table.mark ? &matched(build) : nullptr);
  }
  return std::shared_ptr<const backend::Launch>(std::move(launch));
}

void JoinTables::forget(std::size_t first, std::size_t last) {
  const LockGuard lock(mutex_);
  const auto inside = [&](std::size_t pipeline) { return pipeline >= first && pipeline < last; };
  std::erase_if(tables_, [&](const auto& table) { return inside(table.first.first); });
  std::erase_if(matched_, [&](const auto& rows) { return inside(rows.first); });
}

Result<Batch> JoinTables::unmatched(std::size_t pipeline) {
  const Batch& all = outputs_[pipeline];
  const LockGuard lock(mutex_);
  const backend::MatchedRows& marks = matched(pipeline);
  std::vector<std::uint32_t> rows;
  for (std::int64_t row = 0; row < all.length; ++row) {
    if (!marks.is_marked(static_cast<std::uint32_t>(row))) rows.push_back(static_cast<std::uint32_t>(row));
  }
  Batch out;
  out.length = static_cast<std::int64_t>(rows.size());
  for (const Column& column : all.columns) out.columns.push_back(TRUENO_TRY(take_rows(column, rows)));
  return out;
}

}  // namespace trueno::exec
