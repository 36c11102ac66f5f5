/*
pipeline: t -> reduce
  %0 =  column c0                        i64 in i32 DECIMAL(15,2)  range 100..5000 not null
  %1 =  column c1                        i64 in i32 DECIMAL(15,2)  range 90264..10494719 not null
  %2 =  column c2                        i64 in i32 DECIMAL(15,2)  range 0..10 not null
  %3 =  column c3                        i64 in i32 DECIMAL(15,2)  range 0..8 not null
  %4 =  column c4                        i32        DATE           range 8036..10561 not null
  %5 =  parameter $0                     i32        DATE           range 8766..8766 not null
  %6 =  parameter $1                     i32        DATE           range 9131..9131 not null
  %7 =  parameter $2                     i64 in i32 DECIMAL(15,2)  range 5..5 not null
  %8 =  parameter $3                     i64 in i32 DECIMAL(15,2)  range 7..7 not null
  %9 =  parameter $4                     i64 in i32 DECIMAL(15,2)  range 2400..2400 not null
  %10 = ge %4 %5                         bool       BOOLEAN        range 0..1 not null
       filter %10
  %12 = lt %4 %6                         bool       BOOLEAN        range 0..1 not null
       filter %12
  %14 = ge %2 %7                         bool       BOOLEAN        range 0..1 not null
       filter %14
  %16 = le %2 %8                         bool       BOOLEAN        range 0..1 not null
       filter %16
  %18 = lt %0 %9                         bool       BOOLEAN        range 0..1 not null
       filter %18
  %20 = mul %1 %2                        i64 in i32 DECIMAL(18,4)  range 0..104947190 not null
       reduce  sum %20 -> i128  count %20
*/
@group(0) @binding(0) var<storage, read> block: array<u32>;
@group(0) @binding(1) var<storage, read_write> state: array<atomic<u32>>;
@group(0) @binding(2) var<storage, read> segments: array<u32>;
@group(0) @binding(3) var<storage, read> slab0: array<u32>;
var<workgroup> table: array<atomic<u32>, 3>;
fn widen_32_64(a: i32) -> vec2<u32> { return vec2<u32>(bitcast<u32>(a), bitcast<u32>(a >> 31u)); }
fn add_64(a: vec2<u32>, b: vec2<u32>) -> vec2<u32> {
  let low = a.x + b.x;
  return vec2<u32>(low, a.y + b.y + select(0u, 1u, low < a.x));
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
@compute @workgroup_size(256)
fn main(@builtin(workgroup_id) workgroup: vec3<u32>, @builtin(num_workgroups) workgroups: vec3<u32>, @builtin(local_invocation_index) local: u32) {
  var failed = 0u;
  let v5 = bitcast<i32>(block[45u]);
  let v6 = bitcast<i32>(block[50u]);
  let v7 = bitcast<i32>(block[55u]);
  let v8 = bitcast<i32>(block[60u]);
  let v9 = bitcast<i32>(block[65u]);
  var counted = 0u;
  var s0 = vec2<u32>(0u, 0u);
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
    if (segments[middle * 42u] <= first_tile) { segment = middle; } else { beyond = middle; }
  }
  for (var tile = first_tile; tile < end_tile; tile = tile + 1u) {
    while (segment + 1u < end_segment) {
      if (segments[(segment + 1u) * 42u] > tile) { break; }
      segment = segment + 1u;
    }
    let place = segment * 42u;
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
    for (var row_0 = first_row + local; row_0 < rows; row_0 = row_0 + 1024u) {
      let row_1 = min(row_0 + 256u, rows - 1u);
      let row_2 = min(row_0 + 512u, rows - 1u);
      let row_3 = min(row_0 + 768u, rows - 1u);
      let v0_0 = bitcast<i32>(slab0[c0_values + (row_0 * c0_step)]);
      let v1_0 = bitcast<i32>(slab0[c1_values + (row_0 * c1_step)]);
      let v2_0 = bitcast<i32>(slab0[c2_values + (row_0 * c2_step)]);
      let v3_0 = bitcast<i32>(slab0[c3_values + (row_0 * c3_step)]);
      let v4_0 = bitcast<i32>(unpack_low_slab0(c4_values, row_0 + c4_step, c4_width, c4_mask) + c4_base.x);
      let v0_1 = bitcast<i32>(slab0[c0_values + (row_1 * c0_step)]);
      let v1_1 = bitcast<i32>(slab0[c1_values + (row_1 * c1_step)]);
      let v2_1 = bitcast<i32>(slab0[c2_values + (row_1 * c2_step)]);
      let v3_1 = bitcast<i32>(slab0[c3_values + (row_1 * c3_step)]);
      let v4_1 = bitcast<i32>(unpack_low_slab0(c4_values, row_1 + c4_step, c4_width, c4_mask) + c4_base.x);
      let v0_2 = bitcast<i32>(slab0[c0_values + (row_2 * c0_step)]);
      let v1_2 = bitcast<i32>(slab0[c1_values + (row_2 * c1_step)]);
      let v2_2 = bitcast<i32>(slab0[c2_values + (row_2 * c2_step)]);
      let v3_2 = bitcast<i32>(slab0[c3_values + (row_2 * c3_step)]);
      let v4_2 = bitcast<i32>(unpack_low_slab0(c4_values, row_2 + c4_step, c4_width, c4_mask) + c4_base.x);
      let v0_3 = bitcast<i32>(slab0[c0_values + (row_3 * c0_step)]);
      let v1_3 = bitcast<i32>(slab0[c1_values + (row_3 * c1_step)]);
      let v2_3 = bitcast<i32>(slab0[c2_values + (row_3 * c2_step)]);
      let v3_3 = bitcast<i32>(slab0[c3_values + (row_3 * c3_step)]);
      let v4_3 = bitcast<i32>(unpack_low_slab0(c4_values, row_3 + c4_step, c4_width, c4_mask) + c4_base.x);
      loop {
      let v0 = v0_0;
      let v1 = v1_0;
      let v2 = v2_0;
      let v3 = v3_0;
      let v4 = v4_0;
      let v10 = !(v4 < v5);
      if (!v10) { break; }
      let v12 = (v4 < v6);
      if (!v12) { break; }
      let v14 = !(v2 < v7);
      if (!v14) { break; }
      let v16 = !(v8 < v2);
      if (!v16) { break; }
      let v18 = (v0 < v9);
      if (!v18) { break; }
      let v20 = v1 * v2;
      counted = counted + 1u;
      s0 = add_64(s0, widen_32_64(v20));
      break;
      }
      loop {
      if (row_0 + 256u >= rows) { break; }
      let v0 = v0_1;
      let v1 = v1_1;
      let v2 = v2_1;
      let v3 = v3_1;
      let v4 = v4_1;
      let v10 = !(v4 < v5);
      if (!v10) { break; }
      let v12 = (v4 < v6);
      if (!v12) { break; }
      let v14 = !(v2 < v7);
      if (!v14) { break; }
      let v16 = !(v8 < v2);
      if (!v16) { break; }
      let v18 = (v0 < v9);
      if (!v18) { break; }
      let v20 = v1 * v2;
      counted = counted + 1u;
      s0 = add_64(s0, widen_32_64(v20));
      break;
      }
      loop {
      if (row_0 + 512u >= rows) { break; }
      let v0 = v0_2;
      let v1 = v1_2;
      let v2 = v2_2;
      let v3 = v3_2;
      let v4 = v4_2;
      let v10 = !(v4 < v5);
      if (!v10) { break; }
      let v12 = (v4 < v6);
      if (!v12) { break; }
      let v14 = !(v2 < v7);
      if (!v14) { break; }
      let v16 = !(v8 < v2);
      if (!v16) { break; }
      let v18 = (v0 < v9);
      if (!v18) { break; }
      let v20 = v1 * v2;
      counted = counted + 1u;
      s0 = add_64(s0, widen_32_64(v20));
      break;
      }
      loop {
      if (row_0 + 768u >= rows) { break; }
      let v0 = v0_3;
      let v1 = v1_3;
      let v2 = v2_3;
      let v3 = v3_3;
      let v4 = v4_3;
      let v10 = !(v4 < v5);
      if (!v10) { break; }
      let v12 = (v4 < v6);
      if (!v12) { break; }
      let v14 = !(v2 < v7);
      if (!v14) { break; }
      let v16 = !(v8 < v2);
      if (!v16) { break; }
      let v18 = (v0 < v9);
      if (!v18) { break; }
      let v20 = v1 * v2;
      counted = counted + 1u;
      s0 = add_64(s0, widen_32_64(v20));
      break;
      }
    }
  }
  if (failed != 0u) { atomicOr(&state[0u], failed); }
  atomicAdd(&table[0u], counted);
  table_add_2(1u, s0.x, s0.y);
  workgroupBarrier();
  if (local == 0u) {
    state_add_2(4u + 0u, atomicLoad(&table[0u + 0u]), 0u);
    state_add_4(4u + 2u, atomicLoad(&table[0u + 1u]), atomicLoad(&table[0u + 2u]), bitcast<u32>(bitcast<i32>(atomicLoad(&table[0u + 2u])) >> 31u), bitcast<u32>(bitcast<i32>(atomicLoad(&table[0u + 2u])) >> 31u));
  }
}
