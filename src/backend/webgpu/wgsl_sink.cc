// The sinks: what happens to a row that came through, and how workgroups bring their shares together.
//
// Reduce keeps its accumulators in each invocation's registers and adds them up in workgroup memory, group keeps one slot a group there
// (contention inside a workgroup is cheap, in global memory it is not). Then a workgroup adds its slots to the state with 32-bit atomics;
// carries travel with the adds, so sums are exact in any order. Extremes are the greatest of order keys whose identity is 0.
#include "backend/webgpu/wgsl_library.h"
#include "backend/webgpu/wgsl_writer.h"

namespace trueno::backend::webgpu {

using kernel::Accumulator;
using kernel::AccumulatorKind;
using kernel::SinkKind;
using kernel::ValueId;

bool WgslWriter::check_sink() {
  const kernel::Sink& sink = program_.sink;
  switch (sink.kind) {
    case SinkKind::kReduce:
    case SinkKind::kGroup: break;
    case SinkKind::kEmit:
    case SinkKind::kBuild: return check_emit();
    case SinkKind::kTopK:
    case SinkKind::kSort: return decline(DeclineReason::kSink, "sorting has no shader yet");
    case SinkKind::kCollect: return decline(DeclineReason::kSink, "aggregates over all rows of a group have no shader yet");
  }
  i128 slots = 1;  // at least so many: dictionaries' sizes are not known yet
  for (const ValueId key : sink.keys) {
    const kernel::Instruction& i = program_.at(key);
    const std::optional<Lane> lane = lane_of(program_, i);
    if (is_code(program_, i) || lane == Lane::kBool) continue;
    if (!lane || !is_integer(*lane) || !i.range.proven || !i.range.bounded())
      return decline(DeclineReason::kSink, fmt::format("a key of type {} without proven bounds needs a hashed group", i.type.to_string()));
    const u128 distance = static_cast<u128>(*i.range.max) - static_cast<u128>(*i.range.min);  // may not fit an i128
    if (distance < static_cast<u128>(kMaxGroupSlots)) slots *= static_cast<i128>(distance) + 1 + (i.range.nullable ? 1 : 0);
    if (distance >= static_cast<u128>(kMaxGroupSlots) || slots > kMaxGroupSlots)
      return decline(DeclineReason::kSink, fmt::format("keys of more than {} combinations need a hashed group", kMaxGroupSlots));
  }
  for (const Accumulator& a : sink.accumulators) {
    if (a.kind == AccumulatorKind::kCountRows || a.kind == AccumulatorKind::kCount) continue;
    if (kernel::combines_bits(a.kind) || a.kind == AccumulatorKind::kSumProduct)
      return decline(DeclineReason::kSink, "sums of products and bits have no shader yet");
    const kernel::Instruction& i = program_.at(a.argument);
    const std::optional<Lane> lane = lane_of(program_, i);
    if (a.kind == AccumulatorKind::kSumFloat) {
      if (!i.range.proven || !i.range.span)
        return decline(DeclineReason::kSink, "a sum of floats whose bits are not known needs a superaccumulator");
      if (!fixed_lane(*i.range.span))
        return decline(DeclineReason::kSink, "a sum of floats of such different sizes needs a superaccumulator");
      continue;
    }
    if (!lane || i.physical() == Physical::kString)
      return decline(DeclineReason::kStringOperation, fmt::format("least or greatest {}", i.type.to_string()));
    if (sink.kind == SinkKind::kGroup && a.kind != AccumulatorKind::kSumInteger && webgpu::words_of(*lane) > 1)
      return decline(DeclineReason::kSink, fmt::format("least or greatest {} of a group has no shader yet", i.type.to_string()));
  }
  return true;
}

const Register& WgslWriter::argument(std::size_t n) const {
  const Accumulator& a = program_.sink.accumulators[n];
  return a.kind == AccumulatorKind::kSumFloat ? fixed_[n] : registers_[a.argument];
}

// Exact sums of floats: every value is an integer once counted from the lowest bit any of them uses, and sums of integers need no order.
// What no integer can stand for goes into bits of a word of its own.
void WgslWriter::float_sums() {
  fixed_.resize(program_.sink.accumulators.size());
  for (std::size_t n = 0; n < fixed_.size(); ++n) {
    const Accumulator& a = program_.sink.accumulators[n];
    if (a.kind != AccumulatorKind::kSumFloat) continue;
    const Register& r = registers_[a.argument];
    const AccumulatorPlace& place = sink_.accumulators[n];
    const std::string_view width = r.lane == Lane::kF64 ? "f64" : "f32";
    prologue(fmt::format("let l{} = bitcast<i32>(block[{}u]);", n, block_.sum(n)));
    line(fmt::format("let f{} = {};", n, call(fmt::format("fixed_{}", width), fmt::format("{}, l{}", r.value, n))));
    Register& out = fixed_[n];
    out.lane = place.lane;
    out.value = fmt::format("f{}.value{}", n, place.lane == Lane::kI64 ? ".xy" : "");
    out.valid = r.valid;
    if (place.specials) {
      const bool local = variant_.table == TablePlace::kWorkgroup;
      const std::uint32_t at = local ? place.table + place.table_words - 1 : place.state + place.state_words - 1;
      const std::string slot = program_.sink.kind == SinkKind::kGroup ? "at + " : "";
      line(fmt::format("let z{} = {};", n, call(fmt::format("special_{}", width), r.value)));
      line(fmt::format("if ({}) {{ atomicOr(&{}[{}{}u], z{}); }}", both(r.valid, fmt::format("(z{} != 0u)", n)), local ? "table" : "state",
                       slot, at, n));
      out.valid = fmt::format("u{}", n);
      line(fmt::format("let u{} = {};", n, both(r.valid, fmt::format("(z{} == 0u)", n))));
    }
    line(fmt::format("failed = failed | select(0u, {}u, {});", static_cast<std::uint32_t>(kRangeBroken),
                     both(out.valid, fmt::format("!f{}.fits", n))));
  }
}

std::vector<std::string> WgslWriter::words_of(const Register& r, std::uint32_t words) {
  static constexpr std::string_view kMembers[] = {".x", ".y", ".z", ".w"};
  std::vector<std::string> out;
  const auto own = static_cast<std::uint32_t>(webgpu::words_of(r.lane));
  for (std::uint32_t n = 0; n < own; ++n)
    out.push_back(r.lane == Lane::kI32 ? fmt::format("bitcast<u32>({})", r.value) : r.value + std::string(kMembers[n]));
  const std::string sign = r.lane == Lane::kI32 ? fmt::format("bitcast<u32>({} >> 31u)", r.value)
                                                : fmt::format("bitcast<u32>(bitcast<i32>({}) >> 31u)", out.back());
  while (out.size() < words) out.push_back(sign);
  return out;
}

std::string WgslWriter::add(std::string_view memory, const std::string& at, const std::vector<std::string>& words) {
  adders_.emplace(memory, static_cast<int>(words.size()));
  std::string text = fmt::format("{}({}", adder_name(memory, static_cast<int>(words.size())), at);
  for (const std::string& word : words) text += ", " + word;
  return text + ");";
}

// The argument as unsigned words that order like SQL; complemented for MIN.
std::string WgslWriter::extreme_key(std::size_t n) {
  const Register& r = argument(n);
  std::string key;
  switch (r.lane) {
    case Lane::kBool: key = fmt::format("select(0u, 1u, {})", r.value); break;
    case Lane::kI32: key = fmt::format("(bitcast<u32>({}) ^ 0x80000000u)", r.value); break;
    case Lane::kI64: key = fmt::format("({} ^ vec2<u32>(0u, 0x80000000u))", r.value); break;
    case Lane::kI128: key = fmt::format("({} ^ vec4<u32>(0u, 0u, 0u, 0x80000000u))", r.value); break;
    case Lane::kF32: key = call("key_f32", r.value); break;
    case Lane::kF64: key = call("key_f64", r.value); break;
  }
  return program_.sink.accumulators[n].kind == AccumulatorKind::kMin ? "~" + key : key;
}

bool WgslWriter::sink(std::string& epilogue) {
  sink_ = layout_sink(program_, [this](ValueId id) { return registers_[id].never_null(); });
  if (program_.sink.kind == SinkKind::kReduce) {
    float_sums();
    reduce_row();
    epilogue = reduce_end();
  } else {
    group_slot();
    float_sums();
    group_row();
    epilogue = group_end();
  }
  return true;
}

void WgslWriter::reduce_row() {
  prologue("var counted = 0u;");
  line("counted = counted + 1u;");
  for (std::size_t n = 0; n < sink_.accumulators.size(); ++n) {
    const AccumulatorPlace& place = sink_.accumulators[n];
    if (place.keeping == Keeping::kRows) continue;
    const Register& r = argument(n);
    const auto where_valid = [&](const std::string& statements) {
      line(r.never_null() ? statements : fmt::format("if ({}) {{ {} }}", r.valid, statements));
    };
    switch (place.keeping) {
      case Keeping::kRows: break;
      case Keeping::kCount:
        prologue(fmt::format("var s{} = 0u;", n));
        line(fmt::format("s{0} = s{0} + select(0u, 1u, {1});", n, r.valid));
        break;
      case Keeping::kSum:
        if (place.lane == Lane::kI128) {
          prologue(fmt::format("var s{0} = vec4<u32>(0u, 0u, 0u, 0u);\n  var o{0} = 0u;", n));
          line(fmt::format("let y{0} = add_128(s{0}, {1});", n, r.value));
          library_.emplace("add_128");
          // The carry out of the top word: where both words have their top bit, or one has and the sum lost it.
          line(fmt::format("let q{0} = ((s{0}.w & {1}.w) | ((s{0}.w | {1}.w) & ~y{0}.w)) >> 31u;", n, r.value));
          where_valid(fmt::format("s{0} = y{0}; o{0} = o{0} + {1} + q{0};", n, words_of(r, 5).back()));
          break;
        }
        prologue(place.lane == Lane::kI32 ? fmt::format("var s{} = vec2<u32>(0u, 0u);", n)
                                          : fmt::format("var s{} = vec3<u32>(0u, 0u, 0u);", n));
        where_valid(fmt::format("s{} = {};", n,
                                place.lane == Lane::kI32 ? call("add_64", fmt::format("s{}, {}", n, in_lane(r, Lane::kI64)))
                                                         : call("add_96", fmt::format("s{}, {}", n, r.value))));
        break;
      case Keeping::kExtreme:
        prologue(fmt::format("var s{0} = 0u;\n  var h{0} = false;", n));
        where_valid(fmt::format("s{0} = max(s{0}, {1}); h{0} = true;", n, extreme_key(n)));
        break;
      case Keeping::kWide: {
        const bool two = webgpu::words_of(place.lane) == 2;
        prologue(fmt::format("var s{0} = {1}{2};\n  var h{0} = false;", n, two ? "vec2<u32>" : "vec4<u32>",
                             two ? "(0u, 0u)" : "(0u, 0u, 0u, 0u)"));
        line(fmt::format("let k{} = {};", n, extreme_key(n)));
        const std::string better = call(two ? "below_64" : "below_128", fmt::format("s{}, k{}", n, n));
        where_valid(fmt::format("s{0} = select(s{0}, k{0}, {1}); h{0} = true;", n, better));
        break;
      }
    }
  }
}

// The greatest key of a workgroup, a word at a time from the top: those that hold the greatest word so far stay in the race.
std::string WgslWriter::wide_end(std::size_t n) {
  static constexpr std::string_view kMembers[] = {".x", ".y", ".z", ".w"};
  const AccumulatorPlace& place = sink_.accumulators[n];
  const auto words = static_cast<std::uint32_t>(webgpu::words_of(place.lane));
  std::string text;
  for (std::uint32_t word = words; word-- > 0;) {
    text +=
        fmt::format("  if (h{0}) {{ atomicMax(&table[{1}u], s{0}{2}); }}\n  workgroupBarrier();\n", n, place.table + word, kMembers[word]);
    text += fmt::format("  h{0} = h{0} & (s{0}{2} == atomicLoad(&table[{1}u]));\n", n, place.table + word, kMembers[word]);
  }
  return text;
}

std::string WgslWriter::reduce_end() {
  std::string text = "  atomicAdd(&table[0u], counted);\n";
  for (std::size_t n = 0; n < sink_.accumulators.size(); ++n) {
    const AccumulatorPlace& place = sink_.accumulators[n];
    const auto words = static_cast<std::uint32_t>(webgpu::words_of(place.lane));
    switch (place.keeping) {
      case Keeping::kRows: break;
      case Keeping::kCount: text += fmt::format("  atomicAdd(&table[{}u], s{});\n", place.table, n); break;
      case Keeping::kSum: {
        std::vector<std::string> sum = {fmt::format("s{}.x", n), fmt::format("s{}.y", n)};
        if (place.lane != Lane::kI32) sum.push_back(fmt::format("s{}.z", n));
        if (place.lane == Lane::kI128) sum.insert(sum.end(), {fmt::format("s{}.w", n), fmt::format("o{}", n)});
        text += "  " + add("table", fmt::format("{}u", place.table), sum) + "\n";
      } break;
      case Keeping::kExtreme:
        text += fmt::format("  atomicMax(&table[{}u], s{});\n  if (h{}) {{ atomicOr(&table[{}u], 1u); }}\n", place.table, n, n,
                            place.table + 1);
        break;
      case Keeping::kWide: text += fmt::format("  if (h{}) {{ atomicOr(&table[{}u], 1u); }}\n", n, place.table + words); break;
    }
  }
  for (std::size_t n = 0; n < sink_.accumulators.size(); ++n) {
    if (sink_.accumulators[n].keeping == Keeping::kWide) text += wide_end(n);
  }
  text += "  workgroupBarrier();\n  if (local == 0u) {\n";
  text += merge_slot("0u", fmt::format("{}u", SinkLayout::kStateHeader), "    ");
  for (std::size_t n = 0; n < sink_.accumulators.size(); ++n) {
    const AccumulatorPlace& place = sink_.accumulators[n];
    if (place.keeping != Keeping::kWide) continue;
    const auto words = static_cast<std::uint32_t>(webgpu::words_of(place.lane));
    const auto gather = [&](std::string_view memory, const std::string& at) {
      std::string list;
      for (std::uint32_t w = 0; w < words; ++w) list += fmt::format("{}atomicLoad(&{}[{} + {}u])", w == 0 ? "" : ", ", memory, at, w);
      return fmt::format("vec{}<u32>({})", words, list);
    };
    // No other workgroup writes this place, and dispatches follow one another.
    text += fmt::format("    let p{} = {}u + workgroup.x * {}u;\n", n, SinkLayout::kStateHeader + sink_.state_words + place.state,
                        sink_.wide_words);
    text += fmt::format("    let m{} = {};\n", n, gather("table", fmt::format("{}u", place.table)));
    text += fmt::format("    let o{} = {};\n", n, gather("state", fmt::format("p{}", n)));
    text += fmt::format("    if ((atomicLoad(&table[{}u]) != 0u) & ((atomicLoad(&state[p{} + {}u]) == 0u) | {})) {{\n", place.table + words,
                        n, words, call(words == 2 ? "below_64" : "below_128", fmt::format("o{}, m{}", n, n)));
    static constexpr std::string_view kMembers[] = {".x", ".y", ".z", ".w"};
    for (std::uint32_t w = 0; w < words; ++w) text += fmt::format("      atomicStore(&state[p{} + {}u], m{}{});\n", n, w, n, kMembers[w]);
    text += fmt::format("      atomicStore(&state[p{} + {}u], 1u);\n    }}\n", n, words);
  }
  return text + "  }\n";
}

// The slot of a row's group: every key is an index from its least value on, NULL the last one.
void WgslWriter::group_slot() {
  std::string slot;
  std::string outside;
  for (std::size_t k = 0; k < program_.sink.keys.size(); ++k) {
    const Register& key = registers_[program_.sink.keys[k]];
    const std::uint32_t at = block_.key(k);
    prologue(fmt::format("let g{}_lowest = block[{}u];", k, at + BlockLayout::kLowest));
    prologue(fmt::format("let g{}_extent = block[{}u];", k, at + BlockLayout::kExtent));
    prologue(fmt::format("let g{}_stride = block[{}u];", k, at + BlockLayout::kStride));
    // Bounds are proven and less than 2^32 apart, so the low words tell the distance.
    const std::string low = key.lane == Lane::kBool  ? fmt::format("select(0u, 1u, {})", key.value)
                            : key.lane == Lane::kI32 ? fmt::format("bitcast<u32>({})", key.value)
                                                     : key.value + ".x";
    const std::string index = fmt::format("{} - g{}_lowest", low, k);
    line(fmt::format("let g{} = {};", k, key.never_null() ? index : fmt::format("select(g{}_extent - 1u, {}, {})", k, index, key.valid)));
    outside += fmt::format("{}(g{} >= g{}_extent)", k == 0 ? "" : " | ", k, k);
    slot += fmt::format("{}g{} * g{}_stride", k == 0 ? "" : " + ", k, k);
  }
  line(fmt::format("if ({}) {{ failed = failed | {}u; {}; }}", outside.empty() ? "false" : outside,
                   static_cast<std::uint32_t>(kRangeBroken), domains_.back().leave));
  const bool local = variant_.table == TablePlace::kWorkgroup;
  line(fmt::format("let at = {}({}) * {}u;", local ? "" : fmt::format("{}u + ", SinkLayout::kStateHeader), slot.empty() ? "0u" : slot,
                   local ? sink_.table_words : sink_.state_words));
}

void WgslWriter::group_row() {
  const bool local = variant_.table == TablePlace::kWorkgroup;
  const std::string_view memory = local ? "table" : "state";
  const auto count = [&](const std::string& at) {
    return local ? fmt::format("atomicAdd(&table[{}], 1u);", at) : add("state", at, {"1u", "0u"});
  };
  line(count("at"));
  for (std::size_t n = 0; n < sink_.accumulators.size(); ++n) {
    const AccumulatorPlace& place = sink_.accumulators[n];
    if (place.keeping == Keeping::kRows) continue;
    const Register& r = argument(n);
    const auto where_valid = [&](const std::string& statements) {
      line(r.never_null() ? statements : fmt::format("if ({}) {{ {} }}", r.valid, statements));
    };
    const std::string at = fmt::format("at + {}u", local ? place.table : place.state);
    switch (place.keeping) {
      case Keeping::kRows:
      case Keeping::kWide: break;  // declined for groups
      case Keeping::kCount: where_valid(count(at)); break;
      case Keeping::kSum: {
        const std::uint32_t words = (local ? place.table_words : place.state_words) - (place.specials ? 1 : 0);
        where_valid(add(memory, at, place.from_least ? words_from_least(n, words) : words_of(r, words)));
        break;
      }
      case Keeping::kExtreme:
        where_valid(fmt::format("atomicMax(&{0}[{1}], {2}); atomicOr(&{0}[{1} + 1u], 1u);", memory, at, extreme_key(n)));
        break;
    }
  }
}

// What the argument exceeds its least value by.
std::vector<std::string> WgslWriter::words_from_least(std::size_t n, std::uint32_t words) {
  const Register& r = argument(n);
  const std::uint32_t at = block_.sum(n);
  prologue(fmt::format("let l{} = vec2<u32>(block[{}u], block[{}u]);", n, at, at + 1));
  const kernel::Range& range = program_.at(program_.sink.accumulators[n].argument).range;
  std::vector<std::string> out;
  if (r.lane == Lane::kI32) {
    out = {fmt::format("bitcast<u32>({}) - l{}.x", r.value, n)};
  } else if (*range.max - *range.min < (i128{1} << 32)) {
    out = {fmt::format("{}.x - l{}.x", r.value, n)};
  } else {
    // A difference below 2^64 is that of the low words.
    const std::string_view low = r.lane == Lane::kI128 ? ".xy" : "";
    line(fmt::format("let d{} = {};", n, call("sub_64", fmt::format("{}{}, l{}", r.value, low, n))));
    out = {fmt::format("d{}.x", n), fmt::format("d{}.y", n)};
  }
  out.resize(words, "0u");
  return out;
}

std::string WgslWriter::group_end() {
  if (variant_.table == TablePlace::kState) return {};
  return fmt::format(R"(  workgroupBarrier();
  for (var slot = local; slot < block[{}u]; slot = slot + {}u) {{
    let share = slot * {}u;
    let to = {}u + slot * {}u;
    if (atomicLoad(&table[share]) != 0u) {{
{}    }}
  }}
)",
                     BlockLayout::kSlots, variant_.threads, sink_.table_words, SinkLayout::kStateHeader, sink_.state_words,
                     merge_slot("share", "to", "      "));
}

