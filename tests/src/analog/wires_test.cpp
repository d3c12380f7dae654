// Wire resistance against nodal analysis of the whole network, written here again, and against closed forms.
#include "analog/wires.hpp"

#include <gtest/gtest.h>

#include <Eigen/Dense>
#include <cmath>
#include <mho/random.hpp>

namespace mho::analog {
namespace {

using Eigen::Index;
using Eigen::MatrixXd;
using Eigen::VectorXd;

inv_cells random_cells(Index n, bool two_arrays, double wire_ohm, std::uint64_t number) {
  random_stream random(7, 0, number, 1);
  const auto conductance = [&] {
    const double u = random.uniform();
    return u < 0.2 ? 0 : 100e-6 * u;  // some cells do not conduct at all
  };
  inv_cells cells;
  cells.plus.resize(n, n);
  for (double& g : cells.plus.reshaped()) g = conductance();
  if (two_arrays) {
    cells.minus.resize(n, n);
    for (double& g : cells.minus.reshaped()) g = conductance();
  }
  cells.source.resize(n);
  for (double& g : cells.source) g = conductance();
  cells.wire_ohm = wire_ohm;
  return cells;
}

// The Laplacian of the whole network, terminals first, inner nodes eliminated by a dense LU. A dense sum of
// wires and cells loses the digits in which they differ: it is in long double.
MatrixXd nodal_analysis(const inv_cells& cells) {
  using real = long double;
  using matrix = Eigen::Matrix<real, -1, -1>;
  const Index n = cells.plus.rows(), columns = n + cells.minus.cols();
  const Index terminals = n + columns + n, inner = 2 * n * columns;
  matrix y = matrix::Zero(terminals + inner, terminals + inner);
  const auto join = [&](Index a, Index b, double siemens) {
    y(a, a) += siemens;
    y(b, b) += siemens;
    y(a, b) -= siemens;
    y(b, a) -= siemens;
  };
  const double wire = 1 / cells.wire_ohm;
  const auto row_node = [&](Index i, Index j) { return terminals + 2 * (i * columns + j); };
  const auto column_node = [&](Index i, Index j) { return row_node(i, j) + 1; };
  for (Index i = 0; i < n; ++i) {
    join(n + columns + i, row_node(i, 0), cells.source(i));
    for (Index j = 0; j < columns; ++j) {
      join(row_node(i, j), column_node(i, j), j < n ? cells.plus(i, j) : cells.minus(i, j - n));
      join(row_node(i, j), j + 1 < columns ? row_node(i, j + 1) : i, wire);
      join(column_node(i, j), i == 0 ? n + j : column_node(i - 1, j), wire);
    }
  }
  const matrix coupling = y.topRightCorner(terminals, inner);
  const matrix reduced =
      y.topLeftCorner(terminals, terminals) -
      coupling * y.bottomRightCorner(inner, inner).partialPivLu().solve(coupling.transpose());
  return reduced.cast<double>();
}

// A dense elimination of m nodes in long double errs by about m eps of the largest entry, the wires' 1 / r;
// the reduction itself by some n^2 roundings of each entry.
double bound(const inv_cells& cells, double entry) {
  const auto n = static_cast<double>(cells.plus.rows());
  const double nodes = 4 * n * n;
  return nodes * 1.1e-19 / cells.wire_ohm + 4 * n * n * 2.2e-16 * std::abs(entry);
}

void expect_same(const inv_cells& cells) {
  const MatrixXd expected = nodal_analysis(cells), y = reduce(cells).y;
  ASSERT_EQ(y.rows(), expected.rows());
  for (Index i = 0; i < y.rows(); ++i)
    for (Index j = 0; j < y.cols(); ++j)
      ASSERT_NEAR(y(i, j), expected(i, j), bound(cells, expected(i, j)))
          << "n " << cells.plus.rows() << ", " << cells.wire_ohm << " ohm, entry " << i << ", " << j;
}

TEST(wires, one_array_equals_nodal_analysis) {
  for (const Index n : {1, 2, 3, 5, 8, 11})
    for (const double wire_ohm : {0.01, 1.73, 10.0, 1e4}) expect_same(random_cells(n, false, wire_ohm, 1));
}

TEST(wires, two_arrays_equal_nodal_analysis) {
  for (const Index n : {1, 2, 4, 7})
    for (const double wire_ohm : {0.01, 1.73, 10.0, 1e4}) expect_same(random_cells(n, true, wire_ohm, 2));
}

TEST(wires, one_cell_is_a_star) {
  // s - g0 - r, r - wire - u, r - g - c, c - wire - o: one node of three branches.
  inv_cells cells{MatrixXd::Constant(1, 1, 80e-6), {}, VectorXd::Constant(1, 50e-6), 100};
  const terminal_conductance t = reduce(cells);
  const double to_output = 1 / (1 / 80e-6 + 100), to_input = 0.01, to_source = 50e-6;
  const double sum = to_output + to_input + to_source, eps = 1e-15;
  EXPECT_NEAR(-t.y(t.rows(), t.outputs()) * sum / (to_input * to_output), 1, eps);
  EXPECT_NEAR(-t.y(t.rows(), t.sources()) * sum / (to_input * to_source), 1, eps);
  EXPECT_NEAR(-t.y(t.outputs(), t.sources()) * sum / (to_output * to_source), 1, eps);
}

TEST(wires, a_row_of_equal_cells_is_a_ladder) {
  // One row, k columns, all drivers at 1 V, the input grounded. With the branches g' = 1 / (1/g + r) the node
  // voltages obey v(j-1) - (2 + r g') v(j) + v(j+1) = -r g', so 1 - v(j) = C cosh((j + 1/2) a) with cosh a =
  // 1 + r g' / 2 (mirrored at the row's open beginning) and v(k) = 0.
  const Index k = 12;
  const double g = 100e-6, r = 200, branch = 1 / (1 / g + r);
  const double a = std::acosh(1 + r * branch / 2);
  const double last =
      1 - std::cosh((static_cast<double>(k) - 0.5) * a) / std::cosh((static_cast<double>(k) + 0.5) * a);
  MatrixXd effective;
  wire_reducer(1, k).effective_matrix(MatrixXd::Constant(1, k, g), r, effective);
  EXPECT_NEAR(effective.sum() * r / last, 1, 1e-13);
  // A column of equal cells is the same ladder, fed at its beginning: V(k - 1 - i) = cosh((i + 1/2) a) /
  // cosh((k + 1/2) a) of the driver's volt.
  wire_reducer(k, 1).effective_matrix(MatrixXd::Constant(k, 1, g), r, effective);
  for (Index i = 0; i < k; ++i) {
    const double volt =
        std::cosh((static_cast<double>(k - 1 - i) + 0.5) * a) / std::cosh((static_cast<double>(k) + 0.5) * a);
    EXPECT_NEAR(effective(i, 0) / (volt * branch), 1, 1e-13) << i;
  }
}

TEST(wires, an_open_loop_array_is_the_network_with_its_inputs_grounded) {
  for (const Index n : {1, 4, 9}) {
    inv_cells cells = random_cells(n, false, 5, 3);
    cells.source.setZero();
    const terminal_conductance t = reduce(cells);
    MatrixXd effective;
    wire_reducer(n, n).effective_matrix(cells.plus, cells.wire_ohm, effective);
    const MatrixXd expected = -t.y.block(t.rows(), t.outputs(), n, n);
    // Both are the same elimination, without and with what flows between inputs.
    EXPECT_LE((effective - expected).cwiseAbs().maxCoeff(), 1e-15 * expected.maxCoeff()) << n;
  }
}

TEST(wires, the_reduced_network_is_symmetric_and_floats) {
  for (const bool two_arrays : {false, true}) {
    const MatrixXd y = reduce(random_cells(6, two_arrays, 10, 4)).y;
    EXPECT_EQ(y, y.transpose());
    // Diagonals are sums of the same numbers in another order.
    EXPECT_LE(y.rowwise().sum().cwiseAbs().maxCoeff(), 50 * 2.2e-16 * y.diagonal().maxCoeff());
    EXPECT_LE((y - MatrixXd(y.diagonal().asDiagonal())).maxCoeff(), 0);
  }
}

TEST(wires, thin_wires_shrink_to_none_in_proportion) {
  // To first order the change is linear in the resistance. A path has 20 segments at most, each carries the
  // current of at most 50 cells of 100 uS: 2e-4 ohm take the share 2e-5, and the second order is its square.
  for (const bool two_arrays : {false, true}) {
    inv_cells cells = random_cells(5, two_arrays, 0, 5);
    const MatrixXd none = reduce(cells).y;
    cells.wire_ohm = 1e-4;
    const MatrixXd thin = reduce(cells).y;
    cells.wire_ohm = 2e-4;
    const MatrixXd thick = reduce(cells).y;
    const double largest = none.cwiseAbs().maxCoeff();
    EXPECT_GT((thick - none).cwiseAbs().maxCoeff(), 1e-7 * largest);
    EXPECT_LT((thick - 2 * thin + none).cwiseAbs().maxCoeff(), 4e-10 * largest);
  }
  inv_cells cells = random_cells(5, true, 1e-12, 6);
  const MatrixXd thin = reduce(cells).y;
  cells.wire_ohm = 0;
  EXPECT_LT((thin - reduce(cells).y).cwiseAbs().maxCoeff(), 1e-12 * thin.maxCoeff());
}

TEST(wires, an_array_without_a_single_conducting_cell_is_no_network) {
  inv_cells cells{MatrixXd::Zero(3, 3), MatrixXd::Zero(3, 3), VectorXd::Zero(3), 1};
  EXPECT_EQ(reduce(cells).y, MatrixXd::Zero(12, 12));
}

TEST(wires, a_reducer_used_again_gives_the_same) {
  wire_reducer reducer(4, 8);
  terminal_conductance out;
  for (const std::uint64_t number : {1u, 2u, 3u}) {
    const inv_cells cells = random_cells(4, true, 3, number);
    reducer.reduce(cells, out);
    EXPECT_EQ(out.y, reduce(cells).y);
  }
}

}  // namespace
}  // namespace mho::analog
