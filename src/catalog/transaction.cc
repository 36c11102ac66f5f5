// A transaction is a copy of the root's map (shared entries), and a list of what changed with the stamps that were there before.
#include "catalog/transaction.h"

#include <algorithm>

#include "catalog/catalog.h"

namespace trueno::catalog {

namespace {

Error conflict(const ObjectName& name) {
  return error(ErrorCode::kConflict, "{} was changed meanwhile by another statement", name.to_string()).hint("run it again");
}

std::string_view word_of(const Object& object) {
  const std::string_view kind = kind_of(object);
  return kind;
}

std::string upper(std::string_view word) {
  std::string text(word);
  for (char& c : text) c = static_cast<char>(c - 'a' + 'A');
  return text;
}

}  // namespace

EntryPtr Transaction::entry_of(const ObjectName& name, Object object) const {
  const std::uint64_t stamp = catalog_.next_stamp();
  if (auto* table = std::get_if<Table>(&object)) {
    table->name = name;
    table->version = stamp;
    if (table->id == 0) table->id = stamp;
  }
  return std::make_shared<const Entry>(Entry{stamp, std::move(object)});
}

void Transaction::write(const ObjectName& name, EntryPtr entry) {
  const auto [at, fresh] = writes_.try_emplace(name);
  if (fresh) at->second.base = root_->stamp_of(name);
  at->second.entry = entry;
  auto next = std::make_shared<Root>(*root_);
  if (entry) {
    next->entries[name] = std::move(entry);
  } else {
    next->entries.erase(name);
  }
  root_ = std::move(next);
  if (!at->second.entry && at->second.base == 0) writes_.erase(at);  // made and dropped here: nobody needs to know
}

void Transaction::note_read(const ObjectName& name) {
  if (!writes_.contains(name)) reads_.try_emplace(name, root_->stamp_of(name));
}

void Transaction::note_referrers(const ObjectName& table) {
  const std::vector<ObjectName> names = root_->referrers(table);
  referrers_[table].insert(names.begin(), names.end());
}

Status Transaction::create(const ObjectName& name, Object object, bool replace) {
  const ObjectName schema{Space::kSchema, "", name.schema};
  if (name.space != Space::kSchema && !Catalog::is_temporary(name.schema)) {
    if (!root_->has_schema(name.schema)) return error(ErrorCode::kCatalog, "no schema {}", name.schema);
    note_read(schema);
  }
  if (const auto there = root_->entries.find(name); there != root_->entries.end()) {
    const std::string_view kind = word_of(there->second->object);
    if (there->second->object.index() != object.index())
      return error(ErrorCode::kCatalog, "{} is a {}", name.to_string(), kind)
          .hint(fmt::format("choose another name, or drop the {}", kind));
    if (!replace)
      return error(ErrorCode::kCatalog, "{} {} exists already", kind, name.to_string())
          .hint(fmt::format("CREATE OR REPLACE {0}, or CREATE {0} IF NOT EXISTS", upper(kind)));
    note_referrers(name);
    for (const ObjectName& other : root_->referrers(name)) {
      if (other != name)
        return error(ErrorCode::kCatalog, "table {} cannot be replaced: table {} refers to it", name.to_string(), other.to_string());
    }
    for (const ObjectName& index : root_->indexes_of(name)) write(index, nullptr);
  }
  write(name, entry_of(name, std::move(object)));
  return {};
}

void Transaction::change(const Table& base, std::shared_ptr<const TableDefinition> definition, TableContent content) {
  write(base.name, entry_of(base.name, Table{base.name, base.id, 0, std::move(definition), std::move(content)}));
}

Status Transaction::rename(const ObjectName& from, const std::string& to) {
  ObjectName target = from;
  target.name = to;
  if (target == from) return {};
  if (const auto taken = root_->entries.find(target); taken != root_->entries.end())
    return error(ErrorCode::kCatalog, "{} {} exists already", word_of(taken->second->object), target.to_string());
  note_referrers(from);
  for (const ObjectName& other : root_->referrers(from)) {
    if (other != from)
      return error(ErrorCode::kCatalog, "table {} cannot be renamed: table {} refers to it", from.to_string(), other.to_string());
  }
  Object object = root_->entries.at(from)->object;
  if (auto* table = std::get_if<Table>(&object)) {
    TableDefinition definition = *table->definition;
    for (ForeignKey& key : definition.foreign_keys) {
      if (key.table == from) key.table = target;
    }
    table->definition = std::make_shared<const TableDefinition>(std::move(definition));
  }
  for (const ObjectName& index : root_->indexes_of(from)) {
    Index moved = *root_->find<Index>(index);
    moved.table = target;
    write(index, entry_of(index, moved));
  }
  write(from, nullptr);
  write(target, entry_of(target, std::move(object)));
  return {};
}

Status Transaction::drop(const std::vector<ObjectName>& names) {
  for (const ObjectName& name : names) {
    if (name.space != Space::kRelation) continue;
    note_referrers(name);
    for (const ObjectName& other : root_->referrers(name)) {
      if (std::ranges::find(names, other) == names.end())
        return error(ErrorCode::kCatalog, "table {} cannot be dropped: table {} refers to it", name.to_string(), other.to_string())
            .hint("drop both in one DROP TABLE");
    }
  }
  for (const ObjectName& name : names) {
    for (const ObjectName& index : root_->indexes_of(name)) write(index, nullptr);
    write(name, nullptr);
  }
  return {};
}

Status Transaction::absorb(const Transaction& inner) {
  RootPtr merged = TRUENO_TRY(inner.onto(root_));
  for (const auto& [name, stamp] : inner.reads_) note_read(name);
  for (const auto& [table, names] : inner.referrers_) referrers_[table].insert(names.begin(), names.end());
  for (const auto& [name, own] : inner.writes_) write(name, own.entry);
  root_ = std::move(merged);
  return {};
}

Result<RootPtr> Transaction::onto(const RootPtr& current) const {
  for (const auto& [name, own] : writes_) {
    if (current->stamp_of(name) != own.base) return conflict(name);
  }
  for (const auto& [name, stamp] : reads_) {
    if (current->stamp_of(name) != stamp) return conflict(name);
  }
  for (const auto& [table, known] : referrers_) {
    for (const ObjectName& name : current->referrers(table)) {
      if (!known.contains(name)) return conflict(name);
    }
  }
  auto next = std::make_shared<Root>(*current);
  for (const auto& [name, own] : writes_) {
    if (own.entry) {
      next->entries[name] = own.entry;
    } else {
      next->entries.erase(name);
    }
  }
  for (const auto& [name, own] : writes_) {  // what somebody put meanwhile into a schema that goes
    if (name.space != Space::kSchema || own.entry) continue;
    for (const ObjectName& left : next->content_of(name.name)) return conflict(left);
  }
  return RootPtr(std::move(next));
}

}  // namespace trueno::catalog
