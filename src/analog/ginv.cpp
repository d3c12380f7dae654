#include "analog/ginv.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "analog/ageing.hpp"
#include "analog/array.hpp"
#include "analog/circuit.hpp"
#include "analog/converter.hpp"
#include "analog/device.hpp"
#include "analog/norms.hpp"

namespace mho::analog {
namespace {

// y = A x, rows x columns; y = A^T x.
void multiply(const double* a, std::size_t rows, std::size_t columns, const double* x, double* y) noexcept {
  for (std::size_t i = 0; i < rows; ++i) {
    double sum = 0;
    for (std::size_t j = 0; j < columns; ++j) sum += a[i * columns + j] * x[j];
    y[i] = sum;
  }
}

void multiply_transposed(const double* a, std::size_t rows, std::size_t columns, const double* x,
                         double* y) noexcept {
  std::fill_n(y, columns, 0.0);
  for (std::size_t i = 0; i < rows; ++i)
    for (std::size_t j = 0; j < columns; ++j) y[j] += a[i * columns + j] * x[i];
}

// Whether the symmetric matrix is positive definite beyond rounding; destroys it.
bool is_positive_definite(double* s, std::size_t n) noexcept {
  double largest = 0;
  for (std::size_t i = 0; i < n; ++i) largest = std::max(largest, s[i * n + i]);
  const double threshold = static_cast<double>(n) * std::numeric_limits<double>::epsilon() * largest;
  for (std::size_t k = 0; k < n; ++k) {
    const double pivot = s[k * n + k];
    if (!(pivot > threshold)) return false;
    for (std::size_t i = k + 1; i < n; ++i)
      for (std::size_t j = k + 1; j <= i; ++j) s[i * n + j] -= s[i * n + k] * s[j * n + k] / pivot;
  }
  return true;
}

}  // namespace

double ginv::step_of(const double* h) const noexcept {
  const double most = largest(h, m_ * n_);
  return most > 0 ? most / parameters_.device.top_level() : 1;
}

void ginv::write(const double* h, double step, const array_draws& draws, double* plus,
                 double* minus) const noexcept {
  const device_parameters& device = parameters_.device;
  for (std::size_t e = 0; e < m_ * n_; ++e) {
    const double entry = h[e] / step;
    const double magnitude =
        parameters_.array.truncate ? std::floor(std::abs(entry)) : std::floor(std::abs(entry) + 0.5);
    const int level = static_cast<int>(std::min(magnitude, static_cast<double>(device.top_level())));
    plus[e] = programmed_level(entry < 0 ? 0 : level, device, draws.writing);
    minus[e] = programmed_level(entry < 0 ? level : 0, device, draws.writing);
  }
  for (const auto& [cells, role] : {std::pair{plus, array_role::plus}, {minus, array_role::minus}}) {
    array_place where = draws.where;
    where.role = role;
    age(device, draws.ageing, {cells, m_ * n_});
    stick(device, where, m_, n_, {cells, m_ * n_});
  }
}

status ginv::program(const double* h, const array_draws& draws, double* state,
                     double* scratch) const noexcept {
  const solver_parameters& solver = parameters_.solver;
  const device_parameters& device = parameters_.device;
  const int bits = device.digit_bits();
  truncate_to_slices(h, m_ * n_, solver.slices,
                     slice_scale(h, m_ * n_, solver.slices, solver.binary_scale, bits), state, bits);
  double* p = state + m_ * n_;
  double* q = p + n_ * m_;
  double* x = scratch;  // levels
  double* s = x + m_ * n_;
  double* copy = s + n_ * n_;
  double* plus1 = copy + n_ * n_;  // what loads the inputs, in level steps
  double* minus1 = plus1 + m_;
  double* load2 = minus1 + m_;
  double* minus = load2 + n_;
  const double gain = parameters_.circuit.open_loop_gain, feedback = device.on_steps();
  const double step = step_of(h);
  write(h, step, draws, x, minus);
  std::fill_n(plus1, m_, feedback);
  std::fill_n(minus1, m_, 0.0);
  std::fill_n(load2, n_, 0.0);
  for (std::size_t j = 0; j < n_; ++j) {
    double plus2 = 0, minus2 = 0;
    for (std::size_t i = 0; i < m_; ++i) {
      double& cell = x[i * n_ + j];
      const double plus = cell, minus_cell = minus[i * n_ + j];
      cell = plus - minus_cell;
      plus1[i] += plus;
      minus1[i] += minus_cell;
      plus2 += plus;
      minus2 += minus_cell;
    }
    load2[j] = std::max(plus2, minus2);
  }
  double* weight = plus1;
  for (std::size_t i = 0; i < m_; ++i) weight[i] = 1 / (feedback + std::max(plus1[i], minus1[i]) / gain);
  std::fill_n(s, n_ * n_, 0.0);
  for (std::size_t i = 0; i < m_; ++i)
    for (std::size_t j = 0; j < n_; ++j)
      for (std::size_t k = 0; k < n_; ++k) s[j * n_ + k] += x[i * n_ + j] * weight[i] * x[i * n_ + k];
  std::copy_n(s, n_ * n_, copy);
  if (!is_positive_definite(copy, n_)) return status::unstable;
  for (std::size_t j = 0; j < n_; ++j) s[j * n_ + j] += load2[j] / gain;
  if (!invert(s, n_, q)) return status::unstable;
  for (std::size_t j = 0; j < n_; ++j)
    for (std::size_t i = 0; i < m_; ++i) {
      double sum = 0;
      for (std::size_t k = 0; k < n_; ++k) sum += q[j * n_ + k] * x[i * n_ + k];
      p[j * m_ + i] = sum * weight[i] / step;
    }
  for (std::size_t j = 0; j < n_ * n_; ++j) q[j] /= feedback * step * step;
  return status::ok;
}

status ginv::solve(const double* state, const double* y, std::size_t cycles, use_stream& reading, double* x,
                   double* residual, double* scratch, std::size_t& done) const noexcept {
  const double* stored = state;
  const double* p = stored + m_ * n_;
  const double* q = p + n_ * m_;
  double* left = scratch;       // y - H x, m
  double* product = left + m_;  // m
  double* r = product + m_;     // n
  double* in = r + n_;          // m or n
  double* dx = in + m_;         // n
  std::copy_n(y, m_, left);
  multiply_transposed(stored, m_, n_, left, r);
  const double start = norm(r, n_);
  for (std::size_t cycle = done = 0; cycle < cycles; done = ++cycle) {
    if (cycle == 0) {
      convert(y, m_, parameters_.converter.dac_bits, in);
      multiply(p, n_, m_, in, dx);
    } else {
      convert(r, n_, parameters_.converter.dac_bits, in);
      multiply(q, n_, n_, in, dx);
    }
    convert(dx, n_, parameters_.converter.adc_bits, dx);
    if (parameters_.solver.extra_error > 0) {
      const double scale = parameters_.solver.extra_error * norm(dx, n_) / std::sqrt(static_cast<double>(n_));
      for (std::size_t i = 0; i < n_; ++i) dx[i] += scale * static_cast<double>(reading.normal());
    }
    double* now = x + cycle * n_;
    for (std::size_t i = 0; i < n_; ++i) now[i] = (cycle == 0 ? 0 : now[i - n_]) + dx[i];
    multiply(stored, m_, n_, dx, product);
    for (std::size_t i = 0; i < m_; ++i) left[i] -= product[i];
    multiply_transposed(stored, m_, n_, left, r);
    const double rest = norm(r, n_);
    if (!std::isfinite(rest)) return status::unstable;
    if (residual != nullptr) residual[cycle] = start > 0 ? rest / start : 0;
  }
  return status::ok;
}

}  // namespace mho::analog
