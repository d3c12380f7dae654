// Products in open loop against plain sums, closed forms and their components.
#include "analog/mvm_circuit.hpp"

#include <gtest/gtest.h>

#include "src/analog/closed_loops.hpp"

namespace mho::analog {
namespace {

using test::normal_matrix;
using test::normal_vector;

constexpr Eigen::Index inputs = 5, columns = 3;

mvm_cells drawn(std::uint64_t k) {
  const Eigen::MatrixXd g = 2e-5 * normal_matrix(inputs, columns, k);
  return {g.cwiseMax(0), (-g).cwiseMax(0), 1e-4};
}

TEST(mvm_circuit, ideal_amplifiers_multiply) {
  const mvm_cells cells = drawn(1);
  const Eigen::MatrixXd expected = -(cells.plus - cells.minus).transpose() / 1e-4;
  const Eigen::MatrixXd map = rest_map(mvm_loop(cells, {})).leftCols(inputs);
  EXPECT_LT((map - expected).norm(), 1e-14 * expected.norm());
  const Eigen::MatrixXd single = rest_map(mvm_loop({cells.plus, {}, 1e-4}, {})).leftCols(inputs);
  EXPECT_LT((single + cells.plus.transpose() / 1e-4).norm(), 1e-14 * expected.norm());
}

TEST(mvm_circuit, agrees_with_its_components) {
  for (std::uint64_t k = 0; k < 5; ++k) {
    const mvm_cells cells = drawn(k);
    const opamp amp{1e3, 1e8, 1e5, k % 2 == 0 ? 0.0 : 50.0};
    const Eigen::VectorXd drive = normal_vector(inputs, k), offset = 1e-3 * normal_vector(2 * columns, k + 9);
    test::netlist net;
    std::vector<int> source, out;
    for (Eigen::Index i = 0; i < inputs; ++i) {
      source.push_back(net.node());
      net.source(source.back(), drive(i));
    }
    for (Eigen::Index a = 0; a < 2 * columns; ++a) {
      const int q = net.node();
      out.push_back(net.node());
      const Eigen::MatrixXd& g = a < columns ? cells.plus : cells.minus;
      for (Eigen::Index i = 0; i < inputs; ++i)
        net.conductance(source[static_cast<std::size_t>(i)], q, g(i, a % columns));
      net.conductance(q, out.back(), cells.feedback_siemens);
      net.amplifier(q, out.back(), amp, offset(a));
    }
    const Eigen::VectorXd volt = net.solve();
    Eigen::VectorXd all(inputs + 2 * columns);
    all << drive, offset;
    const Eigen::VectorXd v = rest_map(mvm_loop(cells, amp)) * all;
    for (Eigen::Index j = 0; j < columns; ++j)
      EXPECT_NEAR(v(j),
                  volt(out[static_cast<std::size_t>(j)]) - volt(out[static_cast<std::size_t>(j + columns)]),
                  1e-13 * volt.cwiseAbs().maxCoeff())
          << k;
  }
}

TEST(mvm_circuit, a_column_decays_exponentially) {
  // Rate omega (g_f / D + 1 / A0), D = sum G + g_f + 1 / R_in.
  const mvm_cells cells{drawn(2).plus.leftCols(1), {}, 1e-4};
  const closed_loop loop = mvm_loop(cells, {1e3, 16e6, 1e5, 0});
  const double rate = loop.omega * (1e-4 / (cells.plus.sum() + 1e-4 + 1e-5) + 1e-3);
  EXPECT_TRUE(is_stable(loop));
  Eigen::VectorXd drive = Eigen::VectorXd::Zero(inputs + 1);
  drive.head(inputs).setOnes();
  for (const double epsilon : {0.1, 0.01, 1e-4})
    EXPECT_NEAR(step_response(loop, drive).settling_s(epsilon) * rate, std::log(1 / epsilon), 1e-11);
}

}  // namespace
}  // namespace mho::analog
