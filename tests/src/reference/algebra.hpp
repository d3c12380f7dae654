/// \file
/// Linear algebra in double precision, the reference of the tests: Eigen's, compiled once. A test that calls
/// a decomposition or a product of matrices here does not instantiate it again.
#pragma once

#include <Eigen/Core>
#include <complex>

namespace mho::test {

template <class Number>
using dense = Eigen::Matrix<Number, Eigen::Dynamic, Eigen::Dynamic>;

/// For double and complex<double>; the functions below take any expression.
template <class Number>
struct algebra {
  using matrix = dense<Number>;
  static matrix product(const matrix& a, const matrix& b);
  static matrix inverse(const matrix& a);
  static matrix solution(const matrix& a, const matrix& b);
  static matrix least_squares(const matrix& a, const matrix& b);
  static matrix pseudo_inverse(const matrix& a);
  static matrix cholesky(const matrix& a);
  static matrix forward_solution(const matrix& lower, const matrix& b);
  static matrix orthogonal_factor(const matrix& a);
  static matrix exponential(const matrix& a);
  static Eigen::VectorXd singular_values(const matrix& a);
  static Eigen::VectorXcd eigenvalues(const matrix& a);
  static Eigen::MatrixXcd eigenvectors(const matrix& a);
  static Eigen::VectorXd hermitian_eigenvalues(const matrix& a);
};

/// What a product with, or a solution for, B is: a vector for a vector.
template <class B>
using like =
    Eigen::Matrix<typename B::Scalar, Eigen::Dynamic, B::ColsAtCompileTime == 1 ? 1 : Eigen::Dynamic>;

template <class A, class B>
like<B> product(const Eigen::MatrixBase<A>& a, const Eigen::MatrixBase<B>& b) {
  return algebra<typename B::Scalar>::product(a, b);
}
template <class A, class B, class C>
like<C> product(const Eigen::MatrixBase<A>& a, const Eigen::MatrixBase<B>& b, const Eigen::MatrixBase<C>& c) {
  return product(a, product(b, c));
}
/// A^-1, by LU with complete pivoting.
template <class A>
dense<typename A::Scalar> inverse(const Eigen::MatrixBase<A>& a) {
  return algebra<typename A::Scalar>::inverse(a);
}
/// A^-1 B, by LU with complete pivoting.
template <class A, class B>
like<B> solution(const Eigen::MatrixBase<A>& a, const Eigen::MatrixBase<B>& b) {
  return algebra<typename A::Scalar>::solution(a, b);
}
/// argmin |A X - B|, by QR with column pivoting.
template <class A, class B>
like<B> least_squares(const Eigen::MatrixBase<A>& a, const Eigen::MatrixBase<B>& b) {
  return algebra<typename A::Scalar>::least_squares(a, b);
}
template <class A>
dense<typename A::Scalar> pseudo_inverse(const Eigen::MatrixBase<A>& a) {
  return algebra<typename A::Scalar>::pseudo_inverse(a);
}
/// L of A = L L^H.
template <class A>
dense<typename A::Scalar> cholesky(const Eigen::MatrixBase<A>& a) {
  return algebra<typename A::Scalar>::cholesky(a);
}
/// L^-1 B by substitution.
template <class A, class B>
like<B> forward_solution(const Eigen::MatrixBase<A>& lower, const Eigen::MatrixBase<B>& b) {
  return algebra<typename A::Scalar>::forward_solution(lower, b);
}
/// Q of A = Q R.
template <class A>
dense<typename A::Scalar> orthogonal_factor(const Eigen::MatrixBase<A>& a) {
  return algebra<typename A::Scalar>::orthogonal_factor(a);
}
template <class A>
dense<typename A::Scalar> exponential(const Eigen::MatrixBase<A>& a) {
  return algebra<typename A::Scalar>::exponential(a);
}
/// The largest first.
template <class A>
Eigen::VectorXd singular_values(const Eigen::MatrixBase<A>& a) {
  return algebra<typename A::Scalar>::singular_values(a);
}
/// The ratio of the largest singular value to the least.
template <class A>
double condition(const Eigen::MatrixBase<A>& a) {
  const Eigen::VectorXd s = singular_values(a);
  return s(0) / s(s.size() - 1);
}
template <class A>
Eigen::VectorXcd eigenvalues(const Eigen::MatrixBase<A>& a) {
  return algebra<typename A::Scalar>::eigenvalues(a);
}
/// The columns of V in A = V diag V^-1.
template <class A>
Eigen::MatrixXcd eigenvectors(const Eigen::MatrixBase<A>& a) {
  return algebra<typename A::Scalar>::eigenvectors(a);
}
template <class A>
double spectral_radius(const Eigen::MatrixBase<A>& a) {
  return eigenvalues(a).cwiseAbs().maxCoeff();
}
template <class A>
double least_real_eigenvalue(const Eigen::MatrixBase<A>& a) {
  return eigenvalues(a).real().minCoeff();
}
/// The least first; of a Hermitian matrix.
template <class A>
Eigen::VectorXd hermitian_eigenvalues(const Eigen::MatrixBase<A>& a) {
  return algebra<typename A::Scalar>::hermitian_eigenvalues(a);
}
/// The ratio of the largest eigenvalue to the least; of a Hermitian matrix.
template <class A>
double hermitian_condition(const Eigen::MatrixBase<A>& a) {
  const Eigen::VectorXd e = hermitian_eigenvalues(a);
  return e(e.size() - 1) / e(0);
}

}  // namespace mho::test
