#include "exec/named_rows.h"

#include <algorithm>

namespace trueno::exec {

bool rules_out(const kernel::PipelineInput& input, std::int64_t part) {
  const auto rows = input.source->part_rows(part);
  return std::ranges::any_of(input.predicate.conditions, [&](const ColumnCondition& condition) {
    return !may_match(condition, input.source->statistics(part, condition.column), rows.value_or(-1));
  });
}

NamedRows name_rows(const kernel::Pipeline& pipeline, std::int64_t morsel_rows, bool with_name) {
  NamedRows named;
  const std::vector<kernel::SourceColumn>& columns = pipeline.program->source.columns;
  named.column_bytes.resize(columns.size());
  if (!pipeline.input.source) return named;
  const TableSource& source = *pipeline.input.source;
  const bool prunes = !pipeline.input.predicate.conditions.empty();
  std::string name;
  if (with_name && source.in_memory()) named.name.content = source.identity();
  bool nameable = !named.name.content.empty();
  if (nameable) {
    name = fmt::format("{}/{}", named.name.content, morsel_rows);
    for (const kernel::SourceColumn& column : columns) {
      if (column.as_code && !source.shared_dictionary(column.index)) nameable = false;
      const std::string mark = fmt::format(",{}{}", column.index, column.as_code ? "c" : "");
      name += mark;
      named.name.columns.push_back(named.name.content + mark);
    }
    if (prunes) name += '/';
  }
  if (!prunes) {
    const std::optional<std::int64_t> rows = source.row_count();
    nameable = nameable && rows.has_value();
    named.parts = source.part_count();
    named.rows = rows.value_or(0);
    for (std::size_t i = 0; i < columns.size(); ++i) named.column_bytes[i] = source.all_column_bytes(columns[i].index);
  }
  for (std::int64_t part = 0; prunes && part < source.part_count(); ++part) {
    const bool kept = !rules_out(pipeline.input, part);
    if (nameable) name += kept ? '+' : '-';
    if (!kept) continue;
    if (named.parts++ == 0) named.first_part = part;
    const std::optional<std::int64_t> rows = source.part_rows(part);
    if (!rows) nameable = false;
    named.rows += rows.value_or(0);
    for (std::size_t i = 0; i < columns.size(); ++i) named.column_bytes[i] += source.column_bytes(part, columns[i].index);
  }
  if (nameable && named.rows != 0) {
    named.name.all = std::move(name);
  } else {
    named.name = {};
  }
  return named;
}

}  // namespace trueno::exec
