#include "analog/device.hpp"

#include <algorithm>

namespace mho::analog {

double pcm_write_sigma_siemens(double target_siemens) noexcept {
  const double g = std::clamp(target_siemens / 25e-6, 0.0, 1.0);
  return (0.26348 + 1.9650 * g - 1.1731 * g * g) * 1e-6;
}

namespace {

template <class Source>
double draw_level(int level, const device_parameters& device, Source& random) noexcept {
  if (device.error == write_error::table) {
    const level_statistics& s = device.table[static_cast<std::size_t>(level)];
    double drawn;
    do drawn = s.mean + s.sigma * static_cast<double>(random.normal());
    while (drawn < s.low || drawn > s.high);
    return drawn;
  }
  const double nominal = device.off_steps() + level;
  const double width = device.error_siemens / device.step_siemens() + device.error_relative * nominal;
  switch (device.error) {
    case write_error::table:
    case write_error::none:
      return nominal;
    case write_error::uniform:
      return std::max(0.0, nominal + width * (2 * random.uniform() - 1));
    case write_error::normal:
      return std::max(0.0, nominal + width * static_cast<double>(random.normal()));
    case write_error::pcm: {
      const double sigma = pcm_write_sigma_siemens(nominal * device.step_siemens()) / device.step_siemens();
      return std::max(0.0, nominal + sigma * static_cast<double>(random.normal()));
    }
  }
  return nominal;
}

}  // namespace

double programmed_level(int level, const device_parameters& device, random_stream& random) noexcept {
  return draw_level(level, device, random);
}

double programmed_level(int level, const device_parameters& device, bulk_stream& random) noexcept {
  return draw_level(level, device, random);
}

}  // namespace mho::analog
