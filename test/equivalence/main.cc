// One query over one table has one answer: random tables and queries, each run in many ways and compared bit by bit.
//
// usage: trueno_equivalence [--seed S] [--count N] [--first I] [--devices scalar,simd] [--isa all|NAME,...]
//        [--show-unbound yes] [--print yes]
//
// The reference is the scalar device on one thread with default morsels. Every other way (devices, instruction sets, threads, morsels,
// parts, batches, encodings, known statistics, partial states merged at random, no optimizer, no answers from statistics) must give the
// same rows in the same order, or the same error. A case that differs is shrunk and printed with the command that runs it again.
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <sstream>

#include <fmt/format.h>

#include "engine.h"
#include "shrink.h"

namespace trueno::equivalence {

namespace {

struct Options {
  std::uint64_t seed = 1;
  std::int64_t count = 300;
  std::int64_t first = 0;
  std::vector<std::string> devices;
  std::vector<std::string> isas = {"all"};
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

// The ways a case is run in, beside the reference. Drawn for each case, so that over many cases all combinations come up.
std::vector<Configuration> configurations(Random& random, const std::vector<Device>& devices) {
  std::vector<Configuration> all;
  const auto add = [&](const Device& device, bool split) {
    Configuration c;
    c.device = device;
    c.threads = random.pick({1, 2, 7});
    c.morsel_rows = random.pick<std::int64_t>({1, 3, 7, 100, 1024, 131'072});
    c.chunk_rows = random.pick<std::int64_t>({0, 0, 1, 7, 100, 1024});
    c.layout = random_layout(random);
    c.optimizer = !random.percent(20);
    c.statistics_answers = !random.percent(20);
    if (split) c.split_seed = random.bits() | 1;
    all.push_back(std::move(c));
  };
  Configuration plain;  // only the optimizer and what statistics may answer
  plain.device = devices.front();
  plain.optimizer = false;
  plain.statistics_answers = false;
  all.push_back(plain);
  for (const Device& device : devices) {
    if (device.policy != dispatch::Policy::kScalar) {
      Configuration c;
      c.device = device;
      all.push_back(c);
    }
    add(device, false);
    if (device.policy == dispatch::Policy::kScalar || random.percent(50)) add(device, true);
  }
  return all;
}

Case make_case(std::uint64_t seed, std::int64_t number) {
  Random random(Random(seed).bits() ^ (static_cast<std::uint64_t>(number) * 0xD1342543DE82EF95ULL));
  return random_case(random);
}

Configuration reference(const std::vector<Device>& devices) {
  Configuration c;
  c.device = devices.front();
  return c;
}

// Only the order of joins may change what no ORDER BY fixes, and only the optimizer changes that.
bool any_order(const Case& test, const Configuration& base, const Configuration& other) {
  return base.optimizer != other.optimizer && test.query.order_by.empty();
}

// What is wrong with a case in one configuration; empty: nothing.
std::string check(const Engine& engine, const Case& test, const Configuration& base, const Configuration& other) {
  const Outcome expected = engine.run(test, base);
  if (expected.failure.starts_with("Internal")) return expected.failure;
  return difference(expected, engine.run(test, other), any_order(test, base, other));
}

void report(const Options& options, std::int64_t number, const Engine& engine, const Configuration& base, const Configuration& other,
            const std::string& why) {
  constexpr int kTries = 3000;
  std::printf("\nDIFFERENT: seed %llu, case %lld: %s\n  in: %s\n", static_cast<unsigned long long>(options.seed),
              static_cast<long long>(number), why.c_str(), describe(other).c_str());
  const Case original = make_case(options.seed, number);
  std::printf("  the query: %s\n", original.query.sql().c_str());
  std::fflush(stdout);
  const Case small = shrink(make_case(options.seed, number), [&](const Case& c) { return !check(engine, c, base, other).empty(); }, kTries);
  std::printf("  shrunk: %s\n  (%s)\n", small.query.sql().c_str(), check(engine, small, base, other).c_str());
  for (std::size_t i = 0; i < small.parameters.size(); ++i) std::printf("  $%zu = %s\n", i + 1, as_literal(small.parameters[i]).c_str());
  std::printf("%s", as_sql(small.table).c_str());
  std::printf("  again: trueno_equivalence --seed %llu --first %lld --count 1\n", static_cast<unsigned long long>(options.seed),
              static_cast<long long>(number));
  std::fflush(stdout);
}

int run(const Options& options) {
  const Engine engine;
  const std::vector<Device> devices = chosen_devices(options, engine.devices());
  if (devices.empty() || devices.front().policy != dispatch::Policy::kScalar) {
    std::fputs("the scalar device is the reference and must be among --devices\n", stderr);
    return 2;
  }
  const Configuration base = reference(devices);
  for (const Device& device : devices)
    std::printf("%s%s%s", &device == &devices.front() ? "" : ", ", device.kind.c_str(),
                device.isa.empty() ? "" : (" " + device.isa).c_str());
  std::printf("\n");
  Totals totals;
  const auto start = std::chrono::steady_clock::now();
  constexpr std::int64_t kMostReports = 10;
  for (std::int64_t number = options.first; number < options.first + options.count && totals.differing < kMostReports; ++number) {
    const Case test = make_case(options.seed, number);
    if (options.print) {
      std::printf("case %lld: %s\n%s", static_cast<long long>(number), test.query.sql().c_str(), as_sql(test.table).c_str());
      std::fflush(stdout);
    }
    Random random(options.seed ^ static_cast<std::uint64_t>(number) ^ 0xC0FFEE);
    const Outcome expected = engine.run(test, base);
    ++totals.cases;
    ++totals.runs;
    totals.rows += test.table.rows();
    if (!expected.bound) {
      ++totals.unbound;
      if (options.show_unbound) std::printf("case %lld does not bind: %s\n", static_cast<long long>(number), expected.failure.c_str());
    }
    if (expected.bound && !expected.failure.empty()) ++totals.errors;
    if (expected.failure.starts_with("Internal")) {
      ++totals.differing;
      report(options, number, engine, base, base, expected.failure);
      continue;
    }
    for (const Configuration& other : configurations(random, devices)) {
      ++totals.runs;
      const std::string why = difference(expected, engine.run(test, other), any_order(test, base, other));
      if (why.empty()) continue;
      ++totals.differing;
      report(options, number, engine, base, other, why);
      break;
    }
  }
  const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  std::printf("%lld cases of seed %llu in %lld runs, %.1f s: %lld gave rows, %lld an error, %lld did not bind; %lld rows of input\n",
              static_cast<long long>(totals.cases), static_cast<unsigned long long>(options.seed), static_cast<long long>(totals.runs),
              seconds, static_cast<long long>(totals.cases - totals.unbound - totals.errors), static_cast<long long>(totals.errors),
              static_cast<long long>(totals.unbound), static_cast<long long>(totals.rows));
  std::printf("%lld passed, %lld failed, 0 skipped\n", static_cast<long long>(totals.cases - totals.differing),
              static_cast<long long>(totals.differing));
  return totals.differing == 0 && totals.cases > 0 ? 0 : 1;
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
    if (word == "--devices") options.devices = trueno::equivalence::words_of(value);
    if (word == "--print") options.print = value == "yes";
    if (word == "--show-unbound") options.show_unbound = value == "yes";
    if (word == "--isa") options.isas = trueno::equivalence::words_of(value);
  }
  if (argc % 2 == 0 || options.count < 1) {
    std::fputs(
        "usage: trueno_equivalence [--seed S] [--count N] [--first I] [--devices scalar,simd] [--isa all|NAME,...] [--show-unbound yes] "
        "[--print yes]\n",
        stderr);
    return 2;
  }
  return trueno::equivalence::run(options);
}
