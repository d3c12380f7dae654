/// \file
/// The solution in double precision, in plain loops that share nothing with the library or the peers.
#pragma once

#include <complex>
#include <vector>

#include "implementation.hpp"

namespace bench {

struct reference {
  std::vector<std::complex<double>> weights;  ///< W [tx][rx], unbiased: estimate = W y
  std::vector<double> variance;               ///< [tx]
  std::vector<std::complex<double>> gram;     ///< G = H^H H [tx][tx]
  /// Of the matrix that is inverted, in the 1-norm. mrc inverts none: what brings 32 2^-24 times this to the
  /// bound rx 2^-24 of a sum of rx terms.
  double condition = 1;
};

/// h row-major rx x tx.
reference solve_reference(kind k, const cf32* h, std::size_t rx, std::size_t tx, double n0);

}  // namespace bench
