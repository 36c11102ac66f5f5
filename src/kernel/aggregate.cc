#include "kernel/aggregate.h"

#include "base/bits.h"

namespace trueno::kernel {

AccumulatorState::AccumulatorState(AccumulatorKind kind, Physical argument) : kind_(kind), argument_(argument) {
  if (kind == AccumulatorKind::kSumFloat) float_sum_ = std::make_unique<ExactSum>();
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

void AccumulatorState::update(const Cell& argument) {
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
    case AccumulatorKind::kMax: return append_cell(builder, type, extreme());
  }
  return {};
}

Result<Value> AccumulatorState::finish(const Output& output, std::int64_t valid_count) const {
  switch (output.kind) {
    case FinishKind::kCount: return Value::integer(count_, output.type);
    case FinishKind::kExtreme: return value_of(output.type, extreme());
    case FinishKind::kSum: {
      if (valid_count == 0) return Value::null(output.type);
      if (kind_ == AccumulatorKind::kSumFloat) return Value(output.type, canonical(float_sum_->rounded()));
      const std::optional<i128> sum = integer_sum_.narrow();
      const std::optional<TypeLimits> limits = limits_of(output.type);
      if (!sum || (limits && (*sum < limits->min || *sum > limits->max))) {
        return error(ErrorCode::kOutOfRange, "SUM is out of range of {}", output.type.to_string()).hint("cast the argument to DOUBLE");
      }
      return Value::integer(*sum, output.type);
    }
    case FinishKind::kAverage:
      if (valid_count == 0) return Value::null(output.type);
      if (kind_ == AccumulatorKind::kSumFloat) return Value(output.type, canonical(float_sum_->average(valid_count)));
      return Value(output.type, average_of(integer_sum_, valid_count, output.argument_scale));
  }
  return error(ErrorCode::kInternal, "unknown output of an aggregate");
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
