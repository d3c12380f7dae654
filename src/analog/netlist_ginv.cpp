#include <algorithm>
#include <cmath>
#include <initializer_list>

#include "analog/spice_writer.hpp"

namespace mho {
namespace {

using spice::at;
using spice::fits;
using spice::node;
using spice::text;
using spice::writer;

// What ends at one amplifier: its two inputs, of which `other` is grounded if there is one array.
struct input_pair {
  std::string first, other;
};

// From both inputs to ground: the amplifier's own resistance and, on the less loaded one, what makes the
// totals equal.
void load_inputs(writer& out, const input_pair& inputs, double first_siemens, double other_siemens,
                 double input_ohm) {
  const bool pair = inputs.other != "0";
  for (const std::string& input : {inputs.first, inputs.other})
    if (input != "0" && std::isfinite(input_ohm)) out.resistor(input, "0", input_ohm);
  if (!pair) return;
  out.conductance(inputs.first, "0", other_siemens - first_siemens);
  out.conductance(inputs.other, "0", first_siemens - other_siemens);
}

// Of the rows of one array, and of its columns.
std::vector<double> sums(const std::vector<double>& cells, std::size_t m, std::size_t n, bool of_rows) {
  std::vector<double> sum(of_rows ? m : n);
  for (std::size_t e = 0; e < cells.size(); ++e) sum[of_rows ? e / n : e % n] += cells[e];
  return sum;
}

}  // namespace

result<std::string> spice_netlist(const ginv_instance& c, const spice_analysis& analysis) {
  const std::size_t m = c.m, n = c.n;
  if (m == 0 || n == 0 || c.x_siemens.size() != m * n || !fits(c.minus_siemens, m * n) ||
      c.input_ampere.size() != m || !fits(c.column_ampere, n) || !fits(c.row_offset_volt, m) ||
      !fits(c.column_offset_volt, n))
    return {error::bad_shape, "a netlist of m x n cells needs m inputs"};
  if (!spice::all_conductances(c.x_siemens) || !spice::all_conductances(c.minus_siemens) ||
      !(c.feedback_siemens > 0) || !std::isfinite(c.feedback_siemens))
    return {error::bad_value, "conductances must be finite and not negative, the feedback above 0"};
  if (!spice::all_finite(c.input_ampere) || !spice::all_finite(c.column_ampere) ||
      !spice::all_finite(c.row_offset_volt) || !spice::all_finite(c.column_offset_volt))
    return {error::bad_value, "inputs and offsets must be finite"};
  for (const char* wrong :
       {spice::wrong_value(c.row), spice::wrong_value(c.column), spice::wrong_value(analysis, n)})
    if (wrong != nullptr) return {error::bad_value, wrong};

  const bool two_arrays = !c.minus_siemens.empty();
  writer out;
  spice::write_comment(out,
                       two_arrays ? "closed-loop pseudo-inverse circuit, two arrays at differential inputs"
                                  : "closed-loop pseudo-inverse circuit, one array",
                       analysis.comment);
  const auto write_kind = [&](const char* what, op_amp a, const char* kind) {
    spice::describe(out, what, a);
    a.input_ohm = std::numeric_limits<double>::infinity();  // in the circuit: at both inputs
    spice::write_op_amp(out, a, kind);
  };
  write_kind("transimpedance amplifiers", c.row, spice::row_kind);
  write_kind("op-amps of the outputs", c.column, spice::other_kind);
  const auto row_inputs = [&](std::size_t i) -> input_pair {
    return {node("u", i), two_arrays ? node("e", i) : "0"};
  };
  const auto column_inputs = [&](std::size_t j) -> input_pair {
    return {node("q", j), two_arrays ? node("g", j) : "0"};
  };
  const std::vector<double> plus_rows = sums(c.x_siemens, m, n, true),
                            minus_rows = sums(c.minus_siemens, m, n, true),
                            plus_columns = sums(c.x_siemens, m, n, false),
                            minus_columns = sums(c.minus_siemens, m, n, false);
  for (std::size_t i = 0; i < m; ++i) {
    const input_pair u = row_inputs(i);
    // A source of current drives from its first node to its second.
    out.line("Iin" + std::to_string(i) + " 0 " + u.first + " DC " + text(c.input_ampere[i]) +
             (i == 0 ? " AC 1" : ""));
    out.conductance(node("t", i), u.first, c.feedback_siemens);
    for (std::size_t j = 0; j < n; ++j) {
      const input_pair q = column_inputs(j);
      out.conductance(node("o", j), u.first, c.x_siemens[i * n + j]);
      out.conductance(node("t", i), q.first, c.x_siemens[i * n + j]);
      if (!two_arrays) continue;
      out.conductance(node("o", j), u.other, c.minus_siemens[i * n + j]);
      out.conductance(node("t", i), q.other, c.minus_siemens[i * n + j]);
    }
    load_inputs(out, u, plus_rows[i] + c.feedback_siemens, minus_rows[i], c.row.input_ohm);
    out.amplifier(u.other, u.first, node("t", i), at(c.row_offset_volt, i), spice::row_kind);
  }
  for (std::size_t j = 0; j < n; ++j) {
    const input_pair q = column_inputs(j);
    if (!c.column_ampere.empty())
      out.line("Icol" + std::to_string(j) + " 0 " + q.first + " DC " + text(c.column_ampere[j]));
    load_inputs(out, q, plus_columns[j], minus_columns[j], c.column.input_ohm);
    out.amplifier(q.first, q.other, node("o", j), at(c.column_offset_volt, j), spice::other_kind);
  }
  spice::write_analysis(out, analysis, n, "Iin0");
  return out.take();
}

}  // namespace mho
