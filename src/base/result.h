#pragma once

#include <cstdint>
#include <expected>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include <fmt/core.h>

namespace trueno {

/// What went wrong, as a stable code. The user's mistakes and our bugs are different codes (`kInternal` is always a bug of ours).
enum class ErrorCode : std::uint8_t {
  kParser,            // the SQL text is not a statement
  kBinder,            // a name or a type does not fit
  kCatalog,           // a table, schema or setting exists already, or does not exist
  kConversion,        // a value cannot be cast
  kOutOfRange,        // integer or decimal overflow, date out of range
  kDivisionByZero,    // `//` or `%` by zero
  kInvalidInput,      // an argument, option or parameter value makes no sense
  kConstraint,        // NOT NULL and friends
  kConflict,          // another transaction committed first
  kTransaction,       // there is no transaction, or one already, or it is aborted
  kFileNotFound,      // no such file
  kPermissionDenied,  // the operating system refused
  kIo,                // reading or writing failed
  kCorruptFile,       // a file does not hold what its format promises
  kOutOfMemory,       // the memory budget is spent
  kCancelled,         // the cancel token was set
  kDeadlineExceeded,  // the deadline passed
  kNotSupported,      // clear and deliberate: not (yet) part of the dialect or of a device
  kDevice,            // a device refused, vanished or timed out
  kInternal,          // a bug in Trueno-DB
  kRowFailed,         // between a backend and exec only: a row of the morsel fails, the scalar backend finds which and why
};

/// "Parser error", "Binder error", ...
[[nodiscard]] std::string_view error_code_name(ErrorCode code);

/// A half-open range of bytes [begin, end) of the SQL text; empty when begin == end == 0.
struct SourceSpan {
  std::uint32_t begin = 0;
  std::uint32_t end = 0;
  [[nodiscard]] bool empty() const { return begin == end; }
  bool operator==(const SourceSpan&) const = default;
};

/// An error value: code, message, and optionally a hint, the place in the SQL text and the error that caused it.
/// One pointer wide, so that `Result<T>` stays small. Never null except after a move.
class [[nodiscard]] Error {
 public:
  Error(ErrorCode code, std::string message);
  Error(Error&&) noexcept = default;
  Error& operator=(Error&&) noexcept = default;
  Error(const Error& other);
  Error& operator=(const Error& other);
  ~Error() = default;

  [[nodiscard]] ErrorCode code() const { return data_->code; }
  [[nodiscard]] const std::string& message() const { return data_->message; }
  [[nodiscard]] const std::string& hint() const { return data_->hint; }
  [[nodiscard]] SourceSpan span() const { return data_->span; }
  [[nodiscard]] const Error* cause() const { return data_->cause.get(); }

  Error&& hint(std::string text) &&;
  Error&& at(SourceSpan span) &&;
  Error&& because(Error cause) &&;
  /// Puts words before the message ("reading t.parquet: ...").
  Error&& context(std::string_view prefix) &&;

  /// The whole text a person reads. With the SQL text, an error that has a span shows its line with a caret under it.
  [[nodiscard]] std::string to_string(std::string_view sql = {}) const;

 private:
  struct Data {
    ErrorCode code;
    std::string message;
    std::string hint;
    SourceSpan span;
    std::unique_ptr<Error> cause;
  };
  struct Delete {
    void operator()(Data* data) const;  // not inline: every call that may fail may end one
  };
  std::unique_ptr<Data, Delete> data_;
};

/// A value or an Error. `std::expected` that may not be dropped.
template <class T>
class [[nodiscard]] Result : public std::expected<T, Error> {
 public:
  using std::expected<T, Error>::expected;
  Result(Error error) : std::expected<T, Error>(std::unexpect, std::move(error)) {}  // NOLINT(google-explicit-constructor)
};

template <>
class [[nodiscard]] Result<void> : public std::expected<void, Error> {
 public:
  using std::expected<void, Error>::expected;
  Result(Error error) : std::expected<void, Error>(std::unexpect, std::move(error)) {}  // NOLINT(google-explicit-constructor)
};

using Status = Result<void>;

/// Makes an error: `return error(ErrorCode::kBinder, "no table {}", name);`
template <class... Args>
[[nodiscard]] Error error(ErrorCode code, fmt::format_string<Args...> format, Args&&... args) {
  return Error(code, fmt::format(format, std::forward<Args>(args)...));
}

/// Ends the process with a message: a broken invariant of ours, never a reaction to input.
[[noreturn]] void panic(std::string_view what, const char* file, int line);

}  // namespace trueno

// The value of a Result, or return its error from the enclosing function: `auto x = TRUENO_TRY(parse(text));`
// (A statement expression: both compilers we build with have it, and nothing else can return from here.)
#define TRUENO_TRY(expression)                                   \
  ({                                                             \
    auto trueno_result_ = (expression);                          \
    if (!trueno_result_.has_value()) [[unlikely]]                \
      return ::trueno::Error(std::move(trueno_result_).error()); \
    std::move(trueno_result_).value();                           \
  })

// An invariant that holds unless we have a bug; checked in every build.
#define TRUENO_ASSERT(condition) ((condition) ? static_cast<void>(0) : ::trueno::panic(#condition, __FILE__, __LINE__))
