#include "session/foreign_settings.h"

#include <algorithm>
#include <vector>

#include "base/name.h"

namespace trueno::session {

namespace {

const std::vector<ForeignSetting>& foreign_settings() {
  static const std::vector<ForeignSetting> settings = {
      {"approximate_join_order_threshold", "*"},
      {"asof_loop_join_threshold", "*"},
      {"checkpoint_threshold", "*"},
      {"debug_asof_iejoin", "*"},
      {"debug_force_external", "*"},
      {"debug_force_no_cross_product", "*"},
      {"debug_verify_column_bindings", "*"},
      {"debug_verify_serializer", "*"},
      {"debug_verify_vector", "*"},
      {"debug_window_mode", "*"},
      {"default_collation", ""},
      {"delim_join_as_cte", "*"},
      {"disable_checkpoint_on_shutdown", "*"},
      {"disable_optimizer", "*"},
      {"disable_progress_bar", "*"},
      {"disable_verification", "*"},
      {"dynamic_or_filter_threshold", "*"},
      {"enable_caching_operators", "*"},
      {"enable_object_cache", "*"},
      {"enable_optimizer", "*"},
      {"enable_progress_bar", "*"},
      {"enable_verification", "*"},
      {"errors_as_json", "false|0"},
      {"explain_output", ""},
      {"force_update_to_del_and_insert", "*"},
      {"immediate_transaction_mode", "*"},
      {"index_scan_max_count", "*"},
      {"index_scan_percentage", "*"},
      {"late_materialization_max_rows", "*"},
      {"max_execution_time", ""},
      {"max_expression_depth", ""},
      {"merge_join_threshold", "*"},
      {"nested_loop_join_threshold", "*"},
      {"old_implicit_casting", "false|0"},
      {"operator_memory_limit", ""},
      {"partitioned_write_flush_threshold", "*"},
      {"perfect_ht_threshold", "*"},
      {"pivot_filter_threshold", "*"},
      {"prefer_range_joins", "*"},
      {"preserve_insertion_order", "*"},
      {"profiling_renderer_settings", "*"},
      {"regex_match_operator_semantics", ""},
      {"seed", ""},
      {"show_behavior", ""},
      {"verify_external", "*"},
      {"verify_fetch_row", "*"},
      {"verify_parallelism", "*"},
      {"verify_serializer", "*"},
      {"wal_autocheckpoint", "*"},
  };
  return settings;
}

auto find_foreign(std::string_view name) {
  return std::ranges::find_if(foreign_settings(), [&](const ForeignSetting& s) { return same_name(s.name, name); });
}

}  // namespace

bool is_foreign_setting(std::string_view name) { return find_foreign(name) != foreign_settings().end(); }

std::optional<Status> accept_foreign_setting(std::string_view name, std::string_view value) {
  const auto found = find_foreign(name);
  if (found == foreign_settings().end()) return std::nullopt;
  const std::string wanted = fmt::format("|{}|", lower_name(value));
  const bool accepted =
      found->accepted == "*" || (!value.empty() && fmt::format("|{}|", found->accepted).find(wanted) != std::string::npos);
  if (accepted) return Status{};
  return Status(error(ErrorCode::kNotSupported, "DuckDB's setting {} is not supported{}", found->name,
                      found->accepted.empty() ? "" : fmt::format(" but for {}", found->accepted)));
}

}  // namespace trueno::session
