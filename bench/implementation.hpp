/// \file
/// What is timed: a task (a batch of problems in one layout) and the implementations that detect it.
#pragma once

#include <complex>
#include <cstddef>
#include <memory>
#include <string>

namespace bench {

using cf32 = std::complex<float>;

enum class kind { mrc, zf, mmse };

/// How the batch lies in memory, and what of the detection is timed.
enum class mode {
  fresh,     ///< H [problem][rx][tx], y [problem][rx]: a channel a vector
  planes,    ///< H [rx][tx][problem], y [rx][problem]: the same, problem fastest
  block168,  ///< y [problem][use][rx]: a prepared channel is applied to 168 vectors
  cholesky,  ///< G [problem][tx][tx] (Hermitian, both halves), z [problem][tx]: factor and solve, no variance
};

constexpr std::size_t block_uses = 168;  ///< 12 subcarriers, 14 OFDM symbols: a 5G resource block

/// One batch. Outputs are layer fastest in every mode: estimate [problem][use][tx], variance [problem][tx].
struct task {
  bench::kind kind = kind::mmse;
  bench::mode mode = mode::fresh;
  std::size_t problems = 0, rx = 0, tx = 0, uses = 1;
  float n0 = 0;
  const cf32* matrix = nullptr;    ///< H, or G in mode cholesky; block168: H [problem][rx][tx]
  const cf32* received = nullptr;  ///< y, or z in mode cholesky
  const cf32* weights =
      nullptr;  ///< block168 only: unbiased W, column-major tx x rx a problem, for the peers
  cf32* estimate = nullptr;
  float* variance = nullptr;  ///< written where the mode asks for it (fresh, planes)
};

/// One way to detect a task. Workspaces are made in the constructor, one for each of `slots` threads.
class implementation {
 public:
  virtual ~implementation() = default;
  implementation() = default;
  implementation(const implementation&) = delete;
  implementation& operator=(const implementation&) = delete;

  /// What is done once a channel and not timed (block168).
  virtual void prepare() {}
  /// Detects problems [begin, end) on workspace `slot`.
  virtual void run(std::size_t begin, std::size_t end, unsigned slot) = 0;
  /// True if `run_threads` spreads the whole batch itself; else the caller splits it and calls `run`.
  virtual bool spreads() const { return false; }
  virtual void run_threads() {}
  /// Brings the results to the task's memory, where they are elsewhere. Not timed.
  virtual void collect() {}
};

/// An implementation, or why there is none here.
struct made {
  std::unique_ptr<implementation> it;
  std::string reason;
};

// One factory a peer; `slots` is the number of threads that will run it.
made make_mho(const task& t, unsigned slots);
made make_mho_antenna(const task& t, unsigned slots);
made make_eigen(const task& t, unsigned slots);
made make_eigen_limited(const task& t, unsigned slots);
made make_eigen_fixed(const task& t, unsigned slots);
made make_eigen_fixed_limited(const task& t, unsigned slots);
made make_armadillo(const task& t, unsigned slots);
made make_openblas(const task& t, unsigned slots);
made make_chain_cpu(const task& t, unsigned slots);
made make_chain_cuda(const task& t, unsigned slots);

// Who the peers are, for the context of a result.
std::string eigen_identity();
std::string armadillo_identity();
std::string openblas_identity();
std::string cuda_identity();

/// The target that `mho` rows are forced to ("" for the library's own choice). Set before anything is made.
void force_target(const std::string& name);

}  // namespace bench
