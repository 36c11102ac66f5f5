#include "storage/table/change_columns.h"

#include <utility>

#include "storage/table/table_writer.h"

namespace trueno {

Result<std::shared_ptr<const TableData>> with_column(const TableData& data, std::size_t at, const Field& field, const Column& values) {
  TRUENO_ASSERT(values.length == data.rows && at <= data.schema.size());
  TableWriter writer({field});
  std::int64_t begin = 0;
  for (const auto& group : data.groups) {
    TRUENO_TRY(writer.append({group->rows, {values.slice(begin, group->rows)}}));
    TRUENO_TRY(writer.end_group());
    begin += group->rows;
  }
  const std::shared_ptr<const TableData> written = TRUENO_TRY(writer.finish());
  const auto put = [at](auto& list, auto value) {
    if (at == list.size()) {
      list.push_back(std::move(value));
    } else {
      list[at] = std::move(value);
    }
  };
  auto next = std::make_shared<TableData>(data);
  put(next->schema, field);
  put(next->sketches, written->sketches.front());
  for (std::size_t i = 0; i < data.groups.size(); ++i) {
    auto group = std::make_shared<RowGroup>(*data.groups[i]);
    put(group->columns, written->groups[i]->columns.front());
    next->groups[i] = std::move(group);
  }
  return std::shared_ptr<const TableData>(std::move(next));
}

std::shared_ptr<const TableData> without_column(const TableData& data, std::size_t at) {
  const auto erase = [at](auto& list) { list.erase(list.begin() + static_cast<std::ptrdiff_t>(at)); };
  auto next = std::make_shared<TableData>(data);
  erase(next->schema);
  erase(next->sketches);
  for (auto& group : next->groups) {
    auto smaller = std::make_shared<RowGroup>(*group);
    erase(smaller->columns);
    group = std::move(smaller);
  }
  return next;
}

std::shared_ptr<const TableData> with_schema(const TableData& data, Schema schema) {
  auto next = std::make_shared<TableData>(data);
  next->schema = std::move(schema);
  return next;
}

std::int64_t null_count(const TableData& data, std::size_t column) {
  std::int64_t count = 0;
  for (const auto& group : data.groups) count += group->columns[column].null_count;
  return count;
}

}  // namespace trueno
