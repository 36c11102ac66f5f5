// Any bytes as a CSV file: sniffing and scanning end in rows or in a typed error, and parts of any size give the same rows.
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "io/memory_file_system.h"
#include "rows_of.h"
#include "storage/csv/csv_source.h"

namespace {

using namespace trueno;

std::string read_all(const MemoryFileSystem& files, const CsvOptions& options) { return fuzz::rows_of(open_csv(files, "f.csv", options)); }

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 2 || size > 4096) return 0;
  CsvOptions options;
  if ((data[0] & 1) != 0) options.ignore_errors = true;
  if ((data[0] & 2) != 0) options.null_padding = true;
  if ((data[0] & 4) != 0) options.all_varchar = true;
  if ((data[0] & 8) != 0) options.quote = '"';
  if ((data[0] & 16) != 0) options.sample_size = 2;
  MemoryFileSystem files;
  if (!files.put("f.csv", std::string_view(reinterpret_cast<const char*>(data) + 2, size - 2))) return 0;
  const std::string whole = read_all(files, options);
  options.part_bytes = 1 + data[1] % 64;
  const std::string parts = read_all(files, options);
  if (whole != parts) __builtin_trap();
  return 0;
}
