// The circuits of a programmed pseudo-inverse and of a slice of HP-MVM: siemens, volts, op-amps.
#include <mho/netlist.hpp>

#include <algorithm>
#include <cmath>

#include "analog/accelerator.hpp"
#include "analog/array.hpp"
#include "analog/ginv.hpp"
#include "analog/ginv_circuit.hpp"
#include "analog/hp_mvm.hpp"
#include "analog/identity.hpp"
#include "analog/norms.hpp"

namespace mho {
namespace {

using Eigen::Index;
using Eigen::MatrixXd;
using Eigen::VectorXd;

op_amp amplifier_of(const analog::circuit_parameters& p) {
  return {p.open_loop_gain,
          p.gain_bandwidth_hz,
          p.input_resistance_ohm,
          p.output_resistance_ohm,
          p.saturates ? p.clamp_volt : analog::infinite,
          p.slew_volt_per_s};
}

// The largest amplifier's output of a read-out.
double full_scale_volt(const analog::circuit_parameters& p) {
  return p.clamp_volt * (p.saturates ? p.clamp_fill : 1);
}

std::vector<double> offsets(const analog::parameters& p, const analog::array_place& where,
                            std::size_t count) {
  std::vector<double> volt;
  if (!(p.circuit.offset_volt > 0)) return volt;
  volt.resize(count);
  analog::draw_offsets(p.circuit.offset_volt, where, count, volt.data());
  return volt;
}

std::vector<double> in_siemens(const std::vector<double>& steps, const analog::device_parameters& device) {
  std::vector<double> out(steps.size());
  std::transform(steps.begin(), steps.end(), out.begin(),
                 [&](double g) { return g * device.step_siemens(); });
  return out;
}

MatrixXd matrix_of(const std::vector<double>& entries, std::size_t rows, std::size_t columns) {
  using row_major = Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
  return Eigen::Map<const row_major>(entries.data(), static_cast<Index>(rows), static_cast<Index>(columns));
}

bool all_finite(std::span<const double> values) {
  return std::all_of(values.begin(), values.end(), [](double v) { return std::isfinite(v); });
}

}  // namespace

result<programmed_ginv> ginv_circuit(const options& parameters, std::span<const double> h, std::size_t m,
                                     std::size_t n, std::span<const double> y, const analog_identity& who) {
  const result<options> checked = accelerator_options("paper", parameters);
  if (!checked) return {checked.code(), checked.message()};
  if (n == 0 || m < n || m > analog::most_array_rows || h.size() != m * n || y.size() != m)
    return {error::bad_shape, "a pseudo-inverse takes an m x n matrix with m >= n and m right-hand entries"};
  if (!all_finite(h) || !all_finite(y)) return {error::bad_value, "entries must be finite"};
  const analog::parameters p = analog::typed(*checked);
  const analog::ginv circuit(p, m, n);
  const double step = circuit.step_of(h.data());
  std::vector<double> plus(m * n), minus(m * n);
  random_stream writing = analog::programming_stream(who, analog::ginv_purpose);
  random_stream ageing = analog::ageing_stream(who, analog::ginv_ageing_purpose);
  circuit.write(h.data(), step, {writing, ageing, {who.seed}}, plus.data(), minus.data());
  programmed_ginv out;
  ginv_instance& c = out.instance;
  c.m = m;
  c.n = n;
  c.x_siemens = in_siemens(plus, p.device);
  c.minus_siemens = in_siemens(minus, p.device);
  c.feedback_siemens = p.device.on_steps() * p.device.step_siemens();
  c.row = c.column = amplifier_of(p.circuit);
  c.row_offset_volt = offsets(p, {who.seed, 0, analog::array_role::plus}, m);
  c.column_offset_volt = offsets(p, {who.seed, 0, analog::array_role::minus}, n);
  // Currents of one ampere a unit of -y, between ideal op-amps: all amplifiers' outputs.
  const analog::closed_loop ideal = analog::ginv_loop(
      {matrix_of(c.x_siemens, m, n), matrix_of(c.minus_siemens, m, n), c.feedback_siemens}, {});
  VectorXd drive = VectorXd::Zero(ideal.drive.cols());
  for (std::size_t i = 0; i < m; ++i) drive(static_cast<Index>(i)) = y[i];
  if (!analog::is_stable(ideal))
    return {error::bad_value, "the columns of the matrix, as its cells hold it, depend on each other"};
  const double most = analog::real_factors(ideal.k).solve(ideal.drive * drive).cwiseAbs().maxCoeff();
  const double ampere = most > 0 ? full_scale_volt(p.circuit) / most : 1;
  for (const double entry : y) c.input_ampere.push_back(entry == 0 ? 0 : -ampere * entry);
  out.siemens_per_unit = p.device.step_siemens() / step;
  out.volt_per_unit = ampere / out.siemens_per_unit;
  return out;
}

result<programmed_mvm> mvm_circuit(const options& parameters, std::span<const double> a, bool is_expanded,
                                   std::span<const double> x, const analog_identity& who, std::size_t slice) {
  const result<options> checked = accelerator_options("paper", parameters);
  if (!checked) return {checked.code(), checked.message()};
  const std::size_t n = x.size(), half = n / 2;
  if (n == 0 || n > analog::most_array_rows || a.size() != n * n || (is_expanded && n % 2 != 0))
    return {error::bad_shape, "a product takes an n x n matrix and n inputs, n even if it is expanded"};
  if (!all_finite(a) || !all_finite(x)) return {error::bad_value, "entries must be finite"};
  for (std::size_t i = 0; is_expanded && i < half; ++i)
    for (std::size_t j = 0; j < half; ++j)
      if (a[i * n + j] != a[(half + i) * n + half + j] || a[(half + i) * n + j] != -a[i * n + half + j])
        return {error::bad_value, "an expanded matrix is [[R, -S], [S, R]]"};
  const analog::parameters p = analog::typed(*checked);
  const auto slices = static_cast<std::size_t>(p.solver.slices);
  if (slice == 0 || slice > slices)
    return {error::bad_range, "there are the slices 1 to " + std::to_string(slices)};
  const int bits = p.device.digit_bits();
  const double scale = analog::slice_scale(a.data(), n * n, p.solver.slices, p.solver.binary_scale, bits);
  const analog::hp_mvm arrays(p, n);
  std::vector<double> state(arrays.state_size()), scratch(arrays.program_scratch());
  random_stream writing = analog::programming_stream(who, analog::slices_purpose);
  random_stream ageing = analog::ageing_stream(who, analog::slices_ageing_purpose);
  const std::uint64_t place = analog::hp_mvm_place;
  const analog::array_draws draws{writing, ageing, {who.seed, place}};
  if (is_expanded)
    arrays.program_expanded(a.data(), scale, draws, state.data(), scratch.data());
  else
    arrays.program(a.data(), n, scale, draws, state.data());
  programmed_mvm out;
  out.slices = slices;
  mvm_instance& c = out.instance;
  c.m = c.n = n;
  const double* plus = state.data() + 1 + (slice - 1) * n * n;
  const double* minus = plus + slices * n * n;
  // Inputs are the columns of A.
  for (std::size_t i = 0; i < n; ++i)
    for (std::size_t j = 0; j < n; ++j) {
      c.plus_siemens.push_back(plus[j * n + i] * p.device.step_siemens());
      c.minus_siemens.push_back(minus[j * n + i] * p.device.step_siemens());
    }
  c.feedback_siemens = p.device.on_steps() * p.device.step_siemens();
  c.amplifier = amplifier_of(p.circuit);
  c.offset_volt = offsets(p, {who.seed, place + slice - 1, analog::array_role::plus}, n);
  c.minus_offset_volt = offsets(p, {who.seed, place + slice - 1, analog::array_role::minus}, n);
  double most = 0;
  for (const std::vector<double>* cells : {&c.plus_siemens, &c.minus_siemens}) {
    const VectorXd volt =
        matrix_of(*cells, n, n).transpose() * Eigen::Map<const VectorXd>(x.data(), static_cast<Index>(n));
    most = std::max(most, volt.cwiseAbs().maxCoeff() / c.feedback_siemens);
  }
  const double volt = most > 0 ? full_scale_volt(p.circuit) / most : 1;
  for (const double entry : x) c.input_volt.push_back(entry == 0 ? 0 : -volt * entry);
  out.siemens_per_unit = p.device.step_siemens() / std::ldexp(scale, -bits * static_cast<int>(slice - 1));
  out.volt_per_unit = volt * out.siemens_per_unit / c.feedback_siemens;
  return out;
}

}  // namespace mho
