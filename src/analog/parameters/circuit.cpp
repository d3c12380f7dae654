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
}

circuit_parameters typed_circuit(const reader& values) {
  circuit_parameters p;
  p.open_loop_gain = values.number("circuit.open_loop_gain");
  p.offset_volt = values.number("circuit.offset_volt");
  p.clamp_volt = values.number("circuit.clamp_volt");
  return p;
}

}  // namespace mho::analog
