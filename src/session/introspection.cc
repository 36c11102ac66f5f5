#include "session/introspection.h"

#include <fmt/format.h>

#include "session/result_cache.h"
#include "session/row_builder.h"
#include "session/settings.h"

namespace trueno::session {

namespace {

Field text_field(std::string_view name) { return {std::string(name), TypeId::kVarchar, false}; }

std::string_view kind_name(backend::DeviceKind kind) {
  switch (kind) {
    case backend::DeviceKind::kScalar: return "scalar";
    case backend::DeviceKind::kSimd: return "simd";
    case backend::DeviceKind::kWebGpu: return "gpu";
  }
  return "?";
}

std::string_view sink_name(kernel::SinkKind kind) {
  switch (kind) {
    case kernel::SinkKind::kEmit: return "emit";
    case kernel::SinkKind::kReduce: return "reduce";
    case kernel::SinkKind::kGroup: return "group";
    case kernel::SinkKind::kTopK: return "top";
    case kernel::SinkKind::kSort: return "sort";
    case kernel::SinkKind::kBuild: return "build";
    case kernel::SinkKind::kCollect: return "collect";
  }
  return "?";
}

}  // namespace

Result<std::shared_ptr<const TableSource>> settings_source(const Settings& settings) {
  RowBuilder rows({text_field("name"), text_field("value"), text_field("initial"), text_field("allowed"), text_field("description")});
  for (const Setting& setting : all_settings())
    TRUENO_TRY(rows.add(
        {text(setting.name), text(settings.text(setting.name)), text(setting.initial), text(setting.values), text(setting.description)}));
  return rows.finish_source("trueno_settings");
}

Result<std::shared_ptr<const TableSource>> functions_source(const function::Catalogue& functions) {
  RowBuilder rows({text_field("name"), text_field("kind"), text_field("aliases"), text_field("signature"), text_field("description"),
                   text_field("example"), text_field("example_result")});
  const auto add = [&](const auto& function, std::string_view kind) {
    return rows.add({text(function.name), text(kind), text(fmt::format("{}", fmt::join(function.aliases, ", "))), text(function.signature),
                     text(function.description), text(function.example), text(function.example_result)});
  };
  for (const function::ScalarFunction& function : functions.scalars()) TRUENO_TRY(add(function, "scalar"));
  for (const function::AggregateFunction& function : functions.aggregates()) TRUENO_TRY(add(function, "aggregate"));
  return rows.finish_source("trueno_functions");
}

Result<std::shared_ptr<const TableSource>> devices_source(const dispatch::Devices& devices) {
  using dispatch::CostKind;
  static constexpr CostKind kKinds[] = {CostKind::kSimple, CostKind::kFloat,    CostKind::kSumInteger, CostKind::kSumFloat,
                                        CostKind::kGroup,  CostKind::kFarGroup, CostKind::kProbe,      CostKind::kFarProbe};
  Schema schema = {text_field("name"),
                   text_field("kind"),
                   text_field("description"),
                   {"workers", TypeId::kBigInt, false},
                   {"memory_bytes", TypeId::kBigInt, true},
                   {"measured", TypeId::kBoolean, false},
                   {"fixed_us", TypeId::kDouble, false},
                   {"scan_mb_per_s", TypeId::kDouble, false},
                   {"link_mb_per_s", TypeId::kDouble, true},
                   {"read_back_mb_per_s", TypeId::kDouble, true},
                   {"compile_ms", TypeId::kDouble, true},
                   {"build_ns", TypeId::kDouble, false}};
  for (const CostKind kind : kKinds) schema.push_back({fmt::format("{}_ns", dispatch::name_of(kind)), TypeId::kDouble, false});
  RowBuilder rows(schema);
  const auto where = [](bool there, double value) { return there ? Value::floating(value) : Value::null(TypeId::kDouble); };
  for (std::size_t i = 0; i < devices.list().size(); ++i) {
    const backend::DeviceProfile& profile = devices.list()[i]->profile();
    const dispatch::Rates rates = devices.rates(i);
    std::vector<Value> row = {text(profile.name),
                              text(kind_name(profile.kind)),
                              text(profile.description),
                              Value::bigint(profile.parallelism),
                              profile.memory_bytes != 0 ? Value::bigint(profile.memory_bytes) : Value::null(TypeId::kBigInt),
                              Value::boolean(rates.measured),
                              Value::floating(rates.fixed_us),
                              Value::floating(rates.scan_bytes_per_us),  // a byte a microsecond is a megabyte a second
                              where(profile.own_memory, rates.link_bytes_per_us),
                              where(profile.own_memory, rates.read_bytes_per_us),
                              where(profile.own_memory, rates.compile_us / 1000),
                              Value::floating(rates.build_ns)};
    for (const CostKind kind : kKinds) row.push_back(Value::floating(rates.row_ns[static_cast<std::size_t>(kind)]));
    TRUENO_TRY(rows.add(row));
  }
  return rows.finish_source("trueno_devices");
}

Result<std::shared_ptr<const TableSource>> decisions_source(const dispatch::Devices& devices) {
  RowBuilder rows({{"number", TypeId::kBigInt, false},
                   text_field("device"),
                   text_field("pipeline"),
                   {"rows", TypeId::kBigInt, false},
                   {"predicted_us", TypeId::kDouble, false},
                   {"measured_us", TypeId::kDouble, false},
                   {"transfer_us", TypeId::kDouble, false},
                   {"moved_bytes", TypeId::kBigInt, false},
                   text_field("reason"),
                   text_field("others")});
  for (const dispatch::LoggedDecision& d : devices.decisions()) {
    std::string others;
    for (const dispatch::Bid& bid : d.bids) {
      if (bid.device == d.device) continue;
      others += others.empty() ? "" : "; ";
      others += bid.support.yes() ? fmt::format("{} {:.0f} us", bid.device, bid.predicted_us)
                                  : fmt::format("{} declined: {}", bid.device, bid.support.detail);
    }
    const std::string pipeline = fmt::format("{}, {}", d.joins ? "join" : "scan", sink_name(d.sink));
    TRUENO_TRY(rows.add({Value::bigint(d.number), text(d.device), text(pipeline), Value::bigint(d.outcome.rows),
                         Value::floating(d.predicted_us), Value::floating(d.outcome.measured_us), Value::floating(d.outcome.transfer_us),
                         Value::bigint(d.outcome.moved_bytes), text(d.reason), text(others)}));
  }
  return rows.finish_source("trueno_decisions");
}

Result<std::shared_ptr<const TableSource>> cache_source(const ResultCache& results) {
  RowBuilder rows({text_field("query"),
                   {"rows", TypeId::kBigInt, false},
                   {"bytes", TypeId::kBigInt, false},
                   {"hits", TypeId::kBigInt, false},
                   {"age_ms", TypeId::kBigInt, false},
                   {"lifetime_ms", TypeId::kBigInt, true}});
  for (const ResultCache::Listed& kept : results.list(std::chrono::steady_clock::now())) {
    TRUENO_TRY(
        rows.add({text(kept.query), Value::bigint(kept.rows), Value::bigint(kept.bytes), Value::bigint(kept.hits),
                  Value::bigint(kept.age.count()), kept.lifetime ? Value::bigint(kept.lifetime->count()) : Value::null(TypeId::kBigInt)}));
  }
  return rows.finish_source("trueno_cache");
}

Result<std::shared_ptr<const TableSource>> tables_source(const catalog::Root& root, const SearchPath& path) {
  RowBuilder rows({text_field("name"),
                   text_field("schema"),
                   {"columns", TypeId::kBigInt, false},
                   {"rows", TypeId::kBigInt, false},
                   {"bytes", TypeId::kBigInt, false},
                   {"version", TypeId::kBigInt, false}});
  for (const catalog::ObjectName& name : path.visible(root, catalog::Space::kRelation)) {
    const auto table = root.find<catalog::Table>(name);
    if (!table) continue;  // a view
    TRUENO_TRY(rows.add({text(name.name), text(schema_text(name.schema)),
                         Value::bigint(static_cast<std::int64_t>(table->data().schema.size())), Value::bigint(table->data().rows),
                         Value::bigint(table->data().byte_size()), Value::bigint(static_cast<std::int64_t>(table->version))}));
  }
  return rows.finish_source("trueno_tables");
}

}  // namespace trueno::session
