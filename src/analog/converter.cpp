#include "analog/converter.hpp"

#include <algorithm>
#include <cmath>

#include "analog/norms.hpp"

namespace mho::analog {
double converter_steps(int bits) noexcept {
  return bits == 0 ? 0 : std::max(1.0, std::ldexp(1.0, bits - 1) - 1);
}

void convert(const double* from, std::size_t n, int bits, double* to) noexcept {
  const double full_scale = largest(from, n);
  if (bits == 0 || !(full_scale > 0)) {
    std::copy_n(from, n, to);
    return;
  }
  const double steps = converter_steps(bits);
  for (std::size_t i = 0; i < n; ++i)
    to[i] = std::floor(from[i] / full_scale * steps + 0.5) / steps * full_scale;
}

std::size_t mid_tread_steps(int bits) noexcept { return bits > 1 ? (std::size_t{1} << (bits - 1)) - 1 : 1; }

void convert_with_errors(const double* from, std::size_t n, int bits, bool power_of_two,
                         const double* error_lsb, double* to) noexcept {
  double full_scale = largest(from, n);
  if (bits == 0 || !(full_scale > 0) || !std::isfinite(full_scale)) {
    std::copy_n(from, n, to);
    return;
  }
  if (power_of_two) {
    int exponent = 0;
    const double mantissa = std::frexp(full_scale, &exponent);  // in [1/2, 1)
    full_scale = mantissa > 0.5 ? std::ldexp(1.0, exponent) : full_scale;
  }
  const std::size_t most = mid_tread_steps(bits);
  const auto steps = static_cast<double>(most);
  for (std::size_t i = 0; i < n; ++i) {
    double code = std::floor(from[i] / full_scale * steps + 0.5);
    if (error_lsb != nullptr && std::abs(code) <= steps)  // NaN has no code
      code += error_lsb[i * (2 * most + 1) + static_cast<std::size_t>(code + steps)];
    to[i] = code / steps * full_scale;
  }
}

}  // namespace mho::analog
