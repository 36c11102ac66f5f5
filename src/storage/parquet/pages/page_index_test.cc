#include "storage/parquet/pages/page_index.h"

#include <gmock/gmock.h>

#include <random>

#include "base/hash.h"
#include "storage/parquet/pages/bloom_filter.h"
#include "storage/parquet/pages/pages_test_support.h"
#include "storage/parquet/pages/wanted_rows.h"

namespace trueno::pages {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

using Kind = ColumnCondition::Kind;

const LeafValues kBigInts{TypeId::kBigInt, StoredType::kInt64, 0, true};

ColumnCondition compare(CompareOp op, Value value) { return {Kind::kCompare, 0, op, {std::move(value)}}; }
ColumnCondition equals(std::int64_t value) { return compare(CompareOp::kEqual, Value::bigint(value)); }
ColumnCondition one_of(std::vector<Value> values) { return {Kind::kIn, 0, CompareOp::kEqual, std::move(values)}; }

std::string eight(std::int64_t value) { return raw({value}); }

// A chunk of 1,000 bytes at byte 100, and behind it its indexes and its Bloom filter.
class IndexedFile {
 public:
  explicit IndexedFile(std::int64_t rows) { chunk_.value_count = rows; }

  IndexedFile& columns(const std::string& index) { return place(chunk_.column_index, index); }
  IndexedFile& offsets(const std::string& index) { return place(chunk_.offset_index, index); }
  IndexedFile& bloom(const std::string& filter) { return place(chunk_.bloom_filter, filter); }

  [[nodiscard]] const ChunkPages& chunk() const { return chunk_; }
  [[nodiscard]] std::string bytes() const { return bytes_; }
  [[nodiscard]] Result<std::vector<RowRange>> wanted(const std::vector<ColumnCondition>& conditions,
                                                     const LeafValues& leaf = kBigInts) const {
    const BytesFile file(bytes_);
    std::vector<ChunkCondition> of;
    for (const ColumnCondition& condition : conditions) of.push_back({&condition, &leaf, &chunk_});
    return wanted_rows(file, of, chunk_.value_count);
  }
  // "0-3000 5000-6000", or the error.
  [[nodiscard]] std::string rows(const std::vector<ColumnCondition>& conditions, const LeafValues& leaf = kBigInts) const {
    const auto ranges = wanted(conditions, leaf);
    if (!ranges) return std::string(error_code_name(ranges.error().code())) + ": " + ranges.error().message();
    std::string text;
    for (const RowRange& range : *ranges) text += fmt::format("{}{}-{}", text.empty() ? "" : " ", range.begin, range.end);
    return text;
  }

 private:
  IndexedFile& place(IndexPlace& place, const std::string& bytes) {
    place = {static_cast<std::int64_t>(bytes_.size()), static_cast<std::int64_t>(bytes.size())};
    bytes_ += bytes;
    return *this;
  }

