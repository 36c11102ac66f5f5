#include "dispatch/experience.h"

#include <algorithm>
#include <cmath>

#include "base/hash.h"

namespace trueno::dispatch {

namespace {

constexpr std::size_t kMostRemembered = 4096;  // of each list: what goes beyond is learned anew
constexpr std::size_t kMostLogged = 1000;
constexpr double kLeastWeight = 0.2;  // of a new observation
constexpr double kMostOff = 16;       // of all programs of a kind: further off is a matter of that one
constexpr double kOwnMostOff = 1000;  // of a program, or of a link
constexpr int kExploring = 100;

int kind_of(const kernel::Program& program) { return static_cast<int>(program.sink.kind) * 2 + (program.tables.empty() ? 0 : 1); }

std::uint64_t key_of(std::size_t device, std::uint64_t shape, double rows) {
  return hash_combine(hash_combine(shape, device), static_cast<std::uint64_t>(std::ilogb(std::max(rows, 1.0))));
}

}  // namespace

std::uint64_t shape_of(const kernel::Program& program) {
  std::uint64_t hash = 0;
  const auto add = [&](auto part) { hash = hash_combine(hash, static_cast<std::uint64_t>(part)); };
  for (const kernel::Instruction& i : program.instructions) {
    add(i.op);
    add(i.index);
    add(i.lane);
    for (const kernel::ValueId id : i.args) add(id);
  }
  for (const kernel::SourceColumn& column : program.source.columns) add(column.index);
  add(program.sink.kind);
  for (const kernel::ValueId id : program.sink.keys) add(id);
  for (const kernel::ValueId id : program.sink.values) add(id);
  for (const kernel::Accumulator& a : program.sink.accumulators) {
    add(a.kind);
    add(a.argument);
  }
  return hash;
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

std::optional<double> Experience::kept(std::uint64_t shape) const {
  const LockGuard lock(mutex_);
  const auto found = kept_.find(shape);
  return found == kept_.end() ? std::nullopt : std::optional(found->second.value);
}

bool Experience::learn_kept(std::uint64_t shape, double share) {
  const LockGuard lock(mutex_);
  if (kept_.size() >= kMostRemembered) kept_.clear();
  Ratio& known = kept_[shape];
  const double weight = std::max(kLeastWeight, 1.0 / (known.seen + 1));
  known.value += weight * (share - known.value);
  return known.seen++ == 0;
}

double Experience::link_correction(std::size_t device) const {
  const LockGuard lock(mutex_);
  const auto found = links_.find(device);
  return found == links_.end() ? 1 : found->second.value;
}

void Experience::learn_link(std::size_t device, double predicted_us, double measured_us) {
  if (!(predicted_us > 0) || !(measured_us > 0)) return;
  const LockGuard lock(mutex_);
  links_[device].add(measured_us / predicted_us, kOwnMostOff);
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
