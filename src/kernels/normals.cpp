#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/normals.cpp"
#include <hwy/foreach_target.h>

#include "kernels/normals-inl.hpp"

#if HWY_ONCE
#include "kernels/each_target.hpp"
#include "kernels/targets.hpp"

namespace mho {

const normal_kernels* find_normal_kernels(std::int64_t target) noexcept {
  if ((target & half_vectors) != 0) return find_half_normal_kernels(target - half_vectors);
  switch (target) { MHO_EACH_TARGET(full::normal_table) }
  return nullptr;
}

void box_muller(std::uint32_t first, std::uint32_t second, float scale, float (&pair)[2]) noexcept {
  N_SCALAR::full::box_muller(first, second, scale, pair);
}

}  // namespace mho
#endif
