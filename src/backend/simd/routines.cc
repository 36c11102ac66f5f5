// The one list of instruction sets and routine families.
#include "backend/simd/routines.h"

#include <array>
#include <cstdlib>
#include <iterator>

#include "backend/simd/targets.h"
#include "base/threads.h"
#include "hwy/highway.h"
#include "unpack/unpack.h"

namespace trueno::backend::simd {

namespace {

struct InstructionSet {
  std::int64_t target;
  std::string_view name;   // TRUENO_SIMD
  std::string_view title;  // for people
};
constexpr InstructionSet kInstructionSets[] = {
    {HWY_AVX3, "avx512", "AVX-512"}, {HWY_AVX2, "avx2", "AVX2"},       {HWY_SSE4, "sse4", "SSE4"},
    {HWY_NEON, "neon", "NEON"},      {HWY_WASM, "wasm128", "SIMD128"}, {HWY_STATIC_TARGET, "portable", "portable"},
};

bool is_compiled(std::int64_t target) {
#if defined(HWY_COMPILE_ONLY_STATIC) || defined(__wasm__)
  return target == HWY_STATIC_TARGET;
#else
  return (HWY_TARGETS & target) != 0 && (hwy::SupportedTargets() & target) != 0;
#endif
}

void fill(Routines& routines) {
  fill_arithmetic_routines(routines);
  fill_compare_routines(routines);
  fill_convert_routines(routines);
  fill_hash_routines(routines);
  fill_logic_routines(routines);
  fill_reduce_routines(routines);
  const unpack::Routines packed = unpack::routines();
  routines.unpack32 = packed.unpack32;
  routines.less32 = packed.less32;
  routines.equal32 = packed.equal32;
  routines.unpack64 = packed.unpack64;
  routines.sum_packed = packed.sum32;
}

// Highway chooses by a process-wide target: it is set to the wanted one while the tables are read, under a lock.
void fill_for(std::int64_t target, Routines& routines) {
#if defined(HWY_COMPILE_ONLY_STATIC) || defined(__wasm__)
  static_cast<void>(target);
  fill(routines);
#else
  hwy::SetSupportedTargetsForTest(target);  // 64 bits: the portable set is one of the highest
  hwy::GetChosenTarget().Update(hwy::SupportedTargets());
  fill(routines);
  hwy::SetSupportedTargetsForTest(0);
  hwy::GetChosenTarget().Update(hwy::SupportedTargets());
#endif
}

}  // namespace

std::vector<std::string> instruction_sets() {
  std::vector<std::string> names;
  std::int64_t seen = 0;
  for (const InstructionSet& set : kInstructionSets) {
    if (!is_compiled(set.target) || (seen & set.target) != 0) continue;
    names.emplace_back(set.name);
    seen |= set.target;
  }
  return names;
}

const Routines* routines_for(std::string_view name) {
  struct Entry {
    bool filled = false;
    Routines routines;
  };
  static Mutex mutex;
  static std::array<Entry, std::size(kInstructionSets)> entries;
  const LockGuard lock(mutex);
  for (std::size_t i = 0; i < entries.size(); ++i) {
    const InstructionSet& set = kInstructionSets[i];
    if ((!name.empty() && name != set.name) || !is_compiled(set.target)) continue;
    if (!entries[i].filled) {
      entries[i].routines.name = set.title;
      fill_for(set.target, entries[i].routines);
      entries[i].filled = true;
    }
    return &entries[i].routines;
  }
  return nullptr;
}

}  // namespace trueno::backend::simd
