/// \file
/// What the netlists of all circuits have in common: elements, op-amps, analyses, and the checks of all of
/// them.
#pragma once

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include <mho/netlist.hpp>

namespace mho::spice {

inline constexpr const char* row_kind = "oa";    ///< the subcircuit of a circuit's op-amps
inline constexpr const char* other_kind = "ob";  ///< of its other ones: inverters; the outputs of GINV

/// The shortest text that reads back as the same double.
std::string text(double value);

inline std::string node(const char* kind, std::size_t i) { return kind + std::to_string(i); }
inline std::string node(const char* kind, std::size_t i, std::size_t j) {
  return node(kind, i) + '_' + std::to_string(j);
}

/// A netlist under construction: elements are numbered, every line is one element.
class writer {
 public:
  void line(const std::string& content) { out_ += content + '\n'; }
  void resistor(const std::string& from, const std::string& to, double ohm) {
    line("R" + std::to_string(++resistors_) + ' ' + from + ' ' + to + ' ' + text(ohm));
  }
  /// A cell of 0 S is no element.
  void conductance(const std::string& from, const std::string& to, double siemens) {
    if (siemens > 0) resistor(from, to, 1 / siemens);
  }
  /// An op-amp with its offset as a source of its own at the + input.
  void amplifier(const std::string& plus, const std::string& minus, const std::string& out,
                 double offset_volt, const char* kind);
  /// The finished netlist.
  std::string take() { return std::move(out_); }

 private:
  std::string out_;
  std::size_t resistors_ = 0, amplifiers_ = 0;
};

/// A line of an op-amp's properties, which says whose they are.
void describe(writer& out, const std::string& whose, const op_amp& a);
/// The subcircuit `kind inp inn out` of an op-amp.
void write_op_amp(writer& out, const op_amp& a, const std::string& kind);
/// Both.
void write_described(writer& out, const std::string& whose, const op_amp& a, const std::string& kind);
/// The first line, and the lines of a comment.
void write_comment(writer& out, const std::string& title, const std::string& comment);
/// What ngspice computes of `outputs` outputs o0 ..; first_input: the source that .noise refers to.
void write_analysis(writer& out, const spice_analysis& analysis, std::size_t outputs,
                    const char* first_input);

bool all_conductances(const std::vector<double>& values);  ///< finite and not negative
bool all_finite(const std::vector<double>& values);
/// nullptr, or what is wrong.
const char* wrong_value(const op_amp& a);
const char* wrong_value(const spice_analysis& analysis, std::size_t outputs);

inline bool fits(const std::vector<double>& optional, std::size_t n) {
  return optional.empty() || optional.size() == n;
}
inline double at(const std::vector<double>& optional, std::size_t i) {
  return optional.empty() ? 0 : optional[i];
}

}  // namespace mho::spice
