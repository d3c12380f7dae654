// The table of linear kernels of a target.
#if defined(MHO_KERNELS_LINEAR_INL) == defined(HWY_TARGET_TOGGLE)
#ifdef MHO_KERNELS_LINEAR_INL
#undef MHO_KERNELS_LINEAR_INL
#else
#define MHO_KERNELS_LINEAR_INL
#endif

#include "kernels/apply-inl.hpp"
#include "kernels/cholesky-inl.hpp"
#include "kernels/gram-inl.hpp"
#include "kernels/linear.hpp"
#include "kernels/outputs-inl.hpp"
#include "kernels/small-inl.hpp"
#include "kernels/small_gram-inl.hpp"
#include "kernels/weights-inl.hpp"

HWY_BEFORE_NAMESPACE();
namespace mho {
namespace HWY_NAMESPACE {
namespace MHO_WIDTH {

inline const linear_kernels* linear_table() {
  static constexpr linear_kernels table{.lanes = lanes,
                                        .tile = tile,
                                        .apply_scratch = 2 * apply_antennas * entry,
                                        .load = load_pack,
                                        .prefetch = prefetch_pack,
                                        .load_lower = load_lower,
                                        .store_complex = store_pack<2>,
                                        .store_real = store_pack<1>,
                                        .gram = gram,
                                        .matched_filter = matched_filter,
                                        .normal_equations = normal_equations,
                                        .check_gram = check_gram,
                                        .cholesky = cholesky,
                                        .solve_lower = solve_lower,
                                        .solve_upper = solve_upper,
                                        .inverse_diagonal = inverse_diagonal,
                                        .square = square,
                                        .weigh = weigh,
                                        .bounds_variance = bounds_variance,
                                        .finish_zf = finish_zf,
                                        .finish_mmse = finish_mmse,
                                        .finish_mrc = finish_mrc,
                                        .finish_estimate = finish_estimate,
                                        .finish_variance = finish_variance,
                                        .solve_small = solve_small,
                                        .apply_uses = apply_uses,
                                        .apply_problems = apply_problems};
  return &table;
}

}  // namespace MHO_WIDTH
}  // namespace HWY_NAMESPACE
}  // namespace mho
HWY_AFTER_NAMESPACE();

#endif
