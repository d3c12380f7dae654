// HP-INV: x = 0, r = b; repeat dx = LP-INV(r), x += dx, r -= HP-MVM(dx) (the paper, Fig. 1). The residual is
// updated in place, never recomputed; x and r are digital accumulators, double here.
#include <mho/analog.hpp>
#include <mho/netlist.hpp>

#include <Eigen/Eigenvalues>
#include <algorithm>
#include <cmath>
#include <limits>

#include "analog/array.hpp"
#include "analog/block_amc.hpp"
#include "analog/converter_bank.hpp"
#include "analog/hp_mvm.hpp"
#include "analog/identity.hpp"
#include "analog/programmed_circuit.hpp"
#include "analog/registers.hpp"

namespace mho {
namespace {

constexpr std::size_t most_unknowns = 4096;
std::uint64_t power(std::uint64_t base, unsigned exponent) noexcept {
  std::uint64_t result = 1;
  for (unsigned i = 0; i < exponent; ++i) result *= base;
  return result;
}

double norm(const double* v, std::size_t n) noexcept {
  double sum = 0;
  for (std::size_t i = 0; i < n; ++i) sum += v[i] * v[i];
  return std::sqrt(sum);
}

double largest(const double* v, std::size_t n) noexcept {
  double most = 0;
  for (std::size_t i = 0; i < n; ++i) most = std::max(most, std::abs(v[i]));
  return most;
}

unsigned stages_for(std::size_t n, std::size_t array) noexcept {
  unsigned stages = 0;
  for (std::size_t size = array; size < n; size *= 2) ++stages;
  return stages;
}

}  // namespace

struct analog_solver::plan {
  plan(const analog::parameters& p, std::size_t unknowns, bool complex_valued)
      : parameters(p),
        n(unknowns),
        real_n(complex_valued ? 2 * unknowns : unknowns),
        stages(stages_for(real_n, p.array.size)),
        padded(stages == 0 ? real_n : p.array.size << stages),
        is_complex(complex_valued && stages > 0),
        blocks(parameters, padded),
        mvm(parameters, real_n),
        converters(p.converter, std::min(padded, p.array.size), stages) {}

  // Where unknown i stands in the padded system: the halves of an expanded complex system stay halves.
  std::size_t place(std::size_t i) const noexcept {
    return is_complex && i >= real_n / 2 ? padded / 2 + (i - real_n / 2) : i;
  }

