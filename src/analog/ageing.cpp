#include "analog/ageing.hpp"

#include <algorithm>
#include <array>
#include <cmath>

namespace mho::analog {
namespace {

// One normal for each of n cells, by the bulk drawing of random_stream: take(cell, normal).
template <class Stream, class Take>
void for_normals(Stream& random, std::size_t n, const Take& take) noexcept {
  std::array<float, 64> normals;  // even: the draws do not depend on the pieces
  for (std::size_t done = 0; done < n; done += normals.size()) {
    const std::size_t count = std::min(normals.size(), n - done);
    random.normals(std::span(normals).first(count));
    for (std::size_t i = 0; i < count; ++i) take(done + i, static_cast<double>(normals[i]));
  }
}

double temperature_factor(const device_parameters& device) noexcept {
  return std::max(
      0.0, 1 + device.temperature_coefficient_per_kelvin * (device.temperature_kelvin - reference_kelvin));
}

}  // namespace

double pcm_drift_exponent(double written_siemens) noexcept {
  if (!(written_siemens > 0)) return 0.1;
  return std::clamp(-0.0155 * std::log(written_siemens / 25e-6) + 0.0244, 0.049, 0.1);
}

double drift_logarithm(const device_parameters& device) noexcept {
  if (device.drift == drift_model::none || !(device.drift_time_s > 0)) return 0;
  const double stretch = device.drift_activation_ev / boltzmann_ev_per_kelvin *
                         (1 / reference_kelvin - 1 / device.temperature_kelvin);
  return std::max(0.0, std::log(device.drift_time_s / device.drift_reference_s) + stretch);
}

bool ages(const device_parameters& device) noexcept {
  return drift_logarithm(device) > 0 || temperature_factor(device) != 1;
}

void age(const device_parameters& device, random_stream& random, std::span<double> cells) noexcept {
  const double elapsed = drift_logarithm(device), warmth = temperature_factor(device);
  const auto drift = [&](std::size_t cell, double deviate) {
    const double mean = device.drift == drift_model::pcm
                            ? pcm_drift_exponent(cells[cell] * device.step_siemens())
                            : device.drift_exponent;
    cells[cell] *= std::exp(-elapsed * std::max(0.0, mean + device.drift_exponent_sigma * deviate));
  };
  if (elapsed > 0 && device.drift_exponent_sigma > 0)
    for_normals(random, cells.size(), drift);
  else if (elapsed > 0)
    for (std::size_t cell = 0; cell < cells.size(); ++cell) drift(cell, 0);
  if (warmth != 1)
    for (double& g : cells) g *= warmth;
}

bool reads_noisily(const device_parameters& device) noexcept {
  return device.read_noise_siemens > 0 || device.read_noise_relative > 0;
}

void read_noise(const device_parameters& device, use_stream& random, std::span<const double> cells,
                std::span<double> perturbation) noexcept {
  if (!reads_noisily(device)) {
    std::fill(perturbation.begin(), perturbation.end(), 0.0);
    return;
  }
  const double absolute = device.read_noise_siemens / device.step_siemens();
  for_normals(random, cells.size(), [&](std::size_t cell, double deviate) {
    perturbation[cell] = deviate * std::hypot(absolute, device.read_noise_relative * cells[cell]);
  });
}

}  // namespace mho::analog
