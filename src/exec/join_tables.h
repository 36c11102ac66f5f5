#pragma once

#include <map>
#include <memory>
#include <vector>

#include "backend/backend.h"
#include "base/parallel.h"
#include "base/threads.h"
#include "kernel/pipeline.h"

namespace trueno::exec {

/// The build sides of a query's joins: made once for each device that probes them, and which of their rows were matched. Thread-safe.
class JoinTables {
 public:
  /// `outputs`: by pipeline; those a pipeline builds on are there before it asks.
  JoinTables(const std::vector<Batch>& outputs, const backend::Launch& common, Parallel parallel)
      : outputs_(outputs), common_(common), parallel_(std::move(parallel)) {}

  /// What is common to all pipelines, with the tables that this one probes on this device.
  [[nodiscard]] Result<std::shared_ptr<const backend::Launch>> launch(const kernel::Pipeline& pipeline, backend::Backend& device);
  /// Pipelines [first, last) will give other rows.
  void forget(std::size_t first, std::size_t last);
  /// The rows of a build side that no probe has marked, in order.
  [[nodiscard]] Result<Batch> unmatched(std::size_t pipeline);

 private:
  [[nodiscard]] backend::MatchedRows& matched(std::size_t pipeline);

  const std::vector<Batch>& outputs_;
  const backend::Launch& common_;
  const Parallel parallel_;
  Mutex mutex_;
  std::map<std::pair<std::size_t, const backend::Backend*>, std::shared_ptr<const backend::JoinTable>> tables_;
  std::map<std::size_t, std::unique_ptr<backend::MatchedRows>> matched_;
};

}  // namespace trueno::exec
