#pragma once

#include <memory>
#include <string>
#include <variant>
#include <vector>

#include "column/scan_predicate.h"
#include "column/table_source.h"
#include "kernel/needed_keys.h"
#include "kernel/program.h"

namespace trueno::kernel {

/// Rows of a source, or the outputs of earlier pipelines (by their numbers), one after the other.
struct PipelineInput {
  std::shared_ptr<const TableSource> source;  // null: the outputs of `pipelines`
  ScanPredicate predicate;
  std::vector<NeededKey> keys;  // of the tables that are probed: once these are made, they let the source skip more
  std::vector<std::size_t> pipelines;
  bool unmatched = false;  // of the one earlier kBuild pipeline: the rows that no probe so far has marked
};

/// A stretch between two breakers: input, program, and which of the sink's rows go on.
struct Pipeline {
  std::shared_ptr<const Program> program;
  PipelineInput input;
  std::vector<std::size_t> tables;  // the pipelines that build what the program probes, by its table number
  std::int64_t limit = -1;          // rows of the output that are kept, after `offset`; -1: all
  std::int64_t offset = 0;
};

/// Pipelines [first, last) that run again and again, each time over what the round before gave: its rows are the output of `working`, and
/// are added to that of `result`. `last - 1` gives a round's rows; the first round reads those that are there. It ends when a round gives
/// no row, or when as many are there as are wanted.
struct Loop {
  std::size_t working = 0;
  std::size_t result = 0;
  std::size_t first = 0;
  std::size_t last = 0;
  bool reads_result = false;  // the pipelines do: it must be whole after every round
  std::int64_t wanted = -1;   // rows of the result that are asked for; -1: all
};

/// A query ready to be placed and run: pipelines in dependency order, the last one gives the result. Immutable.
struct PipelinePlan {
  std::vector<Pipeline> pipelines;
  std::vector<Loop> loops;        // in order of `first`; inner ones come behind those around them
  Schema result;                  // names and types of the result
  std::vector<Value> parameters;  // bound values by number, for every program
};

/// The program as text, and what its joins say about its source's rows.
[[nodiscard]] std::string print(const Pipeline& pipeline);

}  // namespace trueno::kernel
