/// \file
/// Norms of vectors of doubles, in plain loops.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>

namespace mho::analog {

/// sqrt of the sum of squares, added in their order.
inline double norm(const double* v, std::size_t n) noexcept {
  double sum = 0;
  for (std::size_t i = 0; i < n; ++i) sum += v[i] * v[i];
  return std::sqrt(sum);
}

/// The largest magnitude; 0 of none.
inline double largest(const double* v, std::size_t n) noexcept {
  double most = 0;
  for (std::size_t i = 0; i < n; ++i) most = std::max(most, std::abs(v[i]));
  return most;
}

}  // namespace mho::analog
