#pragma once

#include <memory>
#include <vector>

#include "session/session.h"
#include "trueno/result.h"

namespace trueno::detail {

/// What a QueryResult holds. Text columns are plain or dictionary-encoded, so that cells can be looked at without a copy.
struct ResultData {
  session::StatementResult result;
  std::vector<ResultColumn> columns;
  std::vector<PipelineReport> profile;
  CacheReport cache;

  [[nodiscard]] const Column& column(int number) const { return result.rows.columns[static_cast<std::size_t>(number)]; }
};

[[nodiscard]] std::shared_ptr<const ResultData> make_result_data(session::StatementResult result);

}  // namespace trueno::detail
