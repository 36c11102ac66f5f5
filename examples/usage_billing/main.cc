// Invoices of metered usage, exact to the cent, for a page that many people open: the result is kept for a minute, and is computed again at
// once when usage comes in.
//
// usage: usage_billing USAGE.csv PRICES.csv
#include <trueno/trueno.h>

#include <cstdio>
#include <string>

namespace {

// The first thousand units of a product are a customer's for free each month. DECIMAL times BIGINT is exact; rounded once, at the end.
constexpr const char* kInvoices =
    "WITH monthly AS (SELECT customer, product, date_trunc('month', day)::DATE AS month, sum(units) AS units "
    "                 FROM usage GROUP BY ALL) "
    "SELECT customer, month, round(sum(greatest(units - 1000, 0)::BIGINT * price), 2) AS total "
    "FROM monthly JOIN prices USING (product) GROUP BY customer, month ORDER BY customer, month";

const char* name_of(trueno::CacheState state) {
  switch (state) {
    case trueno::CacheState::Off: return "off";
    case trueno::CacheState::Hit: return "cached";
    case trueno::CacheState::Kept: return "computed and kept";
    case trueno::CacheState::Refused: return "refused";
  }
  return "?";
}

int fail(const trueno::Failure& failure) {
  std::fprintf(stderr, "%s\n", failure.text.c_str());
  return 1;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 3) return 2;
  const trueno::Database database;
  if (const auto loaded = database.load_table("usage", argv[1]); !loaded) return fail(loaded.error());
  const auto prices =
      database.query("CREATE TABLE prices AS SELECT product, price::DECIMAL(12,8) AS price FROM read_csv(?)").bind(argv[2]).execute();
  if (!prices) return fail(prices.error());

  trueno::Query invoices = database.query(kInvoices).cache_ttl(60);
  for (int visit = 1; visit <= 3; ++visit) {
    if (visit == 3) {
      const auto late = database.query("INSERT INTO usage VALUES ('customer 1', 'storage', DATE '2025-01-31', 5000)").execute();
      if (!late) return fail(late.error());
    }
    const auto result = invoices.execute();
    if (!result) return fail(result.error());
    std::printf("visit %d: %s\n", visit, name_of(result->cache().state));
    if (visit == 2) continue;
    for (const auto row : result->rows())
      std::printf("%s,%s,%s\n", row.get<std::string>(0).c_str(), row.get<std::string>(1).c_str(), row.get<std::string>(2).c_str());
  }
  return 0;
}
