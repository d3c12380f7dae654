#include "analog/accelerator.hpp"

namespace mho {
namespace {

std::vector<option> make_schema() {
  std::vector<option> schema;
  analog::append_device_options(schema);
  analog::append_array_options(schema);
  analog::append_circuit_options(schema);
  analog::append_converter_options(schema);
  analog::append_solver_options(schema);
  analog::append_cost_options(schema);
  return schema;
}

std::vector<accelerator_preset> make_presets() {
  options paper;
  for (const option& o : accelerator_schema()) paper.emplace(o.name, o.standard);
  options ideal = paper;
  ideal["device.write_error"] = std::string("none");
  ideal["circuit.open_loop_gain"] = analog::infinite;
  ideal["converter.dac_bits"] = std::int64_t{0};
  ideal["converter.adc_bits"] = std::int64_t{0};
  options projected = paper;
  projected["circuit.gain_bandwidth_hz"] = 500e6;
  analog::project_cost(projected);
  analog::remove_cost(ideal);
  options pcm = paper;
  pcm["device.on_siemens"] = 25e-6;
  pcm["circuit.source_siemens"] = 25e-6;
  pcm["device.write_error"] = std::string("pcm");
  pcm["device.drift_model"] = std::string("pcm");
  pcm["device.drift_reference_s"] = 20.0;
  return {
      {"paper",
       "the measured chip: 8 levels with their write errors, 4-bit converters, 4-row arrays; without its "
       "wires (array.wire_ohm is 0 here, 1.73 ohm on the chip)",
       paper},
      {"projected",
       "the paper's projection of the same arrays, without wires too, with on-chip op-amps and converters",
       projected},
      {"pcm", "as paper, of phase-change memory: its write error and its drift from 20 s on", pcm},
      {"ideal", "perfect devices, circuits and converters; 3-bit rounding and BlockAMC remain", ideal}};
}

}  // namespace

std::span<const option> accelerator_schema() {
  static const std::vector<option> schema = make_schema();
  return schema;
}

std::span<const accelerator_preset> accelerator_presets() {
  static const std::vector<accelerator_preset> presets = make_presets();
  return presets;
}

result<options> accelerator_options(std::string_view preset, const options& replaced) {
  std::vector<std::string> names;
  for (const accelerator_preset& known : accelerator_presets()) {
    names.push_back(known.name);
    if (known.name != preset) continue;
    result<options> checked = complete(accelerator_schema(), replaced);
    if (!checked) return checked;
    checked->insert(known.values.begin(), known.values.end());  // what was given stays
    const analog::reader values(*checked);
    for (const auto& problem_of : {analog::device_problem, analog::converter_problem})
      if (std::string problem = problem_of(values); !problem.empty())
        return {error::bad_value, std::move(problem)};
    return checked;
  }
  std::string message = "unknown accelerator " + std::string(preset) + "; known are ";
  for (std::size_t i = 0; i < names.size(); ++i) message += (i == 0 ? "" : ", ") + names[i];
  return {error::unknown_name, std::move(message)};
}

namespace analog {

parameters typed(const options& values) {
  const reader from(values);
  return {typed_device(from),    typed_array(from),  typed_circuit(from),
          typed_converter(from), typed_solver(from), typed_cost(from)};
}

}  // namespace analog
}  // namespace mho