  analog::parameters parameters;
  std::size_t n, real_n;
  unsigned stages;
  std::size_t padded;
  bool is_complex;
  analog::block_amc blocks;
  analog::hp_mvm mvm;
  analog::converter_bank converters;
  bool circuit_only = false;                  // nobody reads the arrays
  analog::sample_recorder* record = nullptr;  // set while calibrating
};

analog_solver::analog_solver(std::unique_ptr<plan> p) : plan_(std::move(p)) {}
analog_solver::~analog_solver() = default;
analog_solver::analog_solver(analog_solver&&) noexcept = default;
analog_solver& analog_solver::operator=(analog_solver&&) noexcept = default;

result<analog_solver> analog_solver::make(const options& parameters, std::size_t n, bool complex_valued) {
  if (n == 0 || n > most_unknowns) return {error::too_large, "an analogue solver takes 1 to 4096 unknowns"};
  const result<options> checked = accelerator_options("paper", parameters);
  if (!checked) return {checked.code(), checked.message()};
  const analog::parameters typed = analog::typed(*checked);
  const analog::converter_parameters& c = typed.converter;
  const std::string limit = std::to_string(most_adc_bits);
  if (c.adc_bits > static_cast<int>(most_adc_bits) &&
      (c.kind != analog::adc_kind::uniform || c.device.device != adc_device::ideal))
    return {error::bad_value, "converter.adc_bits: must be at most " + limit +
                                  " with this converter.adc_kind or converter.device"};
  if (c.dac_bits > static_cast<int>(most_adc_bits) && c.dac_error_lsb > 0)
    return {error::bad_value,
            "converter.dac_bits: must be at most " + limit + " with converter.dac_error_lsb"};
  return analog_solver(std::make_unique<plan>(typed, n, complex_valued));
}

bool analog_solver::needs_calibration() const noexcept {
  return plan_->parameters.converter.needs_calibration();
}

status analog_solver::calibrate(const example_source& examples, std::size_t cycles, std::uint64_t seed) {
  plan& p = *plan_;
  // With its mirror images, a place has the 8,000 samples of Lloyd's rules.
  constexpr std::size_t most_samples = 4000, enough = 16 * most_samples;
  constexpr std::uint64_t training_stream = 0xffff'fffe;
  if (!needs_calibration()) return status::ok;
  const bool training = p.parameters.converter.needs_training();
  analog::sample_recorder record(p.converters.places(), training ? most_samples : 0, seed);
  if (training) {
    std::vector<double> a(p.real_n * p.real_n), b(p.real_n), x(cycles * p.real_n), state(state_size()),
        scratch(scratch_size());
    std::size_t programmed = 0;
    struct recording {  // whatever the examples throw
      plan& p;
      ~recording() { p.record = nullptr; }
    } const until_end{p};
    p.record = &record;
    p.converters.forget();
    for (std::size_t k = 0; k < p.parameters.converter.training_problems && !record.has_seen(enough); ++k) {
      examples(k, a, b);
      const analog_identity who{seed, training_stream, k};
      if (program(a.data(), who, state, scratch) != status::ok) continue;
      ++programmed;
      solve(state, b.data(), cycles, who, x, {}, scratch);  // one that runs away has been read until then
    }
    if (programmed == 0) return status::unstable;
  }
  p.converters.calibrate(record, seed);
  return status::ok;
}

std::vector<adc_place> analog_solver::trained_converters() const { return plan_->converters.trained(); }

std::size_t analog_solver::unknowns() const noexcept { return plan_->n; }
std::size_t analog_solver::real_unknowns() const noexcept { return plan_->real_n; }
unsigned analog_solver::stages() const noexcept { return plan_->stages; }

std::size_t analog_solver::state_size() const noexcept {
  return plan_->real_n * plan_->real_n + plan_->blocks.state_size() +
         (plan_->parameters.solver.mvm_arrays ? plan_->mvm.state_size() : 0);
}

std::size_t analog_solver::scratch_size() const noexcept {
  const std::size_t padded = plan_->padded;
  return std::max(padded * padded + plan_->blocks.program_scratch(),
                  5 * padded + std::max(plan_->blocks.solve_scratch(), plan_->mvm.scratch_size()));
}

operation_count analog_solver::operations() const noexcept {
  const std::uint64_t three = power(3, plan_->stages), four = power(4, plan_->stages);
  return {three, 3 * four - 2 * three};
}

read_count analog_solver::mvm_reads() const noexcept { return {plan_->mvm.passes(), plan_->mvm.reads()}; }

cell_count analog_solver::programmed_cells() const noexcept {
  const plan& p = *plan_;
  return {p.blocks.inv_cells(p.is_complex), p.mvm.cells(), p.blocks.mvm_cells(p.is_complex)};
}

std::span<const double> analog_solver::stored_matrix(std::span<const double> state) const noexcept {
  return state.first(plan_->real_n * plan_->real_n);
}

status analog_solver::program(const double* a, const analog_identity& who, std::span<double> state,
                              std::span<double> scratch) const noexcept {
  const plan& p = *plan_;
  const std::size_t n = p.real_n;
  double trace = 0;
  bool finite = true;
  for (std::size_t i = 0; i < n * n; ++i) finite = finite && std::isfinite(a[i]);
  if (!finite) return status::not_finite;
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
    p.mvm.program(a, n, scale, {writing, ageing, {who.seed, analog::hp_mvm_place}},
                  state.data() + n * n + p.blocks.state_size());
  }
  random_stream writing = analog::programming_stream(who), ageing = analog::ageing_stream(who);
  random_stream chip = analog::chip_stream(who);
  random_stream block_slices = analog::programming_stream(who, analog::block_slices_purpose);
  random_stream block_ageing = analog::ageing_stream(who, analog::block_ageing_purpose);
  return p.blocks.program(full, {{writing, ageing, chip, who.seed}, block_slices, block_ageing},
                          state.data() + n * n, full + p.padded * p.padded)
             ? status::ok
             : status::unstable;
}

