#include "catalog/catalog.h"

#include <utility>

#include <fmt/format.h>

namespace trueno::catalog {

namespace {

constexpr std::string_view kTemporary = "temp\x01";  // a byte no written name begins so

}  // namespace

Catalog::Catalog() {
  auto root = std::make_shared<Root>();
  root->entries[{Space::kSchema, "", kMainSchema}] = std::make_shared<const Entry>(Entry{next_stamp(), SchemaObject{}});
  root_ = std::move(root);
}

RootPtr Catalog::root() const {
  const LockGuard lock(mutex_);
  return root_;
}

Status Catalog::commit(const Transaction& transaction) {
  if (!transaction.changed()) return {};
  RootPtr old;  // the last holder of a root frees it outside of the lock
  const LockGuard lock(mutex_);
  old = std::exchange(root_, TRUENO_TRY(transaction.onto(root_)));
  return {};
}

std::string Catalog::temporary_schema(std::uint64_t session) { return fmt::format("{}{}", kTemporary, session); }

bool Catalog::is_temporary(std::string_view schema) { return schema.starts_with(kTemporary); }

void Catalog::forget_temporary(const std::string& schema) {
  RootPtr old;
  const LockGuard lock(mutex_);
  const std::vector<ObjectName> names = root_->content_of(schema);
  if (names.empty()) return;
  auto next = std::make_shared<Root>(*root_);
  for (const ObjectName& name : names) next->entries.erase(name);
  old = std::exchange(root_, std::move(next));
}

}  // namespace trueno::catalog
