#include "base/civil_time.h"

#include <gtest/gtest.h>

namespace trueno {
namespace {

// Expected values: DuckDB 2.0.0 (texts, parts) and Python's datetime (days).

TEST(CivilTime, DaysCountFromTheEpochInTheProlepticGregorianCalendar) {
  EXPECT_EQ(days_from_civil(1970, 1, 1), 0);
  EXPECT_EQ(days_from_civil(2024, 2, 29), 19782);
  EXPECT_EQ(days_from_civil(1, 1, 1), -719162);
  EXPECT_EQ(days_from_civil(9999, 12, 31), 2932896);
  EXPECT_EQ(civil_from_days(19782), (CivilDate{2024, 2, 29}));
  EXPECT_EQ(civil_from_days(-1), (CivilDate{1969, 12, 31}));
}

TEST(CivilTime, DaysAndDatesAreInverseOverEightHundredYearsAndAtTheEnds) {
  for (std::int64_t days = -400 * 366; days < 400 * 366; ++days) {
    const CivilDate date = civil_from_days(days);
    ASSERT_EQ(days_from_civil(date.year, date.month, date.day), days);
  }
  for (const std::int64_t days : {std::int64_t{kDateInfinity} - 1, std::int64_t{kDateMinusInfinity} + 1}) {
    const CivilDate date = civil_from_days(days);
    EXPECT_EQ(days_from_civil(date.year, date.month, date.day), days);
  }
}

TEST(CivilTime, PartsOfATimestampAreThoseOfDuckDb) {
  const std::int64_t moment = *parse_timestamp("2005-01-01 12:34:56.789012");
  const auto part = [&](CivilPart p) { return part_of_micros(p, moment); };
  EXPECT_EQ(part(CivilPart::kYear), 2005);
  EXPECT_EQ(part(CivilPart::kQuarter), 1);
  EXPECT_EQ(part(CivilPart::kDayOfWeek), 6);
  EXPECT_EQ(part(CivilPart::kIsoDayOfWeek), 6);
  EXPECT_EQ(part(CivilPart::kWeek), 53);
  EXPECT_EQ(part(CivilPart::kIsoYear), 2004);
  EXPECT_EQ(part(CivilPart::kHour), 12);
  EXPECT_EQ(part(CivilPart::kMinute), 34);
  EXPECT_EQ(part(CivilPart::kSecond), 56);
  EXPECT_EQ(part(CivilPart::kMillisecond), 56789);
  EXPECT_EQ(part(CivilPart::kMicrosecond), 56789012);
  EXPECT_EQ(part(CivilPart::kCentury), 21);
  EXPECT_EQ(part(CivilPart::kDecade), 200);
  EXPECT_EQ(part(CivilPart::kMillennium), 3);
}

TEST(CivilTime, PartsBeforeTheEpochRoundDown) {
  const std::int64_t moment = *parse_timestamp("1969-12-31 23:59:59.5");
  EXPECT_EQ(part_of_micros(CivilPart::kHour, moment), 23);
  EXPECT_EQ(part_of_micros(CivilPart::kMicrosecond, moment), 59500000);
  EXPECT_EQ(part_of_micros(CivilPart::kWeek, moment), 1);
  EXPECT_EQ(part_of_micros(CivilPart::kIsoYear, moment), 1970);
  EXPECT_EQ(part_of_micros(CivilPart::kEpoch, moment), -1);
}

TEST(CivilTime, ThereIsNoCenturyZero) {
  EXPECT_EQ(part_of_days(CivilPart::kCentury, *parse_date("0001-01-01")), 1);
  EXPECT_EQ(part_of_days(CivilPart::kCentury, *parse_date("0001-01-01 (BC)")), -1);
  EXPECT_EQ(part_of_days(CivilPart::kCentury, *parse_date("0100-12-31 (BC)")), -1);
  EXPECT_EQ(part_of_days(CivilPart::kDecade, *parse_date("0100-12-31 (BC)")), -9);
  EXPECT_EQ(part_of_days(CivilPart::kIsoYear, *parse_date("0001-01-01 (BC)")), -1);
}

TEST(CivilTime, TruncationGivesTheFirstMomentOfThePart) {
  const std::int64_t moment = *parse_timestamp("2005-01-01 12:34:56.789012");
  const auto truncated = [&](CivilPart part) { return format_timestamp(truncate_micros(part, moment)); };
  EXPECT_EQ(truncated(CivilPart::kCentury), "2000-01-01 00:00:00");
  EXPECT_EQ(truncated(CivilPart::kWeek), "2004-12-27 00:00:00");
  EXPECT_EQ(truncated(CivilPart::kIsoYear), "2003-12-29 00:00:00");
  EXPECT_EQ(truncated(CivilPart::kQuarter), "2005-01-01 00:00:00");
  EXPECT_EQ(truncated(CivilPart::kMinute), "2005-01-01 12:34:00");
  EXPECT_EQ(truncated(CivilPart::kMillisecond), "2005-01-01 12:34:56.789");
  EXPECT_EQ(format_date(truncate_days(CivilPart::kWeek, *parse_date("0001-01-01 (BC)"))), "0002-12-27 (BC)");
  EXPECT_EQ(format_date(truncate_days(CivilPart::kDecade, *parse_date("0100-12-31 (BC)"))), "0091-01-01 (BC)");
}

TEST(CivilTime, DatesReadAndWriteBeforeChristAndInfinity) {
  EXPECT_EQ(format_date(*parse_date("0044-03-15 (BC)")), "0044-03-15 (BC)");
  EXPECT_EQ(format_date(*parse_date("-5-01-01")), "0006-01-01 (BC)");
  EXPECT_EQ(format_date(*parse_date("0000-01-01")), "0001-01-01 (BC)");
  EXPECT_EQ(format_date(*parse_date("10000-01-01")), "10000-01-01");
  EXPECT_EQ(parse_date("Infinity"), kDateInfinity);
  EXPECT_EQ(parse_date("-inf"), kDateMinusInfinity);
  EXPECT_EQ(format_date(kDateMinusInfinity), "-infinity");
  EXPECT_EQ(format_date(*parse_date("5877642-06-25 (BC)")), "5877642-06-25 (BC)");
  EXPECT_EQ(format_date(*parse_date("5881580-07-10")), "5881580-07-10");
}

TEST(CivilTime, DatesForgiveSeparatorsSpacesAndATimeBehind) {
  for (const char* text : {"2020-01-02", "2020-1-2", "2020/01/02", " 2020-01-02 ", "2020 01 02", "2020\\01\\02", "2020-01-02 03:04:05"}) {
    EXPECT_EQ(parse_date(text), 18263) << text;
  }
}

TEST(CivilTime, MalformedAndImpossibleDatesAreRefused) {
  for (const char* text : {"", "2020-01/02", "2020-02-30", "20200101", "2020-01-01x", "2020-01-01T", "5881580-07-11", "2020-001-01",
                           "today", "2020-13-01", "2020.01.02", "2020-01-01 bc", "12-30"}) {
    EXPECT_EQ(parse_date(text), std::nullopt) << text;
  }
}

TEST(CivilTime, ExactDatesAreOnlyThePlainForms) {
  EXPECT_EQ(parse_date("2020-01-02", Leniency::kExact), 18263);
  for (const char* text : {" 2020-01-02", "20-1-2", "2020 01 02", "2020-01-02 03:04:05", "infinity"}) {
    EXPECT_EQ(parse_date(text, Leniency::kExact), std::nullopt) << text;
  }
}

TEST(CivilTime, TimestampsReadTheFormsOfDuckDb) {
  const auto same = [](const char* text) { return format_timestamp(parse_timestamp(text).value_or(-1)); };
  EXPECT_EQ(same("2020-01-01"), "2020-01-01 00:00:00");
  EXPECT_EQ(same("2020-01-01 1:2:3"), "2020-01-01 01:02:03");
  EXPECT_EQ(same("2020-01-01T01:02:03Z"), "2020-01-01 01:02:03");
  EXPECT_EQ(same("2020-01-01 01:02"), "2020-01-01 01:02:00");
  EXPECT_EQ(same("2020-01-01 01:02:03.1234567"), "2020-01-01 01:02:03.123456");
  EXPECT_EQ(same("2020-01-01 01:02:03+02"), "2020-01-01 01:02:03");
  EXPECT_EQ(same("2020-01-01 24:00:00"), "2020-01-02 00:00:00");
  EXPECT_EQ(same("0044-03-15 (BC) 01:02:03"), "0044-03-15 (BC) 01:02:03");
  EXPECT_EQ(same("290309-12-22 (BC) 00:00:00"), "290309-12-22 (BC) 00:00:00");
  EXPECT_EQ(same("294247-01-10 04:00:54.775806"), "294247-01-10 04:00:54.775806");
  EXPECT_EQ(same("epoch"), "1970-01-01 00:00:00");
  EXPECT_EQ(same("infinity"), "infinity");
}

TEST(CivilTime, MalformedAndImpossibleTimestampsAreRefused) {
  for (const char* text : {"2020-01-01 01", "2020-01-01 23:59:60", "2020-01-01 25:00:00", "2020-01-01 01:60:00", "2020-01-01 01:02:03,5",
                           "2020-01-01 01:02:03 (BC)", "294247-01-10 04:00:54.775807", "290309-12-21 (BC) 23:59:59", "2020-01-01T"}) {
    EXPECT_EQ(parse_timestamp(text), std::nullopt) << text;
  }
}

TEST(CivilTime, TimestampUnitsRoundOrKeepTheirDigits) {
  EXPECT_EQ(format_timestamp(*parse_timestamp("2020-01-01 00:00:00.623456", TimeUnit::kSecond), TimeUnit::kSecond), "2020-01-01 00:00:01");
  EXPECT_EQ(format_timestamp(*parse_timestamp("2020-01-01 00:00:00.123456", TimeUnit::kMilli), TimeUnit::kMilli),
            "2020-01-01 00:00:00.123");
  EXPECT_EQ(format_timestamp(*parse_timestamp("2020-01-01 00:00:00.123456789", TimeUnit::kNano), TimeUnit::kNano),
            "2020-01-01 00:00:00.123456789");
  EXPECT_EQ(parse_timestamp("2300-01-01 00:00:00", TimeUnit::kNano), std::nullopt);
}

TEST(CivilTime, TimestampsWithAZoneAreMomentsInUtc) {
  EXPECT_EQ(format_timestamp_tz(*parse_timestamp_tz("2020-01-01 00:00:00+02")), "2019-12-31 22:00:00+00");
  EXPECT_EQ(format_timestamp_tz(*parse_timestamp_tz("2020-01-01 01:02:03-08:00:30")), "2020-01-01 09:02:33+00");
  bool has_zone = true;
  EXPECT_EQ(parse_timestamp_tz("1970-01-01 00:00:00", Leniency::kExact, &has_zone), 0);
  EXPECT_FALSE(has_zone);
}

TEST(CivilTime, TimesReachMidnightAtTheEndOfTheDay) {
  EXPECT_EQ(format_time(*parse_time("1:2:3")), "01:02:03");
  EXPECT_EQ(format_time(*parse_time("01:02:03.99999999")), "01:02:03.999999");
  EXPECT_EQ(format_time(*parse_time("24:00:00")), "24:00:00");
  EXPECT_EQ(format_time(*parse_time("00:00:00.1")), "00:00:00.1");
  for (const char* text : {"01", "23:59:60", "25:00:00", "24:00:00.1", "-01:00:00"}) EXPECT_EQ(parse_time(text), std::nullopt) << text;
}

TEST(CivilTime, IntervalsReadTheFormsOfDuckDb) {
  const auto same = [](const char* text) {
    const auto interval = parse_interval(text);
    return interval ? format_interval(*interval) : "refused";
  };
  EXPECT_EQ(same("1 year 2 months 3 days 04:05:06.789"), "1 year 2 months 3 days 04:05:06.789");
  EXPECT_EQ(same("-14 months"), "-1 year -2 months");
  EXPECT_EQ(same("0 days"), "00:00:00");
  EXPECT_EQ(same("-1 second"), "-00:00:01");
  EXPECT_EQ(same("100 hours"), "100:00:00");
  EXPECT_EQ(same("1.5 days"), "1 day 12:00:00");
  EXPECT_EQ(same("1.5 months"), "1 month 15 days");
  EXPECT_EQ(same("1.25 years"), "1 year 3 months");
  EXPECT_EQ(same("1.07 quarters"), "3 months 6 days");
  EXPECT_EQ(same("1.21 months"), "1 month 6 days 07:12:00");
  EXPECT_EQ(same("0.00005 millennium"), "1 month");
  EXPECT_EQ(same("0.0000000005 days"), "00:00:00.000043");
  EXPECT_EQ(same("1.1 weeks"), "7 days 16:48:00");
  EXPECT_EQ(same("0.0000015 seconds"), "00:00:00.000002");
  EXPECT_EQ(same("1 day ago"), "-1 day");
  EXPECT_EQ(same("@ 1 day"), "1 day");
  EXPECT_EQ(same("1y 2mon 3d 4h 5m 6s 7ms 8us"), "1 year 2 months 3 days 04:05:06.007008");
  EXPECT_EQ(same("1 decade 1 century 1 quarter 1 week"), "110 years 3 months 7 days");
  EXPECT_EQ(same("-04:05:06.5"), "-04:05:06.5");
  EXPECT_EQ(same("5"), "00:00:05");
  EXPECT_EQ(same("1 month -04:05:06"), "1 month -04:05:06");
}

TEST(CivilTime, MalformedIntervalsAreRefused) {
  for (const char* text : {"", "P1Y", "1 fortnight", "5 1 year", "1-2", "1 day ago 2 days", "25:61:00", "99999999999 days", "1e2 days",
                           ". days", "999999999999 hours"}) {
    EXPECT_EQ(parse_interval(text), std::nullopt) << text;
  }
}

TEST(CivilTime, PartNamesAreKnownInAnyCase) {
  EXPECT_EQ(civil_part_from_name("YEAR"), CivilPart::kYear);
  EXPECT_EQ(civil_part_from_name("dow"), CivilPart::kDayOfWeek);
  EXPECT_EQ(civil_part_from_name("fortnight"), std::nullopt);
}

}  // namespace
}  // namespace trueno
