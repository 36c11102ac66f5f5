// Columns that stay on the device: when they travel again, and tables larger than what may stay.
#include "backend/webgpu/resident.h"

#include "backend/webgpu/test_support.h"

namespace trueno::backend::webgpu {
namespace {

using kernel::AccumulatorKind;
using kernel::Opcode;
using kernel::ValueId;

class Resident : public OnGpu {
 protected:
  // SUM(a), SUM(b), COUNT(a) of `parts`, in one launch; bytes that moved. `name`: what they are called, if anything.
  std::int64_t run(const std::vector<Batch>& parts, std::int64_t cache_bytes, const RowsName& name = {}) {
    TestProgram t;
    t.batch = {};
    const ValueId a = t.column(parts.front().columns[0], false);
    const ValueId b = t.column(parts.front().columns[1], false);
    kernel::Sink& sink = t.builder.program().sink;
    sink.kind = kernel::SinkKind::kReduce;
    sink.accumulators = {{AccumulatorKind::kSumInteger, a}, {AccumulatorKind::kSumInteger, b}, {AccumulatorKind::kCount, a}};
    const auto program = program_ = t.finish();
    Launch launch;
    launch.cache_bytes = cache_bytes;
    std::vector<Morsel> morsels;
    for (const Batch& part : parts) morsels.push_back({part, 0, {}});
    const auto of = [&](Backend& backend, std::int64_t& moved) {
      const auto kernel = backend.prepare(program).run_now().value();
      const auto state = kernel->start(launch);
      EXPECT_TRUE(kernel->run_named(name, morsels, *state, CancelToken()).run_now().has_value());
      moved = state->moved_bytes;
      return kernel->take_partial(*state).run_now().value();
    };
    std::int64_t moved = 0;
    std::int64_t none = 0;
    const Batch got = of(*TestDevice::get().gpu, moved);
    const Batch want = of(*TestDevice::get().scalar, none);
    for (std::size_t i = 0; i < want.columns.size(); ++i) expect_same_column(got.columns[i], want.columns[i], fmt::format("column {}", i));
    return moved;
  }

  static Batch part(int number, std::int64_t rows, bool nulls = true) {
    std::vector<std::optional<i128>> a;
    std::vector<std::optional<i128>> b;
    std::mt19937 random(static_cast<unsigned>(number));
    for (std::int64_t row = 0; row < rows; ++row) {
      a.push_back(nulls && random() % 5 == 0 ? std::optional<i128>() : std::optional<i128>(static_cast<std::int32_t>(random())));
      b.push_back(static_cast<std::int64_t>(random()) << 20);
    }
    return {rows, {column_from(TypeId::kInteger, a), column_from(TypeId::kBigInt, b)}};
  }

  // Of the program that ran last.
  std::int64_t missing(const RowsName& name, const std::vector<std::int64_t>& column_bytes) {
    return TestDevice::get().gpu->missing_bytes(*program_, name, column_bytes);
  }

