#pragma once

#include <gtest/gtest.h>

#include <cstdlib>
#include <cstring>
#include <memory>
#include <random>
#include <string>
#include <vector>

#include "backend/scalar/scalar_backend.h"
#include "backend/webgpu/webgpu_backend.h"
#include "base/test_threads.h"
#include "kernel/builder.h"

// For tests: a device or the reason why there is none, and "the same program on scalar and on the GPU".
namespace trueno::backend {

/// The device tests run on: the library TRUENO_WEBGPU_LIBRARY names, software adapters allowed. Opened once a process.
struct TestDevice {
  std::shared_ptr<Backend> scalar = make_scalar_backend(1);
  std::unique_ptr<Backend> gpu;
  std::string reason;

  TestDevice() {
    WebGpuOptions options;
    options.device.software_allowed = true;
    Result<std::unique_ptr<Backend>> made = make_webgpu_backend(options);
    if (made) {
      gpu = std::move(*made);
    } else {
      reason = made.error().message();
    }
  }
  static TestDevice& get() {
    static auto* device = new TestDevice;  // never destroyed: providers' threads outlive main
    return *device;
  }
};

class OnGpu : public testing::Test {
 protected:
  void SetUp() override {
    if (!TestDevice::get().gpu) GTEST_SKIP() << TestDevice::get().reason;
  }
};

/// What an environment variable says, to steer a test by hand.
inline std::uint64_t number_from(const char* variable, std::uint64_t otherwise) {
  const char* text = std::getenv(variable);
  return text == nullptr ? otherwise : std::strtoull(text, nullptr, 10);
}

/// A column from rows; nothing = NULL.
inline Column column_from(const Type& type, const std::vector<std::optional<i128>>& rows) {
  std::vector<Value> values;
  for (const auto& row : rows) {
    if (!row) {
      values.push_back(Value::null(type));
    } else if (type.id == TypeId::kBoolean) {
      values.push_back(Value::boolean(*row != 0));
    } else {
      values.push_back(Value::integer(*row, type));
    }
  }
  return column_of(type, values).value();
}

/// The same integers, bit-packed from their least value on.
inline Column packed(const Column& plain) {
  i128 least = 0;
  i128 greatest = 0;
  bool any = false;
  for (std::int64_t row = 0; row < plain.length; ++row) {
    if (!plain.is_valid(row)) continue;
    const i128 value = plain.value(row).as_integer();
    least = any ? std::min(least, value) : value;
    greatest = any ? std::max(greatest, value) : value;
    any = true;
  }
  std::vector<std::uint64_t> offsets;
  for (std::int64_t row = 0; row < plain.length; ++row)
    offsets.push_back(plain.is_valid(row) ? static_cast<std::uint64_t>(plain.value(row).as_integer() - least) : 0);
  Column out = plain;
  out.encoding = Encoding::kPacked;
  out.base = least;
  out.bit_width = bit_width_of(static_cast<std::uint64_t>(greatest - least));
  MutableBuffer bits = MutableBuffer::zeroed(packed_bytes(offsets.size(), out.bit_width)).value();
  pack_bits(offsets, out.bit_width, bits.data());
  out.values = std::move(bits).freeze();
  return out;
}

/// Texts as codes into a dictionary of `entries`; -1 = NULL.
inline Column coded(const std::vector<std::string>& entries, const std::vector<int>& codes) {
  std::vector<Value> texts;
  for (const std::string& entry : entries) texts.push_back(Value::varchar(entry));
  auto dictionary = std::make_shared<Dictionary>();
  dictionary->id = Dictionary::next_id();
  dictionary->values = std::make_shared<const Column>(column_of(TypeId::kVarchar, texts).value());
  Column out = column_from(TypeId::kInteger, [&] {
    std::vector<std::optional<i128>> rows;
    for (const int code : codes) rows.push_back(code < 0 ? std::optional<i128>() : std::optional<i128>(code));
    return rows;
  }());
  // A NULL's code must lie in the dictionary: take the bits as they are only where valid.
  MutableBuffer words = MutableBuffer::zeroed(codes.size() * 4).value();
  for (std::size_t i = 0; i < codes.size(); ++i) words.as<std::uint32_t>()[i] = codes[i] < 0 ? 0 : static_cast<std::uint32_t>(codes[i]);
  out.values = std::move(words).freeze();
  out.type = TypeId::kVarchar;
  out.encoding = Encoding::kDictionary;
  out.dictionary = std::move(dictionary);
  return out;
}

/// Morsels of at most `rows_each` rows.
inline std::vector<Batch> cut(const Batch& batch, std::int64_t rows_each) {
  std::vector<Batch> parts;
  for (std::int64_t begin = 0; begin < batch.length; begin += rows_each) {
    Batch part;
    part.length = std::min(rows_each, batch.length - begin);
    for (const Column& column : batch.columns) part.columns.push_back(column.slice(begin, part.length));
    parts.push_back(std::move(part));
  }
  return parts;
}

/// Runs morsels into one state and takes its partial table. `build_sides`: the rows of the program's join tables.
inline Result<Batch> run_on(Backend& backend, const std::shared_ptr<const kernel::Program>& program, const std::vector<Value>& parameters,
                            const std::vector<Batch>& parts, const std::vector<const LookupTable*>& lookups,
                            const std::vector<Batch>& build_sides = {}) {
  const std::shared_ptr<const Kernel> kernel = TRUENO_TRY(backend.prepare(program).run_now());
  Launch launch{parameters};
  for (std::size_t n = 0; n < build_sides.size(); ++n)
    launch.tables.push_back(TRUENO_TRY(backend.build(program->tables[n], build_sides[n], test_threads(3)).run_now()));
  launch.matched.resize(build_sides.size());
  const std::unique_ptr<SinkState> state = kernel->start(launch);
  const CancelToken cancel;
  std::int64_t row_id = 0;
  // Some together, some by themselves, as a query gathers them.
  std::vector<Morsel> morsels;
  for (const Batch& part : parts) {
    morsels.push_back({part, row_id, lookups});
    row_id += part.length;
    if (morsels.size() < 3 && &part != &parts.back()) continue;
    TRUENO_TRY(kernel->run(morsels, *state, cancel).run_now());
    morsels.clear();
  }
  return kernel->take_partial(*state).run_now();
}

inline void expect_same_column(const Column& got, const Column& want, const std::string& what) {
  ASSERT_EQ(got.type, want.type) << what;
  ASSERT_EQ(got.length, want.length) << what;
  const Column a = got.decoded().value();
  const Column b = want.decoded().value();
  const auto width = static_cast<std::size_t>(width_of(b.physical()));
  for (std::int64_t row = 0; row < b.length; ++row) {
    ASSERT_EQ(a.is_valid(row), b.is_valid(row))
        << what << " row " << row << ": " << a.value(row).to_string() << " and " << b.value(row).to_string();
    if (!b.is_valid(row)) continue;
    if (b.physical() == Physical::kString) {
      ASSERT_EQ(a.text(row), b.text(row)) << what << " row " << row;
    } else {
      const auto at = static_cast<std::size_t>(row) * width;
      ASSERT_EQ(0, std::memcmp(a.values.data() + at, b.values.data() + at, width))
          << what << " row " << row << ": gpu " << a.value(row).to_string() << ", scalar " << b.value(row).to_string();
    }
  }
}

/// The GPU's partial table is scalar's, byte for byte; or both fail with the same words. True when the GPU declined.
inline bool expect_same_parts(const std::shared_ptr<const kernel::Program>& program, const std::vector<Value>& parameters,
                              const std::vector<Batch>& parts, const std::vector<const LookupTable*>& lookups = {},
                              const std::vector<Batch>& build_sides = {}) {
  const std::string text = kernel::print(*program);
  EXPECT_TRUE(kernel::verify(*program).has_value()) << text;
  TestDevice& device = TestDevice::get();
  if (!device.gpu->supports(*program).yes()) return true;
  const Result<Batch> want = run_on(*device.scalar, program, parameters, parts, lookups, build_sides);
  const Result<Batch> got = run_on(*device.gpu, program, parameters, parts, lookups, build_sides);
  if (!got.has_value() && got.error().code() == ErrorCode::kRowFailed) {  // which row and why, the reference tells
    EXPECT_FALSE(want.has_value()) << text << "the GPU found a failing row";
    return false;
  }
  if (!want.has_value()) {
    EXPECT_FALSE(got.has_value()) << text << "scalar fails: " << want.error().message();
    if (!got.has_value()) {
      EXPECT_EQ(got.error().code(), want.error().code()) << text << got.error().message();
      EXPECT_EQ(got.error().message(), want.error().message());
    }
    return false;
  }
  EXPECT_TRUE(got.has_value()) << text << (got ? "" : got.error().to_string());
  if (!got.has_value()) return false;
  EXPECT_EQ(got->length, want->length) << text;
  EXPECT_EQ(got->columns.size(), want->columns.size());
  for (std::size_t i = 0; i < want->columns.size(); ++i)
    expect_same_column(got->columns[i], want->columns[i], fmt::format("{}column {}", text, i));
  return false;
}
inline bool expect_same(const std::shared_ptr<const kernel::Program>& program, const std::vector<Value>& parameters, const Batch& batch,
                        std::int64_t rows_each = 1 << 30, const std::vector<const LookupTable*>& lookups = {}) {
  return expect_same_parts(program, parameters, cut(batch, rows_each), lookups);
}

/// A program under construction, its columns and their ranges.
struct TestProgram {
  kernel::Builder builder;
  Batch batch;

