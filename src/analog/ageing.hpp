/// \file
/// What time and temperature make of written cells, and what each read adds.
#pragma once

#include <span>

#include "analog/device.hpp"
#include "analog/use_stream.hpp"

namespace mho::analog {

/// Boltzmann's constant (exact in the SI of 2019) and the temperature of every other figure.
constexpr double boltzmann_ev_per_kelvin = 8.617333262e-5;
constexpr double reference_kelvin = 300.15;

/// Mean drift exponent of a phase-change cell of this conductance: -0.0155 ln g + 0.0244 held within 0.049 ..
/// 0.1, g = G / 25 uS (Joshi et al. 2020, as in aihwkit).
double pcm_drift_exponent(double written_siemens) noexcept;

/// ln(t / t0) of the drift, never negative: t is the time since writing, stretched by exp(E / k (1 / 300.15 K
/// - 1 / T)) for an activation energy E. 0: no drift.
double drift_logarithm(const device_parameters& device) noexcept;

/// Whether `age` changes anything.
bool ages(const device_parameters& device) noexcept;

/// Drift, then temperature, of written cells, any unit of theirs given in siemens by device.step_siemens():
/// G (t / t0)^-nu (1 + c (T - 300.15 K)), never negative. Every cell has a nu of its own, max(0, mean +
/// sigma g): one normal g of `random` a cell, in their order, drawn only if sigma > 0 and time has passed.
/// The exponents belong to the programming, since each write makes the filament or the glass anew: one
/// programming has the same exponents at all times. Exactly nothing if neither is asked for.
void age(const device_parameters& device, random_stream& random, std::span<double> cells) noexcept;

/// Whether `read_noise` draws anything.
bool reads_noisily(const device_parameters& device) noexcept;

/// What one read adds to each cell, in level steps: normal, its variance (read_noise_siemens)^2 +
/// (read_noise_relative G)^2. A current's noise: cells plus it may be negative. Zeros, and nothing drawn, if
/// there is none. perturbation and cells have the same length.
void read_noise(const device_parameters& device, use_stream& random, std::span<const double> cells,
                std::span<double> perturbation) noexcept;

}  // namespace mho::analog
