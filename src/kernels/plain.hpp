/// \file
/// The linear algebra of linear detection in plain loops, for any real type: with double the references
/// beside the kernels and the -double detectors. Complex products are written out: std::complex's check for
/// NaN and infinity, which costs a library call each. Row-major matrices; of Hermitian ones only the lower
/// triangle is touched.
#pragma once

#include <cmath>
#include <complex>
#include <cstddef>

namespace mho::plain {

template <class T>
using complex = std::complex<T>;

/// a b
template <class T>
inline complex<T> product(complex<T> a, complex<T> b) noexcept {
  return {a.real() * b.real() - a.imag() * b.imag(), a.real() * b.imag() + a.imag() * b.real()};
}

/// conj(a) b
template <class T>
inline complex<T> conjugate_product(complex<T> a, complex<T> b) noexcept {
  return {a.real() * b.real() + a.imag() * b.imag(), a.real() * b.imag() - a.imag() * b.real()};
}

/// G = H^H H, lower triangle; H is rows x n.
template <class T>
void gram(const complex<T>* h, std::size_t rows, std::size_t n, complex<T>* g) noexcept {
  for (std::size_t i = 0; i < n; ++i)
    for (std::size_t j = 0; j <= i; ++j) g[i * n + j] = {};
  for (std::size_t r = 0; r < rows; ++r) {
    const complex<T>* row = h + r * n;
    for (std::size_t i = 0; i < n; ++i)
      for (std::size_t j = 0; j <= i; ++j) g[i * n + j] += conjugate_product(row[i], row[j]);
  }
  for (std::size_t i = 0; i < n; ++i) g[i * n + i] = {g[i * n + i].real(), T(0)};
}

/// z = H^H y; H is rows x n.
template <class T>
void matched_filter(const complex<T>* h, const complex<T>* y, std::size_t rows, std::size_t n,
                    complex<T>* z) noexcept {
  for (std::size_t i = 0; i < n; ++i) z[i] = {};
  for (std::size_t r = 0; r < rows; ++r)
    for (std::size_t i = 0; i < n; ++i) z[i] += conjugate_product(h[r * n + i], y[r]);
}

/// A = L L^H in place (lower triangle); inverse_diagonal[i] = 1 / L_ii. False if a pivot is not above
/// threshold * its diagonal entry: the matrix is singular to working precision.
template <class T>
bool cholesky(complex<T>* a, std::size_t n, T threshold, T* inverse_diagonal) noexcept {
  for (std::size_t i = 0; i < n; ++i) {
    const T diagonal = a[i * n + i].real();
    for (std::size_t j = 0; j < i; ++j) {
      complex<T> sum = a[i * n + j];
      for (std::size_t k = 0; k < j; ++k) sum -= conjugate_product(a[j * n + k], a[i * n + k]);
      a[i * n + j] = {sum.real() * inverse_diagonal[j], sum.imag() * inverse_diagonal[j]};
    }
    T pivot = diagonal;
    for (std::size_t k = 0; k < i; ++k) pivot -= std::norm(a[i * n + k]);
    if (!(pivot > threshold * diagonal)) return false;
    const T root = std::sqrt(pivot);
    a[i * n + i] = {root, T(0)};
    inverse_diagonal[i] = T(1) / root;
  }
  return true;
}

/// x <- L^-1 x
template <class T>
void solve_lower(const complex<T>* l, const T* inverse_diagonal, std::size_t n, complex<T>* x) noexcept {
  for (std::size_t i = 0; i < n; ++i) {
    complex<T> sum = x[i];
    for (std::size_t k = 0; k < i; ++k) sum -= product(l[i * n + k], x[k]);
    x[i] = {sum.real() * inverse_diagonal[i], sum.imag() * inverse_diagonal[i]};
  }
}

/// x <- L^-H x
template <class T>
void solve_upper(const complex<T>* l, const T* inverse_diagonal, std::size_t n, complex<T>* x) noexcept {
  for (std::size_t i = n; i-- > 0;) {
    complex<T> sum = x[i];
    for (std::size_t k = i + 1; k < n; ++k) sum -= conjugate_product(l[k * n + i], x[k]);
    x[i] = {sum.real() * inverse_diagonal[i], sum.imag() * inverse_diagonal[i]};
  }
}

/// x <- L^-T x (no conjugation): a row vector times L^-1 is this on its transpose.
template <class T>
void solve_transposed(const complex<T>* l, const T* inverse_diagonal, std::size_t n, complex<T>* x) noexcept {
  for (std::size_t i = n; i-- > 0;) {
    complex<T> sum = x[i];
    for (std::size_t k = i + 1; k < n; ++k) sum -= product(l[k * n + i], x[k]);
    x[i] = {sum.real() * inverse_diagonal[i], sum.imag() * inverse_diagonal[i]};
  }
}

}  // namespace mho::plain
