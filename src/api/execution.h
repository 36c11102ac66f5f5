#pragma once

#include <functional>

#include "api/engine.h"
#include "trueno/outcome.h"
#include "trueno/result.h"

namespace trueno::detail {

/// One execution of a Query, on the thread that calls it.
struct Execution {
  [[nodiscard]] static CancelToken token_of(const Cancellation& cancellation);
  /// The token of the query's Cancellation, or a fresh one; with the deadline, which is counted from now.
  [[nodiscard]] static CancelToken token_of(const QueryState& state);
  /// `session` outlives the call.
  [[nodiscard]] static Outcome<void> run(const QueryState& state, session::Session& session, const CancelToken& cancel,
                                         const std::function<bool(const QueryResult&)>& take);
  /// The result of the last statement; an empty result for a text without statements.
  [[nodiscard]] static Outcome<QueryResult> run_last(const QueryState& state, session::Session& session, const CancelToken& cancel);
  [[nodiscard]] static QueryResult to_result(session::StatementResult result);
};

}  // namespace trueno::detail
