#pragma once

#include <array>
#include <string>
#include <string_view>

#include "backend/backend.h"
#include "dispatch/work.h"

namespace trueno::dispatch {

/// How fast one device is. Microseconds, bytes a microsecond (= MB/s), and nanoseconds a row over all its workers.
struct Rates {
  bool measured = false;           // else what such devices usually do
  double fixed_us = 0;             // of a pipeline, however small
  double scan_bytes_per_us = 1;    // sequential reading of memory
  double decode_bytes_per_us = 1;  // of a source that is not in memory, by the host
  double link_bytes_per_us = 0;    // host to device; 0: none
  double read_bytes_per_us = 0;    // back; 0: none
  double compile_us = 0;           // of a pipeline that never ran
  double build_ns = 0;             // a row of a join's table
  std::array<double, kCostKinds> row_ns = {};
  int workers = 1;  // that these hold for
};

/// A prediction, by what it is made of. Microseconds.
struct Cost {
  double fixed = 0;
  double scan = 0;
  double compute = 0;
  double build = 0;
  double transfer = 0;
  double compile = 0;
  double read_back = 0;
  [[nodiscard]] double total() const { return fixed + scan + compute + build + transfer + compile + read_back; }
};

/// What such a device usually does: until it is measured.
[[nodiscard]] Rates typical_rates(const backend::DeviceProfile& profile);

/// `missing_bytes`: that have to move first. `workers`: that run may use.
[[nodiscard]] Cost predict(const Rates& rates, const Work& work, double missing_bytes, bool compiled, int workers);

/// A name and a number a line. What is kept between processes.
[[nodiscard]] std::string print(const Rates& rates);
/// Nothing: not such a text, or one of another version. Rates out of all proportion are refused too.
[[nodiscard]] std::optional<Rates> parse_rates(std::string_view text);

}  // namespace trueno::dispatch
