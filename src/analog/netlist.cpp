#include <mho/netlist.hpp>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <initializer_list>
#include <numbers>
#include <utility>

namespace mho {
namespace {

constexpr const char* row_kind = "oa";    // names of subcircuits
constexpr const char* other_kind = "ob";  // inverters; the outputs' op-amps of GINV

// The shortest text that reads back as the same double.
std::string text(double value) {
  char buffer[32];
  const std::to_chars_result end = std::to_chars(buffer, buffer + sizeof buffer, value);
  return {buffer, end.ptr};
}

std::string node(const char* kind, std::size_t i) { return kind + std::to_string(i); }
std::string node(const char* kind, std::size_t i, std::size_t j) {
  return node(kind, i) + '_' + std::to_string(j);
}

// A netlist under construction: elements are numbered, every line is one element.
class writer {
 public:
  void line(const std::string& content) { out_ += content + '\n'; }
  void resistor(const std::string& from, const std::string& to, double ohm) {
    line("R" + std::to_string(++resistors_) + ' ' + from + ' ' + to + ' ' + text(ohm));
  }
  // A cell of 0 S is no element.
  void conductance(const std::string& from, const std::string& to, double siemens) {
    if (siemens > 0) resistor(from, to, 1 / siemens);
  }
  // An op-amp with its offset as a source of its own at the + input.
  void amplifier(const std::string& plus, const std::string& minus, const std::string& out,
                 double offset_volt, const char* kind) {
    const std::string number = std::to_string(++amplifiers_);
    std::string input = plus;
    if (offset_volt != 0) {
      input = "p" + number;
      line("Vos" + number + ' ' + input + ' ' + plus + " DC " + text(offset_volt));
    }
    line("X" + number + ' ' + input + ' ' + minus + ' ' + out + ' ' + kind);
  }
  std::string take() { return std::move(out_); }

