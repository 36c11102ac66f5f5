// Which programs a shell's history is about, and when: lines of text taken apart by a regular expression, on the CPU's vector units.
//
// usage: shell_history HISTORY, in the format of zsh's EXTENDED_HISTORY: ": 1700000000:12;make -j4"
#include <trueno/trueno.h>

#include <cstdio>
#include <string>

namespace {

// Each line is a row: the separator is a character that none has.
constexpr const char* kHistory =
    "CREATE TEMP TABLE history AS SELECT make_timestamp(regexp_extract(line, $pattern, 1)::BIGINT * 1000000) AS at, "
    "regexp_extract(line, $pattern, 2)::INTEGER AS seconds, regexp_extract(line, $pattern, 3) AS command "
    "FROM read_csv($path, header = false, delim = chr(1), quote = '', columns = {'line': 'VARCHAR'}) WHERE regexp_matches(line, $pattern)";

int fail(const trueno::Failure& failure) {
  std::fprintf(stderr, "%s\n", failure.text.c_str());
  return 1;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2) return 2;
  const trueno::Database database;
  const trueno::Connection session = database.connect();
  const auto read = session.query(kHistory).bind_named("pattern", "^: (\\d+):(\\d+);(.*)$").bind_named("path", argv[1]).execute();
  if (!read) return fail(read.error());

  const auto programs = session
                            .query(
                                "SELECT split_part(command, ' ', 1) AS program, count(*) AS runs, sum(seconds) AS seconds, "
                                "count(DISTINCT command) AS different FROM history GROUP BY program ORDER BY runs DESC, program LIMIT 5")
                            .execute_simd();
  if (!programs) return fail(programs.error());
  for (const auto row : programs->rows())
    std::printf("program %s %lld %s %lld\n", row.get<std::string>(0).c_str(), row.get<long long>(1), row.get<std::string>(2).c_str(),
                row.get<long long>(3));

  const auto hours = session.query("SELECT hour(at) AS h, count(*) FROM history GROUP BY h ORDER BY h").execute_simd();
  if (!hours) return fail(hours.error());
  for (const auto row : hours->rows()) std::printf("hour %lld %lld\n", row.get<long long>(0), row.get<long long>(1));
  std::printf("device %s\n", hours->backend_info().c_str());
  return 0;
}
