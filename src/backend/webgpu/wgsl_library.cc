#include "backend/webgpu/wgsl_library.h"

#include <algorithm>
#include <array>
#include <vector>

#include "base/result.h"

namespace trueno::backend::webgpu {

namespace {

struct Function {
  std::string_view name;
  std::vector<std::string_view> calls;
  std::string_view text;
};

// 64 bits: vec2<u32>, low word first.
const std::vector<Function>& functions_64() {
  static const std::vector<Function> functions = {
      {"widen_32_64", {}, R"(
fn widen_32_64(a: i32) -> vec2<u32> { return vec2<u32>(bitcast<u32>(a), bitcast<u32>(a >> 31u)); }
)"},
      {"add_64", {}, R"(
fn add_64(a: vec2<u32>, b: vec2<u32>) -> vec2<u32> {
  let low = a.x + b.x;
  return vec2<u32>(low, a.y + b.y + select(0u, 1u, low < a.x));
}
)"},
      {"sub_64", {}, R"(
fn sub_64(a: vec2<u32>, b: vec2<u32>) -> vec2<u32> { return vec2<u32>(a.x - b.x, a.y - b.y - select(0u, 1u, a.x < b.x)); }
)"},
      {"less_64", {}, R"(
fn less_64(a: vec2<u32>, b: vec2<u32>) -> bool {
  return select(bitcast<i32>(a.y) < bitcast<i32>(b.y), a.x < b.x, a.y == b.y);
}
)"},
      {"below_64", {}, R"(
fn below_64(a: vec2<u32>, b: vec2<u32>) -> bool { return select(a.y < b.y, a.x < b.x, a.y == b.y); }
)"},
      // A sum of 96 bits: 2^32 values of 64 bits.
      {"add_96", {}, R"(
fn add_96(s: vec3<u32>, a: vec2<u32>) -> vec3<u32> {
  let x = s.x + a.x;
  let y = s.y + a.y;
  let c = select(0u, 1u, x < a.x);
  let z = y + c;
  let top = bitcast<u32>(bitcast<i32>(a.y) >> 31u);
  return vec3<u32>(x, z, s.z + top + select(0u, 1u, y < a.y) + select(0u, 1u, z < c));
}
)"},
      {"abs_64", {"sub_64"}, R"(
fn abs_64(a: vec2<u32>) -> vec2<u32> { return select(a, sub_64(vec2<u32>(0u, 0u), a), a.y >= 0x80000000u); }
)"},
      // WGSL has no high half of a product: four products of 16-bit halves.
      {"product_32", {}, R"(
fn product_32(a: u32, b: u32) -> vec2<u32> {
  let al = a & 0xffffu;
  let ah = a >> 16u;
  let bl = b & 0xffffu;
  let bh = b >> 16u;
  let low = al * bl;
  let middle = ah * bl + (low >> 16u);
  let cross = al * bh + (middle & 0xffffu);
  return vec2<u32>((cross << 16u) | (low & 0xffffu), ah * bh + (middle >> 16u) + (cross >> 16u));
}
)"},
      {"mul_32_64", {"product_32"}, R"(
fn mul_32_64(a: i32, b: i32) -> vec2<u32> {
  let x = bitcast<u32>(a);
  let y = bitcast<u32>(b);
  let p = product_32(x, y);
  return vec2<u32>(p.x, p.y - select(0u, y, a < 0) - select(0u, x, b < 0));
}
)"},
      {"mul_64", {"product_32"}, R"(
fn mul_64(a: vec2<u32>, b: vec2<u32>) -> vec2<u32> {
  let p = product_32(a.x, b.x);
  return vec2<u32>(p.x, p.y + a.x * b.y + a.y * b.x);
}
)"},
      // Quotient in xy, remainder in zw; the divisor is not zero. One bit a round.
      {"divide_unsigned_64", {"below_64", "sub_64"}, R"(
fn divide_unsigned_64(n: vec2<u32>, d: vec2<u32>) -> vec4<u32> {
  var q = n;
  var r = vec2<u32>(0u, 0u);
  for (var i = 0u; i < 64u; i = i + 1u) {
    let over = r.y >= 0x80000000u;
    r = vec2<u32>((r.x << 1u) | (q.y >> 31u), (r.y << 1u) | (r.x >> 31u));
    q = vec2<u32>(q.x << 1u, (q.y << 1u) | (q.x >> 31u));
    let take = over | !below_64(r, d);
    r = select(r, sub_64(r, d), take);
    q.x = q.x | select(0u, 1u, take);
  }
  return vec4<u32>(q, r);
}
)"},
      // Towards zero, as SQL's // and % do.
      {"div_64", {"divide_unsigned_64", "abs_64", "sub_64"}, R"(
fn div_64(a: vec2<u32>, b: vec2<u32>) -> vec2<u32> {
  let q = divide_unsigned_64(abs_64(a), abs_64(b)).xy;
  return select(q, sub_64(vec2<u32>(0u, 0u), q), (a.y ^ b.y) >= 0x80000000u);
}
)"},
      {"mod_64", {"divide_unsigned_64", "abs_64", "sub_64"}, R"(
fn mod_64(a: vec2<u32>, b: vec2<u32>) -> vec2<u32> {
  let r = divide_unsigned_64(abs_64(a), abs_64(b)).zw;
  return select(r, sub_64(vec2<u32>(0u, 0u), r), a.y >= 0x80000000u);
}
)"},
      // Rounded down, for a positive divisor.
      {"floor_div_64", {"divide_unsigned_64", "add_64", "sub_64"}, R"(
fn floor_div_64(a: vec2<u32>, b: vec2<u32>) -> vec2<u32> {
  let negative = a.y >= 0x80000000u;
  // -a - 1 is not negative, and floor(a / b) = -1 - (-a - 1) / b.
  let q = divide_unsigned_64(select(a, ~a, negative), b).xy;
  return select(q, ~q, negative);
}
)"},
      // Halves away from zero, for a positive divisor: what casts between decimals do.
      {"round_div_64", {"divide_unsigned_64", "abs_64", "add_64", "sub_64", "below_64"}, R"(
fn round_div_64(a: vec2<u32>, b: vec2<u32>) -> vec2<u32> {
  let qr = divide_unsigned_64(abs_64(a), b);
  let up = !below_64(qr.zw, sub_64(b, qr.zw));
  let q = add_64(qr.xy, vec2<u32>(select(0u, 1u, up), 0u));
  return select(q, sub_64(vec2<u32>(0u, 0u), q), a.y >= 0x80000000u);
}
)"},
  };
  return functions;
}

// 128 bits: vec4<u32>, low word first.
const std::vector<Function>& functions_128() {
  static const std::vector<Function> functions = {
      {"widen_32_128", {}, R"(
fn widen_32_128(a: i32) -> vec4<u32> {
  let s = bitcast<u32>(a >> 31u);
  return vec4<u32>(bitcast<u32>(a), s, s, s);
}
)"},
      {"widen_64_128", {}, R"(
fn widen_64_128(a: vec2<u32>) -> vec4<u32> {
  let s = bitcast<u32>(bitcast<i32>(a.y) >> 31u);
  return vec4<u32>(a, s, s);
}
)"},
      {"add_128", {}, R"(
fn add_128(a: vec4<u32>, b: vec4<u32>) -> vec4<u32> {
  let x = a.x + b.x;
  let c0 = select(0u, 1u, x < a.x);
  let sy = a.y + b.y;
  let y = sy + c0;
  let c1 = select(0u, 1u, sy < a.y) | select(0u, 1u, y < c0);
  let sz = a.z + b.z;
  let z = sz + c1;
  let c2 = select(0u, 1u, sz < a.z) | select(0u, 1u, z < c1);
  return vec4<u32>(x, y, z, a.w + b.w + c2);
}
)"},
      {"sub_128",
       {},
       R"(
fn sub_128(a: vec4<u32>, b: vec4<u32>) -> vec4<u32> {
  let c0 = select(0u, 1u, a.x < b.x);
  let sy = a.y - b.y;
  let c1 = select(0u, 1u, a.y < b.y) | select(0u, 1u, sy < c0);
  let sz = a.z - b.z;
  let c2 = select(0u, 1u, a.z < b.z) | select(0u, 1u, sz < c1);
  return vec4<u32>(a.x - b.x, sy - c0, sz - c1, a.w - b.w - c2);
}
)"},
      {"neg_128", {"sub_128"}, R"(
fn neg_128(a: vec4<u32>) -> vec4<u32> { return sub_128(vec4<u32>(0u, 0u, 0u, 0u), a); }
)"},
      {"abs_128", {"neg_128"}, R"(
fn abs_128(a: vec4<u32>) -> vec4<u32> { return select(a, neg_128(a), a.w >= 0x80000000u); }
)"},
      {"below_128", {"below_64"}, R"(
fn below_128(a: vec4<u32>, b: vec4<u32>) -> bool {
  return select(below_64(a.zw, b.zw), below_64(a.xy, b.xy), all(a.zw == b.zw));
}
)"},
      {"less_128", {"below_128"}, R"(
fn less_128(a: vec4<u32>, b: vec4<u32>) -> bool {
  let sign = vec4<u32>(0u, 0u, 0u, 0x80000000u);
  return below_128(a ^ sign, b ^ sign);
}
)"},
      {"mul_128", {"product_32", "add_128"}, R"(
fn mul_128(a: vec4<u32>, b: vec4<u32>) -> vec4<u32> {
  let p00 = product_32(a.x, b.x);
  let p01 = product_32(a.x, b.y);
  let p10 = product_32(a.y, b.x);
  let p02 = product_32(a.x, b.z);
  let p11 = product_32(a.y, b.y);
  let p20 = product_32(a.z, b.x);
  let top = a.x * b.w + a.y * b.z + a.z * b.y + a.w * b.x;
  var r = vec4<u32>(p00, p11);
  r = add_128(r, vec4<u32>(0u, p01, 0u));
  r = add_128(r, vec4<u32>(0u, p10, 0u));
  r = add_128(r, vec4<u32>(0u, 0u, p02));
  r = add_128(r, vec4<u32>(0u, 0u, p20));
  r.w = r.w + top;
  return r;
}
)"},
      // Unsigned, all 128 bits.
      {"product_64",
       {"product_32", "add_128"},
       R"(
fn product_64(a: vec2<u32>, b: vec2<u32>) -> vec4<u32> {
  let cross = add_128(vec4<u32>(product_32(a.x, b.y), 0u, 0u), vec4<u32>(product_32(a.y, b.x), 0u, 0u));
  return add_128(vec4<u32>(product_32(a.x, b.x), product_32(a.y, b.y)), vec4<u32>(0u, cross.xyz));
}
)"},
      // The product and whether it leaves 128 bits. On magnitudes: when both have a high half it does; else one cross product counts.
      {"checked_product_128",
       {"product_64", "abs_128", "neg_128", "add_64", "below_64"},
       R"(
struct Product {
  value: vec4<u32>,
  over: bool,
}
fn checked_product_128(a: vec4<u32>, b: vec4<u32>) -> Product {
  let x = abs_128(a);
  let y = abs_128(b);
  let x_high = (x.z | x.w) != 0u;
  let y_high = (y.z | y.w) != 0u;
  let low = product_64(x.xy, y.xy);
  let cross = product_64(select(y.zw, x.zw, x_high), select(x.xy, y.xy, x_high));
  let top = add_64(low.zw, cross.xy);
  let size = vec4<u32>(low.xy, top);
  let negative = (a.w ^ b.w) >= 0x80000000u;
  // As a magnitude 2^127 is right for a negative product only.
  let least = ((size.w ^ 0x80000000u) | size.x | size.y | size.z) == 0u;
  let large = select(size.w >= 0x80000000u, false, negative & least);
  let over = (x_high & y_high) | ((cross.z | cross.w) != 0u) | below_64(top, low.zw) | large;
  return Product(select(size, neg_128(size), negative), over);
}
)"},
  };
  return functions;
}

const std::vector<Function>& other_functions() {
  static const std::vector<Function> functions = {
      // As join_table.h has them.
      {"hash_word", {}, R"(
fn hash_word(hash: u32, word: u32) -> u32 {
  let mixed = (hash ^ word) * 0x85ebca6bu;
  return mixed ^ (mixed >> 13u);
}
)"},
      {"hash_end", {}, R"(
fn hash_end(hash: u32) -> u32 {
  let mixed = hash * 0xc2b2ae35u;
  return mixed ^ (mixed >> 16u);
}
)"},
      // Bits of a float as an unsigned integer that orders like SQL: -0 as +0, every NaN as the one above infinity.
      {"key_f32", {}, R"(
fn key_f32(bits: u32) -> u32 {
  let size = bits & 0x7fffffffu;
  let b = select(select(bits, 0x7fc00000u, size > 0x7f800000u), 0u, size == 0u);
  return b ^ select(0x80000000u, 0xffffffffu, b >= 0x80000000u);
}
)"},
      {"key_f64", {}, R"(
fn key_f64(bits: vec2<u32>) -> vec2<u32> {
  let top = bits.y & 0x7fffffffu;
  let nan = select(top > 0x7ff00000u, bits.x != 0u, top == 0x7ff00000u);
  let zero = (top | bits.x) == 0u;
  let b = select(select(bits, vec2<u32>(0u, 0x7ff80000u), nan), vec2<u32>(0u, 0u), zero);
  return select(vec2<u32>(b.x, b.y ^ 0x80000000u), ~b, b.y >= 0x80000000u);
}
)"},
      // The integer m * 2^shift, negated or not, and whether it fits: a float's mantissa counted from a common lowest bit.
      {"fixed",
       {"neg_128"},
       R"(
struct Fixed {
  value: vec4<u32>,
  fits: bool,
}
fn fixed(m: vec2<u32>, shift: i32, negative: bool) -> Fixed {
  let right = bitcast<u32>(clamp(0 - shift, 0, 63));
  let r = right & 31u;
  let up = (32u - r) & 31u;
  let near = vec2<u32>((m.x >> r) | select(0u, m.y << up, r != 0u), m.y >> r);
  let kept = select(near, vec2<u32>(near.y, 0u), right >= 32u);
  let below = (1u << r) - 1u;
  let lost = select(m.x & below, m.x | (m.y & below), right >= 32u);
  let left = bitcast<u32>(clamp(shift, 0, 127));
  let b = left & 31u;
  let down = (32u - b) & 31u;
  let carry = select(vec2<u32>(0u, 0u), vec2<u32>(kept.x >> down, kept.y >> down), b != 0u);
  let t = vec3<u32>(kept.x << b, (kept.y << b) | carry.x, carry.y);
  let words = left >> 5u;
  let low = select(vec4<u32>(t, 0u), vec4<u32>(0u, t), words == 1u);
  let size = select(low, select(vec4<u32>(0u, 0u, t.xy), vec4<u32>(0u, 0u, 0u, t.x), words == 3u), words >= 2u);
  let over = select(0u, t.z | select(0u, t.y, words == 3u), words >= 2u);
  let exact = (lost == 0u) & (over == 0u) & (size.w < 0x80000000u) & (shift > -64) & (shift < 128);
  return Fixed(select(size, neg_128(size), negative), exact | ((m.x | m.y) == 0u));
}
)"},
      {"fixed_f64", {"fixed"}, R"(
fn fixed_f64(bits: vec2<u32>, lowest: i32) -> Fixed {
  let exponent = (bits.y >> 20u) & 0x7ffu;
  let m = vec2<u32>(bits.x, (bits.y & 0xfffffu) | select(0u, 0x100000u, exponent != 0u));
  return fixed(m, bitcast<i32>(max(exponent, 1u)) - 1075 - lowest, bits.y >= 0x80000000u);
}
)"},
      {"fixed_f32", {"fixed"}, R"(
fn fixed_f32(bits: u32, lowest: i32) -> Fixed {
  let exponent = (bits >> 23u) & 0xffu;
  let m = vec2<u32>((bits & 0x7fffffu) | select(0u, 0x800000u, exponent != 0u), 0u);
  return fixed(m, bitcast<i32>(max(exponent, 1u)) - 150 - lowest, bits >= 0x80000000u);
}
)"},
      // 0 of a finite value; else which of NaN (1), infinity (2) and minus infinity (4) it is.
      {"special_f64", {}, R"(
fn special_f64(bits: vec2<u32>) -> u32 {
  let top = bits.y & 0x7fffffffu;
  let nan = select(top > 0x7ff00000u, bits.x != 0u, top == 0x7ff00000u);
  return select(0u, select(select(2u, 4u, bits.y >= 0x80000000u), 1u, nan), top >= 0x7ff00000u);
}
)"},
      {"special_f32", {}, R"(
fn special_f32(bits: u32) -> u32 {
  let top = bits & 0x7fffffffu;
  return select(0u, select(select(2u, 4u, bits >= 0x80000000u), 1u, top > 0x7f800000u), top >= 0x7f800000u);
}
)"},
      // Year, month, day, day of the year (from 1) of days since 1970. Eras of 400 years from March; unsigned, so that no i32 overflows:
      // 14694 eras and 14862 days lie between -2^31 and 0000-03-01.
      {"civil", {}, R"(
fn civil(days: i32) -> vec4<i32> {
  let biased = bitcast<u32>(days) ^ 0x80000000u;
  let whole = biased / 146097u;
  let rest = biased % 146097u;
  let short = rest < 14862u;
  let era = bitcast<i32>(whole) - select(14694, 14695, short);
  let doe = bitcast<i32>(select(rest - 14862u, rest + 131235u, short));
  let yoe = (doe - doe / 1460 + doe / 36524 - doe / 146096) / 365;
  let from_march = doe - (365 * yoe + yoe / 4 - yoe / 100);
  let m = (5 * from_march + 2) / 153;
  let month = select(m - 9, m + 3, m < 10);
  let year = yoe + era * 400 + select(0, 1, month <= 2);
  let leap = ((year & 3) == 0) & ((year - year / 100 * 100 != 0) | ((year & 15) == 0));
  let doy = select(from_march + 60 + select(0, 1, leap), from_march - 305, month <= 2);
  return vec4<i32>(year, month, from_march - (153 * m + 2) / 5 + 1, doy);
}
)"},
      // Days since Monday, 0..6.
      {"weekday", {}, R"(
fn weekday(days: i32) -> i32 { return bitcast<i32>(((bitcast<u32>(days) ^ 0x80000000u) % 7u + 1u) % 7u); }
)"},
  };
  return functions;
}

std::array<const std::vector<Function>*, 3> families() { return {&functions_64(), &functions_128(), &other_functions()}; }

const Function& find(std::string_view name) {
  for (const auto* family : families()) {
    const auto found = std::ranges::find(*family, name, &Function::name);
    if (found != family->end()) return *found;
  }
  panic("a WGSL function that is not in the library", __FILE__, __LINE__);
}

}  // namespace

std::string library_text(std::set<std::string> names) {
  std::vector<std::string> open(names.begin(), names.end());
  while (!open.empty()) {
    const std::string name = std::move(open.back());
    open.pop_back();
    for (const std::string_view call : find(name).calls) {
      if (names.emplace(call).second) open.emplace_back(call);
    }
  }
  std::string text;
  for (const auto* family : families()) {
    for (const Function& function : *family) {
      if (names.contains(std::string(function.name))) text += function.text.substr(1);
    }
  }
  return text;
}

std::string reader_name(std::string_view function, std::string_view memory) { return fmt::format("{}_{}", function, memory); }

std::string reader_text(std::string_view function, std::string_view memory) {
  const std::string name = reader_name(function, memory);
  // Value `row` of `width` bits (at most 64), packed without gaps from word `at` on. 32 values fill `width` words exactly.
  if (function == "unpack") {
    return fmt::format(R"(fn {0}(at: u32, row: u32, width: u32) -> vec2<u32> {{
  let bit = (row & 31u) * width;
  let word = at + (row >> 5u) * width + (bit >> 5u);
  let shift = bit & 31u;
  let a = {1}[word];
  let b = {1}[word + 1u];
  let c = {1}[word + 2u];
  let low = select((a >> shift) | (b << ((32u - shift) & 31u)), a, shift == 0u);
  let high = select((b >> shift) | (c << ((32u - shift) & 31u)), b, shift == 0u);
  let low_mask = select(0xffffffffu, (1u << (width & 31u)) - 1u, width < 32u);
  let high_mask = select(select(0xffffffffu, (1u << (width & 31u)) - 1u, width < 64u), 0u, width <= 32u);
  return vec2<u32>(low & low_mask, high & high_mask);
}}
)",
                       name, memory);
  }
  // At most 32 bits, of which `mask` has as many ones.
  if (function == "unpack_low") {
    return fmt::format(R"(fn {0}(at: u32, row: u32, width: u32, mask: u32) -> u32 {{
  let bit = (row & 31u) * width;
  let word = at + (row >> 5u) * width + (bit >> 5u);
  let shift = bit & 31u;
  return (({1}[word] >> shift) | (({1}[word + 1u] << 1u) << (31u - shift))) & mask;
}}
)",
                       name, memory);
  }
  // A bit of a bitmap that may be absent: all are set.
  if (function == "valid_at") {
    return fmt::format(R"(fn {0}(at: u32, row: u32) -> bool {{
  let absent = at == 0xffffffffu;
  return absent | ((({1}[select(at, 0u, absent) + (row >> 5u)] >> (row & 31u)) & 1u) != 0u);
}}
)",
                       name, memory);
  }
  TRUENO_ASSERT(function == "bit_at");
  return fmt::format("fn {}(at: u32, row: u32) -> bool {{ return (({}[at + (row >> 5u)] >> (row & 31u)) & 1u) != 0u; }}\n", name, memory);
}

