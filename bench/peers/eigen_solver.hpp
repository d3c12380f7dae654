/// \file
/// Eigen, run-time sizes or fixed ones. Included by several sources that differ in size and compiler flags.
#pragma once

#include <Eigen/Dense>

#include "driver.hpp"

namespace bench {
namespace {

template <int Rx, int Tx>
class eigen_solver {
  using channel = Eigen::Matrix<cf32, Rx, Tx, Eigen::RowMajor>;
  using weights = Eigen::Matrix<cf32, Tx, Rx>;
  using square = Eigen::Matrix<cf32, Tx, Tx>;
  using received = Eigen::Matrix<cf32, Rx, 1>;
  using received_block = Eigen::Matrix<cf32, Rx, Eigen::Dynamic>;
  using layers = Eigen::Matrix<cf32, Tx, 1>;
  using layers_block = Eigen::Matrix<cf32, Tx, Eigen::Dynamic>;

 public:
  EIGEN_MAKE_ALIGNED_OPERATOR_NEW

  explicit eigen_solver(const task& t)
      : task_(t),
        rx_(static_cast<Eigen::Index>(t.rx)),
        tx_(static_cast<Eigen::Index>(t.tx)),
        uses_(static_cast<Eigen::Index>(t.uses)),
        gram_(tx_, tx_),
        inverse_(tx_, tx_),
        inverse_diagonal_(tx_) {}

  void fresh(const cf32* h, const cf32* y, cf32* x, float* variance) {
    const Eigen::Map<const channel> channel_map(h, rx_, tx_);
    const Eigen::Map<const received> received_map(y, rx_);
    Eigen::Map<layers> estimate(x, tx_);
    if (tx_ < 16) {  // measured: the whole product is the faster one for few layers
      gram_.noalias() = channel_map.adjoint() * channel_map;
    } else {
      gram_.setZero();
      gram_.template selfadjointView<Eigen::Lower>().rankUpdate(channel_map.adjoint());
    }
    estimate.noalias() = channel_map.adjoint() * received_map;
    if (task_.kind == kind::mrc) return combine(task_, gram_.data(), x, variance);
    if (task_.kind == kind::mmse) gram_.diagonal().array() += task_.n0;
    const Eigen::LLT<Eigen::Ref<square>> factor(gram_);  // in place
    factor.solveInPlace(estimate);
    inverse_.setIdentity();
    factor.matrixL().solveInPlace(inverse_);
    inverse_diagonal_ = inverse_.colwise().squaredNorm().transpose();
    unbias(task_, inverse_diagonal_.data(), x, variance);
  }

  void apply(const cf32* w, const cf32* y, cf32* x) {
    const Eigen::Map<const weights> weight_map(w, tx_, rx_);
    const Eigen::Map<const received_block> received_map(y, rx_, uses_);
    Eigen::Map<layers_block>(x, tx_, uses_).noalias() = weight_map * received_map;
  }

  // Row-major G is column-major conj(G): conj(G) conj(x) = conj(z).
  void cholesky(const cf32* g, const cf32* z, cf32* x) {
    gram_ = Eigen::Map<const square>(g, tx_, tx_);
    Eigen::Map<layers> estimate(x, tx_);
    estimate = Eigen::Map<const layers>(z, tx_).conjugate();
    const Eigen::LLT<Eigen::Ref<square>> factor(gram_);
    factor.solveInPlace(estimate);
    estimate = estimate.conjugate().eval();
  }

 private:
  task task_;
  Eigen::Index rx_, tx_, uses_;
  square gram_, inverse_;
  Eigen::Matrix<float, Tx, 1> inverse_diagonal_;
};

template <int Rx, int Tx>
bool make_fixed_size(const task& t, unsigned slots, made& into) {
  if (t.rx != Rx || t.tx != Tx) return false;
  into.it = std::make_unique<peer<eigen_solver<Rx, Tx>>>(t, slots);
  return true;
}

/// The sizes of the benchmark, each with code of its own.
inline made make_fixed(const task& t, unsigned slots) {
  made m;
  if (!(make_fixed_size<16, 4>(t, slots, m) || make_fixed_size<32, 8>(t, slots, m) ||
        make_fixed_size<64, 8>(t, slots, m) || make_fixed_size<64, 16>(t, slots, m) ||
        make_fixed_size<128, 8>(t, slots, m) || make_fixed_size<128, 16>(t, slots, m) ||
        make_fixed_size<128, 32>(t, slots, m) || make_fixed_size<256, 32>(t, slots, m) ||
        make_fixed_size<1024, 64>(t, slots, m)))
    m.reason = "no code for this size";
  return m;
}

}  // namespace
}  // namespace bench
