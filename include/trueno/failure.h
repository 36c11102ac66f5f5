#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "trueno/export.h"

namespace trueno {

/// What went wrong, as a stable code. Mistakes of the caller and bugs of ours are different codes (`kInternal` is always a bug of ours).
enum class FailureCode : std::uint8_t {
  kParser,            // the SQL text is not a statement
  kBinder,            // a name or a type does not fit
  kCatalog,           // a table or setting exists already, or does not exist
  kConversion,        // a value cannot be cast, or a cell not be read as the wanted type
  kOutOfRange,        // integer or decimal overflow, date out of range
  kDivisionByZero,    // `//` or `%` by zero
  kInvalidInput,      // an argument, option or parameter value makes no sense
  kConstraint,        // NOT NULL and friends
  kConflict,          // another statement changed the table first
  kTransaction,       // no transaction is open, or one already, or it is aborted
  kFileNotFound,      // no such file
  kPermissionDenied,  // the operating system refused
  kIo,                // reading or writing failed
  kCorruptFile,       // a file does not hold what its format promises
  kOutOfMemory,       // the memory budget is spent
  kCancelled,         // a Cancellation was used
  kDeadlineExceeded,  // the deadline or the setting timeout_ms passed
  kNotSupported,      // clear and deliberate: not (yet) part of the dialect or of a device
  kDevice,            // a device refused, vanished or timed out
  kInternal,          // a bug in Trueno-DB
};

/// "Parser error", "Binder error", ...
[[nodiscard]] TRUENO_API std::string_view failure_code_name(FailureCode code);

/// A half-open range of bytes [begin, end) of an SQL text; begin == end: no place.
struct TextSpan {
  std::uint32_t begin = 0;
  std::uint32_t end = 0;
  [[nodiscard]] bool empty() const { return begin == end; }
};

/// An error as a value. Immutable plain data.
struct Failure {
  FailureCode code = FailureCode::kInternal;
  std::string message;                   // what, with the values: `no column "categry" in table events`
  std::string hint;                      // the way out: `did you mean "category"?`; may be empty
  TextSpan span;                         // where in the SQL text
  std::string text;                      // all of it as a person reads it, with the line of SQL and a caret under the place
  std::shared_ptr<const Failure> cause;  // may be null
};

}  // namespace trueno
