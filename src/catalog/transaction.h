#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "catalog/root.h"

namespace trueno::catalog {

class Catalog;

/// What one statement, or one transaction of several, sees and changes: the root it began with, and its own changes on it. Others see
/// nothing of it before `Catalog::commit`. Dropping it undoes it.
///
/// It also notes what its changes rest on (the table a foreign key was looked up in, the tables that could refer to a key that went), so
/// that a commit fails where somebody changed just that meanwhile: two transactions that are right alone are right together.
///
/// Not thread-safe.
class Transaction {
 public:
  /// Begins on `root`. The catalog outlives it.
  Transaction(Catalog& catalog, RootPtr root) : catalog_(catalog), root_(std::move(root)) {}

  [[nodiscard]] const Root& root() const { return *root_; }
  [[nodiscard]] const RootPtr& shared_root() const { return root_; }
  [[nodiscard]] bool changed() const { return !writes_.empty(); }

  /// Puts something new there. kCatalog when its schema is missing, when there is something and not `replace` or of another kind, or when
  /// a table is to be replaced that others refer to. A table gets its id and version here.
  [[nodiscard]] Status create(const ObjectName& name, Object object, bool replace);
  /// The next version of a table that is there.
  void change(const Table& base, std::shared_ptr<const TableDefinition> definition, TableContent content);
  /// Another name for a thing; its schema stays. kCatalog when the name is taken, or foreign keys of other tables name it.
  [[nodiscard]] Status rename(const ObjectName& from, const std::string& to);
  /// All of them, which are there, or on an error none. kCatalog when a table that stays refers to one.
  [[nodiscard]] Status drop(const std::vector<ObjectName>& names);

  /// A change rests on what this name stands for.
  void note_read(const ObjectName& name);
  /// A change rests on no further table referring to this one.
  void note_referrers(const ObjectName& table);

  /// Takes over what `inner` changed, which began on this transaction's root. kConflict when this one changed meanwhile.
  [[nodiscard]] Status absorb(const Transaction& inner);
  /// `current` with the changes. kConflict when somebody else changed what they change or rest on.
  [[nodiscard]] Result<RootPtr> onto(const RootPtr& current) const;

 private:
  struct Write {
    std::uint64_t base = 0;  // the stamp that was there when the transaction began; 0: nothing
    EntryPtr entry;          // null: gone
  };
  void write(const ObjectName& name, EntryPtr entry);
  [[nodiscard]] EntryPtr entry_of(const ObjectName& name, Object object) const;

  Catalog& catalog_;
  RootPtr root_;  // with the changes
  std::map<ObjectName, Write> writes_;
  std::map<ObjectName, std::uint64_t> reads_;  // stamps
  std::map<ObjectName, std::set<ObjectName>> referrers_;
};

}  // namespace trueno::catalog
