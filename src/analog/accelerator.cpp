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
  options projected = paper;
  analog::project_cost(projected);
  options ideal = paper;
  ideal["device.write_error"] = std::string("none");
  ideal["circuit.open_loop_gain"] = analog::infinite;
  ideal["converter.dac_bits"] = std::int64_t{0};
  ideal["converter.adc_bits"] = std::int64_t{0};
  analog::remove_cost(ideal);
  return {
      {"paper", "the measured chip: 8 levels with their write errors, 4-bit converters, 4-row arrays", paper},
      {"projected", "the paper's projection of the same arrays with on-chip op-amps and converters",
       projected},
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
