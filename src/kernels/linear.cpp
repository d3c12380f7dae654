#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/linear.cpp"
#include <hwy/foreach_target.h>

#include "kernels/linear-inl.hpp"

#if HWY_ONCE
#include "kernels/each_target.hpp"
#include "kernels/targets.hpp"

namespace mho {

const linear_kernels* find_linear_kernels(std::int64_t target) noexcept {
  if ((target & half_vectors) != 0) return find_half_linear_kernels(target - half_vectors);
  switch (target) { MHO_EACH_TARGET(full::linear_table) }
  return nullptr;
}

}  // namespace mho
#endif