 private:
  std::string out_;
  std::size_t resistors_ = 0, amplifiers_ = 0;
};

// A transconductor charges a capacitor: gm = 2 pi GBW C, and gm / A0 discharges it (a controlled source, so
// that it makes no noise). Without that, infinite gain, the operating point is exactly the ideal op-amp's.
void write_op_amp(writer& out, const op_amp& a, const std::string& kind) {
  constexpr double farad = 1e-9;
  const double gm = 2 * std::numbers::pi * a.gain_bandwidth_hz * farad;
  out.line(".subckt " + kind + " inp inn out");
  if (std::isfinite(a.input_ohm)) out.line("Ri inn 0 " + text(a.input_ohm));
  out.line("Ga 0 b inp inn " + text(gm));
  if (std::isfinite(a.open_loop_gain)) out.line("Gl b 0 b 0 " + text(gm / a.open_loop_gain));
  out.line("Cp b 0 " + text(farad));
  const std::string stage = a.output_ohm > 0 ? "e" : "out";
  if (std::isfinite(a.clamp_volt))
    out.line("Bo " + stage + " 0 V=" + text(a.clamp_volt) + "*tanh(v(b)/" + text(a.clamp_volt) + ')');
  else
    out.line("Eo " + stage + " 0 b 0 1");
  if (a.output_ohm > 0) out.line("Ro e out " + text(a.output_ohm));
  out.line(".ends");
}

std::string described(const op_amp& a) {
  return "open-loop gain " + text(a.open_loop_gain) + ", gain-bandwidth " + text(a.gain_bandwidth_hz) +
         " Hz, input " + text(a.input_ohm) + " ohm, output " + text(a.output_ohm) + " ohm, clamp " +
         text(a.clamp_volt) + " V";
}

void write_comment(writer& out, const std::string& title, const std::string& comment) {
  out.line("* " + title);
  std::size_t begin = 0;
  while (begin < comment.size()) {
    const std::size_t end = std::min(comment.find('\n', begin), comment.size());
    out.line("* " + comment.substr(begin, end - begin));
    begin = end + 1;
  }
}

// `first_input`: the source that .noise refers to. Tolerances and the integrator's settings are those with
// which ngspice agrees with the model; a relative tolerance of 1e-9 stalls the transient analysis.
void write_analysis(writer& out, const spice_analysis& analysis, std::size_t outputs,
                    const char* first_input) {
  using kind = spice_analysis::kind;
  const auto write_table = [&](const std::string& vectors) {
    if (analysis.table.empty()) return out.line("set nobreak\nprint " + vectors);
    out.line("set wr_singlescale\nset wr_vecnames\nwrdata " + analysis.table + ' ' + vectors);
  };
  out.line(analysis.what == kind::transient
               ? ".options reltol=1e-7 abstol=1e-15 vntol=1e-12 chgtol=1e-20 trtol=1 gmin=1e-20"
               : ".options reltol=1e-9 gmin=1e-20");
  out.line(".control\nset numdgt=17");
  std::string all;
  for (std::size_t j = 0; j < outputs; ++j) all += (j == 0 ? "v(o" : " v(o") + std::to_string(j) + ')';
  switch (analysis.what) {
    case kind::operating_point:
      out.line("op");
      for (std::size_t j = 0; j < outputs; ++j) out.line("print v(o" + std::to_string(j) + ')');
      break;
    case kind::transient: {
      const std::string step = text(analysis.step_s > 0 ? analysis.step_s : analysis.stop_s / 16000);
      out.line("tran " + step + ' ' + text(analysis.stop_s) + " 0 " + step + " uic");
      write_table(all);
      break;
    }
    case kind::noise:
      out.line("noise v(o" + std::to_string(analysis.output) + ") " + first_input + " dec " +
               std::to_string(analysis.points_per_decade) + ' ' + text(analysis.low_hz) + ' ' +
               text(analysis.high_hz));
      out.line("setplot noise1");
      write_table("onoise_spectrum");
      break;
  }
  out.line("quit\n.endc\n.end");
}

bool all_conductances(const std::vector<double>& values) {
  for (const double g : values)
    if (!(g >= 0) || !std::isfinite(g)) return false;
  return true;
}

bool all_finite(const std::vector<double>& values) {
  for (const double v : values)
    if (!std::isfinite(v)) return false;
  return true;
}

bool fits(const std::vector<double>& optional, std::size_t n) {
  return optional.empty() || optional.size() == n;
}

double at(const std::vector<double>& optional, std::size_t i) { return optional.empty() ? 0 : optional[i]; }

const char* wrong_value(const op_amp& a) {
  if (!(a.open_loop_gain > 0)) return "the open-loop gain must be above 0";
  if (!(a.gain_bandwidth_hz > 0) || !std::isfinite(a.gain_bandwidth_hz))
    return "the gain-bandwidth product must be above 0 and finite";
  if (!(a.output_ohm >= 0) || !std::isfinite(a.output_ohm))
    return "the output resistance must not be negative, and finite";
  if (!(a.input_ohm > 0)) return "the input resistance must be above 0";
  if (!(a.clamp_volt > 0)) return "the clamp must be above 0";
  return nullptr;
}

const char* wrong_value(const spice_analysis& analysis, std::size_t outputs) {
  using kind = spice_analysis::kind;
  if (analysis.what == kind::transient && (!(analysis.stop_s > 0) || !std::isfinite(analysis.stop_s) ||
                                           !(analysis.step_s >= 0) || !(analysis.step_s <= analysis.stop_s)))
    return "a transient must end after 0 s, in steps that are no longer than it";
  if (analysis.what == kind::noise &&
      (analysis.output >= outputs || !(analysis.low_hz > 0) || !(analysis.high_hz > analysis.low_hz) ||
       !std::isfinite(analysis.high_hz) || analysis.points_per_decade < 1))
    return "noise needs an output that exists and 0 < low_hz < high_hz";
  return nullptr;
}

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
  for (const char* wrong : {wrong_value(c.amplifier), wrong_value(c.inverter), wrong_value(analysis, n)})
    if (wrong != nullptr) return {error::bad_value, wrong};

