// Linear minimum mean square error, made unbiased. A = G + N0 I, biased estimate A^-1 z = g x + noise with
// g_k = [A^-1 G]_kk = 1 - e_k and e_k = N0 [A^-1]_kk = 1 / (1 + SINR_k); x = (A^-1 z)_k / g_k, nvar_k = e_k /
// g_k.
#include "detect/builtin.hpp"
#include "detect/linear.hpp"
#include "detect/linear_fp32.hpp"

namespace mho {
namespace {

struct mmse {
  static constexpr bool more_tx_than_rx = true;

  template <class T>
  static status digest(const std::complex<T>* g, T n0, std::size_t tx, std::complex<T>* factor,
                       T* inverse_diagonal, T* gain, T* variance, std::complex<T>* column) noexcept {
    std::copy_n(g, tx * tx, factor);
    for (std::size_t k = 0; k < tx; ++k) factor[k * tx + k] += n0;
    if (!plain::cholesky(factor, tx, singular_threshold<T>(tx), inverse_diagonal)) return status::singular;
    for (std::size_t k = 0; k < tx; ++k) {
      std::fill_n(column, tx, std::complex<T>{});
      column[k] = 1;
      plain::solve_lower(factor, inverse_diagonal, tx, column);
      T inverse = 0;
      for (std::size_t i = k; i < tx; ++i) inverse += std::norm(column[i]);
      const T e = n0 * inverse;
      // Where e < 1/2 the subtraction 1 - e loses nothing. Below 0 dB it would lose everything; there A is
      // nearly diagonal and [A^-1 G]_kk is dominated by its k-th term. What is left of a stream that drowns
      // in others may round below 0: it is 0, which makes the variance infinite.
      T useful = 1 - e;
      if (!(e < T(0.5))) {
        plain::solve_upper(factor, inverse_diagonal, tx, column);  // column k of A^-1
        useful = 0;
        for (std::size_t j = 0; j < tx; ++j) {
          const std::complex<T> entry = j >= k ? g[j * tx + k] : std::conj(g[k * tx + j]);
          useful += plain::conjugate_product(column[j], entry).real();
        }
        useful = std::max(useful, T(0));
      }
      gain[k] = 1 / useful;
      variance[k] = e / useful;
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

detector_kind mmse_kind() {
  return linear_fp32_kind(linear_rule::mmse, "mmse", "linear minimum mean square error, unbiased, FP32");
}

detector_kind mmse_double_kind() {
  return plain_kind<linear_detector<double, mmse>>("mmse-double",
                                                   "linear MMSE in double precision, the reference");
}

}  // namespace mho
