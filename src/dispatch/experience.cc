#include "dispatch/experience.h"

#include <algorithm>
#include <cmath>

namespace trueno::dispatch {

namespace {

constexpr std::size_t kMostRemembered = 4096;  // of each list: what goes beyond is learned anew
constexpr std::size_t kMostLogged = 1000;
constexpr double kLeastWeight = 0.2;  // of a new observation
constexpr double kMostOff = 16;       // of all programs of a kind: further off is a matter of that one
constexpr double kOwnMostOff = 1000;  // of a program
constexpr int kExploring = 100;

class Mixer {
 public:
  void add(std::uint64_t part) { hash_ = (hash_ ^ part) * 0x9E3779B97F4A7C15 ^ (hash_ >> 29); }
  [[nodiscard]] std::uint64_t hash() const { return hash_; }

 private:
  std::uint64_t hash_ = 0x243F6A8885A308D3;
};

int kind_of(const kernel::Program& program) { return static_cast<int>(program.sink.kind) * 2 + (program.tables.empty() ? 0 : 1); }

std::uint64_t key_of(std::size_t device, std::uint64_t shape, double rows) {
  Mixer mixer;
  mixer.add(device);
  mixer.add(shape);
  mixer.add(static_cast<std::uint64_t>(std::ilogb(std::max(rows, 1.0))));
  return mixer.hash();
}

}  // namespace

std::uint64_t shape_of(const kernel::Program& program) {
  Mixer mixer;
  for (const kernel::Instruction& i : program.instructions) {
    mixer.add(static_cast<std::uint64_t>(i.op));
    mixer.add(i.index);
    mixer.add(static_cast<std::uint64_t>(i.lane));
    for (const kernel::ValueId id : i.args) mixer.add(id);
  }
  for (const kernel::SourceColumn& column : program.source.columns) mixer.add(static_cast<std::uint64_t>(column.index));
  mixer.add(static_cast<std::uint64_t>(program.sink.kind));
  for (const kernel::ValueId id : program.sink.keys) mixer.add(id);
  for (const kernel::ValueId id : program.sink.values) mixer.add(id);
  for (const kernel::Accumulator& a : program.sink.accumulators) {
    mixer.add(static_cast<std::uint64_t>(a.kind));
    mixer.add(a.argument);
  }
  return mixer.hash();
}

std::string shape_name(const kernel::Program& program) {
  static constexpr std::string_view kSinks[] = {"emit", "reduce", "group", "top", "sort", "build", "collect"};
  return fmt::format("{}, {}", program.tables.empty() ? "scan" : "join", kSinks[static_cast<std::size_t>(program.sink.kind)]);
}

void Experience::Ratio::add(double observed, double most) {
  observed = std::clamp(observed, 1 / most, most);
  const double weight = std::max(kLeastWeight, 1.0 / (seen + 1));
  value += weight * (observed - value);
  ++seen;
}

double Experience::correction(std::size_t device, const kernel::Program& program, std::uint64_t shape, double rows) const {
  const LockGuard lock(mutex_);
  if (const auto found = by_shape_.find(key_of(device, shape, rows)); found != by_shape_.end()) return found->second.value;
  const auto found = by_kind_.find({device, kind_of(program)});
  return found == by_kind_.end() ? 1 : found->second.value;
}

void Experience::learn(std::size_t device, const kernel::Program& program, std::uint64_t shape, double rows, double predicted_us,
                       double measured_us) {
  if (!(predicted_us > 0) || !(measured_us > 0)) return;
  const LockGuard lock(mutex_);
  if (by_shape_.size() >= kMostRemembered) by_shape_.clear();
  by_shape_[key_of(device, shape, rows)].add(measured_us / predicted_us, kOwnMostOff);
  by_kind_[{device, kind_of(program)}].add(measured_us / predicted_us, kMostOff);
}

double Experience::credit(const std::string& content) const {
  const LockGuard lock(mutex_);
  const auto found = credits_.find(content);
  return found == credits_.end() ? 0 : found->second;
}

void Experience::add_credit(const std::string& content, double us) {
  const LockGuard lock(mutex_);
  if (credits_.size() >= kMostRemembered) credits_.clear();
  credits_[content] += us;
}

void Experience::spend_credit(const std::string& content, double us) {
  const LockGuard lock(mutex_);
  const auto found = credits_.find(content);
  if (found != credits_.end()) found->second = std::max(0.0, found->second - us);
}

bool Experience::explores(std::uint64_t shape) {
  const LockGuard lock(mutex_);
  if (runs_.size() >= kMostRemembered) runs_.clear();
  return ++runs_[shape] % kExploring == 0;
}

void Experience::log(LoggedDecision decision) {
  const LockGuard lock(mutex_);
  decision.number = ++logged_;
  if (log_.size() == kMostLogged) log_.pop_front();
  log_.push_back(std::move(decision));
}

std::vector<LoggedDecision> Experience::decisions() const {
  const LockGuard lock(mutex_);
  return {log_.begin(), log_.end()};
}

}  // namespace trueno::dispatch
