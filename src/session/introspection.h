#pragma once

#include <memory>
#include <vector>

#include "column/table_source.h"
#include "dispatch/devices.h"
#include "function/catalogue.h"
#include "session/search_path.h"

namespace trueno::session {

class ResultCache;
class Settings;

// The engine's own lists as tables: what SHOW, completion and the shell ask for, and what SQL can join with.

[[nodiscard]] Result<std::shared_ptr<const TableSource>> settings_source(const Settings& settings);
[[nodiscard]] Result<std::shared_ptr<const TableSource>> functions_source(const function::Catalogue& functions);
[[nodiscard]] Result<std::shared_ptr<const TableSource>> devices_source(const dispatch::Devices& devices);
/// The last pipelines that ran: where, why, predicted and measured.
[[nodiscard]] Result<std::shared_ptr<const TableSource>> decisions_source(const dispatch::Devices& devices);
[[nodiscard]] Result<std::shared_ptr<const TableSource>> tables_source(const catalog::Root& root, const SearchPath& path);
[[nodiscard]] Result<std::shared_ptr<const TableSource>> cache_source(const ResultCache& results);

}  // namespace trueno::session
