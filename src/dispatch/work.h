#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "kernel/program.h"

namespace trueno::dispatch {

/// Kinds of what a pipeline does to a row. Instructions of a kind take about as long as each other on one device.
enum class CostKind : std::uint8_t {
  kSimple,      // comparison, logic, selection, sums and differences of integers
  kMultiply,    // of integers
  kWide,        // arithmetic of 128 bits
  kFloat,       // arithmetic of floats
  kDivide,      // divisions, conversions, dates
  kText,        // looks at the bytes of a text
  kLookup,      // by dictionary entry
  kHost,        // a function of the host
  kProbe,       // into a table that a core's cache holds
  kFarProbe,    // into one that no cache holds
  kSumInteger,  // counts and extremes too
  kSumFloat,    // exact
  kGroup,       // into a table that a core's cache holds
  kFarGroup,    // into one that no cache holds
  kEmit,        // a value handed on
  kSort,        // a row put in order
};
inline constexpr std::size_t kCostKinds = static_cast<std::size_t>(CostKind::kSort) + 1;
[[nodiscard]] std::string_view name_of(CostKind kind);

/// What is known of one run of a pipeline before it runs.
struct Job {
  const kernel::Program* program = nullptr;
  std::int64_t rows = -1;                // -1: not known
  std::int64_t bytes = -1;               // of the columns it reads, as their source has them; -1: not known
  std::int64_t parts = -1;               // that workers take one by one; -1: not known
  bool in_memory = true;                 // else the source decodes, on whichever device it then runs
  std::vector<std::int64_t> table_rows;  // of the build sides it probes; none: not known yet
};

/// The same as amounts, the same for every device.
struct Work {
  double rows = 0;
  double bytes = 0;
  double parts = 1;  // no more workers than that have something to do
  bool in_memory = true;
  std::array<double, kCostKinds> times = {};  // a row does each kind
  double build_rows = 0;                      // of tables that a device has to make before it probes them
  double state_bytes = 0;                     // read back from a device with memory of its own
};
/// `kept`: the share of the rows that come in that go out again, where runs have told; it is assumed otherwise.
[[nodiscard]] Work describe(const Job& job, std::optional<double> kept = std::nullopt);

}  // namespace trueno::dispatch
