#include "session/open_transaction.h"

#include "catalog/catalog.h"

namespace trueno::session {

Result<catalog::Transaction> OpenTransaction::begin_statement() const {
  const LockGuard lock(mutex_);
  if (state_ == State::kAborted)
    return error(ErrorCode::kTransaction, "the current transaction is aborted by an earlier failure").hint("ROLLBACK");
  return catalog::Transaction(catalog_, changes_.shared_root());
}

Status OpenTransaction::end_statement(const catalog::Transaction& statement) {
  if (!statement.changed()) return {};
  const LockGuard lock(mutex_);
  if (state_ != State::kOpen) return error(ErrorCode::kTransaction, "the transaction ended while one of its statements ran");
  if (read_only_) return error(ErrorCode::kTransaction, "a read-only transaction cannot change anything");
  return changes_.absorb(statement);
}

void OpenTransaction::abort() {
  const LockGuard lock(mutex_);
  if (state_ == State::kOpen) state_ = State::kAborted;
}

bool OpenTransaction::aborted() const {
  const LockGuard lock(mutex_);
  return state_ == State::kAborted;
}

Status OpenTransaction::commit() {
  const LockGuard lock(mutex_);
  state_ = State::kEnded;
  return catalog_.commit(changes_);
}

void OpenTransaction::end() {
  const LockGuard lock(mutex_);
  state_ = State::kEnded;
}

}  // namespace trueno::session
