// The closed loop of one array: whether it settles, and where.
#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <mho/analog.hpp>

#include "analog/circuit.hpp"
#include "src/analog/gram.hpp"
#include "src/reference/algebra.hpp"

namespace mho {
namespace {

using test::gram_system;
using test::parameters;

status programmed(const char* preset, const Eigen::MatrixXd& a, std::uint64_t seed = 1) {
  const auto n = static_cast<std::size_t>(a.rows());
  const analog_solver solver = analog_solver::make(parameters(preset), n, false).value();
  std::vector<double> state(solver.state_size()), scratch(solver.scratch_size());
  const Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor> rows = a;
  return solver.program(rows.data(), {seed, 0, 0}, state, scratch);
}

TEST(analog_solver, loops_that_do_not_settle_are_unstable) {
  const auto square = [](double a, double b, double c, double d) {
    return (Eigen::MatrixXd(2, 2) << a, b, c, d).finished();
  };
  for (const char* preset : {"ideal", "paper"}) {
    EXPECT_EQ(programmed(preset, Eigen::MatrixXd::Constant(1, 1, -1)), status::unstable);  // negative
    EXPECT_EQ(programmed(preset, square(-2, 0, 0, 3)), status::unstable);                  // resistors
    EXPECT_EQ(programmed(preset, square(1, 2, 2, 1)), status::unstable);                   // eigenvalue -1
    EXPECT_EQ(programmed(preset, square(1, -5, 5, -1)), status::unstable);                 // +- 4.9 i
    EXPECT_EQ(programmed(preset, Eigen::MatrixXd::Constant(1, 1, 1)), status::ok);
    EXPECT_EQ(programmed(preset, square(1, 0, 0, 3)), status::ok);
    EXPECT_EQ(programmed(preset, square(2, 1, 1, 2)), status::ok);
    EXPECT_EQ(programmed(preset, square(2, -1, -1, 2)), status::ok);
    // Eigenvalues 1 and 1; the symmetric part is indefinite.
    EXPECT_EQ(programmed(preset, square(1, 4, 0, 1)), status::ok);
    // Gram matrices of one leaf and of BlockAMC: every leaf's block is positive definite.
    for (std::uint64_t k = 0; k < 100; ++k)
      for (const std::size_t tx : {2u, 4u, 8u}) {
        const gram_system system(16 * tx, tx, k);
        const Eigen::Map<const Eigen::MatrixXd> a(system.expanded.data(), static_cast<Eigen::Index>(2 * tx),
                                                  static_cast<Eigen::Index>(2 * tx));
        EXPECT_EQ(programmed(preset, a, k), status::ok) << preset << " " << tx << " " << k;
      }
  }
  // Exactly singular, and an eigenvalue pair on the imaginary axis (the loads are equal): neither settles.
  EXPECT_EQ(programmed("ideal", square(1, 1, 1, 1)), status::unstable);
  EXPECT_EQ(programmed("ideal", square(0, -1, 1, 0)), status::unstable);
}

TEST(analog_circuit, settles_where_the_loop_eigenvalues_say_so) {
  std::array<std::size_t, 2> count{};
  for (std::uint64_t k = 0; k < 2000; ++k) {
    const std::size_t n = 1 + k % 6;
    const auto size = static_cast<Eigen::Index>(n);
    random_stream random(1, 0, k, 0);
    std::vector<double> cells(n * n), scratch(3 * (n + 1) * (n + 1) + n + 1);
    for (double& level : cells) level = 7 * random.uniform();
    const analog::inv_mapping map{
        .bias = k % 3 == 0 ? 0 : 0.4 * random.uniform(), .diagonal = random.uniform(), .step = 0.2};
    Eigen::MatrixXd b = Eigen::MatrixXd::Zero(size + 1, size + 1);
    b.topLeftCorner(size, size) =
        Eigen::Map<Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>>(cells.data(), size,
                                                                                           size);
    b.diagonal().head(size).array() += map.diagonal / map.step;
    b.col(size).head(size).setConstant(map.bias / map.step);
    b.row(size).setConstant(1);
    const Eigen::VectorXd load = b.rowwise().sum().array() + 7;
    const Eigen::MatrixXd loop = load.cwiseInverse().asDiagonal() * b;
    const Eigen::MatrixXd ideal =
        loop.topLeftCorner(size, size) - loop.col(size).head(size) * Eigen::RowVectorXd::Constant(size, 1);
    const double least = std::min(test::least_real_eigenvalue(loop), test::least_real_eigenvalue(ideal));
    ASSERT_GT(std::abs(least), 1e-10);  // no draw is that close
    EXPECT_EQ(analog::settles(cells.data(), map, n, scratch.data()), least > 0) << k;
    ++count[least > 0];
  }
  EXPECT_GT(count[0], 500u);
  EXPECT_GT(count[1], 500u);
}

TEST(analog_circuit, finite_gain_and_offsets_obey_kirchhoff) {
  // (B + U^-1 / L0) X = b + U^-1 v for the (n+1)-row network, solved by Eigen.
  constexpr std::size_t n = 4;
  std::array<double, 16> cells{};
  std::array<double, 5> volt{1e-3, -2e-3, 5e-4, 0, 1e-3};
  for (std::size_t i = 0; i < 16; ++i) cells[i] = static_cast<double>((i * 5 + 3) % 8);
  const analog::inv_mapping map{.bias = 0.3, .diagonal = 2.5, .step = 0.1};
  analog::circuit_parameters circuit{.open_loop_gain = 1e3, .offset_volt = 1, .clamp_volt = 0.4};
  std::array<double, 16> inverse;
  std::array<double, 4> offset;
  std::array<double, 2 * 25 + 5> scratch;
  ASSERT_TRUE(analog::realise_inv(cells.data(), map, n, circuit, volt.data(), inverse.data(), offset.data(),
                                  scratch.data()));
  Eigen::Matrix<double, 5, 5> b = Eigen::Matrix<double, 5, 5>::Zero();
  for (int i = 0; i < 4; ++i) {
    for (int j = 0; j < 4; ++j) b(i, j) = cells[static_cast<std::size_t>(4 * i + j)] + (i == j ? 25 : 0);
    b(i, 4) = 3;
    b(4, i) = 1;
  }
  b(4, 4) = 1;
  const Eigen::Matrix<double, 5, 1> load = b.rowwise().sum().array() + 7;
  const Eigen::Matrix<double, 5, 5> network = b + Eigen::Matrix<double, 5, 5>(load.asDiagonal()) / 1e3;
  const Eigen::Matrix<double, 5, 5> solved = test::inverse(network);
  const Eigen::Matrix<double, 5, 1> shift =
      solved * load.cwiseProduct(Eigen::Map<Eigen::Matrix<double, 5, 1>>(volt.data())) / 0.4;
  for (int i = 0; i < 4; ++i) {
    for (int j = 0; j < 4; ++j)
      EXPECT_NEAR(inverse[static_cast<std::size_t>(4 * i + j)], solved(i, j) / 0.1,
                  1e-13 * solved.cwiseAbs().maxCoeff() * 10 * 100);
    EXPECT_NEAR(offset[static_cast<std::size_t>(i)], shift(i), 1e-13);
  }
}

}  // namespace
}  // namespace mho
