// The paper's worked example, solved by the circuit that stores the matrix directly, against the printed
// digits and against statistics over chips from independent simulations of the same equations.
#include <gtest/gtest.h>

#include <algorithm>
#include <mho/analog.hpp>

#include "analog/array.hpp"
#include "src/analog/worked_example.hpp"
#include "src/reference/algebra.hpp"

namespace mho {
namespace {

using test::example_matrix;
using test::example_rhs;
using test::matrix;

analog_solver example_solver(const char* rounding, const char* write_error) {
  options values = *accelerator_options("ideal", {{"array.mapping", "direct"},
                                                  {"array.rounding", rounding},
                                                  {"device.write_error", write_error},
                                                  {"solver.slices", std::int64_t{4}},
                                                  {"solver.slice_scale", "binary"}});
  return analog_solver::make(values, 4, false).value();
}

struct run {
  std::vector<double> error;  // a cycle: |x - x*| / |x*|
  double radius = 0;
};

run solve_example(const analog_solver& solver, std::uint64_t chip, std::size_t cycles) {
  const matrix a = example_matrix();
  const Eigen::Vector4d b = example_rhs(), exact = test::solution(a, b);
  std::vector<double> state(solver.state_size()), scratch(solver.scratch_size()), x(4 * cycles),
      residual(cycles);
  EXPECT_EQ(solver.program(a.data(), {chip, 0, 0}, state, scratch), status::ok);
  EXPECT_EQ(solver.solve(state, b.data(), cycles, {chip, 0, 0}, x, residual, scratch), status::ok);
  run r;
  for (std::size_t c = 0; c < cycles; ++c)
    r.error.push_back((Eigen::Map<const Eigen::Vector4d>(x.data() + 4 * c) - exact).norm() / exact.norm());
  r.radius = solver.spectral_radius(state);
  return r;
}

TEST(worked_example, has_the_printed_condition_and_solution) {
  const matrix a = example_matrix();
  EXPECT_NEAR(test::condition(a), 7.71, 0.005);
  const Eigen::Vector4d x = test::solution(a, example_rhs());
  const Eigen::Vector4d printed(0.1392, -0.0775, 0.0316, 0.1460);
  EXPECT_LT((x - printed).cwiseAbs().maxCoeff(), 0.00005 + 1e-9);
}

TEST(worked_example, slices_are_the_printed_digits) {
  const matrix a = example_matrix();
  const double scale = analog::slice_scale(a.data(), 16, 4, true);
  EXPECT_EQ(scale, 1.0 / 8);
  std::array<double, 16> coarse, fine;
  for (int slices = 1; slices <= 4; ++slices) {
    analog::truncate_to_slices(a.data(), 16, slices, scale, fine.data());
    if (slices == 1) coarse.fill(0);
    const double weight = scale * std::ldexp(1.0, -3 * (slices - 1));
    for (std::size_t i = 0; i < 16; ++i) {
      EXPECT_EQ((fine[i] - coarse[i]) / weight,
                test::example_digits[static_cast<std::size_t>(slices - 1)][i]);
      coarse[i] = fine[i];
    }
  }
}

TEST(worked_example, spectral_radius_truncated_and_rounded) {
  EXPECT_NEAR(solve_example(example_solver("truncate", "none"), 1, 1).radius, 0.505, 0.0005);
  EXPECT_NEAR(solve_example(example_solver("nearest", "none"), 1, 1).radius, 0.1245, 0.00005);
}

TEST(worked_example, guaranteed_contraction_truncated_and_rounded) {
  // |I - P A|, P column by column: one cycle on unit vectors.
  const auto contraction = [](const char* rounding) {
    const analog_solver solver = example_solver(rounding, "none");
    const matrix a = example_matrix();
    std::vector<double> state(solver.state_size()), scratch(solver.scratch_size());
    EXPECT_EQ(solver.program(a.data(), {1, 0, 0}, state, scratch), status::ok);
    Eigen::Matrix4d p;
    for (Eigen::Index j = 0; j < 4; ++j) {
      const Eigen::Vector4d unit = Eigen::Vector4d::Unit(j);
      EXPECT_EQ(solver.solve(state, unit.data(), 1, {1, 0, 0}, {p.col(j).data(), 4}, {}, scratch),
                status::ok);
    }
    return test::singular_values(Eigen::Matrix4d::Identity() - p * a)(0);
  };
  EXPECT_NEAR(contraction("truncate"), 0.775, 0.0005);
  EXPECT_NEAR(contraction("nearest"), 0.217, 0.0005);
}

TEST(worked_example, errors_without_write_errors) {
  const run r = solve_example(example_solver("nearest", "none"), 1, 6);
  // Three printed digits: half a unit of the last one.
  const std::array<double, 6> expected{.106, .0164, .00195, 2.15e-4, 2.02e-5, 2.08e-6};
  const std::array<double, 6> half_digit{.0005, .00005, .000005, 5e-7, 5e-8, 5e-9};
  for (std::size_t c = 0; c < 6; ++c)
    EXPECT_NEAR(r.error[c], expected[c], half_digit[c]) << "cycle " << c + 1;
}

TEST(worked_example, errors_over_chips) {
  // 5, 50 and 95 % over chips with the measured write errors, from an independent simulation, printed with
  // one to three digits. Compared by rank: the share of our chips below a printed quantile, give or take half
  // its last digit. Bound: 4.9 sigma of the binomial count.
  constexpr std::array<std::array<double, 3>, 6> quantile{{{.058, .102, .153},
                                                           {.0033, .0119, .0274},
                                                           {2.7e-4, 1.6e-3, 4.8e-3},
                                                           {2.0e-5, 2.0e-4, 9.1e-4},
                                                           {1.5e-6, 2.5e-5, 1.7e-4},
                                                           {1e-7, 3.2e-6, 3.2e-5}}};
  constexpr std::array<double, 3> share{.05, .5, .95};
  constexpr std::size_t chips = 2000;
  const analog_solver solver = example_solver("nearest", "table");
  std::array<std::vector<double>, 6> error;
  for (std::uint64_t chip = 1; chip <= chips; ++chip) {
    const run r = solve_example(solver, chip, 6);
    for (std::size_t c = 0; c < 6; ++c) error[c].push_back(r.error[c]);
  }
  for (std::size_t c = 0; c < 6; ++c)
    for (std::size_t q = 0; q < 3; ++q) {
      const double level = quantile[c][q];
      const double digit = std::pow(10.0, std::floor(std::log10(level)) - (level < 5e-3 ? 1 : 2)) / 2;
      const auto below = [&](double x) {
        return static_cast<double>(
                   std::count_if(error[c].begin(), error[c].end(), [&](double e) { return e < x; })) /
               chips;
      };
      const double bound = 4.9 * std::sqrt(share[q] * (1 - share[q]) / chips);
      EXPECT_GT(below(level + digit), share[q] - bound) << "cycle " << c + 1 << ", quantile " << q;
      EXPECT_LT(below(level - digit), share[q] + bound) << "cycle " << c + 1 << ", quantile " << q;
    }
}

}  // namespace
}  // namespace mho
