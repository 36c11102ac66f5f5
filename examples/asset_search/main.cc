// What a search in a library of assets finds, in total by category: SELECT ... GROUP BY over a CSV file, with the word as a parameter.
//
// usage: asset_search ASSETS.csv WORD
#include <trueno/trueno.h>

#include <cstdio>
#include <string>

int main(int argc, char** argv) {
  if (argc != 3) return 2;
  const trueno::Database database;
  if (const auto loaded = database.load_table("assets", argv[1]); !loaded) {
    std::fprintf(stderr, "%s\n", loaded.error().text.c_str());
    return 1;
  }
  const auto totals = database
                          .query(
                              "SELECT category, count(*) AS assets, sum(bytes) AS bytes, max(modified) AS newest FROM assets "
                              "WHERE contains(lower(name), lower($word)) OR list_of_tags LIKE '%' || lower($word) || '%' "
                              "GROUP BY category ORDER BY bytes DESC, category")
                          .bind_named("word", argv[2])
                          .execute();
  if (!totals) {
    std::fprintf(stderr, "%s\n", totals.error().text.c_str());
    return 1;
  }
  for (const auto row : totals->rows())
    std::printf("%s,%lld,%s,%s\n", row.get<std::string>("category").c_str(), row.get<long long>("assets"),
                row.get<std::string>("bytes").c_str(), row.get<std::string>("newest").c_str());
  return 0;
}
