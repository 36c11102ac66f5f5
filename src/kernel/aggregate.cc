#include "kernel/aggregate.h"

#include "base/bits.h"

namespace trueno::kernel {

AccumulatorState::AccumulatorState(const Accumulator& accumulator, Physical argument)
    : kind_(accumulator.kind), power_(accumulator.power), pair_(accumulator.second != kNoValue), argument_(argument) {
  if (accumulator.kind == AccumulatorKind::kSumFloat) float_sum_ = std::make_unique<ExactSum>();
}

Cell AccumulatorState::extreme() const {
  Cell cell = extreme_;
  if (argument_ == Physical::kString) cell.string = StringView(extreme_text_);  // made here: the text moves with the state
  return cell;
}

void AccumulatorState::keep_extreme(const Cell& candidate) {
  const int order = extreme_.valid ? compare(candidate, extreme(), argument_) : 0;
  const bool better = kind_ == AccumulatorKind::kMin ? order < 0 : order > 0;
  if (extreme_.valid && !better) return;
  extreme_ = canonical(candidate, argument_);
  if (argument_ == Physical::kString) extreme_text_ = candidate.string.view();
}

void AccumulatorState::keep_bits(const Cell& bits) {
  if (!bits.valid) return;
  extreme_ = extreme_.valid ? Cell::of_integer(combined_bits(kind_, extreme_.integer, bits.integer)) : bits;
}

void AccumulatorState::add_product(const Cell& argument, const Cell& second) {
  if (pair_ && !second.valid) return;
  product_sum_.add(Factors(argument.f64, power_, pair_ ? &second.f64 : nullptr));
}

void AccumulatorState::update(const Cell& argument, const Cell& second) {
  if (kind_ == AccumulatorKind::kCountRows) {
    ++count_;
    return;
  }
  if (!argument.valid) return;
  switch (kind_) {
    case AccumulatorKind::kCountRows: break;
    case AccumulatorKind::kCount: ++count_; break;
    case AccumulatorKind::kSumInteger: integer_sum_.add(argument.integer); break;
    case AccumulatorKind::kSumFloat: float_sum_->add(argument_ == Physical::kF32 ? static_cast<double>(argument.f32) : argument.f64); break;
    case AccumulatorKind::kMin:
    case AccumulatorKind::kMax: keep_extreme(argument); break;
    case AccumulatorKind::kBitAnd:
    case AccumulatorKind::kBitOr:
    case AccumulatorKind::kBitXor: keep_bits(argument); break;
    case AccumulatorKind::kSumProduct: add_product(argument, second); break;
  }
}

Status AccumulatorState::merge(const Cell& state) {
  if (!state.valid) return {};  // MIN or MAX of nothing
  switch (kind_) {
    case AccumulatorKind::kCountRows:
    case AccumulatorKind::kCount: count_ += static_cast<std::int64_t>(state.integer); return {};
    case AccumulatorKind::kSumInteger:
      if (argument_ != Physical::kI128) {
        integer_sum_.add(state.integer);
        return {};
      }
      if (const auto sum = deserialise_i192(state.string.view())) {
        integer_sum_.add(*sum);
        return {};
      }
      return error(ErrorCode::kInternal, "malformed state of an integer sum");
    case AccumulatorKind::kSumFloat: {
      const auto sum = ExactSum::deserialise(state.string.view());
      if (!sum) return error(ErrorCode::kInternal, "malformed state of an exact sum");
      float_sum_->merge(*sum);
      return {};
    }
    case AccumulatorKind::kMin:
    case AccumulatorKind::kMax: keep_extreme(state); return {};
    case AccumulatorKind::kBitAnd:
    case AccumulatorKind::kBitOr:
    case AccumulatorKind::kBitXor: keep_bits(state); return {};
    case AccumulatorKind::kSumProduct: {
      const auto sum = ProductSum::deserialise(state.string.view());
      if (!sum) return error(ErrorCode::kInternal, "malformed state of a sum of products");
      product_sum_.merge(*sum);
      return {};
    }
  }
  return {};
}

Status AccumulatorState::append_state(ColumnBuilder& builder, const Type& type) const {
  switch (kind_) {
    case AccumulatorKind::kCountRows:
    case AccumulatorKind::kCount: return builder.append_bytes(&count_);
    case AccumulatorKind::kSumInteger: {
      if (argument_ == Physical::kI128) return builder.append_string(serialise(integer_sum_));
      const std::optional<i128> sum = integer_sum_.narrow();  // 2^63 values of 64 bits stay below 2^127
      TRUENO_ASSERT(sum.has_value());
      return builder.append_bytes(&*sum);
    }
    case AccumulatorKind::kSumFloat: return builder.append_string(float_sum_->serialise());
    case AccumulatorKind::kMin:
    case AccumulatorKind::kMax:
    case AccumulatorKind::kBitAnd:
    case AccumulatorKind::kBitOr:
    case AccumulatorKind::kBitXor: return append_cell(builder, type, extreme());
    case AccumulatorKind::kSumProduct: return builder.append_string(product_sum_.serialise());
  }
  return {};
}

Result<Value> AccumulatorState::finish(const Output& output, std::int64_t valid_count) const {
  switch (output.kind) {
    case FinishKind::kCount: return Value::integer(count_, output.type);
    case FinishKind::kExtreme:
    case FinishKind::kBits: return value_of(output.type, extreme());
    case FinishKind::kSum: {
      if (valid_count == 0) return Value::null(output.type);
      if (kind_ == AccumulatorKind::kSumFloat) return Value(output.type, canonical(float_sum_->rounded()));
      const std::optional<i128> sum = with_offsets(integer_sum_, output, valid_count).narrow();
      const std::optional<TypeLimits> limits = limits_of(output.type);
      if (!sum || (limits && (*sum < limits->min || *sum > limits->max))) {
        return error(ErrorCode::kOutOfRange, "SUM is out of range of {}", output.type.to_string()).hint("cast the argument to DOUBLE");
      }
      return Value::integer(*sum, output.type);
    }
    case FinishKind::kAverage:
      if (valid_count == 0) return Value::null(output.type);
      if (kind_ == AccumulatorKind::kSumFloat) return Value(output.type, canonical(float_sum_->average(valid_count)));
      if (!output.type.is_float())
        return Value::integer(whole_average_of(with_offsets(integer_sum_, output, valid_count), valid_count), output.type);
      return Value(output.type, average_of(with_offsets(integer_sum_, output, valid_count), valid_count, output.argument_scale));
    case FinishKind::kMoment: break;
  }
  return error(ErrorCode::kInternal, "unknown output of an aggregate");
}

std::optional<ScaledInteger> AccumulatorState::exact_sum() const {
  if (kind_ == AccumulatorKind::kSumFloat) return float_sum_->exact();
  return product_sum_.is_finite() ? std::optional(product_sum_.value()) : std::nullopt;
}

Result<Value> finish_output(const Output& output, std::span<const AccumulatorState> states) {
  const std::int64_t count = states[output.count].count();
  if (output.kind != FinishKind::kMoment) return states[output.accumulator].finish(output, count);
  const std::optional<double> value = finish_moment(output, count, [&](std::uint32_t sum) { return states[sum].exact_sum(); });
  return value ? Value(output.type, canonical(*value)) : Value::null(output.type);
}

std::vector<AccumulatorState> fresh_states(const Program& program) {
  std::vector<AccumulatorState> states;
  for (const Accumulator& a : program.sink.accumulators)
    states.emplace_back(a, a.argument == kNoValue ? Physical::kI64 : program.at(a.argument).physical());
  return states;
}

i128 combined_bits(AccumulatorKind kind, i128 a, i128 b) {
  return kind == AccumulatorKind::kBitAnd ? (a & b) : kind == AccumulatorKind::kBitOr ? (a | b) : (a ^ b);
}

std::string serialise(const I192& sum) {
  std::string bytes(24, '\0');
  store(bytes.data(), sum.low);
  store(bytes.data() + 8, sum.high);
  return bytes;
}

std::optional<I192> deserialise_i192(std::string_view bytes) {
  if (bytes.size() != 24) return std::nullopt;
  return I192{load<std::uint64_t>(bytes.data()), load<i128>(bytes.data() + 8)};
}

}  // namespace trueno::kernel
