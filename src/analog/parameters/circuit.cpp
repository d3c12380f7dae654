#include "analog/parameters/circuit.hpp"

namespace mho::analog {

void append_circuit_options(std::vector<option>& schema) {
  schema.push_back(parameter("circuit.open_loop_gain", 1e5, "",
                             "of the op-amps at zero frequency; inf is ideal (assumed value)", 1, infinite));
  schema.push_back(parameter("circuit.offset_volt", 0.0, "V",
                             "op-amp offsets are uniform within plus and minus this, one chip a seed", 0,
                             0.1));
  schema.push_back(parameter("circuit.clamp_volt", 0.4, "V",
                             "full scale: the largest output of a read-out sits here", 1e-3, 100));
  schema.push_back(parameter("circuit.gain_bandwidth_hz", 16e6, "Hz",
                             "of the op-amps, one pole each: how fast a loop settles", 1, 1e15));
  schema.push_back(parameter("circuit.input_resistance_ohm", infinite, "ohm",
                             "from every op-amp's inverting input to ground; inf is none", 1, infinite));
  schema.push_back(parameter("circuit.output_resistance_ohm", 0.0, "ohm",
                             "of every op-amp, in series with its output", 0, 1e6));
  schema.push_back(parameter("circuit.source_siemens", 35e-6, "S",
                             "conductance between each input and its row: that of the top level", 1e-9, 1));
  schema.push_back(parameter("circuit.inverter_ohm", 10e3, "ohm",
                             "each of the two resistors of an inverter that drives a second array", 1, 1e9));
  schema.push_back(
      choice("circuit.saturation", "none",
             "what the op-amps' outputs do near the clamp: nothing, or bend as clamp tanh(v / clamp)",
             {"none", "clamp"}));
  schema.push_back(parameter("circuit.clamp_fill", 0.5, "",
                             "with saturation clamp: part of the clamp that the largest output of a read-out "
                             "would reach if it did not bend",
                             1e-3, 1));
  schema.push_back(parameter("circuit.slew_volt_per_s", infinite, "V/s",
                             "fastest change of an op-amp's output, in mho netlist and the settling that it "
                             "tells (solutions are read at rest); inf is no limit",
                             1, infinite));
  schema.push_back(parameter("circuit.thermal_noise", false, "",
                             "noise of all resistors of a loop, drawn at every read-out"));
  schema.push_back(parameter("circuit.row_capacitance_farad", 0.0, "F",
                             "from every inverting input to ground; can keep a loop from settling", 0, 1e-6));
}

circuit_parameters typed_circuit(const reader& values) {
  circuit_parameters p;
  p.open_loop_gain = values.number("circuit.open_loop_gain");
  p.offset_volt = values.number("circuit.offset_volt");
  p.clamp_volt = values.number("circuit.clamp_volt");
  p.gain_bandwidth_hz = values.number("circuit.gain_bandwidth_hz");
  p.input_resistance_ohm = values.number("circuit.input_resistance_ohm");
  p.output_resistance_ohm = values.number("circuit.output_resistance_ohm");
  p.source_siemens = values.number("circuit.source_siemens");
  p.inverter_ohm = values.number("circuit.inverter_ohm");
  p.saturates = values.text("circuit.saturation") == "clamp";
  p.clamp_fill = values.number("circuit.clamp_fill");
  p.slew_volt_per_s = values.number("circuit.slew_volt_per_s");
  p.thermal_noise = values.flag("circuit.thermal_noise");
  p.row_capacitance_farad = values.number("circuit.row_capacitance_farad");
  return p;
}

}  // namespace mho::analog
