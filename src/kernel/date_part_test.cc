// Dates plus intervals: months first, then days, then time.
#include "kernel/date_part.h"

#include <gtest/gtest.h>

#include "base/civil_time.h"

namespace trueno::kernel {
namespace {

std::string moved(const char* text, IntervalValue interval) {
  const auto result = add_interval(*parse_timestamp(text), interval);
  return result ? format_timestamp(*result) : "error";
}

TEST(AddInterval, MonthsAreClippedToTheirEnd) {
  EXPECT_EQ(moved("2024-01-31", {1, 0, 0}), "2024-02-29 00:00:00");
  EXPECT_EQ(moved("2023-01-31", {1, 0, 0}), "2023-02-28 00:00:00");
  EXPECT_EQ(moved("2024-03-31", {-1, 0, 0}), "2024-02-29 00:00:00");
  EXPECT_EQ(moved("2024-02-29", {12, 0, 0}), "2025-02-28 00:00:00");
  EXPECT_EQ(moved("2024-01-31", {1, 1, 0}), "2024-03-01 00:00:00") << "the day comes after the clipping";
}

TEST(AddInterval, CrossesTheEpochAndDays) {
  EXPECT_EQ(moved("1970-01-01", {0, 0, -1}), "1969-12-31 23:59:59.999999");
  EXPECT_EQ(moved("1969-12-31 23:59:59", {0, 0, 1'000'000}), "1970-01-01 00:00:00");
  EXPECT_EQ(moved("2000-01-01", {-13, 0, 0}), "1998-12-01 00:00:00");
}

TEST(AddInterval, LeavesTheRangeWithAnError) {
  EXPECT_FALSE(add_interval(kTimestampInfinity - 1, {0, 0, 1}));
  EXPECT_FALSE(add_interval(0, {INT32_MAX, 0, 0}));
  EXPECT_FALSE(add_interval(0, {INT32_MIN, 0, 0}));
  EXPECT_TRUE(add_interval(0, {0, INT32_MAX / 100, 0}));
}

TEST(DatePart, EveryPartOfOneDay) {
  const std::int32_t day = *parse_date("1995-03-17");
  const std::pair<DatePart, std::int64_t> parts[] = {{DatePart::kYear, 1995},    {DatePart::kQuarter, 1},      {DatePart::kMonth, 3},
                                                     {DatePart::kDay, 17},       {DatePart::kDayOfWeek, 5},    {DatePart::kIsoDayOfWeek, 5},
                                                     {DatePart::kDayOfYear, 76}, {DatePart::kWeek, 11},        {DatePart::kIsoYear, 1995},
                                                     {DatePart::kHour, 0},       {DatePart::kCentury, 20},     {DatePart::kMillennium, 2},
                                                     {DatePart::kDecade, 199},   {DatePart::kEpoch, 795398400}};
  for (const auto& [part, expected] : parts) {
    EXPECT_EQ(part_of_date(part, day), expected) << date_part_name(part);
    EXPECT_EQ(part_of_timestamp(part, static_cast<std::int64_t>(day) * kMicrosPerDay), expected) << date_part_name(part);
  }
  EXPECT_EQ(truncate_date(DatePart::kQuarter, day), *parse_date("1995-01-01"));
  EXPECT_EQ(truncate_timestamp(DatePart::kHour, *parse_timestamp("1995-03-17 10:20:30")), *parse_timestamp("1995-03-17 10:00:00"));
}

}  // namespace
}  // namespace trueno::kernel