  std::vector<std::pair<kernel::SourceColumn, kernel::Range>> columns;

  /// Adds a column and reads it; `proven`: with the bounds and nullability its rows have.
  kernel::ValueId column(const Column& data, bool proven = true, bool as_code = false) { return read(add(data, proven, as_code)); }
  /// Reads a column where the program stands.
  kernel::ValueId read(std::size_t number) { return builder.column(columns[number].first, columns[number].second, false); }
  /// Adds a column, and gives its number.
  std::size_t add(const Column& data, bool proven = true, bool as_code = false) {
    kernel::Range range;
    range.nullable = data.null_count != 0 || !proven;
    if (proven && !as_code) {
      bool any = false;
      range.proven = true;
      for (std::int64_t row = 0; row < data.length; ++row) {
        if (!data.is_valid(row)) continue;
        const Value value = data.value(row);
        if (data.type.id == TypeId::kVarchar) break;
        if (data.type.is_float()) {
          if (!range.span) range.span = FloatSpan{};
          range.span->include(span_of(value.as_double()));
          continue;
        }
        const i128 x = data.type.id == TypeId::kBoolean ? static_cast<i128>(value.as_bool() ? 1 : 0) : value.as_integer();
        range.min = any ? std::min(*range.min, x) : x;
        range.max = any ? std::max(*range.max, x) : x;
        any = true;
      }
      if (!any && is_integer(data.physical())) range.min = range.max = 0;
    }
    kernel::SourceColumn source;
    source.name = fmt::format("c{}", batch.columns.size());
    source.type = data.type;
    source.index = static_cast<int>(batch.columns.size());
    source.as_code = as_code;
    batch.length = data.length;
    batch.columns.push_back(data);
    columns.emplace_back(std::move(source), range);
    return columns.size() - 1;
  }
  std::shared_ptr<const kernel::Program> finish() {
    builder.program().source.name = "t";
    // A program's columns are in the order it first reads them.
    std::vector<Column> read;
    for (const kernel::SourceColumn& source : builder.program().source.columns)
      read.push_back(batch.columns[static_cast<std::size_t>(source.index)]);
    batch.columns = std::move(read);
    return std::make_shared<const kernel::Program>(std::move(builder).finish());
  }
};

}  // namespace trueno::backend
