#include "session/session.h"

#include <algorithm>
#include <bit>
#include <chrono>
#include <utility>

#include "base/clock.h"
#include "base/hash.h"
#include "base/stack.h"
#include "session/database.h"
#include "session/statement_runner.h"
#include "sql/parser.h"

namespace trueno::session {

Result<std::shared_ptr<const ParsedText>> parse_text(std::string sql) {
  auto text = std::make_shared<ParsedText>();
  text->sql = std::move(sql);
  // 950 levels of parentheses: half a MiB to one.
  const std::size_t levels = std::min<std::size_t>(text->sql.size(), sql::kMaxNesting);
  text->statements = TRUENO_TRY(on_stack((std::size_t{128} << 10) + levels * 4096, [&] { return sql::parse(text->sql); }));
  text->parameters = find_parameters(text->sql);
  return std::shared_ptr<const ParsedText>(std::move(text));
}

Session::Session(Database& database)
    : database_(database), temporary_schema_(catalog::Catalog::temporary_schema(database.catalog().next_stamp())) {
  random_seed_ = hash_combine(static_cast<std::uint64_t>(Clock::system().now_micros()), hash_bytes(temporary_schema_));
}

std::uint64_t Session::next_random_seed() {
  const LockGuard lock(mutex_);
  return hash64(random_seed_++);
}

void Session::set_random_seed(double seed) {
  const LockGuard lock(mutex_);
  random_seed_ = std::bit_cast<std::uint64_t>(seed);
}

Session::~Session() { database_.catalog().forget_temporary(temporary_schema_); }

Status Session::execute(const ParsedText& text, const Parameters& parameters, const RunOptions& options, const OnResult& on_result) {
  if (const std::optional<Error>& problem = database_.device_problem()) return *problem;
  const Values values{TRUENO_TRY(values_for(parameters, text.parameters)), parameters.named};
  for (const sql::StatementPtr& statement : text.statements) {
    const Stopwatch watch;
    RunOptions own = options;
    if (const std::int64_t timeout = settings_.integer("timeout_ms"); timeout > 0)
      own.cancel.set_deadline(std::chrono::steady_clock::now() + std::chrono::milliseconds(timeout));
    StatementResult result = TRUENO_TRY(execute(text, *statement, values, own));
    result.total_ms = watch.elapsed_ms();
    if (!on_result(std::move(result))) return {};
  }
  return {};
}

// What the statement changes becomes visible as its last step: to everybody, or to the statements behind it in its transaction.
Result<StatementResult> Session::execute(const ParsedText& text, const sql::Statement& statement, const Values& values,
                                         const RunOptions& options) {
  const std::shared_ptr<OpenTransaction> open = transaction();
  const auto run = [&]() -> Result<StatementResult> {
    TRUENO_TRY(options.cancel.check());
    catalog::Transaction changes = open ? TRUENO_TRY(open->begin_statement()) : database_.catalog().begin();
    StatementRunner runner(database_, *this, changes, text.sql, values, options);
    StatementResult result = TRUENO_TRY(runner.execute(statement));
    TRUENO_TRY(open ? open->end_statement(changes) : database_.catalog().commit(changes));
    return result;
  };
  const auto* last = statement.as<sql::Transaction>();
  if (last != nullptr && last->action != sql::TransactionAction::kBegin) return end(last->action);
  Result<StatementResult> result = run();
  if (!result && open) open->abort();
  return result;
}

// COMMIT and ROLLBACK: possible also in a transaction that is aborted, where both roll back.
Result<StatementResult> Session::end(sql::TransactionAction action) {
  StatementResult result;
  if (action == sql::TransactionAction::kRollback) {
    TRUENO_TRY(rollback());
    return result;
  }
  const std::shared_ptr<OpenTransaction> open = transaction();
  if (open && open->aborted()) {
    TRUENO_TRY(rollback());
    result.warnings.emplace_back("the transaction was aborted by an earlier failure: it is rolled back, not committed");
    return result;
  }
  TRUENO_TRY(commit());
  return result;
}

Status Session::begin(bool read_only) {
  const LockGuard lock(mutex_);
  if (transaction_) return error(ErrorCode::kTransaction, "a transaction is open already").hint("COMMIT or ROLLBACK it first");
  transaction_ = std::make_shared<OpenTransaction>(database_.catalog(), database_.catalog().begin(), read_only);
  return {};
}

Result<std::shared_ptr<OpenTransaction>> Session::end_transaction(std::string_view what) {
  const LockGuard lock(mutex_);
  if (!transaction_) return error(ErrorCode::kTransaction, "there is no transaction to {}", what).hint("BEGIN starts one");
  return std::exchange(transaction_, nullptr);
}

Status Session::commit() { return TRUENO_TRY(end_transaction("commit"))->commit(); }

Status Session::rollback() {
  TRUENO_TRY(end_transaction("roll back"))->end();
  return {};
}

std::shared_ptr<OpenTransaction> Session::transaction() const {
  const LockGuard lock(mutex_);
  return transaction_;
}

std::int64_t Session::moment() const {
  const LockGuard lock(mutex_);
  return transaction_ ? transaction_->began_at() : Clock::system().now_micros();
}

SearchPath Session::search_path() const {
  const LockGuard lock(mutex_);
  return {temporary_schema_, schema_};
}

void Session::use_schema(std::string schema) {
  const LockGuard lock(mutex_);
  schema_ = std::move(schema);
}

void Session::add_prepared(const std::string& name, std::shared_ptr<const ParsedText> text) {
  const LockGuard lock(mutex_);
  prepared_[name] = std::move(text);
}

std::shared_ptr<const ParsedText> Session::find_prepared(const std::string& name) const {
  const LockGuard lock(mutex_);
  const auto found = prepared_.find(name);
  return found == prepared_.end() ? nullptr : found->second;
}

bool Session::remove_prepared(const std::string& name) {
  const LockGuard lock(mutex_);
  if (!name.empty()) return prepared_.erase(name) != 0;
  prepared_.clear();
  return true;
}

}  // namespace trueno::session
