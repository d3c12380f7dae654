// Armadillo on OpenBLAS. Its matrices are column-major, so a row-major H is seen as A = H^T; A A^H = conj(G),
// and the whole problem is solved conjugated.
#include <armadillo>

#include "driver.hpp"

namespace bench {
namespace {

class armadillo_solver {
 public:
  explicit armadillo_solver(const task& t) : task_(t) {}

  // The diagonal of the inverse is wanted beside the estimate: one inv_sympd gives both, faster than solve
  // with likely_sympd and inv_sympd after it (64x16: 4.5 us a problem against 6.0), or chol and
  // inv(trimatu()) (8.8).
  void fresh(const cf32* h, const cf32* y, cf32* x, float* variance) {
    const arma::cx_fmat a(const_cast<cf32*>(h), task_.tx, task_.rx, false, true);
    const arma::cx_fvec received(const_cast<cf32*>(y), task_.rx, false, true);
    arma::cx_fvec estimate(x, task_.tx, false, true);
    gram_ = a * a.t();
    if (task_.kind == kind::mmse) gram_.diag() += cf32(task_.n0);
    matched_ = a * arma::conj(received);
    arma::inv_sympd(inverse_, gram_);
    estimate = arma::conj(inverse_ * matched_);
    diagonal_ = arma::real(inverse_.diag());
    unbias(task_, diagonal_.memptr(), x, variance);
  }

  void apply(const cf32* w, const cf32* y, cf32* x) {
    const arma::cx_fmat weights(const_cast<cf32*>(w), task_.tx, task_.rx, false, true);
    const arma::cx_fmat received(const_cast<cf32*>(y), task_.rx, task_.uses, false, true);
    arma::cx_fmat estimate(x, task_.tx, task_.uses, false, true);
    estimate = weights * received;
  }

  void cholesky(const cf32* g, const cf32* z, cf32* x) {
    const arma::cx_fmat gram(const_cast<cf32*>(g), task_.tx, task_.tx, false, true);
    const arma::cx_fvec matched(const_cast<cf32*>(z), task_.tx, false, true);
    arma::cx_fvec estimate(x, task_.tx, false, true);
    arma::solve(solution_, gram, arma::conj(matched),
                arma::solve_opts::likely_sympd + arma::solve_opts::fast);
    estimate = arma::conj(solution_);
  }

 private:
  task task_;
  arma::cx_fmat gram_, inverse_;
  arma::cx_fvec matched_, solution_;
  arma::fvec diagonal_;
};

}  // namespace

std::string armadillo_identity() { return arma::arma_version::as_string(); }

made make_armadillo(const task& t, unsigned slots) {
  if (t.kind == kind::mrc) return {nullptr, "no mrc in this peer"};
  return {std::make_unique<peer<armadillo_solver>>(t, slots), ""};
}

}  // namespace bench
