// Maximum-ratio combining: x_k = z_k / G_kk. The other streams are interference, counted as noise:
// nvar_k = (N0 + sum_{j != k} |G_kj|^2 / G_kk) / G_kk for unit-energy symbols.
#include "detect/builtin.hpp"
#include "detect/linear.hpp"
#include "detect/linear_fp32.hpp"

namespace mho {
namespace {

struct mrc {
  static constexpr bool more_tx_than_rx = true;

  template <class T>
  static status digest(const std::complex<T>* g, T n0, std::size_t tx, std::complex<T>*, T*, T* gain,
                       T* variance, std::complex<T>*) noexcept {
    for (std::size_t k = 0; k < tx; ++k) {
      const T energy = g[k * tx + k].real();
      T interference = 0;
      for (std::size_t j = 0; j < tx; ++j)
        if (j != k) {
          // Divided before it is squared: |G_kj|^2 may leave the range of T, |G_kj|^2 / G_kk does not.
          const std::complex<T> x = j < k ? g[k * tx + j] : g[j * tx + k];
          interference += x.real() / energy * x.real() + x.imag() / energy * x.imag();
        }
      gain[k] = 1 / energy;
      variance[k] = (n0 + interference) / energy;
    }
    return status::ok;
  }

  template <class T>
  static void solve(const std::complex<T>*, const T*, std::size_t, std::complex<T>*) noexcept {}
};

}  // namespace

detector_kind mrc_kind() {
  return linear_fp32_kind(linear_rule::mrc, "mrc",
                          "maximum-ratio combining, FP32: one matched filter a stream");
}

detector_kind mrc_double_kind() {
  return plain_kind<linear_detector<double, mrc>>(
      "mrc-double", "maximum-ratio combining in double precision, the reference");
}

}  // namespace mho
