#include "base/result.h"

#include <gtest/gtest.h>

namespace trueno {
namespace {

Result<int> half(int value) {
  if (value % 2 != 0) return error(ErrorCode::kInvalidInput, "{} is odd", value);
  return value / 2;
}

Result<int> quarter(int value) { return half(TRUENO_TRY(half(value))); }

TEST(Result, TryPassesValuesOnAndErrorsUp) {
  EXPECT_EQ(quarter(8), 2);
  const Result<int> failed = quarter(6);
  ASSERT_FALSE(failed);
  EXPECT_EQ(failed.error().code(), ErrorCode::kInvalidInput);
  EXPECT_EQ(failed.error().to_string(), "Invalid input error: 3 is odd");
}

TEST(Result, AnErrorTellsItsHintAndItsCause) {
  const Error failure = error(ErrorCode::kIo, "reading failed").hint("try again").because(error(ErrorCode::kDevice, "it is gone"));
  EXPECT_EQ(failure.to_string(), "IO error: reading failed; try again\n  because: Device error: it is gone");
  const Error copy = failure;
  EXPECT_EQ(copy.to_string(), failure.to_string());
}

TEST(Result, AnErrorWithASpanPointsAtTheSql) {
  const Error failure = error(ErrorCode::kBinder, "no column \"categry\"").at({7, 14});
  EXPECT_EQ(failure.to_string("SELECT categry FROM events"),
            "Binder error: no column \"categry\"\nLINE 1: SELECT categry FROM events\n               ^^^^^^^");
}

TEST(Result, TheCaretStandsOnTheRightLine) {
  const Error failure = error(ErrorCode::kParser, "unexpected").at({9, 10});
  EXPECT_EQ(failure.to_string("SELECT 1\n,"), "Parser error: unexpected\nLINE 2: ,\n        ^");
}

}  // namespace
}  // namespace trueno
