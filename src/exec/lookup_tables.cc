#include "exec/lookup_tables.h"

namespace trueno::exec {

Result<Batch> LookupTables::run(backend::Backend& device, const std::shared_ptr<const kernel::Program>& definition,
                                const Column& entries) const {
  const std::shared_ptr<const backend::Kernel> kernel = TRUENO_TRY(device.prepare(definition).run_now());
  const auto state = kernel->start(launch_);
  backend::Morsel morsel;
  morsel.batch = {entries.length, {entries}};
  TRUENO_TRY(kernel->run({&morsel, 1}, *state, CancelToken()).run_now());
  return kernel->take_partial(*state).run_now();
}

// All entries at once; where some fail, one by one on the reference, so that each failing entry keeps its own error.
Result<backend::LookupTable> LookupTables::evaluate(const kernel::Lookup& lookup, const Column& entries) const {
  backend::Backend& device = device_.supports(*lookup.definition).yes() ? device_ : reference_;
  Result<Batch> all = run(device, lookup.definition, entries);
  if (all) return backend::LookupTable{TRUENO_TRY(all->columns[0].decoded()), {}};
  backend::LookupTable table;
  ColumnBuilder values(kernel::output_schema(*lookup.definition)[0].type);
  for (std::int64_t entry = 0; entry < entries.length; ++entry) {
    Result<Batch> one = run(reference_, lookup.definition, entries.slice(entry, 1));
    if (one) {
      TRUENO_TRY(values.append_row(one->columns[0], 0));
    } else {
      table.errors.emplace_back(static_cast<std::uint32_t>(entry), std::move(one).error());
      TRUENO_TRY(values.append_null());
    }
  }
  table.values = TRUENO_TRY(values.finish());
  return table;
}

Status LookupTables::fill(backend::Morsel& morsel) {
  morsel.lookups.resize(program_.lookups.size());
  const LockGuard lock(mutex_);
  for (std::size_t i = 0; i < program_.lookups.size(); ++i) {
    const Column& column = morsel.batch.columns[static_cast<std::size_t>(program_.lookups[i].source_column)];
    auto& table = tables_[{i, column.dictionary.get()}];
    if (table == nullptr) {
      table = std::make_unique<const backend::LookupTable>(TRUENO_TRY(evaluate(program_.lookups[i], *column.dictionary->values)));
      owners_.push_back(column.dictionary);
    }
    morsel.lookups[i] = table.get();
  }
  return {};
}

}  // namespace trueno::exec
