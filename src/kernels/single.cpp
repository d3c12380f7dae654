// One problem at a time, with vectors of at most eight lanes: rows of a few streams would leave the lanes of
// wider ones empty.
#define MHO_WIDTH single
#define MHO_MOST_LANES 8

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/single.cpp"
#include <hwy/foreach_target.h>

#include "kernels/single-inl.hpp"

#if HWY_ONCE
#include "kernels/each_target.hpp"
#include "kernels/targets.hpp"

namespace mho {

const single_kernels* find_single_kernels(std::int64_t target) noexcept {
  switch (target & ~half_vectors) { MHO_EACH_TARGET(single::single_table) }
  return nullptr;
}

}  // namespace mho
#endif
