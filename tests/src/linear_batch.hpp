// Random batches for the tests of linear detection, ways to run a detector on them, and the same detection by
// Eigen in double precision.
#pragma once

#include <gtest/gtest.h>

#include <Eigen/Core>
#include <cmath>
#include <complex>
#include <mho/mho.hpp>
#include <string>
#include <vector>

#include "src/reference/algebra.hpp"

namespace mho {

using cf32 = std::complex<float>;
using matrix = Eigen::MatrixXcd;
using vector = Eigen::VectorXcd;

constexpr double unit = 0x1p-24;  ///< roundoff of float

/// A row-major array as a matrix of double.
matrix widened(const cf32* x, std::size_t rows, std::size_t columns);

/// y = H x + n: H [problem, rx, tx] and x of CN(0, 1), noise of variance n0.
struct linear_batch {
  linear_batch(std::size_t p, std::size_t r, std::size_t t, std::uint64_t seed, float n0, std::size_t u = 1);
  matrix channel(std::size_t q) const { return widened(h.data() + q * rx * tx, rx, tx); }
  vector received(std::size_t q, std::size_t u = 0) const {
    return widened(y.data() + (q * uses + u) * rx, rx, 1).col(0);
  }
  /// The batch of some of its problems, in that order.
  linear_batch pick(const std::vector<std::size_t>& chosen) const;

  std::size_t problems, rx, tx, uses;
  std::vector<cf32> h, x, y;
  float noise_variance;
};

/// What a detector wrote, row-major.
struct detected {
  std::vector<cf32> estimate;
  std::vector<float> variance;
  std::vector<status> state;
};

/// Equal to the last bit, NaN included.
bool same_bits(const detected& a, const detected& b);

/// The part of problem q.
detected part_of(const detected& d, std::size_t q, std::size_t problems);

/// How a batch is run.
struct way {
  bool fused = false;  ///< `detect` instead of `prepare` and `apply`
  enum { rows, columns, planes } layout = rows;
  bool coloured = false;
  std::size_t more_room = 0;  ///< problems and uses reserved beyond the batch
  std::vector<call> calls{call{}};
};

/// One call after the other, the outputs of problems that no call names left at 0.
detected run(detector& d, const linear_batch& b, const noise& n, const way& how = {});
detected run(const detector_spec& spec, const linear_batch& b, const noise& n, const way& how = {});

/// A kind of FP32 linear detector on one target, with what lies along its vectors.
struct arithmetic {
  std::string target, lanes;
  detector_spec spec(const std::string& kind) const { return {kind, {{"target", target}, {"lanes", lanes}}}; }
  std::string name() const { return target + "_" + lanes; }
};

/// Every arithmetic of this machine.
std::vector<arithmetic> every_arithmetic();

class on_every_arithmetic : public testing::TestWithParam<arithmetic> {
 protected:
  detector_spec spec(const std::string& kind) const { return GetParam().spec(kind); }
};

inline void PrintTo(const arithmetic& a, std::ostream* to) { *to << a.name(); }

#define MHO_ON_EVERY_ARITHMETIC(suite)                                       \
  INSTANTIATE_TEST_SUITE_P(on, suite, testing::ValuesIn(every_arithmetic()), \
                           [](const testing::TestParamInfo<arithmetic>& one) { return one.param.name(); })

/// Linear detection of one problem in double precision; noise whitened to `level`.
struct linear_reference {
  linear_reference(const std::string& kind, const matrix& h, double level);
  matrix weights() const { return test::product(gain.asDiagonal() * inverse, channel.adjoint()); }
  vector estimate(const vector& y) const {
    return gain.cwiseProduct(test::product(inverse, channel.adjoint(), y));
  }

  matrix channel, gram, a, inverse;
  vector gain;
  Eigen::VectorXd variance;
  double condition = 1;
};

}  // namespace mho
