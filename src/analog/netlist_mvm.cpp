#include <cmath>
#include <initializer_list>

#include "analog/spice_writer.hpp"

namespace mho {

result<std::string> spice_netlist(const mvm_instance& c, const spice_analysis& analysis) {
  using spice::node;
  const std::size_t m = c.m, n = c.n;
  const bool pair = !c.minus_siemens.empty();
  if (m == 0 || n == 0 || c.plus_siemens.size() != m * n || !spice::fits(c.minus_siemens, m * n) ||
      c.input_volt.size() != m || !spice::fits(c.offset_volt, n) || !spice::fits(c.minus_offset_volt, n))
    return {error::bad_shape, "a netlist of m x n cells needs m inputs"};
  if (!spice::all_conductances(c.plus_siemens) || !spice::all_conductances(c.minus_siemens) ||
      !(c.feedback_siemens > 0) || !std::isfinite(c.feedback_siemens))
    return {error::bad_value, "conductances must be finite and not negative, the feedback above 0"};
  if (!spice::all_finite(c.input_volt) || !spice::all_finite(c.offset_volt) ||
      !spice::all_finite(c.minus_offset_volt))
    return {error::bad_value, "inputs and offsets must be finite"};
  for (const char* wrong : {spice::wrong_value(c.amplifier), spice::wrong_value(analysis, n)})
    if (wrong != nullptr) return {error::bad_value, wrong};

  spice::writer out;
  spice::write_comment(out,
                       pair ? "matrix-vector product in open loop, differential columns"
                            : "matrix-vector product in open loop, one array",
                       analysis.comment);
  spice::write_described(out, "op-amps", c.amplifier, spice::row_kind);
  for (std::size_t i = 0; i < m; ++i)
    out.line("Vin" + std::to_string(i) + ' ' + node("s", i) + " 0 DC " + spice::text(c.input_volt[i]) +
             (i == 0 ? " AC 1" : ""));
  const auto write_column = [&](const std::vector<double>& cells, std::size_t j, const char* end,
                                const char* output, double offset_volt) {
    for (std::size_t i = 0; i < m; ++i) out.conductance(node("s", i), node(end, j), cells[i * n + j]);
    out.conductance(node(output, j), node(end, j), c.feedback_siemens);
    out.amplifier("0", node(end, j), node(output, j), offset_volt, spice::row_kind);
  };
  for (std::size_t j = 0; j < n; ++j) {
    write_column(c.plus_siemens, j, "u", pair ? "t" : "o", spice::at(c.offset_volt, j));
    if (!pair) continue;
    write_column(c.minus_siemens, j, "y", "w", spice::at(c.minus_offset_volt, j));
    // The difference is taken after the amplifiers, digitally or by an ideal one.
    out.line("Ed" + std::to_string(j) + ' ' + node("o", j) + " 0 " + node("t", j) + ' ' + node("w", j) +
             " 1");
  }
  spice::write_analysis(out, analysis, n, "Vin0");
  return out.take();
}

}  // namespace mho
