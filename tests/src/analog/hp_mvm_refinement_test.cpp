// The refinement with its residual's product made by bit-serial arrays: bits of the input, its scale,
// misreads.
#include <gtest/gtest.h>

#include <algorithm>
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

std::vector<double> median_errors(const options& values, std::size_t rx, std::size_t tx, std::size_t cycles,
                                  std::size_t channels) {
  bench b(accelerator_options("paper", values).value(), tx);
  std::vector<std::vector<double>> errors(cycles);
  for (std::uint64_t k = 0; k < channels; ++k) {
    const std::vector<double> e = b.errors(gram_system(rx, tx, k), cycles, {1, 0, k});
    for (std::size_t c = 0; c < cycles; ++c) errors[c].push_back(e[c]);
  }
  std::vector<double> median;
  for (auto& e : errors) {
    std::nth_element(e.begin(), e.begin() + static_cast<std::ptrdiff_t>(channels / 2), e.end());
    median.push_back(e[channels / 2]);
  }
  return median;
}

options arrays(std::int64_t input_bits, std::int64_t rows, options more = {}) {
  more.insert({{"converter.dac_bits", std::int64_t{0}},
               {"converter.adc_bits", std::int64_t{0}},
               {"solver.mvm", "arrays"},
               {"solver.input_bits", input_bits},
               {"solver.active_rows", rows}});
  return more;
}

TEST(hp_mvm_refinement, bits_of_an_input_at_its_own_scale_do_not_matter) {
  // dx with an input of b bits has an error more, uniform in a step of max|dx| / (2^b - 1): relative to
  // |dx| = sqrt(n) rms it is max / rms / (2^b - 1) / sqrt(12), at most sqrt(8) / 15 / sqrt(12) = .055 for 4
  // bits, uncorrelated to the .09 and more that LP-INV leaves: every cycle contracts by less than a factor
  // hypot(1, .055 / .09) = 1.17 less. A row at a time is always read exactly, write errors or not.
  constexpr std::size_t cycles = 14, channels = 200;
  const std::vector<double> exact = median_errors({{"converter.dac_bits", std::int64_t{0}},
                                                   {"converter.adc_bits", std::int64_t{0}}},
                                                  16, 4, cycles, channels),
                            coarse = median_errors(arrays(4, 1), 16, 4, cycles, channels),
                            usual = median_errors(arrays(12, 1), 16, 4, cycles, channels),
                            fine = median_errors(arrays(24, 1), 16, 4, cycles, channels);
  for (std::size_t c = 0; c < cycles; ++c) {
    EXPECT_NEAR(fine[c] / exact[c], 1, 1e-3) << c + 1;
    EXPECT_NEAR(usual[c] / exact[c], 1, 1e-2) << c + 1;
    EXPECT_LT(coarse[c] / exact[c], std::pow(1.17, c + 1)) << c + 1;
    EXPECT_GT(coarse[c] / exact[c], 0.95) << c + 1;
  }
  // All end at the floor that truncation to 24 bits leaves: 1.3e-7 in the median (7e-8 .. 3e-7).
  for (const double floor : {exact.back(), coarse.back(), usual.back(), fine.back()})
    EXPECT_NEAR(floor, 1.3e-7, 0.15 * 1.3e-7);
}

TEST(hp_mvm_refinement, a_fixed_scale_has_a_floor) {
  // Refinement stands still once every entry of dx = P r is below half a step, P what LP-INV realises. The
  // error that remains is A^-1 r = (P A)^-1 dx, at most |(P A)^-1| sqrt(n) step / 2; the step is the power of
  // two above twice the first |dx|, over 2^12 - 1: about 5e-4 of |x|, far above the floor of truncation.
  constexpr std::size_t channels = 100, n = 8, cycles = 20;
  const options without{{"converter.dac_bits", std::int64_t{0}}, {"converter.adc_bits", std::int64_t{0}}};
  bench fixed(accelerator_options("paper", arrays(12, 1, {{"solver.dx_scale", "fixed"}})).value(), 4);
  bench linear(accelerator_options("paper", without).value(), 4);
  std::vector<double> error;
  for (std::uint64_t k = 0; k < channels; ++k) {
    const gram_system system(16, 4, k);
    const double left = fixed.errors(system, cycles, {1, 0, k}).back();
    const Eigen::Map<const matrix> a(system.expanded.data(), n, n);
    ASSERT_EQ(linear.solver.program(a.data(), {1, 0, k}, linear.state, linear.scratch), status::ok);
    const Eigen::MatrixXd p = linear.realised_inverse({1, 0, k});
    const double first = (p * Eigen::Map<const Eigen::VectorXd>(system.b.data(), n)).cwiseAbs().maxCoeff();
    const double step = std::exp2(std::floor(std::log2(first)) + 2) / 4095;
    const Eigen::MatrixXd back = test::inverse(test::product(p, a));
    EXPECT_LE(left * system.exact.norm(),
              test::singular_values(back)(0) * std::sqrt(n) * step / 2 + 3e-6 * system.exact.norm())
        << k;
    error.push_back(left);
  }
  std::nth_element(error.begin(), error.begin() + channels / 2, error.end());
  EXPECT_GT(error[channels / 2], 1e-4);  // the same bits at the vector's own scale: 1.4e-7
}

TEST(hp_mvm_refinement, misreads_leave_a_floor) {
  // What the arrays read wrongly belongs to the same digits every time: the refinement converges to another
  // matrix's solution, and its own residual does not show it. Two rows at a time lose next to nothing, eight
  // three digits.
  const double one = median_errors(arrays(12, 1), 16, 4, 14, 200).back();
  const double two = median_errors(arrays(12, 2), 16, 4, 14, 200).back();
  const double eight = median_errors(arrays(12, 8), 16, 4, 14, 200).back();
  EXPECT_LT(two, 2 * one);
  EXPECT_GT(eight, 1000 * one);
  bench b(accelerator_options("paper", arrays(12, 8)).value(), 4);
  std::vector<double> x(8 * 30), residual(30), real_residual;
  for (std::uint64_t k = 0; k < 51; ++k) {
    const gram_system system(16, 4, k);
    ASSERT_EQ(b.solver.program(system.expanded.data(), {1, 0, k}, b.state, b.scratch), status::ok);
    ASSERT_EQ(b.solver.solve(b.state, system.b.data(), 30, {1, 0, k}, x, residual, b.scratch), status::ok);
    const Eigen::Map<const matrix> a(system.expanded.data(), 8, 8);
    const Eigen::Map<const Eigen::VectorXd> rhs(system.b.data(), 8), last(x.data() + 8 * 29, 8);
    EXPECT_LT(residual.back(), 1e-6) << k;
    real_residual.push_back((rhs - a * last).norm() / rhs.norm());
  }
  std::nth_element(real_residual.begin(), real_residual.begin() + 25, real_residual.end());
  EXPECT_GT(real_residual[25], 1e-4);
}

}  // namespace
}  // namespace mho
