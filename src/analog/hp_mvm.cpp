#include "analog/hp_mvm.hpp"

#include <algorithm>
#include <cmath>

#include "analog/ageing.hpp"

namespace mho::analog {
namespace {

// What tells 0 .. d n apart, d the largest digit: ceil(log2(d n + 1)).
int exact_bits(std::size_t rows, int digit_bits) noexcept {
  const double top_digit = std::ldexp(1.0, digit_bits) - 1;
  int bits = 0;
  while (std::ldexp(1.0, bits) < top_digit * static_cast<double>(rows) + 1) ++bits;
  return bits;
}

}  // namespace

hp_mvm::hp_mvm(const parameters& p, std::size_t n)
    : device_(p.device),
      n_(n),
      group_(std::min(n, static_cast<std::size_t>(p.solver.active_rows))),
      slices_(p.solver.slices),
      input_bits_(p.solver.input_bits),
      noise_(p.solver.mvm_read_noise_siemens / p.device.step_siemens()) {
  radix_ = std::ldexp(1.0, p.device.digit_bits());
  noisy_ = noise_ > 0 || reads_noisily(device_);
  // A code is a whole number of levels, so that what is added up are integers: the levels' own error is
  // rounded away by every ADC that resolves a level, and finer steps would only let it in.
  const int exact = exact_bits(group_, p.device.digit_bits()),
            bits = p.solver.mvm_adc_bits == 0 ? exact : p.solver.mvm_adc_bits;
  adc_step_ = std::ldexp(1.0, std::max(0, exact - bits));
  adc_codes_ = std::ldexp(1.0, std::min(exact, bits)) - 1;
}

std::size_t hp_mvm::state_size() const noexcept {
  return 1 + 2 * static_cast<std::size_t>(slices_) * n_ * n_;
}

std::uint64_t hp_mvm::passes() const noexcept {
  return static_cast<std::uint64_t>(slices_) * static_cast<std::uint64_t>(input_bits_) * 2 *
         ((n_ + group_ - 1) / group_);
}

void hp_mvm::program(const double* a, std::size_t stride, double scale, const array_draws& draws,
                     double* state) const noexcept {
  state[0] = scale;
  double* plus = state + 1;
  program_slices(a, n_, n_, stride, slices_, scale, device_, draws, plus,
                 plus + static_cast<std::size_t>(slices_) * n_ * n_);
}

void hp_mvm::program_expanded(const double* a, double scale, const array_draws& draws, double* state,
                              double* scratch) const noexcept {
  const std::size_t half = n_ / 2;
  const auto slices = static_cast<std::size_t>(slices_), block = slices * half * half;
  double* r_plus = scratch;
  double* r_minus = r_plus + block;
  double* s_plus = r_minus + block;
  double* s_minus = s_plus + block;
  program_slices(a, half, half, n_, slices_, scale, device_, draws, r_plus, r_minus);
  array_draws of_s = draws;
  of_s.where.place += slices;
  program_slices(a + half * n_, half, half, n_, slices_, scale, device_, of_s, s_plus, s_minus);
  state[0] = scale;
  const auto scatter = [&](const double* r, const double* s, const double* negative_s, double* to) {
    for (std::size_t slice = 0; slice < slices; ++slice)
      for (std::size_t i = 0; i < half; ++i) {
        const std::size_t from = (slice * half + i) * half;
        double* upper = to + (slice * n_ + i) * n_;
        double* lower = upper + half * n_;
        std::copy_n(r + from, half, upper);
        std::copy_n(negative_s + from, half, upper + half);
        std::copy_n(s + from, half, lower);
        std::copy_n(r + from, half, lower + half);
      }
  };
  scatter(r_plus, s_plus, s_minus, state + 1);
  scatter(r_minus, s_minus, s_plus, state + 1 + slices * n_ * n_);
}

void hp_mvm::negate(const double* state, double* negative) const noexcept {
  const std::size_t side = static_cast<std::size_t>(slices_) * n_ * n_;
  negative[0] = state[0];
  std::copy_n(state + 1, side, negative + 1 + side);
  std::copy_n(state + 1 + side, side, negative + 1);
}

double hp_mvm::quantise(const double* x, double full_scale, double* codes) const noexcept {
  const double most = std::ldexp(1.0, input_bits_) - 1;
  if (!(full_scale > 0)) {
    std::fill_n(codes, n_, 0.0);
    return 0;
  }
  for (std::size_t i = 0; i < n_; ++i)
    codes[i] = std::clamp(std::floor(x[i] / full_scale * most + 0.5), -most, most);
  return full_scale / most;
}

// Of the sum that a read sees, level steps: the sense amplifier's and that of every cell in it.
double hp_mvm::read_sigma(const double* on, const double* plus, const double* minus, std::size_t first,
                          std::size_t last) const noexcept {
  const double absolute = device_.read_noise_siemens / device_.step_siemens(),
               relative = device_.read_noise_relative;
  double variance = noise_ * noise_;
  for (std::size_t j = first; j < last; ++j)
    variance +=
        on[j] * (2 * absolute * absolute + relative * relative * (plus[j] * plus[j] + minus[j] * minus[j]));
  return std::sqrt(variance);
}

double hp_mvm::read(double level_steps) const noexcept {
  return std::clamp(std::floor(level_steps / adc_step_ + 0.5), -adc_codes_, adc_codes_) * adc_step_;
}

void hp_mvm::multiply(const double* state, const double* codes, double step, use_stream& reading, double* y,
                      double* scratch) const noexcept {
  double* on = scratch;             // which inputs a pass drives, 0 or 1
  double* of_slice = scratch + n_;  // integers
  std::fill_n(y, n_, 0.0);
  for (int slice = slices_ - 1; slice >= 0; --slice) {
    const double* plus = state + 1 + static_cast<std::size_t>(slice) * n_ * n_;
    const double* minus = plus + static_cast<std::size_t>(slices_) * n_ * n_;
    std::fill_n(of_slice, n_, 0.0);
    for (const double sign : {1.0, -1.0})
      for (int bit = 0; bit < input_bits_; ++bit) {
        for (std::size_t j = 0; j < n_; ++j) {
          const double magnitude = sign * codes[j];
          on[j] = magnitude > 0 && ((static_cast<std::uint32_t>(magnitude) >> bit) & 1U) != 0 ? 1 : 0;
        }
        const double weight = sign * std::ldexp(1.0, bit);
        for (std::size_t first = 0; first < n_; first += group_) {
          const std::size_t last = std::min(n_, first + group_);
          for (std::size_t i = 0; i < n_; ++i) {
            double sum = 0;
            for (std::size_t j = first; j < last; ++j) sum += on[j] * (plus[i * n_ + j] - minus[i * n_ + j]);
            if (noisy_)
              sum += read_sigma(on, plus + i * n_, minus + i * n_, first, last) *
                     static_cast<double>(reading.normal());
            of_slice[i] += weight * read(sum);
          }
        }
      }
    for (std::size_t i = 0; i < n_; ++i) y[i] = y[i] / radix_ + of_slice[i];
  }
  const double unit = state[0] * step;
  for (std::size_t i = 0; i < n_; ++i) y[i] *= unit;
}

}  // namespace mho::analog
