// Types from a sample.
#include "storage/json/json_shape.h"

#include <algorithm>
#include <array>
#include <optional>

#include "base/civil_time.h"
#include "base/int128.h"
#include "base/number_text.h"

namespace trueno {

namespace {

// What a text may be read as, most special first.
constexpr std::array kCandidates = {TypeId::kBigInt, TypeId::kTime, TypeId::kDate, TypeId::kTimestamp, TypeId::kTimestampTz, TypeId::kUuid};
constexpr unsigned bit_of(TypeId id) {
  for (unsigned i = 0; i < kCandidates.size(); ++i) {
    if (kCandidates[i] == id) return 1u << i;
  }
  return 0;
}

// A moment with an offset and one without are not of one type.
unsigned candidates_of(std::string_view text, bool numbers) {
  if (text.empty()) return 0;
  if (text.size() == 36 && text[8] == '-' && parse_uuid(text)) return bit_of(TypeId::kUuid);
  const bool digit = text.front() >= '0' && text.front() <= '9';
  if (numbers && (digit || text.front() == '-')) {
    const auto value = parse_i128(text);
    if (value && *value >= INT64_MIN && *value <= INT64_MAX) return bit_of(TypeId::kBigInt);
  }
  if (!digit) return 0;
  if (parse_time(text, Leniency::kExact)) return bit_of(TypeId::kTime);
  if (parse_date(text, Leniency::kExact)) return bit_of(TypeId::kDate);
  bool has_zone = false;
  if (!parse_timestamp_tz(text, Leniency::kExact, &has_zone)) return 0;
  return has_zone ? bit_of(TypeId::kTimestampTz) : bit_of(TypeId::kTimestamp);
}

}  // namespace

bool JsonShape::observe(JsonCursor& cursor, const JsonOptions& options, int depth) {
  ++count_;
  if (depth >= JsonCursor::kDeepest) return cursor.fail(JsonCursor::kTooDeep);
  // What will be read as text needs no look inside.
  if (options.maximum_depth >= 0 && depth >= options.maximum_depth) return cursor.skip_value(depth);
  switch (cursor.kind()) {
    case JsonKind::kNull: ++nulls_; return cursor.read_null();
    case JsonKind::kBoolean: {
      ++booleans_;
      bool value = false;
      return cursor.read_boolean(value);
    }
    case JsonKind::kNumber: {
      JsonNumber number;
      if (!cursor.read_number(number)) return false;
      observe_number(number);
      return true;
    }
    case JsonKind::kString: {
      JsonString string;
      if (!cursor.read_string(string)) return false;
      observe_text(string, options);
      return true;
    }
    case JsonKind::kArray:
      ++arrays_;
      if (element_.empty()) element_.emplace_back();
      return cursor.read_array([&] { return element_.front().observe(cursor, options, depth + 1); });
    case JsonKind::kObject: return observe_object(cursor, options, depth);
    case JsonKind::kNone: break;
  }
  return cursor.skip_value(depth);  // says what is wrong
}

bool JsonShape::observe_object(JsonCursor& cursor, const JsonOptions& options, int depth) {
  ++objects_;
  std::size_t expected = 0;
  return cursor.read_object([&](const JsonString& name) {
    // Members mostly come in the order they came in before.
    if (expected < members_.size() && !name.escaped && members_[expected].name == name.raw) {
      return members_[expected++].shape.observe(cursor, options, depth + 1);
    }
    JsonShape& shape = member(json_text_of(name));
    expected = 1 + static_cast<std::size_t>(std::ranges::find_if(members_, [&](const Member& m) { return &m.shape == &shape; }) -
                                            members_.begin());
    return shape.observe(cursor, options, depth + 1);
  });
}

JsonShape& JsonShape::member(const std::string& name) {
  const auto [found, added] = member_index_.emplace(name, members_.size());
  if (added) members_.push_back({name, {}});
  return members_[found->second].shape;
}

void JsonShape::observe_number(const JsonNumber& number) {
  const std::optional<i128> value = number.whole ? parse_i128(number.text) : std::nullopt;
  if (value && *value >= INT64_MIN && *value <= INT64_MAX) {
    ++whole_numbers_;
  } else if (value && *value > 0 && *value <= static_cast<i128>(UINT64_MAX)) {
    ++large_numbers_;
  } else {
    ++other_numbers_;
  }
}

void JsonShape::observe_text(const JsonString& string, const JsonOptions& options) {
  ++texts_;
  if (candidates_ == 0) return;
  candidates_ &= string.escaped ? candidates_of(json_text_of(string), options.convert_strings_to_integers)
                                : candidates_of(string.raw, options.convert_strings_to_integers);
}

void JsonShape::merge(const JsonShape& other) {
  count_ += other.count_;
  nulls_ += other.nulls_;
  booleans_ += other.booleans_;
  whole_numbers_ += other.whole_numbers_;
  large_numbers_ += other.large_numbers_;
  other_numbers_ += other.other_numbers_;
  texts_ += other.texts_;
  candidates_ &= other.candidates_;
  arrays_ += other.arrays_;
  objects_ += other.objects_;
  if (!other.element_.empty()) {
    if (element_.empty()) element_.emplace_back();
    element_.front().merge(other.element_.front());
  }
  for (const Member& one : other.members_) member(one.name).merge(one.shape);
}

JsonShape JsonShape::merged_members() const {
  JsonShape all;
  for (const Member& one : members_) all.merge(one.shape);
  return all;
}

JsonType JsonShape::type(const JsonOptions& options, int depth) const {
  if (options.maximum_depth >= 0 && depth >= options.maximum_depth) return JsonType::json_text();
  const std::int64_t numbers = whole_numbers_ + large_numbers_ + other_numbers_;
  const std::int64_t values = count_ - nulls_;
  if (values == 0) return JsonType::json_text();
  if (booleans_ == values) return JsonType::of(TypeId::kBoolean);
  if (numbers == values) {
    return JsonType::of(other_numbers_ != 0 ? TypeId::kDouble : large_numbers_ != 0 ? TypeId::kHugeInt : TypeId::kBigInt);
  }
  if (texts_ == values) {
    for (const TypeId id : kCandidates) {
      if ((candidates_ & bit_of(id)) != 0) return JsonType::of(id);
    }
    return JsonType::of(TypeId::kVarchar);
  }
  if (arrays_ == values) {
    return JsonType::list(element_.empty() ? JsonType::json_text() : element_.front().type(options, depth + 1));
  }
  if (objects_ == values) return object_type(options, depth);
  return JsonType::json_text();
}

// Objects that share few of their members, or have very many of one type, are maps.
JsonType JsonShape::object_type(const JsonOptions& options, int depth) const {
  if (members_.empty()) return JsonType::map(JsonType::json_text());
  double appearances = 0;
  for (const Member& one : members_) appearances += static_cast<double>(one.shape.count_) / static_cast<double>(objects_);
  if (appearances / static_cast<double>(members_.size()) < options.field_appearance_threshold) {
    return JsonType::map(merged_members().type(options, depth + 1));
  }
  std::vector<std::string> names;
  std::vector<JsonType> types;
  for (const Member& one : members_) {
    names.push_back(one.name);
    types.push_back(one.shape.type(options, depth + 1));
  }
  if (options.map_inference_threshold >= 0 && static_cast<std::int64_t>(members_.size()) >= options.map_inference_threshold) {
    const JsonType merged = merged_members().type(options, depth + 1);
    const auto fits = [&](std::size_t i) { return types[i] == merged || members_[i].shape.count_ == members_[i].shape.nulls_; };
    bool all = true;
    for (std::size_t i = 0; all && i < types.size(); ++i) all = fits(i);
    if (all) return JsonType::map(merged);
  }
  return JsonType::structure(std::move(names), std::move(types));
}

}  // namespace trueno
