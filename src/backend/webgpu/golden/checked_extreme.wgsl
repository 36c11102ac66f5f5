/*
pipeline: t -> reduce
  %0 =  column c0                        i64        BIGINT
  %1 =  add %0 %0                        i64        BIGINT         checked
       reduce  min %1  sum %0 -> i128
*/
@group(0) @binding(0) var<storage, read> block: array<u32>;
@group(0) @binding(1) var<storage, read_write> state: array<atomic<u32>>;
@group(0) @binding(2) var<storage, read> segments: array<u32>;
@group(0) @binding(3) var<storage, read> slab0: array<u32>;
var<workgroup> table: array<atomic<u32>, 7>;
fn below_64(a: vec2<u32>, b: vec2<u32>) -> bool { return select(a.y < b.y, a.x < b.x, a.y == b.y); }
fn add_96(s: vec3<u32>, a: vec2<u32>) -> vec3<u32> {
  let x = s.x + a.x;
  let y = s.y + a.y;
  let c = select(0u, 1u, x < a.x);
  let z = y + c;
  let top = bitcast<u32>(bitcast<i32>(a.y) >> 31u);
  return vec3<u32>(x, z, s.z + top + select(0u, 1u, y < a.y) + select(0u, 1u, z < c));
}
fn widen_64_128(a: vec2<u32>) -> vec4<u32> {
  let s = bitcast<u32>(bitcast<i32>(a.y) >> 31u);
  return vec4<u32>(a, s, s);
}
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
fn below_128(a: vec4<u32>, b: vec4<u32>) -> bool {
  return select(below_64(a.zw, b.zw), below_64(a.xy, b.xy), all(a.zw == b.zw));
}
fn less_128(a: vec4<u32>, b: vec4<u32>) -> bool {
  let sign = vec4<u32>(0u, 0u, 0u, 0x80000000u);
  return below_128(a ^ sign, b ^ sign);
}
fn valid_at_slab0(at: u32, row: u32) -> bool {
  let absent = at == 0xffffffffu;
  return absent | (((slab0[select(at, 0u, absent) + (row >> 5u)] >> (row & 31u)) & 1u) != 0u);
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
  var counted = 0u;
  var s0 = vec2<u32>(0u, 0u);
  var h0 = false;
  var s1 = vec3<u32>(0u, 0u, 0u);
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
    if (segments[middle * 10u] <= first_tile) { segment = middle; } else { beyond = middle; }
  }
  for (var tile = first_tile; tile < end_tile; tile = tile + 1u) {
    while (segment + 1u < end_segment) {
      if (segments[(segment + 1u) * 10u] > tile) { break; }
      segment = segment + 1u;
    }
    let place = segment * 10u;
    let first_row = (tile - segments[place]) * 4096u;
    let rows = min(segments[place + 1u], first_row + 4096u);
    let c0_values = segments[place + 2u];
    let c0_step = segments[place + 3u];
    let c0_validity = segments[place + 4u];
    for (var row_0 = first_row + local; row_0 < rows; row_0 = row_0 + 1024u) {
      let row_1 = min(row_0 + 256u, rows - 1u);
      let row_2 = min(row_0 + 512u, rows - 1u);
      let row_3 = min(row_0 + 768u, rows - 1u);
      let n0_0 = valid_at_slab0(c0_validity, row_0);
      let v0_0 = vec2<u32>(slab0[c0_values + (row_0 * c0_step) * 2u], slab0[c0_values + (row_0 * c0_step) * 2u + 1u]);
      let n0_1 = valid_at_slab0(c0_validity, row_1);
      let v0_1 = vec2<u32>(slab0[c0_values + (row_1 * c0_step) * 2u], slab0[c0_values + (row_1 * c0_step) * 2u + 1u]);
      let n0_2 = valid_at_slab0(c0_validity, row_2);
      let v0_2 = vec2<u32>(slab0[c0_values + (row_2 * c0_step) * 2u], slab0[c0_values + (row_2 * c0_step) * 2u + 1u]);
      let n0_3 = valid_at_slab0(c0_validity, row_3);
      let v0_3 = vec2<u32>(slab0[c0_values + (row_3 * c0_step) * 2u], slab0[c0_values + (row_3 * c0_step) * 2u + 1u]);
      loop {
      let n0 = n0_0;
      let v0 = v0_0;
      let x1 = add_128(widen_64_128(v0), widen_64_128(v0));
      failed = failed | select(0u, 1u, n0 & (less_128(x1, vec4<u32>(0x0u, 0x80000000u, 0xffffffffu, 0xffffffffu)) | less_128(vec4<u32>(0xffffffffu, 0x7fffffffu, 0x0u, 0x0u), x1)));
      let v1 = x1.xy;
      counted = counted + 1u;
      let k0 = ~(v1 ^ vec2<u32>(0u, 0x80000000u));
      if (n0) { s0 = select(s0, k0, below_64(s0, k0)); h0 = true; }
      if (n0) { s1 = add_96(s1, v0); }
      break;
      }
      loop {
      if (row_0 + 256u >= rows) { break; }
      let n0 = n0_1;
      let v0 = v0_1;
      let x1 = add_128(widen_64_128(v0), widen_64_128(v0));
      failed = failed | select(0u, 1u, n0 & (less_128(x1, vec4<u32>(0x0u, 0x80000000u, 0xffffffffu, 0xffffffffu)) | less_128(vec4<u32>(0xffffffffu, 0x7fffffffu, 0x0u, 0x0u), x1)));
      let v1 = x1.xy;
      counted = counted + 1u;
      let k0 = ~(v1 ^ vec2<u32>(0u, 0x80000000u));
      if (n0) { s0 = select(s0, k0, below_64(s0, k0)); h0 = true; }
      if (n0) { s1 = add_96(s1, v0); }
      break;
      }
      loop {
      if (row_0 + 512u >= rows) { break; }
      let n0 = n0_2;
      let v0 = v0_2;
      let x1 = add_128(widen_64_128(v0), widen_64_128(v0));
      failed = failed | select(0u, 1u, n0 & (less_128(x1, vec4<u32>(0x0u, 0x80000000u, 0xffffffffu, 0xffffffffu)) | less_128(vec4<u32>(0xffffffffu, 0x7fffffffu, 0x0u, 0x0u), x1)));
      let v1 = x1.xy;
      counted = counted + 1u;
      let k0 = ~(v1 ^ vec2<u32>(0u, 0x80000000u));
      if (n0) { s0 = select(s0, k0, below_64(s0, k0)); h0 = true; }
      if (n0) { s1 = add_96(s1, v0); }
      break;
      }
      loop {
      if (row_0 + 768u >= rows) { break; }
      let n0 = n0_3;
      let v0 = v0_3;
      let x1 = add_128(widen_64_128(v0), widen_64_128(v0));
      failed = failed | select(0u, 1u, n0 & (less_128(x1, vec4<u32>(0x0u, 0x80000000u, 0xffffffffu, 0xffffffffu)) | less_128(vec4<u32>(0xffffffffu, 0x7fffffffu, 0x0u, 0x0u), x1)));
      let v1 = x1.xy;
      counted = counted + 1u;
      let k0 = ~(v1 ^ vec2<u32>(0u, 0x80000000u));
      if (n0) { s0 = select(s0, k0, below_64(s0, k0)); h0 = true; }
      if (n0) { s1 = add_96(s1, v0); }
      break;
      }
    }
  }
  if (failed != 0u) { atomicOr(&state[0u], failed); }
  atomicAdd(&table[0u], counted);
  if (h0) { atomicOr(&table[3u], 1u); }
  table_add_3(4u, s1.x, s1.y, s1.z);
  if (h0) { atomicMax(&table[2u], s0.y); }
  workgroupBarrier();
  h0 = h0 & (s0.y == atomicLoad(&table[2u]));
  if (h0) { atomicMax(&table[1u], s0.x); }
  workgroupBarrier();
  h0 = h0 & (s0.x == atomicLoad(&table[1u]));
  workgroupBarrier();
  if (local == 0u) {
    state_add_2(4u + 0u, atomicLoad(&table[0u + 0u]), 0u);
    state_add_4(4u + 2u, atomicLoad(&table[0u + 4u]), atomicLoad(&table[0u + 5u]), atomicLoad(&table[0u + 6u]), bitcast<u32>(bitcast<i32>(atomicLoad(&table[0u + 6u])) >> 31u));
    let p0 = 10u + workgroup.x * 3u;
    let m0 = vec2<u32>(atomicLoad(&table[1u + 0u]), atomicLoad(&table[1u + 1u]));
    let o0 = vec2<u32>(atomicLoad(&state[p0 + 0u]), atomicLoad(&state[p0 + 1u]));
    if ((atomicLoad(&table[3u]) != 0u) & ((atomicLoad(&state[p0 + 2u]) == 0u) | below_64(o0, m0))) {
      atomicStore(&state[p0 + 0u], m0.x);
      atomicStore(&state[p0 + 1u], m0.y);
      atomicStore(&state[p0 + 2u], 1u);
    }
  }
}
