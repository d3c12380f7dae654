/// \file
/// Dense linear algebra of the circuits, instantiated here and nowhere else: Eigen's decompositions take long
/// to compile. Everything allocates.
#pragma once

#include <Eigen/LU>
#include <complex>

namespace mho::analog {

using const_matrix = Eigen::Ref<const Eigen::MatrixXd>;

/// a b.
Eigen::MatrixXd product(const const_matrix& a, const const_matrix& b);
/// a b c.
Eigen::MatrixXd product(const const_matrix& a, const const_matrix& b, const const_matrix& c);

/// a^-1 b and a^-1 of a square matrix, by LU decomposition with partial pivoting; not finite if it is
/// singular.
Eigen::MatrixXd solve(const Eigen::MatrixXd& a, const const_matrix& b);
Eigen::MatrixXd inverse(const Eigen::MatrixXd& a);

/// A square matrix, decomposed for several right-hand sides.
class real_factors {
 public:
  explicit real_factors(const Eigen::MatrixXd& a);
  Eigen::VectorXd solve(const Eigen::VectorXd& b) const;

 private:
  Eigen::PartialPivLU<Eigen::MatrixXd> lu_;
};

/// The eigenvalues of a square matrix.
Eigen::VectorXcd eigenvalues(const Eigen::MatrixXd& a);

/// The eigenvalues and eigenvectors of a square matrix, and how to write a vector in terms of the latter.
class eigenmodes {
 public:
  /// None yet.
  eigenmodes() = default;
  explicit eigenmodes(const Eigen::MatrixXd& a);
  /// False if the iteration did not find them.
  bool found() const noexcept { return found_; }
  const Eigen::VectorXcd& values() const noexcept { return values_; }
  /// The reciprocal condition of the eigenvectors (1-norm, estimated).
  double reciprocal_condition() const;
  /// rows x modes: `rows` V diag(V^-1 b), V the eigenvectors in columns.
  Eigen::MatrixXcd shares(const Eigen::MatrixXd& rows, const Eigen::VectorXd& b) const;

 private:
  bool found_ = false;
  Eigen::VectorXcd values_;
  Eigen::MatrixXcd vectors_;
  Eigen::PartialPivLU<Eigen::MatrixXcd> factored_;  // vectors_
};

/// F with F F^T = p, of a symmetric matrix; its negative eigenvalues count as zero.
Eigen::MatrixXd symmetric_root(const Eigen::MatrixXd& p);

/// The solution x of k x + x k^T = f, f symmetric: Bartels and Stewart's method (1972) on the complex Schur
/// form. No two eigenvalues of k may add up to zero.
Eigen::MatrixXd solve_lyapunov(const Eigen::MatrixXd& k, const Eigen::MatrixXd& f);

}  // namespace mho::analog
