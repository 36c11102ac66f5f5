#include "dispatch/devices.h"

#include <algorithm>
#include <cmath>

#include "base/hash.h"
#include "dispatch/calibrate.h"

#ifndef __wasm__
#include <thread>
#endif

namespace trueno::dispatch {

namespace {

using backend::Backend;
using backend::DeclineReason;
using backend::DeviceKind;
using backend::DeviceProfile;
using backend::Support;

constexpr double kWorthUs = 5000;       // a gain below is no reason to open a device
constexpr double kOpeningUs = 700'000;  // opening and measuring one
constexpr double kCloseRunnerUp = 2;    // how much slower a device may be thought to be and still be tried
constexpr double kIntenseRatio = 5;
constexpr std::int64_t kIntenseBytes = 10'000'000;

bool is_gpu(const DeviceProfile& profile) { return profile.kind == DeviceKind::kWebGpu; }

// Of the rates of a device, among files.
std::string file_name(const std::string& device, const std::string& identity) {
  std::string name = device + "-" + identity;
  const std::uint64_t hash = hash_bytes(name);  // where what files cannot be called, or a long tail, made two names one
  for (char& c : name) {
    if (!(c >= 'a' && c <= 'z') && !(c >= 'A' && c <= 'Z') && !(c >= '0' && c <= '9')) c = '-';
  }
  constexpr std::size_t kLongest = 100;
  return fmt::format("{}-{:016x}.rates", name.substr(0, kLongest), hash);
}

std::string file_name(const DeviceProfile& profile) { return file_name(profile.name, profile.identity); }

std::string milliseconds(double us) { return fmt::format("{:.1f} ms", us / 1000); }

}  // namespace

#ifdef __wasm__
struct Devices::Background {};
#else
struct Devices::Background {
  std::vector<std::thread> threads;
};
#endif

Devices::Devices(std::vector<std::shared_ptr<Backend>> list, MakeParallel parallel, RatesStore store)
    : list_(std::move(list)), parallel_(std::move(parallel)), store_(std::move(store)), background_(std::make_unique<Background>()) {
  for (const std::shared_ptr<Backend>& device : list_) {
    auto known = std::make_unique<Known>();
    known->rates = typical_rates(device->profile());
    known_.push_back(std::move(known));
  }
}

Devices::~Devices() { settle(); }

void Devices::settle() {
#ifndef __wasm__
  std::vector<std::thread> threads;
  {
    const LockGuard lock(mutex_);
    threads.swap(background_->threads);
  }
  for (std::thread& thread : threads) thread.join();
#endif
}

Rates Devices::rates(std::size_t device) const {
  const LockGuard lock(mutex_);
  return known_[device]->rates;
}

std::optional<Rates> Devices::kept_rates(const std::string& name, const std::string& identity) const {
  if (!store_.read) return std::nullopt;
  const std::optional<std::string> text = store_.read(file_name(name, identity));
  return text ? parse_rates(*text) : std::nullopt;
}

void Devices::set_rates(std::size_t device, const Rates& rates) {
  {
    const LockGuard lock(mutex_);
    known_[device]->rates = rates;
    known_[device]->losses = 0;
  }
  known_[device]->stage = Stage::kReady;
}

// Which devices have a say: of the GPUs, the one that is meant.
bool Devices::considered(std::size_t device, const Request& request) const {
  const DeviceProfile& profile = list_[device]->profile();
  return !is_gpu(profile) || profile.software == request.software_gpu;
}

bool Devices::asks_for_names(const Request& request) const {
  const bool asked = request.policy == Policy::kGpu || request.policy == Policy::kIntensity;
  for (std::size_t i = 0; i < list_.size(); ++i) {
    if (is_gpu(list_[i]->profile()) && considered(i, request) && request.no_gpu.empty() && (asked || known_[i]->stage == Stage::kReady))
      return true;
  }
  return false;
}

std::size_t Devices::vector_device() const {
  const auto found = std::ranges::find_if(list_, [](const auto& d) { return d->profile().kind == DeviceKind::kSimd; });
  return static_cast<std::size_t>(found - list_.begin());
}

Bid Devices::cpu_bid(std::size_t device, const Question& question, std::uint64_t shape) const {
  Bid bid;
  bid.device = list_[device]->profile().name;
  bid.support = list_[device]->supports(*question.job.program);
  bid.cost = predict(rates(device), question.work, 0, true, question.request.workers);
  bid.predicted_us = bid.cost.total();
  // What the vector device taught holds for the scalar one too: between these two, which differ hundredfold, rates decide and noise does
  // not.
  if (question.request.learning)
    bid.predicted_us *= experience_.correction(vector_device(), *question.job.program, shape, question.work.rows);
  return bid;
}

Support Devices::not_ready(std::size_t device, double gain_us, bool recorded) {
  Known& known = *known_[device];
  if (known.stage == Stage::kFailed) {
    const LockGuard lock(mutex_);
    return {DeclineReason::kNoDevice, known.failure};
  }
  if (known.stage == Stage::kOpening) return {DeclineReason::kNotMeasured, "being opened and measured; the CPU answers meanwhile"};
  double missed = 0;
  {
    const LockGuard lock(mutex_);
    if (recorded && gain_us > kWorthUs) known.missed_us += gain_us;
    missed = known.missed_us;
  }
  if (recorded && missed >= kOpeningUs) {
    start_opening(device);
    return {DeclineReason::kNotMeasured, "being opened and measured; the CPU answers meanwhile"};
  }
  if (recorded && gain_us <= kWorthUs) return {DeclineReason::kNotMeasured, "gain too small"};
  return {DeclineReason::kNotMeasured,
          fmt::format("not opened: it could have saved {} so far, opening it takes about {}; CALL trueno_calibrate() opens it",
                      milliseconds(missed), milliseconds(kOpeningUs))};
}

// Now and then one that failed is tried again: memory may have been short for once.
Support Devices::failed_before(std::size_t device, std::uint64_t shape) {
  constexpr int kTriedAgain = 64;
  const LockGuard lock(mutex_);
  const auto found = known_[device]->failed_shapes.find(shape);
  if (found == known_[device]->failed_shapes.end() || ++found->second.asked % kTriedAgain == 0) return {};
  return {DeclineReason::kFailedBefore, found->second.why};
}

void Devices::report_failure(std::size_t device, const kernel::Program& program, const Error& failure) {
  Known& known = *known_[device];
  const bool lost = !list_[device]->is_open();
  const LockGuard lock(mutex_);
  constexpr std::size_t kMostFailures = 1024;
  constexpr int kMostLosses = 3;
  if (!lost) {
    if (known.failed_shapes.size() >= kMostFailures) known.failed_shapes.clear();
    known.failed_shapes[shape_of(program)] = {failure.message(), 0};
  } else if (++known.losses >= kMostLosses) {
    known.failure =
        fmt::format("failed {} times in a row, the last time: {}; CALL trueno_calibrate() tries it again", known.losses, failure.message());
    known.stage = Stage::kFailed;
  }
}

Bid Devices::gpu_bid(std::size_t device, const Question& question, std::uint64_t shape, double best_cpu_us) {
  const Job& job = question.job;
  const Request& request = question.request;
  Backend& backend = *list_[device];
  Bid bid;
  bid.device = backend.profile().name;
  const Rates known = rates(device);
  const double correction = request.learning ? experience_.correction(device, *job.program, shape, question.work.rows) : 1;
  const auto set_cost = [&](double missing_bytes, bool compiled) {
    bid.cost = predict(known, question.work, missing_bytes, compiled, 1);
    if (request.learning) bid.cost.transfer *= experience_.link_correction(device);
    const double moved = bid.cost.transfer + bid.cost.compile;
    bid.predicted_us = (bid.cost.total() - moved) * correction + moved;
  };
  const bool asked = request.policy == Policy::kGpu || request.policy == Policy::kIntensity;
  set_cost(0, true);
  if (!asked && known_[device]->stage != Stage::kReady) {
    bid.support = not_ready(device, best_cpu_us - bid.predicted_us, request.recorded);
    set_cost(question.work.bytes, false);
    return bid;
  }
  // Not even with all columns there: then the rest need not be looked at, which takes longer than a small query.
  if (!asked && bid.predicted_us >= best_cpu_us * kCloseRunnerUp) return bid;
  bid.support = backend.supports(*job.program);
  if (bid.support.yes() && !asked) bid.support = failed_before(device, shape);
  if (!bid.support.yes()) return bid;
  bid.missing_bytes = backend.missing_bytes(*job.program, question.name, question.column_bytes);
  if (question.column_bytes.empty()) bid.missing_bytes = static_cast<std::int64_t>(question.work.bytes);
  set_cost(static_cast<double>(bid.missing_bytes), backend.is_prepared(*job.program));
  if (request.learning && !question.name.content.empty())
    bid.credit_us = std::min(bid.cost.transfer + bid.cost.compile, experience_.credit(question.name.content));
  return bid;
}

std::optional<std::size_t> Devices::cheapest(const std::vector<Bid>& bids, Policy policy, const Request& request) const {
  std::optional<std::size_t> best;
  for (std::size_t i = 0; i < list_.size(); ++i) {
    const DeviceProfile& profile = list_[i]->profile();
    const bool allowed = policy == Policy::kCost || (policy == Policy::kSimd && profile.kind == DeviceKind::kSimd) ||
                         (policy == Policy::kScalar && profile.kind == DeviceKind::kScalar) || (policy == Policy::kGpu && is_gpu(profile));
    if (!allowed || !considered(i, request) || !bids[i].support.yes()) continue;
    if (!best || bids[i].counted_us() < bids[*best].counted_us()) best = i;
  }
  return best;
}

// The rule of five: compares the GPU with itself, so whatever scans and little else stays on the CPU.
std::optional<std::size_t> Devices::by_intensity(const std::vector<Bid>& bids, const Question& question) const {
  for (std::size_t i = 0; i < list_.size(); ++i) {
    if (!is_gpu(list_[i]->profile()) || !considered(i, question.request) || !bids[i].support.yes()) continue;
    const Rates known = rates(i);
    const Cost& cost = bids[i].cost;
    const double moving = known.link_bytes_per_us > 0 ? question.work.bytes / known.link_bytes_per_us : 0;
    if (question.work.bytes > static_cast<double>(kIntenseBytes) && cost.scan + cost.compute > kIntenseRatio * moving) return i;
  }
  const std::optional<std::size_t> simd = cheapest(bids, Policy::kSimd, question.request);
  return simd ? simd : cheapest(bids, Policy::kScalar, question.request);
}

std::vector<Bid> Devices::all_bids(const Question& question, std::uint64_t shape) {
  const Request& request = question.request;
  std::vector<Bid> bids(list_.size());
  double best_cpu_us = INFINITY;
  for (std::size_t i = 0; i < list_.size(); ++i) {
    if (is_gpu(list_[i]->profile())) continue;
    bids[i] = cpu_bid(i, question, shape);
    if (bids[i].support.yes()) best_cpu_us = std::min(best_cpu_us, bids[i].predicted_us);
  }
  const bool forced_cpu = request.policy == Policy::kSimd || request.policy == Policy::kScalar;
  for (std::size_t i = 0; i < list_.size(); ++i) {
    if (!is_gpu(list_[i]->profile()) || !considered(i, request)) continue;
    if (!forced_cpu && request.no_gpu.empty()) {
      bids[i] = gpu_bid(i, question, shape, best_cpu_us);
      continue;
    }
    bids[i].device = list_[i]->profile().name;
    bids[i].support =
        forced_cpu ? Support{DeclineReason::kNotMeasured, "not asked"} : Support{DeclineReason::kSink, std::string(request.no_gpu)};
  }
  return bids;
}

// Of the devices that the policy is about, the last one that declined.
std::string Devices::why_declined(const std::vector<Bid>& bids, const Request& request) const {
  std::string declined;
  for (std::size_t i = 0; i < list_.size(); ++i) {
    const DeviceProfile& profile = list_[i]->profile();
    const bool about =
        request.policy == Policy::kGpu ? is_gpu(profile) : (request.policy != Policy::kSimd || profile.kind == DeviceKind::kSimd);
    if (about && considered(i, request) && !bids[i].support.yes())
      declined = fmt::format("{} declined: {}", bids[i].device, bids[i].support.detail);
  }
  return declined;
}

// Who might be faster than is thought. Between the CPU's devices there is no doubt.
std::optional<std::size_t> Devices::runner_up(const std::vector<Bid>& bids, std::size_t best, const Request& request) const {
  std::optional<std::size_t> second;
  for (std::size_t i = 0; i < list_.size(); ++i) {
    if (i == best || !considered(i, request) || !bids[i].support.yes()) continue;
    if (!is_gpu(list_[i]->profile()) && !is_gpu(list_[best]->profile())) continue;
    if (bids[i].predicted_us > kCloseRunnerUp * bids[best].counted_us()) continue;
    if (!second || bids[i].predicted_us < bids[*second].predicted_us) second = i;
  }
  return second;
}

Result<Decision> Devices::choose(const Job& job, const backend::RowsName& name, const std::vector<std::int64_t>& column_bytes,
                                 const Request& request) {
  Decision decision;
  decision.shape = shape_of(*job.program);
  const Work work = describe(job, request.learning ? experience_.kept(decision.shape) : std::nullopt);
  const Question question{job, work, name, column_bytes, request};
  decision.rows = work.rows;
  std::vector<Bid> bids = all_bids(question, decision.shape);
  Policy decisive = request.policy;
  std::optional<std::size_t> choice = decisive == Policy::kIntensity ? by_intensity(bids, question) : cheapest(bids, decisive, request);
  if (!choice && request.policy == Policy::kGpu) {
    const std::string declined = why_declined(bids, request);
    decision.gpu_refusal = declined.empty() ? "there is none" : declined;
    if (request.gpu_required) {
      return error(ErrorCode::kDevice, "the GPU was asked for, but {}", decision.gpu_refusal)
          .hint("see trueno doctor, or SET gpu_fallback = 'warn'");
    }
    decisive = request.fallback;
    choice = cheapest(bids, decisive, request);
  }
  if (!choice) {
    const std::string declined = why_declined(bids, request);
    return error(ErrorCode::kNotSupported, "no device that the setting backend allows can run this: {}",
                 declined.empty() ? "it is not there" : declined)
        .hint("SET backend = 'cost'");
  }
  switch (decisive) {
    case Policy::kCost: decision.reason = list_.size() == 1 ? "the only device" : "least predicted time"; break;
    case Policy::kIntensity: decision.reason = "the rule of the setting backend = 'intensity'"; break;
    case Policy::kSimd:
    case Policy::kScalar:
    case Policy::kGpu: decision.reason = "forced by the setting backend"; break;
  }
  if (!decision.gpu_refusal.empty()) decision.reason = fmt::format("the GPU was asked for, but {}", decision.gpu_refusal);
  if (request.policy == Policy::kCost && request.learning) {
    const std::optional<std::size_t> second = runner_up(bids, *choice, request);
    if (second && request.recorded && experience_.explores(decision.shape)) {
      choice = second;
      decision.reason = "one run in a hundred tries the runner-up";
    } else if (bids[*choice].credit_us > 0) {
      decision.reason = fmt::format("least predicted time, with {} that earlier runs lost for want of its columns",
                                    milliseconds(bids[*choice].credit_us));
    }
  }
  const Bid& chosen = bids[*choice];
  decision.device = *choice;
  decision.predicted_us = chosen.predicted_us;
  decision.computed_us = chosen.cost.total() - chosen.cost.transfer - chosen.cost.compile;
  decision.compiled = chosen.cost.compile == 0;
  // Devices that stand apart from the request (a software GPU nobody asked for) are not shown.
  decision.bids.reserve(bids.size());
  for (std::size_t i = 0; i < list_.size(); ++i) {
    if (considered(i, request)) decision.bids.push_back(std::move(bids[i]));
  }
  return decision;
}

// Whether that told for the first time how many rows a program hands out.
bool Devices::learn_kept(const kernel::Program& program, const Decision& decision, const Outcome& outcome) {
  const bool emits = program.sink.kind == kernel::SinkKind::kEmit || program.sink.kind == kernel::SinkKind::kBuild;
  if (!emits || outcome.rows <= 0 || outcome.rows_out < 0) return false;
  return experience_.learn_kept(decision.shape, static_cast<double>(outcome.rows_out) / static_cast<double>(outcome.rows));
}

void Devices::learn(const kernel::Program& program, const backend::RowsName& name, const Decision& decision, const Outcome& outcome,
                    const Request& request) {
  if (!request.recorded) return;
  const DeviceProfile& profile = list_[decision.device]->profile();
  LoggedDecision logged;
  logged.device = profile.name;
  logged.reason = decision.reason;
  logged.sink = program.sink.kind;
  logged.joins = !program.tables.empty();
  logged.predicted_us = decision.predicted_us;
  logged.outcome = outcome;
  logged.bids = decision.bids;
  experience_.log(std::move(logged));
  if (is_gpu(profile)) {
    const LockGuard lock(mutex_);
    known_[decision.device]->losses = 0;
  }
  if (!request.learning) return;
  if (learn_kept(program, decision, outcome)) return;  // the prediction was for another number of rows
  // Build sides move for every query: what is left beside a short way was computing.
  constexpr double kShort = 0.2;
  const bool computed = outcome.moved_bytes == 0 || outcome.transfer_us <= kShort * outcome.measured_us;
  if (computed && decision.compiled && profile.kind != DeviceKind::kScalar)
    experience_.learn(decision.device, program, decision.shape, decision.rows, decision.computed_us,
                      outcome.measured_us - outcome.transfer_us);
  // What a run took beyond computing was moving; of little it is mostly something else.
  constexpr std::int64_t kMuchMoved = std::int64_t{1} << 20;
  const double link = rates(decision.device).link_bytes_per_us;
  if (!computed && outcome.moved_bytes >= kMuchMoved && decision.compiled && link > 0)
    experience_.learn_link(decision.device, static_cast<double>(outcome.moved_bytes) / link, outcome.measured_us - decision.computed_us);
  if (name.content.empty()) return;
  if (is_gpu(profile)) {
    const auto own = std::ranges::find(decision.bids, profile.name, &Bid::device);
    if (own != decision.bids.end()) experience_.spend_credit(name.content, own->credit_us);
    return;
  }
  if (request.policy != Policy::kCost) return;
  // What a GPU with all columns there and everything compiled would have saved.
  for (const Bid& bid : decision.bids) {
    const double owed = bid.cost.transfer + bid.cost.compile;
    if (owed == 0 || !bid.support.yes() || bid.device == profile.name) continue;
    const double gain = outcome.measured_us - (bid.predicted_us - owed);
    if (gain > 0) experience_.add_credit(name.content, gain);
  }
}

void Devices::start_opening(std::size_t device) {
  Stage closed = Stage::kClosed;
  if (!known_[device]->stage.compare_exchange_strong(closed, Stage::kOpening)) return;
#ifdef __wasm__
  open_and_measure(device);
#else
  const LockGuard lock(mutex_);
  background_->threads.emplace_back([this, device] { open_and_measure(device); });
#endif
}

void Devices::open_and_measure(std::size_t device) {
  const Backend& backend = *list_[device];
  Status opened = backend.open();
  if (opened) {
    std::optional<Rates> stored = kept_rates(backend.profile().name, backend.profile().identity);
    if (!stored) {
      Result<Rates> measured = measure(device);
      if (measured) {
        stored = *measured;
        keep(device, *stored);
      } else {
        opened = measured.error();
      }
    }
    if (stored) set_rates(device, *stored);
    for (std::size_t i = 0; i < list_.size(); ++i) {  // and with what was once measured of the others
      const DeviceProfile& profile = list_[i]->profile();
      if (is_gpu(profile) || rates(i).measured) continue;
      if (const std::optional<Rates> kept = kept_rates(profile.name, profile.identity)) set_rates(i, *kept);
    }
  }
  if (!opened) fail(device, opened.error().message());
}

void Devices::fail(std::size_t device, std::string why) {
  {
    const LockGuard lock(mutex_);
    known_[device]->failure = std::move(why);
  }
  known_[device]->stage = Stage::kFailed;
}

void Devices::keep(std::size_t device, const Rates& rates) const {
  if (store_.write) store_.write(file_name(list_[device]->profile()), print(rates));
}

Result<Rates> Devices::measure(std::size_t device) const {
  Backend& backend = *list_[device];
  const auto workers = static_cast<std::size_t>(std::max(1, backend.profile().parallelism));
  return measure_rates(backend, typical_rates(backend.profile()),
                       parallel_ && !is_gpu(backend.profile()) ? parallel_(workers) : Parallel());
}

Status Devices::calibrate(bool software_gpu) {
  settle();
  for (std::size_t i = 0; i < list_.size(); ++i) {
    const DeviceProfile& profile = list_[i]->profile();
    if (profile.kind == DeviceKind::kScalar) continue;  // the reference is never the fastest
    if (is_gpu(profile) && profile.software != software_gpu) continue;
    if (is_gpu(profile)) {
      const Status opened = list_[i]->open();
      if (!opened) {
        fail(i, opened.error().message());
        continue;
      }
    }
    const Rates measured = TRUENO_TRY(measure(i));
    set_rates(i, measured);
    keep(i, measured);
  }
  return {};
}

}  // namespace trueno::dispatch
