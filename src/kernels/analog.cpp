#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/analog.cpp"
#include <hwy/foreach_target.h>

#include "kernels/analog-inl.hpp"

#if HWY_ONCE
#include "kernels/each_target.hpp"
#include "kernels/targets.hpp"

namespace mho {

const analog_kernels* find_analog_kernels(std::int64_t target) noexcept {
  if ((target & half_vectors) != 0) return find_half_analog_kernels(target - half_vectors);
  switch (target) { MHO_EACH_TARGET(full::analog_table) }
  return nullptr;
}

}  // namespace mho
#endif
