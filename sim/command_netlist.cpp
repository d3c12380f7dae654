#include <fmt/format.h>
#include <fmt/ranges.h>

#include <cstdio>
#include <filesystem>
#include <mho/mho.hpp>
#include <variant>

#include "accelerator_arguments.hpp"
#include "commands.hpp"
#include "csv.hpp"
#include "files.hpp"
#include "input_error.hpp"

namespace mho::sim {
namespace {

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

spice_analysis analysis_of(const netlist_arguments& a) {
  spice_analysis analysis;
  if (a.analysis == "op") return analysis;
  analysis.what = a.analysis == "tran" ? spice_analysis::kind::transient : spice_analysis::kind::noise;
  analysis.stop_s = a.stop_s;
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

}  // namespace

int command_netlist(const netlist_arguments& a) {
  const csv_matrix m = read_csv(a.matrix), rhs = read_csv(a.rhs);
  if (m.rows != m.columns)
    throw input_error(fmt::format("{}: must be square, is {}x{}", a.matrix, m.rows, m.columns));
  if (rhs.rows != 1 && rhs.columns != 1) throw input_error(a.rhs + ": must be one row or one column");
  if (!(a.stop_s > 0 && a.stop_s <= 1)) throw input_error("--stop-s: must be above 0 and at most 1");
  const options parameters = accelerator_parameters(a.accelerator, a.sets);
  const bool is_complex = m.is_complex || rhs.is_complex;
  const result<analog_solver> made = analog_solver::make(parameters, m.rows, is_complex);
  if (!made) throw input_error(a.matrix + ": " + made.message());
  std::vector<double> full = stacked(m, false);
  if (is_complex) {
    full.resize(4 * m.rows * m.rows);
    expand_complex(m.entry.data(), m.rows, full.data());
  }

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

  spice_analysis analysis = analysis_of(a);
  analysis.comment = head(a, parameters, *circuit, array);
  const result<std::string> netlist = spice_netlist(circuit->instance, analysis);
  if (!netlist) throw input_error(a.matrix + ": " + netlist.message());
  write_file(a.out, *netlist);
  fmt::print("{}: array {} of {}, {} unknowns{}\n", a.out, array, circuit->arrays, circuit->unknowns,
             circuit->instance.n > circuit->unknowns ? ", bias column" : "");
  if (analysis.table.empty())
    fmt::print("run:  ngspice -b {}\n", a.out);
  else
    fmt::print("run:  ngspice -b {}   (it writes {} into the current folder)\n", a.out, analysis.table);
  fmt::print("then: x_j = v(oj) / {:.10g} V\n", circuit->volt_per_unit);
  const double kelvin = std::get<double>(parameters.at("device.temperature_kelvin"));
  const result<circuit_behaviour> model = behaviour_of(circuit->instance, 0.01, kelvin);
  if (!model) throw std::runtime_error(a.matrix + ": " + model.message());
  fmt::print("the model says: {}\n", model->settles ? "it settles" : "it does not settle");
  if (!model->settles) return 0;
  fmt::print("to 1 % of full scale in {:.4g} s; slowest mode {:.4g} s\n", model->settling_s,
             model->slowest_mode_s);
  for (std::size_t j = 0; j < circuit->unknowns; ++j)
    fmt::print("v(o{}) = {:+.10e} V, thermal noise {:.3g} V rms\n", j, model->output_volt[j],
               model->noise_volt[j]);
  return 0;
}

}  // namespace mho::sim
