// The random numbers of the widest target with vectors of half its width.
#define MHO_WIDTH half
#define MHO_MOST_LANES 8
#define HWY_DISABLED_TARGETS (HWY_AVX2 | HWY_SSE4 | HWY_SSSE3)

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/normals_half.cpp"
#include <hwy/foreach_target.h>

#include "kernels/normals-inl.hpp"

#if HWY_ONCE
namespace mho {

const normal_kernels* find_half_normal_kernels(std::int64_t target) noexcept {
#if HWY_TARGETS & HWY_AVX3
  if (target == HWY_AVX3) return N_AVX3::half::normal_table();
#endif
  (void)target;
  return nullptr;
}

}  // namespace mho
#endif
