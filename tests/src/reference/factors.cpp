// Products, and what LU, Cholesky and QR give.
#include <Eigen/Dense>

#include "src/reference/algebra.hpp"

namespace mho::test {

template <class Number>
dense<Number> algebra<Number>::product(const matrix& a, const matrix& b) {
  return a * b;
}
template <class Number>
dense<Number> algebra<Number>::inverse(const matrix& a) {
  return a.fullPivLu().inverse();
}
template <class Number>
dense<Number> algebra<Number>::solution(const matrix& a, const matrix& b) {
  return a.fullPivLu().solve(b);
}
template <class Number>
dense<Number> algebra<Number>::least_squares(const matrix& a, const matrix& b) {
  return a.colPivHouseholderQr().solve(b);
}
template <class Number>
dense<Number> algebra<Number>::pseudo_inverse(const matrix& a) {
  return a.completeOrthogonalDecomposition().pseudoInverse();
}
template <class Number>
dense<Number> algebra<Number>::cholesky(const matrix& a) {
  return a.llt().matrixL();
}
template <class Number>
dense<Number> algebra<Number>::forward_solution(const matrix& lower, const matrix& b) {
  return lower.template triangularView<Eigen::Lower>().solve(b);
}
template <class Number>
dense<Number> algebra<Number>::orthogonal_factor(const matrix& a) {
  return a.householderQr().householderQ();
}

#define MHO_FACTORS(Number)                                                               \
  template dense<Number> algebra<Number>::product(const matrix&, const matrix&);          \
  template dense<Number> algebra<Number>::inverse(const matrix&);                         \
  template dense<Number> algebra<Number>::solution(const matrix&, const matrix&);         \
  template dense<Number> algebra<Number>::least_squares(const matrix&, const matrix&);    \
  template dense<Number> algebra<Number>::pseudo_inverse(const matrix&);                  \
  template dense<Number> algebra<Number>::cholesky(const matrix&);                        \
  template dense<Number> algebra<Number>::forward_solution(const matrix&, const matrix&); \
  template dense<Number> algebra<Number>::orthogonal_factor(const matrix&)

MHO_FACTORS(double);
MHO_FACTORS(std::complex<double>);

}  // namespace mho::test
