#include "analog/device.hpp"

#include <algorithm>
#include <array>
#include <cmath>

namespace mho::analog {
namespace {

struct level_statistics {
  double mean, sigma, low, high;  // uS
};

// Zuo et al. 2025, Fig. 2c: 400 cells after write-verify.
constexpr std::array<level_statistics, 8> measured{{{0.37, 0.056, 0.22, 0.52},
                                                    {4.93, 0.61, 3.75, 6.20},
                                                    {9.94, 0.69, 8.80, 11.20},
                                                    {14.98, 0.68, 13.85, 16.20},
                                                    {19.95, 0.64, 18.80, 21.20},
                                                    {24.92, 0.64, 23.80, 26.15},
                                                    {30.13, 0.70, 28.75, 31.20},
                                                    {34.95, 0.66, 33.75, 36.15}}};

template <class Source>
double draw_level(int level, const device_parameters& device, Source& random) noexcept {
  const double nominal = level;
  switch (device.error) {
    case write_error::none:
      return nominal;
    case write_error::table: {
      const level_statistics& s = measured[static_cast<std::size_t>(level)];
      double microsiemens;
      do microsiemens = s.mean + s.sigma * static_cast<double>(random.normal());
      while (microsiemens < s.low || microsiemens > s.high);
      return microsiemens * 1e-6 / level_step_siemens;
    }
    case write_error::uniform:
      return std::max(0.0, nominal + device.error_siemens / level_step_siemens * (2 * random.uniform() - 1));
    case write_error::normal:
      return std::max(
          0.0, nominal + device.error_siemens / level_step_siemens * static_cast<double>(random.normal()));
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
