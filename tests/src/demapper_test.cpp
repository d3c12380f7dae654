// Log-likelihood ratios against sums over all points in double precision, and as probabilities.
#include <mho/constellation.hpp>

#include <algorithm>
#include <array>
#include <cfloat>
#include <cmath>
#include <limits>
#include <vector>

#include <gtest/gtest.h>

#include <mho/random.hpp>

namespace {

using mho::constellation;
using mho::demapper;
using mho::mapping;

constexpr std::array<std::size_t, 6> sizes = {4, 16, 64, 256, 1024, 4096};
constexpr std::array<mapping, 2> mappings = {mapping::three_gpp, mapping::paper};
constexpr float infinity = std::numeric_limits<float>::infinity();

struct reference {
  std::vector<double> max_log, exact;
  std::vector<double> tolerance;
};

// The definition: for each bit the points of either value, log-sum-exp relative to the smallest distance.
// Errors: the result is rounded to float (2^-24 of it, and as much for denormals); a double metric
// d^2/variance has a relative error of a few 2^-53 in either computation (2^-49 allows for eight of each);
// the sum of M terms loses at most M 2^-53, its logarithm as much.
reference brute_force(const constellation& c, std::complex<float> x, float variance) {
  std::vector<double> metric(c.size());
  for (std::size_t i = 0; i < c.size(); ++i)
    metric[i] = std::norm(std::complex<double>(x) - std::complex<double>(c.points()[i])) / variance;
  reference r;
  for (unsigned j = 0; j < c.bits(); ++j) {
    std::array<double, 2> smallest = {HUGE_VAL, HUGE_VAL}, sum = {0, 0};
    const auto bit = [&](std::size_t label) { return (label >> (c.bits() - 1 - j)) & 1; };
    for (std::size_t i = 0; i < c.size(); ++i) smallest[bit(i)] = std::min(smallest[bit(i)], metric[i]);
    for (std::size_t i = 0; i < c.size(); ++i) sum[bit(i)] += std::exp(smallest[bit(i)] - metric[i]);
    r.max_log.push_back(smallest[1] - smallest[0]);
    r.exact.push_back(r.max_log.back() + std::log(sum[0]) - std::log(sum[1]));
    r.tolerance.push_back(0x1p-24 * std::abs(r.exact.back()) + 0x1p-24 * std::abs(r.max_log.back()) +
                          0x1p-49 * (smallest[0] + smallest[1]) + 0x1p-51 * static_cast<double>(c.size()));
  }
  return r;
}

TEST(demapper, agrees_with_the_sum_over_all_points) {
  for (const mapping map : mappings)
    for (const std::size_t points : sizes) {
      const constellation c = constellation::make(points, map).value();
      mho::random_stream random(2, 0, points, 0);
      std::vector<float> llr(c.bits());
      for (int db = -20; db <= 60; db += 10) {
        const auto variance = static_cast<float>(std::pow(10.0, -db / 10.0));
        std::vector<std::complex<float>> noise(points < 1000 ? 40 : 12);
        random.complex_normals(noise, variance);
        for (const auto n : noise) {
          const std::complex<float> x = c.points()[random.word() % points] + n;
          const reference r = brute_force(c, x, variance);
          c.llr(x, variance, demapper::max_log, llr);
          for (unsigned j = 0; j < c.bits(); ++j)
            EXPECT_NEAR(llr[j], r.max_log[j], r.tolerance[j]) << points << " " << db << " dB, bit " << j << x;
          c.llr(x, variance, demapper::exact, llr);
          for (unsigned j = 0; j < c.bits(); ++j)
            EXPECT_NEAR(llr[j], r.exact[j], r.tolerance[j]) << points << " " << db << " dB, bit " << j << x;
        }
      }
    }
}

// Far outside the constellation, in the middle of it, and at boundaries, with variances where the weights of
// one bit value underflow and where they just do not (max-log values of 500 to 800).
TEST(demapper, agrees_where_weights_underflow) {
  for (const std::size_t points : {std::size_t{4}, std::size_t{64}, std::size_t{256}}) {
    const constellation c = constellation::make(points).value();
    std::vector<float> llr(c.bits());
    for (const float at : {0.0f, 1e-3f, 0.3f, 1.1f, -0.7f, 20.0f, -1e4f})
      for (const float variance : {1e-5f, 3e-4f, 1e-3f, 1.5e-3f, 2e-3f, 4e-3f, 0.05f, 30.0f, 1e4f}) {
        const std::complex<float> x(at, 0.25f);
        const reference r = brute_force(c, x, variance);
        c.llr(x, variance, demapper::exact, llr);
        for (unsigned j = 0; j < c.bits(); ++j)
          EXPECT_NEAR(llr[j], r.exact[j], r.tolerance[j]) << points << " " << variance << " bit " << j << x;
        c.llr(x, variance, demapper::max_log, llr);
        for (unsigned j = 0; j < c.bits(); ++j)
          EXPECT_NEAR(llr[j], r.max_log[j], r.tolerance[j]) << points << " " << variance << " bit " << j << x;
      }
  }
}

// QPSK by hand: 38.211 sends 0 as +1/sqrt(2), so ln P0/P1 = 4 Re(x) / (sqrt(2) variance), exact and max-log
// alike.
TEST(demapper, qpsk_is_linear_and_positive_for_zero_bits) {
  const constellation c = constellation::make(4).value();
  std::array<float, 2> llr;
  for (const demapper rule : {demapper::max_log, demapper::exact}) {
    c.llr({0.4f, -0.1f}, 0.5f, rule, llr);
    // Four roundings to float: 1/sqrt(2) (twice), x, the result.
    EXPECT_NEAR(llr[0], 4 * 0.4 / (std::sqrt(2.0) * 0.5), 4 * 0x1p-24 * 2.3);
    EXPECT_NEAR(llr[1], 4 * -0.1 / (std::sqrt(2.0) * 0.5), 4 * 0x1p-24 * 0.6);
  }
}

TEST(demapper, knows_nothing_from_what_is_not_a_number) {
  constexpr float nan = std::numeric_limits<float>::quiet_NaN();
  const constellation c = constellation::make(64).value();
  const auto expect_zeros = [&](std::complex<float> x, float variance) {
    for (const demapper rule : {demapper::max_log, demapper::exact}) {
      std::vector<float> llr(c.bits(), 7.0f);
      c.llr(x, variance, rule, llr);
      EXPECT_EQ(llr, std::vector<float>(c.bits(), 0.0f)) << x << " " << variance;
    }
  };
  expect_zeros({0.3f, -0.3f}, infinity);
  expect_zeros({0.3f, -0.3f}, nan);
  expect_zeros({0.3f, -0.3f}, -1.0f);
  for (const float bad : {infinity, -infinity, nan})
    for (const float variance : {0.0f, 0.1f, infinity, nan}) {
      expect_zeros({bad, 0.1f}, variance);
      expect_zeros({0.1f, bad}, variance);
    }
}

TEST(demapper, clips_certainty_to_the_largest_float) {
  for (const std::size_t points : sizes) {
    const constellation c = constellation::make(points).value();
    std::vector<float> llr(c.bits());
    for (const demapper rule : {demapper::max_log, demapper::exact}) {
      for (const float variance : {0.0f, FLT_TRUE_MIN}) {
        for (std::uint32_t label = 0; label < points; label += 7) {
          c.llr(c.points()[label], variance, rule, llr);
          for (unsigned j = 0; j < c.bits(); ++j)
            EXPECT_EQ(llr[j], (label >> (c.bits() - 1 - j)) & 1 ? -FLT_MAX : FLT_MAX);
        }
        // Huge symbols: the corner's label. The origin: a tie in the sign bits only.
        c.llr({FLT_MAX, -FLT_MAX}, variance, rule, llr);
        const std::uint32_t corner = c.nearest({9, -9});
        for (unsigned j = 0; j < c.bits(); ++j)
          EXPECT_EQ(llr[j], (corner >> (c.bits() - 1 - j)) & 1 ? -FLT_MAX : FLT_MAX);
        c.llr({0, 0}, variance, rule, llr);
        const std::uint32_t middle = c.nearest({0, 0});
        for (unsigned j = 0; j < c.bits(); ++j)
          EXPECT_EQ(llr[j], j < 2 ? 0.0f : (middle >> (c.bits() - 1 - j)) & 1 ? -FLT_MAX : FLT_MAX);
      }
    }
    c.llr({0.5f, 0.5f}, FLT_MAX, demapper::exact, llr);
    for (const float value : llr) EXPECT_LT(std::abs(value), 1e-15f);
  }
}

// P(bit = 1 | LLR) = 1/(1 + e^LLR): in every bin of LLRs the ones counted less the ones expected is a sum of
// independent zero-mean terms within [-1, 1]; Bernstein's inequality bounds it.
TEST(demapper, exact_llrs_are_calibrated) {
  constexpr int bins = 24, count = 40'000;
  constexpr double log_odds = 13.8 + 7.0;  // ln(2 / 1e-6) and ln of the number of comparisons, below 600
  for (const mapping map : mappings)
    for (const auto& [points, db] :
         {std::pair{4, 0.0}, {16, 3.0}, {16, 12.0}, {64, 14.0}, {256, 10.0}, {1024, 24.0}}) {
      const constellation c = constellation::make(static_cast<std::size_t>(points), map).value();
      const auto variance = static_cast<float>(std::pow(10.0, -db / 10));
      mho::random_stream random(3, 0, static_cast<std::uint64_t>(points), 0);
      std::vector<std::complex<float>> noise(count);
      random.complex_normals(noise, variance);
      std::array<double, bins> excess{}, spread{};
      std::vector<float> llr(c.bits());
      for (const auto n : noise) {
        const std::uint32_t label = random.word() % static_cast<std::uint32_t>(points);
        c.llr(c.points()[label] + n, variance, demapper::exact, llr);
        // One bit a symbol, so that the terms are independent.
        const unsigned j = (random.word() >> 8) % c.bits();
        const double one = 1 / (1 + std::exp(static_cast<double>(llr[j])));
        const auto bin =
            static_cast<std::size_t>(std::clamp((llr[j] + 12) * (bins / 24.0f), 0.0f, bins - 1.0f));
        excess[bin] += static_cast<double>((label >> (c.bits() - 1 - j)) & 1) - one;
        spread[bin] += one * (1 - one);
      }
      for (std::size_t i = 0; i < bins; ++i) {
        const double third = log_odds / 3;
        const double bound = third + std::sqrt(third * third + 2 * log_odds * spread[i]);
        EXPECT_LE(std::abs(excess[i]), bound) << points << " points, bin " << i;
      }
    }
}

}  // namespace
