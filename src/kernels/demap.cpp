#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/demap.cpp"
#include <hwy/foreach_target.h>

#include "kernels/demap-inl.hpp"

#if HWY_ONCE
#include "kernels/each_target.hpp"
#include "kernels/targets.hpp"

namespace mho {

const demap_kernels* find_demap_kernels(std::int64_t target) noexcept {
  if ((target & half_vectors) != 0) return find_half_demap_kernels(target - half_vectors);
  switch (target) { MHO_EACH_TARGET(full::demap_table) }
  return nullptr;
}

}  // namespace mho
#endif
