// The table of demapping kernels of a target.
#if defined(MHO_KERNELS_DEMAP_INL) == defined(HWY_TARGET_TOGGLE)
#ifdef MHO_KERNELS_DEMAP_INL
#undef MHO_KERNELS_DEMAP_INL
#else
#define MHO_KERNELS_DEMAP_INL
#endif

#include "kernels/demap.hpp"
#include "kernels/slice-inl.hpp"
#include "kernels/soft-inl.hpp"

HWY_BEFORE_NAMESPACE();
namespace mho {
namespace HWY_NAMESPACE {
namespace MHO_WIDTH {

#if HWY_TARGET != HWY_SCALAR || MHO_MOST_LANES == 16  // there is no half of one lane
constexpr bool alternates = true;                     // the bits of a symbol go to the axes in turn

inline void max_log(const qam_axis& axis, const std::complex<float>* x, const float* variance, std::size_t n,
                    float* llr) {
  using batch = void (*)(const qam_axis&, const float*, const float*, std::size_t, float*);
  static constexpr batch in_turn[] = {soft_batch<1, alternates>, soft_batch<2, alternates>,
                                      soft_batch<3, alternates>, soft_batch<4, alternates>,
                                      soft_batch<5, alternates>, soft_batch<6, alternates>};
  static constexpr batch in_halves[] = {soft_batch<1, !alternates>, soft_batch<2, !alternates>,
                                        soft_batch<3, !alternates>, soft_batch<4, !alternates>,
                                        soft_batch<5, !alternates>, soft_batch<6, !alternates>};
  const auto& way = axis.labels == mapping::three_gpp ? in_turn : in_halves;
  way[axis.bits - 1](axis, reinterpret_cast<const float*>(x), variance, n, llr);
}

inline void slice(const qam_axis& axis, const std::complex<float>* x, std::size_t n, std::uint8_t* bits) {
  using batch = void (*)(const qam_axis&, const float*, std::size_t, std::uint8_t*);
  static constexpr batch in_turn[] = {slice_batch<1, alternates>, slice_batch<2, alternates>,
                                      slice_batch<3, alternates>, slice_batch<4, alternates>,
                                      slice_batch<5, alternates>, slice_batch<6, alternates>};
  static constexpr batch in_halves[] = {slice_batch<1, !alternates>, slice_batch<2, !alternates>,
                                        slice_batch<3, !alternates>, slice_batch<4, !alternates>,
                                        slice_batch<5, !alternates>, slice_batch<6, !alternates>};
  const auto& way = axis.labels == mapping::three_gpp ? in_turn : in_halves;
  way[axis.bits - 1](axis, reinterpret_cast<const float*>(x), n, bits);
}

inline const demap_kernels* demap_table() {
  static constexpr demap_kernels table{.max_log = max_log, .slice = slice};
  return &table;
}
#endif

}  // namespace MHO_WIDTH
}  // namespace HWY_NAMESPACE
}  // namespace mho
HWY_AFTER_NAMESPACE();

#endif
