#pragma once

#include <string>

#include "trueno/trueno.h"

namespace trueno::test {

/// What one statement gave: a failure, or the last result.
struct Answer {
  bool failed = false;
  bool not_supported = false;  // refused, clearly and on purpose
  std::string message;         // of the failure
  bool has_result = false;
  QueryResult result;
};

/// The database under test: the only file of the runner that knows its interface.
class Engine {
 public:
  [[nodiscard]] Answer run(const std::string& sql);

 private:
  Database database_;
};

}  // namespace trueno::test
