/// \file
/// Parameters of the resistive-memory cell.
#pragma once

#include <cstddef>
#include <string>

#include "analog/parameters/reader.hpp"

namespace mho::analog {

enum class write_error { table, uniform, normal, pcm, none };
enum class drift_model { none, power, pcm };

/// What write-verify makes of one level, in level steps: a normal law, redrawn until it lies in the window.
struct level_statistics {
  double mean, sigma, low, high;
};

/// The paper's eight levels in steps of 5 uS (Zuo et al. 2025, Fig. 2c: 400 cells after write-verify).
std::vector<level_statistics> paper_levels();

/// The cell. The arrays' unit of conductance is the level step, (on - off) / (levels - 1): level k nominally
/// has off_steps() + k of them.
struct device_parameters {
  int levels = 8;
  double on_siemens = 35e-6, off_siemens = 0;
  write_error error = write_error::table;
  double error_siemens = 0;   // half width (uniform) or standard deviation (normal): this part ..
  double error_relative = 0;  // .. and this one of the nominal conductance
  std::vector<level_statistics> table = paper_levels();  // one a level
  double read_noise_siemens = 0, read_noise_relative = 0;
  drift_model drift = drift_model::none;
  double drift_exponent = 0, drift_exponent_sigma = 0;
  double drift_reference_s = 1, drift_time_s = 0, drift_activation_ev = 0;
  double temperature_kelvin = 300.15, temperature_coefficient_per_kelvin = 0;
  double stuck_on_share = 0, stuck_off_share = 0;
  double endurance_writes = infinite, writes_so_far = 0;

  int top_level() const noexcept { return levels - 1; }
  double step_siemens() const noexcept { return (on_siemens - off_siemens) / (levels - 1); }
  double off_steps() const noexcept { return off_siemens / step_siemens(); }
  double on_steps() const noexcept { return off_steps() + (levels - 1); }
  /// Of a digit of the slices: floor(log2(levels)); levels beyond a power of two serve LP-INV alone.
  int digit_bits() const noexcept {
    int bits = 1;
    while (2 << bits <= levels) ++bits;
    return bits;
  }
};

void append_device_options(std::vector<option>& schema);
device_parameters typed_device(const reader& values);

/// What is wrong between several complete options of the device, "KEY: what, and what is allowed"; "" if
/// nothing is.
std::string device_problem(const reader& values);

}  // namespace mho::analog
