#include "analog/circuit.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

namespace mho::analog {
namespace {

// The bias column's conductances, level steps: of its cells, or of exact resistors.
struct bias_column {
  bias_column(const double* programmed, const inv_mapping& map)
      : cells(programmed), exact(map.bias / map.step) {}
  double operator[](std::size_t i) const noexcept { return cells != nullptr ? cells[i] : exact; }
  const double* cells;
  double exact;
};

// The nodes' matrix B of the array with its bias column, and U^-1, both in level steps.
void connect(const double* cells, const bias_column& bias, const inv_mapping& map, std::size_t n,
             double* nodes, double* load) noexcept {
  const std::size_t size = n + 1;
  const double diagonal = map.diagonal / map.step;
  for (std::size_t i = 0; i < n; ++i) {
    for (std::size_t j = 0; j < n; ++j) nodes[i * size + j] = cells[i * n + j] + (i == j ? diagonal : 0);
    nodes[i * size + n] = bias[i];
    nodes[n * size + i] = 1;
  }
  nodes[n * size + n] = 1;
  for (std::size_t i = 0; i < size; ++i) {
    load[i] = map.on_steps;
    for (std::size_t j = 0; j < size; ++j) load[i] += std::abs(nodes[i * size + j]);
  }
}

// Whether the symmetric part of the programmed matrix, cells + diagonal I - bias j^T, is positive definite
// beyond rounding; with a programmed bias column still after d d^T / (4 m) is taken off, m the mean bias and
// d each row's difference from it: B = [[C, b], [j^T, 1]] then has D B + B^T D > 0 with D = diag(I, m), whose
// Schur complement C + C^T - (b + m j)(b + m j)^T / (2 m) is twice that.
bool is_positive_definite(const double* cells, const bias_column& bias, const inv_mapping& map, std::size_t n,
                          double* s) noexcept {
  double mean = 0;
  for (std::size_t i = 0; bias.cells != nullptr && i < n; ++i) mean += bias.cells[i] / static_cast<double>(n);
  double largest = 0;
  for (std::size_t i = 0; i < n; ++i) {
    for (std::size_t j = 0; j <= i; ++j) {
      s[i * n + j] = (cells[i * n + j] + cells[j * n + i]) / 2 - (bias[i] + bias[j]) / 2;
      if (mean > 0) s[i * n + j] -= (bias[i] - mean) * (bias[j] - mean) / (4 * mean);
    }
    s[i * n + i] += map.diagonal / map.step;
    largest = std::max(largest, s[i * n + i]);
  }
  const double threshold = static_cast<double>(n) * std::numeric_limits<double>::epsilon() * largest;
  for (std::size_t k = 0; k < n; ++k) {
    const double pivot = s[k * n + k];
    if (!(pivot > threshold)) return false;
    const double scale = 1 / pivot;
    for (std::size_t i = k + 1; i < n; ++i) {
      const double factor = s[i * n + k] * scale;
      for (std::size_t j = k + 1; j <= i; ++j) s[i * n + j] -= factor * s[j * n + k];
    }
  }
  return true;
}

// Whether x' = -K x goes to 0, that is, whether every eigenvalue of K has a positive real part. They have if
// and only if those of C = (t I - K) (t I + K)^-1, the trapezoidal rule's step of length 2 / t, lie inside
// the unit circle: C^(2^k) then goes to 0. What has not halved after 2^40 steps stands still to the rounding
// of double. Destroys k; scratch: 2 n^2.
bool decays(double* k, std::size_t n, double* scratch) noexcept {
  constexpr int doublings = 40;
  constexpr double out_of_hand = 1e100;
  double t = 0;  // the mean eigenvalue
  for (std::size_t i = 0; i < n; ++i) t += k[i * n + i] / static_cast<double>(n);
  if (!(t > 0)) return false;
  for (std::size_t i = 0; i < n; ++i) k[i * n + i] += t;
  double* step = scratch;
  double* next = scratch + n * n;
  if (!invert(k, n, step)) return false;
  for (std::size_t i = 0; i < n; ++i)
    for (std::size_t j = 0; j < n; ++j) step[i * n + j] = 2 * t * step[i * n + j] - (i == j ? 1 : 0);
  for (int doubling = 0; doubling <= doublings; ++doubling) {
    double norm = 0;
    for (std::size_t i = 0; i < n; ++i) {
      double sum = 0;
      for (std::size_t j = 0; j < n; ++j) sum += std::abs(step[i * n + j]);
      if (!(sum < out_of_hand)) return false;
      norm = std::max(norm, sum);
    }
    if (norm < 0.5) return true;
    std::fill_n(next, n * n, 0.0);
    for (std::size_t i = 0; i < n; ++i)
      for (std::size_t m = 0; m < n; ++m)
        for (std::size_t j = 0; j < n; ++j) next[i * n + j] += step[i * n + m] * step[m * n + j];
    std::swap(step, next);
  }
  return false;
}

}  // namespace

bool invert(double* a, std::size_t n, double* inverse) noexcept {
  std::fill_n(inverse, n * n, 0.0);
  for (std::size_t i = 0; i < n; ++i) inverse[i * n + i] = 1;
  for (std::size_t k = 0; k < n; ++k) {
    std::size_t pivot = k;
    for (std::size_t i = k + 1; i < n; ++i)
      if (std::abs(a[i * n + k]) > std::abs(a[pivot * n + k])) pivot = i;
    const double head = a[pivot * n + k];
    if (!(std::abs(head) > 0) || !std::isfinite(head)) return false;
    if (pivot != k) {
      std::swap_ranges(a + k * n, a + (k + 1) * n, a + pivot * n);
      std::swap_ranges(inverse + k * n, inverse + (k + 1) * n, inverse + pivot * n);
    }
    const double scale = 1 / head;
    for (std::size_t j = 0; j < n; ++j) {
      a[k * n + j] *= scale;
      inverse[k * n + j] *= scale;
    }
    for (std::size_t i = 0; i < n; ++i) {
      if (i == k) continue;
      const double factor = a[i * n + k];
      for (std::size_t j = 0; j < n; ++j) {
        a[i * n + j] -= factor * a[k * n + j];
        inverse[i * n + j] -= factor * inverse[k * n + j];
      }
    }
  }
  return true;
}

bool settles(const double* cells, const inv_mapping& map, std::size_t n, double* scratch,
             const double* bias_cells) noexcept {
  if (map.diagonal < 0) return false;  // no resistor is negative
  const bias_column bias(bias_cells, map);
  if (is_positive_definite(cells, bias, map, n, scratch)) return true;
  const std::size_t size = n + 1;
  double* nodes = scratch;
  double* load = scratch + 3 * size * size;
  connect(cells, bias, map, n, nodes, load);
  // The bias amplifier in the limit of speed, s = -j^T x: the n rows alone.
  for (std::size_t i = 0; i < n; ++i)
    for (std::size_t j = 0; j < n; ++j) nodes[i * n + j] = (nodes[i * size + j] - bias[i]) / load[i];
  if (!decays(nodes, n, nodes + n * n)) return false;
  if (bias_cells == nullptr && !(map.bias > 0)) return true;  // what that amplifier does reaches no row
  connect(cells, bias, map, n, nodes, load);
  for (std::size_t i = 0; i < size; ++i)
    for (std::size_t j = 0; j < size; ++j) nodes[i * size + j] /= load[i];
  return decays(nodes, size, nodes + size * size);
}

bool realise_inv(const double* cells, const inv_mapping& map, std::size_t n,
                 const circuit_parameters& circuit, const double* offset_volt, double* inverse,
                 double* offset, double* scratch, const double* bias_cells) noexcept {
  const std::size_t size = n + 1;
  double* nodes = scratch;  // B + U^-1 / L0, in level steps
  double* solved = scratch + size * size;
  double* load = solved + size * size;
  connect(cells, bias_column(bias_cells, map), map, n, nodes, load);
  for (std::size_t i = 0; i < size; ++i) nodes[i * size + i] += load[i] / circuit.open_loop_gain;
  if (!invert(nodes, size, solved)) return false;
  bool finite = true;
  for (std::size_t i = 0; i < n; ++i) {
    for (std::size_t j = 0; j < n; ++j) {
      inverse[i * n + j] = solved[i * size + j] / map.step;
      finite = finite && std::isfinite(inverse[i * n + j]);
    }
    offset[i] = 0;
    for (std::size_t j = 0; j < size; ++j) offset[i] += solved[i * size + j] * load[j] * offset_volt[j];
    offset[i] /= circuit.clamp_volt;
  }
  return finite;
}

}  // namespace mho::analog
