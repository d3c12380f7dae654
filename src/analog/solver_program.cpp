// From a matrix to programmed arrays.
#include <mho/netlist.hpp>

#include <cmath>
#include <vector>

#include "analog/array.hpp"
#include "analog/identity.hpp"
#include "analog/norms.hpp"
#include "analog/programmed_circuit.hpp"
#include "analog/solver_plan.hpp"

namespace mho {
namespace {

// Whether the matrix is [[R, -S], [S, R]].
bool is_expanded(const double* a, std::size_t n) noexcept {
  const std::size_t half = n / 2;
  bool same = true;
  for (std::size_t i = 0; i < half; ++i)
    for (std::size_t j = 0; j < half; ++j)
      same = same && a[i * n + j] == a[(half + i) * n + half + j] &&
             a[(half + i) * n + j] == -a[i * n + half + j];
  return same;
}

}  // namespace

void expand_complex(const std::complex<double>* a, std::size_t n, double* out) noexcept {
  for (std::size_t i = 0; i < n; ++i)
    for (std::size_t j = 0; j < n; ++j) {
      const std::complex<double> entry = a[i * n + j];
      out[i * 2 * n + j] = out[(n + i) * 2 * n + n + j] = entry.real();
      out[(n + i) * 2 * n + j] = entry.imag();
      out[i * 2 * n + n + j] = -entry.imag();
    }
}

status analog_solver::program(const double* a, const analog_identity& who, std::span<double> state,
                              std::span<double> scratch) const {
  const plan& p = *plan_;
  const std::size_t n = p.real_n;
  double trace = 0;
  if (!std::all_of(a, a + n * n, [](double entry) { return std::isfinite(entry); }))
    return status::not_finite;
  if (!analog::in_range(analog::largest(a, n * n))) return status::out_of_range;
  if (!p.converters.is_ready() && p.record == nullptr && !p.circuit_only) return status::out_of_range;
  if (p.parameters.array.mapping == analog::sign_mapping::direct &&
      std::any_of(a, a + n * n, [](double entry) { return entry < 0; }))
    return status::out_of_range;
  for (std::size_t i = 0; i < n; ++i) trace += a[i * n + i];
  double* full = scratch.data();
  std::fill_n(full, p.padded * p.padded, 0.0);
  for (std::size_t i = 0; i < p.padded; ++i) full[i * p.padded + i] = trace / static_cast<double>(n);
  for (std::size_t i = 0; i < n; ++i)
    for (std::size_t j = 0; j < n; ++j) full[p.place(i) * p.padded + p.place(j)] = a[i * n + j];
  const analog::solver_parameters& solver = p.parameters.solver;
  const int bits = p.parameters.device.digit_bits();
  const double scale = analog::slice_scale(a, n * n, solver.slices, solver.binary_scale, bits);
  analog::truncate_to_slices(a, n * n, solver.slices, scale, state.data(), bits);
  if (solver.mvm_arrays) {
    random_stream writing = analog::programming_stream(who, analog::slices_purpose);
    random_stream ageing = analog::ageing_stream(who, analog::slices_ageing_purpose);
    const analog::array_draws draws{writing, ageing, {who.seed, analog::hp_mvm_place}};
    double* slices = state.data() + n * n + p.blocks.state_size();
    if (p.expanded && is_expanded(a, n))
      p.mvm.program_expanded(a, scale, draws, slices, full + p.padded * p.padded);
    else
      p.mvm.program(a, n, scale, draws, slices);
  }
  random_stream writing = analog::programming_stream(who), ageing = analog::ageing_stream(who);
  random_stream block_slices = analog::programming_stream(who, analog::block_slices_purpose);
  random_stream block_ageing = analog::ageing_stream(who, analog::block_ageing_purpose);
  return p.blocks.program(full, {{writing, ageing, who.seed}, block_slices, block_ageing},
                          state.data() + n * n, full + p.padded * p.padded)
             ? status::ok
             : status::unstable;
}

result<programmed_circuit> analog_solver::circuit(const double* a, std::span<const double> b,
                                                  const analog_identity& who, std::size_t array) const {
  analog::leaf_record record(array - 1);
  const analog_solver recorded(std::make_unique<plan>(*plan_));
  recorded.plan_->blocks.record(&record);
  recorded.plan_->circuit_only = true;
  std::vector<double> state(state_size()), scratch(scratch_size());
  const status programmed = recorded.program(a, who, state, scratch);
  if (record.seen == 0)
    return {error::bad_value, std::string("cannot be programmed: ") + to_string(programmed)};
  if (record.array.n == 0)
    return {error::bad_range, "there are the arrays 1 to " + std::to_string(record.seen) +
                                  (programmed == status::unstable ? "; the last one does not settle" : "")};
  return analog::driven_circuit(record, plan_->parameters, b);
}

}  // namespace mho