std::string adder_name(std::string_view memory, int words) { return fmt::format("{}_add_{}", memory, words); }

std::string adder_text(std::string_view memory, int words) {
  std::string text = fmt::format("fn {}(at: u32", adder_name(memory, words));
  for (int i = 0; i < words; ++i) text += fmt::format(", w{}: u32", i);
  text += ") {\n";
  for (int i = 0; i < words; ++i) {
    const bool last = i + 1 == words;
    const std::string add = i == 0 ? "w0" : fmt::format("a{}", i);
    if (i != 0) text += fmt::format("  let a{0} = w{0} + c{0};\n", i);
    // Most words are zero: a skipped add saves an atomic.
    if (last) {
      text += fmt::format("  if ({0} != 0u) {{ atomicAdd(&{1}[at + {2}u], {0}); }}\n", add, memory, i);
      continue;
    }
    text += fmt::format("  var c{} = {};\n", i + 1, i == 0 ? std::string("0u") : fmt::format("select(0u, 1u, a{0} < c{0})", i));
    text += fmt::format(
        "  if ({0} != 0u) {{\n    let old = atomicAdd(&{1}[at + {2}u], {0});\n    c{3} = c{3} + select(0u, 1u, old + {0} < old);\n  }}\n",
        add, memory, i, i + 1);
  }
  return text + "}\n";
}

