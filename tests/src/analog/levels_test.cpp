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
