/// \file
/// The resistive-memory cell: eight levels 5 uS apart, and what write-verify makes of them.
#pragma once

#include <mho/random.hpp>

#include "analog/accelerator.hpp"

namespace mho::analog {

constexpr int top_level = 7;                 // 3 bits a device
constexpr double level_step_siemens = 5e-6;  // nominal distance of levels; level 0 is 0 S

/// The conductance that programming `level` (0 .. 7) yields, in level steps: exactly `level` without a write
/// error.
/// table: the measured statistics of the paper's chip, a normal draw with the level's mean and standard
/// deviation, redrawn until it lies between the extremes that were seen.
double programmed_level(int level, const device_parameters& device, random_stream& random) noexcept;

}  // namespace mho::analog