std::string WgslWriter::merge_slot(const std::string& from, const std::string& to, const std::string& indent) {
  const auto loaded = [&](std::uint32_t offset) { return fmt::format("atomicLoad(&table[{} + {}u])", from, offset); };
  const auto target = [&](std::uint32_t offset) { return fmt::format("{} + {}u", to, offset); };
  std::string text = indent + add("state", target(0), {loaded(0), "0u"}) + "\n";
  for (std::size_t n = 0; n < sink_.accumulators.size(); ++n) {
    const AccumulatorPlace& place = sink_.accumulators[n];
    switch (place.keeping) {
      case Keeping::kRows:
      case Keeping::kWide: break;
      case Keeping::kCount: text += indent + add("state", target(place.state), {loaded(place.table), "0u"}) + "\n"; break;
      case Keeping::kSum: {
        std::vector<std::string> words;
        const std::uint32_t special = place.specials ? 1 : 0;
        for (std::uint32_t w = 0; w < place.table_words - special; ++w) words.push_back(loaded(place.table + w));
        const std::string sign = place.from_least ? "0u" : fmt::format("bitcast<u32>(bitcast<i32>({}) >> 31u)", words.back());
        while (words.size() < place.state_words - special) words.push_back(sign);
        text += indent + add("state", target(place.state), words) + "\n";
        if (place.specials) {
          text += fmt::format("{}atomicOr(&state[{}], {});\n", indent, target(place.state + place.state_words - 1),
                              loaded(place.table + place.table_words - 1));
        }
        break;
      }
      case Keeping::kExtreme:
        text += fmt::format("{0}atomicMax(&state[{1}], {2});\n{0}atomicOr(&state[{3}], {4});\n", indent, target(place.state),
                            loaded(place.table), target(place.state + 1), loaded(place.table + 1));
        break;
    }
  }
  return text;
}

}  // namespace trueno::backend::webgpu