  writer out;
  write_comment(out,
                two_arrays ? "closed-loop inversion circuit, two arrays and inverters"
                           : "closed-loop inversion circuit, one array",
                analysis.comment);
  out.line("* op-amps: " + described(c.amplifier));
  write_op_amp(out, c.amplifier, row_kind);
  if (two_arrays) {
    out.line("* inverters: " + described(c.inverter));
    write_op_amp(out, c.inverter, other_kind);
  }
  for (std::size_t i = 0; i < n; ++i)
    out.line("Vin" + std::to_string(i) + ' ' + node("s", i) + " 0 DC " + text(c.input_volt[i]) +
             (i == 0 ? " AC 1" : ""));
  c.wire_ohm > 0 ? write_wired_cells(out, c) : write_cells(out, c);
  for (std::size_t e = 0; e < c.apart_siemens.size(); ++e)
    out.conductance(node("o", e % n), node("u", e / n), c.apart_siemens[e]);
  for (std::size_t i = 0; i < n; ++i) {
    if (c.row_capacitance_farad > 0)
      out.line("Cu" + std::to_string(i) + ' ' + node("u", i) + " 0 " + text(c.row_capacitance_farad));
    out.amplifier("0", node("u", i), node("o", i), at(c.offset_volt, i), row_kind);
    if (!two_arrays) continue;
    out.resistor(node("o", i), node("y", i), c.inverter_ohm);
    out.resistor(node("w", i), node("y", i), c.inverter_ohm);
    out.amplifier("0", node("y", i), node("w", i), at(c.inverter_offset_volt, i), other_kind);
  }
  write_analysis(out, analysis, n, "Vin0");
  return out.take();
}

result<std::string> spice_netlist(const ginv_instance& c, const spice_analysis& analysis) {
  const std::size_t m = c.m, n = c.n;
  if (m == 0 || n == 0 || c.x_siemens.size() != m * n || c.input_ampere.size() != m ||
      !fits(c.row_offset_volt, m) || !fits(c.column_offset_volt, n))
    return {error::bad_shape, "a netlist of m x n cells needs m inputs"};
  if (!all_conductances(c.x_siemens) || !(c.feedback_siemens > 0) || !std::isfinite(c.feedback_siemens))
    return {error::bad_value, "conductances must be finite and not negative, the feedback above 0"};
  if (!all_finite(c.input_ampere) || !all_finite(c.row_offset_volt) || !all_finite(c.column_offset_volt))
    return {error::bad_value, "inputs and offsets must be finite"};
  for (const char* wrong : {wrong_value(c.row), wrong_value(c.column), wrong_value(analysis, n)})
    if (wrong != nullptr) return {error::bad_value, wrong};

  writer out;
  write_comment(out, "closed-loop pseudo-inverse circuit", analysis.comment);
  out.line("* transimpedance amplifiers: " + described(c.row));
  write_op_amp(out, c.row, row_kind);
  out.line("* op-amps of the outputs: " + described(c.column));
  op_amp column = c.column;
  column.input_ohm = std::numeric_limits<double>::infinity();  // its inverting input is grounded
  write_op_amp(out, column, other_kind);
  for (std::size_t i = 0; i < m; ++i) {
    // A source of current drives from its first node to its second.
    out.line("Iin" + std::to_string(i) + " 0 " + node("u", i) + " DC " + text(c.input_ampere[i]) +
             (i == 0 ? " AC 1" : ""));
    out.conductance(node("t", i), node("u", i), c.feedback_siemens);
    for (std::size_t j = 0; j < n; ++j) {
      out.conductance(node("o", j), node("u", i), c.x_siemens[i * n + j]);
      out.conductance(node("t", i), node("q", j), c.x_siemens[i * n + j]);
    }
    out.amplifier("0", node("u", i), node("t", i), at(c.row_offset_volt, i), row_kind);
  }
  for (std::size_t j = 0; j < n; ++j)
    out.amplifier(node("q", j), "0", node("o", j), at(c.column_offset_volt, j), other_kind);
  write_analysis(out, analysis, n, "Iin0");
  return out.take();
}

}  // namespace mho
