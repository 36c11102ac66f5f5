#pragma once

#include <map>
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
  /// Runs it in the connection of this name; a new one begins with the settings.
  [[nodiscard]] Answer run(const std::string& sql, const std::string& connection = {});
  /// Statements that every connection begins with.
  [[nodiscard]] Answer begin_with(const std::string& settings);
  /// From now on SET without a connection's name is meant for all connections, as where settings belong to the database.
  void share_settings() { share_settings_ = true; }
  /// Pipelines that ran so far, by their device.
  [[nodiscard]] const std::map<std::string, long>& pipelines() const { return pipelines_; }

 private:
  [[nodiscard]] Answer run(const Connection& connection, const std::string& sql);

  Database database_;
  bool share_settings_ = false;
  std::string settings_;
  std::map<std::string, Connection> connections_;
  std::map<std::string, long> pipelines_;
};

}  // namespace trueno::test
