// The pseudo-inverse that the detector computes against the circuit's own equations, and its judgement.
#include <gtest/gtest.h>

#include <Eigen/Dense>
#include <cmath>
#include <mho/mho.hpp>

#include "analog/ginv.hpp"
#include "analog/ginv_circuit.hpp"

namespace mho {
namespace {

using matrix = Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;

TEST(analog_ginv, is_the_circuit_at_rest) {
  constexpr Eigen::Index m = 8, n = 3;
  for (const double gain : {50.0, 1e4, std::numeric_limits<double>::infinity()})
    for (std::uint64_t k = 0; k < 10; ++k) {
      random_stream random(6, 0, k, 0);
      matrix h(m, n);
      for (double& entry : h.reshaped()) entry = static_cast<double>(random.normal());
      const analog::parameters p =
          analog::typed(accelerator_options("ideal", {{"circuit.open_loop_gain", gain}}).value());
      const analog::ginv circuit(p, static_cast<std::size_t>(m), static_cast<std::size_t>(n));
      std::vector<double> state(circuit.state_size()), scratch(circuit.scratch_size());
      random_stream writing(1, 0, 0, 1), ageing(1, 0, 0, 2);
      ASSERT_EQ(circuit.program(h.data(), {writing, ageing, {}}, state.data(), scratch.data()), status::ok);
      // The same cells in siemens: levels of 5 uS, the feedback that of the top level.
      const double step = h.cwiseAbs().maxCoeff() / 7;
      const Eigen::MatrixXd x = 5e-6 * (h / step).array().round().matrix();
      const analog::ginv_cells cells{x.cwiseMax(0), (-x).cwiseMax(0), 35e-6,
                                     analog::ginv_signs::differential};
      analog::inv_amplifiers amps;
      amps.row = amps.inverter = {gain, 16e6};
      const analog::closed_loop loop = analog::ginv_loop(cells, amps);
      ASSERT_TRUE(analog::is_stable(loop));
      // w = -pinv(X) i: currents -y in units of H's level steps.
      const Eigen::MatrixXd expected = -5e-6 / step * analog::rest_map(loop).leftCols(m);
      const Eigen::Map<const matrix> found(state.data() + m * n, n, m);
      const auto values = x.jacobiSvd().singularValues();
      const double condition = values(0) / values(n - 1);
      EXPECT_LT((found - expected).norm(), 1e-13 * condition * condition * expected.norm())
          << gain << ", " << k;
    }
}

TEST(analog_ginv, error_limit_flags_what_still_moves) {
  // H = I is stored exactly, so what is left of x after a cycle is its extra error alone: e |dx| g / sqrt(8),
  // g eight normals, and dx is what the cycle before it left. The residual after three cycles is the product
  // of three e |g| / sqrt(8), e = 1/2. It reaches 1, the residual's limit, with a probability below 4e-9
  // (Markov's inequality for the eighth powers of the chi squares), while every update moves x by far more
  // than 1e-9 and far less than 1e9 times the noise.
  using cf32 = std::complex<float>;
  constexpr std::size_t n = 4;
  std::vector<cf32> h(n * n), y(n);
  for (std::size_t i = 0; i < n; ++i) h[i * n + i] = 1;
  random_stream(8, 0, 0, 0).complex_normals(y);
  const auto state_with = [&](double limit) {
    auto d = make_detector({"analog-ginv",
                            {{"accelerator", "ideal"},
                             {"cycles", std::vector<std::int64_t>{3}},
                             {"solver.extra_error", 0.5},
                             {"solver.error_limit", limit}}})
                 .value();
    EXPECT_EQ(d->reserve({.problems = 1, .rx = n, .tx = n}), error::none);
    EXPECT_EQ(d->prepare(row_major(h.data(), 1, n, n), noise::white(0.01f)), error::none);
    std::vector<cf32> x(n);
    std::vector<float> variance(n);
    std::vector<status> state(1);
    const output into{row_major(x.data(), 1, 1, n), row_major(variance.data(), 1, 1, n), {}, {}, state};
    EXPECT_EQ(d->apply(received_batch{row_major(y.data(), 1, 1, n)}, std::span(&into, 1)), error::none);
    return state[0];
  };
  EXPECT_EQ(state_with(1e-9), status::not_converged);
  EXPECT_EQ(state_with(1e9), status::ok);
  EXPECT_EQ(state_with(0), status::ok);  // no such flag
}

}  // namespace
}  // namespace mho
