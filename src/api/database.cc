#include "trueno/database.h"

#include <utility>

#include "api/convert.h"
#include "api/engine.h"
#include "api/execution.h"
#include "column/arrow_c.h"
#include "session/diagnosis.h"

namespace trueno {

Database::Database() : engine_(std::make_shared<detail::Engine>()) {}
DatabaseBuilder Database::builder() { return {}; }

Outcome<void> Database::load_table(const std::string& name, const std::string& path, const Cancellation& cancellation) const {
  const Status status = engine_->database.load_table(name, path, detail::Execution::token_of(cancellation));
  if (!status) return api::to_failure(status.error());
  return {};
}

Outcome<void> Database::load_arrow(const std::string& name, ArrowArrayStream* stream) const {
  const auto rows = import_stream(stream);
  if (!rows) return api::to_failure(rows.error());
  const Status status = engine_->database.load_table(name, rows->schema, rows->next);
  if (!status) return api::to_failure(status.error());
  return {};
}

std::vector<std::string> Database::table_names() const {
  const catalog::RootPtr root = engine_->database.catalog().root();
  std::vector<std::string> names;
  for (const catalog::ObjectName& name : root->names(catalog::Space::kRelation, catalog::kMainSchema)) {
    if (root->find<catalog::Table>(name)) names.push_back(name.name);
  }
  return names;
}

Connection Database::connection() const {
  return Connection(std::make_shared<detail::ConnectionState>(detail::ConnectionState{engine_, nullptr}));
}

Connection Database::connect() const {
  auto session = std::make_shared<session::Session>(engine_->database);
  session->settings() = engine_->initial;
  return Connection(std::make_shared<detail::ConnectionState>(detail::ConnectionState{engine_, std::move(session)}));
}

std::vector<Finding> Database::diagnose() const {
  std::vector<Finding> out;
  for (session::Finding& finding : session::diagnose(engine_->database, engine_->database.settings()))
    out.push_back({std::move(finding.topic), static_cast<Health>(finding.health), std::move(finding.text), std::move(finding.hint)});
  return out;
}

static_assert(static_cast<int>(Health::kBroken) == static_cast<int>(session::Health::kBroken));

DatabaseBuilder& DatabaseBuilder::backend(Backend backend) { return set("backend", std::string(api::backend_name(backend))); }
DatabaseBuilder& DatabaseBuilder::fallback(Backend backend) { return set("fallback", std::string(api::backend_name(backend))); }
DatabaseBuilder& DatabaseBuilder::cache_size_mb(std::int64_t mebibytes) { return set("cache_size_mb", std::to_string(mebibytes)); }
DatabaseBuilder& DatabaseBuilder::morsel_size_mb(std::int64_t mebibytes) { return set("morsel_size_mb", std::to_string(mebibytes)); }
DatabaseBuilder& DatabaseBuilder::threads(int count) { return set("threads", std::to_string(count)); }

DatabaseBuilder& DatabaseBuilder::set(std::string name, std::string value) {
  settings_.emplace_back(std::move(name), std::move(value));
  return *this;
}

Outcome<Database> DatabaseBuilder::build() const {
  auto engine = std::make_shared<detail::Engine>();
  for (const auto& [name, value] : settings_) {
    const Status status = engine->initial.set(name, value);
    if (!status) return api::to_failure(status.error());
  }
  engine->database.settings() = engine->initial;
  return Database(std::move(engine));
}

}  // namespace trueno
