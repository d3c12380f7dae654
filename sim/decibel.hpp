/// \file
/// Decibels.
#pragma once

#include <cmath>

namespace mho::sim {

/// The ratio of powers that is so many dB.
inline double power_of(double decibels) { return std::pow(10.0, decibels / 10); }

}  // namespace mho::sim
