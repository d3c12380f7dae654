// The linear kernels of the widest target with vectors of half its width: all its registers and instructions,
// but half the working set of a pack. Where 512-bit instructions run as two halves this is the faster way.
#define MHO_WIDTH half
#define MHO_MOST_LANES 8
#define HWY_DISABLED_TARGETS (HWY_AVX2 | HWY_SSE4 | HWY_SSSE3)

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/linear_half.cpp"
#include <hwy/foreach_target.h>

#include "kernels/linear-inl.hpp"

#if HWY_ONCE
namespace mho {

const linear_kernels* find_half_linear_kernels(std::int64_t target) noexcept {
#if HWY_TARGETS & HWY_AVX3
  if (target == HWY_AVX3) return N_AVX3::half::linear_table();
#endif
  (void)target;
  return nullptr;
}

}  // namespace mho
#endif
