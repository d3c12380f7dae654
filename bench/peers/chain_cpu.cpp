// The GPU-style chain on the CPU: strided batched Gram, batched Cholesky, batched solves, each a pass over
// global arrays, with OpenBLAS's routine for one problem in each place where a GPU library has a batched one.
// All arrays hold conj(G), conj(z) in column-major order, which is what BLAS sees in row-major data.
#include <cblas.h>

#include "driver.hpp"
#include "lapack.hpp"

namespace bench {
namespace {

class chain_cpu final : public implementation {
 public:
  explicit chain_cpu(const task& t)
      : task_(t),
        rx_(static_cast<int>(t.rx)),
        tx_(static_cast<int>(t.tx)),
        gram_(t.problems * t.tx * t.tx),
        h_(t.mode == mode::planes ? t.problems * t.rx * t.tx : 0),
        y_(t.mode == mode::planes ? t.problems * t.rx : 0) {}

  void run(std::size_t begin, std::size_t end, unsigned) override {
    const std::size_t tx = task_.tx;
    if (task_.mode == mode::cholesky) {
      std::copy(task_.matrix + begin * tx * tx, task_.matrix + end * tx * tx, gram_.data() + begin * tx * tx);
      for (std::size_t i = begin * tx; i < end * tx; ++i) task_.estimate[i] = std::conj(task_.received[i]);
    } else {
      if (task_.mode == mode::planes) transpose(begin, end);
      normal_equations(begin, end);
    }
    int info = 0;
    for (std::size_t p = begin; p < end; ++p) cpotrf_("U", &tx_, gram(p), &tx_, &info);
    const int columns = 1;
    for (std::size_t p = begin; p < end; ++p)
      cpotrs_("U", &tx_, &columns, gram(p), &tx_, task_.estimate + p * tx, &tx_, &info);
    for (std::size_t i = begin * tx; i < end * tx; ++i) task_.estimate[i] = std::conj(task_.estimate[i]);
    if (task_.mode == mode::cholesky) return;
    for (std::size_t p = begin; p < end; ++p) ctrtri_("U", "N", &tx_, gram(p), &tx_, &info);
    for (std::size_t p = begin; p < end; ++p) {
      float* variance = task_.variance + p * tx;
      std::fill_n(variance, tx, 0.0f);
      for (std::size_t j = 0; j < tx; ++j)
        for (std::size_t k = 0; k <= j; ++k) variance[k] += std::norm(gram(p)[j * tx + k]);
      unbias(task_, variance, task_.estimate + p * tx, variance);
    }
  }

 private:
  cf32* gram(std::size_t p) { return gram_.data() + p * task_.tx * task_.tx; }

  void transpose(std::size_t begin, std::size_t end) {
    const task& t = task_;
    for (std::size_t first = begin; first < end; first += plane_block::size) {
      const std::size_t count = std::min(plane_block::size, end - first), all = t.rx * t.tx;
      plane_block::transpose(t.matrix + first, t.problems, all, count, h_.data() + first * all);
      plane_block::transpose(t.received + first, t.problems, t.rx, count, y_.data() + first * t.rx);
    }
  }

  // A = H^T column-major: conj(G) = A A^H by a full product, as strided batched GEMM gives it; conj(z)^T =
  // y^H A^T.
  void normal_equations(std::size_t begin, std::size_t end) {
    const task& t = task_;
    const cf32* h = t.mode == mode::planes ? h_.data() : t.matrix;
    const cf32* y = t.mode == mode::planes ? y_.data() : t.received;
    const cf32 one = 1, zero = 0;
    for (std::size_t p = begin; p < end; ++p) {
      const cf32* a = h + p * t.rx * t.tx;
      cblas_cgemm(CblasColMajor, CblasNoTrans, CblasConjTrans, tx_, tx_, rx_, &one, a, tx_, a, tx_, &zero,
                  gram(p), tx_);
    }
    for (std::size_t p = begin; p < end; ++p)
      cblas_cgemm(CblasColMajor, CblasConjTrans, CblasTrans, 1, tx_, rx_, &one, y + p * t.rx, rx_,
                  h + p * t.rx * t.tx, tx_, &zero, t.estimate + p * t.tx, 1);
    if (t.kind == kind::mmse)
      for (std::size_t p = begin; p < end; ++p)
        for (std::size_t k = 0; k < t.tx; ++k) gram(p)[k * t.tx + k] += t.n0;
  }

  task task_;
  int rx_, tx_;
  std::vector<cf32> gram_, h_, y_;
};

}  // namespace

made make_chain_cpu(const task& t, unsigned) {
  if (t.kind == kind::mrc) return {nullptr, "no mrc in this peer"};
  if (t.mode == mode::block168) return {nullptr, "the same cgemm as openblas"};
  openblas_set_num_threads(1);
  return {std::make_unique<chain_cpu>(t), ""};
}

}  // namespace bench
