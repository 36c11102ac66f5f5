// Queries and DESCRIBE: from an AST to rows.
#include <algorithm>

#include "base/large_memory.h"
#include "compile/compile.h"
#include "optimize/optimize.h"
#include "session/catalog_tables.h"
#include "session/error_place.h"
#include "session/narrow_scans.h"
#include "session/statement_runner.h"
#include "sql/parser.h"
#include "sql/printer.h"

#ifndef __wasm__
#include <filesystem>
#include <thread>
#endif

namespace trueno::session {

namespace {

int thread_count(const Settings& settings) {
  const auto asked = static_cast<int>(settings.integer("threads"));
#ifdef __wasm__
  static_cast<void>(asked);
  return 1;
#else
  static const unsigned cores = std::max(1u, std::thread::hardware_concurrency());  // it reads a file each time
  return asked > 0 ? asked : static_cast<int>(cores);
#endif
}

// Empty: there is no disk.
std::string temp_directory(const Settings& settings) {
#if defined(__wasm__)
  static_cast<void>(settings);
  return {};
#else
  static const std::string of_system = [] {
    std::error_code failure;
    return std::filesystem::temp_directory_path(failure).string();
  }();
  std::string named = settings.text("temp_directory");
  return named.empty() ? of_system : named;
#endif
}

dispatch::Policy policy_named(std::string_view name) {
  if (name == "simd") return dispatch::Policy::kSimd;
  if (name == "scalar") return dispatch::Policy::kScalar;
  if (name == "gpu") return dispatch::Policy::kGpu;
  if (name == "intensity") return dispatch::Policy::kIntensity;
  return dispatch::Policy::kCost;
}

}  // namespace

exec::Options StatementRunner::exec_options() const {
  exec::Options options;
  options.threads = thread_count(settings_);
  options.morsel_rows = settings_.integer("morsel_rows");
  options.cache_bytes = settings_.integer("cache_size_mb") << 20;
  options.memory_limit = settings_.bytes("memory_limit");
  options.temp_directory = temp_directory(settings_);
  options.spill_morsels = settings_.integer("spill_morsels");
  // What is kept for the next query is memory too.
  keep_empty_regions(static_cast<std::size_t>(options.memory_limit / 8));
  options.chunk_rows = settings_.integer("chunk_rows");
  options.progress = options_.progress;
  options.policy = policy_named(options_.backend.empty() ? settings_.text("backend") : options_.backend);
  options.policy.fallback = policy_named(settings_.text("fallback"));
  options.policy.gpu_required = settings_.text("gpu_fallback") == "error";
  options.policy.learning = settings_.boolean("dispatch_learning");
  options.policy.software_gpu = settings_.text("gpu_adapter") == "software";
  return options;
}

Result<plan::PlanPtr> StatementRunner::plan_query(const sql::Query& query) const {
  return optimised(TRUENO_TRY(bind::bind_query(query, bind_context())));
}

std::vector<std::string> StatementRunner::disabled_rules() const {
  if (!settings_.boolean("optimizer")) return optimize::optional_rules();
  return optimize::rules_named(settings_.text("disabled_optimizers")).value_or(std::vector<std::string>());
}

Result<plan::PlanPtr> StatementRunner::optimised(plan::PlanPtr plan) const {
  optimize::Options options;
  options.optional_rules = settings_.boolean("optimizer");
  options.statistics_answers = settings_.boolean("statistics_answers");
  options.disabled = disabled_rules();
  plan::PlanPtr better = TRUENO_TRY(optimize::optimize(std::move(plan), constants_, options));
  TRUENO_TRY(narrow_scans(*better, constants_));
  return better;
}

Result<kernel::PipelinePlan> StatementRunner::compile_plan(const plan::Plan& plan, bool trust_claims) const {
  const bool optimizer = settings_.boolean("optimizer");
  const bool skips = optimizer && settings_.boolean("statistics_answers");
  return compile::compile(plan, {.trust_claims = trust_claims, .skip_by_keys = skips, .use_codes = optimizer});
}

Result<StatementResult> StatementRunner::run_plan(const plan::Plan& plan) {
  StatementResult result = TRUENO_TRY(output_of(plan));
  warn_of_refusals(result.profile);
  return result;
}

Result<StatementResult> StatementRunner::output_of(const plan::Plan& plan) const {
  exec::Output output = TRUENO_TRY(execute_plan(plan, false));
  StatementResult result;
  result.is_query = true;
  result.schema = plan.schema;
  result.rows = std::move(output.rows);
  result.profile = std::move(output.profile);
  return result;
}

Result<exec::Output> StatementRunner::execute_plan(const plan::Plan& plan, bool in_pieces) const {
  exec::Options options = exec_options();
  options.in_pieces = in_pieces;
  kernel::PipelinePlan pipelines = TRUENO_TRY(compile_plan(plan, true));
  auto output = exec::run(pipelines, database_.devices(), options, options_.cancel);
  if (!output && output.error().code() == ErrorCode::kCorruptFile) {
    // A file's statistics may have lied: forget what files claim, and read everything. A file that is broken otherwise fails again.
    pipelines = TRUENO_TRY(compile_plan(plan, false));
    output = exec::run(pipelines, database_.devices(), options, options_.cancel);
  }
  return output;
}

// Of a plan whose places are places in the statement's own text.
Result<StatementResult> StatementRunner::run_written(const plan::Plan& plan) {
  auto result = run_plan(plan);
  if (!result) return placed(std::move(result).error(), plan);
  return result;
}

Result<exec::Output> StatementRunner::run_in_pieces(const plan::Plan& plan) {
  exec::Output output = TRUENO_TRY(execute_plan(plan, true));
  warn_of_refusals(output.profile);
  return output;
}

Error StatementRunner::placed(Error failure, const plan::Plan& plan) const {
  if (!failure.span().empty()) return failure;
  const SourceSpan place = place_of(failure, plan, constants_);
  return std::move(failure).at(place);
}

// No silent fallback: each reason once.
void StatementRunner::warn_of_refusals(const std::vector<exec::PipelineProfile>& profile) {
  if (settings_.text("gpu_fallback") != "warn") return;
  for (const exec::PipelineProfile& pipeline : profile) {
    if (pipeline.gpu_refusal.empty()) continue;
    std::string warning = fmt::format("{}: ran on {}", pipeline.reason, pipeline.device);
    if (std::ranges::find(warnings_, warning) == warnings_.end()) warnings_.push_back(std::move(warning));
  }
}

Result<StatementResult> StatementRunner::run(const sql::QueryStatement& query) {
  if (const auto* node = query.query->as<sql::Describe>(); node != nullptr && !node->summarize) {
    draws_ = false;
    return describe(*node);
  }
  if (const std::optional<CacheRequest> cache = cache_wanted()) return run_cached(*query.query, *cache);
  const plan::PlanPtr plan = TRUENO_TRY(plan_query(*query.query));
  return run_written(*plan);
}

Result<StatementResult> StatementRunner::describe(const sql::Describe& node) const {
  if (node.query) return describe(TRUENO_TRY(plan_query(*node.query))->schema, nullptr);
  if (const auto table = names_.find<catalog::Table>(catalog::Space::kRelation, node.table))
    return describe(table->data().schema, table->definition.get());
  // A view, or what else can be read.
  const auto schema = schema_of(node.table);
  if (!schema) return Error(schema.error()).at(node.table.span());
  return describe(*schema, nullptr);
}

Result<Schema> StatementRunner::schema_of(const sql::QualifiedName& name) const {
  std::string written;
  for (const sql::Name& part : name.parts) written += (written.empty() ? "" : ".") + sql::quote_identifier(part.text);
  const std::vector<sql::StatementPtr> all = TRUENO_TRY(sql::parse("FROM " + written));
  return TRUENO_TRY(plan_query(*all.front()->as<sql::QueryStatement>()->query))->schema;
}

Result<StatementResult> StatementRunner::describe(const Schema& schema, const catalog::TableDefinition* definition) {
  StatementResult result;
  result.is_query = true;
  result.schema = describe_schema();
  result.rows = TRUENO_TRY(describe_rows(schema, definition));
  return result;
}

}  // namespace trueno::session
