#include "analog/spice_writer.hpp"

#include <charconv>
#include <cmath>
#include <numbers>

namespace mho::spice {

std::string text(double value) {
  char buffer[32];
  const std::to_chars_result end = std::to_chars(buffer, buffer + sizeof buffer, value);
  return {buffer, end.ptr};
}

void writer::amplifier(const std::string& plus, const std::string& minus, const std::string& out,
                       double offset_volt, const char* kind) {
  const std::string number = std::to_string(++amplifiers_);
  std::string input = plus;
  if (offset_volt != 0) {
    input = "p" + number;
    line("Vos" + number + ' ' + input + ' ' + plus + " DC " + text(offset_volt));
  }
  line("X" + number + ' ' + input + ' ' + minus + ' ' + out + ' ' + kind);
}

// A transconductor charges a capacitor: gm = 2 pi GBW C, and gm / A0 discharges it (a controlled source, so
// that it makes no noise). Without that, infinite gain, the operating point is exactly the ideal op-amp's.
void write_op_amp(writer& out, const op_amp& a, const std::string& kind) {
  constexpr double farad = 1e-9;
  const double gm = 2 * std::numbers::pi * a.gain_bandwidth_hz * farad;
  out.line(".subckt " + kind + " inp inn out");
  if (std::isfinite(a.input_ohm)) out.line("Ri inn 0 " + text(a.input_ohm));
  if (std::isfinite(a.slew_volt_per_s)) {
    const double ampere = a.slew_volt_per_s * farad;  // that is all the transconductor gives
    out.line("Ba 0 b I=" + text(ampere) + "*tanh(" + text(gm / ampere) + "*(v(inp)-v(inn)))");
  } else {
    out.line("Ga 0 b inp inn " + text(gm));
  }
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

void describe(writer& out, const std::string& whose, const op_amp& a) {
  out.line("* " + whose + ": open-loop gain " + text(a.open_loop_gain) + ", gain-bandwidth " +
           text(a.gain_bandwidth_hz) + " Hz, input " + text(a.input_ohm) + " ohm, output " +
           text(a.output_ohm) + " ohm, clamp " + text(a.clamp_volt) + " V, slew " + text(a.slew_volt_per_s) +
           " V/s");
}

void write_described(writer& out, const std::string& whose, const op_amp& a, const std::string& kind) {
  describe(out, whose, a);
  write_op_amp(out, a, kind);
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
// which ngspice agrees with the model: a relative tolerance of 1e-9 stalls the transient analysis, and pivots
// of a thousandth of the largest entry, its default, lose six digits where op-amps of high gain have both
// inputs off ground.
void write_analysis(writer& out, const spice_analysis& analysis, std::size_t outputs,
                    const char* first_input) {
  using kind = spice_analysis::kind;
  const auto write_table = [&](const std::string& vectors) {
    if (analysis.table.empty()) return out.line("set nobreak\nprint " + vectors);
    out.line("set wr_singlescale\nset wr_vecnames\nwrdata " + analysis.table + ' ' + vectors);
  };
  out.line(analysis.what == kind::transient
               ? ".options reltol=1e-7 abstol=1e-15 vntol=1e-12 chgtol=1e-20 trtol=1 gmin=1e-20"
               : ".options reltol=1e-9 gmin=1e-20 pivrel=0.1");
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

const char* wrong_value(const op_amp& a) {
  if (!(a.open_loop_gain > 0)) return "the open-loop gain must be above 0";
  if (!(a.gain_bandwidth_hz > 0) || !std::isfinite(a.gain_bandwidth_hz))
    return "the gain-bandwidth product must be above 0 and finite";
  if (!(a.output_ohm >= 0) || !std::isfinite(a.output_ohm))
    return "the output resistance must not be negative, and finite";
  if (!(a.input_ohm > 0)) return "the input resistance must be above 0";
  if (!(a.clamp_volt > 0)) return "the clamp must be above 0";
  if (!(a.slew_volt_per_s > 0)) return "the slew rate must be above 0";
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

}  // namespace mho::spice