  ChunkPages chunk_ = [] {
    ChunkPages chunk;
    chunk.offset = 100;
    chunk.bytes = 1000;
    return chunk;
  }();
  std::string bytes_ = std::string(1100, 'x');
};

// Four pages of 2,000 rows each.
const std::string kFour = offset_index({{120, 200, 0}, {320, 200, 2000}, {520, 200, 4000}, {720, 200, 6000}});

TEST(WantedRows, AreThoseOfThePagesWhoseBoundsHoldTheValue) {
  const std::string a[] = {eight(0), eight(9), eight(10), eight(19), eight(5), eight(24), eight(-30), eight(-1)};
  const IndexedFile file =
      IndexedFile(8000)
          .columns(column_index({{false, a[0], a[1], 0}, {false, a[2], a[3], 3}, {false, a[4], a[5], 0}, {false, a[6], a[7], 0}}))
          .offsets(kFour);
  EXPECT_EQ(file.rows({equals(3)}), "0-2000");
  EXPECT_EQ(file.rows({equals(7)}), "0-2000 4000-6000");
  EXPECT_EQ(file.rows({equals(12)}), "2000-6000");
  EXPECT_EQ(file.rows({equals(100)}), "");
  EXPECT_EQ(file.rows({}), "0-8000");
  EXPECT_EQ(file.rows({compare(CompareOp::kLess, Value::bigint(0))}), "6000-8000");
  EXPECT_EQ(file.rows({compare(CompareOp::kGreaterEqual, Value::bigint(9)), compare(CompareOp::kLessEqual, Value::bigint(15))}), "0-6000");
  EXPECT_EQ(file.rows({one_of({Value::bigint(2), Value::bigint(-2), Value::null(TypeId::kBigInt)})}), "0-2000 6000-8000");
  EXPECT_EQ(file.rows({{Kind::kIsNull, 0, CompareOp::kEqual, {}}}), "2000-4000");
}

TEST(WantedRows, NullPagesSatisfyOnlyIsNull) {
  const std::string low = eight(1);
  const std::string high = eight(5);
  const IndexedFile file =
      IndexedFile(8000)
          .columns(column_index({{true, "", "", {}}, {false, low, high, {}}, {true, "", "", {}}, {false, low, high, {}}}))
          .offsets(kFour);
  EXPECT_EQ(file.rows({equals(3)}), "2000-4000 6000-8000");
  EXPECT_EQ(file.rows({{Kind::kIsNotNull, 0, CompareOp::kEqual, {}}}), "2000-4000 6000-8000");
  EXPECT_EQ(file.rows({{Kind::kIsNull, 0, CompareOp::kEqual, {}}}), "0-8000") << "NULLs were not counted";
}

TEST(WantedRows, BoundsThatAreNoneRuleNothingOut) {
  const std::string low = eight(1);
  const std::string high = eight(5);
  const std::string page = std::string("\x01\x00", 2);
  const IndexedFile file =
      IndexedFile(8000)
          .columns(column_index({{false, high, low, 0}, {false, page, page, 0}, {false, "", "", 0}, {false, low, high, 0}}))
          .offsets(kFour);
  EXPECT_EQ(file.rows({equals(3000)}), "0-6000");
  LeafValues unordered = kBigInts;
  unordered.ordered = false;
  EXPECT_EQ(file.rows({equals(3000)}, unordered), "0-8000");
}

// Files leave NaN, the greatest value, out of their bounds.
TEST(WantedRows, FloatBoundsRuleOutOnlyWhatNanCannotSatisfy) {
  const LeafValues doubles{TypeId::kDouble, StoredType::kDouble, 0, true};
  const std::string one = raw({1.0});
  const std::string two = raw({2.0});
  const std::string nan = raw({std::numeric_limits<double>::quiet_NaN()});
  const IndexedFile file =
      IndexedFile(8000)
          .columns(column_index({{false, one, two, 0}, {false, one, two, 0}, {false, nan, nan, 0}, {false, two, two, 0}}))
          .offsets(kFour);
  EXPECT_EQ(file.rows({compare(CompareOp::kGreater, Value::floating(5))}, doubles), "0-8000");
  EXPECT_EQ(file.rows({compare(CompareOp::kEqual, Value::floating(5))}, doubles), "4000-6000");
  EXPECT_EQ(file.rows({compare(CompareOp::kLess, Value::floating(2))}, doubles), "0-6000");
  EXPECT_EQ(file.rows({compare(CompareOp::kEqual, Value::floating(std::numeric_limits<double>::quiet_NaN()))}, doubles), "0-8000");
}

TEST(WantedRows, TextBoundsMayBeCutShort) {
  const LeafValues texts{TypeId::kVarchar, StoredType::kByteArray, 0, true};
  const IndexedFile file =
      IndexedFile(8000)
          .columns(column_index({{false, "ab", "ad", 0}, {false, "b", "b\xFF", 0}, {false, "", "aa", 0}, {false, "zz", "zz", 0}}))
          .offsets(kFour);
  EXPECT_EQ(file.rows({compare(CompareOp::kEqual, Value::varchar("abc"))}, texts), "0-2000");
  EXPECT_EQ(file.rows({compare(CompareOp::kEqual, Value::varchar("byte"))}, texts), "2000-4000");
  EXPECT_EQ(file.rows({compare(CompareOp::kLess, Value::varchar("a"))}, texts), "4000-6000");
}

TEST(WantedRows, AreWhatAllColumnsLeaveAndShortGapsAreClosed) {
  const std::string low = eight(0);
  const std::string high = eight(9);
  const std::string other = eight(50);
  const IndexedFile a = IndexedFile(8000)
                            .columns(column_index({{false, low, high, 0}, {false, other, other, 0}}))
                            .offsets(offset_index({{120, 200, 0}, {320, 200, 5000}}));
  IndexedFile b =
      IndexedFile(8000)
          .columns(column_index({{false, other, other, 0}, {false, low, high, 0}, {false, other, other, 0}, {false, low, high, 0}}))
          .offsets(offset_index({{120, 200, 0}, {320, 200, 1000}, {520, 200, 4000}, {720, 200, 4500}}));
  // Both lie in one file: the second's places are behind the first's bytes.
  ChunkPages second = b.chunk();
  const auto shift = static_cast<std::int64_t>(a.bytes().size());
  second.offset += shift;
  second.column_index.offset += shift;
  second.offset_index.offset += shift;
  const std::string moved =
      offset_index({{120 + shift, 200, 0}, {320 + shift, 200, 1000}, {520 + shift, 200, 4000}, {720 + shift, 200, 4500}});
  second.offset_index = {shift + static_cast<std::int64_t>(b.bytes().size()), static_cast<std::int64_t>(moved.size())};
  const BytesFile file(a.bytes() + b.bytes() + moved);
  const ColumnCondition condition = equals(3);
  const ChunkPages& first = a.chunk();
  const std::vector<ChunkCondition> both = {{&condition, &kBigInts, &first}, {&condition, &kBigInts, &second}};
  const auto rows = wanted_rows(file, both, 8000);
  ASSERT_TRUE(rows) << rows.error().to_string();
  EXPECT_THAT(*rows, ElementsAre(RowRange{1000, 5000})) << "1000-4000 and 4500-5000, with 500 rows between them";
}

TEST(WantedRows, ChunksWithoutIndexesRuleNothingOut) {
  EXPECT_EQ(IndexedFile(8000).rows({equals(3)}), "0-8000");
  const std::string low = eight(0);
  EXPECT_EQ(IndexedFile(8000).columns(column_index({{false, low, low, 0}})).rows({equals(3)}), "0-8000")
      << "pages that lie nobody knows where";
  EXPECT_EQ(IndexedFile(0).rows({equals(3)}), "");
}

TEST(WantedRows, IndexesThatLieAreTypedErrors) {
  const std::string low = eight(0);
  const std::string high = eight(9);
  const std::string two = column_index({{false, low, high, 0}, {false, low, high, 0}});
  const auto offsets_of = [&](const std::vector<PageLocation>& pages) {
    return IndexedFile(8000).columns(two).offsets(offset_index(pages)).rows({equals(30)});
  };
  EXPECT_EQ(offsets_of({{120, 200, 0}, {320, 200, 4000}}), "") << "an honest one";
  EXPECT_THAT(offsets_of({{120, 200, 0}}), HasSubstr("about 2 pages, its offset index about 1"));
  EXPECT_THAT(offsets_of({}), HasSubstr("does not begin with the first row"));
  EXPECT_THAT(offsets_of({{120, 200, 1}, {320, 200, 4000}}), HasSubstr("does not begin with the first row"));
  EXPECT_THAT(offsets_of({{120, 200, 0}, {320, 200, -1}}), HasSubstr("not in the order of rows"));
  EXPECT_THAT(offsets_of({{120, 200, 0}, {320, 200, 8001}}), HasSubstr("not in the order of rows"));
  for (const auto& [offset, bytes] : std::vector<std::pair<std::int64_t, std::int32_t>>{
           {99, 10}, {-1, 10}, {300, 10}, {1000, 101}, {1100, 1}, {400, 0}, {400, -5}, {INT64_MAX, 1}, {INT64_MIN, 1}, {400, INT32_MAX}}) {
    const std::string said = offsets_of({{120, 200, 0}, {offset, bytes, 4000}});
    EXPECT_THAT(said, HasSubstr("Corrupt file")) << offset << " " << bytes;
  }

  const std::string honest = offset_index({{120, 200, 0}, {320, 200, 4000}});
  const auto columns_of = [&](const std::string& index) { return IndexedFile(8000).columns(index).offsets(honest).rows({equals(30)}); };
  EXPECT_EQ(columns_of(two), "");
  for (const std::string& index :
       {std::string("\xFF"), two.substr(0, two.size() - 1), two.substr(0, 20), list_field(1, {"\1", "\1"}) + '\0',
        list_field(1, {"\1", "\1"}) + list_field(8, {"\0", "\0"}) + list_field(8, {"\0"}) + '\0',
        list_field(1, {"\1"}) + list_field(8, {"\0", "\0"}) + list_field(8, {"\0", "\0"}) + '\0',
        list_field(1, {"\x03", "\1"}) + list_field(8, {std::string(1, '\0'), std::string(1, '\0')}) + '\0',
        list_field(6, {"\1", "\1"}) + '\0', number_field(5) + '\0', std::string("\x19\xF1\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\x7F", 11)}) {
    EXPECT_THAT(columns_of(index), HasSubstr("makes no sense"));
  }

  IndexedFile outside = IndexedFile(8000).columns(two).offsets(honest);
  const BytesFile file(outside.bytes());
  for (const IndexPlace& place :
       {IndexPlace{-5, 10}, IndexPlace{2000, 10}, IndexPlace{1100, INT32_MAX}, IndexPlace{INT64_MAX, INT64_MAX}, IndexPlace{1100, -1}}) {
    ChunkPages chunk = outside.chunk();
    chunk.column_index = place;
    const ColumnCondition condition = equals(3);
    const std::vector<ChunkCondition> one = {{&condition, &kBigInts, &chunk}};
    const auto rows = wanted_rows(file, one, 8000);
    ASSERT_FALSE(rows);
    EXPECT_EQ(rows.error().code(), ErrorCode::kCorruptFile);
    EXPECT_THAT(rows.error().hint(), HasSubstr("statistics_answers"));
  }
}

TEST(StoredValue, BoundsAreReadInTheirType) {
  const auto text = [](const LeafValues& leaf, const std::string& bytes) {
    const auto value = bound_of(leaf, bytes);
    return value ? value->to_string() : "none";
  };
  EXPECT_EQ(text({TypeId::kTinyInt, StoredType::kInt32}, raw<std::int32_t>({-5})), "-5");
  EXPECT_EQ(text({TypeId::kUInteger, StoredType::kInt32}, raw<std::uint32_t>({4'000'000'000u})), "4000000000");
  EXPECT_EQ(text({TypeId::kUBigInt, StoredType::kInt64}, raw<std::uint64_t>({UINT64_MAX})), "18446744073709551615");
  EXPECT_EQ(text({Type::decimal(9, 2), StoredType::kInt32}, raw<std::int32_t>({-125})), "-1.25");
  EXPECT_EQ(text({Type::decimal(30, 2), StoredType::kFixedBytes, 3}, "\xFF\xFF\x83"), "-1.25");
  EXPECT_EQ(text({Type::decimal(30, 2), StoredType::kByteArray}, "\x7D"), "1.25");
  EXPECT_EQ(text({TypeId::kBoolean, StoredType::kBoolean}, "\x01"), "true");
  EXPECT_EQ(text({TypeId::kVarchar, StoredType::kByteArray}, "text"), "text");
  LeafValues nanoseconds{TypeId::kTime, StoredType::kInt64};
  nanoseconds.divisor = 1000;
  EXPECT_EQ(text(nanoseconds, eight(1'000'999)), "00:00:00.001");
  for (const auto& [leaf, bytes] :
       std::vector<std::pair<LeafValues, std::string>>{{{TypeId::kBigInt, StoredType::kInt64}, "short"},
                                                       {{TypeId::kInteger, StoredType::kInt32}, "12345"},
                                                       {{TypeId::kDouble, StoredType::kDouble}, ""},
                                                       {{TypeId::kTimestamp, StoredType::kInt96}, "twelve bytes"},
                                                       {{Type::decimal(30, 2), StoredType::kByteArray}, std::string(17, 'x')},
                                                       {{}, "1234"}}) {
    EXPECT_EQ(text(leaf, bytes), "none");
  }
}

// The hashes are those of the reference implementation, as its documentation has them.
TEST(BloomFilter, HashesAreXxh64) {
  EXPECT_EQ(xxh64(""), 0xEF46DB3751D8E999ULL);
  EXPECT_EQ(xxh64("a"), 0xD24EC4F1A98C6E5BULL);
  EXPECT_EQ(xxh64("abc"), 0x44BC2CF5AD770999ULL);
}

// One block that has all bits of the hash of "a", made by the formula of the format: D24EC4F1 chooses the block, A98C6E5B the bits.
std::string filter_of_a(std::int64_t blocks, std::optional<std::int64_t> bytes = {}) {
  const std::uint32_t salts[] = {0x47b6137bU, 0x44974d91U, 0x8824ad5bU, 0xa2b7289dU, 0x705495c7U, 0x2df1424bU, 0x9efc4947U, 0x5c6bfb31U};
  std::string words(static_cast<std::size_t>(blocks) * 32, '\0');
  const std::size_t block = static_cast<std::size_t>((std::uint64_t{0xD24EC4F1} * static_cast<std::uint64_t>(blocks)) >> 32) * 32;
  for (std::size_t i = 0; i < 8; ++i) {
    const std::uint32_t word = 1u << ((0xA98C6E5BU * salts[i]) >> 27);
    std::memcpy(words.data() + block + 4 * i, &word, 4);
  }
  const std::string kind("\x1C\x1C\x00\x00", 4);
  return number_field(bytes.value_or(blocks * 32)) + kind + kind + kind + '\0' + words;
}

TEST(BloomFilter, RulesOutWhatItHasNotSeen) {
  const LeafValues texts{TypeId::kVarchar, StoredType::kByteArray, 0, true};
  for (const std::int64_t blocks : {1, 2, 5, 64}) {
    const IndexedFile file = IndexedFile(100).bloom(filter_of_a(blocks));
    EXPECT_EQ(file.rows({compare(CompareOp::kEqual, Value::varchar("a"))}, texts), "0-100") << blocks;
    EXPECT_EQ(file.rows({compare(CompareOp::kEqual, Value::varchar("b"))}, texts), "") << blocks;
    EXPECT_EQ(file.rows({one_of({Value::varchar("b"), Value::varchar("a")})}, texts), "0-100");
    EXPECT_EQ(file.rows({one_of({Value::varchar("b"), Value::null(TypeId::kVarchar)})}, texts), "");
    EXPECT_EQ(file.rows({compare(CompareOp::kLess, Value::varchar("b"))}, texts), "0-100") << "only equality asks";
    EXPECT_EQ(file.rows({compare(CompareOp::kNotEqual, Value::varchar("b"))}, texts), "0-100");
  }
}

TEST(BloomFilter, ValuesWithSeveralFormsAreNotRuledOutByOne) {
  const std::string empty =
      number_field(32) + std::string("\x1C\x1C\x00\x00\x1C\x1C\x00\x00\x1C\x1C\x00\x00\x00", 13) + std::string(32, '\0');
  const IndexedFile file = IndexedFile(100).bloom(empty);
  const auto equal = [](Value value) { return std::vector{compare(CompareOp::kEqual, std::move(value))}; };
  const double nan = std::numeric_limits<double>::quiet_NaN();
  EXPECT_EQ(file.rows(equal(Value::floating(nan)), {TypeId::kDouble, StoredType::kDouble}), "0-100");
  EXPECT_EQ(file.rows(equal(Value::floating(1.5)), {TypeId::kDouble, StoredType::kDouble}), "");
  EXPECT_EQ(stored_forms({TypeId::kDouble, StoredType::kDouble}, Value::floating(-0.0)), (std::vector{raw({0.0}), raw({-0.0})}));
  EXPECT_EQ(file.rows(equal(Value::decimal(125, 30, 2)), {Type::decimal(30, 2), StoredType::kByteArray}), "0-100") << "of any length";
  EXPECT_EQ(stored_forms({Type::decimal(30, 2), StoredType::kFixedBytes, 3}, Value::decimal(-125, 30, 2)),
            (std::vector<std::string>{"\xFF\xFF\x83"}));
  EXPECT_TRUE(stored_forms({Type::decimal(30, 2), StoredType::kFixedBytes, 1}, Value::decimal(128, 30, 2)).empty()) << "it does not fit";
  LeafValues rounded{TypeId::kTime, StoredType::kInt64};
  rounded.divisor = 1000;
  EXPECT_TRUE(stored_forms(rounded, Value(TypeId::kTime, i128{5})).empty());
}

TEST(BloomFilter, FiltersOfOtherKindsRuleNothingOutAndLiesAreTypedErrors) {
  const LeafValues texts{TypeId::kVarchar, StoredType::kByteArray, 0, true};
  const std::vector<ColumnCondition> b = {compare(CompareOp::kEqual, Value::varchar("b"))};
  const std::string good = filter_of_a(2);
  std::string other = good;
  other[other.find("\x1C\x1C") + 1] = '\x2C';  // an algorithm of number 2
  EXPECT_EQ(IndexedFile(100).bloom(other).rows(b, texts), "0-100");
  EXPECT_THAT(IndexedFile(100).bloom(filter_of_a(2, 0)).rows(b, texts), HasSubstr("Corrupt file"));
  EXPECT_THAT(IndexedFile(100).bloom(filter_of_a(2, 33)).rows(b, texts), HasSubstr("blocks of 33 bytes"));
  EXPECT_THAT(IndexedFile(100).bloom(filter_of_a(2, 96)).rows(b, texts), HasSubstr("blocks of 96 bytes"));
  EXPECT_THAT(IndexedFile(100).bloom(filter_of_a(2, -64)).rows(b, texts), HasSubstr("makes no sense"));
  EXPECT_THAT(IndexedFile(100).bloom("\x15").rows(b, texts), HasSubstr("makes no sense"));
  EXPECT_THAT(IndexedFile(100).bloom(good.substr(0, 3)).rows(b, texts), HasSubstr("makes no sense"));
  const IndexedFile file = IndexedFile(100).bloom(good);
  for (const IndexPlace& place :
       {IndexPlace{-1, 0}, IndexPlace{5000, 0}, IndexPlace{1100, 5000}, IndexPlace{INT64_MAX, 10}, IndexPlace{1100, -3}}) {
    ChunkPages chunk = file.chunk();
    chunk.bloom_filter = place;
    const auto held = may_hold_one_of(BytesFile(file.bytes()), chunk, texts, b.front().values);
    ASSERT_FALSE(held) << place.offset;
    EXPECT_EQ(held.error().code(), ErrorCode::kCorruptFile);
  }
  ChunkPages unsized = file.chunk();  // older writers do not say how long a filter is
  unsized.bloom_filter.bytes = 0;
  EXPECT_FALSE(*may_hold_one_of(BytesFile(file.bytes()), unsized, texts, b.front().values));
}

// Any damage is an error or other rows, never anything worse.
TEST(WantedRows, DamagedIndexesStayInBounds) {
  std::mt19937 random(5);
  const std::string low = eight(0);
  const std::string high = eight(9);
  const std::string columns = column_index({{false, low, high, 0}, {true, "", "", 2000}, {false, low, high, 1}, {false, low, high, 0}});
  const std::string filter = filter_of_a(2);
  for (int round = 0; round < 20'000; ++round) {
    std::string damaged[] = {columns, kFour, filter};
    std::string& one = damaged[random() % 3];
    for (unsigned i = 0; i <= random() % 3; ++i) one[random() % one.size()] = static_cast<char>(random());
    if (round % 5 == 0) one.resize(1 + random() % one.size());
    const IndexedFile file = IndexedFile(8000).columns(damaged[0]).offsets(damaged[1]).bloom(damaged[2]);
    const auto ranges = file.wanted({equals(3), compare(CompareOp::kGreater, Value::bigint(20))});
    if (!ranges) continue;
    std::int64_t end = 0;
    for (const RowRange& range : *ranges) {
      ASSERT_LE(end, range.begin);
      ASSERT_LT(range.begin, range.end);
      end = range.end;
    }
    ASSERT_LE(end, 8000);
  }
}

}  // namespace
}  // namespace trueno::pages
