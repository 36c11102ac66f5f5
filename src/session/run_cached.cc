// Queries whose results are kept. A result is found again by the text of its optimised plan, which names what each source holds: the
// version of a table, the content of a file. So a change of whatever kind, by whomever, leads to another key; nothing has to be told of it.
#include <algorithm>
#include <chrono>

#include "plan/fingerprint.h"
#include "session/statement_runner.h"
#include "sql/printer.h"

namespace trueno::session {

namespace {

constexpr std::string_view kCacheName = "result cache";

std::chrono::milliseconds seconds(std::int64_t count) { return std::chrono::seconds(count); }

}  // namespace

std::optional<CacheRequest> StatementRunner::cache_wanted() const {
  if (options_.cache) return options_.cache;
  if (!settings_.boolean("result_cache")) return std::nullopt;
  CacheRequest request;
  if (const std::int64_t limit = settings_.integer("result_cache_seconds"); limit > 0) request.lifetime = seconds(limit);
  return request;
}

StatementRunner::CacheKey StatementRunner::cache_key(const plan::Plan& plan) const {
  if (reads_clock_) return {{}, "it asks what time it is"};
  if (random_.calls != 0) return {{}, "it asks for random numbers"};
  if (drawn_) return {{}, "it draws numbers of a sequence"};
  plan::Fingerprint print = plan::fingerprint(plan);
  if (!print.unknown.empty()) return {{}, std::move(print.unknown)};
  // No device changes a byte of a result. But who asks for the GPU is told when it did not run there.
  const exec::Options options = exec_options();
  if (options.policy.policy == dispatch::Policy::kGpu)
    print.text += fmt::format("gpu {} {}", settings_.text("gpu_fallback"), settings_.text("gpu_adapter"));
  return {std::move(print.text), {}};
}

CacheUse StatementRunner::cache_use(const plan::Plan& plan) const {
  const std::optional<CacheRequest> wanted = cache_wanted();
  if (!wanted) return {};
  const CacheKey key = cache_key(plan);
  if (!key.refusal.empty()) return {CacheState::kRefused, key.refusal};
  const bool there = database_.results().has(key.text, wanted->lifetime, std::chrono::steady_clock::now());
  return {there ? CacheState::kHit : CacheState::kKept, {}};
}

Result<StatementResult> StatementRunner::run_cached(const sql::Query& query, const CacheRequest& wanted) {
  const plan::PlanPtr plan = TRUENO_TRY(plan_query(query));
  const CacheKey key = cache_key(*plan);
  const auto refused = [](StatementResult result, std::string reason) {
    result.cache = {CacheState::kRefused, std::move(reason)};
    return result;
  };
  if (!key.refusal.empty()) return refused(TRUENO_TRY(run_written(*plan)), key.refusal);

  if (auto found = database_.results().find(key.text, wanted.lifetime, std::chrono::steady_clock::now())) {
    StatementResult result;
    result.is_query = true;
    result.schema = std::move(found->schema);
    result.rows = std::move(found->rows);
    result.cache = {CacheState::kHit, fmt::format("the rows of {} ms ago, and nothing they were made of has changed", found->age.count())};
    exec::PipelineProfile& profile = result.profile.emplace_back();
    profile.device = kCacheName;
    profile.reason = result.cache.reason;
    profile.rows_out = result.rows.length;
    return result;
  }

  StatementResult result = TRUENO_TRY(run_written(*plan));
  if (!warnings_.empty()) return refused(std::move(result), "its warning belongs to it");
  // A file may have been written while it was read.
  const auto again = plan_query(query);
  if (!again || cache_key(**again).text != key.text) return refused(std::move(result), "what it reads changed meanwhile");
  const std::int64_t limit = settings_.integer("result_cache_mb") << 20;
  const bool kept = database_.results().keep({key.text, sql::print(query), result.schema, result.rows, wanted.lifetime}, limit,
                                             std::chrono::steady_clock::now());
  if (!kept) return refused(std::move(result), "it takes more than result_cache_mb");
  result.cache = {CacheState::kKept, {}};
  return result;
}

}  // namespace trueno::session
