// Any bytes as a JSON file: sniffing and scanning end in rows or in a typed error, and parts of any size give the same rows.
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "io/memory_file_system.h"
#include "rows_of.h"
#include "storage/json/json_source.h"

namespace {

using namespace trueno;

std::string read_all(const MemoryFileSystem& files, const JsonOptions& options) {
  return fuzz::rows_of(open_json(*files.open("f.json"), options));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 2 || size > 4096) return 0;
  JsonOptions options;
  if ((data[0] & 1) != 0) options.ignore_errors = true;
  if ((data[0] & 2) != 0) options.format = JsonFormat::kNewlineDelimited;
  if ((data[0] & 4) != 0) options.objects = true;
  if ((data[0] & 8) != 0) options.sample_size = 2;
  if ((data[0] & 16) != 0) options.maximum_depth = 2;
  if ((data[0] & 32) != 0) options.columns = {{"a", JsonType::of(TypeId::kInteger)}, {"b", JsonType::list(JsonType::of(TypeId::kDate))}};
  MemoryFileSystem files;
  if (!files.put("f.json", std::string_view(reinterpret_cast<const char*>(data) + 2, size - 2))) return 0;
  const std::string whole = read_all(files, options);
  options.part_bytes = 1 + data[1] % 64;
  if (whole != read_all(files, options)) __builtin_trap();
  return 0;
}
