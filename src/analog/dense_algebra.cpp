#include "analog/dense_algebra.hpp"

#include <Eigen/Eigenvalues>

namespace mho::analog {

Eigen::MatrixXd product(const const_matrix& a, const const_matrix& b) { return a * b; }

Eigen::MatrixXd product(const const_matrix& a, const const_matrix& b, const const_matrix& c) {
  return product(product(a, b), c);
}

Eigen::MatrixXd solve(const Eigen::MatrixXd& a, const const_matrix& b) { return a.partialPivLu().solve(b); }

Eigen::MatrixXd inverse(const Eigen::MatrixXd& a) { return a.inverse(); }

real_factors::real_factors(const Eigen::MatrixXd& a) : lu_(a) {}

Eigen::VectorXd real_factors::solve(const Eigen::VectorXd& b) const { return lu_.solve(b); }

Eigen::VectorXcd eigenvalues(const Eigen::MatrixXd& a) { return a.eigenvalues(); }

eigenmodes::eigenmodes(const Eigen::MatrixXd& a) {
  const Eigen::EigenSolver<Eigen::MatrixXd> solver(a);
  found_ = solver.info() == Eigen::Success;
  values_ = solver.eigenvalues();
  vectors_ = solver.eigenvectors();
  factored_.compute(vectors_);
}

double eigenmodes::reciprocal_condition() const { return factored_.rcond(); }

Eigen::MatrixXcd eigenmodes::shares(const Eigen::MatrixXd& rows, const Eigen::VectorXd& b) const {
  const Eigen::VectorXcd start = factored_.solve(b.cast<std::complex<double>>());
  return rows.cast<std::complex<double>>() * vectors_ * start.asDiagonal();
}

Eigen::MatrixXd symmetric_root(const Eigen::MatrixXd& p) {
  const Eigen::SelfAdjointEigenSolver<Eigen::MatrixXd> modes(p);
  return modes.eigenvectors() * modes.eigenvalues().cwiseMax(0).cwiseSqrt().asDiagonal();
}

Eigen::MatrixXd solve_lyapunov(const Eigen::MatrixXd& k, const Eigen::MatrixXd& f) {
  // K = U T U^H: T X + X T^H = U^H f U = F, T upper triangular; from the last column on,
  // (T + conj(t_jj) I) X_j = F_j - sum over k > j of X_k conj(t_jk).
  const Eigen::Index n = k.rows();
  const Eigen::ComplexSchur<Eigen::MatrixXd> schur(k);
  const Eigen::MatrixXcd& t = schur.matrixT();
  const Eigen::MatrixXcd& u = schur.matrixU();
  const Eigen::MatrixXcd in_schur = u.adjoint() * f.cast<std::complex<double>>() * u;
  Eigen::MatrixXcd x = Eigen::MatrixXcd::Zero(n, n);
  for (Eigen::Index j = n - 1; j >= 0; --j) {
    const Eigen::Index later = n - 1 - j;
    Eigen::VectorXcd right = in_schur.col(j);
    right -= x.rightCols(later) * t.row(j).tail(later).adjoint();
    Eigen::MatrixXcd shifted = t;
    shifted.diagonal().array() += std::conj(t(j, j));
    x.col(j) = shifted.triangularView<Eigen::Upper>().solve(right);
  }
  const Eigen::MatrixXd p = (u * x * u.adjoint()).real();
  return (p + p.transpose()) / 2;
}

}  // namespace mho::analog
