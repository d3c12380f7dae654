#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <filesystem>
#include <mho/mho.hpp>

#include "accelerator_arguments.hpp"
#include "commands.hpp"
#include "exported_circuit.hpp"
#include "files.hpp"
#include "input_error.hpp"
#include "result_file.hpp"

namespace mho::sim {
namespace {

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

std::string head(const netlist_arguments& a, const options& parameters, const exported_circuit& circuit) {
  std::string text = fmt::format("{}, accelerator {}, seed {}\n", circuit.what, a.accelerator, a.seed);
  text += fmt::format("{} unknowns{}; {:.17g} S stand for 1 in the matrix\n", circuit.unknowns,
                      circuit.bias_column ? ", and a last row for the bias column" : "",
                      circuit.siemens_per_unit);
  text += fmt::format("node o<j>: x_j = v(o<j>) / {:.17g} V, {}\n", circuit.volt_per_unit, circuit.outputs);
  text += "the circuit alone: without converters\n";
  for (const auto& [name, value] : parameters)
    for (const char* layer : {"device.", "array.", "circuit."})
      if (name.rfind(layer, 0) == 0) text += name + " = " + value_text(value) + "\n";
  return text;
}

json summary_of(const netlist_arguments& a, const exported_circuit& circuit, const spice_analysis& analysis) {
  const circuit_behaviour& model = *circuit.behaviour;
  const bool moves = analysis.what == spice_analysis::kind::transient;
  const auto at_rest = [&](const auto& value) { return model.settles ? json(value) : json(nullptr); };
  const auto of_unknowns = [&](const std::vector<double>& volt) {
    if (volt.empty()) return json(nullptr);
    return at_rest(std::vector<double>(volt.data(), volt.data() + std::min(volt.size(), circuit.unknowns)));
  };
  return {{"file", a.out},
          {"circuit", a.circuit},
          {"array", circuit.array},
          {"arrays", circuit.arrays},
          {"unknowns", circuit.unknowns},
          {"bias_column", circuit.bias_column},
          {"siemens_per_unit", circuit.siemens_per_unit},
          {"volt_per_unit", circuit.volt_per_unit},
          {"analysis", a.analysis},
          {"stop_s", moves ? json(analysis.stop_s) : json(nullptr)},
          {"table", analysis.table.empty() ? json(nullptr) : json(analysis.table)},
          {"settles", model.settles},
          {"settling_s", std::isfinite(model.settling_s) ? at_rest(model.settling_s) : json(nullptr)},
          {"slowest_mode_s", at_rest(model.slowest_mode_s)},
          {"output_volt", of_unknowns(model.output_volt)},
          {"noise_volt", of_unknowns(model.noise_volt)}};
}

void print_summary(const netlist_arguments& a, const exported_circuit& circuit,
                   const spice_analysis& analysis) {
  const circuit_behaviour& model = *circuit.behaviour;
  const bool slices = a.circuit == "mvm";
  fmt::print("{}: {} {} of {}, {} {}{}\n", a.out, slices ? "slice" : "array", circuit.array, circuit.arrays,
             circuit.unknowns, slices ? "products" : "unknowns", circuit.bias_column ? ", bias column" : "");
  if (analysis.what == spice_analysis::kind::transient)
    fmt::print("tran lasts {:.4g} s: {} (--stop-s)\n", analysis.stop_s,
               a.stop_s > 0    ? "as asked for"
               : model.settles ? "three times what the model settles in"
                               : "it does not settle");
  if (analysis.table.empty())
    fmt::print("run:  ngspice -b {}\n", a.out);
  else
    fmt::print("run:  ngspice -b {}   (it writes {} into the current folder)\n", a.out, analysis.table);
  fmt::print("then: {}_j = v(oj) / {:.10g} V\n", slices ? "y" : "x", circuit.volt_per_unit);
  fmt::print("the model says: {}\n", model.settles ? "it settles" : "it does not settle");
  if (!model.settles) return;
  fmt::print("to {:g} % of full scale in {:.4g} s; slowest mode {:.4g} s\n", 100 * settled_share,
             model.settling_s, model.slowest_mode_s);
  for (std::size_t j = 0; j < circuit.unknowns; ++j)
    if (model.noise_volt.empty())
      fmt::print("v(o{}) = {:+.10e} V\n", j, model.output_volt[j]);
    else
      fmt::print("v(o{}) = {:+.10e} V, thermal noise {:.3g} V rms\n", j, model.output_volt[j],
                 model.noise_volt[j]);
}

}  // namespace

int command_netlist(const netlist_arguments& a) {
  const options parameters = accelerator_parameters(a.accelerator, a.sets);
  const exported_circuit circuit = make_exported_circuit(a, parameters);
  spice_analysis analysis = analysis_of(a, stop_of(a, circuit.behaviour));
  analysis.comment = head(a, parameters, circuit);
  const result<std::string> netlist = circuit.netlist(analysis);
  if (!netlist) throw input_error(a.matrix + ": " + netlist.message());
  write_file(a.out, *netlist);
  if (!circuit.behaviour) throw std::runtime_error(a.matrix + ": " + circuit.behaviour.message());
  if (a.as_json)
    std::fputs(text_of(summary_of(a, circuit, analysis)).c_str(), stdout);
  else
    print_summary(a, circuit, analysis);
  return 0;
}

}  // namespace mho::sim
