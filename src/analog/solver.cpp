// HP-INV: x = 0, r = b; repeat dx = LP-INV(r), x += dx, r -= HP-MVM(dx) (the paper, Fig. 1). The residual is
// updated in place, never recomputed; x and r are digital accumulators, double here.
#include <cmath>

#include "analog/identity.hpp"
#include "analog/norms.hpp"
#include "analog/registers.hpp"
#include "analog/solver_plan.hpp"

namespace mho {
namespace {

constexpr std::size_t most_unknowns = 4096;

std::uint64_t power(std::uint64_t base, unsigned exponent) noexcept {
  std::uint64_t result = 1;
  for (unsigned i = 0; i < exponent; ++i) result *= base;
  return result;
}

}  // namespace

analog_solver::analog_solver(std::unique_ptr<plan> p) : plan_(std::move(p)) {}
analog_solver::~analog_solver() = default;
analog_solver::analog_solver(analog_solver&&) noexcept = default;
analog_solver& analog_solver::operator=(analog_solver&&) noexcept = default;

result<analog_solver> analog_solver::make(const options& parameters, std::size_t n, bool complex_valued) {
  if (n == 0 || n > most_unknowns) return {error::too_large, "an analogue solver takes 1 to 4096 unknowns"};
  const result<options> checked = accelerator_options("paper", parameters);
  if (!checked) return {checked.code(), checked.message()};
  return analog_solver(std::make_unique<plan>(analog::typed(*checked), n, complex_valued));
}

std::size_t analog_solver::unknowns() const noexcept { return plan_->n; }
std::size_t analog_solver::real_unknowns() const noexcept { return plan_->real_n; }
unsigned analog_solver::stages() const noexcept { return plan_->stages; }

std::size_t analog_solver::state_size() const noexcept {
  return plan_->real_n * plan_->real_n + plan_->blocks.state_size() +
         (plan_->parameters.solver.mvm_arrays ? plan_->mvm.state_size() : 0);
}

std::size_t analog_solver::scratch_size() const noexcept {
  const std::size_t padded = plan_->padded;
  return std::max(
      padded * padded + std::max(plan_->blocks.program_scratch(),
                                 plan_->parameters.solver.mvm_arrays ? plan_->mvm.program_scratch() : 0),
      5 * padded + std::max(plan_->blocks.solve_scratch(), plan_->mvm.scratch_size()));
}

operation_count analog_solver::operations() const noexcept {
  const std::uint64_t three = power(3, plan_->stages), four = power(4, plan_->stages);
  return {three, 3 * four - 2 * three};
}

read_count analog_solver::mvm_reads() const noexcept { return {plan_->mvm.passes(), plan_->mvm.reads()}; }

cell_count analog_solver::programmed_cells() const noexcept {
  const plan& p = *plan_;
  return analog::programmed_cells(p.parameters, {p.real_n, p.padded >> p.stages, p.stages, p.expanded});
}

std::span<const double> analog_solver::stored_matrix(std::span<const double> state) const noexcept {
  return state.first(plan_->real_n * plan_->real_n);
}

status analog_solver::solve(std::span<const double> state, const double* b, std::size_t cycles,
                            const analog_identity& who, std::span<double> x, std::span<double> residual,
                            std::span<double> scratch, std::size_t* cycles_used) const {
  if (cycles_used != nullptr) *cycles_used = 0;
  const plan& p = *plan_;
  const analog::solver_parameters& solver = p.parameters.solver;
  const std::size_t n = p.real_n;
  const double* stored = state.data();
  const double* programmed = stored + n * n;
  const double* slices = programmed + p.blocks.state_size();
  double* r = scratch.data();            // padded
  double* dx = r + p.padded;             // padded
  double* compact = dx + p.padded;       // n
  double* product = compact + p.padded;  // n
  double* codes = product + p.padded;    // n
  double* rest = codes + p.padded;
  std::fill_n(r, p.padded, 0.0);
  for (std::size_t i = 0; i < n; ++i) r[p.place(i)] = b[i];
  const double start = analog::norm(r, p.padded);
  if (const status given = analog::status_of(b, n, 1, start); given != status::ok) return given;
  const analog::fixed_point of_r(solver.accumulator_bits, analog::largest(b, n));
  of_r.store(r, p.padded);
  analog::fixed_point of_x(0, 0);
  double full_scale = 0;  // of dx at the inputs of HP-MVM
  analog::use_stream reading(who, analog::reading_purpose), converting(who, analog::conversion_purpose),
      of_arrays(who, analog::array_reading_purpose);
  const analog::conversion converters{p.converters, converting, p.record};
  for (std::size_t cycle = 0; cycle < cycles; ++cycle) {
    p.blocks.solve(programmed, r, &converters, of_arrays, dx, rest);
    for (std::size_t i = 0; i < n; ++i) compact[i] = dx[p.place(i)];
    // A read without a rest is not a number, which the quantiser of HP-MVM would not pass on.
    if (!std::all_of(compact, compact + n, [](double v) { return std::isfinite(v); }))
      return status::unstable;
    if (solver.extra_error > 0) {
      // dx += e |dx| g / sqrt(n), g fresh normal (an error that the device statistics do not explain).
      const double scale = solver.extra_error * analog::norm(compact, n) / std::sqrt(static_cast<double>(n));
      for (std::size_t i = 0; i < n; ++i) compact[i] += scale * static_cast<double>(reading.normal());
    }
    if (solver.mvm_arrays) {
      // x takes what the arrays were given: an update that is coarse is an error of LP-INV, and refined away.
      if (!solver.fixed_scale)
        full_scale = analog::largest(compact, n);
      else if (cycle == 0)
        full_scale = analog::register_scale(analog::largest(compact, n));
      const double step = p.mvm.quantise(compact, full_scale, codes);
      for (std::size_t i = 0; i < n; ++i) compact[i] = step * codes[i];
      p.mvm.multiply(slices, codes, step, of_arrays, product, rest);
    } else {
      for (std::size_t i = 0; i < n; ++i) {
        double sum = 0;
        for (std::size_t j = 0; j < n; ++j) sum += stored[i * n + j] * compact[j];
        product[i] = sum;
      }
    }
    double* now = x.data() + cycle * n;
    if (cycle == 0) of_x = analog::fixed_point(solver.accumulator_bits, analog::largest(compact, n));
    for (std::size_t i = 0; i < n; ++i) now[i] = (cycle == 0 ? 0 : now[i - n]) + compact[i];
    of_x.store(now, n);
    for (std::size_t i = 0; i < n; ++i) r[p.place(i)] -= product[i];
    of_r.store(r, p.padded);
    const double left = analog::norm(r, p.padded);
    if (!std::isfinite(left)) return status::unstable;
    if (!residual.empty()) residual[cycle] = start > 0 ? left / start : 0;
    if (cycles_used != nullptr) *cycles_used = cycle + 1;
    if (solver.stop_bits > 0 && left <= std::ldexp(start, -solver.stop_bits)) {
      for (std::size_t later = cycle + 1; later < cycles; ++later) {
        std::copy_n(now, n, x.data() + later * n);
        if (!residual.empty()) residual[later] = residual[cycle];
      }
      break;
    }
  }
  return status::ok;
}

}  // namespace mho
