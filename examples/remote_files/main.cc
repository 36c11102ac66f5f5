// Files on a web server as tables: read where they lie, only when the server says that they have changed.
//
// usage: remote_files URL...   (CSV files with station, day and celsius)
#include <trueno/trueno.h>

#include <cstdio>
#include <string>

int main(int argc, char** argv) {
  if (argc < 2) return 2;
  std::string files;
  for (int i = 1; i < argc; ++i) files += (i == 1 ? "'" : ", '") + std::string(argv[i]) + "'";
  const trueno::Database database;
  // The server names its content by an ETag: equal names, equal rows.
  trueno::Query warmest =
      database.query("SELECT station, count(*) AS days, max(celsius) AS warmest, count(DISTINCT filename) AS files FROM read_csv([" +
                     files + "], filename = true) GROUP BY station ORDER BY station");
  warmest.cache();
  for (int round = 0; round < 2; ++round) {
    const auto result = warmest.execute();
    if (!result) {
      std::fprintf(stderr, "%s\n", result.error().text.c_str());
      return 1;
    }
    if (round == 0) {
      for (const auto row : result->rows())
        std::printf("%s,%lld,%s,%lld\n", row.get<std::string>(0).c_str(), row.get<long long>(1), row.get<std::string>(2).c_str(),
                    row.get<long long>(3));
    } else {
      std::printf("again: %s\n", result->cache().state == trueno::CacheState::Hit ? "cached" : result->cache().reason.c_str());
    }
  }
  return 0;
}
