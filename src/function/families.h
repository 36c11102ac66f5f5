#pragma once

#include <vector>

#include "function/descriptor.h"

namespace trueno::function {

// One function a family; catalogue.cc joins them. A new scalar function is one entry in its family's list.
[[nodiscard]] std::vector<ScalarFunction> arithmetic_functions();
[[nodiscard]] std::vector<ScalarFunction> comparison_functions();
[[nodiscard]] std::vector<ScalarFunction> math_functions();
[[nodiscard]] std::vector<ScalarFunction> string_functions();
[[nodiscard]] std::vector<ScalarFunction> date_functions();
[[nodiscard]] std::vector<ScalarFunction> date_format_functions();
[[nodiscard]] std::vector<ScalarFunction> conditional_functions();
[[nodiscard]] std::vector<ScalarFunction> string_pad_functions();
[[nodiscard]] std::vector<ScalarFunction> string_piece_functions();
[[nodiscard]] std::vector<ScalarFunction> string_distance_functions();
[[nodiscard]] std::vector<ScalarFunction> string_encode_functions();
[[nodiscard]] std::vector<ScalarFunction> string_grapheme_functions();
[[nodiscard]] std::vector<ScalarFunction> string_accent_functions();
[[nodiscard]] std::vector<ScalarFunction> digest_functions();
[[nodiscard]] std::vector<ScalarFunction> printf_functions();
[[nodiscard]] std::vector<ScalarFunction> byte_size_functions();
[[nodiscard]] std::vector<ScalarFunction> decimal_division_functions();
[[nodiscard]] std::vector<ScalarFunction> path_functions();
[[nodiscard]] std::vector<ScalarFunction> regex_functions();
[[nodiscard]] std::vector<ScalarFunction> glob_functions();
[[nodiscard]] std::vector<ScalarFunction> rounding_functions();
[[nodiscard]] std::vector<ScalarFunction> number_theory_functions();
[[nodiscard]] std::vector<ScalarFunction> interval_functions();
[[nodiscard]] std::vector<ScalarFunction> date_name_functions();
[[nodiscard]] std::vector<ScalarFunction> date_computed_functions();
[[nodiscard]] std::vector<ScalarFunction> date_make_functions();
[[nodiscard]] std::vector<ScalarFunction> date_difference_functions();
[[nodiscard]] std::vector<ScalarFunction> time_bucket_functions();
[[nodiscard]] std::vector<ScalarFunction> strptime_functions();
[[nodiscard]] std::vector<ScalarFunction> utility_functions();
[[nodiscard]] std::vector<ScalarFunction> transcendental_functions();
[[nodiscard]] std::vector<ScalarFunction> random_functions();
[[nodiscard]] std::vector<ScalarFunction> bit_string_functions();
[[nodiscard]] std::vector<AggregateFunction> aggregate_functions();
[[nodiscard]] std::vector<AggregateFunction> moment_aggregates();
[[nodiscard]] std::vector<AggregateFunction> bit_aggregates();
[[nodiscard]] std::vector<AggregateFunction> aggregate_quantile_functions();
[[nodiscard]] std::vector<AggregateFunction> aggregate_frequency_functions();
[[nodiscard]] std::vector<AggregateFunction> aggregate_first_functions();
[[nodiscard]] std::vector<AggregateFunction> aggregate_extreme_functions();
[[nodiscard]] std::vector<AggregateFunction> aggregate_list_functions();
[[nodiscard]] std::vector<AggregateFunction> aggregate_product_functions();
[[nodiscard]] std::vector<AggregateFunction> aggregate_interval_functions();
[[nodiscard]] std::vector<AggregateFunction> aggregate_bit_string_functions();

/// The start and the count of a substring have 32 bits and a sign; kOutOfRange otherwise.
[[nodiscard]] Status check_window(std::span<const kernel::Cell> start_and_count);
/// Under which key a histogram counts values that belong to no bin: what no other value of the type is greater than.
[[nodiscard]] Value key_beyond_bins(const Type& type);
/// floor, ceil or trunc: of integers the identity, of decimals DECIMAL(p, 0).
[[nodiscard]] kernel::ValueId whole_number(kernel::Builder& b, kernel::ValueId x, kernel::MathFunction function);
/// The host body of trim, ltrim or rtrim with the characters to cut.
[[nodiscard]] kernel::HostFunction trim_characters_body(bool at_left, bool at_right);
/// Whether a date or timestamp is finite; kNoValue where its range proves that it is.
[[nodiscard]] kernel::ValueId is_finite_time(kernel::Builder& b, kernel::ValueId time);
/// `value` where `time` is finite, `otherwise` where it is infinite or NULL.
[[nodiscard]] kernel::ValueId where_finite(kernel::Builder& b, kernel::ValueId time, kernel::ValueId value, kernel::ValueId otherwise);

}  // namespace trueno::function
