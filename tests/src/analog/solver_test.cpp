// The analogue solver: operations, published medians, what its draws depend on.
#include <gtest/gtest.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <mho/analog.hpp>
#include <set>

#include "src/analog/gram.hpp"

namespace mho {
namespace {

using test::bench;
using test::gram_system;
using test::parameters;
using test::without_converters;

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

struct anchor {
  const char* what;
  std::size_t rx, tx;
  options values;
  std::vector<double> median;
};

TEST(analog_solver, medians_over_fresh_channels) {
  // Independent simulations of the same equations; 15 % covers their own spread and counting.
  const std::vector<anchor> anchors{
      {"16x4 bare", 16, 4, without_converters("reuse"), {.10, .016, .0030, .00055}},
      {"128x8 bare", 128, 8, without_converters("reuse"), {.037, .0025, .00020, 1.7e-5}},
      {"16x4 Schur", 16, 4, without_converters("schur"), {.053, .0035, .00027}},
      {"128x8 Schur", 128, 8, without_converters("schur"), {.016, 3.6e-4, 9e-6}},
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
  bench b(without_converters("reuse"), 3);
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

TEST(accelerator, presets_and_bad_options) {
  EXPECT_EQ(accelerator_options("papr").code(), error::unknown_name);
  EXPECT_EQ(accelerator_options("papr").message(),
            "unknown accelerator papr; known are paper, projected, pcm, ideal");
  EXPECT_EQ(accelerator_options("paper", {{"array.sise", std::int64_t{4}}}).message(),
            "array.sise: unknown option; the nearest known one is array.size");
  EXPECT_EQ(accelerator_options("paper", {{"array.size", std::int64_t{0}}}).message(),
            "array.size: must be an integer from 1 to 512");
  EXPECT_EQ(analog_solver::make(parameters("paper"), 0, true).code(), error::too_large);
}

}  // namespace
}  // namespace mho
