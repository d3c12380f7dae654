/// \file
/// The worked example of Zuo et al. 2025, Fig. 2d: a 4x4 real matrix printed as four 3-bit slices.
#pragma once

#include <Eigen/Core>
#include <array>

namespace mho::test {

using matrix = Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;

// Printed digits, most significant slice first.
inline constexpr std::array<std::array<int, 16>, 4> example_digits{
    {{3, 2, 0, 0, 0, 2, 5, 0, 1, 2, 7, 1, 0, 1, 0, 1},
     {7, 0, 0, 0, 1, 6, 1, 1, 1, 0, 0, 1, 1, 2, 0, 6},
     {6, 7, 5, 3, 7, 3, 3, 0, 7, 7, 7, 1, 7, 1, 3, 3},
     {5, 1, 2, 1, 7, 1, 0, 3, 0, 5, 6, 4, 1, 3, 2, 6}}};

inline matrix example_matrix(int slices = 4) {
  matrix a = matrix::Zero(4, 4);
  double weight = 1.0 / 8;
  for (int slice = 0; slice < slices; ++slice, weight /= 8)
    for (int i = 0; i < 16; ++i)
      a(i / 4, i % 4) +=
          weight * example_digits[static_cast<std::size_t>(slice)][static_cast<std::size_t>(i)];
  return a;
}

inline Eigen::Vector4d example_rhs() { return {0.05, 0, 0.05, 0.025}; }

}  // namespace mho::test
