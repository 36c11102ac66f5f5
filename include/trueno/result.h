#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <iterator>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "trueno/arrow.h"
#include "trueno/outcome.h"
#include "trueno/profile.h"
#include "trueno/value.h"

namespace trueno {

/// One column of a result: its name and its SQL type ("DECIMAL(15,2)").
struct ResultColumn {
  std::string name;
  std::string type;
  bool is_numeric = false;
};

class QueryResult;

namespace detail {

struct ResultData;
struct Execution;

// One cell, as each kind of C++ value. Failures: kConversion when the column's type does not fit or the value is too large,
// kInvalidInput for a NULL and for a row or column that is not there.
TRUENO_API Outcome<bool> read_null(const ResultData& data, std::int64_t row, int column);
TRUENO_API Outcome<bool> read_bool(const ResultData& data, std::int64_t row, int column);
TRUENO_API Outcome<std::int64_t> read_signed(const ResultData& data, std::int64_t row, int column, int bits);
TRUENO_API Outcome<std::uint64_t> read_unsigned(const ResultData& data, std::int64_t row, int column, int bits);
TRUENO_API Outcome<HugeInt> read_huge(const ResultData& data, std::int64_t row, int column);
TRUENO_API Outcome<Decimal> read_decimal(const ResultData& data, std::int64_t row, int column);
TRUENO_API Outcome<float> read_float(const ResultData& data, std::int64_t row, int column);
TRUENO_API Outcome<double> read_double(const ResultData& data, std::int64_t row, int column);
TRUENO_API Outcome<std::string> read_string(const ResultData& data, std::int64_t row, int column);
TRUENO_API Outcome<std::string_view> read_view(const ResultData& data, std::int64_t row, int column);
TRUENO_API Outcome<Blob> read_blob(const ResultData& data, std::int64_t row, int column);
TRUENO_API Outcome<Date> read_date(const ResultData& data, std::int64_t row, int column);
TRUENO_API Outcome<Timestamp> read_timestamp(const ResultData& data, std::int64_t row, int column);
TRUENO_API Outcome<Interval> read_interval(const ResultData& data, std::int64_t row, int column);
TRUENO_API int find_column(const ResultData& data, std::string_view name);  // -1: none
TRUENO_API std::string cell_name(const ResultData& data, std::int64_t row, int column);

template <class T>
struct OptionalOf {
  static constexpr bool kIs = false;
};
template <class T>
struct OptionalOf<std::optional<T>> {
  static constexpr bool kIs = true;
  using Value = T;
};

template <class T>
Outcome<T> read(const ResultData& data, std::int64_t row, int column) {
  if constexpr (OptionalOf<T>::kIs) {
    const Outcome<bool> null = read_null(data, row, column);
    if (!null) return null.error();
    if (*null) return T(std::nullopt);
    auto inner = read<typename OptionalOf<T>::Value>(data, row, column);
    if (!inner) return inner.error();
    return T(std::move(*inner));
  } else if constexpr (std::is_same_v<T, bool>) {
    return read_bool(data, row, column);
  } else if constexpr (WholeNumber<T> && std::is_signed_v<T>) {
    const auto wide = read_signed(data, row, column, 8 * static_cast<int>(sizeof(T)));
    if (!wide) return wide.error();
    return static_cast<T>(*wide);
  } else if constexpr (WholeNumber<T>) {
    const auto wide = read_unsigned(data, row, column, 8 * static_cast<int>(sizeof(T)));
    if (!wide) return wide.error();
    return static_cast<T>(*wide);
  } else if constexpr (std::is_same_v<T, HugeInt>) {
    return read_huge(data, row, column);
  } else if constexpr (std::is_same_v<T, Decimal>) {
    return read_decimal(data, row, column);
  } else if constexpr (std::is_same_v<T, float>) {
    return read_float(data, row, column);
  } else if constexpr (std::is_same_v<T, double>) {
    return read_double(data, row, column);
  } else if constexpr (std::is_same_v<T, std::string>) {
    return read_string(data, row, column);
  } else if constexpr (std::is_same_v<T, std::string_view>) {
    return read_view(data, row, column);
  } else if constexpr (std::is_same_v<T, Blob>) {
    return read_blob(data, row, column);
  } else if constexpr (std::is_same_v<T, Date>) {
    return read_date(data, row, column);
  } else if constexpr (std::is_same_v<T, Timestamp>) {
    return read_timestamp(data, row, column);
  } else {
    static_assert(std::is_same_v<T, Interval>, "no SQL type is read as this C++ type");
    return read_interval(data, row, column);
  }
}

}  // namespace detail

/// One row of a result; keeps the result alive. Columns are counted from 0, or named (case-insensitively).
///
/// | read as | columns |
/// |---|---|
/// | bool | BOOLEAN |
/// | signed and unsigned integers | all integer types, and DECIMAL(p, 0), when the value fits |
/// | HugeInt | the same; never too large |
/// | Decimal | DECIMAL and integers |
/// | float | FLOAT |
/// | double | FLOAT, DOUBLE; integers and DECIMAL: the nearest |
/// | std::string | every type: the text that CAST to VARCHAR gives |
/// | std::string_view | VARCHAR; valid while a result, row or rows object of it lives |
/// | Blob | BLOB |
/// | Date, Timestamp, Interval | DATE; TIMESTAMP of any unit (whole microseconds), TIMESTAMPTZ and DATE; INTERVAL |
/// | std::optional of these | the same, or NULL |
class Row {
 public:
  /// The cell, or why it cannot be had: kConversion for a wrong type or a value that does not fit, kInvalidInput for a NULL that was not
  /// asked for as an optional, or a column that is not there.
  template <class T>
  [[nodiscard]] Outcome<T> try_get(int column) const {
    return detail::read<T>(*data_, index_, column);
  }
  template <class T>
  [[nodiscard]] Outcome<T> try_get(std::string_view column) const {
    return detail::read<T>(*data_, index_, detail::find_column(*data_, column));
  }

