// The queries of a dashboard, all of them again for every click: one filter, a panel a query, prepared once. Panels that nobody changed
// come from the result cache.
//
// usage: dashboard ORDERS.csv
#include <trueno/trueno.h>

#include <cstdio>
#include <string>
#include <vector>

namespace {

struct Panel {
  const char* name;
  const char* sql;
};
constexpr Panel kPanels[] = {
    {"total",
     "SELECT count(*) AS orders, sum(amount) AS revenue, avg(amount) AS average FROM orders WHERE region = $region OR $region = 'all'"},
    {"by_month",
     "SELECT strftime(day, '%Y-%m') AS month, sum(amount) AS revenue FROM orders WHERE region = $region OR $region = 'all' "
     "GROUP BY month ORDER BY month"},
    {"top_products",
     "SELECT product, sum(amount) AS revenue FROM orders WHERE region = $region OR $region = 'all' "
     "GROUP BY product ORDER BY revenue DESC, product LIMIT 3"},
    {"sizes",
     "SELECT CASE WHEN amount < 20 THEN 'small' WHEN amount < 100 THEN 'medium' ELSE 'large' END AS size, count(*) AS orders "
     "FROM orders WHERE region = $region OR $region = 'all' GROUP BY size ORDER BY orders DESC"},
    {"regions",
     "SELECT region, quantile_disc(amount, 0.5) AS median FROM orders GROUP BY region ORDER BY region"},  // the filter does not matter here
};

int fail(const trueno::Failure& failure) {
  std::fprintf(stderr, "%s\n", failure.text.c_str());
  return 1;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2) return 2;
  const trueno::Database database;
  const auto made = database.query("CREATE TABLE orders AS SELECT region, product, day, amount::DECIMAL(10,2) AS amount FROM read_csv(?)")
                        .bind(argv[1])
                        .execute();
  if (!made) return fail(made.error());

  std::vector<trueno::PreparedStatement> panels;
  for (const Panel& panel : kPanels) {
    auto prepared = database.connection().prepare(panel.sql);
    if (!prepared) return fail(prepared.error());
    prepared->cache();
    panels.push_back(*prepared);
  }
  for (const std::string region : {"all", "north", "all"}) {
    int cached = 0;
    for (std::size_t i = 0; i < panels.size(); ++i) {
      panels[i].clear_bindings();
      if (!panels[i].parameter_names().empty()) panels[i].bind("region", region);
      const auto result = panels[i].execute();
      if (!result) return fail(result.error());
      cached += result->cache().state == trueno::CacheState::Hit ? 1 : 0;
      std::printf("{\"region\":\"%s\",\"panel\":\"%s\",\"rows\":%s}\n", region.c_str(), kPanels[i].name, result->to_json().c_str());
    }
    std::printf("{\"region\":\"%s\",\"cached\":%d}\n", region.c_str(), cached);
  }
  return 0;
}
