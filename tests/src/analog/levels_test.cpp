// Levels: the mapping of a matrix to them, their measured statistics, and the converters.
#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <mho/analog.hpp>

#include "analog/array.hpp"
#include "analog/converter.hpp"
#include "src/analog/gram.hpp"

namespace mho {
namespace {

using test::gram_system;

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

}  // namespace
}  // namespace mho