status analog_solver::solve(std::span<const double> state, const double* b, std::size_t cycles,
                            const analog_identity& who, std::span<double> x, std::span<double> residual,
                            std::span<double> scratch, std::size_t* cycles_used) const noexcept {
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
  const double start = norm(r, p.padded);
  const analog::fixed_point of_r(solver.accumulator_bits, largest(b, n));
  of_r.store(r, p.padded);
  analog::fixed_point of_x(0, 0);
  double full_scale = 0;  // of dx at the inputs of HP-MVM
  random_stream reading = analog::reading_stream(who), converting = analog::conversion_stream(who);
  const analog::conversion converters{p.converters, converting, p.record};
  for (std::size_t cycle = 0; cycle < cycles; ++cycle) {
    random_stream of_arrays = analog::array_reading_stream(who, cycle);
    p.blocks.solve(programmed, r, &converters, of_arrays, dx, rest);
    for (std::size_t i = 0; i < n; ++i) compact[i] = dx[p.place(i)];
    // A read without a rest is not a number, which the quantiser of HP-MVM would not pass on.
    if (!std::all_of(compact, compact + n, [](double v) { return std::isfinite(v); }))
      return status::unstable;
    if (solver.extra_error > 0) {
      // dx += e |dx| g / sqrt(n), g fresh normal (an error that the device statistics do not explain).
      const double scale = solver.extra_error * norm(compact, n) / std::sqrt(static_cast<double>(n));
      for (std::size_t i = 0; i < n; ++i) compact[i] += scale * static_cast<double>(reading.normal());
    }
    if (solver.mvm_arrays) {
      // x takes what the arrays were given: an update that is coarse is an error of LP-INV, and refined away.
      if (!solver.fixed_scale)
        full_scale = largest(compact, n);
      else if (cycle == 0)
        full_scale = analog::register_scale(largest(compact, n));
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
    if (cycle == 0) of_x = analog::fixed_point(solver.accumulator_bits, largest(compact, n));
    for (std::size_t i = 0; i < n; ++i) now[i] = (cycle == 0 ? 0 : now[i - n]) + compact[i];
    of_x.store(now, n);
    for (std::size_t i = 0; i < n; ++i) r[p.place(i)] -= product[i];
    of_r.store(r, p.padded);
    const double left = norm(r, p.padded);
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

double analog_solver::error_estimate(std::span<const double> x) const noexcept {
  const std::size_t n = plan_->real_n;
  std::size_t cycles = x.size() / n;
  // Cycles after solver.stop_bits repeat the last one that ran.
  while (cycles > 2 &&
         std::equal(x.data() + (cycles - 2) * n, x.data() + (cycles - 1) * n, x.data() + (cycles - 1) * n))
    --cycles;
  if (cycles < 2) return 0;
  const double* last = x.data() + (cycles - 1) * n;
  double now = 0, before = 0;  // squares of the last two updates
  for (std::size_t i = 0; i < n; ++i) {
    const double previous = *(last + i - n), first = cycles > 2 ? *(last + i - 2 * n) : 0;
    now += (last[i] - previous) * (last[i] - previous);
    before += (previous - first) * (previous - first);
  }
  if (std::isnan(now) || std::isnan(before)) return std::numeric_limits<double>::infinity();
  if (!(now > 0)) return 0;
  const double q = std::min(0.99, std::sqrt(now / before));
  return std::sqrt(now) * q / (1 - q);
}

status analog_solver::judge(std::span<const double> x, std::span<const double> residual,
                            double tolerance) const noexcept {
  const analog::solver_parameters& solver = plan_->parameters.solver;
  if (!(residual.back() < solver.residual_limit)) return status::not_converged;
  return solver.error_limit > 0 && error_estimate(x) > solver.error_limit * tolerance ? status::not_converged
                                                                                      : status::ok;
}

double analog_solver::spectral_radius(std::span<const double> state) const {
  const plan& p = *plan_;
  const auto n = static_cast<Eigen::Index>(p.real_n);
  std::vector<double> unit(p.padded), column(p.padded), scratch(scratch_size());
  Eigen::MatrixXd inverse(n, n);
  random_stream unused(0, 0, 0, 0);
  for (Eigen::Index j = 0; j < n; ++j) {
    std::fill(unit.begin(), unit.end(), 0.0);
    unit[p.place(static_cast<std::size_t>(j))] = 1;
    p.blocks.solve(state.data() + p.real_n * p.real_n, unit.data(), nullptr, unused, column.data(),
                   scratch.data());
    for (Eigen::Index i = 0; i < n; ++i) inverse(i, j) = column[p.place(static_cast<std::size_t>(i))];
  }
  const Eigen::Map<const Eigen::Matrix<double, -1, -1, Eigen::RowMajor>> stored(state.data(), n, n);
  const Eigen::MatrixXd iteration = Eigen::MatrixXd::Identity(n, n) - inverse * stored;
  return iteration.eigenvalues().cwiseAbs().maxCoeff();
}

const char* convergence_verdict(double spectral_radius) noexcept {
  if (spectral_radius <= 0.95) return "converges";
  return spectral_radius < 1.05 ? "marginal" : "diverges";
}

void expand_complex(const std::complex<double>* a, std::size_t n, double* out) noexcept {
  for (std::size_t i = 0; i < n; ++i)
    for (std::size_t j = 0; j < n; ++j) {
      const std::complex<double> entry = a[i * n + j];
      out[i * 2 * n + j] = out[(n + i) * 2 * n + n + j] = entry.real();
      out[(n + i) * 2 * n + j] = entry.imag();
      out[i * 2 * n + n + j] = -entry.imag();
    }
}

}  // namespace mho
