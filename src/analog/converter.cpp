#include "analog/converter.hpp"

#include <algorithm>
#include <cmath>

namespace mho::analog {

double converter_steps(int bits) noexcept {
  return bits == 0 ? 0 : std::max(1.0, std::ldexp(1.0, bits - 1) - 1);
}

void convert(const double* from, std::size_t n, int bits, double* to) noexcept {
  double full_scale = 0;
  for (std::size_t i = 0; i < n; ++i) full_scale = std::max(full_scale, std::abs(from[i]));
  if (bits == 0 || !(full_scale > 0)) {
    std::copy_n(from, n, to);
    return;
  }
  const double steps = converter_steps(bits);
  for (std::size_t i = 0; i < n; ++i)
    to[i] = std::floor(from[i] / full_scale * steps + 0.5) / steps * full_scale;
}

}  // namespace mho::analog
