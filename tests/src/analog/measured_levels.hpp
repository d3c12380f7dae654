/// \file
/// The published statistics of the paper's cells, for the tests.
#pragma once

#include <array>

namespace mho::test {

/// Mean, standard deviation, smallest and largest conductance of each level in uS: 400 cells after
/// write-verify, Zuo et al., Nature Electronics 8, 1222 (2025), Fig. 2c.
constexpr std::array<std::array<double, 4>, 8> measured_levels{{{0.37, 0.056, 0.22, 0.52},
                                                                {4.93, 0.61, 3.75, 6.20},
                                                                {9.94, 0.69, 8.80, 11.20},
                                                                {14.98, 0.68, 13.85, 16.20},
                                                                {19.95, 0.64, 18.80, 21.20},
                                                                {24.92, 0.64, 23.80, 26.15},
                                                                {30.13, 0.70, 28.75, 31.20},
                                                                {34.95, 0.66, 33.75, 36.15}}};

}  // namespace mho::test
