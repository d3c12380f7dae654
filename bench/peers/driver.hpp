/// \file
/// What the CPU peers share: loops over the batch, the transpose of planes, the last step of ZF and MMSE.
/// A Solver is a peer's own code for one problem:
///     Solver(const task&)
///     void fresh(const cf32* h, const cf32* y, cf32* x, float* variance)   h row-major rx x tx
///     void apply(const cf32* w, const cf32* y, cf32* x)                    w column-major tx x rx, 168
///     vectors void cholesky(const cf32* g, const cf32* z, cf32* x)                 g Hermitian, both halves
#pragma once

#include <algorithm>
#include <deque>
#include <vector>

#include "../implementation.hpp"

namespace bench {
namespace {

/// MMSE: e = N0 [A^-1]_kk, x / (1 - e), nvar = e / (1 - e) (e < 1/2 in the data of this benchmark).
/// ZF: nvar = N0 [G^-1]_kk. `inverse_diagonal` may be `variance`.
inline void unbias(const task& t, const float* inverse_diagonal, cf32* x, float* variance) {
  for (std::size_t k = 0; k < t.tx; ++k) {
    const float e = t.n0 * inverse_diagonal[k];
    const float gain = t.kind == kind::mmse ? 1 / (1 - e) : 1;
    x[k] = {x[k].real() * gain, x[k].imag() * gain};
    variance[k] = e * gain;
  }
}

/// MRC from G (leading dimension tx, lower triangle column-major or upper row-major) and z in x.
inline void combine(const task& t, const cf32* gram, cf32* x, float* variance) {
  for (std::size_t k = 0; k < t.tx; ++k) {
    float interference = 0;
    for (std::size_t j = 0; j < t.tx; ++j)
      if (j != k) interference += std::norm(gram[std::min(j, k) * t.tx + std::max(j, k)]);
    const float gain = 1 / gram[k * t.tx + k].real();
    x[k] = {x[k].real() * gain, x[k].imag() * gain};
    variance[k] = (t.n0 + interference * gain) * gain;
  }
}

/// Consecutive problems of planes, brought to row-major order: whole cache lines are read.
class plane_block {
 public:
  static constexpr std::size_t size = 16;

  explicit plane_block(const task& t)
      : h_(t.mode == mode::planes ? size * t.rx * t.tx : 0), y_(t.mode == mode::planes ? size * t.rx : 0) {}

  void load(const task& t, std::size_t first, std::size_t count) {
    transpose(t.matrix + first, t.problems, t.rx * t.tx, count, h_.data());
    transpose(t.received + first, t.problems, t.rx, count, y_.data());
  }
  const cf32* h(const task& t, std::size_t i) const { return h_.data() + i * t.rx * t.tx; }
  const cf32* y(const task& t, std::size_t i) const { return y_.data() + i * t.rx; }

  /// to[problem][plane] from planes of the given stride; tiles of one cache line of the destination.
  static void transpose(const cf32* from, std::size_t stride, std::size_t planes, std::size_t count,
                        cf32* to) {
    constexpr std::size_t line = 8;
    const std::size_t whole = planes / line * line;
    for (std::size_t j = 0; j < whole; j += line)
      for (std::size_t i = 0; i < count; ++i)
        for (std::size_t k = 0; k < line; ++k) to[i * planes + j + k] = from[(j + k) * stride + i];
    for (std::size_t j = whole; j < planes; ++j)
      for (std::size_t i = 0; i < count; ++i) to[i * planes + j] = from[j * stride + i];
  }

 private:
  std::vector<cf32> h_, y_;
};

template <class Solver>
class peer final : public implementation {
 public:
  peer(const task& t, unsigned slots) : task_(t) {
    for (unsigned s = 0; s < slots; ++s) {
      solvers_.emplace_back(t);
      blocks_.emplace_back(t);
    }
  }

  void run(std::size_t begin, std::size_t end, unsigned slot) override {
    const task& t = task_;
    Solver& solver = solvers_[slot];
    switch (t.mode) {
      case mode::fresh:
        for (std::size_t p = begin; p < end; ++p)
          solver.fresh(t.matrix + p * t.rx * t.tx, t.received + p * t.rx, t.estimate + p * t.tx,
                       t.variance + p * t.tx);
        break;
      case mode::planes:
        for (std::size_t first = begin; first < end; first += plane_block::size) {
          const std::size_t count = std::min(plane_block::size, end - first);
          plane_block& block = blocks_[slot];
          block.load(t, first, count);
          for (std::size_t i = 0; i < count; ++i)
            solver.fresh(block.h(t, i), block.y(t, i), t.estimate + (first + i) * t.tx,
                         t.variance + (first + i) * t.tx);
        }
        break;
      case mode::block168:
        for (std::size_t p = begin; p < end; ++p)
          solver.apply(t.weights + p * t.rx * t.tx, t.received + p * t.uses * t.rx,
                       t.estimate + p * t.uses * t.tx);
        break;
      case mode::cholesky:
        for (std::size_t p = begin; p < end; ++p)
          solver.cholesky(t.matrix + p * t.tx * t.tx, t.received + p * t.tx, t.estimate + p * t.tx);
        break;
    }
  }

 private:
  task task_;
  std::deque<Solver> solvers_;  // a deque: solvers neither copy nor move
  std::deque<plane_block> blocks_;
};

}  // namespace
}  // namespace bench
