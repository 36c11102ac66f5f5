// Included before Highway in every source that is compiled for several instruction sets: which ones, and the types the routines share.
// (No include guard is needed: everything here has its own.)
#ifndef HWY_DISABLED_TARGETS
#define HWY_DISABLED_TARGETS HWY_SSSE3  // SSE4 is there wherever SSSE3 is, but for machines of 2006
#endif
#include "backend/simd/routines.h"

#ifndef TRUENO_SIMD_FAMILIES
#define TRUENO_SIMD_FAMILIES
namespace trueno::backend::simd {

// Each source fills its part of the table for the instruction set in force.
void fill_arithmetic_routines(Routines& r);
void fill_compare_routines(Routines& r);
void fill_convert_routines(Routines& r);
void fill_hash_routines(Routines& r);
void fill_logic_routines(Routines& r);
void fill_reduce_routines(Routines& r);

}  // namespace trueno::backend::simd
#endif
