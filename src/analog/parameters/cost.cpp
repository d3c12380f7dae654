// The paper: Zuo et al., Nature Electronics 8, 1222 (2025). Its Fig. 5 gives throughput and efficiency over
// the size; times and energies here are those that reproduce its points by the formulas of mho/cost.hpp.
#include "analog/parameters/cost.hpp"

namespace mho::analog {
namespace {

void append_solving(std::vector<option>& schema) {
  schema.push_back(parameter("cost.array_size", std::int64_t{32}, "",
                             "rows of the arrays that mho cost counts with: the paper's benchmark has 32, "
                             "its demonstrations 4",
                             1, 512));
  schema.push_back(parameter("cost.cycles", std::int64_t{8}, "cycle",
                             "of refinement that mho cost counts: 8 of 3 bits make 24", 1, 1000));
  schema.push_back(
      parameter("cost.inv_s", 120e-9, "s", "settling of an inversion, whatever its size (the paper)", 0, 1));
  schema.push_back(
      parameter("cost.mvm_s", 60e-9, "s", "settling of a matrix-vector product (the paper)", 0, 1));
  schema.push_back(parameter("cost.conversion_s", 6.67e-9, "s",
                             "added to each for its conversions, which run in parallel (fits the paper)", 0,
                             1));
  schema.push_back(parameter("cost.inv_energy_j", 0.5e-9, "J",
                             "of an inversion on an array of cost.energy_rows rows (fits the paper)", 0, 1));
  schema.push_back(parameter("cost.mvm_energy_j", 12.3e-9, "J",
                             "of a matrix-vector product on such an array (fits the paper)", 0, 1));
  schema.push_back(parameter("cost.energy_rows", std::int64_t{32}, "",
                             "rows of the array that these two energies are of; others scale as row and "
                             "cell energy say",
                             1, 512));
  schema.push_back(parameter("cost.row_energy_j", 0.36225e-9, "J",
                             "a row and cycle, an inversion and a product together: op-amps and converters "
                             "(fits the paper)",
                             0, 1));
  schema.push_back(parameter("cost.cell_energy_j", 0.0012e-9, "J",
                             "a matrix entry and cycle, likewise: the cells (fits the paper)", 0, 1));
  schema.push_back(parameter("cost.converter_share", 0.878, "",
                             "of the rows' energy, the rest is the op-amps'. Assumed: the converters' share "
                             "of a compute-in-memory system in Hong et al., Nature Communications 2025",
                             0, 1));
}

void append_products(std::vector<option>& schema) {
  schema.push_back(parameter("cost.bit_serial", false, "",
                             "count every pass of the residual's product (solver.input_bits, signs, slices, "
                             "solver.active_rows); off: one pass, as the paper counts"));
  schema.push_back(parameter("cost.parallel_slices", std::int64_t{1}, "",
                             "slices that are read at once, with converters of their own", 1, 16));
}

void append_programming(std::vector<option>& schema) {
  schema.push_back(parameter("cost.write_pulses", 10.0, "",
                             "of write-verify a cell and programming, on average (assumed)", 0, 1e6));
  schema.push_back(parameter("cost.write_pulse_s", 200e-9, "s",
                             "a pulse and the read that verifies it (assumed: 100 ns each)", 0, 1));
  schema.push_back(
      parameter("cost.write_energy_j", 10e-12, "J", "a pulse (assumed: 1 V, 100 uA, 100 ns)", 0, 1));
  schema.push_back(parameter("cost.parallel_cells", std::int64_t{32}, "",
                             "cells that are written at once (assumed: a row of 32)", 1, 1e9));
  schema.push_back(parameter("cost.coherence_s", 1e-3, "s",
                             "how long a channel lasts: the arrays are programmed once in it (assumed)", 1e-9,
                             infinite));
}

void append_digital_and_area(std::vector<option>& schema) {
  schema.push_back(parameter("cost.digital_energy_j", 2.3e-12, "J",
                             "a real digital operation, its memory left out: mean of an FP32 addition (0.9 "
                             "pJ) and multiplication (3.7 pJ) in 45 nm, Horowitz, ISSCC 2014",
                             0, 1));
  schema.push_back(parameter("cost.digital_operations_per_s", 64e9, "1/s",
                             "of the digital part beside the arrays (assumed: 64 a cycle at 1 GHz)", 1,
                             infinite));
  schema.push_back(
      parameter("cost.cell_area_m2", 0.08e-12, "m2", "a cell (assumed: 50 squares of 40 nm)", 0, 1));
  schema.push_back(parameter("cost.opamp_area_m2", 500e-12, "m2", "an op-amp (assumed)", 0, 1));
  schema.push_back(parameter("cost.converter_area_m2", 24.29e-12, "m2",
                             "a converter: the adaptive ADC of Hong et al., Nature Communications 2025 (its "
                             "unit, um2, is inferred)",
                             0, 1));
}

}  // namespace

void append_cost_options(std::vector<option>& schema) {
  append_solving(schema);
  append_products(schema);
  append_programming(schema);
  append_digital_and_area(schema);
}

cost_parameters typed_cost(const reader& values) {
  using costs = cost_parameters;
  constexpr std::pair<double costs::*, const char*> numbers[] = {
      {&costs::inv_s, "cost.inv_s"},
      {&costs::mvm_s, "cost.mvm_s"},
      {&costs::conversion_s, "cost.conversion_s"},
      {&costs::inv_energy_j, "cost.inv_energy_j"},
      {&costs::mvm_energy_j, "cost.mvm_energy_j"},
      {&costs::row_energy_j, "cost.row_energy_j"},
      {&costs::cell_energy_j, "cost.cell_energy_j"},
      {&costs::converter_share, "cost.converter_share"},
      {&costs::write_pulses, "cost.write_pulses"},
      {&costs::write_pulse_s, "cost.write_pulse_s"},
      {&costs::write_energy_j, "cost.write_energy_j"},
      {&costs::coherence_s, "cost.coherence_s"},
      {&costs::digital_energy_j, "cost.digital_energy_j"},
      {&costs::digital_operations_per_s, "cost.digital_operations_per_s"},
      {&costs::cell_area_m2, "cost.cell_area_m2"},
      {&costs::opamp_area_m2, "cost.opamp_area_m2"},
      {&costs::converter_area_m2, "cost.converter_area_m2"}};
  cost_parameters p;
  for (const auto& [member, name] : numbers) p.*member = values.number(name);
  p.array_size = values.integer<std::size_t>("cost.array_size");
  p.cycles = values.integer<std::size_t>("cost.cycles");
  p.energy_rows = values.integer<double>("cost.energy_rows");
  p.bit_serial = values.flag("cost.bit_serial");
  p.parallel_slices = values.integer<double>("cost.parallel_slices");
  p.parallel_cells = values.integer<double>("cost.parallel_cells");
  return p;
}

void project_cost(options& preset) {
  preset["cost.inv_s"] = 20e-9;
  preset["cost.mvm_s"] = 10e-9;
  preset["cost.inv_energy_j"] = 0.10e-9;
  preset["cost.mvm_energy_j"] = 3.19e-9;
  preset["cost.row_energy_j"] = 0.0965e-9;
  preset["cost.cell_energy_j"] = 0.0002e-9;
}

void remove_cost(options& preset) {
  for (const char* none :
       {"cost.inv_s", "cost.mvm_s", "cost.conversion_s", "cost.inv_energy_j", "cost.mvm_energy_j",
        "cost.row_energy_j", "cost.cell_energy_j", "cost.write_pulse_s", "cost.write_energy_j",
        "cost.digital_energy_j", "cost.cell_area_m2", "cost.opamp_area_m2", "cost.converter_area_m2"})
    preset[none] = 0.0;
  preset["cost.digital_operations_per_s"] = infinite;
  preset["device.endurance_writes"] = infinite;
}

}  // namespace mho::analog
