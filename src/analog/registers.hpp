/// \file
/// The digital accumulators of the refinement, should they be narrower than double precision.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>

namespace mho::analog {

/// Full scale of a register for a vector that begins with the largest magnitude `most`: a power of two, with
/// room for twice that.
inline double register_scale(double most) noexcept {
  return most > 0 && std::isfinite(most) ? std::ldexp(1.0, std::ilogb(most) + 2) : 0;
}

/// A fixed-point register of `bits` bits, sign included.
struct fixed_point {
  fixed_point(int bits, double most) noexcept {
    if (bits == 0) return;
    full_scale = analog::register_scale(most);
    step = std::ldexp(full_scale, 1 - bits);
  }
  void store(double* v, std::size_t n) const noexcept {
    if (!(step > 0)) return;
    for (std::size_t i = 0; i < n; ++i)
      v[i] = std::clamp(std::floor(v[i] / step + 0.5) * step, -full_scale, full_scale - step);
  }
  double full_scale = 0, step = 0;  // 0: double precision
};

}  // namespace mho::analog
