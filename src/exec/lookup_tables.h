#pragma once

#include <map>
#include <memory>

#include "backend/backend.h"
#include "base/threads.h"
#include "kernel/program.h"

namespace trueno::exec {

/// The tables behind a program's `lookup` instructions: what the definition gives for each entry of a query dictionary, made when a morsel
/// with a longer dictionary is first seen. Thread-safe.
class LookupTables {
 public:
  LookupTables(const kernel::Program& program, backend::Backend& device, backend::Backend& reference, const backend::Launch& launch)
      : program_(program), device_(device), reference_(reference), launch_(launch) {}

  /// Tables for the dictionaries of the morsel's coded columns, by lookup number. They live as long as this object.
  [[nodiscard]] Status fill(backend::Morsel& morsel);

 private:
  [[nodiscard]] Result<backend::LookupTable> evaluate(const kernel::Lookup& lookup, const Column& entries) const;
  [[nodiscard]] Result<Batch> run(backend::Backend& device, const std::shared_ptr<const kernel::Program>& definition,
                                  const Column& entries) const;

  const kernel::Program& program_;
  backend::Backend& device_;
  backend::Backend& reference_;
  const backend::Launch& launch_;
  Mutex mutex_;
  std::map<std::pair<std::size_t, const Dictionary*>, std::unique_ptr<const backend::LookupTable>> tables_;
  std::vector<std::shared_ptr<const Dictionary>> owners_;  // keeps the addresses above from being used again
};

}  // namespace trueno::exec
