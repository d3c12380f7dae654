// The distribution of the normals, on 10^8 of them: every bound is 6 standard deviations of the statistic.
#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <vector>

#include "kernels/normals.hpp"
#include "kernels/targets.hpp"

namespace mho {
namespace {

constexpr double six_sigma = 6;
constexpr std::size_t batch = 10'000;

const normal_kernels& kernels() { return *find_normal_kernels(target_bit("auto")); }

// Draw number `number` of a seed.
void draw(std::uint32_t number, std::vector<float>& x) {
  kernels().normals({{20261, 0}, {0, number, 0, 0}}, x.size(), 1, x.data());
}

// P(X < t).
double below(double t) { return 0.5 * std::erfc(-t / std::sqrt(2.0)); }

// (2 k - 1)!! = E X^(2 k), and 0 for odd powers.
double moment(unsigned power) {
  double m = power % 2 == 0 ? 1 : 0;
  for (unsigned k = 1; k < power; k += 2) m *= k;
  return m;
}

// Cells of 1/256, which counts and bins are put together from; the outermost hold all beyond 8.
struct histogram {
  static constexpr int per_unit = 256, cells = 16 * per_unit;
  std::array<std::uint64_t, cells> count{};
  void add(float x) {
    const int cell = static_cast<int>(x * per_unit + 8 * per_unit);  // not negative: |x| < 6.77
    ++count[static_cast<std::size_t>(cell)];
  }
  static double edge(int cell) { return static_cast<double>(cell) / per_unit - 8; }
};

TEST(normal_distribution, has_eight_moments_two_hundred_bins_and_the_tails_of_a_normal) {
  constexpr std::size_t batches = 10'000;
  constexpr double n = static_cast<double>(batches * batch);
  std::vector<float> x(batch);
  std::array<double, 9> power{};
  histogram h;
  for (std::uint32_t b = 0; b < batches; ++b) {
    draw(b, x);
    std::array<double, 9> part{};
    for (const float value : x) {
      const double v = value, square = v * v, fourth = square * square;
      part[1] += v;
      part[2] += square;
      part[3] += square * v;
      part[4] += fourth;
      part[5] += fourth * v;
      part[6] += fourth * square;
      part[7] += fourth * square * v;
      part[8] += fourth * fourth;
      h.add(value);
    }
    for (unsigned k = 1; k <= 8; ++k) power[k] += part[k];
  }
  for (unsigned k = 1; k <= 8; ++k)
    EXPECT_NEAR(power[k] / n, moment(k), six_sigma * std::sqrt((moment(2 * k) - moment(k) * moment(k)) / n))
        << k;

  // Tails: counts of independent events.
  for (const int t : {1, 2, 3, 4, 5})
    for (const bool upper : {false, true}) {
      double beyond = 0;
      for (int c = 0; c < histogram::cells; ++c)
        if (upper ? histogram::edge(c) >= t : histogram::edge(c + 1) <= -t)
          beyond += static_cast<double>(h.count[static_cast<std::size_t>(c)]);
      const double p = below(-t);
      EXPECT_NEAR(beyond, n * p, six_sigma * std::sqrt(n * p * (1 - p))) << t << ' ' << upper;
    }

  // Chi-square: cells in order, each bin with 1/250 of the probability or one cell if that has more.
  double square = 0, observed = 0, begin = 0;
  int bins = 0;
  for (int c = 0; c < histogram::cells; ++c) {
    observed += static_cast<double>(h.count[static_cast<std::size_t>(c)]);
    const double end = c + 1 == histogram::cells ? 1 : below(histogram::edge(c + 1));
    if ((end - begin >= 1.0 / 250 && 1 - end >= 1.0 / 250) || c + 1 == histogram::cells) {
      const double expected = n * (end - begin);
      square += (observed - expected) * (observed - expected) / expected;
      observed = 0;
      begin = end;
      ++bins;
    }
  }
  EXPECT_GE(bins, 200);
  // Wilson and Hilferty (1931): the cube root of chi-square over its degrees of freedom is nearly normal.
  const double freedom = bins - 1;
  EXPECT_NEAR(std::cbrt(square / freedom), 1 - 2 / (9 * freedom), six_sigma * std::sqrt(2 / (9 * freedom)));
}

// Far tails, without sampling. |R cos t| > x for a share 2/pi acos(x/R) of the angles; R takes 2^32 values.
// The share falls with the word from at most 1 to 0, so the sum over midpoints is within half a step, 2^-33,
// of the integral, which is P(|X| > x). Rounding of R by 10 2^-24 of itself shifts x by that: x^2 as much of
// P, and more than x^2 + 1 never.
TEST(normal_distribution, tails_are_right_to_six_sigma) {
  constexpr double pi = 3.14159265358979323846;
  for (const double x : {3.5, 4.0, 4.5, 5.0, 5.5, 6.0}) {
    double p = 0;
    for (std::uint32_t w = 0;; ++w) {
      float pair[2];
      box_muller(w, 0, 1, pair);
      if (static_cast<double>(pair[0]) <= x) break;
      p += 0x1p-32 * 2 / pi * std::acos(x / static_cast<double>(pair[0]));
    }
    const double expected = std::erfc(x / std::sqrt(2.0));
    EXPECT_NEAR(p, expected, 0x1p-33 + 10 * 0x1p-24 * (x * x + 1) * expected) << x;
  }
}

// Products of independent normals: mean 0, variance 1; of squares less one: mean 0, variance 4; of a normal
// and a square less one: variance 2. Lag 1 is within a pair half of the time, lags to 8 reach into other
// blocks, 32, 64 and 128 into the same lane of the next group.
TEST(normal_distribution, neighbours_are_independent) {
  constexpr std::size_t batches = 200;
  std::vector<float> x(batch);
  for (const std::size_t lag : {1u, 2u, 3u, 4u, 5u, 6u, 7u, 8u, 16u, 32u, 64u, 128u}) {
    double product = 0, squares = 0, mixed = 0;
    for (std::uint32_t b = 0; b < batches; ++b) {
      draw(b, x);
      for (std::size_t i = lag; i < batch; ++i) {
        const double a = x[i - lag], c = x[i];
        product += a * c;
        squares += (a * a - 1) * (c * c - 1);
        mixed += a * (c * c - 1);
      }
    }
    const double unit = six_sigma * std::sqrt(static_cast<double>(batches * (batch - lag)));
    EXPECT_NEAR(product, 0, unit) << lag;
    EXPECT_NEAR(squares, 0, 2 * unit) << lag;
    EXPECT_NEAR(mixed, 0, std::sqrt(2.0) * unit) << lag;
  }
}

// The same place of draws that differ in one bit of key or counter.
TEST(normal_distribution, neighbouring_draws_are_independent) {
  constexpr std::size_t count = 200'000;
  const philox_position base{{20262, 5}, {0, 6, 7, 8}};
  std::vector<float> x(count), y(count);
  kernels().normals(base, count, 1, x.data());
  for (unsigned field = 0; field < 5; ++field)
    for (const unsigned bit : {0u, 1u, 15u, 16u, 31u}) {
      philox_position other = base;
      (field < 2 ? other.key[field] : other.counter[field - 1]) ^= 1u << bit;
      kernels().normals(other, count, 1, y.data());
      double product = 0, squares = 0;
      for (std::size_t i = 0; i < count; ++i) {
        const double a = x[i], c = y[i];
        product += a * c;
        squares += (a * a - 1) * (c * c - 1);
      }
      const double unit = six_sigma * std::sqrt(static_cast<double>(count));
      EXPECT_NEAR(product, 0, unit) << field << ' ' << bit;
      EXPECT_NEAR(squares, 0, 2 * unit) << field << ' ' << bit;
    }
}

}  // namespace
}  // namespace mho
