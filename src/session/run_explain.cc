// EXPLAIN: the plan, the kernel programs, and for each pipeline where it runs and why not elsewhere. ANALYZE runs the statement, with all
// it changes, and shows what was measured.
#include <fmt/format.h>

#include "base/clock.h"
#include "base/name.h"
#include "bind/scope.h"
#include "compile/compile.h"
#include "session/json_text.h"
#include "session/placement.h"
#include "session/row_builder.h"
#include "session/statement_runner.h"
#include "sql/printer.h"
#include "storage/table/table_writer.h"

namespace trueno::session {

namespace {

struct Explanation {
  std::string statement;
  std::string plan;  // empty: nothing runs over rows
  std::vector<std::string> disabled_rules;
  std::string cache;  // what the result cache did, or would do; empty: nothing is wanted of it
  std::vector<std::string> programs;
  std::vector<Placement> placements;
  double total_ms = -1;  // < 0: not run
};

Result<bool> wants_json(const sql::Explain& explain) {
  bool json = false;
  for (const sql::Option& option : explain.options) {
    const bool format = same_name(option.name.text, "format");
    std::string value;
    if (option.value) {
      if (const auto* word = option.value->as<sql::ColumnRef>()) value = word->name.to_string();
      if (const auto* literal = option.value->as<sql::Literal>()) value = literal->text;
    }
    if (!format || (!same_name(value, "json") && !same_name(value, "text")))
      return error(ErrorCode::kInvalidInput, "EXPLAIN does not know {} {}", option.name.text, value)
          .hint("EXPLAIN (ANALYZE, FORMAT json | text)")
          .at(option.name.span);
    json = same_name(value, "json");
  }
  return json;
}

std::string json_of(const Placement& placement, const std::string& program, std::size_t number) {
  std::string devices;
  for (const dispatch::Bid& bid : placement.bids) {
    devices += fmt::format("{}{{\"device\":{},\"predicted_us\":{},\"chosen\":{},\"reason_lost\":{}}}", devices.empty() ? "" : ",",
                           json_string(bid.device), bid.support.yes() ? json_number(bid.predicted_us) : "null",
                           bid.device == placement.device, json_string(reason_lost(placement, bid)));
  }
  std::string measured = "null";
  if (const exec::PipelineProfile* run = placement.measured)
    measured = fmt::format(
        "{{\"us\":{},\"transfer_us\":{},\"moved_bytes\":{},\"rows_in\":{},\"rows_out\":{},\"parts_skipped\":{},"
        "\"rows_skipped\":{},\"spilled_bytes\":{}}}",
        json_number(run->measured_us), json_number(run->transfer_us), run->moved_bytes, run->rows_in, run->rows_out, run->parts_skipped,
        run->rows_skipped, run->spilled_bytes);
  return fmt::format("{{\"number\":{},\"program\":{},\"device\":{},\"reason\":{},\"devices\":[{}],\"measured\":{}}}", number,
                     json_string(program), json_string(placement.device), json_string(placement.reason), devices, measured);
}

std::string json_of(const Explanation& e) {
  std::string pipelines;
  for (std::size_t i = 0; i < e.placements.size(); ++i)
    pipelines += (i == 0 ? "" : ",") + json_of(e.placements[i], i < e.programs.size() ? e.programs[i] : std::string(), i + 1);
  std::string disabled;
  for (const std::string& rule : e.disabled_rules) disabled += (disabled.empty() ? "" : ",") + json_string(rule);
  return fmt::format("{{\"statement\":{},\"plan\":{},\"disabled_optimizers\":[{}],\"result_cache\":{},\"pipelines\":[{}],\"total_ms\":{}}}",
                     json_string(e.statement), e.plan.empty() ? "null" : json_string(e.plan), disabled,
                     e.cache.empty() ? "null" : json_string(e.cache), pipelines, e.total_ms < 0 ? "null" : json_number(e.total_ms));
}

// `ran` false: it would be so.
std::string text_of(const CacheUse& use, bool ran) {
  switch (use.state) {
    case CacheState::kOff: return {};
    case CacheState::kHit: return ran ? "cached: " + use.reason : "cached: the rows are there";
    case CacheState::kKept: return ran ? "kept" : "not there: the rows would be kept";
    case CacheState::kRefused: return "not kept: " + use.reason;
  }
  return {};
}

}  // namespace

Result<plan::PlanPtr> StatementRunner::plan_statement(const sql::Statement& statement) const {
  if (const auto* query = statement.as<sql::QueryStatement>(); query != nullptr && query->query->as<sql::Describe>() == nullptr)
    return plan_query(*query->query);
  if (const auto* create = statement.as<sql::CreateTable>(); create != nullptr && create->query) return plan_query(*create->query);
  if (const auto* insert = statement.as<sql::Insert>(); insert != nullptr && insert->query) {
    return TRUENO_TRY(plan_insert(*insert, *TRUENO_TRY(table_named(insert->table)))).plan;
  }
  if (const auto* copy = statement.as<sql::Copy>(); copy != nullptr && !copy->from) return plan_copy(*copy);
  if (const auto* view = statement.as<sql::CreateView>()) return plan_query(*view->query);
  if (const auto* call = statement.as<sql::Call>()) return plan_call(*call);
  if (const auto* update = statement.as<sql::Update>()) return plan_changed(update->table, update->alias, update->where.get());
  if (const auto* node = statement.as<sql::Delete>()) return plan_changed(node->table, node->alias, node->where.get());
  return plan::PlanPtr();
}

// The rows that UPDATE and DELETE change.
Result<plan::PlanPtr> StatementRunner::plan_changed(const sql::QualifiedName& name, const sql::Name& alias,
                                                    const sql::Expression* where) const {
  const std::shared_ptr<const catalog::Table> table = TRUENO_TRY(table_named(name));
  const Schema& schema = table->data().schema;
  plan::Expression condition = TRUENO_TRY(changed_rows(where, schema, alias.empty() ? name.last().text : alias.text));
  plan::Scan scan;
  for (std::size_t i = 0; i < schema.size(); ++i) scan.columns.push_back(static_cast<int>(i));
  scan.source = make_table_source(table->content.data, table->name.to_string(), table->id, table->version);
  return optimised(plan::make_plan(plan::Filter{std::move(condition)}, schema, plan::make_plan(std::move(scan), schema)));
}

Result<StatementResult> StatementRunner::run(const sql::Explain& explain) {
  const bool json = TRUENO_TRY(wants_json(explain));
  Explanation explanation;
  explanation.statement = sql::print(*explain.statement);
  const exec::Options options = exec_options();
  draws_ = false;
  const plan::PlanPtr plan = TRUENO_TRY(plan_statement(*explain.statement));
  draws_ = true;
  if (plan) {
    explanation.plan = plan::print(*plan);
    explanation.disabled_rules = disabled_rules();
    const kernel::PipelinePlan pipelines = TRUENO_TRY(compile_plan(*plan, true));
    for (const kernel::Pipeline& pipeline : pipelines.pipelines) explanation.programs.push_back(kernel::print(pipeline));
    explanation.placements = TRUENO_TRY(place(pipelines, database_.devices(), options));
    if (explain.statement->as<sql::QueryStatement>() != nullptr) explanation.cache = text_of(cache_use(*plan), false);
  }
  StatementResult ran;
  if (explain.analyze) {
    const Stopwatch watch;
    ran = TRUENO_TRY(run(*explain.statement));
    explanation.total_ms = watch.elapsed_ms();
    explanation.placements.clear();
    explanation.cache = text_of(ran.cache, true);
    for (const exec::PipelineProfile& profile : ran.profile) explanation.placements.push_back(placement_of(profile));
  }
  StatementResult result;
  result.is_query = true;
  result.profile = ran.profile;
  result.schema = {{"explain_key", TypeId::kVarchar, false}, {"explain_value", TypeId::kVarchar, false}};
  RowBuilder rows(result.schema);
  if (json) {
    TRUENO_TRY(rows.add({text("json"), text(json_of(explanation))}));
  } else {
    TRUENO_TRY(rows.add({text("plan"), text(plan ? explanation.plan : explanation.statement + "\n  (runs over no rows)\n")}));
    if (!explanation.disabled_rules.empty())
      TRUENO_TRY(rows.add({text("disabled optimizers"), text(fmt::format("{}\n", fmt::join(explanation.disabled_rules, ", ")))}));
    if (!explanation.cache.empty()) TRUENO_TRY(rows.add({text("result cache"), text(explanation.cache + "\n")}));
    for (const std::string& program : explanation.programs) TRUENO_TRY(rows.add({text("kernel program"), text(program)}));
    std::string placement;
    for (std::size_t i = 0; i < explanation.placements.size(); ++i) placement += print(explanation.placements[i], i + 1);
    if (explanation.total_ms >= 0) placement += fmt::format("total {:.3f} ms\n", explanation.total_ms);
    if (!placement.empty()) TRUENO_TRY(rows.add({text(explain.analyze ? "placement, measured" : "placement"), text(placement)}));
  }
  result.rows = TRUENO_TRY(rows.finish());
  return result;
}

}  // namespace trueno::session
