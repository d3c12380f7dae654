#include "reference.hpp"

#include <algorithm>
#include <cmath>

namespace bench {
namespace {

using complex = std::complex<double>;
using matrix = std::vector<complex>;

// std::complex's own product checks for infinities.
complex product(complex a, complex b) {
  return {a.real() * b.real() - a.imag() * b.imag(), a.real() * b.imag() + a.imag() * b.real()};
}

/// Inverse of a Hermitian positive definite matrix: L, then L^-1, then L^-H L^-1.
matrix inverse_of(const matrix& a, std::size_t n) {
  matrix l(n * n), m(n * n), inverse(n * n);
  for (std::size_t j = 0; j < n; ++j) {
    double pivot = a[j * n + j].real();
    for (std::size_t k = 0; k < j; ++k) pivot -= std::norm(l[j * n + k]);
    l[j * n + j] = std::sqrt(pivot);
    for (std::size_t i = j + 1; i < n; ++i) {
      complex sum = a[i * n + j];
      for (std::size_t k = 0; k < j; ++k) sum -= product(l[i * n + k], std::conj(l[j * n + k]));
      l[i * n + j] = sum / l[j * n + j].real();
    }
  }
  for (std::size_t c = 0; c < n; ++c)
    for (std::size_t i = c; i < n; ++i) {
      complex sum = i == c ? 1.0 : 0.0;
      for (std::size_t k = c; k < i; ++k) sum -= product(l[i * n + k], m[k * n + c]);
      m[i * n + c] = sum / l[i * n + i].real();
    }
  for (std::size_t i = 0; i < n; ++i)
    for (std::size_t j = 0; j < n; ++j)
      for (std::size_t k = std::max(i, j); k < n; ++k)
        inverse[i * n + j] += product(std::conj(m[k * n + i]), m[k * n + j]);
  return inverse;
}

double norm_1(const matrix& a, std::size_t n) {
  double largest = 0;
  for (std::size_t j = 0; j < n; ++j) {
    double sum = 0;
    for (std::size_t i = 0; i < n; ++i) sum += std::abs(a[i * n + j]);
    largest = std::max(largest, sum);
  }
  return largest;
}

}  // namespace

reference solve_reference(kind k, const cf32* h, std::size_t rx, std::size_t tx, double n0) {
  reference out;
  out.gram.resize(tx * tx);
  out.weights.resize(tx * rx);
  out.variance.resize(tx);
  for (std::size_t r = 0; r < rx; ++r)
    for (std::size_t i = 0; i < tx; ++i)
      for (std::size_t j = 0; j < tx; ++j)
        out.gram[i * tx + j] += product(std::conj(complex(h[r * tx + i])), complex(h[r * tx + j]));
  if (k == kind::mrc) {
    out.condition = std::max(1.0, static_cast<double>(rx) / 32);
    for (std::size_t i = 0; i < tx; ++i) {
      const double energy = out.gram[i * tx + i].real();
      double interference = 0;
      for (std::size_t j = 0; j < tx; ++j)
        if (j != i) interference += std::norm(out.gram[i * tx + j]);
      out.variance[i] = (n0 + interference / energy) / energy;
      for (std::size_t r = 0; r < rx; ++r)
        out.weights[i * rx + r] = std::conj(complex(h[r * tx + i])) / energy;
    }
    return out;
  }
  matrix a = out.gram;
  if (k == kind::mmse)
    for (std::size_t i = 0; i < tx; ++i) a[i * tx + i] += n0;
  const matrix inverse = inverse_of(a, tx);
  out.condition = norm_1(a, tx) * norm_1(inverse, tx);
  for (std::size_t i = 0; i < tx; ++i) {
    const double e = n0 * inverse[i * tx + i].real(), useful = k == kind::mmse ? 1 - e : 1;
    out.variance[i] = e / useful;
    for (std::size_t r = 0; r < rx; ++r) {
      complex sum = 0;
      for (std::size_t j = 0; j < tx; ++j)
        sum += product(inverse[i * tx + j], std::conj(complex(h[r * tx + j])));
      out.weights[i * rx + r] = sum / useful;
    }
  }
  return out;
}

}  // namespace bench
