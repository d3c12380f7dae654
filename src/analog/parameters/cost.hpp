/// \file
/// Parameters of the cost sheet: times, energies, areas.
#pragma once

#include <cstddef>

#include "analog/parameters/reader.hpp"

namespace mho::analog {

struct cost_parameters {
  std::size_t array_size = 32, cycles = 8;
  double inv_s = 0, mvm_s = 0, conversion_s = 0;
  double inv_energy_j = 0, mvm_energy_j = 0;  // at energy_rows rows
  double energy_rows = 32;
  double row_energy_j = 0, cell_energy_j = 0;  // a cycle
  double converter_share = 0;
  bool bit_serial = false;
  double parallel_slices = 1;
  double write_pulses = 0, write_pulse_s = 0, write_energy_j = 0, parallel_cells = 1;
  double coherence_s = 0;
  double digital_energy_j = 0, digital_operations_per_s = infinite;
  double cell_area_m2 = 0, opamp_area_m2 = 0, converter_area_m2 = 0;
};

void append_cost_options(std::vector<option>& schema);
cost_parameters typed_cost(const reader& values);

/// What the paper assumes of on-chip op-amps and converters (Zuo et al. 2025, Fig. 5), into the options of a
/// preset.
void project_cost(options& preset);
/// Nothing costs time, energy or area, nothing wears out.
void remove_cost(options& preset);

}  // namespace mho::analog