  std::shared_ptr<const kernel::Program> program_;
};

constexpr std::int64_t kPlenty = std::int64_t{256} << 20;

TEST_F(Resident, ColumnsTravelOnce) {
  const std::vector<Batch> parts = {part(1, 1000), part(2, 700), part(3, 1)};
  EXPECT_GE(run(parts, kPlenty), 1701 * 12);
  EXPECT_EQ(run(parts, kPlenty), 0);
  EXPECT_EQ(run({parts[1]}, kPlenty), 0);
}

TEST_F(Resident, WhatIsThereOfAColumnIsKnownByItsName) {
  const RowsName name{"table 1 version 1, all", {"table 1 version 1,0", "table 1 version 1,1"}, "table 1 version 1"};
  const RowsName other{"table 2 version 1, all", {"table 2 version 1,0", "table 2 version 1,1"}, "table 2 version 1"};
  const std::vector<std::int64_t> bytes = {4000, 8000};
  const std::vector<Batch> parts = {part(20, 1000, false)};
  EXPECT_EQ(run(parts, kPlenty), 12'000);
  EXPECT_EQ(missing(name, bytes), 12'000);  // they had no name
  run(parts, kPlenty, name);
  EXPECT_EQ(missing(name, bytes), 0);
  EXPECT_EQ(missing(other, bytes), 12'000);
  EXPECT_EQ(missing(name, {4000, 20'000}), 12'000);  // more of it than is there
  EXPECT_TRUE(TestDevice::get().gpu->is_prepared(*program_));
  run({part(21, 1000, false)}, 1000, other);  // more than may stay: the others go
  EXPECT_EQ(missing(name, bytes), 12'000);
}

TEST_F(Resident, NewColumnsTravelAlsoWhereOldOnesLay) {
  for (int round = 0; round < 50; ++round) {
    const std::vector<Batch> parts = {part(round, 100)};
    EXPECT_GE(run(parts, kPlenty), 100 * 12) << round;  // buffers of the round before are gone, their addresses are used again
  }
}

TEST_F(Resident, ASliceIsAnotherSection) {
  const Batch whole = part(9, 1000);
  EXPECT_GT(run({whole}, kPlenty), 0);
  EXPECT_GT(run({{500, {whole.columns[0].slice(3, 500), whole.columns[1].slice(3, 500)}}}, kPlenty), 0);
  EXPECT_EQ(run({{500, {whole.columns[0].slice(3, 500), whole.columns[1].slice(3, 500)}}}, kPlenty), 0);
}

TEST_F(Resident, MoreThanMayStayRunsAllTheSame) {
  std::vector<Batch> parts;
  for (int n = 0; n < 12; ++n) parts.push_back(part(100 + n, 3000, n % 2 == 0));
  for (const std::int64_t cache : {std::int64_t{0}, std::int64_t{1}, std::int64_t{50'000}, std::int64_t{100'000}}) {
    EXPECT_GE(run(parts, cache), 12 * 3000 * 12) << cache;
    EXPECT_GT(run(parts, cache), 0) << cache;  // they cannot all have stayed
  }
  EXPECT_EQ(run({parts.back()}, 100'000), 0);  // the last ones did
}

TEST(Staging, BytesOfEverySizeArrive) {
  DeviceOptions options;
  options.software_allowed = true;
  ProviderReport report;
  Result<std::unique_ptr<Device>> opened = Device::open(options, report);
  if (!opened) GTEST_SKIP() << opened.error().message();
  Device& device = **opened;
  // Together more than the ring holds at a time, with pieces that end within a word.
  std::vector<std::vector<std::uint8_t>> bytes;
  std::mt19937 random(4);
  const GpuBuffer buffer = device.buffer(32 << 20, abi::kStorage | abi::kCopySource | abi::kCopyTarget).value();
  std::vector<HostPiece> pieces;
  std::uint64_t offset = 0;
  for (const std::size_t size :
       {std::size_t{1}, std::size_t{3}, std::size_t{70'001}, std::size_t{9'000'002}, std::size_t{4}, std::size_t{1'048'576}}) {
    std::vector<std::uint8_t>& piece = bytes.emplace_back(size);
    for (auto& byte : piece) byte = static_cast<std::uint8_t>(random());
    pieces.push_back({piece.data(), size, &buffer, offset});
    offset += (size + 63) / 64 * 64;
  }
  for (int round = 0; round < 2; ++round) {
    ASSERT_TRUE(device.upload(pieces).has_value());
    const std::vector<std::uint32_t> words = device.read(buffer, offset / 4).value();
    for (std::size_t n = 0; n < pieces.size(); ++n)
      EXPECT_EQ(0, std::memcmp(reinterpret_cast<const std::uint8_t*>(words.data()) + pieces[n].offset, bytes[n].data(), bytes[n].size()))
          << n;
    for (auto& piece : bytes) {
      for (auto& byte : piece) byte = static_cast<std::uint8_t>(byte + 1);
    }
  }
}

}  // namespace
}  // namespace trueno::backend::webgpu
