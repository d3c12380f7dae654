// BlockAMC against block elimination, its closed form, and the sizes it takes.
#include <gtest/gtest.h>

#include <cmath>
#include <mho/analog.hpp>

#include "src/analog/gram.hpp"
#include "src/analog/worked_example.hpp"
#include "src/reference/algebra.hpp"

namespace mho {
namespace {

using test::bench;
using test::gram_system;
using test::matrix;
using test::parameters;

// Leaves that invert their block exactly: nothing rounds, nothing errs.
class perfect_blocks {
 public:
  static Eigen::MatrixXd inverse(const Eigen::MatrixXd& a, std::size_t leaf, bool schur) {
    const Eigen::Index n = a.rows(), h = n / 2;
    if (n <= static_cast<Eigen::Index>(leaf)) return test::inverse(a);
    const Eigen::MatrixXd m1 = a.topLeftCorner(h, h), m2 = a.topRightCorner(h, h),
                          m3 = a.bottomLeftCorner(h, h);
    Eigen::MatrixXd m4 = a.bottomRightCorner(h, h);
    if (schur) m4 -= test::product(m3, test::inverse(m1), m2);
    const Eigen::MatrixXd p1 = inverse(m1, leaf, schur), p4 = inverse(m4, leaf, schur);
    // x2 = p4 (b2 - m3 p1 b1), x1 = p1 (b1 - m2 x2), written as a matrix.
    Eigen::MatrixXd p(n, n);
    p.bottomLeftCorner(h, h) = -test::product(p4, m3, p1);
    p.bottomRightCorner(h, h) = p4;
    p.topLeftCorner(h, h) = p1 - test::product(p1, m2, p.bottomLeftCorner(h, h));
    p.topRightCorner(h, h) = -test::product(p1, m2, p4);
    return p;
  }
};

TEST(block_amc, with_large_arrays_of_one_level_each_is_exact) {
  // 1x1 arrays hold their entry in the diagonal resistor alone, so leaves are perfect: with the exact Schur
  // complement BlockAMC is block elimination, and one cycle solves the system.
  for (std::uint64_t k = 0; k < 20; ++k) {
    const gram_system system(16, 4, k);
    bench b(parameters("ideal", {{"array.size", std::int64_t{1}},
                                 {"solver.blocks", "schur"},
                                 {"solver.slices", std::int64_t{16}}}),
            4);
    const double condition = test::condition(system.gram);
    EXPECT_LT(b.errors(system, 1, {})[0], 1e-14 * 8 * condition * condition) << k;
  }
}

TEST(block_amc, reuse_with_perfect_leaves_has_the_closed_form_radius) {
  // One stage, M4 = M1 = R in place of the Schur complement: rho = rho(R^-1 S)^2. Perfect leaves by 1x1
  // arrays and exact Schur complements inside are not reuse, so the leaves here are the real part itself: tx
  // = 1, N = 2.
  for (std::uint64_t k = 0; k < 20; ++k) {
    const gram_system system(4, 2, k);
    const Eigen::MatrixXd r = system.gram.real(), s = system.gram.imag();
    const double expected = std::pow(test::spectral_radius(test::solution(r, s)), 2);
    Eigen::MatrixXd a(4, 4);
    a << r, -s, s, r;
    const Eigen::MatrixXd p = perfect_blocks::inverse(a, 2, false);
    const double reference = test::spectral_radius(Eigen::MatrixXd::Identity(4, 4) - test::product(p, a));
    EXPECT_NEAR(reference, expected, 1e-9);
    // The solver's own tree, its leaves replaced by perfect ones: R of a 2x2 Gram matrix has equal
    // off-diagonal entries, so one array of two rows holds it without rounding if its diagonal is constant.
    Eigen::MatrixXd level = r;
    level(1, 1) = level(0, 0);
    Eigen::MatrixXd even(4, 4);
    even << level, -s, s, level;
    const double even_expected = std::pow(test::spectral_radius(test::solution(level, s)), 2);
    const analog_solver solver =
        analog_solver::make(
            parameters("ideal", {{"array.size", std::int64_t{2}}, {"solver.slices", std::int64_t{16}}}), 2,
            true)
            .value();
    std::vector<double> state(solver.state_size()), scratch(solver.scratch_size());
    const Eigen::Matrix<double, 4, 4, Eigen::RowMajor> rows = even;
    ASSERT_EQ(solver.program(rows.data(), {}, state, scratch), status::ok);
    EXPECT_NEAR(solver.spectral_radius(state), even_expected, 1e-7 * (1 + even_expected)) << k;
  }
}

TEST(block_amc, takes_any_size_on_any_array) {
  // Sizes that are no power of two times the array are padded. Well-conditioned matrices (eigenvalues 1 .. 2)
  // converge everywhere, to the solution of the matrix that HP-MVM holds; 3^s INV and 3 4^s - 2 3^s MVM, s =
  // ceil(log2(N / N0)).
  struct row {
    std::size_t n, array;
    unsigned stages;
  };
  for (const row& r :
       {row{3, 4, 0},    row{5, 4, 1},   row{6, 4, 1},    row{12, 4, 2},   row{24, 4, 3},  row{48, 4, 4},
        row{100, 4, 5},  row{3, 8, 0},   row{5, 8, 0},    row{6, 8, 0},    row{12, 8, 1},  row{24, 8, 2},
        row{48, 8, 3},   row{100, 8, 4}, row{3, 32, 0},   row{12, 32, 0},  row{24, 32, 0}, row{48, 32, 1},
        row{100, 32, 2}, row{3, 512, 0}, row{48, 512, 0}, row{100, 512, 0}})
    for (const char* blocks : {"reuse", "schur"}) {
      const auto size = static_cast<Eigen::Index>(r.n);
      random_stream random(11, 0, r.n * 1000 + r.array, 0);
      const matrix draws =
          matrix::NullaryExpr(size, size, [&] { return static_cast<double>(random.normal()); });
      const Eigen::MatrixXd q = test::orthogonal_factor(draws);
      const Eigen::VectorXd eigenvalues = Eigen::VectorXd::LinSpaced(size, 1, 2);
      matrix a = test::product(q * eigenvalues.asDiagonal(), q.transpose());
      const Eigen::VectorXd rhs = q.col(0) + q.col(size - 1);
      options values = parameters(
          "ideal", {{"array.size", static_cast<std::int64_t>(r.array)}, {"solver.blocks", blocks}});
      const analog_solver solver = analog_solver::make(values, r.n, false).value();
      EXPECT_EQ(solver.stages(), r.stages) << r.n << " on " << r.array;
      std::uint64_t inv = 1, tiles = 1;
      for (unsigned s = 0; s < r.stages; ++s, inv *= 3) tiles *= 4;
      EXPECT_EQ(solver.operations().inv, inv);
      EXPECT_EQ(solver.operations().mvm, 3 * tiles - 2 * inv);
      std::vector<double> state(solver.state_size()), scratch(solver.scratch_size());
      ASSERT_EQ(solver.program(a.data(), {}, state, scratch), status::ok) << r.n << " on " << r.array;
      const double rho = solver.spectral_radius(state);
      ASSERT_LT(rho, 0.95) << r.n << " on " << r.array;
      const auto cycles = static_cast<std::size_t>(std::ceil(std::log(1e-9) / std::log(rho))) + 10;
      std::vector<double> x(cycles * r.n);
      ASSERT_EQ(solver.solve(state, rhs.data(), cycles, {}, x, {}, scratch), status::ok);
      const Eigen::VectorXd last = Eigen::Map<const Eigen::VectorXd>(x.data() + (cycles - 1) * r.n, size);
      const matrix stored = Eigen::Map<const matrix>(solver.stored_matrix(state).data(), size, size);
      EXPECT_LT((stored * last - rhs).norm(), 1e-8 * rhs.norm()) << r.n << " on " << r.array;
    }
}

TEST(block_amc, products_by_perfect_arrays_change_nothing_that_refinement_sees) {
  // Bit-serial arrays with 24-bit inputs and slices make M2's and M3's products to about 1e-7: the first
  // cycle moves by that times a few norms, the last not at all.
  const gram_system system(128, 8, 1);
  options values{{"array.size", std::int64_t{4}}, {"solver.input_bits", std::int64_t{24}}};
  bench exact(parameters("ideal", values), 8);
  values["solver.block_mvm"] = std::string("arrays");
  bench arrays(parameters("ideal", values), 8);
  std::vector<double> x(16 * 10), y(16 * 10);
  for (auto [b, out] : {std::pair(&exact, &x), std::pair(&arrays, &y)}) {
    ASSERT_EQ(b->solver.program(system.expanded.data(), {}, b->state, b->scratch), status::ok);
    ASSERT_EQ(b->solver.solve(b->state, system.b.data(), 10, {}, *out, {}, b->scratch), status::ok);
  }
  const auto at = [](const std::vector<double>& v, std::size_t cycle) {
    return Eigen::Map<const Eigen::VectorXd>(v.data() + 16 * cycle, 16);
  };
  const double moved = (at(x, 0) - at(y, 0)).norm() / at(x, 0).norm();
  EXPECT_GT(moved, 0);
  EXPECT_LT(moved, 1e-6);
  EXPECT_LT((at(x, 9) - at(y, 9)).norm() / at(x, 9).norm(), 1e-12);
}

}  // namespace
}  // namespace mho
