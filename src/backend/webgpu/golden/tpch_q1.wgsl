/*
pipeline: t -> group
  %0 =  column c0                        i64 in i32 DECIMAL(15,2)  range 100..5000 not null
  %1 =  column c1                        i64 in i32 DECIMAL(15,2)  range 90264..10494719 not null
  %2 =  column c2                        i64 in i32 DECIMAL(15,2)  range 0..10 not null
  %3 =  column c3                        i64 in i32 DECIMAL(15,2)  range 0..8 not null
  %4 =  column c4                        i32        DATE           range 8036..10561 not null
  %5 =  column c5 code                   string     VARCHAR        not null
  %6 =  column c6 code                   string     VARCHAR        not null
  %7 =  parameter $0                     i32        DATE           range 10471..10471 not null
  %8 =  le %4 %7                         bool       BOOLEAN        range 0..1 not null
       filter %8
  %11 = sub 1.00 %2                      i64 in i32 DECIMAL(16,2)  range 90..100 not null
  %12 = mul %1 %11                       i64 in i32 DECIMAL(18,4)  range 8123760..1049471900 not null
  %13 = add 1.00 %3                      i64 in i32 DECIMAL(16,2)  range 100..108 not null
  %14 = mul %12 %13                      i64        DECIMAL(18,6)  range 812376000..113342965200 not null
       group by (%5 %6)  sum %0 -> i128  sum %1 -> i128  sum %12 -> i128  sum %14 -> i128  sum %2 -> i128  count %0  count *
*/
@group(0) @binding(0) var<storage, read> block: array<u32>;
@group(0) @binding(1) var<storage, read_write> state: array<atomic<u32>>;
@group(0) @binding(2) var<storage, read> segments: array<u32>;
@group(0) @binding(3) var<storage, read> slab0: array<u32>;
var<workgroup> table: array<atomic<u32>, 96>;
fn sub_64(a: vec2<u32>, b: vec2<u32>) -> vec2<u32> { return vec2<u32>(a.x - b.x, a.y - b.y - select(0u, 1u, a.x < b.x)); }
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
fn mul_32_64(a: i32, b: i32) -> vec2<u32> {
  let x = bitcast<u32>(a);
  let y = bitcast<u32>(b);
  let p = product_32(x, y);
  return vec2<u32>(p.x, p.y - select(0u, y, a < 0) - select(0u, x, b < 0));
}
fn unpack_low_slab0(at: u32, row: u32, width: u32, mask: u32) -> u32 {
  let bit = (row & 31u) * width;
  let word = at + (row >> 5u) * width + (bit >> 5u);
  let shift = bit & 31u;
  return ((slab0[word] >> shift) | ((slab0[word + 1u] << 1u) << (31u - shift))) & mask;
}
fn state_add_2(at: u32, w0: u32, w1: u32) {
  var c1 = 0u;
  if (w0 != 0u) {
    let old = atomicAdd(&state[at + 0u], w0);
    c1 = c1 + select(0u, 1u, old + w0 < old);
  }
  let a1 = w1 + c1;
  if (a1 != 0u) { atomicAdd(&state[at + 1u], a1); }
}
fn state_add_4(at: u32, w0: u32, w1: u32, w2: u32, w3: u32) {
  var c1 = 0u;
  if (w0 != 0u) {
    let old = atomicAdd(&state[at + 0u], w0);
    c1 = c1 + select(0u, 1u, old + w0 < old);
  }
  let a1 = w1 + c1;
  var c2 = select(0u, 1u, a1 < c1);
  if (a1 != 0u) {
    let old = atomicAdd(&state[at + 1u], a1);
    c2 = c2 + select(0u, 1u, old + a1 < old);
  }
  let a2 = w2 + c2;
  var c3 = select(0u, 1u, a2 < c2);
  if (a2 != 0u) {
    let old = atomicAdd(&state[at + 2u], a2);
    c3 = c3 + select(0u, 1u, old + a2 < old);
  }
  let a3 = w3 + c3;
  if (a3 != 0u) { atomicAdd(&state[at + 3u], a3); }
}
fn table_add_2(at: u32, w0: u32, w1: u32) {
  var c1 = 0u;
  if (w0 != 0u) {
    let old = atomicAdd(&table[at + 0u], w0);
    c1 = c1 + select(0u, 1u, old + w0 < old);
  }
  let a1 = w1 + c1;
  if (a1 != 0u) { atomicAdd(&table[at + 1u], a1); }
}
fn table_add_3(at: u32, w0: u32, w1: u32, w2: u32) {
  var c1 = 0u;
  if (w0 != 0u) {
    let old = atomicAdd(&table[at + 0u], w0);
    c1 = c1 + select(0u, 1u, old + w0 < old);
  }
  let a1 = w1 + c1;
  var c2 = select(0u, 1u, a1 < c1);
  if (a1 != 0u) {
    let old = atomicAdd(&table[at + 1u], a1);
    c2 = c2 + select(0u, 1u, old + a1 < old);
  }
  let a2 = w2 + c2;
  if (a2 != 0u) { atomicAdd(&table[at + 2u], a2); }
}
@compute @workgroup_size(256)
fn main(@builtin(workgroup_id) workgroup: vec3<u32>, @builtin(num_workgroups) workgroups: vec3<u32>, @builtin(local_invocation_index) local: u32) {
  var failed = 0u;
  let v7 = bitcast<i32>(block[61u]);
  let g0_lowest = block[65u];
  let g0_extent = block[66u];
  let g0_stride = block[67u];
  let g1_lowest = block[68u];
  let g1_extent = block[69u];
  let g1_stride = block[70u];
  let l0 = vec2<u32>(block[71u], block[72u]);
  let l1 = vec2<u32>(block[73u], block[74u]);
  let l2 = vec2<u32>(block[75u], block[76u]);
  let l3 = vec2<u32>(block[77u], block[78u]);
  let l4 = vec2<u32>(block[79u], block[80u]);
  let end_segment = block[0u];
  let tiles = block[2u];
  let share = tiles / workgroups.x;
  let longer = tiles % workgroups.x;
  let first_tile = workgroup.x * share + min(workgroup.x, longer);
  let end_tile = first_tile + share + select(0u, 1u, workgroup.x < longer);
  var segment = 0u;
  var beyond = end_segment;
  while (beyond - segment > 1u) {
    let middle = (segment + beyond) / 2u;
    if (segments[middle * 58u] <= first_tile) { segment = middle; } else { beyond = middle; }
  }
  for (var tile = first_tile; tile < end_tile; tile = tile + 1u) {
    while (segment + 1u < end_segment) {
      if (segments[(segment + 1u) * 58u] > tile) { break; }
      segment = segment + 1u;
    }
    let place = segment * 58u;
    let first_row = (tile - segments[place]) * 4096u;
    let rows = min(segments[place + 1u], first_row + 4096u);
    let c0_values = segments[place + 2u];
    let c0_step = segments[place + 3u];
    let c1_values = segments[place + 10u];
    let c1_step = segments[place + 11u];
    let c2_values = segments[place + 18u];
    let c2_step = segments[place + 19u];
    let c3_values = segments[place + 26u];
    let c3_step = segments[place + 27u];
    let c4_values = segments[place + 34u];
    let c4_step = segments[place + 35u];
    let c4_width = segments[place + 37u];
    let c4_base = vec4<u32>(segments[place + 38u], segments[place + 39u], segments[place + 40u], segments[place + 41u]);
    let c4_mask = select(0xffffffffu, (1u << (c4_width & 31u)) - 1u, c4_width < 32u);
    let c5_values = segments[place + 42u];
    let c5_step = segments[place + 43u];
    let c6_values = segments[place + 50u];
    let c6_step = segments[place + 51u];
    for (var row_0 = first_row + local; row_0 < rows; row_0 = row_0 + 1024u) {
      let row_1 = min(row_0 + 256u, rows - 1u);
      let row_2 = min(row_0 + 512u, rows - 1u);
      let row_3 = min(row_0 + 768u, rows - 1u);
      let v0_0 = bitcast<i32>(slab0[c0_values + (row_0 * c0_step)]);
      let v1_0 = bitcast<i32>(slab0[c1_values + (row_0 * c1_step)]);
      let v2_0 = bitcast<i32>(slab0[c2_values + (row_0 * c2_step)]);
      let v3_0 = bitcast<i32>(slab0[c3_values + (row_0 * c3_step)]);
      let v4_0 = bitcast<i32>(unpack_low_slab0(c4_values, row_0 + c4_step, c4_width, c4_mask) + c4_base.x);
      let v5_0 = bitcast<i32>(slab0[c5_values + (row_0 * c5_step)]);
      let v6_0 = bitcast<i32>(slab0[c6_values + (row_0 * c6_step)]);
      let v0_1 = bitcast<i32>(slab0[c0_values + (row_1 * c0_step)]);
      let v1_1 = bitcast<i32>(slab0[c1_values + (row_1 * c1_step)]);
      let v2_1 = bitcast<i32>(slab0[c2_values + (row_1 * c2_step)]);
      let v3_1 = bitcast<i32>(slab0[c3_values + (row_1 * c3_step)]);
      let v4_1 = bitcast<i32>(unpack_low_slab0(c4_values, row_1 + c4_step, c4_width, c4_mask) + c4_base.x);
      let v5_1 = bitcast<i32>(slab0[c5_values + (row_1 * c5_step)]);
      let v6_1 = bitcast<i32>(slab0[c6_values + (row_1 * c6_step)]);
      let v0_2 = bitcast<i32>(slab0[c0_values + (row_2 * c0_step)]);
      let v1_2 = bitcast<i32>(slab0[c1_values + (row_2 * c1_step)]);
      let v2_2 = bitcast<i32>(slab0[c2_values + (row_2 * c2_step)]);
      let v3_2 = bitcast<i32>(slab0[c3_values + (row_2 * c3_step)]);
      let v4_2 = bitcast<i32>(unpack_low_slab0(c4_values, row_2 + c4_step, c4_width, c4_mask) + c4_base.x);
      let v5_2 = bitcast<i32>(slab0[c5_values + (row_2 * c5_step)]);
      let v6_2 = bitcast<i32>(slab0[c6_values + (row_2 * c6_step)]);
      let v0_3 = bitcast<i32>(slab0[c0_values + (row_3 * c0_step)]);
      let v1_3 = bitcast<i32>(slab0[c1_values + (row_3 * c1_step)]);
      let v2_3 = bitcast<i32>(slab0[c2_values + (row_3 * c2_step)]);
      let v3_3 = bitcast<i32>(slab0[c3_values + (row_3 * c3_step)]);
      let v4_3 = bitcast<i32>(unpack_low_slab0(c4_values, row_3 + c4_step, c4_width, c4_mask) + c4_base.x);
      let v5_3 = bitcast<i32>(slab0[c5_values + (row_3 * c5_step)]);
      let v6_3 = bitcast<i32>(slab0[c6_values + (row_3 * c6_step)]);
      loop {
      let v0 = v0_0;
      let v1 = v1_0;
      let v2 = v2_0;
      let v3 = v3_0;
      let v4 = v4_0;
      let v5 = v5_0;
      let v6 = v6_0;
      let v8 = !(v7 < v4);
      if (!v8) { break; }
      let v11 = i32(100) - v2;
      let v12 = v1 * v11;
      let v13 = i32(100) + v3;
      let v14 = mul_32_64(v12, v13);
      let g0 = bitcast<u32>(v5) - g0_lowest;
      let g1 = bitcast<u32>(v6) - g1_lowest;
      if ((g0 >= g0_extent) | (g1 >= g1_extent)) { failed = failed | 2u; break; }
      let at = (g0 * g0_stride + g1 * g1_stride) * 12u;
      atomicAdd(&table[at], 1u);
      table_add_2(at + 1u, bitcast<u32>(v0) - l0.x, 0u);
      table_add_2(at + 3u, bitcast<u32>(v1) - l1.x, 0u);
      table_add_2(at + 5u, bitcast<u32>(v12) - l2.x, 0u);
      let d3 = sub_64(v14, l3);
      table_add_3(at + 7u, d3.x, d3.y, 0u);
      table_add_2(at + 10u, bitcast<u32>(v2) - l4.x, 0u);
      break;
      }
      loop {
      if (row_0 + 256u >= rows) { break; }
      let v0 = v0_1;
      let v1 = v1_1;
      let v2 = v2_1;
      let v3 = v3_1;
      let v4 = v4_1;
      let v5 = v5_1;
      let v6 = v6_1;
      let v8 = !(v7 < v4);
      if (!v8) { break; }
      let v11 = i32(100) - v2;
      let v12 = v1 * v11;
      let v13 = i32(100) + v3;
      let v14 = mul_32_64(v12, v13);
      let g0 = bitcast<u32>(v5) - g0_lowest;
      let g1 = bitcast<u32>(v6) - g1_lowest;
      if ((g0 >= g0_extent) | (g1 >= g1_extent)) { failed = failed | 2u; break; }
      let at = (g0 * g0_stride + g1 * g1_stride) * 12u;
      atomicAdd(&table[at], 1u);
      table_add_2(at + 1u, bitcast<u32>(v0) - l0.x, 0u);
      table_add_2(at + 3u, bitcast<u32>(v1) - l1.x, 0u);
      table_add_2(at + 5u, bitcast<u32>(v12) - l2.x, 0u);
      let d3 = sub_64(v14, l3);
      table_add_3(at + 7u, d3.x, d3.y, 0u);
      table_add_2(at + 10u, bitcast<u32>(v2) - l4.x, 0u);
      break;
      }
      loop {
      if (row_0 + 512u >= rows) { break; }
      let v0 = v0_2;
      let v1 = v1_2;
      let v2 = v2_2;
      let v3 = v3_2;
      let v4 = v4_2;
      let v5 = v5_2;
      let v6 = v6_2;
      let v8 = !(v7 < v4);
      if (!v8) { break; }
      let v11 = i32(100) - v2;
      let v12 = v1 * v11;
      let v13 = i32(100) + v3;
      let v14 = mul_32_64(v12, v13);
      let g0 = bitcast<u32>(v5) - g0_lowest;
      let g1 = bitcast<u32>(v6) - g1_lowest;
      if ((g0 >= g0_extent) | (g1 >= g1_extent)) { failed = failed | 2u; break; }
      let at = (g0 * g0_stride + g1 * g1_stride) * 12u;
      atomicAdd(&table[at], 1u);
      table_add_2(at + 1u, bitcast<u32>(v0) - l0.x, 0u);
      table_add_2(at + 3u, bitcast<u32>(v1) - l1.x, 0u);
      table_add_2(at + 5u, bitcast<u32>(v12) - l2.x, 0u);
      let d3 = sub_64(v14, l3);
      table_add_3(at + 7u, d3.x, d3.y, 0u);
      table_add_2(at + 10u, bitcast<u32>(v2) - l4.x, 0u);
      break;
      }
      loop {
      if (row_0 + 768u >= rows) { break; }
      let v0 = v0_3;
      let v1 = v1_3;
      let v2 = v2_3;
      let v3 = v3_3;
      let v4 = v4_3;
      let v5 = v5_3;
      let v6 = v6_3;
      let v8 = !(v7 < v4);
      if (!v8) { break; }
      let v11 = i32(100) - v2;
      let v12 = v1 * v11;
      let v13 = i32(100) + v3;
      let v14 = mul_32_64(v12, v13);
      let g0 = bitcast<u32>(v5) - g0_lowest;
      let g1 = bitcast<u32>(v6) - g1_lowest;
      if ((g0 >= g0_extent) | (g1 >= g1_extent)) { failed = failed | 2u; break; }
      let at = (g0 * g0_stride + g1 * g1_stride) * 12u;
      atomicAdd(&table[at], 1u);
      table_add_2(at + 1u, bitcast<u32>(v0) - l0.x, 0u);
      table_add_2(at + 3u, bitcast<u32>(v1) - l1.x, 0u);
      table_add_2(at + 5u, bitcast<u32>(v12) - l2.x, 0u);
      let d3 = sub_64(v14, l3);
      table_add_3(at + 7u, d3.x, d3.y, 0u);
      table_add_2(at + 10u, bitcast<u32>(v2) - l4.x, 0u);
      break;
      }
    }
  }
  if (failed != 0u) { atomicOr(&state[0u], failed); }
  workgroupBarrier();
  for (var slot = local; slot < block[1u]; slot = slot + 256u) {
    let share = slot * 12u;
    let to = 4u + slot * 22u;
    if (atomicLoad(&table[share]) != 0u) {
      state_add_2(to + 0u, atomicLoad(&table[share + 0u]), 0u);
      state_add_4(to + 2u, atomicLoad(&table[share + 1u]), atomicLoad(&table[share + 2u]), 0u, 0u);
      state_add_4(to + 6u, atomicLoad(&table[share + 3u]), atomicLoad(&table[share + 4u]), 0u, 0u);
      state_add_4(to + 10u, atomicLoad(&table[share + 5u]), atomicLoad(&table[share + 6u]), 0u, 0u);
      state_add_4(to + 14u, atomicLoad(&table[share + 7u]), atomicLoad(&table[share + 8u]), atomicLoad(&table[share + 9u]), 0u);
      state_add_4(to + 18u, atomicLoad(&table[share + 10u]), atomicLoad(&table[share + 11u]), 0u, 0u);
    }
  }
}
