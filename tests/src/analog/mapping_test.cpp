// Signed mappings: what the arrays hold with perfect cells is the matrix, whatever the levels' range.
#include <gtest/gtest.h>

#include <Eigen/Dense>
#include <algorithm>
#include <cmath>

#include "analog/ageing.hpp"
#include "analog/array.hpp"
#include "analog/circuit.hpp"
#include "src/analog/gram.hpp"
#include "src/reference/algebra.hpp"

namespace mho::analog {
namespace {

using test::bench;
using test::gram_system;
using matrix = Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;

device_parameters perfect(int levels, double off_siemens) {
  device_parameters device;
  device.levels = levels;
  device.off_siemens = off_siemens;
  device.error = write_error::none;
  return device;
}

// Draws that no perfect device takes.
struct no_draws {
  random_stream writing{0, 0, 0, 0}, ageing{0, 0, 0, 1};
  array_draws get() { return {writing, ageing, {}}; }
};

// The symmetric real part of a Gram matrix: entries of both signs.
matrix signed_matrix(std::size_t n, std::uint64_t k) { return gram_system(4 * n, n, k).gram.real(); }

struct range {
  int levels;
  double off_siemens;
};
const std::vector<range> ranges{{8, 0}, {8, 3e-6}, {16, 0}, {16, 1e-6}, {2, 5e-6}, {5, 2e-6}};

TEST(mapping, split_holds_the_matrix_to_half_a_level_and_absorbs_the_off_conductance) {
  for (const auto& [levels, off_siemens] : ranges)
    for (std::uint64_t k = 0; k < 20; ++k)
      for (const bool programmed : {false, true}) {
        if (programmed && levels == 2) continue;  // below
        const std::size_t n = 1 + k % 6;
        const auto size = static_cast<Eigen::Index>(n);
        const device_parameters device = perfect(levels, off_siemens);
        const array_parameters array{.size = 8, .programmed_bias = programmed};
        const matrix a = signed_matrix(n, k);
        const inv_mapping map =
            programmed ? map_programmed_bias(a.data(), n, n, device) : map_inv(a.data(), n, n, device);
        no_draws draws;
        matrix cells(size, size);
        Eigen::VectorXd bias = Eigen::VectorXd::Constant(size, map.bias / map.step);
        program_inv(a.data(), n, n, map, array, device, draws.get(), cells.data());
        if (programmed) program_bias(n, map, device, draws.get(), bias.data());
        EXPECT_GE(cells.minCoeff(), device.off_steps());
        EXPECT_LE(cells.maxCoeff(), device.on_steps() * (1 + 1e-15));
        const matrix held = map.step * (cells - bias * Eigen::RowVectorXd::Ones(size)) +
                            map.diagonal * Eigen::MatrixXd::Identity(size, size);
        EXPECT_LE((held - a).cwiseAbs().maxCoeff(), map.step / 2 * (1 + 1e-12)) << levels << " " << k;
        const mapping_scale scale = scale_of(a.data(), n, n, map, array, device);
        EXPECT_EQ(scale.clipped_entries, 0u);
        EXPECT_NEAR(scale.siemens_per_unit * map.step, (35e-6 - off_siemens) / (levels - 1), 1e-18);
        EXPECT_NEAR(scale.bias_siemens, bias(0) * device.step_siemens(), 1e-17);
        EXPECT_NEAR(scale.diagonal_siemens, map.diagonal / map.step * device.step_siemens(), 1e-17);
      }
}

TEST(mapping, split_uses_the_published_step_bias_and_diagonal) {
  matrix a(3, 3);
  a << 5, -1, 2, -1, 6, 0.5, 2, 0.5, 8;
  const inv_mapping map = map_inv(a.data(), 3, 3);
  EXPECT_DOUBLE_EQ(map.bias, 1);        // -min off-diagonal
  EXPECT_DOUBLE_EQ(map.diagonal, 6);    // min diagonal + bias
  EXPECT_DOUBLE_EQ(map.step, 3.0 / 7);  // max(2 + 1, 8 - 5) / 7
  EXPECT_DOUBLE_EQ(map.on_steps, 7);
  const inv_mapping fine = map_inv(a.data(), 3, 3, perfect(16, 5e-6));
  EXPECT_DOUBLE_EQ(fine.step, 3.0 / 15);
  EXPECT_DOUBLE_EQ(fine.bias, 1 + 3.0 / 15 * 2.5);  // 5 uS are 2.5 steps of 2 uS
  EXPECT_DOUBLE_EQ(fine.diagonal, 6);
  EXPECT_DOUBLE_EQ(fine.on_steps, 17.5);
}

TEST(mapping, a_programmed_bias_is_a_level_and_no_smaller_step_would_do) {
  for (const int levels : {2, 4, 8, 32})
    for (std::uint64_t k = 0; k < 50; ++k) {
      const std::size_t n = 2 + k % 4;
      matrix a = signed_matrix(n, k);
      if (k % 5 == 0) a = -a.cwiseAbs().eval() + 20 * matrix::Identity(a.rows(), a.cols());
      const device_parameters device = perfect(levels, 0);
      const inv_mapping map = map_programmed_bias(a.data(), n, n, device);
      matrix off = a;
      off.diagonal().setConstant(infinite);
      const double least = off.minCoeff();
      off.diagonal().setConstant(-infinite);
      const double most = off.maxCoeff(), spread = a.diagonal().maxCoeff() - a.diagonal().minCoeff();
      // Whether levels of this size serve for some bias of k of them.
      const auto serves = [&](double step) {
        const double top = levels - 1;
        for (int bias = 0; bias < levels; ++bias)
          if (bias * step >= -least * (1 - 1e-12) && most + bias * step <= top * step * (1 + 1e-12) &&
              spread <= top * step * (1 + 1e-12))
            return true;
        return false;
      };
      if (levels == 2 && least < 0 && most > 0) {
        // One level cannot serve both signs: the positive entries are clipped, and counted.
        EXPECT_EQ(map.bias_level, 1);
        EXPECT_EQ(scale_of(a.data(), n, n, map, {.programmed_bias = true}, device).clipped_entries,
                  static_cast<std::size_t>((off.array() >= map.step / 2).count()));
        continue;
      }
      EXPECT_TRUE(serves(map.step)) << levels << " " << k;
      for (const double smaller : {0.999, 0.9, 0.5}) EXPECT_FALSE(serves(smaller * map.step)) << levels;
      EXPECT_DOUBLE_EQ(map.bias, map.bias_level * map.step);
    }
}

TEST(mapping, direct_carries_the_off_conductance_as_an_error) {
  const matrix a = signed_matrix(4, 1).cwiseAbs();
  for (const double off_siemens : {0.0, 3e-6}) {
    const device_parameters device = perfect(8, off_siemens);
    const inv_mapping map = map_direct(slice_scale(a.data(), 16, 8, false), device);
    no_draws draws;
    matrix cells(4, 4);
    const array_parameters array{.mapping = sign_mapping::direct};
    program_inv(a.data(), 4, 4, map, array, device, draws.get(), cells.data());
    const matrix excess = map.step * cells - a;
    const double off = map.step * off_siemens / device.step_siemens();
    EXPECT_LE((excess.array() - off).abs().maxCoeff(), map.step * (1 + 1e-9));  // the largest one is clipped
    EXPECT_EQ(scale_of(a.data(), 4, 4, map, array, device).clipped_entries,
              static_cast<std::size_t>((a.array() / map.step >= 7.5).count()));
  }
}

TEST(mapping, a_pair_of_arrays_holds_both_signs_and_cancels_the_off_conductance) {
  for (const auto& [levels, off_siemens] : ranges)
    for (std::uint64_t k = 0; k < 20; ++k) {
      const std::size_t n = 1 + k % 6;
      const auto size = static_cast<Eigen::Index>(n);
      const device_parameters device = perfect(levels, off_siemens);
      const array_parameters array{.mapping = sign_mapping::pair};
      const matrix a = signed_matrix(n, k);
      const inv_mapping map = map_pair(a.data(), n, n, device);
      EXPECT_DOUBLE_EQ(map.step, a.cwiseAbs().maxCoeff() / (levels - 1));
      no_draws draws;
      matrix plus(size, size), minus(size, size);
      program_pair(a.data(), n, n, map, array, device, draws.get(), plus.data(), minus.data());
      EXPECT_LE((map.step * (plus - minus) - a).cwiseAbs().maxCoeff(), map.step / 2 * (1 + 1e-12));
      EXPECT_GE(std::min(plus.minCoeff(), minus.minCoeff()), device.off_steps());
      // At least one cell of every pair is at level 0.
      EXPECT_EQ(plus.cwiseMin(minus).maxCoeff(), device.off_steps());
      EXPECT_EQ(scale_of(a.data(), n, n, map, array, device).clipped_entries, 0u);
    }
}

TEST(mapping, differential_slices_are_the_truncated_digits) {
  for (const auto& [levels, off_siemens] : ranges)
    for (const bool binary : {false, true}) {
      const device_parameters device = perfect(levels, off_siemens);
      const int bits = device.digit_bits(), slices = 5;
      EXPECT_EQ(bits, static_cast<int>(std::floor(std::log2(levels))));
      const matrix a = signed_matrix(6, 3);
      const double scale = slice_scale(a.data(), 36, slices, binary, bits);
      if (binary) {
        EXPECT_GE(a.cwiseAbs().maxCoeff(), std::ldexp(scale, bits - 1));
        EXPECT_LT(a.cwiseAbs().maxCoeff(), std::ldexp(scale, bits));
      }
      std::vector<double> plus(5 * 36), minus(5 * 36);
      no_draws draws;
      program_slices(a.data(), 6, 6, 6, slices, scale, device, draws.get(), plus.data(), minus.data());
      matrix sum = matrix::Zero(6, 6), stored(6, 6);
      for (int s = 0; s < slices; ++s) {
        const Eigen::Map<const matrix> p(plus.data() + 36 * s, 6, 6), m(minus.data() + 36 * s, 6, 6);
        EXPECT_EQ(p.cwiseMin(m).maxCoeff(), device.off_steps());
        EXPECT_LE(p.cwiseMax(m).maxCoeff(), device.off_steps() + std::ldexp(1, bits) - 1 + 1e-12);
        sum += std::ldexp(scale, -bits * s) * (p - m);
      }
      truncate_to_slices(a.data(), 36, slices, scale, stored.data(), bits);
      // Each slice's difference and each partial sum rounds once, below scale * on_steps.
      EXPECT_LE((sum - stored).cwiseAbs().maxCoeff(),
                2 * slices * std::numeric_limits<double>::epsilon() * scale * device.on_steps());
      EXPECT_LE((stored - a).cwiseAbs().maxCoeff(), std::ldexp(scale, -bits * (slices - 1)));
    }
}

TEST(mapping, exact_slices_of_the_worked_digits) {
  // 0.15966796875 = 1/8 (1 + 2/8 + 1/64 + 6/512), written down by hand; its negative goes to the other side.
  const double value = (1 + 2.0 / 8 + 1.0 / 64 + 6.0 / 512) / 8;
  const std::array<double, 2> a{value, -value};
  std::array<double, 8> plus, minus;
  no_draws draws;
  program_slices(a.data(), 1, 2, 2, 4, 1.0 / 8, perfect(8, 0), draws.get(), plus.data(), minus.data());
  EXPECT_EQ(plus, (std::array<double, 8>{1, 0, 2, 0, 1, 0, 6, 0}));
  EXPECT_EQ(minus, (std::array<double, 8>{0, 1, 0, 2, 0, 1, 0, 6}));
}

options bare(options more) {
  more["converter.dac_bits"] = std::int64_t{0};
  more["converter.adc_bits"] = std::int64_t{0};
  return accelerator_options("paper", more).value();
}

TEST(mapping, a_programmed_bias_costs_little) {
  // Medians over fresh 16x4 channels of independent simulations: .110 .0174 .0033 instead of .10 .016 .0030;
  // 15 % covers their spread and counting.
  constexpr std::size_t channels = 1000;
  constexpr std::array<double, 3> published{.110, .0174, .0033};
  bench b(bare({{"array.bias", "programmed"}}), 4);
  std::array<std::vector<double>, 3> errors;
  for (std::uint64_t k = 0; k < channels; ++k) {
    const std::vector<double> e = b.errors(gram_system(16, 4, k), 3, {1, 0, k});
    for (std::size_t c = 0; c < 3; ++c) errors[c].push_back(e[c]);
  }
  for (std::size_t c = 0; c < 3; ++c) {
    std::nth_element(errors[c].begin(), errors[c].begin() + channels / 2, errors[c].end());
    EXPECT_NEAR(errors[c][channels / 2] / published[c], 1, 0.15) << "cycle " << c + 1;
  }
}

TEST(mapping, loops_with_an_uneven_bias_column_settle_where_their_eigenvalues_say_so) {
  std::array<std::size_t, 2> count{};
  for (std::uint64_t k = 0; k < 2000; ++k) {
    const std::size_t n = 1 + k % 6;
    const auto size = static_cast<Eigen::Index>(n);
    random_stream random(2, 0, k, 0);
    std::vector<double> cells(n * n), bias(n), scratch(3 * (n + 1) * (n + 1) + n + 1);
    for (double& level : cells) level = 7 * random.uniform();
    for (double& level : bias) level = 4 * random.uniform();
    const inv_mapping map{.bias = 0.4, .diagonal = random.uniform(), .step = 0.2};
    Eigen::MatrixXd b = Eigen::MatrixXd::Zero(size + 1, size + 1);
    b.topLeftCorner(size, size) = Eigen::Map<matrix>(cells.data(), size, size);
    b.diagonal().head(size).array() += map.diagonal / map.step;
    b.col(size).head(size) = Eigen::Map<Eigen::VectorXd>(bias.data(), size);
    b.row(size).setConstant(1);
    const Eigen::VectorXd load = b.rowwise().sum().array() + 7;
    const Eigen::MatrixXd loop = load.cwiseInverse().asDiagonal() * b;
    const Eigen::MatrixXd ideal =
        loop.topLeftCorner(size, size) - loop.col(size).head(size) * Eigen::RowVectorXd::Ones(size);
    const double least = std::min(test::least_real_eigenvalue(loop), test::least_real_eigenvalue(ideal));
    ASSERT_GT(std::abs(least), 1e-10);  // no draw is that close
    EXPECT_EQ(settles(cells.data(), map, n, scratch.data(), bias.data()), least > 0) << k;
    ++count[least > 0];
  }
  EXPECT_GT(count[0], 300u);
  EXPECT_GT(count[1], 300u);
}

TEST(mapping, an_off_conductance_changes_nothing_in_the_split_solver) {
  // Ideal otherwise: the bias column takes it back exactly, so the whole refinement is the same to rounding.
  const options plain = accelerator_options("ideal").value(),
                lifted = accelerator_options("ideal", {{"device.off_siemens", 3e-6}}).value(),
                programmed =
                    accelerator_options("ideal", {{"device.off_siemens", 3e-6}, {"array.bias", "programmed"}})
                        .value(),
                reference = accelerator_options("ideal", {{"array.bias", "programmed"}}).value();
  for (const auto& [one, other] : {std::pair(plain, lifted), std::pair(reference, programmed)}) {
    bench a(one, 4), b(other, 4);
    for (std::uint64_t k = 0; k < 20; ++k) {
      const gram_system system(16, 4, k);
      const std::vector<double> x = a.errors(system, 2, {1, 0, k}), y = b.errors(system, 2, {1, 0, k});
      for (std::size_t c = 0; c < 2; ++c) EXPECT_NEAR(y[c], x[c], 1e-10 * x[c]) << k;
    }
  }
}

TEST(mapping, more_levels_make_a_better_first_solution) {
  // Rounding to half a step is the only error of the first cycle with the exact Schur complement: its size
  // goes with the step, 7 : 15 : 63 (medians over channels; the ratio of two medians of the same rounding
  // law, within 25 %).
  std::array<double, 3> median;
  const std::array<std::int64_t, 3> levels{8, 16, 64};
  for (std::size_t l = 0; l < 3; ++l) {
    bench b(accelerator_options("ideal", {{"device.levels", levels[l]}, {"solver.blocks", "schur"}}).value(),
            4);
    std::vector<double> errors;
    for (std::uint64_t k = 0; k < 400; ++k)
      errors.push_back(b.errors(gram_system(64, 4, k), 1, {1, 0, k})[0]);
    std::nth_element(errors.begin(), errors.begin() + 200, errors.end());
    median[l] = errors[200];
  }
  EXPECT_NEAR(median[0] / median[1], 15.0 / 7, 0.25 * 15 / 7);
  EXPECT_NEAR(median[1] / median[2], 63.0 / 15, 0.25 * 63 / 15);
}

}  // namespace
}  // namespace mho::analog
