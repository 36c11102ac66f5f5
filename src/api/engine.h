#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "api/async_tasks.h"
#include "base/cancel.h"
#include "session/database.h"
#include "trueno/query.h"

namespace trueno::detail {

/// What all handles of one database share. Members are destroyed last first: tasks end before the tables go.
struct Engine {
  session::Database database;
  session::Settings initial;  // what new sessions begin with
  api::AsyncTasks tasks;
};

/// What all handles of one session share.
struct ConnectionState {
  std::shared_ptr<Engine> engine;
  std::shared_ptr<session::Session> own;  // null: the database's own session

  [[nodiscard]] session::Session& session() const { return own ? *own : engine->database.implicit_session(); }
};

struct CancellationState {
  CancelToken token;
};

/// A Query's content: what to run and how.
struct QueryState {
  std::shared_ptr<ConnectionState> connection;
  std::string sql;
  std::shared_ptr<const session::ParsedText> prepared;  // null: `sql` is read when it runs
  session::Parameters parameters;
  std::string backend;  // a value of the setting; empty: as the setting says
  std::optional<Cancellation> cancellation;
  std::optional<std::chrono::milliseconds> deadline;
  std::function<void(const Progress&)> on_progress;
  std::optional<session::CacheRequest> cache;
};

}  // namespace trueno::detail
