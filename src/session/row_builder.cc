#include "session/row_builder.h"

#include "storage/table/table_writer.h"

namespace trueno::session {

RowBuilder::RowBuilder(Schema schema) : schema_(std::move(schema)) {
  for (const Field& field : schema_) builders_.emplace_back(field.type);
}

Status RowBuilder::add(const std::vector<Value>& row) {
  TRUENO_ASSERT(row.size() == builders_.size());
  for (std::size_t i = 0; i < row.size(); ++i) TRUENO_TRY(builders_[i].append(row[i]));
  ++rows_;
  return {};
}

Result<Batch> RowBuilder::finish() {
  Batch batch;
  batch.length = rows_;
  for (ColumnBuilder& builder : builders_) batch.columns.push_back(TRUENO_TRY(builder.finish()));
  return batch;
}

Result<std::shared_ptr<const TableSource>> RowBuilder::finish_source(const std::string& name, std::string identity) {
  TableWriter writer(schema_);
  TRUENO_TRY(writer.append(TRUENO_TRY(finish())));
  return make_table_source(TRUENO_TRY(writer.finish()), name, std::move(identity));
}

}  // namespace trueno::session
