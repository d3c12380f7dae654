/// \file
/// Parameters of the digital-to-analogue and analogue-to-digital converters.
#pragma once

#include <cstddef>

#include <mho/adc.hpp>

#include "analog/parameters/reader.hpp"

namespace mho::analog {

enum class adc_kind { uniform, calibrated, lloyd_max };

struct converter_parameters {
  int dac_bits = 0, adc_bits = 0;  // 0: none
  bool dac_power_of_two = false;   // full scale: the next power of two, else the vector's own maximum
  double dac_error_lsb = 0;        // standard deviation of a code's output
  adc_kind kind = adc_kind::uniform;
  bool rms = false;  // a vector is normalised by its root mean square, else by its maximum; not of uniform
  adc_model device;
  std::size_t training_problems = 0, training_cycles = 0;

  /// Whether the converters need a chip or a training before use.
  bool needs_calibration() const noexcept {
    return (dac_bits > 0 && dac_error_lsb > 0) ||
           (adc_bits > 0 && (kind != adc_kind::uniform || device.device != adc_device::ideal));
  }
  /// Whether they are convert() of converter.hpp and nothing else.
  bool is_plain() const noexcept { return !needs_calibration() && (dac_bits == 0 || !dac_power_of_two); }
  /// Whether calibration includes a training on the circuit's own signals.
  bool needs_training() const noexcept { return adc_bits > 0 && kind != adc_kind::uniform; }
};

void append_converter_options(std::vector<option>& schema);
/// What is wrong with a complete set of options beyond the ranges of the schema; empty: nothing.
std::string converter_problem(const reader& values);
converter_parameters typed_converter(const reader& values);

}  // namespace mho::analog
