/// \file
/// Armadillo's matrices and cubes as views, without copies. Optional: include it where Armadillo is used; mho
/// itself neither includes it nor needs Armadillo. Scalars are std::complex<float> (matrices, vectors,
/// estimates) or float (variances, noise). A view is valid as long as the memory of what it was made of,
/// which what changes its size ends.
#pragma once

#include <armadillo>
#include <cstddef>

#include <mho/view.hpp>

namespace mho::armadillo {

/// A matrix as one problem: [1, rows, columns]. H (rx x tx), a Gram matrix or a covariance.
template <class T>
view problem(const ::arma::Mat<T>& m) noexcept {
  return column_major(m.memptr(), 1, m.n_rows, m.n_cols);
}

/// Slices as problems: [slices, rows, columns].
template <class T>
view problems(const ::arma::Cube<T>& c) noexcept {
  return column_major(c.memptr(), c.n_slices, c.n_rows, c.n_cols);
}

/// Columns as the vectors (uses) of one problem: [1, columns, rows]. y, an estimate or its variance.
template <class T>
view uses(const ::arma::Mat<T>& m) noexcept {
  return row_major(m.memptr(), 1, m.n_cols, m.n_rows);
}

/// Columns as the vectors of as many problems: [columns, 1, rows].
template <class T>
view vectors(const ::arma::Mat<T>& m) noexcept {
  return row_major(m.memptr(), m.n_cols, 1, m.n_rows);
}

/// Slices as problems, their columns as vectors (uses): [slices, columns, rows].
template <class T>
view vectors(const ::arma::Cube<T>& c) noexcept {
  return row_major(c.memptr(), c.n_slices, c.n_cols, c.n_rows);
}

// A temporary's memory is gone when the view is used.
template <class T>
view problem(::arma::Mat<T>&&) = delete;
template <class T>
view problems(::arma::Cube<T>&&) = delete;
template <class T>
view uses(::arma::Mat<T>&&) = delete;
template <class T>
view vectors(::arma::Mat<T>&&) = delete;
template <class T>
view vectors(::arma::Cube<T>&&) = delete;

}  // namespace mho::armadillo
