// The analogue solver against closed forms, double precision and the published behaviour of its algorithm.
#include <gtest/gtest.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <mho/analog.hpp>
#include <set>

#include "analog/array.hpp"
#include "analog/block_amc.hpp"
#include "analog/circuit.hpp"
#include "analog/converter.hpp"
#include "src/analog/gram.hpp"

namespace mho {
namespace {

using test::bench;
using test::gram_system;

options parameters(const char* preset, options replaced = {}) {
  return accelerator_options(preset, replaced).value();
}

options bare(const char* blocks) {
  return parameters("paper", {{"converter.dac_bits", std::int64_t{0}},
                              {"converter.adc_bits", std::int64_t{0}},
                              {"solver.blocks", blocks}});
}

TEST(analog_solver, counts_operations_exactly) {
  // 3^s INV and 3 4^s - 2 3^s MVM a cycle (Zuo et al. 2025): 1, 1; 3, 6; 9, 30; 27, 138.
  const std::array<std::array<std::uint64_t, 2>, 4> expected{{{1, 1}, {3, 6}, {9, 30}, {27, 138}}};
  for (unsigned s = 0; s < 4; ++s) {
    const analog_solver solver = analog_solver::make(parameters("paper"), std::size_t{4} << s, false).value();
    EXPECT_EQ(solver.stages(), s);
    EXPECT_EQ(solver.operations().inv, expected[s][0]);
    EXPECT_EQ(solver.operations().mvm, expected[s][1]);
  }
}

// Leaves that invert their block exactly: nothing rounds, nothing errs.
class perfect_blocks {
 public:
  static Eigen::MatrixXd inverse(const Eigen::MatrixXd& a, std::size_t leaf, bool schur) {
    const Eigen::Index n = a.rows(), h = n / 2;
    if (n <= static_cast<Eigen::Index>(leaf)) return a.inverse();
    const Eigen::MatrixXd m1 = a.topLeftCorner(h, h), m2 = a.topRightCorner(h, h),
                          m3 = a.bottomLeftCorner(h, h);
    Eigen::MatrixXd m4 = a.bottomRightCorner(h, h);
    if (schur) m4 -= m3 * m1.inverse() * m2;
    const Eigen::MatrixXd p1 = inverse(m1, leaf, schur), p4 = inverse(m4, leaf, schur);
    // x2 = p4 (b2 - m3 p1 b1), x1 = p1 (b1 - m2 x2), written as a matrix.
    Eigen::MatrixXd p(n, n);
    p.bottomLeftCorner(h, h) = -p4 * m3 * p1;
    p.bottomRightCorner(h, h) = p4;
    p.topLeftCorner(h, h) = p1 - p1 * m2 * p.bottomLeftCorner(h, h);
    p.topRightCorner(h, h) = -p1 * m2 * p4;
    return p;
  }
};

TEST(analog_solver, block_amc_with_large_arrays_of_one_level_each_is_exact) {
  // 1x1 arrays hold their entry in the diagonal resistor alone, so leaves are perfect: with the exact Schur
  // complement BlockAMC is block elimination, and one cycle solves the system.
  for (std::uint64_t k = 0; k < 20; ++k) {
    const gram_system system(16, 4, k);
    bench b(parameters("ideal", {{"array.size", std::int64_t{1}},
                                 {"solver.blocks", "schur"},
                                 {"solver.slices", std::int64_t{16}}}),
            4);
    const double condition = [&] {
      const auto s = system.gram.jacobiSvd().singularValues();
      return s(0) / s(3);
    }();
    EXPECT_LT(b.errors(system, 1, {})[0], 1e-14 * 8 * condition * condition) << k;
  }
}

TEST(analog_solver, reuse_with_perfect_leaves_has_the_closed_form_radius) {
  // One stage, M4 = M1 = R in place of the Schur complement: rho = rho(R^-1 S)^2. Perfect leaves by 1x1
  // arrays and exact Schur complements inside are not reuse, so the leaves here are the real part itself: tx
  // = 1, N = 2.
  for (std::uint64_t k = 0; k < 20; ++k) {
    const gram_system system(4, 2, k);
    const Eigen::MatrixXd r = system.gram.real(), s = system.gram.imag();
    const double expected = std::pow((r.inverse() * s).eigenvalues().cwiseAbs().maxCoeff(), 2);
    Eigen::MatrixXd a(4, 4);
    a << r, -s, s, r;
    const Eigen::MatrixXd p = perfect_blocks::inverse(a, 2, false);
    const double reference = (Eigen::MatrixXd::Identity(4, 4) - p * a).eigenvalues().cwiseAbs().maxCoeff();
    EXPECT_NEAR(reference, expected, 1e-9);
    // The solver's own tree, its leaves replaced by perfect ones: R of a 2x2 Gram matrix has equal
    // off-diagonal entries, so one array of two rows holds it without rounding if its diagonal is constant.
    Eigen::MatrixXd level = r;
    level(1, 1) = level(0, 0);
    Eigen::MatrixXd even(4, 4);
    even << level, -s, s, level;
    const double even_expected = std::pow((level.inverse() * s).eigenvalues().cwiseAbs().maxCoeff(), 2);
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

struct anchor {
  const char* what;
  std::size_t rx, tx;
  options values;
  std::vector<double> median;
};

TEST(analog_solver, medians_over_fresh_channels) {
  // Independent simulations of the same equations; 15 % covers their own spread and counting.
  const std::vector<anchor> anchors{
      {"16x4 bare", 16, 4, bare("reuse"), {.10, .016, .0030, .00055}},
      {"128x8 bare", 128, 8, bare("reuse"), {.037, .0025, .00020, 1.7e-5}},
      {"16x4 Schur", 16, 4, bare("schur"), {.053, .0035, .00027}},
      {"128x8 Schur", 128, 8, bare("schur"), {.016, 3.6e-4, 9e-6}},
      {"16x4 converters", 16, 4, parameters("paper"), {.134, .0207, .0036, .00065}},
      {"128x8 converters", 128, 8, parameters("paper"), {.085, .0075, .0007, 6.5e-5}}};
  constexpr std::size_t channels = 1000;
  for (const anchor& a : anchors) {
    bench b(a.values, a.tx);
    std::vector<std::vector<double>> errors(a.median.size());
    for (std::uint64_t k = 0; k < channels; ++k) {
      const std::vector<double> e = b.errors(gram_system(a.rx, a.tx, k), a.median.size(), {1, 0, k});
      for (std::size_t c = 0; c < e.size(); ++c) errors[c].push_back(e[c]);
    }
    for (std::size_t c = 0; c < errors.size(); ++c) {
      std::nth_element(errors[c].begin(), errors[c].begin() + channels / 2, errors[c].end());
      EXPECT_NEAR(errors[c][channels / 2] / a.median[c], 1, 0.15) << a.what << ", cycle " << c + 1;
    }
  }
}

TEST(analog_solver, inverse_of_the_128x8_gram_matrix_in_ten_cycles) {
  for (std::uint64_t k = 0; k < 20; ++k) {
    const gram_system system(128, 8, k);
    bench b(bare("reuse"), 8);
    ASSERT_EQ(b.solver.program(system.expanded.data(), {1, 0, k}, b.state, b.scratch), status::ok);
    const Eigen::Map<const Eigen::Matrix<double, 16, 16, Eigen::RowMajor>> a(system.expanded.data());
    const Eigen::MatrixXd exact = a.inverse();
    std::vector<double> x(160);
    double worst = 0;
    for (Eigen::Index j = 0; j < 16; ++j) {
      const Eigen::VectorXd unit = Eigen::VectorXd::Unit(16, j);
      ASSERT_EQ(b.solver.solve(b.state, unit.data(), 10, {1, 0, k}, x, {}, b.scratch), status::ok);
      worst = std::max(
          worst,
          (Eigen::Map<const Eigen::VectorXd>(x.data() + 144, 16) - exact.col(j)).cwiseAbs().maxCoeff());
    }
    EXPECT_LE(worst, 2e-7) << k;
  }
}

TEST(analog_solver, shares_of_square_channels_that_do_not_converge) {
  // 4x4: 10 % with reuse, 47 % with the exact Schur complement; 16x4: none. Printed to a percent; the bound
  // is 4.9 sigma of the binomial count plus half a percent.
  constexpr std::size_t channels = 1000;
  const auto share = [&](std::size_t rx, const char* blocks) {
    bench b(bare(blocks), 4);
    std::size_t astray = 0;
    for (std::uint64_t k = 0; k < channels; ++k) {
      const gram_system system(rx, 4, k);
      if (b.solver.program(system.expanded.data(), {1, 0, k}, b.state, b.scratch) != status::ok ||
          b.solver.spectral_radius(b.state) >= 1)
        ++astray;
    }
    return static_cast<double>(astray) / channels;
  };
  EXPECT_NEAR(share(4, "reuse"), 0.10, 0.005 + 4.9 * std::sqrt(0.10 * 0.90 / channels));
  EXPECT_NEAR(share(4, "schur"), 0.47, 0.005 + 4.9 * std::sqrt(0.47 * 0.53 / channels));
  EXPECT_EQ(share(16, "reuse"), 0);
}

TEST(analog_solver, draws_depend_on_the_identity_alone) {
  const gram_system system(16, 4, 3);
  bench a(parameters("paper"), 4), b(parameters("paper"), 4);
  EXPECT_EQ(a.errors(system, 4, {1, 2, 3}), b.errors(system, 4, {1, 2, 3}));
  const std::vector<double> first = a.errors(system, 4, {1, 2, 3});
  for (const analog_identity other : {analog_identity{2, 2, 3}, {1, 3, 3}, {1, 2, 4}})
    EXPECT_NE(a.errors(system, 4, other)[0], first[0]);
}

TEST(analog_solver, all_64_bits_of_a_stream_count) {
  const gram_system system(16, 4, 3);
  bench b(parameters("paper", {{"solver.extra_error", 0.1}}), 4);
  std::set<std::vector<double>> drawn;
  const auto draw = [&](std::uint64_t stream) { drawn.insert(b.errors(system, 2, {1, stream, 3})); };
  // Counting in either half, and SNRs as the bits of a double, whose low half is mostly zero.
  std::size_t streams = 0;
  for (std::uint64_t k = 0; k < 1000; ++k, streams += 3) {
    draw(k + 1);
    draw((k + 1) << 32);
    draw(std::bit_cast<std::uint64_t>(10.25 + static_cast<double>(k) / 8));
  }
  EXPECT_EQ(drawn.size(), streams);
}

TEST(analog_solver, padding_does_not_disturb) {
  // tx = 3: six real unknowns on arrays of 4, padded to 8. With 24 bits stored, ten cycles reach the
  // truncation's floor.
  bench b(bare("reuse"), 3);
  for (std::uint64_t k = 0; k < 20; ++k)
    EXPECT_LT(b.errors(gram_system(48, 3, k), 12, {1, 0, k}).back(), 1e-6) << k;
}

TEST(analog_solver, extra_error_has_its_size) {
  // Perfect leaves, so the first cycle's error is the extra one: relative e |g| / sqrt(n) with E|g|^2 = n.
  bench b(
      parameters("ideal",
                 {{"array.size", std::int64_t{1}}, {"solver.blocks", "schur"}, {"solver.extra_error", 0.18}}),
      8);
  double sum = 0;
  constexpr std::size_t runs = 500, n = 16;
  const gram_system system(128, 8, 1);
  for (std::uint64_t k = 0; k < runs; ++k) sum += std::pow(b.errors(system, 1, {1, 0, k})[0], 2);
  // Mean of runs n chi-squares: relative standard deviation sqrt(2 / (runs n)).
  EXPECT_NEAR(sum / runs / (0.18 * 0.18), 1, 4.9 * std::sqrt(2.0 / (runs * n)));
}

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
    const double least =
        std::min(loop.eigenvalues().real().minCoeff(), ideal.eigenvalues().real().minCoeff());
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
  const Eigen::Matrix<double, 5, 5> solved = network.fullPivLu().inverse();
  const Eigen::Matrix<double, 5, 1> shift =
      solved * load.cwiseProduct(Eigen::Map<Eigen::Matrix<double, 5, 1>>(volt.data())) / 0.4;
  for (int i = 0; i < 4; ++i) {
    for (int j = 0; j < 4; ++j)
      EXPECT_NEAR(inverse[static_cast<std::size_t>(4 * i + j)], solved(i, j) / 0.1,
                  1e-13 * solved.cwiseAbs().maxCoeff() * 10 * 100);
    EXPECT_NEAR(offset[static_cast<std::size_t>(i)], shift(i), 1e-13);
  }
}

TEST(analog_array, bias_and_diagonal_split_reproduce_the_matrix) {
  // Of a symmetric matrix with negative entries, to within half a level, with all levels in 0 .. 7.
  for (std::uint64_t k = 0; k < 50; ++k) {
    const gram_system system(16, 4, k);
    Eigen::Matrix<double, 4, 4, Eigen::RowMajor> r = system.gram.real();
    const analog::inv_mapping map = analog::map_inv(r.data(), 4, 4);
    Eigen::Matrix4d off = r;
    off.diagonal().setConstant(std::numeric_limits<double>::infinity());
    EXPECT_DOUBLE_EQ(map.bias, std::max(0.0, -off.minCoeff()));
    EXPECT_DOUBLE_EQ(map.diagonal, r.diagonal().minCoeff() + map.bias);
    random_stream unused(0, 0, 0, 0);
    std::array<double, 16> cells;
    analog::device_parameters perfect;
    perfect.error = analog::write_error::none;
    analog::program_inv(r.data(), 4, 4, map, {}, perfect, unused, cells.data());
    for (int i = 0; i < 4; ++i)
      for (int j = 0; j < 4; ++j) {
        const double level = cells[static_cast<std::size_t>(4 * i + j)];
        EXPECT_TRUE(level >= 0 && level <= 7 && level == std::floor(level));
        EXPECT_NEAR(map.step * level + (i == j ? map.diagonal : 0) - map.bias, r(i, j),
                    map.step / 2 * (1 + 1e-12));
      }
  }
}

TEST(analog_device, levels_have_the_measured_statistics) {
  // Mean, standard deviation and extremes of Fig. 2c in uS. The draw is normal, cut at the extremes: its
  // moments are those of the truncated normal distribution.
  constexpr std::array<std::array<double, 4>, 8> measured{{{0.37, 0.056, 0.22, 0.52},
                                                           {4.93, 0.61, 3.75, 6.20},
                                                           {9.94, 0.69, 8.80, 11.20},
                                                           {14.98, 0.68, 13.85, 16.20},
                                                           {19.95, 0.64, 18.80, 21.20},
                                                           {24.92, 0.64, 23.80, 26.15},
                                                           {30.13, 0.70, 28.75, 31.20},
                                                           {34.95, 0.66, 33.75, 36.15}}};
  const auto density = [](double z) { return std::exp(-z * z / 2) / std::sqrt(2 * M_PI); };
  const auto below = [](double z) { return std::erfc(-z / std::sqrt(2.0)) / 2; };
  constexpr int draws = 100000;
  random_stream random(1, 0, 0, 0);
  for (int level = 0; level < 8; ++level) {
    const auto& m = measured[static_cast<std::size_t>(level)];
    const double a = (m[2] - m[0]) / m[1], b = (m[3] - m[0]) / m[1], mass = below(b) - below(a);
    const double shift = (density(a) - density(b)) / mass;
    const double variance = 1 + (a * density(a) - b * density(b)) / mass - shift * shift;
    double sum = 0, square = 0;
    for (int i = 0; i < draws; ++i) {
      const double g = analog::programmed_level(level, {}, random) * 5;
      ASSERT_TRUE(g >= m[2] - 1e-12 && g <= m[3] + 1e-12);
      sum += (g - m[0]) / m[1];
      square += (g - m[0]) / m[1] * (g - m[0]) / m[1];
    }
    const double mean = sum / draws;
    // 4.9 standard errors; the fourth moment of a cut normal is below the full one's 3, so var(s^2) < 2 /
    // draws.
    EXPECT_NEAR(mean, shift, 4.9 / std::sqrt(draws)) << level;
    EXPECT_NEAR(square / draws - mean * mean, variance, 4.9 * std::sqrt(2.0 / draws)) << level;
  }
}

TEST(analog_converter, is_symmetric_mid_tread) {
  const std::array<double, 5> in{0.5, -1.0, 0.07, -0.08, 0.0};
  std::array<double, 5> out;
  analog::convert(in.data(), 5, 4, out.data());
  const std::array<double, 5> expected{4.0 / 7, -1, 0, -1.0 / 7, 0};  // 7 steps to each side
  for (std::size_t i = 0; i < 5; ++i) EXPECT_DOUBLE_EQ(out[i], expected[i]) << i;
  analog::convert(in.data(), 5, 0, out.data());
  EXPECT_EQ(out, in);
}

TEST(accelerator, presets_and_bad_options) {
  EXPECT_EQ(accelerator_options("papr").code(), error::unknown_name);
  EXPECT_EQ(accelerator_options("papr").message(), "unknown accelerator papr; known are paper, projected, ideal");
  EXPECT_EQ(accelerator_options("paper", {{"array.sise", std::int64_t{4}}}).message(),
            "array.sise: unknown option; the nearest known one is array.size");
  EXPECT_EQ(accelerator_options("paper", {{"array.size", std::int64_t{0}}}).message(),
            "array.size: must be an integer from 1 to 512");
  EXPECT_EQ(analog_solver::make(parameters("paper"), 0, true).code(), error::too_large);
}

}  // namespace
}  // namespace mho
