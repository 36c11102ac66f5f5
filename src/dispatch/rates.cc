#include "dispatch/rates.h"

#include <algorithm>
#include <charconv>
#include <cmath>

namespace trueno::dispatch {

namespace {

constexpr std::string_view kFirstLine = "trueno rates 1";

struct Field {
  std::string_view name;
  double Rates::* value;
};
constexpr std::array<Field, 7> kFields = {{{"fixed_us", &Rates::fixed_us},
                                           {"scan_bytes_per_us", &Rates::scan_bytes_per_us},
                                           {"decode_bytes_per_us", &Rates::decode_bytes_per_us},
                                           {"link_bytes_per_us", &Rates::link_bytes_per_us},
                                           {"read_bytes_per_us", &Rates::read_bytes_per_us},
                                           {"compile_us", &Rates::compile_us},
                                           {"build_ns", &Rates::build_ns}}};

void set(Rates& rates, std::initializer_list<std::pair<CostKind, double>> nanoseconds) {
  for (const auto& [kind, ns] : nanoseconds) rates.row_ns[static_cast<std::size_t>(kind)] = ns;
}

// One core with vectors of 256 bits; measured on two machines, rounded.
Rates of_core() {
  Rates rates;
  rates.fixed_us = 8;
  rates.scan_bytes_per_us = 10'000;
  rates.decode_bytes_per_us = 1000;
  rates.build_ns = 20;
  set(rates, {{CostKind::kSimple, 0.15},
              {CostKind::kMultiply, 0.3},
              {CostKind::kWide, 2},
              {CostKind::kFloat, 0.3},
              {CostKind::kDivide, 1.5},
              {CostKind::kText, 8},
              {CostKind::kLookup, 0.5},
              {CostKind::kHost, 60},
              {CostKind::kProbe, 3},
              {CostKind::kFarProbe, 20},
              {CostKind::kSumInteger, 0.15},
              {CostKind::kSumFloat, 0.4},
              {CostKind::kGroup, 2},
              {CostKind::kFarGroup, 25},
              {CostKind::kEmit, 1.5},
              {CostKind::kSort, 60}});
  return rates;
}

// An ordinary card on an ordinary bus.
Rates of_gpu() {
  Rates rates;
  rates.fixed_us = 150;
  rates.scan_bytes_per_us = 250'000;
  rates.decode_bytes_per_us = 1000;
  rates.link_bytes_per_us = 5000;
  rates.read_bytes_per_us = 2000;
  rates.compile_us = 60'000;
  rates.build_ns = 10;
  set(rates, {{CostKind::kSimple, 0.002},
              {CostKind::kMultiply, 0.004},
              {CostKind::kWide, 0.02},
              {CostKind::kFloat, 0.02},
              {CostKind::kDivide, 0.02},
              {CostKind::kLookup, 0.005},
              {CostKind::kProbe, 0.02},
              {CostKind::kFarProbe, 0.2},
              {CostKind::kSumInteger, 0.004},
              {CostKind::kSumFloat, 0.01},
              {CostKind::kGroup, 0.02},
              {CostKind::kFarGroup, 0.2},
              {CostKind::kEmit, 3}});
  return rates;
}

void scale(Rates& rates, double slower) {
  rates.scan_bytes_per_us /= slower;
  for (double& ns : rates.row_ns) ns *= slower;
}

}  // namespace

Rates typical_rates(const backend::DeviceProfile& profile) {
  constexpr double kScalarSlower = 100;
  constexpr double kSoftwareSlower = 500;
  constexpr double kFastestMemory = 40'000;  // of a socket, bytes a microsecond: more cores do not read faster
  if (profile.kind == backend::DeviceKind::kWebGpu) {
    Rates rates = of_gpu();
    if (profile.software) scale(rates, kSoftwareSlower);
    return rates;
  }
  Rates rates = of_core();
  rates.workers = std::max(1, profile.parallelism);
  if (profile.kind == backend::DeviceKind::kScalar) {
    scale(rates, kScalarSlower);
    rates.fixed_us /= 2;  // nothing is prepared
  }
  for (double& ns : rates.row_ns) ns /= rates.workers;
  rates.scan_bytes_per_us = std::min(kFastestMemory, rates.scan_bytes_per_us * rates.workers);
  rates.decode_bytes_per_us *= rates.workers;
  return rates;
}

Cost predict(const Rates& rates, const Work& work, double missing_bytes, bool compiled, int workers) {
  // Fewer workers than were measured take longer in proportion; the memory's own rate is reached by a few already.
  constexpr double kWorkersForMemory = 4;
  const double all = std::max(1, rates.workers);
  const double some = std::clamp(std::min<double>(workers, work.parts), 1.0, all);
  const double slower = all / some;
  const double scan_slower = std::min(all, kWorkersForMemory) / std::min(some, kWorkersForMemory);
  Cost cost;
  cost.fixed = rates.fixed_us;
  cost.scan = work.bytes / rates.scan_bytes_per_us * scan_slower;
  if (!work.in_memory) cost.scan += work.bytes / rates.decode_bytes_per_us * slower;
  for (std::size_t kind = 0; kind < kCostKinds; ++kind) cost.compute += work.rows * work.times[kind] * rates.row_ns[kind] / 1000 * slower;
  cost.build = work.build_rows * rates.build_ns / 1000;
  if (rates.link_bytes_per_us > 0) cost.transfer = missing_bytes / rates.link_bytes_per_us;
  if (!compiled) cost.compile = rates.compile_us;
  if (rates.read_bytes_per_us > 0) cost.read_back = work.state_bytes / rates.read_bytes_per_us;
  return cost;
}

std::string print(const Rates& rates) {
  std::string text = fmt::format("{}\nworkers {}\n", kFirstLine, rates.workers);
  for (const Field& field : kFields) text += fmt::format("{} {}\n", field.name, rates.*field.value);
  for (std::size_t kind = 0; kind < kCostKinds; ++kind)
    text += fmt::format("{}_ns {}\n", name_of(static_cast<CostKind>(kind)), rates.row_ns[kind]);
  return text;
}

std::optional<Rates> parse_rates(std::string_view text) {
  const auto line = [&]() -> std::string_view {
    const std::size_t end = std::min(text.find('\n'), text.size());
    const std::string_view first = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    return first;
  };
  const auto number = [&](std::string_view name) -> std::optional<double> {
    const std::string_view written = line();
    if (written.size() <= name.size() || !written.starts_with(name) || written[name.size()] != ' ') return std::nullopt;
    const std::string_view digits = written.substr(name.size() + 1);
    double value = 0;
    const auto [end, failure] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
    constexpr double kMost = 1e9;
    if (failure != std::errc() || end != digits.data() + digits.size() || !(value >= 0) || value > kMost) return std::nullopt;
    return value;
  };
  if (line() != kFirstLine) return std::nullopt;
  Rates rates;
  rates.measured = true;
  const std::optional<double> workers = number("workers");
  if (!workers || *workers < 1 || *workers > 1e6) return std::nullopt;
  rates.workers = static_cast<int>(*workers);
  for (const Field& field : kFields) {
    const std::optional<double> value = number(field.name);
    if (!value) return std::nullopt;
    rates.*field.value = *value;
  }
  for (std::size_t kind = 0; kind < kCostKinds; ++kind) {
    const std::optional<double> value = number(fmt::format("{}_ns", name_of(static_cast<CostKind>(kind))));
    if (!value) return std::nullopt;
    rates.row_ns[kind] = *value;
  }
  if (rates.scan_bytes_per_us <= 0 || rates.decode_bytes_per_us <= 0) return std::nullopt;
  return rates;
}

}  // namespace trueno::dispatch
