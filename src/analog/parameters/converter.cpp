#include "analog/parameters/converter.hpp"

namespace mho::analog {

void append_converter_options(std::vector<option>& schema) {
  schema.push_back(parameter("converter.dac_bits", std::int64_t{4}, "bit",
                             "of the inputs of every INV and MVM of BlockAMC; 0: none", 0, 24));
  schema.push_back(
      parameter("converter.adc_bits", std::int64_t{4}, "bit", "of their outputs; 0: none", 0, 24));
  schema.push_back(choice("converter.dac_range", "maximum",
                          "full scale of a DAC: the vector's own maximum, or the next power of two",
                          {"maximum", "power_of_two"}));
  schema.push_back(parameter("converter.dac_error_lsb", 0.0, "LSB",
                             "standard deviation of what each code of a DAC gives, in its steps; one chip a "
                             "seed, at most 12 bits",
                             0, 100));
  schema.push_back(
      choice("converter.adc_kind", "uniform",
             "uniform: symmetric mid-tread over the vector's own maximum. calibrated: uniform over "
             "the best fixed range; lloyd-max: bins and levels by Lloyd's iteration; both trained for each "
             "place in the circuit, at most 12 bits",
             {"uniform", "calibrated", "lloyd-max"}));
  schema.push_back(choice("converter.range", "maximum",
                          "by what a vector's read-out is scaled before a trained ADC: its largest magnitude "
                          "(peak detector), or its root mean square (power detector; peaks clip)",
                          {"maximum", "rms"}));
  schema.push_back(choice("converter.device", "ideal",
                          "ADC: as designed; memristor thresholds, one a boundary; or windows, two devices a "
                          "bin; one chip a seed, at most 12 bits",
                          {"ideal", "thresholds", "windows"}));
  schema.push_back(choice("converter.combine", "single",
                          "converters a read-out whose devices err independently: one, two "
                          "(super_resolution, average), three (majority)",
                          {"single", "super_resolution", "average", "majority"}));
  schema.push_back(
      parameter("converter.error_share", 0.0091, "",
                "of converter.device: standard deviation of a programmed threshold, as a share of "
                "its range; programmed again beyond two",
                0, 0.5));
  schema.push_back(parameter("converter.read_error_siemens", 0.0, "S",
                             "of converter.device: standard deviation of a device (100 to 400 uS) at every "
                             "conversion; measured: at most 3.5e-07",
                             0, 1e-4));
  schema.push_back(parameter("converter.training_problems", std::int64_t{200}, "",
                             "example systems that a trained ADC is designed on", 1, 100000));
  schema.push_back(parameter("converter.training_cycles", std::int64_t{3}, "",
                             "of each example, whatever cycles are asked for later", 1, 1000));
}

converter_parameters typed_converter(const reader& values) {
  converter_parameters p;
  p.dac_bits = values.integer("converter.dac_bits");
  p.adc_bits = values.integer("converter.adc_bits");
  p.dac_power_of_two = values.text("converter.dac_range") == "power_of_two";
  p.dac_error_lsb = values.number("converter.dac_error_lsb");
  p.kind = values.one_of<adc_kind>("converter.adc_kind", {"uniform", "calibrated", "lloyd-max"});
  p.rms = values.text("converter.range") == "rms";
  p.device.device = values.one_of<adc_device>("converter.device", {"ideal", "thresholds", "windows"});
  p.device.combination = values.one_of<adc_combination>(
      "converter.combine", {"single", "super_resolution", "average", "majority"});
  p.device.error_share = values.number("converter.error_share");
  p.device.read_error_siemens = values.number("converter.read_error_siemens");
  p.training_problems = values.integer<std::size_t>("converter.training_problems");
  p.training_cycles = values.integer<std::size_t>("converter.training_cycles");
  return p;
}

std::string converter_problem(const reader& values) {
  const converter_parameters p = typed_converter(values);
  const std::string range = ": must be an integer from 0 to " + std::to_string(most_adc_bits) + " with ";
  const int most = static_cast<int>(most_adc_bits);
  if (p.adc_bits > most && p.kind != adc_kind::uniform)
    return "converter.adc_bits" + range + "converter.adc_kind = " + values.text("converter.adc_kind");
  if (p.adc_bits > most && p.device.device != adc_device::ideal)
    return "converter.adc_bits" + range + "converter.device = " + values.text("converter.device");
  if (p.dac_bits > most && p.dac_error_lsb > 0)
    return "converter.dac_bits" + range + "converter.dac_error_lsb above 0";
  return "";
}

}  // namespace mho::analog
