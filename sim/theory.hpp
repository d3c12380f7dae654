/// \file
/// Which closed form is a curve's exact bit error rate.
#pragma once

#include <optional>
#include <vector>

#include "result.hpp"
#include "scenario.hpp"

namespace mho::sim {

/// Streams that have the same law.
struct stream_gain {
  double gain = 1;  ///< power: mean SNR of the decision (of one branch, if it fades) over 1/N0
  std::size_t streams = 1;

  bool operator==(const stream_gain&) const = default;
};

/// An exact bit error rate over N0 (closed_form.hpp): the mean over the streams.
struct theory {
  std::size_t points = 0;                     ///< of the constellation
  std::size_t branches = 0;                   ///< that fade; 0: none does
  std::vector<stream_gain> gains = {{1, 1}};  ///< ascending, no gain twice

  double ber(double n0) const;
  bool operator==(const theory&) const = default;
};

/// That of a digital linear detector that knows the channel:
/// - on the channel awgn, where all of them decide alike;
/// - with a single stream, where all of them decide as MRC does: on the channels below, and on
///   every model but recorded if each channel is scaled to the mean energy (snr_normalisation): AWGN then;
/// - of zero forcing with rx >= tx on fresh Rayleigh channels with uncorrelated receive antennas, with any
///   correlation of the streams and any fixed gains. Rows of H of covariance C divide the SNR of stream k by
///   [C^-1]_kk (D. Gore, R. W. Heath and A. Paulraj, "On performance of the zero forcing receiver in presence
///   of transmit correlation", ISIT 2002).
///
/// It is the rate in exact arithmetic. Nothing for anything else.
std::optional<theory> closed_form_of(const scenario& s, const curve& c);

}  // namespace mho::sim
