#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "base/parallel.h"
#include "dispatch/dispatch.h"
#include "dispatch/experience.h"

namespace trueno::dispatch {

/// Where rates are kept between processes, by a name that is fit for a file. Either may be empty: they are measured each time.
struct RatesStore {
  std::function<std::optional<std::string>(const std::string& name)> read;
  std::function<void(const std::string& name, const std::string& text)> write;
};

/// The devices of a database, what is known of their speed, and the choice among them.
///
/// A GPU is opened and measured in the background, once what it could have saved so far has come to what opening it takes: until then the
/// CPU answers. Only pipelines count that could have gained 5 ms. Thread-safe.
class Devices {
 public:
  using MakeParallel = std::function<Parallel(std::size_t threads)>;
  /// `parallel`: loops on so many threads, for measuring; none: measured on one.
  explicit Devices(std::vector<std::shared_ptr<backend::Backend>> list, MakeParallel parallel = {}, RatesStore store = {});
  /// Waits for a GPU that is being opened.
  ~Devices();
  Devices(const Devices&) = delete;
  Devices& operator=(const Devices&) = delete;

  [[nodiscard]] const std::vector<std::shared_ptr<backend::Backend>>& list() const { return list_; }

  /// Whether `choose` looks at what rows are called: else their names need not be made.
  [[nodiscard]] bool asks_for_names(const Request& request) const;
  /// Chooses a device for one pipeline. `name`, `column_bytes`: of the rows it reads, where a device may have them already; the name is
  /// empty where none can. kNotSupported when a forced device declines or is missing; kDevice when that is the GPU and it is required.
  [[nodiscard]] Result<Decision> choose(const Job& job, const backend::RowsName& name, const std::vector<std::int64_t>& column_bytes,
                                        const Request& request);
  /// Tells what came of it.
  void learn(const kernel::Program& program, const backend::RowsName& name, const Decision& decision, const Outcome& outcome,
             const Request& request);

  /// A device said that it can run a program, and then could not: it is not asked for programs like it for a while, unless by a forced
  /// policy. One that was lost is opened again by its next use; three times in a row, and it counts as none.
  void report_failure(std::size_t device, const kernel::Program& program, const Error& failure);

  /// Opens and measures all devices anew, a GPU only if it is the kind that is meant; takes some seconds. The error of a GPU that cannot be
  /// opened is remembered and said by `choose`. kDevice, kInternal when a device computes nonsense.
  [[nodiscard]] Status calibrate(bool software_gpu);
  [[nodiscard]] Rates rates(std::size_t device) const;
  /// What was measured earlier, by this process or another, of a device of this name and identity.
  [[nodiscard]] std::optional<Rates> kept_rates(const std::string& name, const std::string& identity) const;
  /// Takes these for measured, and the device for ready.
  void set_rates(std::size_t device, const Rates& rates);
  /// Waits for what goes on in the background.
  void settle();
  [[nodiscard]] std::vector<LoggedDecision> decisions() const { return experience_.decisions(); }

 private:
  enum class Stage : std::uint8_t { kClosed, kOpening, kReady, kFailed };
  struct Known {
    Rates rates;
    std::atomic<Stage> stage = Stage::kClosed;
    double missed_us = 0;  // that it could have saved
    std::string failure;
    struct Failed {
      std::string why;
      int asked = 0;  // since
    };
    std::unordered_map<std::uint64_t, Failed> failed_shapes;
    int losses = 0;  // of the device, in a row
  };
  [[nodiscard]] bool learn_kept(const kernel::Program& program, const Decision& decision, const Outcome& outcome);
  // What a bid is made from.
  struct Question {
    const Job& job;
    const Work& work;
    const backend::RowsName& name;
    const std::vector<std::int64_t>& column_bytes;
    const Request& request;
  };

  [[nodiscard]] bool considered(std::size_t device, const Request& request) const;
  [[nodiscard]] std::size_t vector_device() const;
  [[nodiscard]] Bid cpu_bid(std::size_t device, const Question& question, std::uint64_t shape) const;
  [[nodiscard]] Bid gpu_bid(std::size_t device, const Question& question, std::uint64_t shape, double best_cpu_us);
  [[nodiscard]] std::optional<std::size_t> cheapest(const std::vector<Bid>& bids, Policy policy, const Request& request) const;
  [[nodiscard]] std::optional<std::size_t> by_intensity(const std::vector<Bid>& bids, const Question& question) const;
  [[nodiscard]] std::vector<Bid> all_bids(const Question& question, std::uint64_t shape);
  [[nodiscard]] std::string why_declined(const std::vector<Bid>& bids, const Request& request) const;
  [[nodiscard]] std::optional<std::size_t> runner_up(const std::vector<Bid>& bids, std::size_t best, const Request& request) const;
  [[nodiscard]] backend::Support failed_before(std::size_t device, std::uint64_t shape);
  [[nodiscard]] backend::Support not_ready(std::size_t device, double gain_us, bool recorded);
  void start_opening(std::size_t device);
  void open_and_measure(std::size_t device);
  void fail(std::size_t device, std::string why);
  void keep(std::size_t device, const Rates& rates) const;
  [[nodiscard]] Result<Rates> measure(std::size_t device) const;

  std::vector<std::shared_ptr<backend::Backend>> list_;
  MakeParallel parallel_;
  RatesStore store_;
  mutable Mutex mutex_;  // of known_ but for the stages, and of the background work
  std::vector<std::unique_ptr<Known>> known_;
  Experience experience_;
  struct Background;
  std::unique_ptr<Background> background_;
};

}  // namespace trueno::dispatch
