#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#if !defined(__wasm__)
#include <future>
#endif

#include "trueno/backend.h"
#include "trueno/cancellation.h"
#include "trueno/outcome.h"
#include "trueno/profile.h"
#include "trueno/result.h"
#include "trueno/value.h"

namespace trueno {

namespace detail {
struct QueryState;
}  // namespace detail

/// An SQL text that is about to run: bind values, say how, execute. Nothing runs, and nothing is checked, before that.
///
///     auto result = db->query("SELECT * FROM t WHERE x > ?").bind(5).deadline(std::chrono::seconds(1)).execute();
///
/// May be executed again and again. Copies are independent. One object is used by one thread at a time; executions of several objects run
/// at the same time. Keeps the connection alive, and with it the tables.
class TRUENO_API Query {
 public:
  Query(const Query& other);
  Query& operator=(const Query& other);
  Query(Query&&) noexcept;
  Query& operator=(Query&&) noexcept;
  ~Query();

  /// Values for `?` and `$1`, `$2`, ... in order, behind the ones bound before. In a text of several statements each counts its `?` from 1.
  template <class... Values>
  Query& bind(Values&&... values) {
    (append(Parameter(std::forward<Values>(values))), ...);
    return *this;
  }
  /// The value of `$name`; the name with or without `$`.
  Query& bind_named(std::string_view name, Parameter value);
  /// Forgets all values.
  Query& clear_bindings();

  /// Who runs it, instead of the setting `backend`.
  Query& backend(Backend backend);
  /// A wish to stop that others may have while it runs.
  Query& cancellation(Cancellation cancellation);
  /// How long an execution may take, counted from its start: kDeadlineExceeded afterwards.
  Query& deadline(std::chrono::milliseconds limit);
  /// Keeps the results of queries, and gives them again while nothing that they were made of has changed: the versions of the tables and
  /// the contents of the files they read. `QueryResult::cache` says whether it was so, or why a result cannot be kept. Results are shared
  /// by all connections of a database, and bounded by the setting `result_cache_mb`. (For every query: `SET result_cache = true`.)
  Query& cache(bool on = true);
  /// The same, and older ones are not wanted: for what a result should be fresh of that is no change of its sources.
  Query& cache_ttl(std::chrono::milliseconds limit);
  Query& cache_ttl(std::int64_t seconds) { return cache_ttl(std::chrono::seconds(seconds)); }
  /// Told how far an execution is: on one of its worker threads, one call at a time, at most 20 times a second. Must not block.
  Query& on_progress(std::function<void(const Progress&)> callback);

  /// Runs the text and waits. Of several statements: the result of the last; what the earlier ones changed stays when a later one fails.
  Outcome<QueryResult> execute();
  Outcome<QueryResult> execute_simd();
  Outcome<QueryResult> execute_scalar();
  Outcome<QueryResult> execute_gpu();
  /// The results of all statements; on a failure only the failure.
  Outcome<std::vector<QueryResult>> execute_all();
  /// Hands over each statement's result before the next statement runs; false from `take`: no further statement.
  Outcome<void> execute_each(const std::function<bool(const QueryResult&)>& take);

#if !defined(__wasm__)
  /// Runs on a thread of its own and returns at once. The database waits for it (and cancels it) when its last handle goes away; dropping
  /// the future waits for nothing.
  std::future<Outcome<QueryResult>> execute_async();
#endif
  /// The same; `done` is called on that thread. (On WebAssembly, which has no threads: before this returns.)
  void execute_async(std::function<void(Outcome<QueryResult>)> done);

  /// Runs it and gives the rows as an Arrow stream, or as JSON objects.
  Outcome<ArrowStream> to_arrow();
  Outcome<std::string> to_json();

 protected:
  friend class Connection;
  explicit Query(std::unique_ptr<detail::QueryState> state);
  void append(Parameter value);

  std::unique_ptr<detail::QueryState> state_;
};

/// A text that was read once and is executed often, with other values. Use it as a Query, too: deadline, backend, asynchronous execution.
class TRUENO_API PreparedStatement : public Query {
 public:
  /// The value of the parameter at `index`, counted from 0: `?` in the order they are written, `$1` is 0.
  PreparedStatement& bind(std::size_t index, Parameter value);
  /// The value of `$name`.
  PreparedStatement& bind(std::string_view name, Parameter value);

  /// How many `?` or numbered parameters the text has.
  [[nodiscard]] std::size_t parameter_count() const;
  /// Names of the `$name` parameters, without `$`.
  [[nodiscard]] std::vector<std::string> parameter_names() const;

 private:
  friend class Connection;
  explicit PreparedStatement(std::unique_ptr<detail::QueryState> state);
};

}  // namespace trueno
