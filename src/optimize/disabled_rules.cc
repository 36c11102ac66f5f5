// The setting disabled_optimizers: which rules a list of names means.
#include <algorithm>

#include "base/name.h"
#include "optimize/optimize.h"
#include "optimize/rules.h"

namespace trueno::optimize {

namespace {

bool is_optional(const Rule& rule) { return rule.kind != RuleKind::kLowering && rule.kind != RuleKind::kWhole; }

// What DuckDB calls its rules, and the rules here that do the same, divided by spaces. Without one there is nothing to switch off.
struct ForeignRule {
  std::string_view name;
  std::string_view rules;
};
constexpr ForeignRule kForeignRules[] = {
    {"aggregate_function_rewriter", ""},
    {"build_side_probe_side", "order_joins"},
    {"column_lifetime", "prune_columns prune_shared"},
    {"common_aggregate", ""},
    {"common_subexpressions", ""},
    {"common_subplan", ""},
    {"compressed_materialization", ""},
    {"cse", ""},
    {"cte_filter_pusher", ""},
    {"cte_inlining", ""},
    {"deliminator", ""},
    {"distinct_aggregate_rewrite", ""},
    {"duplicate_groups", ""},
    {"empty_result_pullup", "prune_empty"},
    {"expression_rewriter", "fold_constants factor_disjunctions"},
    {"extension", ""},
    {"filter_pullup", ""},
    {"filter_pushdown", "push_down_filters"},
    {"in_clause", ""},
    {"join_elimination", ""},
    {"join_filter_pushdown", ""},
    {"join_order", "order_joins"},
    {"late_materialization", ""},
    {"limit_pushdown", "push_down_limits"},
    {"materialized_cte", ""},
    {"partial_aggregate_pushdown", "push_down_aggregates"},
    {"projection_pullup", ""},
    {"regex_range", ""},
    {"remove_useless_projections", ""},
    {"reorder_filter", ""},
    {"row_group_pruner", "push_conditions_into_scans"},
    {"sampling_pushdown", ""},
    {"statistics_propagation", "answer_from_statistics push_conditions_into_scans"},
    {"sum_rewriter", ""},
    {"top_n", "make_top_n"},
    {"top_n_window_elimination", ""},
    {"unnest_rewriter", ""},
    {"unused_columns", "prune_columns prune_shared"},
    {"window_self_join", ""},
};

std::vector<std::string> split(std::string_view text, char divider) {
  std::vector<std::string> words;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find(divider), text.size());
    std::string_view word = text.substr(0, end);
    text.remove_prefix(std::min(text.size(), end + 1));
    const std::size_t first = word.find_first_not_of(" \t\n");
    if (first == std::string_view::npos) continue;
    words.emplace_back(word.substr(first, word.find_last_not_of(" \t\n") + 1 - first));
  }
  return words;
}

std::string known_rules() {
  std::string list;
  for (const std::string& name : optional_rules()) list += (list.empty() ? "" : ", ") + name;
  return list;
}

Result<std::vector<std::string>> rules_of(const std::string& name) {
  for (const Rule& rule : rules()) {
    if (!same_name(rule.name, name)) continue;
    if (is_optional(rule)) return std::vector<std::string>{std::string(rule.name)};
    return error(ErrorCode::kInvalidInput, "the optimizer rule {} is always applied", rule.name)
        .hint(fmt::format("these can be switched off: {}", known_rules()));
  }
  for (const ForeignRule& foreign : kForeignRules) {
    if (!same_name(foreign.name, name)) continue;
    std::vector<std::string> same;
    for (const std::string& rule : split(foreign.rules, ' ')) same.push_back(rule);
    return same;
  }
  return error(ErrorCode::kInvalidInput, "no optimizer rule {}", name).hint(fmt::format("there are {}", known_rules()));
}

}  // namespace

std::vector<std::string> optional_rules() {
  std::vector<std::string> names;
  for (const Rule& rule : rules()) {
    if (is_optional(rule)) names.emplace_back(rule.name);
  }
  return names;
}

Result<std::vector<std::string>> rules_named(std::string_view list) {
  std::vector<std::string> names;
  for (const std::string& word : split(list, ',')) {
    for (std::string& name : TRUENO_TRY(rules_of(word))) {
      if (std::ranges::find(names, name) == names.end()) names.push_back(std::move(name));
    }
  }
  return names;
}

}  // namespace trueno::optimize
