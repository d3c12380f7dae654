// Zero forcing through the Gram matrix: x = G^-1 z, nvar_k = N0 [G^-1]_kk.
#include "detect/builtin.hpp"
#include "detect/linear.hpp"
#include "detect/linear_fp32.hpp"

namespace mho {
namespace {

struct zf {
  static constexpr bool more_tx_than_rx = false;

  template <class T>
  static status digest(const std::complex<T>* g, T n0, std::size_t tx, std::complex<T>* factor,
                       T* inverse_diagonal, T* gain, T* variance, std::complex<T>* column) noexcept {
    std::copy_n(g, tx * tx, factor);
    if (!plain::cholesky(factor, tx, singular_threshold<T>(tx), inverse_diagonal)) return status::singular;
    for (std::size_t k = 0; k < tx; ++k) {
      // [G^-1]_kk = |L^-1 e_k|^2, a sum of squares: nothing cancels.
      std::fill_n(column, tx, std::complex<T>{});
      column[k] = 1;
      plain::solve_lower(factor, inverse_diagonal, tx, column);
      T inverse = 0;
      for (std::size_t i = k; i < tx; ++i) inverse += std::norm(column[i]);
      gain[k] = 1;
      variance[k] = n0 * inverse;
    }
    return status::ok;
  }

  template <class T>
  static void solve(const std::complex<T>* factor, const T* inverse_diagonal, std::size_t tx,
                    std::complex<T>* z) noexcept {
    plain::solve_lower(factor, inverse_diagonal, tx, z);
    plain::solve_upper(factor, inverse_diagonal, tx, z);
  }
};

}  // namespace

detector_kind zf_kind() { return linear_fp32_kind(linear_rule::zf, "zf", "zero forcing, FP32"); }

detector_kind zf_double_kind() {
  return plain_kind<linear_detector<double, zf>>("zf-double",
                                                 "zero forcing in double precision, the reference");
}

}  // namespace mho
