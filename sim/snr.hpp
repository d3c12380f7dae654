/// \file
/// The SNR conventions and their one meaning (docs/conventions.md).
#pragma once

#include <cstddef>
#include <cstdint>

#include "scenario.hpp"

namespace mho::sim {

/// One operating point in all conventions. No noise: n0 = 0 and the others +infinity.
struct snr_point {
  double n0 = 0;        ///< variance of the complex noise at one receive antenna
  double snr_db = 0;    ///< 10 log10(E||Hx||^2 / E||n||^2) over the channel model; tx / N0 if E|h|^2 = 1
  double es_n0_db = 0;  ///< 10 log10(1 / N0)
  double eb_n0_db = 0;  ///< 10 log10(1 / (N0 bits))
  double matched_filter_db = 0;  ///< 10 log10(E||h_k||^2 / N0), h_k a column of H; rx / N0 if E|h|^2 = 1
};

/// The point at which `is` has the value `db`; `bits` a symbol, column_energy = E||h_k||^2.
snr_point make_snr_point(snr_kind is, double db, std::size_t rx, std::size_t tx, unsigned bits,
                         double column_energy);

/// The Philox stream of a point: a hash of its SNR in millionths of a dB, so that a point draws the same
/// numbers in whatever list it stands.
std::uint32_t point_stream(const snr_point& point);

}  // namespace mho::sim
