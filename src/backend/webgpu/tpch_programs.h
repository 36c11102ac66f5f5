#pragma once

#include "backend/webgpu/test_support.h"

// TPC-H's Q6 and Q1 as kernel programs over small data of the right shape: decimals of two digits, dates, two coded flags.
namespace trueno::backend::tpch {

using kernel::AccumulatorKind;
using kernel::Opcode;
using kernel::SinkKind;
using kernel::ValueId;

inline constexpr std::int64_t kRows = 60'000;
inline const Type kMoney = Type::decimal(15, 2);

inline Column random_column(const Type& type, std::uint64_t seed, i128 least, i128 greatest) {
  std::mt19937_64 random(seed);
  std::vector<std::optional<i128>> rows;
  for (std::int64_t row = 0; row < kRows; ++row)
    rows.emplace_back(least + static_cast<i128>(random() % static_cast<std::uint64_t>(greatest - least + 1)));
  return column_from(type, rows);
}

struct Lineitem : TestProgram {
  ValueId quantity = column(random_column(kMoney, 1, 100, 5000));
  ValueId price = column(random_column(kMoney, 2, 90'091, 10'494'950));
  ValueId discount = column(random_column(kMoney, 3, 0, 10));
  ValueId tax = column(random_column(kMoney, 4, 0, 8));
  ValueId shipdate = column(packed(random_column(TypeId::kDate, 5, 8036, 10'561)));
};

struct Query {
  std::shared_ptr<const kernel::Program> program;
  std::vector<Value> parameters;
  Batch batch;
};

inline Query query_6() {
  Lineitem t;
  kernel::Builder& b = t.builder;
  std::vector<Value> parameters = {Value::integer(8766, TypeId::kDate), Value::integer(9131, TypeId::kDate), Value::decimal(5, 15, 2),
                                   Value::decimal(7, 15, 2), Value::decimal(2400, 15, 2)};
  std::vector<ValueId> p;
  for (std::uint32_t n = 0; n < parameters.size(); ++n) p.push_back(b.parameter(parameters[n].type(), "", &parameters[n], n));
  b.filter(b.emit(Opcode::kGreaterEqual, TypeId::kBoolean, {t.shipdate, p[0]}));
  b.filter(b.emit(Opcode::kLess, TypeId::kBoolean, {t.shipdate, p[1]}));
  b.filter(b.emit(Opcode::kGreaterEqual, TypeId::kBoolean, {t.discount, p[2]}));
  b.filter(b.emit(Opcode::kLessEqual, TypeId::kBoolean, {t.discount, p[3]}));
  b.filter(b.emit(Opcode::kLess, TypeId::kBoolean, {t.quantity, p[4]}));
  const ValueId revenue = b.emit(Opcode::kMultiply, Type::decimal(18, 4), {t.price, t.discount});
  b.program().sink.kind = SinkKind::kReduce;
  b.program().sink.accumulators = {{AccumulatorKind::kSumInteger, revenue}, {AccumulatorKind::kCount, revenue}};
  const auto program = t.finish();
  return {program, std::move(parameters), std::move(t.batch)};
}

inline Query query_1() {
  Lineitem t;
  kernel::Builder& b = t.builder;
  std::mt19937_64 random(6);
  std::vector<int> flags;
  std::vector<int> statuses;
  for (std::int64_t row = 0; row < kRows; ++row) {
    flags.push_back(static_cast<int>(random() % 3));
    statuses.push_back(static_cast<int>(random() % 2));
  }
  const ValueId flag = t.column(coded({"N", "R", "A"}, flags), true, true);
  const ValueId status = t.column(coded({"O", "F"}, statuses), true, true);
  std::vector<Value> parameters = {Value::integer(10'471, TypeId::kDate)};
  const ValueId until = b.parameter(TypeId::kDate, "", parameters.data(), 0);
  b.filter(b.emit(Opcode::kLessEqual, TypeId::kBoolean, {t.shipdate, until}));
  const ValueId one = b.constant(Value::decimal(100, 15, 2));
  const ValueId kept = b.emit(Opcode::kSubtract, Type::decimal(16, 2), {one, t.discount});
  const ValueId net = b.emit(Opcode::kMultiply, Type::decimal(18, 4), {t.price, kept});
  const ValueId taxed = b.emit(Opcode::kAdd, Type::decimal(16, 2), {one, t.tax});
  const ValueId charge = b.emit(Opcode::kMultiply, Type::decimal(18, 6), {net, taxed});
  b.program().sink.kind = SinkKind::kGroup;
  b.program().sink.keys = {flag, status};
  b.program().sink.accumulators = {
      {AccumulatorKind::kSumInteger, t.quantity},     {AccumulatorKind::kSumInteger, t.price},    {AccumulatorKind::kSumInteger, net},
      {AccumulatorKind::kSumInteger, charge},         {AccumulatorKind::kSumInteger, t.discount}, {AccumulatorKind::kCount, t.quantity},
      {AccumulatorKind::kCountRows, kernel::kNoValue}};
  const auto program = t.finish();
  return {program, std::move(parameters), std::move(t.batch)};
}

}  // namespace trueno::backend::tpch
