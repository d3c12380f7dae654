#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <filesystem>
#include <mho/mho.hpp>
#include <variant>

#include "accelerator_arguments.hpp"
#include "array_matrix.hpp"
#include "commands.hpp"
#include "csv.hpp"
#include "files.hpp"
#include "input_error.hpp"
#include "result_file.hpp"

namespace mho::sim {
namespace {

constexpr double settled_share = 0.01;  // of the largest output

std::string value_text(const option_value& value) {
  return std::visit(
      [](const auto& v) -> std::string {
        if constexpr (std::is_same_v<std::decay_t<decltype(v)>, std::string>)
          return v;
        else
          return fmt::format("{}", v);
      },
      value);
}

// Real, stacked as the expansion stacks it.
std::vector<double> stacked(const csv_matrix& m, bool is_complex) {
  std::vector<double> values;
  for (const std::complex<double>& entry : m.entry) values.push_back(entry.real());
  if (is_complex)
    for (const std::complex<double>& entry : m.entry) values.push_back(entry.imag());
  return values;
}

// A waveform of three settling times shows the rest too. Where there is none to be had, a span that shows how
// a loop of the preset's amplifiers runs away.
double stop_of(const netlist_arguments& a, const result<circuit_behaviour>& model) {
  constexpr double run_away_s = 2e-6;
  if (a.stop_s > 0) return a.stop_s;
  const bool rests = model && model->settles && std::isfinite(model->settling_s) && model->settling_s > 0;
  return rests ? std::min(3 * model->settling_s, 1.0) : run_away_s;
}

spice_analysis analysis_of(const netlist_arguments& a, double stop_s) {
  spice_analysis analysis;
  if (a.analysis == "op") return analysis;
  analysis.what = a.analysis == "tran" ? spice_analysis::kind::transient : spice_analysis::kind::noise;
  analysis.stop_s = stop_s;
  analysis.table = std::filesystem::path(a.out).stem().string() + (a.analysis == "tran" ? ".tran" : ".noise");
  return analysis;
}

std::string head(const netlist_arguments& a, const options& parameters, const programmed_circuit& circuit,
                 std::size_t array) {
  std::string text =
      fmt::format("LP-INV array {} of {} of matrix {}, right-hand side {}, accelerator {}, seed {}\n", array,
                  circuit.arrays, a.matrix, a.rhs, a.accelerator, a.seed);
  text += fmt::format("{} unknowns{}; {:.17g} S stand for 1 in the matrix\n", circuit.unknowns,
                      circuit.instance.n > circuit.unknowns ? ", and a last row for the bias column" : "",
                      circuit.siemens_per_unit);
  text += fmt::format("node o<j>: x_j = v(o<j>) / {:.17g} V, x what the array makes of b\n",
                      circuit.volt_per_unit);
  text += "the circuit alone: without converters, and without a slew rate\n";
  for (const auto& [name, value] : parameters)
    for (const char* layer : {"device.", "array.", "circuit."})
      if (name.rfind(layer, 0) == 0) text += name + " = " + value_text(value) + "\n";
  return text;
}

json summary_of(const netlist_arguments& a, const programmed_circuit& circuit, std::size_t array,
                const spice_analysis& analysis, const circuit_behaviour& model) {
  const bool moves = analysis.what == spice_analysis::kind::transient;
  const auto at_rest = [&](const auto& value) { return model.settles ? json(value) : json(nullptr); };
  const auto of_unknowns = [&](const std::vector<double>& volt) {
    return at_rest(std::vector<double>(volt.data(), volt.data() + std::min(volt.size(), circuit.unknowns)));
  };
  return {{"file", a.out},
          {"array", array},
          {"arrays", circuit.arrays},
          {"unknowns", circuit.unknowns},
          {"bias_column", circuit.instance.n > circuit.unknowns},
          {"siemens_per_unit", circuit.siemens_per_unit},
          {"volt_per_unit", circuit.volt_per_unit},
          {"analysis", a.analysis},
          {"stop_s", moves ? json(analysis.stop_s) : json(nullptr)},
          {"table", analysis.table.empty() ? json(nullptr) : json(analysis.table)},
          {"settles", model.settles},
          {"settling_s", at_rest(model.settling_s)},
          {"slowest_mode_s", at_rest(model.slowest_mode_s)},
          {"output_volt", of_unknowns(model.output_volt)},
          {"noise_volt", of_unknowns(model.noise_volt)}};
}

void print_summary(const netlist_arguments& a, const programmed_circuit& circuit, std::size_t array,
                   const spice_analysis& analysis, const circuit_behaviour& model) {
  fmt::print("{}: array {} of {}, {} unknowns{}\n", a.out, array, circuit.arrays, circuit.unknowns,
             circuit.instance.n > circuit.unknowns ? ", bias column" : "");
  if (analysis.what == spice_analysis::kind::transient)
    fmt::print("tran lasts {:.4g} s: {} (--stop-s)\n", analysis.stop_s,
               a.stop_s > 0    ? "as asked for"
               : model.settles ? "three times what the model settles in"
                               : "it does not settle");
  if (analysis.table.empty())
    fmt::print("run:  ngspice -b {}\n", a.out);
  else
    fmt::print("run:  ngspice -b {}   (it writes {} into the current folder)\n", a.out, analysis.table);
  fmt::print("then: x_j = v(oj) / {:.10g} V\n", circuit.volt_per_unit);
  fmt::print("the model says: {}\n", model.settles ? "it settles" : "it does not settle");
  if (!model.settles) return;
  fmt::print("to {:g} % of full scale in {:.4g} s; slowest mode {:.4g} s\n", 100 * settled_share,
             model.settling_s, model.slowest_mode_s);
  for (std::size_t j = 0; j < circuit.unknowns; ++j)
    fmt::print("v(o{}) = {:+.10e} V, thermal noise {:.3g} V rms\n", j, model.output_volt[j],
               model.noise_volt[j]);
}

}  // namespace

int command_netlist(const netlist_arguments& a) {
  const csv_matrix m = read_square(a.matrix), rhs = read_csv(a.rhs);
  if (rhs.rows != 1 && rhs.columns != 1) throw input_error(a.rhs + ": must be one row or one column");
  const options parameters = accelerator_parameters(a.accelerator, a.sets);
  const bool is_complex = m.is_complex || rhs.is_complex;
  const result<analog_solver> made = analog_solver::make(parameters, m.rows, is_complex);
  if (!made) throw input_error(a.matrix + ": " + made.message());
  check_signs(a.matrix, m, is_complex, parameters);
  const std::vector<double> full = real_form(m, is_complex);

  const bool fits = made->stages() == 0;
  const std::size_t size =
      fits ? made->real_unknowns()
           : static_cast<std::size_t>(std::get<std::int64_t>(parameters.at("array.size")));
  const std::vector<double> b = stacked(rhs, fits && is_complex);
  if (!fits && a.array == 0) {
    const std::vector<double> none(size);
    const result<programmed_circuit> first = made->circuit(full.data(), none, {a.seed, 0, 0}, 1);
    if (!first) throw input_error(a.matrix + ": " + first.message());
    throw input_error(
        fmt::format("{}: its {} real unknowns take several arrays of {} rows (array.size); choose one of the "
                    "arrays 1 to {} with --array, and give its own {} entries as --rhs",
                    a.matrix, made->real_unknowns(), size, first->arrays, size));
  }
  if (b.size() != size || (!fits && rhs.is_complex))
    throw input_error(fmt::format("{}: must have {} {}entries in one row or column", a.rhs,
                                  fits ? m.rows : size, fits ? "" : "real "));
  const std::size_t array = a.array == 0 ? 1 : a.array;
  const result<programmed_circuit> circuit = made->circuit(full.data(), b, {a.seed, 0, 0}, array);
  if (!circuit)
    throw input_error((circuit.code() == error::bad_range ? "--array" : a.matrix) + ": " + circuit.message());

  const double kelvin = std::get<double>(parameters.at("device.temperature_kelvin"));
  const result<circuit_behaviour> model = behaviour_of(circuit->instance, settled_share, kelvin);
  spice_analysis analysis = analysis_of(a, stop_of(a, model));
  analysis.comment = head(a, parameters, *circuit, array);
  const result<std::string> netlist = spice_netlist(circuit->instance, analysis);
  if (!netlist) throw input_error(a.matrix + ": " + netlist.message());
  write_file(a.out, *netlist);
  if (!model) throw std::runtime_error(a.matrix + ": " + model.message());
  if (a.as_json)
    std::fputs(text_of(summary_of(a, *circuit, array, analysis, *model)).c_str(), stdout);
  else
    print_summary(a, *circuit, array, analysis, *model);
  return 0;
}

}  // namespace mho::sim
