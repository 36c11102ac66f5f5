#pragma once

#include "base/result.h"
#include "kernel/pipeline.h"
#include "plan/plan.h"

namespace trueno::compile {

/// What the compiler may assume.
struct Options {
  bool trust_claims = true;  // use bounds that files claim, verified while decoding; false after a file was caught lying
  bool skip_by_keys = true;  // let joins say which rows of a source their tables can match
  bool use_codes = true;     // compute with the codes of dictionary columns; false: with their texts
};

/// Cuts a plan at its pipeline breakers (aggregates, sorts, limits) and writes one kernel program a pipeline. The plan's expressions are
/// already folded and pushed down. Every program is verified. Pure and thread-safe.
[[nodiscard]] Result<kernel::PipelinePlan> compile(const plan::Plan& plan, const Options& options);

/// A program that emits one expression over the given columns; for constants, dictionary entries and DEFAULTs.
[[nodiscard]] Result<kernel::PipelinePlan> compile_expression(const plan::Expression& expression);

}  // namespace trueno::compile
