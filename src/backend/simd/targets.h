// Included before Highway in every source that is compiled for several instruction sets: which ones, and the types the routines share.
// (No include guard is needed: everything here has its own.)
#ifndef HWY_DISABLED_TARGETS
#define HWY_DISABLED_TARGETS HWY_SSSE3  // SSE4 is there wherever SSSE3 is, but for machines of 2006
#endif
#include "backend/simd/routines.h"
