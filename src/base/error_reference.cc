#include "base/error_reference.h"

namespace trueno {

std::string_view error_code_description(ErrorCode code) {
  switch (code) {
    case ErrorCode::kParser: return "The text is not an SQL statement. The caret shows where it stops being one.";
    case ErrorCode::kBinder: return "A name or a type does not fit. Where a near name exists, the hint gives it.";
    case ErrorCode::kCatalog: return "A table, schema or setting exists already, or does not exist.";
    case ErrorCode::kConversion: return "A value cannot be cast to the type. `TRY_CAST` gives NULL instead.";
    case ErrorCode::kOutOfRange: return "A result does not fit its type: integer or decimal overflow, a date outside the calendar.";
    case ErrorCode::kDivisionByZero: return "`//` or `%` by zero. (`/` is IEEE division and gives infinity or NaN.)";
    case ErrorCode::kInvalidInput: return "An argument, option, setting or parameter has a value that makes no sense.";
    case ErrorCode::kConstraint: return "A row violates a constraint such as NOT NULL; nothing of its statement was written.";
    case ErrorCode::kConflict: return "Another transaction changed the same table first. Run the transaction again.";
    case ErrorCode::kTransaction:
      return "There is no transaction to end, or one is open already, or an earlier failure aborted it: then only ROLLBACK is possible.";
    case ErrorCode::kFileNotFound: return "There is no such file, or no file matches the pattern.";
    case ErrorCode::kPermissionDenied: return "The operating system refused to open the file.";
    case ErrorCode::kIo: return "Reading or writing failed below us: disk, network, a full device.";
    case ErrorCode::kCorruptFile: return "A file does not hold what its format promises: truncated, damaged, or written wrongly.";
    case ErrorCode::kOutOfMemory: return "The memory budget is spent. The message names the consumer and the setting to raise.";
    case ErrorCode::kCancelled: return "The query was cancelled. The database is as it was before the statement.";
    case ErrorCode::kDeadlineExceeded: return "The query ran past its deadline. The database is as it was before the statement.";
    case ErrorCode::kNotSupported: return "Understood and refused: not part of the dialect, or not (yet) of a device or file format.";
    case ErrorCode::kDevice: return "A device refused work, vanished or timed out.";
    case ErrorCode::kInternal: return "A bug in Trueno-DB. Please report it with the statement.";
    case ErrorCode::kRowFailed: return "Never seen outside: a device says that some row fails, and the reference then finds which.";
  }
  return "";
}

}  // namespace trueno
