// The one-step pseudo-inverse against double precision, zero forcing and what it cannot invert.
#include <gtest/gtest.h>

#include <cmath>
#include <mho/mho.hpp>

#include "analog/ginv.hpp"
#include "src/reference/algebra.hpp"

namespace mho {
namespace {

using cf32 = std::complex<float>;
using matrix = Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;

analog::parameters typed(const char* preset, const options& replaced = {}) {
  return analog::typed(accelerator_options(preset, replaced).value());
}

struct ginv_bench {
  ginv_bench(const analog::parameters& p, const matrix& h)
      : m(h.rows()),
        n(h.cols()),
        circuit(p, static_cast<std::size_t>(m), static_cast<std::size_t>(n)),
        state(circuit.state_size()),
        scratch(circuit.scratch_size()) {
    random_stream writing(1, 0, 0, 1), ageing(1, 0, 0, 2);
    programmed = circuit.program(h.data(), {writing, ageing, {}}, state.data(), scratch.data());
  }
  Eigen::Map<const matrix> stored() const { return {state.data(), m, n}; }
  Eigen::Map<const matrix> p() const { return {state.data() + m * n, n, m}; }
  Eigen::Map<const matrix> q() const { return {state.data() + 2 * m * n, n, n}; }
  Eigen::Index m, n;
  analog::ginv circuit;
  std::vector<double> state, scratch;
  status programmed;
};

matrix level_matrix(Eigen::Index m, Eigen::Index n, std::uint64_t number) {
  random_stream random(5, 0, number, 0);
  matrix h = matrix::NullaryExpr(m, n, [&] { return std::floor(15 * random.uniform()) - 7; });
  h(0, 0) = 7;
  return h * 0.25;
}

TEST(analog_ginv, of_a_matrix_of_levels_is_the_pseudo_inverse) {
  for (std::uint64_t k = 0; k < 20; ++k) {
    const matrix h = level_matrix(12, 5, k);
    const ginv_bench b(typed("ideal"), h);
    ASSERT_EQ(b.programmed, status::ok);
    const double condition = test::condition(h);
    const matrix exact = test::pseudo_inverse(h), inverse = test::inverse(test::product(h.transpose(), h));
    EXPECT_LT((b.p() - exact).norm(), 1e-13 * condition * condition * exact.norm());
    EXPECT_LT((b.q() - inverse).norm(), 1e-13 * condition * condition * inverse.norm());
  }
}

TEST(analog_ginv, finite_gain_obeys_kirchhoff) {
  // Rows: g v + X w + D1 v / A0 = -i at the first amplifiers, X^T v = D2 w / A0 at the second ones: solved
  // as one system of M + N unknowns. X in level steps, g the top level.
  constexpr double gain = 1e3, feedback = 7;
  for (std::uint64_t k = 0; k < 20; ++k) {
    const matrix h = level_matrix(8, 3, k), x = h / 0.25;
    const ginv_bench b(typed("ideal", {{"circuit.open_loop_gain", gain}}), h);
    const matrix plus = x.cwiseMax(0), minus = (-x).cwiseMax(0);
    const Eigen::VectorXd d1 = (plus.rowwise().sum().array() + feedback).max(minus.rowwise().sum().array());
    const Eigen::VectorXd d2 = plus.colwise().sum().transpose().cwiseMax(minus.colwise().sum().transpose());
    matrix network(11, 11);
    network << matrix((d1 / gain).array().matrix().asDiagonal()) + feedback * matrix::Identity(8, 8), x,
        x.transpose(), -matrix((d2 / gain).asDiagonal());
    const matrix solved = test::inverse(network);
    // i = -y: w = solved_wv y; the inputs of the second ones take r: X^T v + r = D2 w / A0.
    EXPECT_LT((b.p() - solved.bottomLeftCorner(3, 8) / 0.25).norm(), 1e-11 * b.p().norm()) << k;
    EXPECT_LT((b.q() + solved.bottomRightCorner(3, 3) / (7 * 0.25 * 0.25) / 1).norm(), 1e-11 * b.q().norm())
        << k;
  }
}

TEST(analog_ginv, without_full_column_rank_it_does_not_settle) {
  matrix h = level_matrix(6, 3, 1);
  h.col(2) = h.col(0);
  EXPECT_EQ(ginv_bench(typed("ideal"), h).programmed, status::unstable);
  h.col(2) *= -1;
  EXPECT_EQ(ginv_bench(typed("ideal"), h).programmed, status::unstable);
  // Below half a level everywhere: nothing is stored.
  h.col(2).setConstant(0.01);
  EXPECT_EQ(ginv_bench(typed("ideal"), h).programmed, status::unstable);
  h.col(2)(3) = 1;
  EXPECT_EQ(ginv_bench(typed("ideal"), h).programmed, status::ok);
}

// Estimates of a batch of problems with one use each, [problem][tx], of each step.
std::vector<std::vector<cf32>> detect(const char* kind, const options& o, std::size_t rx, std::size_t tx,
                                      std::size_t problems, std::vector<float>& variance) {
  std::vector<cf32> h(problems * rx * tx), y(problems * rx);
  random_stream random(7, 0, 0, 0);
  random.complex_normals(h);
  random.complex_normals(y);
  auto d = make_detector({kind, o}).value();
  EXPECT_EQ(d->reserve({.problems = problems, .rx = rx, .tx = tx}), error::none);
  EXPECT_EQ(d->prepare(row_major(h.data(), problems, rx, tx), noise::white(0.1f)), error::none);
  std::vector<std::vector<cf32>> estimate(d->steps(), std::vector<cf32>(problems * tx));
  variance.resize(problems * tx);
  std::vector<output> into;
  for (auto& e : estimate)
    into.push_back(
        {row_major(e.data(), problems, 1, tx), row_major(variance.data(), problems, 1, tx), {}, {}, {}});
  EXPECT_EQ(d->apply(received_batch{row_major(y.data(), problems, 1, rx)}, into), error::none);
  return estimate;
}

TEST(analog_ginv, refines_to_zero_forcing) {
  // One step of eight levels is near zero forcing; refined on the normal equations it ends where truncating
  // H to 24 bits (2^-24 of its largest entry) and the estimate's single precision leave it.
  constexpr std::size_t problems = 50, rx = 16, tx = 4;
  std::vector<float> variance, exact_variance;
  const auto exact = detect("zf-double", {}, rx, tx, problems, exact_variance)[0];
  for (const char* preset : {"ideal", "paper"}) {
    const auto steps =
        detect("analog-ginv", {{"accelerator", preset}, {"cycles", std::vector<std::int64_t>{1, 20}}}, rx, tx,
               problems, variance);
    double square = 0, first = 0, last = 0;
    for (std::size_t i = 0; i < exact.size(); ++i) {
      square += std::norm(exact[i]);
      first += std::norm(steps[0][i] - exact[i]);
      last += std::norm(steps[1][i] - exact[i]);
      EXPECT_NEAR(variance[i] / exact_variance[i], 1, 1e-5);
    }
    EXPECT_LT(std::sqrt(last / square), 1e-6);
    EXPECT_GT(std::sqrt(first / square), 0.01);  // what one step of eight levels cannot reach
    EXPECT_LT(std::sqrt(first / square), 0.3);
  }
}

TEST(ginv, refuses_what_it_does_not_model) {
  for (const auto& [key, value] : {std::pair<std::string, option_value>{"array.wire_ohm", 1.0},
                                   {"array.mapping", "pair"},
                                   {"circuit.offset_volt", 1e-3},
                                   {"circuit.thermal_noise", true},
                                   {"device.read_noise_relative", 0.1},
                                   {"converter.adc_kind", "lloyd-max"},
                                   {"solver.mvm", "arrays"},
                                   {"solver.stop_bits", std::int64_t{3}}}) {
    const auto made = make_detector({"analog-ginv", {{key, value}}});
    EXPECT_EQ(made.code(), error::bad_value) << key;
    EXPECT_EQ(made.message().rfind(key + ": ", 0), 0u) << made.message();
  }
  EXPECT_TRUE(make_detector({"analog-ginv", {{"device.drift_model", "power"}}}).ok());
}

}  // namespace
}  // namespace mho
