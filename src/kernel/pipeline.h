#pragma once

#include <memory>
#include <variant>
#include <vector>

#include "column/scan_predicate.h"
#include "column/table_source.h"
#include "kernel/program.h"

namespace trueno::kernel {

/// Rows of a source, or the outputs of earlier pipelines (by their numbers), one after the other.
struct PipelineInput {
  std::shared_ptr<const TableSource> source;  // null: the outputs of `pipelines`
  ScanPredicate predicate;
  std::vector<std::size_t> pipelines;
  bool unmatched = false;  // of the one earlier kBuild pipeline: the rows that no probe so far has marked
};

/// A stretch between two breakers: input, program, and which of the sink's rows go on.
struct Pipeline {
  std::shared_ptr<const Program> program;
  PipelineInput input;
  std::vector<std::size_t> tables;  // the pipelines that build what the program probes, by its table number
  std::int64_t limit = -1;  // rows of the output that are kept, after `offset`; -1: all
  std::int64_t offset = 0;
};

/// A query ready to be placed and run: pipelines in dependency order, the last one gives the result. Immutable.
struct PipelinePlan {
  std::vector<Pipeline> pipelines;
  Schema result;                  // names and types of the result
  std::vector<Value> parameters;  // bound values by number, for every program
};

}  // namespace trueno::kernel
