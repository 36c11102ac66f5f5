// Metrics of training runs over time, as JSON for a chart: one object a run and hour, from JSON lines as a logger writes them.
//
// usage: model_runs RUNS.jsonl
#include <trueno/trueno.h>

#include <cstdio>
#include <string>

int main(int argc, char** argv) {
  if (argc != 2) return 2;
  const trueno::Database database;
  const auto json = database
                        .query(
                            "SELECT run, date_trunc('hour', at::TIMESTAMP) AS hour, count(*) AS steps, avg(loss) AS loss, "
                            "min(loss) AS best_loss, stddev_samp(loss) AS spread, arg_max(accuracy, step) AS last_accuracy "
                            "FROM read_json(?) WHERE loss IS NOT NULL GROUP BY run, hour ORDER BY run, hour")
                        .bind(argv[1])
                        .to_json();
  if (!json) {
    std::fprintf(stderr, "%s\n", json.error().text.c_str());
    return 1;
  }
  std::printf("%s\n", json->c_str());
  return 0;
}
