#include "storage/json/json_source.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "io/memory_file_system.h"

namespace trueno {
namespace {

// The columns with their types, then the rows; or the error.
std::string read(const std::string& text, const JsonOptions& options = {}) {
  MemoryFileSystem files;
  EXPECT_TRUE(files.put("t.json", text));
  const auto source = open_json(*files.open("t.json"), options);
  if (!source) return source.error().message();
  std::string out;
  std::vector<int> columns;
  for (const Field& field : (*source)->schema()) {
    columns.push_back(static_cast<int>(columns.size()));
    out += (columns.size() == 1 ? "" : ", ") + field.name + " " + field.type.to_string();
  }
  for (std::int64_t part = 0; part < (*source)->part_count(); ++part) {
    BatchStream stream = *(*source)->scan(part, columns, {}, CancelToken());
    while (true) {
      const auto batch = stream();
      if (!batch) return batch.error().message();
      if (!batch->has_value()) break;
      for (std::int64_t row = 0; row < (*batch)->length; ++row) {
        out += "\n";
        for (const Column& column : (*batch)->columns)
          out += (&column == &(*batch)->columns.front() ? "" : ", ") + column.value(row).to_string();
      }
    }
  }
  return out;
}

JsonOptions with(JsonFormat format) {
  JsonOptions options;
  options.format = format;
  return options;
}

JsonOptions typed(std::vector<JsonColumnOption> columns) {
  JsonOptions options;
  options.columns = std::move(columns);
  return options;
}

JsonOptions lenient(JsonOptions options = {}) {
  options.ignore_errors = true;
  return options;
}

// Types and values as DuckDB 2.0 finds them, JSON being VARCHAR here.
TEST(JsonSource, TypesAreFoundOut) {
  EXPECT_EQ(
      read("{\"a\":1,\"b\":\"x\",\"c\":true,\"d\":1.5,\"f\":[1,2],\"g\":{\"h\":1,\"i\":\"2020-01-01\"}}\n{\"a\":2,\"b\":\"y\",\"j\":1}\n"),
      "a BIGINT, b VARCHAR, c BOOLEAN, d DOUBLE, f BIGINT[], g STRUCT(h BIGINT, i DATE), j BIGINT\n"
      "1, x, true, 1.5, [1, 2], {'h': 1, 'i': 2020-01-01}, NULL\n2, y, NULL, NULL, NULL, NULL, 1");
  EXPECT_EQ(read("{\"d\":\"2020-01-01\",\"t\":\"2020-01-01 10:00:00\",\"z\":\"2020-01-01T10:00:00+02:00\",\"m\":\"12:30:00\",\"n\":\"123\","
                 "\"u\":\"47183823-2574-4bfd-b411-99ed177d3e43\"}"),
            "d DATE, t TIMESTAMP, z TIMESTAMP WITH TIME ZONE, m TIME, n VARCHAR, u UUID\n"
            "2020-01-01, 2020-01-01 10:00:00, 2020-01-01 08:00:00+00, 12:30:00, 123, 47183823-2574-4bfd-b411-99ed177d3e43");
}

TEST(JsonSource, NumbersHaveTheTypeThatHoldsAll) {
  EXPECT_EQ(read("{\"a\":1}\n{\"a\":1.5}"), "a DOUBLE\n1.0\n1.5");
  EXPECT_EQ(read("{\"a\":9223372036854775807}"), "a BIGINT\n9223372036854775807");
  EXPECT_EQ(read("{\"a\":-1}\n{\"a\":9223372036854775808}"), "a HUGEINT\n-1\n9223372036854775808");
  EXPECT_EQ(read("{\"a\":18446744073709551616}"), "a DOUBLE\n1.8446744073709552e+19");
  EXPECT_EQ(read("{\"a\":1e3}"), "a DOUBLE\n1000.0");
}

TEST(JsonSource, WhatGoesTogetherNoBetterIsItsJson) {
  EXPECT_EQ(read("{\"a\":1}\n{\"a\":\"x\"}"), "a VARCHAR\n1\n\"x\"");
  EXPECT_EQ(read("{\"a\":[ 1 ]}\n{\"a\":{\"b\" : \"c d\"}}"), "a VARCHAR\n[1]\n{\"b\":\"c d\"}");
  EXPECT_EQ(read("{\"a\":\"2020-01-01\"}\n{\"a\":\"x\"}"), "a VARCHAR\n2020-01-01\nx");
}

TEST(JsonSource, ObjectsWithLittleInCommonAreMaps) {
  std::string text;
  for (int i = 0; i < 50; ++i) text += fmt::format("{{\"o\":{{\"k{}\":{}}}}}\n", i, i);
  EXPECT_EQ(read(text).substr(0, 34), "o MAP(VARCHAR, BIGINT)\n{k0=0}\n{k1=");
  EXPECT_EQ(read("{\"a\":{}}"), "a MAP(VARCHAR, VARCHAR)\n{}");
}

TEST(JsonSource, FormatsAreFoundOut) {
  EXPECT_EQ(read("[{\"a\":1},\n{\"a\":2}]"), "a BIGINT\n1\n2");
  EXPECT_EQ(read("{\n \"a\":1\n}\n{\n \"a\":2\n}\n"), "a BIGINT\n1\n2");
  EXPECT_EQ(read("{\"a\":1} {\"a\":2}\n{\"a\":3}\n"), "a BIGINT\n1\n2\n3");
  EXPECT_EQ(read("{\"a\":1}\n\n  \r\n{\"a\":2}"), "a BIGINT\n1\n2");
  EXPECT_EQ(read("1\n2\n"), "json BIGINT\n1\n2");
  EXPECT_EQ(read("[1,2,3]"), "json BIGINT\n1\n2\n3");
  EXPECT_EQ(read("[1,2]\n[3]\n"), "json BIGINT[]\n[1, 2]\n[3]");
  EXPECT_EQ(read("{\"a\":1}\nnull\n{\"a\":2}\n"), "a BIGINT\n1\nNULL\n2");
  EXPECT_EQ(read("\xEF\xBB\xBF{\"a\":1}\n"), "a BIGINT\n1");
  EXPECT_EQ(read(""), "json VARCHAR");
  EXPECT_EQ(read("[]"), "json VARCHAR");
}

TEST(JsonSource, EscapesAreReadAsTheCharactersTheyMean) {
  EXPECT_EQ(read("{\"a\":\"\\u00e9\\n\\ud83d\\ude00\\/\\\"\"}"), "a VARCHAR\né\n😀/\"");
  EXPECT_EQ(read("{\"\\u0061\":1}\n{\"a\":2}"), "a BIGINT\n1\n2");
}

TEST(JsonSource, ColumnsThatAreGivenAreReadByName) {
  const std::vector<JsonColumnOption> columns = {{"a", JsonType::of(TypeId::kVarchar)},
                                                 {"g", JsonType::json_text()},
                                                 {"z", JsonType::of(TypeId::kInteger)},
                                                 {"c", JsonType::of(TypeId::kInteger)}};
  EXPECT_EQ(read("{\"a\":1,\"c\":true,\"g\":{\"h\": 1}}", typed(columns)),
            "a VARCHAR, g VARCHAR, z INTEGER, c INTEGER\n1, {\"h\":1}, NULL, 1");
  EXPECT_EQ(read("{\"a\":2.5}\n{\"a\":\"7\"}", typed({{"a", JsonType::of(TypeId::kInteger)}})), "a INTEGER\n2\n7");
  EXPECT_EQ(read("{\"a\":1.50}", typed({{"a", JsonType::of(Type::decimal(5, 2))}})), "a DECIMAL(5,2)\n1.50");
}

TEST(JsonSource, DepthCanBeLimited) {
  JsonOptions options;
  options.maximum_depth = 2;
  EXPECT_EQ(read("{\"a\":1,\"f\":[1],\"g\":{\"h\":\"x\"}}", options), "a BIGINT, f VARCHAR[], g STRUCT(h VARCHAR)\n1, [1], {'h': '\"x\"'}");
}

TEST(JsonSource, FaultsOfTheJsonNameTheirPlace) {
  const JsonOptions columns = typed({{"a", JsonType::of(TypeId::kBigInt)}});
  EXPECT_EQ(read("{\"a\":1}\n{\"a\":x}\n", columns), "\"t.json\", line 2, column 6: unexpected character");
  EXPECT_EQ(read("{\"a\":1}\n{\"a\":", columns), "\"t.json\", line 2, column 6: unexpected end");
  EXPECT_EQ(read("[{\"a\":1},{\"a\":", columns), "\"t.json\", line 1, column 15: unexpected end");
  EXPECT_EQ(read("[{\"a\":1},]"), "\"t.json\", line 1, column 10: unexpected character");
  EXPECT_EQ(read("[{\"a\":1}"), "\"t.json\", line 1, column 9: unexpected end: the array is not closed");
  EXPECT_EQ(read("[{\"a\":1}] 2", with(JsonFormat::kArray)), "\"t.json\", line 1, column 11: text behind the array");
  EXPECT_EQ(read("{\"a\":\"open", columns), "\"t.json\", line 1, column 11: unexpected end: a string is not closed");
  EXPECT_EQ(read("{\"a\":1},{\"a\":2}"), "\"t.json\", line 1, column 8: unexpected character");
  for (const auto& [value, what] : std::vector<std::pair<std::string, std::string>>{
           {"01", "a number with a leading zero"},
           {"1.", "unexpected character"},
           {"-", "unexpected character"},
           {"nul", "unexpected character"},
           {"NaN", "unexpected character"},
           {"'x'", "unexpected character"},
           {"\"\\x\"", "an escape that JSON has not"},
           {"\"\\u12g4\"", "a \\u without four hexadecimal digits"},
           {"\"\\ud800\"", "half of a surrogate pair"},
           {"\"\\udc00\"", "half of a surrogate pair"},
           {"\"\\ud800\\u0041\"", "half of a surrogate pair"},
           {"\"a\tb\"", "a control character in a string"},
           {"\"\xFF\"", "bytes that are not UTF-8"},
           {"\"\xC0\x80\"", "bytes that are not UTF-8"},
           {"\"\xED\xA0\x80\"", "bytes that are not UTF-8"},
           {"\"open", "a control character in a string"},
       }) {
    const std::string message = read("{\"a\":" + value + "}\n", columns);
    EXPECT_TRUE(message.starts_with("\"t.json\", line 1, column ") && message.ends_with(": " + what)) << value << ": " << message;
    EXPECT_EQ(message, read("{\"b\":" + value + "}\n", columns)) << "also where nobody wants it";
  }
}

TEST(JsonSource, ValuesOfAnotherTypeNameTheirPath) {
  EXPECT_EQ(read("{\"a\":1}\n{\"a\":\"x\"}\n", typed({{"a", JsonType::of(TypeId::kInteger)}})),
            "\"t.json\", line 2, column 6 (a): cannot read \"x\" as INTEGER");
  const JsonType nested = JsonType::of(Type::structure({{"b", Type::list(TypeId::kInteger)}}));
  EXPECT_EQ(read("{\"a\":{\"b\":[1,\"x\"]}}", typed({{"a", nested}})),
            "\"t.json\", line 1, column 14 (a.b[1]): cannot read \"x\" as INTEGER");
  EXPECT_EQ(read("{\"a\":1e400}", typed({{"a", JsonType::of(TypeId::kDouble)}})),
            "\"t.json\", line 1, column 6 (a): cannot read 1e400 as DOUBLE");
  EXPECT_EQ(read("{\"a\":300}", typed({{"a", JsonType::of(TypeId::kTinyInt)}})),
            "\"t.json\", line 1, column 6 (a): cannot read 300 as TINYINT");
  EXPECT_EQ(read("{\"a\":127.6}", typed({{"a", JsonType::of(TypeId::kTinyInt)}})),
            "\"t.json\", line 1, column 6 (a): cannot read 127.6 as TINYINT");
}

TEST(JsonSource, MembersThatOccurTwiceAreAnError) {
  EXPECT_EQ(read("{\"a\":1,\"a\":2}"), "\"t.json\", line 1, column 12: the member \"a\" occurs twice in an object");
  EXPECT_EQ(read("{\"g\":{\"a\":1,\"a\":2}}"), "\"t.json\", line 1, column 17 (g): the member \"a\" occurs twice in an object");
  EXPECT_EQ(read("{\"o\":{\"a\":1,\"a\":2}}", typed({{"o", JsonType::map(JsonType::of(TypeId::kInteger))}})),
            "\"t.json\", line 1, column 17 (o): the member \"a\" occurs twice in an object");
  EXPECT_EQ(read("{\"a\":1,\"a\":2}", lenient()), "a BIGINT\n1");
}

TEST(JsonSource, WhatCannotBeReadCanBeNull) {
  EXPECT_EQ(read("{\"a\":1}\n{\"a\":x}\n{\"a\":3}\n", lenient()), "a BIGINT\n1\nNULL\n3");
  EXPECT_EQ(read("{\"a\":1}\n{\"a\":\"x\"}\n{\"a\":3}\n", lenient(typed({{"a", JsonType::of(TypeId::kInteger)}}))),
            "a INTEGER\n1\nNULL\n3");
  const JsonType nested = JsonType::of(Type::structure({{"b", Type::list(TypeId::kInteger)}}));
  EXPECT_EQ(read("{\"a\":{\"b\":[\"x\",1]}}", lenient(typed({{"a", nested}}))), "a STRUCT(b INTEGER[])\n{'b': [NULL, 1]}");
  EXPECT_EQ(read("[{\"a\":1},{\"a\":x}]", lenient(with(JsonFormat::kArray))), "\"t.json\", line 1, column 15: unexpected character");
}

TEST(JsonSource, BombsAreRefused) {
  const std::string deep = std::string(100'000, '[') + std::string(100'000, ']');
  EXPECT_TRUE(read(deep).ends_with("arrays and objects are nested too deep"));
  EXPECT_TRUE(
      read("{\"a\":" + deep + "}\n", typed({{"b", JsonType::of(TypeId::kInteger)}})).ends_with("arrays and objects are nested too deep"));
  JsonOptions options = typed({{"a", JsonType::of(TypeId::kVarchar)}});
  options.maximum_object_size = 1000;
  EXPECT_NE(read("{\"a\":\"" + std::string(2000, 'x') + "\"}\n{\"a\":1}\n", options).find("maximum_object_size is 1000"),
            std::string::npos);
}

// Each part of a file of lines is read on its own, and every format in windows.
TEST(JsonSource, PartsOfAnySizeGiveTheSameRows) {
  std::string text;
  for (int i = 0; i < 40; ++i)
    text += fmt::format("{{\"a\":{},\"b\":\"{}\",\"c\":[{}]}}{}", i, std::string(static_cast<std::size_t>(i), 'x'), i,
                        i % 3 == 0 ? "\n\n" : "\n");
  const std::string whole = read(text);
  ASSERT_EQ(std::ranges::count(whole, '\n'), 40);
  for (const std::int64_t bytes : {1, 2, 7, 64, 1000}) {
    JsonOptions options;
    options.part_bytes = bytes;
    EXPECT_EQ(read(text, options), whole) << bytes;
  }
  JsonOptions unstructured = with(JsonFormat::kUnstructured);
  EXPECT_EQ(read(text, unstructured), whole);
}

TEST(JsonSource, LargeArraysAreReadInWindows) {
  std::string text = "[";
  for (int i = 0; i < 300'000; ++i) text += fmt::format("{}{{\"a\":{}, \"b\": \"a text of some length {}\"}}", i == 0 ? "" : " ,\n", i, i);
  text += "]\n";
  ASSERT_GT(text.size(), std::size_t{12} << 20);
  const std::string rows = read(text);
  EXPECT_EQ(std::ranges::count(rows, '\n'), 300'000);
  EXPECT_TRUE(rows.ends_with("\n299999, a text of some length 299999"));
}

TEST(JsonSource, OnlyWantedColumnsAreMade) {
  MemoryFileSystem files;
  ASSERT_TRUE(files.put("t.json", "{\"a\":1,\"b\":2}\n{\"b\":3}\n"));
  const auto source = *open_json(*files.open("t.json"));
  const auto batch = *(*source->scan(0, std::vector<int>{1, 0, 1}, {}, CancelToken()))();
  ASSERT_EQ(batch->columns.size(), 3u);
  EXPECT_EQ(batch->columns[0].value(1), Value::bigint(3));
  EXPECT_TRUE(batch->columns[1].value(1).is_null());
  EXPECT_EQ((*(*source->scan(0, std::vector<int>{}, {}, CancelToken()))())->length, 2);
}

}  // namespace
}  // namespace trueno
