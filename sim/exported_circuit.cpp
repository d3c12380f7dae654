#include "exported_circuit.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <initializer_list>
#include <variant>

#include "array_matrix.hpp"
#include "input_error.hpp"

namespace mho::sim {
namespace {

// Real, stacked as the expansion stacks it.
std::vector<double> stacked(const csv_matrix& m, bool is_complex) {
  std::vector<double> values;
  for (const std::complex<double>& entry : m.entry) values.push_back(entry.real());
  if (is_complex)
    for (const std::complex<double>& entry : m.entry) values.push_back(entry.imag());
  return values;
}

csv_matrix read_vector(const std::string& path) {
  csv_matrix v = read_csv(path);
  if (v.rows != 1 && v.columns != 1) throw input_error(path + ": must be one row or one column");
  return v;
}

void check_entries(const std::string& path, std::size_t have, std::size_t want) {
  if (have != want)
    throw input_error(fmt::format("{}: must have {} entries in one row or column", path, want));
}

template <class Instance>
void put_instance(exported_circuit& out, const Instance& instance, result<circuit_behaviour> behaviour) {
  out.behaviour = std::move(behaviour);
  out.netlist = [instance](const spice_analysis& analysis) { return spice_netlist(instance, analysis); };
}

// Parameters that a circuit has no place for must be as in the preset `paper`.
void refuse(const netlist_arguments& a, const options& parameters, std::initializer_list<const char*> keys) {
  for (const option& known : accelerator_schema())
    for (const char* key : keys)
      if (known.name == key && parameters.at(key) != known.standard)
        throw input_error(
            fmt::format("{}: {}: is not in the circuit of --circuit {}, so it must be left at {}",
                        a.accelerator, key, a.circuit, value_text(known.standard)));
}

exported_circuit exported_inv(const netlist_arguments& a, const options& parameters) {
  const csv_matrix m = read_square(a.matrix), rhs = read_vector(a.rhs);
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
    throw input_error(fmt::format(
        "{}: its {} real unknowns do not fit an array of {} rows (array.size); choose {} with "
        "--array, and give its own {} entries as --rhs",
        a.matrix, made->real_unknowns(), size,
        first->arrays > 1 ? fmt::format("one of the arrays 1 to {}", first->arrays) : "array 1", size));
  }
  if (b.size() != size || (!fits && rhs.is_complex))
    throw input_error(fmt::format("{}: must have {} {}entries in one row or column", a.rhs,
                                  fits ? m.rows : size, fits ? "" : "real "));
  exported_circuit out;
  out.array = a.array == 0 ? 1 : a.array;
  const result<programmed_circuit> circuit = made->circuit(full.data(), b, {a.seed, 0, 0}, out.array);
  if (!circuit)
    throw input_error((circuit.code() == error::bad_range ? "--array" : a.matrix) + ": " + circuit.message());
  out.arrays = circuit->arrays;
  out.unknowns = circuit->unknowns;
  out.bias_column = circuit->instance.n > circuit->unknowns;
  out.siemens_per_unit = circuit->siemens_per_unit;
  out.volt_per_unit = circuit->volt_per_unit;
  out.what = fmt::format("LP-INV array {} of {} of matrix {}, right-hand side {}", out.array, out.arrays,
                         a.matrix, a.rhs);
  out.outputs = "x what the array makes of b";
  const double kelvin = std::get<double>(parameters.at("device.temperature_kelvin"));
  put_instance(out, circuit->instance, behaviour_of(circuit->instance, settled_share, kelvin));
  return out;
}

// H as the detector expands it, [[Re H, -Im H], [Im H, Re H]].
exported_circuit exported_ginv(const netlist_arguments& a, const options& parameters) {
  refuse(a, parameters,
         {"array.mapping", "array.bias", "array.wire_ohm", "circuit.output_resistance_ohm",
          "circuit.row_capacitance_farad"});
  const csv_matrix h = read_csv(a.matrix), rhs = read_vector(a.rhs);
  if (h.rows < h.columns)
    throw input_error(
        fmt::format("{}: must have as many rows as columns, or more; is {}x{}", a.matrix, h.rows, h.columns));
  check_entries(a.rhs, rhs.entry.size(), h.rows);
  if (a.array > 1) throw input_error("--array: the pseudo-inverse is one circuit, 1");
  const bool is_complex = h.is_complex || rhs.is_complex;
  const std::size_t parts = is_complex ? 2 : 1, m = parts * h.rows, n = parts * h.columns;
  std::vector<double> full(m * n);
  for (std::size_t i = 0; i < h.rows; ++i)
    for (std::size_t j = 0; j < h.columns; ++j) {
      const std::complex<double> entry = h.entry[i * h.columns + j];
      full[i * n + j] = entry.real();
      if (!is_complex) continue;
      full[(h.rows + i) * n + h.columns + j] = entry.real();
      full[(h.rows + i) * n + j] = entry.imag();
      full[i * n + h.columns + j] = -entry.imag();
    }
  const result<programmed_ginv> made =
      ginv_circuit(parameters, full, m, n, stacked(rhs, is_complex), {a.seed, 0, 0});
  if (!made) throw input_error(a.matrix + ": " + made.message());
  exported_circuit out;
  out.unknowns = n;
  out.siemens_per_unit = made->siemens_per_unit;
  out.volt_per_unit = made->volt_per_unit;
  out.what = fmt::format("pseudo-inverse of matrix {}, received vector {}", a.matrix, a.rhs);
  out.outputs = "x the least-squares solution that the circuit makes";
  put_instance(out, made->instance, behaviour_of(made->instance, settled_share));
  return out;
}

exported_circuit exported_mvm(const netlist_arguments& a, const options& parameters) {
  refuse(
      a, parameters,
      {"array.mapping", "array.bias", "array.rounding", "array.wire_ohm", "circuit.row_capacitance_farad"});
  const csv_matrix m = read_square(a.matrix), rhs = read_vector(a.rhs);
  check_entries(a.rhs, rhs.entry.size(), m.rows);
  const bool is_complex = m.is_complex || rhs.is_complex;
  exported_circuit out;
  out.array = a.array == 0 ? 1 : a.array;
  const result<programmed_mvm> made = mvm_circuit(parameters, real_form(m, is_complex), is_complex,
                                                  stacked(rhs, is_complex), {a.seed, 0, 0}, out.array);
  if (!made)
    throw input_error((made.code() == error::bad_range ? "--array" : a.matrix) + ": " + made.message());
  out.arrays = made->slices;
  out.unknowns = made->instance.n;
  out.siemens_per_unit = made->siemens_per_unit;
  out.volt_per_unit = made->volt_per_unit;
  out.what =
      fmt::format("HP-MVM slice {} of {} of matrix {}, inputs {}", out.array, out.arrays, a.matrix, a.rhs);
  out.outputs = "x what this slice adds to the product; all inputs at once";
  put_instance(out, made->instance, behaviour_of(made->instance, settled_share));
  return out;
}

}  // namespace

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

exported_circuit make_exported_circuit(const netlist_arguments& a, const options& parameters) {
  if (a.circuit == "ginv") return exported_ginv(a, parameters);
  if (a.circuit == "mvm") return exported_mvm(a, parameters);
  return exported_inv(a, parameters);
}

}  // namespace mho::sim
