/// \file
/// The resistive-memory cell: its levels, and what writing makes of them.
#pragma once

#include <cstdint>
#include <mho/random.hpp>

#include "analog/accelerator.hpp"

namespace mho::analog {

/// Purposes of random_stream that belong to the device, beside those of solver.cpp.
enum device_purpose : std::uint16_t {
  ageing_purpose = 0x110,  ///< (seed, stream, number) of the programming: drift exponents
  faults_purpose = 0x111   ///< (seed, 0, row of an array): stuck cells, the chip's own
};

/// The conductance that programming `level` (0 .. levels - 1) yields, in level steps: exactly off_steps() +
/// level without a write error.
/// table: a normal draw with the level's mean and standard deviation, redrawn until it lies between its
/// extremes; by default the measured ones of the paper's chip. uniform, normal: about the nominal
/// conductance G, write_error_siemens + write_error_relative G wide. pcm: normal, pcm_write_sigma wide.
/// What would be negative is 0.
double programmed_level(int level, const device_parameters& device, random_stream& random) noexcept;

/// Standard deviation in siemens of a phase-change cell programmed to `target_siemens`: 0.26348 + 1.9650 g -
/// 1.1731 g^2 uS, g = G / 25 uS, held beyond g = 1 where the fit ends (Joshi et al., Nature Communications
/// 11, 2473 (2020), as in aihwkit).
double pcm_write_sigma_siemens(double target_siemens) noexcept;

}  // namespace mho::analog
