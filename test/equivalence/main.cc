// One query over one table has one answer: random tables and queries, each judged by one of four oracles.
//
// usage: trueno_equivalence [--seed S] [--count N] [--first I] [--oracle all|devices,rules,norec,tlp] [--devices scalar,simd]
//        [--isa all|NAME,...] [--show-unbound yes] [--print yes]
//
// devices  The reference is the scalar device on one thread with default morsels. Every other way (devices, instruction sets, threads,
//          morsels, parts, batches, encodings, known statistics, partial states merged at random, no optimizer, no answers from
//          statistics) must give the same rows in the same order, or the same error.
// rules    The same without each rule of the optimizer that may be left out, and without all of them.
// norec, tlp  Another query knows the answer (oracle.cc).
//
// A case that differs is shrunk and printed with the command that runs it again.
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <map>
#include <sstream>

#include <fmt/format.h>

#include "oracle.h"
#include "shrink.h"

namespace trueno::equivalence {

namespace {

struct Options {
  std::uint64_t seed = 1;
  std::int64_t count = 300;
  std::int64_t first = 0;
  std::vector<std::string> devices;
  std::vector<std::string> isas = {"all"};
  std::vector<std::string> oracles;  // empty: all
  bool show_unbound = false;
  bool print = false;  // each case before it runs: to find one that ends the process
};

struct Totals {
  std::int64_t cases = 0;
  std::int64_t unbound = 0;  // refused before running: both sides must refuse alike
  std::int64_t errors = 0;   // failed while running
  std::int64_t runs = 0;
  std::int64_t rows = 0;
  std::int64_t differing = 0;

