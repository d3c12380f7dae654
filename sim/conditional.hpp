/// \file
/// Expected bit errors over the noise alone.
#pragma once

#include <complex>
#include <cstdint>
#include <vector>

#include <mho/constellation.hpp>

namespace mho::sim {

/// The expected number of wrong bits of a hard decision, given all but the noise.
///
/// A linear detector decides stream k on (W H x)_k + (W n)_k. Given the channel and the symbols of all
/// streams the first term is known and the second is complex Gaussian, so each axis errs with sums of
/// Gaussian tails at the edges of the decision regions. Averaged over channels and symbols this is the bit
/// error rate, without bias for every linear detector; given the channel alone the interference would be
/// taken for Gaussian, which it is not (F. Jeruchim, "Techniques for estimating the bit error rate in the
/// simulation of digital communication systems", IEEE J. Sel. Areas Commun. 2(1), 1984, calls it
/// quasi-analytical).
class conditional_errors {
 public:
  explicit conditional_errors(const constellation& symbols);

  /// Of the symbol with label `sent`, decided on mean + CN(0, variance), variance >= 0.
  double of_symbol(std::uint32_t sent, std::complex<double> mean, double variance) const;

 private:
  // Level indices of one axis, from the most negative one.
  struct place {
    std::uint32_t real = 0, imag = 0;
  };
  double of_axis(std::uint32_t sent, const std::vector<std::uint8_t>& distance, double mean,
                 double deviation) const;

  constellation symbols_;
  std::size_t count_;                                        // levels of an axis
  std::vector<double> edge_;                                 // between neighbouring levels
  std::vector<place> at_;                                    // of every label
  std::vector<std::uint8_t> real_distance_, imag_distance_;  // [level][level]: bits that differ
};

}  // namespace mho::sim
