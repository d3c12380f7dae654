#include "analog/circuit.hpp"

#include <algorithm>
#include <cmath>

namespace mho::analog {

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

bool realise_inv(const double* cells, const inv_mapping& map, std::size_t n,
                 const circuit_parameters& circuit, const double* offset_volt, double* inverse,
                 double* offset, double* scratch) noexcept {
  const std::size_t size = n + 1;
  double* nodes = scratch;  // B + U^-1 / L0, in level steps
  double* solved = scratch + size * size;
  double* load = solved + size * size;  // U^-1
  const double diagonal = map.diagonal / map.step, bias = map.bias / map.step;
  for (std::size_t i = 0; i < n; ++i) {
    for (std::size_t j = 0; j < n; ++j) nodes[i * size + j] = cells[i * n + j] + (i == j ? diagonal : 0);
    nodes[i * size + n] = bias;
    nodes[n * size + i] = 1;
  }
  nodes[n * size + n] = 1;
  for (std::size_t i = 0; i < size; ++i) {
    load[i] = top_level;
    for (std::size_t j = 0; j < size; ++j) load[i] += std::abs(nodes[i * size + j]);
  }
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
