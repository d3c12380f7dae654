/// \file
/// Parameters of the closed-loop circuits.
#pragma once

#include "analog/parameters/reader.hpp"

namespace mho::analog {

struct circuit_parameters {
  double open_loop_gain = 0;  // infinity: ideal op-amps
  double offset_volt = 0;
  double clamp_volt = 0.4;
};

void append_circuit_options(std::vector<option>& schema);
circuit_parameters typed_circuit(const reader& values);

}  // namespace mho::analog
