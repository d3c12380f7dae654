// OpenBLAS by hand: cherk, cpotrf, cpotrs, and ctrtri for the diagonal of the inverse. In row-major order the
// lower triangle of G is the upper one of conj(G) in column-major order, which LAPACK takes: conj(G) = U^H U.
#include <cblas.h>

#include "driver.hpp"
#include "lapack.hpp"

namespace bench {
namespace {

class openblas_solver {
 public:
  explicit openblas_solver(const task& t)
      : task_(t),
        rx_(static_cast<int>(t.rx)),
        tx_(static_cast<int>(t.tx)),
        gram_(t.tx * t.tx),
        inverse_diagonal_(t.tx) {}

  void fresh(const cf32* h, const cf32* y, cf32* x, float* variance) {
    const cf32 one = 1, zero = 0;
    cblas_cherk(CblasRowMajor, CblasLower, CblasConjTrans, tx_, rx_, 1, h, tx_, 0, gram_.data(), tx_);
    cblas_cgemv(CblasRowMajor, CblasConjTrans, rx_, tx_, &one, h, tx_, y, 1, &zero, x, 1);
    if (task_.kind == kind::mrc) {  // combine() reads a lower triangle by columns: mirror it
      for (std::size_t i = 0; i < task_.tx; ++i)
        for (std::size_t j = 0; j < i; ++j) gram_[j * task_.tx + i] = gram_[i * task_.tx + j];
      return combine(task_, gram_.data(), x, variance);
    }
    if (task_.kind == kind::mmse)
      for (std::size_t k = 0; k < task_.tx; ++k) gram_[k * task_.tx + k] += task_.n0;
    solve(x);
    int info = 0;
    ctrtri_("U", "N", &tx_, gram_.data(), &tx_, &info);
    std::fill(inverse_diagonal_.begin(), inverse_diagonal_.end(), 0.0f);
    for (std::size_t j = 0; j < task_.tx; ++j)  // row norms of U^-1, column by column
      for (std::size_t k = 0; k <= j; ++k) inverse_diagonal_[k] += std::norm(gram_[j * task_.tx + k]);
    unbias(task_, inverse_diagonal_.data(), x, variance);
  }

  void apply(const cf32* w, const cf32* y, cf32* x) {
    const cf32 one = 1, zero = 0;
    cblas_cgemm(CblasColMajor, CblasNoTrans, CblasNoTrans, tx_, static_cast<int>(task_.uses), rx_, &one, w,
                tx_, y, rx_, &zero, x, tx_);
  }

  void cholesky(const cf32* g, const cf32* z, cf32* x) {
    std::copy_n(g, task_.tx * task_.tx, gram_.data());
    std::copy_n(z, task_.tx, x);
    solve(x);
  }

 private:
  void solve(cf32* x) {
    const int columns = 1;
    int info = 0;
    cpotrf_("U", &tx_, gram_.data(), &tx_, &info);
    for (std::size_t k = 0; k < task_.tx; ++k) x[k] = std::conj(x[k]);
    cpotrs_("U", &tx_, &columns, gram_.data(), &tx_, x, &tx_, &info);
    for (std::size_t k = 0; k < task_.tx; ++k) x[k] = std::conj(x[k]);
  }

  task task_;
  int rx_, tx_;
  std::vector<cf32> gram_;
  std::vector<float> inverse_diagonal_;
};

}  // namespace

std::string openblas_identity() {
  openblas_set_num_threads(1);
  return std::string(openblas_get_config()) + ", core " + openblas_get_corename() + ", threads " +
         std::to_string(openblas_get_num_threads());
}

made make_openblas(const task& t, unsigned slots) {
  openblas_set_num_threads(1);
  return {std::make_unique<peer<openblas_solver>>(t, slots), ""};
}

}  // namespace bench