  void operator+=(const Totals& o) {
    cases += o.cases;
    unbound += o.unbound;
    errors += o.errors;
    runs += o.runs;
    rows += o.rows;
    differing += o.differing;
  }
};

std::vector<std::string> words_of(const std::string& text) {
  std::vector<std::string> words;
  std::stringstream in(text);
  for (std::string word; std::getline(in, word, ',');) words.push_back(word);
  return words;
}

bool contains(const std::vector<std::string>& list, const std::string& word) { return std::ranges::find(list, word) != list.end(); }

std::vector<Device> chosen_devices(const Options& options, const std::vector<Device>& all) {
  std::vector<Device> chosen;
  for (const Device& device : all) {
    if (!options.devices.empty() && !contains(options.devices, device.kind)) continue;
    if (!device.isa.empty() && !contains(options.isas, "all") && !contains(options.isas, device.isa)) continue;
    chosen.push_back(device);
  }
  return chosen;
}

// Each as often as it stands here.
std::vector<Oracle> chosen_oracles(const Options& options) {
  static constexpr std::pair<const char*, Oracle> kMix[] = {
      {"devices", Oracle::kDevices}, {"devices", Oracle::kDevices}, {"devices", Oracle::kDevices}, {"rules", Oracle::kRules},
      {"rules", Oracle::kRules},     {"rules", Oracle::kRules},     {"norec", Oracle::kNoRec},     {"norec", Oracle::kNoRec},
      {"tlp", Oracle::kTlpWhere},    {"tlp", Oracle::kTlpDistinct}, {"tlp", Oracle::kTlpHaving},   {"tlp", Oracle::kTlpAggregate},
  };
  std::vector<Oracle> chosen;
  for (const auto& [name, oracle] : kMix) {
    if (options.oracles.empty() || contains(options.oracles, "all") || contains(options.oracles, name)) chosen.push_back(oracle);
  }
  return chosen;
}

Case make_case(std::uint64_t seed, std::int64_t number, const std::vector<Oracle>& oracles) {
  Random random(Random(seed).bits() ^ (static_cast<std::uint64_t>(number) * 0xD1342543DE82EF95ULL));
  const Oracle oracle = random.pick(oracles);
  return random_case(random, oracle);
}

std::string again(const Options& options, std::int64_t number) {
  std::string text = fmt::format("trueno_equivalence --seed {} --first {} --count 1", options.seed, number);
  for (std::size_t i = 0; i < options.oracles.size(); ++i) text += (i == 0 ? " --oracle " : ",") + options.oracles[i];
  return text;
}

void report(const Options& options, std::int64_t number, const Engine& engine, const Case& test, const Ways& ways, const std::string& why) {
  constexpr int kTries = 3000;
  fmt::print("\nDIFFERENT: seed {}, case {}, {}: {}\n  expected: {}\n  in:       {}\n  the query: {}\n", options.seed, number,
             name_of(test.oracle), why, describe(ways.expected), describe(ways.other), texts_of(test));
  std::fflush(stdout);
  const auto fails = [&](const Case& c) {
    if (options.print) {
      fmt::print("  tried: {}\n", texts_of(c));
      std::fflush(stdout);
    }
    return !disagreement(engine, c, ways).empty();
  };
  const Case small = shrink({test.table, test.query.clone(), test.parameters, test.oracle}, fails, kTries);
  fmt::print("  shrunk: {}\n  ({})\n", texts_of(small), disagreement(engine, small, ways));
  for (std::size_t i = 0; i < small.parameters.size(); ++i) fmt::print("  ${} = {}\n", i + 1, as_literal(small.parameters[i]));
  fmt::print("{}  again: {}\n", as_sql(small.table), again(options, number));
  std::fflush(stdout);
}

Totals run_case(const Options& options, std::int64_t number, const Case& test, const Engine& engine, const std::vector<Device>& devices) {
  if (options.print) {
    fmt::print("case {}, {}: {}\n{}", number, name_of(test.oracle), texts_of(test), as_sql(test.table));
    std::fflush(stdout);
  }
  Totals totals;
  totals.cases = 1;
  totals.rows = test.table.rows();
  Random random(options.seed ^ static_cast<std::uint64_t>(number) ^ 0xC0FFEE);
  std::optional<Outcome> expected;
  for (const Ways& ways : ways_of(test.oracle, random, devices)) {
    if (!expected) {
      expected = expected_of(engine, test, ways.expected);
      ++totals.runs;
      TRUENO_ASSERT(expected.has_value());  // the generator makes what the oracle can divide
      totals.unbound = expected->bound ? 0 : 1;
      totals.errors = expected->bound && !expected->failure.empty() ? 1 : 0;
      if (!expected->bound && options.show_unbound) fmt::print("case {} does not bind: {}\n", number, expected->failure);
    }
    ++totals.runs;
    const std::string why = disagreement(engine, test, *expected, ways);
    if (why.empty()) continue;
    totals.differing = 1;
    report(options, number, engine, test, ways, why);
    break;
  }
  return totals;
}

int run(const Options& options) {
  const Engine engine;
  const std::vector<Device> devices = chosen_devices(options, engine.devices());
  const std::vector<Oracle> oracles = chosen_oracles(options);
  if (devices.empty() || devices.front().policy != dispatch::Policy::kScalar || oracles.empty()) {
    std::fputs("the scalar device is the reference and must be among --devices; oracles are devices, rules, norec and tlp\n", stderr);
    return 2;
  }
  for (const Device& device : devices)
    fmt::print("{}{}{}{}", &device == &devices.front() ? "" : ", ", device.kind, device.isa.empty() ? "" : " ", device.isa);
  fmt::print("\n");
  std::map<std::string_view, Totals> by_oracle;
  std::map<std::string_view, double> seconds_of;
  Totals all;
  const auto start = std::chrono::steady_clock::now();
  auto before = start;
  constexpr std::int64_t kMostReports = 10;
  for (std::int64_t number = options.first; number < options.first + options.count && all.differing < kMostReports; ++number) {
    const Case test = make_case(options.seed, number, oracles);
    const Totals totals = run_case(options, number, test, engine, devices);
    all += totals;
    by_oracle[name_of(test.oracle)] += totals;
    const auto now = std::chrono::steady_clock::now();
    seconds_of[name_of(test.oracle)] += std::chrono::duration<double>(now - before).count();
    before = now;
  }
  for (const auto& [name, t] : by_oracle)
    fmt::print("{:13} {:6} cases in {:6.1f} s, {:7} runs: {} gave rows, {} an error, {} did not bind\n", name, t.cases, seconds_of[name],
               t.runs, t.cases - t.unbound - t.errors, t.errors, t.unbound);
  const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  fmt::print("{} cases of seed {} in {} runs, {:.1f} s: {} gave rows, {} an error, {} did not bind; {} rows of input\n", all.cases,
             options.seed, all.runs, seconds, all.cases - all.unbound - all.errors, all.errors, all.unbound, all.rows);
  fmt::print("{} passed, {} failed, 0 skipped\n", all.cases - all.differing, all.differing);
  return all.differing == 0 && all.cases > 0 ? 0 : 1;
}

}  // namespace

}  // namespace trueno::equivalence

int main(int argc, char** argv) {
  trueno::equivalence::Options options;
  for (int i = 1; i + 1 < argc; i += 2) {
    const std::string word = argv[i];
    const std::string value = argv[i + 1];
    if (word == "--seed") options.seed = std::strtoull(value.c_str(), nullptr, 10);
    if (word == "--count") options.count = std::strtoll(value.c_str(), nullptr, 10);
    if (word == "--first") options.first = std::strtoll(value.c_str(), nullptr, 10);
    if (word == "--oracle") options.oracles = trueno::equivalence::words_of(value);
    if (word == "--devices") options.devices = trueno::equivalence::words_of(value);
    if (word == "--print") options.print = value == "yes";
    if (word == "--show-unbound") options.show_unbound = value == "yes";
    if (word == "--isa") options.isas = trueno::equivalence::words_of(value);
  }
  if (argc % 2 == 0 || options.count < 1) {
    std::fputs(
        "usage: trueno_equivalence [--seed S] [--count N] [--first I] [--oracle all|devices,rules,norec,tlp] [--devices scalar,simd] "
        "[--isa all|NAME,...] [--show-unbound yes] [--print yes]\n",
        stderr);
    return 2;
  }
  return trueno::equivalence::run(options);
}
