// ON CONFLICT: INSERT of rows whose keys may be there already.
//
// The keys' indexes say which row of the table each new row clashes with. Of new rows with one key the first counts, the later ones are
// left out, as DuckDB has it. Rows to update are evaluated like any query, over pairs (row of the table, new row), and written in their
// places; the other new rows are added behind.
#include <algorithm>
#include <limits>
#include <optional>

#include "base/name.h"
#include "bind/expression_binder.h"
#include "column/rows.h"
#include "session/statement_runner.h"
#include "session/table_rows.h"
#include "storage/table/table_writer.h"

namespace trueno::session {

namespace {

using plan::Expression;

constexpr std::uint32_t kNoKey = std::numeric_limits<std::uint32_t>::max();

// For each row a number, equal for rows of one key; kNoKey where the key holds a NULL.
Result<std::vector<std::uint32_t>> key_numbers(const Batch& rows, const std::vector<int>& key) {
  std::vector<OrderKey> order;
  std::vector<KeyEquality> equal;
  for (const int column : key) {
    const Column& values = rows.columns[static_cast<std::size_t>(column)];
    order.push_back({&values});
    equal.push_back(TRUENO_TRY(KeyEquality::make(values)));
  }
  const std::vector<std::uint32_t> sorted = TRUENO_TRY(sorted_rows(order, rows.length));
  std::vector<std::uint32_t> numbers(sorted.size(), kNoKey);
  for (std::size_t i = 0; i < sorted.size(); ++i) {
    const std::uint32_t row = sorted[i];
    if (std::ranges::any_of(order, [&](const OrderKey& k) { return !k.column->is_valid(row); })) continue;
    const bool same = i > 0 && numbers[sorted[i - 1]] != kNoKey &&
                      std::ranges::all_of(equal, [&](const KeyEquality& e) { return e(sorted[i - 1], row); });
    numbers[row] = same ? numbers[sorted[i - 1]] : static_cast<std::uint32_t>(i);
  }
  return numbers;
}

struct Clashes {
  std::vector<std::uint32_t> fresh;     // new rows to add
  std::vector<std::uint32_t> clashing;  // new rows whose key a row of the table has
  std::vector<std::int64_t> existing;   // that row, each once
};

// `keys`: numbers of the keys that a clash is looked for in.
Result<Clashes> find_clashes(const catalog::Table& table, const std::vector<std::size_t>& keys, const Batch& rows) {
  struct Looked {
    std::vector<std::uint32_t> numbers;
    std::vector<std::optional<std::int64_t>> existing;
    std::vector<bool> used;
  };
  std::vector<Looked> looked;
  const auto count = static_cast<std::size_t>(rows.length);
  for (const std::size_t key : keys) {
    const UniqueIndex& index = *table.content.indexes[key];
    const std::vector<int>& columns = index.key().columns;
    looked.push_back({TRUENO_TRY(key_numbers(rows, columns)), index.find(table.data(), rows, columns), std::vector<bool>(count, false)});
  }
  Clashes out;
  for (std::uint32_t row = 0; row < count; ++row) {
    const bool again = std::ranges::any_of(looked, [&](const Looked& l) { return l.numbers[row] != kNoKey && l.used[l.numbers[row]]; });
    if (again) continue;
    for (Looked& l : looked) {
      if (l.numbers[row] != kNoKey) l.used[l.numbers[row]] = true;
    }
    std::optional<std::int64_t> existing;
    for (const Looked& l : looked) {
      if (!existing) existing = l.existing[row];
    }
    if (!existing) {
      out.fresh.push_back(row);
      continue;
    }
    out.clashing.push_back(row);
    out.existing.push_back(*existing);
  }
  return out;
}

// The keys that ON CONFLICT is about.
Result<std::vector<std::size_t>> target_keys(const sql::Insert& insert, const catalog::Table& table) {
  const sql::OnConflict& conflict = insert.on_conflict;
  const std::vector<KeyColumns>& keys = table.definition->keys;
  if (conflict.target_where)
    return error(ErrorCode::kNotSupported, "a condition on the conflict target is not supported").at(conflict.target_where->span);
  if (!conflict.columns.empty()) {
    std::vector<int> columns;
    for (const sql::Name& name : conflict.columns) columns.push_back(TRUENO_TRY(column_number(table.data().schema, name)));
    std::ranges::sort(columns);
    for (std::size_t i = 0; i < keys.size(); ++i) {
      std::vector<int> of_key = keys[i].columns;
      std::ranges::sort(of_key);
      if (of_key == columns) return std::vector<std::size_t>{i};
    }
    return error(ErrorCode::kBinder, "ON CONFLICT names columns that are no key of table {}", table.name.to_string())
        .hint("they must be its PRIMARY KEY or UNIQUE")
        .at(conflict.columns.front().span);
  }
  if (keys.empty())
    return error(ErrorCode::kBinder, "table {} has no key, so no row can conflict", table.name.to_string())
        .hint("ON CONFLICT and INSERT OR need a PRIMARY KEY or UNIQUE")
        .at(insert.table.span());
  if (keys.size() > 1 && conflict.action != sql::ConflictAction::kNothing)
    return error(ErrorCode::kBinder, "table {} has {} keys: which one is ON CONFLICT about?", table.name.to_string(), keys.size())
        .hint("ON CONFLICT (column, ...)")
        .at(insert.table.span());
  std::vector<std::size_t> all;
  for (std::size_t i = 0; i < keys.size(); ++i) all.push_back(i);
  return all;
}

}  // namespace

Result<Inserted> StatementRunner::append_rows(const catalog::Table& table, const Batch& rows) const {
  TableWriter writer = TRUENO_TRY(TableWriter::append_to(table.data(), rows.length));
  TRUENO_TRY(writer.append(rows));
  return Inserted{TRUENO_TRY(writer.finish()), rows, false};
}

Result<Inserted> StatementRunner::resolve_conflicts(const sql::Insert& insert, const catalog::Table& table, const Batch& rows) {
  const Schema& schema = table.data().schema;
  const sql::OnConflict& conflict = insert.on_conflict;
  const Clashes clashes = TRUENO_TRY(find_clashes(table, TRUENO_TRY(target_keys(insert, table)), rows));
  const Batch fresh = TRUENO_TRY(take_batch(rows, clashes.fresh));
  if (conflict.action == sql::ConflictAction::kNothing) return append_rows(table, fresh);

  // The columns of the table, then those of the new row, which is known as `excluded`.
  const std::string& known = insert.alias.empty() ? insert.table.last().text : insert.alias.text;
  const auto width = static_cast<int>(schema.size());
  Schema pair = schema;
  pair.insert(pair.end(), schema.begin(), schema.end());
  bind::Scope scope;
  for (int i = 0; i < 2 * width; ++i)
    scope.columns.push_back(
        {i < width ? known : "excluded", pair[static_cast<std::size_t>(i)].name, pair[static_cast<std::size_t>(i)].type});
  const bind::Context context = bind_context();
  bind::ExpressionBinder binder(context, scope);
  binder.set_shortcut([&](const sql::Expression& expression) -> std::optional<Expression> {  // a bare name is one of the table
    const auto* column = expression.as<sql::ColumnRef>();
    if (column == nullptr || column->name.parts.size() != 1) return std::nullopt;
    const auto found = std::ranges::find_if(schema, [&](const Field& field) { return same_name(field.name, column->name.last().text); });
    if (found == schema.end()) return std::nullopt;
    return Expression::column(static_cast<int>(found - schema.begin()), found->type);
  });
  std::vector<Assigned> assigned;
  if (conflict.action == sql::ConflictAction::kUpdate) {
    assigned = TRUENO_TRY(assignments(conflict.assignments, table, [&](const sql::Expression& value) { return binder.bind(value); }));
  } else {  // INSERT OR REPLACE sets what the statement lists
    for (int i = 0; i < width; ++i) {
      const auto at = static_cast<std::size_t>(i);
      const auto listed = [&](const sql::Name& name) { return same_name(name.text, schema[at].name); };
      if (insert.columns.empty() || std::ranges::any_of(insert.columns, listed))
        assigned.push_back({i, Expression::column(width + i, schema[at].type)});
    }
  }
  plan::Project project;
  for (int i = 0; i < width; ++i) project.expressions.push_back(Expression::column(i, schema[static_cast<std::size_t>(i)].type));
  for (const Assigned& one : assigned) project.expressions[static_cast<std::size_t>(one.column)] = one.value;
  project.expressions.push_back(conflict.where ? TRUENO_TRY(binder.bind_condition(*conflict.where))
                                               : Expression::literal(Value::boolean(true)));
  Schema written = schema;
  for (Field& field : written) field.nullable = true;
  written.push_back({"updated", TypeId::kBoolean, true});

  Batch pairs = TRUENO_TRY(rows_at(table.data(), clashes.existing));
  for (Column& column : TRUENO_TRY(take_batch(rows, clashes.clashing)).columns) pairs.columns.push_back(std::move(column));
  for (Field& field : pair) field.nullable = true;
  TableWriter pair_writer(pair);
  TRUENO_TRY(pair_writer.append(pairs));
  plan::Scan scan;
  for (int i = 0; i < 2 * width; ++i) scan.columns.push_back(i);
  scan.source = make_table_source(TRUENO_TRY(pair_writer.finish()), "rows in conflict", 0, 0);
  plan::PlanPtr plan = plan::make_plan(std::move(project), written, plan::make_plan(std::move(scan), pair));
  StatementResult result = TRUENO_TRY(run_plan(*TRUENO_TRY(optimised(std::move(plan)))));
  const std::vector<std::uint32_t> chosen = TRUENO_TRY(true_rows(result.rows.columns.back()));
  result.rows.columns.pop_back();
  const Batch updated = TRUENO_TRY(take_batch(result.rows, chosen));

  std::vector<std::int64_t> places;
  std::vector<std::pair<std::uint32_t, std::uint32_t>> came;  // number of the new row, place in `both`
  for (const std::uint32_t row : clashes.fresh) came.emplace_back(row, static_cast<std::uint32_t>(came.size()));
  for (const std::uint32_t i : chosen) {
    places.push_back(clashes.existing[i]);
    came.emplace_back(clashes.clashing[i], static_cast<std::uint32_t>(came.size()));
  }
  std::ranges::sort(came);
  std::vector<std::uint32_t> order;
  for (const auto& [row, place] : came) order.push_back(place);
  const Batch both = TRUENO_TRY(joined(fresh, updated));
  return Inserted{TRUENO_TRY(with_rows(table.data(), places, updated, fresh)), TRUENO_TRY(take_batch(both, order)),
                  changes_keys(*table.definition, assigned)};
}

}  // namespace trueno::session
