// Singular values, eigenvalues, the matrix exponential.
#include <Eigen/Dense>
#include <unsupported/Eigen/MatrixFunctions>

#include "src/reference/algebra.hpp"

namespace mho::test {

template <class Number>
Eigen::VectorXd algebra<Number>::singular_values(const matrix& a) {
  return a.jacobiSvd().singularValues();
}
template <class Number>
Eigen::VectorXcd algebra<Number>::eigenvalues(const matrix& a) {
  return a.eigenvalues();
}
template <class Number>
Eigen::MatrixXcd algebra<Number>::eigenvectors(const matrix& a) {
  return Eigen::EigenSolver<matrix>(a).eigenvectors();
}
template <class Number>
Eigen::VectorXd algebra<Number>::hermitian_eigenvalues(const matrix& a) {
  return Eigen::SelfAdjointEigenSolver<matrix>(a, Eigen::EigenvaluesOnly).eigenvalues();
}
template <class Number>
dense<Number> algebra<Number>::exponential(const matrix& a) {
  return a.exp();
}

#define MHO_SPECTRA(Number)                                                 \
  template Eigen::VectorXd algebra<Number>::singular_values(const matrix&); \
  template Eigen::VectorXd algebra<Number>::hermitian_eigenvalues(const matrix&)

MHO_SPECTRA(double);
MHO_SPECTRA(std::complex<double>);
template Eigen::MatrixXcd algebra<double>::eigenvectors(const dense<double>&);
template Eigen::VectorXcd algebra<double>::eigenvalues(const dense<double>&);
template dense<double> algebra<double>::exponential(const dense<double>&);

}  // namespace mho::test
