// The table of analogue kernels of a target.
#if defined(MHO_KERNELS_ANALOG_INL) == defined(HWY_TARGET_TOGGLE)
#ifdef MHO_KERNELS_ANALOG_INL
#undef MHO_KERNELS_ANALOG_INL
#else
#define MHO_KERNELS_ANALOG_INL
#endif

#include "kernels/analog_digest-inl.hpp"
#include "kernels/analog_program-inl.hpp"

HWY_BEFORE_NAMESPACE();
namespace mho {
namespace HWY_NAMESPACE {
namespace MHO_WIDTH {

inline const analog_kernels* analog_table() {
  static constexpr analog_kernels table{.lanes = doubles::lanes,
                                        .digest = doubles::digest,
                                        .expand = doubles::expand,
                                        .program = doubles::program,
                                        .start = doubles::start,
                                        .refine = doubles::refine};
  return &table;
}

}  // namespace MHO_WIDTH
}  // namespace HWY_NAMESPACE
}  // namespace mho
HWY_AFTER_NAMESPACE();

#endif
