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

Result<std::shared_ptr<const TableSource>> devices_source(const std::vector<std::shared_ptr<backend::Backend>>& devices) {
  RowBuilder rows({text_field("name"),
                   text_field("kind"),
                   text_field("description"),
                   {"workers", TypeId::kBigInt, false},
                   {"memory_bytes", TypeId::kBigInt, true},
                   {"fixed_us", TypeId::kDouble, false},
                   {"scan_mb_per_s", TypeId::kDouble, false},
                   {"link_mb_per_s", TypeId::kDouble, true},
                   {"instruction_ns", TypeId::kDouble, false},
                   {"group_ns", TypeId::kDouble, false}});
  for (const auto& device : devices) {
    const backend::DeviceProfile& profile = device->profile();
    const bool own_memory = profile.memory_bytes != 0;
    const bool linked = profile.link_bytes_per_us != 0;
    TRUENO_TRY(rows.add({text(profile.name), text(kind_name(profile.kind)), text(profile.description), Value::bigint(profile.parallelism),
                         own_memory ? Value::bigint(profile.memory_bytes) : Value::null(TypeId::kBigInt), Value::floating(profile.fixed_us),
                         Value::floating(profile.scan_bytes_per_us),  // a byte a microsecond is a megabyte a second
                         linked ? Value::floating(profile.link_bytes_per_us) : Value::null(TypeId::kDouble),
                         Value::floating(profile.instruction_ns), Value::floating(profile.group_ns)}));
  }
  return rows.finish_source("trueno_devices");
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
