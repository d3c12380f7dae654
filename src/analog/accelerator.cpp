#include "analog/accelerator.hpp"

#include <array>
#include <limits>

namespace mho {
namespace {

constexpr double infinite = std::numeric_limits<double>::infinity();

option parameter(std::string name, option_value paper, std::string unit, std::string doc, double low,
                 double high, std::vector<std::string> choices = {}) {
  option o{std::move(name), std::move(paper), std::move(unit), std::move(doc), low, high, std::move(choices)};
  o.inherits = true;
  return o;
}

std::vector<option> make_schema() {
  using integer = std::int64_t;
  return {
      parameter("device.write_error", std::string("table"), "",
                "error of a programmed level: the paper's level table, or device.write_error_siemens wide",
                -infinite, infinite, {"table", "uniform", "normal", "none"}),
      parameter("device.write_error_siemens", 0.69e-6, "S",
                "half width (uniform) or standard deviation (normal) of the write error", 0, 35e-6),
      parameter("array.size", integer{4}, "", "rows of an LP-INV array", 1, 512),
      parameter(
          "array.mapping", std::string("split"), "",
          "signs in LP-INV: bias column and diagonal split, or direct for matrices without negative entries",
          -infinite, infinite, {"split", "direct"}),
      parameter("array.rounding", std::string("nearest"), "",
                "how LP-INV stores an entry as one of eight levels", -infinite, infinite,
                {"nearest", "truncate"}),
      parameter("circuit.open_loop_gain", 1e5, "",
                "of the op-amps at zero frequency; inf is ideal (assumed value)", 1, infinite),
      parameter("circuit.offset_volt", 0.0, "V",
                "op-amp offsets are uniform within plus and minus this, one chip a seed", 0, 0.1),
      parameter("circuit.clamp_volt", 0.4, "V", "full scale: the largest output of a read-out sits here",
                1e-3, 100),
      parameter("converter.dac_bits", integer{4}, "bit",
                "of the inputs of every INV and MVM of BlockAMC; 0: none", 0, 24),
      parameter("converter.adc_bits", integer{4}, "bit", "of their outputs; 0: none", 0, 24),
      parameter("solver.slices", integer{8}, "", "3-bit slices of HP-MVM: 8 make a 24-bit matrix", 1, 16),
      parameter("solver.slice_scale", std::string("full"), "",
                "s in A = s (D0 + D1/8 + ..): the largest entry fills all digits (full), or a power of two "
                "(binary)",
                -infinite, infinite, {"full", "binary"}),
      parameter("solver.blocks", std::string("reuse"), "",
                "BlockAMC's fourth block: M4 itself (reuse), or the exact Schur complement", -infinite,
                infinite, {"reuse", "schur"}),
      parameter("solver.extra_error", 0.0, "", "relative normal error added to every LP-INV solution", 0, 10),
  };
}

std::vector<accelerator_preset> make_presets() {
  options paper;
  for (const option& o : accelerator_schema()) paper.emplace(o.name, o.standard);
  options ideal = paper;
  ideal["device.write_error"] = std::string("none");
  ideal["circuit.open_loop_gain"] = infinite;
  ideal["converter.dac_bits"] = std::int64_t{0};
  ideal["converter.adc_bits"] = std::int64_t{0};
  return {
      {"paper", "the measured chip: 8 levels with their write errors, 4-bit converters, 4-row arrays", paper},
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
  const auto number = [&](const char* name) { return std::get<double>(values.find(name)->second); };
  const auto integer = [&](const char* name) { return std::get<std::int64_t>(values.find(name)->second); };
  const auto text = [&](const char* name) { return std::get<std::string>(values.find(name)->second); };
  parameters p;
  const std::string error = text("device.write_error");
  p.device.error = error == "table"     ? write_error::table
                   : error == "uniform" ? write_error::uniform
                   : error == "normal"  ? write_error::normal
                                        : write_error::none;
  p.device.error_siemens = number("device.write_error_siemens");
  p.array.size = static_cast<std::size_t>(integer("array.size"));
  p.array.direct = text("array.mapping") == "direct";
  p.array.truncate = text("array.rounding") == "truncate";
  p.circuit.open_loop_gain = number("circuit.open_loop_gain");
  p.circuit.offset_volt = number("circuit.offset_volt");
  p.circuit.clamp_volt = number("circuit.clamp_volt");
  p.converter.dac_bits = static_cast<int>(integer("converter.dac_bits"));
  p.converter.adc_bits = static_cast<int>(integer("converter.adc_bits"));
  p.solver.slices = static_cast<int>(integer("solver.slices"));
  p.solver.binary_scale = text("solver.slice_scale") == "binary";
  p.solver.schur = text("solver.blocks") == "schur";
  p.solver.extra_error = number("solver.extra_error");
  return p;
}

}  // namespace analog
}  // namespace mho
