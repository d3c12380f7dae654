/// \file
/// The digital side of analogue detection, in plain loops: the reference of the kernels in
/// analog_digest-inl.hpp.
#pragma once

#include <algorithm>
#include <cmath>
#include <span>

#include "detect/linear.hpp"

namespace mho {

/// Room for `digest_analog`: factor and inverse_diagonal of [tx, tx] and [tx], column [tx].
struct digest_scratch {
  std::span<std::complex<double>> factor, column;
  std::span<double> inverse_diagonal;
};

/// Gain and variance [tx] from the Hermitian matrix G [tx, tx], all of it. A = L L^H in double, A = G or G +
/// N0 I
/// (`loaded`); e_k = N0 [A^-1]_kk. Zero forcing: gain 1, nvar = e. MMSE: gain 1 / g, nvar = e / g with g =
/// [A^-1 G]_kk, which is 1 - e where that does not cancel. ok or singular.
inline status digest_analog(const std::complex<double>* gram, std::size_t tx, double n0, bool loaded,
                            const digest_scratch& s, double* gain, double* variance) noexcept {
  std::copy_n(gram, tx * tx, s.factor.begin());
  if (loaded)
    for (std::size_t k = 0; k < tx; ++k) s.factor[k * tx + k] += n0;
  // The Gram matrix came in FP32: what is singular to FP32 is singular.
  if (!plain::cholesky(s.factor.data(), tx, static_cast<double>(singular_threshold<float>(tx)),
                       s.inverse_diagonal.data()))
    return status::singular;
  for (std::size_t k = 0; k < tx; ++k) {
    std::fill_n(s.column.begin(), tx, std::complex<double>{});
    s.column[k] = 1;
    plain::solve_lower(s.factor.data(), s.inverse_diagonal.data(), tx, s.column.data());
    double inverse = 0;
    for (std::size_t i = 0; i < tx; ++i) inverse += std::norm(s.column[i]);
    const double e = n0 * inverse;
    double useful = loaded ? 1 - e : 1;
    if (loaded && !(e < 0.5)) {
      plain::solve_upper(s.factor.data(), s.inverse_diagonal.data(), tx,
                         s.column.data());  // column k of A^-1
      useful = 0;
      for (std::size_t j = 0; j < tx; ++j)
        useful += plain::conjugate_product(s.column[j], gram[j * tx + k]).real();
      useful = std::max(useful, 0.0);  // mmse.cpp
    }
    gain[k] = 1 / useful;
    variance[k] = e / useful;
  }
  return status::ok;
}

/// The error of a solution x [Re tx, Im tx] before unbiasing that is lost in the noise, or is less than a
/// hundredth of the symbols.
inline double analog_tolerance(std::size_t tx, const double* gain, const double* variance,
                               const double* x) noexcept {
  double square = 0;
  for (std::size_t k = 0; k < tx; ++k)
    square += variance[k] / (gain[k] * gain[k]) + 1e-4 * (x[k] * x[k] + x[tx + k] * x[tx + k]);
  return std::sqrt(square);
}

}  // namespace mho