std::string finder_name(std::string_view memory, int words) { return fmt::format("{}_find_{}", memory, words); }

std::string finder_text(std::string_view memory, int words) {
  std::string parameters;
  std::string hash = "0u";
  std::string same;
  for (int n = 0; n < words; ++n) {
    parameters += fmt::format(", k{}: u32", n);
    hash = fmt::format("hash_word({}, k{})", hash, n);
    same += fmt::format("{}({}[key + {}u] == k{})", n == 0 ? "" : " & ", memory, n, n);
  }
  std::string compare = "      if (tag == k0) { found = entry; break; }\n";
  if (words != 1) {
    compare = fmt::format(
        "      if (tag == hash) {{\n        let key = keys + (entry - 1u) * {}u;\n        if ({}) {{ found = entry; break; }}\n      }}\n",
        words, same);
  }
  return fmt::format(R"(fn {0}(heads: u32, mask: u32, keys: u32{1}) -> u32 {{
  let hash = hash_end({2});
  var at = hash & mask;
  var found = 0u;
  loop {{
    let tag = {3}[heads + at * 2u];
    let entry = {3}[heads + at * 2u + 1u];
    if (entry == 0u) {{ break; }}
{4}    at = (at + 1u) & mask;
  }}
  return found;
}}
)",
                     finder_name(memory, words), parameters, hash, memory, compare);
}

}  // namespace trueno::backend::webgpu
