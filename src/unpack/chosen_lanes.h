// Included after Highway, once for each instruction set: hence the guard that follows Highway's.
#if defined(TRUENO_UNPACK_CHOSEN_LANES) == defined(HWY_TARGET_TOGGLE)
#ifdef TRUENO_UNPACK_CHOSEN_LANES
#undef TRUENO_UNPACK_CHOSEN_LANES
#else
#define TRUENO_UNPACK_CHOSEN_LANES
#endif

#include <cstdint>

#include "hwy/highway.h"

HWY_BEFORE_NAMESPACE();
namespace trueno::unpack::HWY_NAMESPACE {

#if HWY_TARGET != HWY_SCALAR
/// The lanes, of 32 or 64 bits, whose bytes in mask[0, lanes) are not 0.
template <class D>
HWY_INLINE hwy::HWY_NAMESPACE::Mask<D> chosen_lanes(D d, const std::uint8_t* mask) {
  namespace hn = hwy::HWY_NAMESPACE;
  const hn::Rebind<std::uint8_t, D> bytes;
  const auto chosen = hn::LoadU(bytes, mask);
#if HWY_TARGET <= HWY_AVX3
  // Masks are bits of a register of their own there, whatever the width of the lanes: the way through memory compiles to nothing.
  std::uint64_t bits = 0;
  hn::StoreMaskBits(bytes, hn::Ne(chosen, hn::Zero(bytes)), reinterpret_cast<std::uint8_t*>(&bits));
  return hn::LoadMaskBits(d, reinterpret_cast<const std::uint8_t*>(&bits));
#else
  const hn::RebindToUnsigned<D> lanes;
  if constexpr (sizeof(hn::TFromD<D>) == 8) {
    const auto wide = hn::PromoteTo(lanes, hn::PromoteTo(hn::Rebind<std::uint32_t, D>(), chosen));
    return hn::RebindMask(d, hn::Ne(wide, hn::Zero(lanes)));
  } else {
    return hn::RebindMask(d, hn::Ne(hn::PromoteTo(lanes, chosen), hn::Zero(lanes)));
  }
#endif
}
#endif

}  // namespace trueno::unpack::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif
