#include "api/execution.h"

#include <atomic>
#include <chrono>
#include <utility>

#include "api/convert.h"
#include "api/result_data.h"

namespace trueno::detail {

namespace {

// Passes progress on: one call at a time, and not more often than a person can see.
class ProgressRelay {
 public:
  explicit ProgressRelay(std::function<void(const Progress&)> callback) : callback_(std::move(callback)) {}

  void report(std::size_t pipeline, std::int64_t done, std::int64_t total) {
    const bool last = done == total;
    const std::int64_t now =
        std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now().time_since_epoch()).count();
    if (!last && now - reported_.load(std::memory_order_relaxed) < kEveryMs) return;
    if (busy_.exchange(true)) return;  // another worker is telling right now
    reported_.store(now, std::memory_order_relaxed);
    callback_({static_cast<std::int64_t>(pipeline), done, total});
    busy_.store(false);
  }

 private:
  static constexpr std::int64_t kEveryMs = 50;
  std::function<void(const Progress&)> callback_;
  std::atomic<bool> busy_ = false;
  std::atomic<std::int64_t> reported_ = 0;
};

}  // namespace

CancelToken Execution::token_of(const Cancellation& cancellation) { return cancellation.state_->token; }

CancelToken Execution::token_of(const QueryState& state) {
  CancelToken token = state.cancellation ? token_of(*state.cancellation) : CancelToken();
  if (state.deadline) token.set_deadline(std::chrono::steady_clock::now() + *state.deadline);
  return token;
}

Outcome<void> Execution::run(const QueryState& state, session::Session& session, const CancelToken& cancel,
                             const std::function<bool(const QueryResult&)>& take) {
  std::shared_ptr<const session::ParsedText> text = state.prepared;
  if (!text) {
    auto parsed = session::parse_text(state.sql);
    if (!parsed) return api::to_failure(parsed.error(), state.sql);
    text = std::move(*parsed);
  }
  session::RunOptions options;
  options.cancel = cancel;
  options.backend = state.backend;
  options.cache = state.cache;
  if (state.on_progress) {
    auto relay = std::make_shared<ProgressRelay>(state.on_progress);
    options.progress = [relay](std::size_t pipeline, std::int64_t done, std::int64_t total) { relay->report(pipeline, done, total); };
  }
  const Status status = session.execute(*text, state.parameters, options,
                                        [&](session::StatementResult result) { return take(to_result(std::move(result))); });
  if (!status) return api::to_failure(status.error(), text->sql);
  return {};
}

Outcome<QueryResult> Execution::run_last(const QueryState& state, session::Session& session, const CancelToken& cancel) {
  QueryResult last;
  const Outcome<void> outcome = run(state, session, cancel, [&](const QueryResult& result) {
    last = result;
    return true;
  });
  if (!outcome) return outcome.error();
  return last;
}

QueryResult Execution::to_result(session::StatementResult result) { return QueryResult(make_result_data(std::move(result))); }

}  // namespace trueno::detail
