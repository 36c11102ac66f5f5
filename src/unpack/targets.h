// Included before Highway: which instruction sets are compiled, the same as in backend/simd. (No include guard is needed.)
#ifndef HWY_DISABLED_TARGETS
#define HWY_DISABLED_TARGETS HWY_SSSE3  // SSE4 is there wherever SSSE3 is, but for machines of 2006
#endif
#include "unpack/unpack.h"