  /// The cell, for who knows the query's types: where `try_get` would fail, the process ends with a message that names the cell.
  template <class T>
  [[nodiscard]] T get(int column) const {
    Outcome<T> value = try_get<T>(column);
    if (!value) detail::broken_contract(detail::cell_name(*data_, index_, column) + ": " + value.error().message);
    return std::move(*value);
  }
  template <class T>
  [[nodiscard]] T get(std::string_view column) const {
    const int number = detail::find_column(*data_, column);
    if (number < 0) detail::broken_contract("a result without a column \"" + std::string(column) + "\" was asked for it");
    return get<T>(number);
  }

  [[nodiscard]] bool is_null(int column) const { return detail::read_null(*data_, index_, column).value_or(true); }
  [[nodiscard]] std::int64_t index() const { return index_; }

 private:
  friend class Rows;
  Row(std::shared_ptr<const detail::ResultData> data, std::int64_t index) : data_(std::move(data)), index_(index) {}

  std::shared_ptr<const detail::ResultData> data_;
  std::int64_t index_;
};

/// The rows of a result, to be looped over. Keeps the result alive.
class Rows {
 public:
  class Iterator {
   public:
    using difference_type = std::ptrdiff_t;
    using value_type = Row;
    Iterator() = default;
    Iterator(const Rows* rows, std::int64_t index) : rows_(rows), index_(index) {}
    Row operator*() const { return (*rows_)[index_]; }
    Iterator& operator++() {
      ++index_;
      return *this;
    }
    Iterator operator++(int) {
      const Iterator before = *this;
      ++index_;
      return before;
    }
    friend bool operator==(const Iterator& a, const Iterator& b) { return a.index_ == b.index_; }

   private:
    const Rows* rows_ = nullptr;
    std::int64_t index_ = 0;
  };

