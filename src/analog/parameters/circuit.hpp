/// \file
/// Parameters of the closed-loop circuits.
#pragma once

#include "analog/parameters/reader.hpp"

namespace mho::analog {

struct circuit_parameters {
  double open_loop_gain = 0;  // infinity: ideal op-amps
  double offset_volt = 0;
  double clamp_volt = 0.4;
  double gain_bandwidth_hz = 16e6;
  double input_resistance_ohm = infinite;
  double output_resistance_ohm = 0;
  double source_siemens = 35e-6;
  double inverter_ohm = 10e3;
  double clamp_fill = 0.5;
  bool saturates = false;  // outputs bend towards the clamp instead of being ranged below it
  double slew_volt_per_s = infinite;
  bool thermal_noise = false;
  double row_capacitance_farad = 0;
};

void append_circuit_options(std::vector<option>& schema);
circuit_parameters typed_circuit(const reader& values);

}  // namespace mho::analog
