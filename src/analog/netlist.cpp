#include <mho/netlist.hpp>

#include <cmath>
#include <initializer_list>

#include "analog/spice_writer.hpp"

namespace mho {
namespace {

using spice::all_conductances;
using spice::all_finite;
using spice::at;
using spice::fits;
using spice::node;
using spice::text;
using spice::writer;

// The rows of both arrays, with wires: the ladder of analog/wires.hpp.
void write_wired_cells(writer& out, const inv_instance& c) {
  const std::size_t columns = c.minus_siemens.empty() ? c.n : 2 * c.n;
  for (std::size_t i = 0; i < c.n; ++i) {
    out.conductance(node("s", i), node("r", i, 0), c.source_siemens[i]);
    for (std::size_t j = 0; j < columns; ++j) {
      const bool plus = j < c.n;
      const std::string driver = plus ? node("o", j) : node("w", j - c.n);
      out.resistor(node("r", i, j), j + 1 < columns ? node("r", i, j + 1) : node("u", i), c.wire_ohm);
      out.resistor(node("c", i, j), i == 0 ? driver : node("c", i - 1, j), c.wire_ohm);
      out.conductance(node("c", i, j), node("r", i, j),
                      plus ? c.plus_siemens[i * c.n + j] : c.minus_siemens[i * c.n + j - c.n]);
    }
  }
}

void write_cells(writer& out, const inv_instance& c) {
  for (std::size_t i = 0; i < c.n; ++i) {
    out.conductance(node("s", i), node("u", i), c.source_siemens[i]);
    for (std::size_t j = 0; j < c.n; ++j) {
      out.conductance(node("o", j), node("u", i), c.plus_siemens[i * c.n + j]);
      if (!c.minus_siemens.empty()) out.conductance(node("w", j), node("u", i), c.minus_siemens[i * c.n + j]);
    }
  }
}

}  // namespace

result<std::string> spice_netlist(const inv_instance& c, const spice_analysis& analysis) {
  const std::size_t n = c.n;
  const bool two_arrays = !c.minus_siemens.empty();
  if (n == 0 || c.plus_siemens.size() != n * n || !fits(c.minus_siemens, n * n) ||
      !fits(c.apart_siemens, n * n) || c.source_siemens.size() != n || c.input_volt.size() != n ||
      !fits(c.offset_volt, n) || !fits(c.inverter_offset_volt, n))
    return {error::bad_shape, "a netlist of n rows needs n x n cells, n sources and n inputs"};
  if (!all_conductances(c.plus_siemens) || !all_conductances(c.minus_siemens) ||
      !all_conductances(c.apart_siemens) || !all_conductances(c.source_siemens))
    return {error::bad_value, "conductances must be finite and not negative"};
  if (!all_finite(c.input_volt) || !all_finite(c.offset_volt) || !all_finite(c.inverter_offset_volt))
    return {error::bad_value, "voltages must be finite"};
  if (!(c.wire_ohm >= 0) || !std::isfinite(c.wire_ohm) || !(c.inverter_ohm > 0) ||
      !std::isfinite(c.inverter_ohm))
    return {error::bad_value, "wire_ohm must not be negative, inverter_ohm above 0, both finite"};
  if (!(c.row_capacitance_farad >= 0) || !std::isfinite(c.row_capacitance_farad))
    return {error::bad_value, "row_capacitance_farad must not be negative, and finite"};
  for (const char* wrong :
       {spice::wrong_value(c.amplifier), spice::wrong_value(c.inverter), spice::wrong_value(analysis, n)})
    if (wrong != nullptr) return {error::bad_value, wrong};

  writer out;
  spice::write_comment(out,
                       two_arrays ? "closed-loop inversion circuit, two arrays and inverters"
                                  : "closed-loop inversion circuit, one array",
                       analysis.comment);
  spice::write_described(out, "op-amps", c.amplifier, spice::row_kind);
  if (two_arrays) spice::write_described(out, "inverters", c.inverter, spice::other_kind);
  for (std::size_t i = 0; i < n; ++i)
    out.line("Vin" + std::to_string(i) + ' ' + node("s", i) + " 0 DC " + text(c.input_volt[i]) +
             (i == 0 ? " AC 1" : ""));
  c.wire_ohm > 0 ? write_wired_cells(out, c) : write_cells(out, c);
  for (std::size_t e = 0; e < c.apart_siemens.size(); ++e)
    out.conductance(node("o", e % n), node("u", e / n), c.apart_siemens[e]);
  for (std::size_t i = 0; i < n; ++i) {
    if (c.row_capacitance_farad > 0)
      out.line("Cu" + std::to_string(i) + ' ' + node("u", i) + " 0 " + text(c.row_capacitance_farad));
    out.amplifier("0", node("u", i), node("o", i), at(c.offset_volt, i), spice::row_kind);
    if (!two_arrays) continue;
    out.resistor(node("o", i), node("y", i), c.inverter_ohm);
    out.resistor(node("w", i), node("y", i), c.inverter_ohm);
    out.amplifier("0", node("y", i), node("w", i), at(c.inverter_offset_volt, i), spice::other_kind);
  }
  spice::write_analysis(out, analysis, n, "Vin0");
  return out.take();
}

}  // namespace mho