  [[nodiscard]] Iterator begin() const { return {this, 0}; }
  [[nodiscard]] Iterator end() const { return {this, size_}; }
  [[nodiscard]] std::int64_t size() const { return size_; }
  [[nodiscard]] Row operator[](std::int64_t index) const { return {data_, index}; }

 private:
  friend class QueryResult;
  Rows(std::shared_ptr<const detail::ResultData> data, std::int64_t size) : data_(std::move(data)), size_(size) {}

  std::shared_ptr<const detail::ResultData> data_;
  std::int64_t size_;
};

enum class JsonStyle : std::uint8_t {
  kArray,  // [{"a":1},{"a":2}]
  kLines,  // one object a line
};

enum class FileFormat : std::uint8_t { kParquet, kArrowIpc };

/// Takes bytes in order; false: stop, they cannot be written.
using ByteSink = std::function<bool(const void* bytes, std::size_t count)>;

/// The rows of one statement, with the proof of where they came from. Immutable, cheap to copy, thread-safe to read.
class TRUENO_API QueryResult {
 public:
  /// No columns, no rows.
  QueryResult();
  QueryResult(const QueryResult&);
  QueryResult& operator=(const QueryResult&);
  ~QueryResult();

  [[nodiscard]] const std::vector<ResultColumn>& columns() const;
  /// The number of a column, by name (case-insensitive); nothing when there is none.
  [[nodiscard]] std::optional<int> column_index(std::string_view name) const;
  [[nodiscard]] std::int64_t row_count() const;
  /// Whether there are rows to show (a query, not CREATE or INSERT).
  [[nodiscard]] bool is_query() const;
  [[nodiscard]] Rows rows() const;

  /// Row and column must be there.
  [[nodiscard]] bool is_null(std::int64_t row, int column) const;
  /// The cell as CAST to VARCHAR gives it; "NULL" for NULL. Doubles in their shortest round-trip form.
  [[nodiscard]] std::string text(std::int64_t row, int column) const;
  /// The cell as JSON; NULL is null.
  [[nodiscard]] std::string json(std::int64_t row, int column) const;

  /// All rows as JSON objects. NaN and infinities, which JSON has not, are texts.
  [[nodiscard]] std::string to_json(JsonStyle style = JsonStyle::kArray) const;
  /// All rows as an Arrow stream of one batch. Fixed-width columns and texts (as Utf8View) are not copied. kOutOfRange for a HUGEINT
  /// beyond 38 digits, which Arrow has no type for.
  [[nodiscard]] Outcome<ArrowStream> to_arrow() const;
  /// Writes all rows as a file. kNotSupported when the Arrow module is not there.
  [[nodiscard]] Outcome<void> write(FileFormat format, const ByteSink& sink) const;

  /// What each pipeline did, in the order they ran.
  [[nodiscard]] const std::vector<PipelineReport>& profile() const;
  /// Whether the rows were kept from before, are kept now, or why not.
  [[nodiscard]] const CacheReport& cache() const;
  /// Devices that ran parts of it, "scalar" or "simd + gpu"; "result cache" for rows that were kept; empty when nothing had to run.
  [[nodiscard]] std::string backend_info() const;
  /// What a person should know though it worked: a GPU that was asked for and is not there.
  [[nodiscard]] const std::vector<std::string>& warnings() const;
  /// From parsing to the last row.
  [[nodiscard]] double total_time_ms() const;
  /// Time in which devices ran pipelines, transfers left out.
  [[nodiscard]] double compute_time_ms() const;
  /// Time spent moving rows to a device with memory of its own, of all workers together; 0 where all ran on the CPU. Reading a result back
  /// waits for the computation and counts with it.
  [[nodiscard]] double transfer_time_ms() const;

 private:
  friend struct detail::Execution;
  explicit QueryResult(std::shared_ptr<const detail::ResultData> data);

  std::shared_ptr<const detail::ResultData> data_;
};

}  // namespace trueno
