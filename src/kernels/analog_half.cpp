// The analogue kernels of the widest target with vectors of half its width (see linear_half.cpp).
#define MHO_WIDTH half
#define MHO_MOST_LANES 8
#define HWY_DISABLED_TARGETS (HWY_AVX2 | HWY_SSE4 | HWY_SSSE3)

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/analog_half.cpp"
#include <hwy/foreach_target.h>

#include "kernels/analog-inl.hpp"

#if HWY_ONCE
namespace mho {

const analog_kernels* find_half_analog_kernels(std::int64_t target) noexcept {
#if HWY_TARGETS & HWY_AVX3
  if (target == HWY_AVX3) return N_AVX3::half::analog_table();
#endif
  (void)target;
  return nullptr;
}

}  // namespace mho
#endif
