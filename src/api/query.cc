#include "trueno/query.h"

#include <utility>

#include "api/convert.h"
#include "api/engine.h"
#include "api/execution.h"

namespace trueno {

Cancellation::Cancellation() : state_(std::make_shared<const detail::CancellationState>()) {}
void Cancellation::cancel() const { state_->token.cancel(); }
bool Cancellation::cancelled() const { return state_->token.cancelled(); }

Query::Query(std::unique_ptr<detail::QueryState> state) : state_(std::move(state)) {}
Query::Query(const Query& other) : state_(std::make_unique<detail::QueryState>(*other.state_)) {}
Query& Query::operator=(const Query& other) {
  if (this != &other) state_ = std::make_unique<detail::QueryState>(*other.state_);
  return *this;
}
Query::Query(Query&&) noexcept = default;
Query& Query::operator=(Query&&) noexcept = default;
Query::~Query() = default;

void Query::append(Parameter value) { state_->parameters.bind(state_->parameters.positional.size(), api::to_value(value)); }

Query& Query::bind_named(std::string_view name, Parameter value) {
  state_->parameters.bind(name, api::to_value(value));
  return *this;
}

Query& Query::clear_bindings() {
  state_->parameters.clear();
  return *this;
}

Query& Query::backend(Backend backend) {
  state_->backend = api::backend_name(backend);
  return *this;
}

Query& Query::cancellation(Cancellation cancellation) {
  state_->cancellation = std::move(cancellation);
  return *this;
}

Query& Query::deadline(std::chrono::milliseconds limit) {
  state_->deadline = limit;
  return *this;
}

Query& Query::cache(bool on) {
  state_->cache.reset();
  if (on) state_->cache.emplace();
  return *this;
}

Query& Query::cache_ttl(std::chrono::milliseconds limit) {
  state_->cache = session::CacheRequest{limit};
  return *this;
}

Query& Query::on_progress(std::function<void(const Progress&)> callback) {
  state_->on_progress = std::move(callback);
  return *this;
}

Outcome<QueryResult> Query::execute() {
  return detail::Execution::run_last(*state_, state_->connection->session(), detail::Execution::token_of(*state_));
}

Outcome<QueryResult> Query::execute_simd() { return Query(*this).backend(Backend::Simd).execute(); }
Outcome<QueryResult> Query::execute_scalar() { return Query(*this).backend(Backend::Scalar).execute(); }
Outcome<QueryResult> Query::execute_gpu() { return Query(*this).backend(Backend::Gpu).execute(); }

Outcome<std::vector<QueryResult>> Query::execute_all() {
  std::vector<QueryResult> results;
  const Outcome<void> outcome = execute_each([&](const QueryResult& result) {
    results.push_back(result);
    return true;
  });
  if (!outcome) return outcome.error();
  return results;
}

Outcome<void> Query::execute_each(const std::function<bool(const QueryResult&)>& take) {
  return detail::Execution::run(*state_, state_->connection->session(), detail::Execution::token_of(*state_), take);
}

// The task holds the session but not the engine: the engine waits for its tasks when its last handle goes away, and would otherwise
// never go away.
void Query::execute_async(std::function<void(Outcome<QueryResult>)> done) {
  auto state = std::make_shared<detail::QueryState>(*state_);
  const std::shared_ptr<session::Session> own = state->connection->own;
  detail::Engine& engine = *state->connection->engine;
  session::Session& session = state->connection->session();
  state->connection.reset();
  const CancelToken cancel = detail::Execution::token_of(*state);
  engine.tasks.start([state, own, &session, cancel, done = std::move(done)] { done(detail::Execution::run_last(*state, session, cancel)); },
                     cancel);
}

#if !defined(__wasm__)
std::future<Outcome<QueryResult>> Query::execute_async() {
  auto promise = std::make_shared<std::promise<Outcome<QueryResult>>>();
  std::future<Outcome<QueryResult>> future = promise->get_future();
  execute_async([promise](Outcome<QueryResult> outcome) { promise->set_value(std::move(outcome)); });
  return future;
}
#endif

Outcome<ArrowStream> Query::to_arrow() {
  const Outcome<QueryResult> result = execute();
  if (!result) return result.error();
  return result->to_arrow();
}

Outcome<std::string> Query::to_json() {
  const Outcome<QueryResult> result = execute();
  if (!result) return result.error();
  return result->to_json();
}

PreparedStatement::PreparedStatement(std::unique_ptr<detail::QueryState> state) : Query(std::move(state)) {}

PreparedStatement& PreparedStatement::bind(std::size_t index, Parameter value) {
  state_->parameters.bind(index, api::to_value(value));
  return *this;
}

PreparedStatement& PreparedStatement::bind(std::string_view name, Parameter value) {
  bind_named(name, std::move(value));
  return *this;
}

std::size_t PreparedStatement::parameter_count() const { return state_->prepared->parameters.positional; }
std::vector<std::string> PreparedStatement::parameter_names() const { return state_->prepared->parameters.named; }

}  // namespace trueno
