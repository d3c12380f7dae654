/// \file
/// Eigen's matrices as views, and views as Eigen's maps, without copies. Optional: include it where Eigen is
/// used (version 3.3 or later); mho itself neither includes it nor needs Eigen. Scalars are
/// std::complex<float> (matrices, vectors, estimates) or float (variances, noise). A view is valid as long as
/// the memory of what it was made of.
#pragma once

#include <Eigen/Core>
#include <cstddef>

#include <mho/view.hpp>

namespace mho::eigen {

/// What views are made of: matrices, vectors, maps, references and blocks of either storage order, with any
/// strides. Products and other expressions have no memory to look at: evaluate them first.
template <class Derived>
constexpr bool has_memory = (static_cast<unsigned>(Eigen::internal::traits<Derived>::Flags) &
                             static_cast<unsigned>(Eigen::DirectAccessBit)) != 0;

/// Steps from one row to the next, in elements.
template <class Derived>
std::ptrdiff_t row_step(const Eigen::DenseBase<Derived>& m) noexcept {
  return Derived::IsRowMajor ? m.derived().outerStride() : m.derived().innerStride();
}
/// Steps from one column to the next, in elements.
template <class Derived>
std::ptrdiff_t column_step(const Eigen::DenseBase<Derived>& m) noexcept {
  return Derived::IsRowMajor ? m.derived().innerStride() : m.derived().outerStride();
}

/// A matrix as one problem: [1, rows, columns]. H (rx x tx), a Gram matrix or a covariance.
template <class Derived>
view problem(const Eigen::DenseBase<Derived>& m) noexcept {
  static_assert(has_memory<Derived>, "evaluate the expression first");
  return strided(m.derived().data(),
                 {1, static_cast<std::size_t>(m.rows()), static_cast<std::size_t>(m.cols())},
                 {0, row_step(m), column_step(m)});
}

/// Matrices of `columns` columns side by side, rows x (columns * problems): [problems, rows, columns].
/// Columns that are left over belong to none.
template <class Derived>
view problems(const Eigen::DenseBase<Derived>& m, std::size_t columns) noexcept {
  view v = problem(m);
  v.extent = {columns == 0 ? 0 : v.extent[2] / columns, v.extent[1], columns};
  v.stride[0] = static_cast<std::ptrdiff_t>(columns) * v.stride[2];
  return v;
}

/// Columns as the vectors (uses) of one problem: [1, columns, rows]. y, an estimate or its variance.
template <class Derived>
view uses(const Eigen::DenseBase<Derived>& m) noexcept {
  const view v = problem(m);
  return {v.data, nullptr, {1, v.extent[2], v.extent[1]}, {0, v.stride[2], v.stride[1]}, v.type, 1, 0};
}

/// Columns as vectors of problems with `uses` of them each, one problem after the other: [columns / uses,
/// uses, rows].
template <class Derived>
view vectors(const Eigen::DenseBase<Derived>& m, std::size_t uses = 1) noexcept {
  const view v = problems(m, uses);
  return {v.data, nullptr, {v.extent[0], uses, v.extent[1]}, {v.stride[0], v.stride[2], v.stride[1]}, v.type,
          1,      0};
}

// A temporary's memory is gone when the view is used.
template <class Derived>
view problem(Eigen::PlainObjectBase<Derived>&&) = delete;
template <class Derived>
view problems(Eigen::PlainObjectBase<Derived>&&, std::size_t) = delete;
template <class Derived>
view uses(Eigen::PlainObjectBase<Derived>&&) = delete;
template <class Derived>
view vectors(Eigen::PlainObjectBase<Derived>&&, std::size_t = 1) = delete;

/// What `map` returns.
template <class T>
using strided_map = Eigen::Map<Eigen::Matrix<T, Eigen::Dynamic, Eigen::Dynamic>, Eigen::Unaligned,
                               Eigen::Stride<Eigen::Dynamic, Eigen::Dynamic>>;

/// Problem i of a view, extent[1] x extent[2], as a matrix of Eigen. T: the C++ type of the view's elements.
/// Not for views of planes, nor for negative strides, which Eigen does not have (checked as
/// Eigen checks, by eigen_assert).
template <class T = std::complex<float>>
strided_map<T> map(const view& v, std::size_t i = 0) {
  eigen_assert(v.planes == nullptr && v.type == element_of<T>::value && i < v.extent[0]);
  return {&v.at<T>(i), static_cast<Eigen::Index>(v.extent[1]), static_cast<Eigen::Index>(v.extent[2]),
          Eigen::Stride<Eigen::Dynamic, Eigen::Dynamic>(v.stride[2], v.stride[1])};
}

}  // namespace mho::eigen
