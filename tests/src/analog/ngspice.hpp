/// \file
/// Runs netlists of the library through ngspice and reads what it found.
#pragma once

#include <gtest/gtest.h>

#include <Eigen/Core>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <limits>
#include <map>
#include <sstream>
#include <string>
#include <vector>

#include <unistd.h>

#include <mho/netlist.hpp>

#include "analog/inv_circuit.hpp"

namespace mho::test {

inline bool have_ngspice() {
  static const bool found = std::system("command -v ngspice >/dev/null") == 0;
  return found;
}

/// At the head of every test that needs it.
#define MHO_NEEDS_NGSPICE()                                                                     \
  if (!test::have_ngspice())                                                                    \
  GTEST_SKIP() << "ngspice is not installed (tools/packages test): nothing checks the model's " \
                  "circuits against SPICE here"

/// Keeps the largest difference that a test saw in its report (--gtest_output), as property "worst".
inline void record_worst(double difference) {
  static std::map<std::string, double> worst;
  const std::string name = testing::UnitTest::GetInstance()->current_test_info()->name();
  double& now = worst[name];
  now = std::max(now, difference);
  std::ostringstream text;
  text << now;
  testing::Test::RecordProperty("worst", text.str());
}

inline std::vector<double> row_major(const Eigen::MatrixXd& m) {
  const Eigen::Matrix<double, -1, -1, Eigen::RowMajor> rows = m;
  return {rows.data(), rows.data() + rows.size()};
}

inline op_amp spice_amplifier(const analog::opamp& a) {
  return {a.open_loop_gain, a.gain_bandwidth_hz, a.input_resistance_ohm, a.output_resistance_ohm,
          std::numeric_limits<double>::infinity()};
}

/// The instance that the model's cells and amplifiers describe; empty offsets are none.
inline inv_instance instance_of(const analog::inv_cells& cells, const analog::inv_amplifiers& amps,
                                const Eigen::VectorXd& input_volt, const Eigen::VectorXd& offset_volt = {},
                                const Eigen::VectorXd& inverter_offset_volt = {}) {
  inv_instance c;
  c.n = static_cast<std::size_t>(cells.plus.rows());
  c.plus_siemens = row_major(cells.plus);
  c.minus_siemens = row_major(cells.minus);
  c.apart_siemens = row_major(cells.apart);
  c.source_siemens = row_major(cells.source);
  c.input_volt = row_major(input_volt);
  c.offset_volt = row_major(offset_volt);
  c.inverter_offset_volt = row_major(inverter_offset_volt);
  c.wire_ohm = cells.wire_ohm;
  c.amplifier = spice_amplifier(amps.row);
  c.inverter = spice_amplifier(amps.inverter);
  c.inverter_ohm = amps.inverter_ohm;
  c.row_capacitance_farad = amps.row_capacitance_farad;
  return c;
}

/// One run in a folder that ends with it.
class ngspice_run {
 public:
  explicit ngspice_run(const std::string& netlist) {
    std::string name = (std::filesystem::temp_directory_path() / "mho-ngspice-XXXXXX").string();
    folder_ = mkdtemp(name.data());
    std::ofstream(folder_ + "/circuit.cir") << netlist;
    const std::string command = "cd " + folder_ + " && ngspice -b circuit.cir >out 2>err </dev/null";
    succeeded_ = std::system(command.c_str()) == 0;
    EXPECT_TRUE(succeeded_) << text("err");
  }
  ngspice_run(const ngspice_run&) = delete;
  ngspice_run& operator=(const ngspice_run&) = delete;
  ~ngspice_run() { std::filesystem::remove_all(folder_); }

  /// The operating point's v(o0) .. v(o(n-1)); NaN where there is none.
  Eigen::VectorXd outputs(Eigen::Index n) const {
    const std::string out = text("out");
    Eigen::VectorXd v = Eigen::VectorXd::Constant(n, std::numeric_limits<double>::quiet_NaN());
    for (Eigen::Index j = 0; j < n; ++j) {
      const std::string key = "v(o" + std::to_string(j) + ") = ";
      if (const std::size_t at = out.find(key); at != std::string::npos)
        v(j) = std::strtod(out.c_str() + at + key.size(), nullptr);
    }
    return v;
  }

  /// The table "table": a line a point, time or frequency first.
  Eigen::MatrixXd table(Eigen::Index columns) const {
    std::ifstream in(folder_ + "/table");
    std::string header;
    std::getline(in, header);
    std::vector<double> values;
    for (double value; in >> value;) values.push_back(value);
    const auto rows = static_cast<Eigen::Index>(values.size()) / columns;
    EXPECT_GT(rows, 1) << text("out") << text("err");
    return Eigen::Map<Eigen::Matrix<double, -1, -1, Eigen::RowMajor>>(values.data(), rows, columns);
  }

 private:
  std::string text(const std::string& name) const {
    std::ifstream in(folder_ + "/" + name);
    std::stringstream all;
    all << in.rdbuf();
    return all.str();
  }
  std::string folder_;
  bool succeeded_ = false;
};

template <class Instance>
Eigen::VectorXd spice_operating_point(const Instance& circuit) {
  return ngspice_run(spice_netlist(circuit, {}).value()).outputs(static_cast<Eigen::Index>(circuit.n));
}

/// Time, then the outputs; steps of stop / 16000 or the given ones, and some more where the integrator wanted
/// them.
template <class Instance>
Eigen::MatrixXd spice_waveform(const Instance& circuit, double stop_s, double step_s = 0) {
  spice_analysis analysis;
  analysis.what = spice_analysis::kind::transient;
  analysis.stop_s = stop_s;
  analysis.step_s = step_s;
  analysis.table = "table";
  return ngspice_run(spice_netlist(circuit, analysis).value())
      .table(static_cast<Eigen::Index>(circuit.n) + 1);
}

/// The last time at which some output is farther than `band` from its end, on the line between two points.
inline double spice_settling_s(const Eigen::MatrixXd& wave, const Eigen::VectorXd& end, double band) {
  const auto distance = [&](Eigen::Index k) {
    return (wave.row(k).tail(end.size()).transpose() - end).cwiseAbs().maxCoeff();
  };
  Eigen::Index last = wave.rows() - 1;
  while (last > 0 && distance(last) <= band) --last;
  const double inside = distance(last + 1), outside = distance(last);
  return wave(last, 0) + (wave(last + 1, 0) - wave(last, 0)) * (outside - band) / (outside - inside);
}

/// The variance of one output, volts^2: its spectrum integrated over the logarithm of the frequency (a smooth
/// integrand that falls off at both ends: the trapezoidal rule converges faster than any power), and what
/// lies beyond its ends: flat below, falling with the square above.
inline double spice_noise(const inv_instance& circuit, std::size_t output) {
  spice_analysis analysis;
  analysis.what = spice_analysis::kind::noise;
  analysis.output = output;
  analysis.table = "table";
  const Eigen::MatrixXd spectrum = ngspice_run(spice_netlist(circuit, analysis).value()).table(2);
  const Eigen::Index last = spectrum.rows() - 1;
  const Eigen::ArrayXd hz = spectrum.col(0).array(), density = spectrum.col(1).array().square();
  const Eigen::ArrayXd height = density * hz, place = hz.log();
  double sum = height(0) + height(last);
  for (Eigen::Index k = 0; k < last; ++k) sum += (place(k + 1) - place(k)) * (height(k) + height(k + 1)) / 2;
  return sum;
}

}  // namespace mho::test
