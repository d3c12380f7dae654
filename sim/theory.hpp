/// \file
/// Which closed form is a curve's exact bit error rate.
#pragma once

#include <optional>

#include "result.hpp"
#include "scenario.hpp"

namespace mho::sim {

/// An exact bit error rate over N0 (closed_form.hpp).
struct theory {
  std::size_t points = 0;    ///< of the constellation
  std::size_t branches = 0;  ///< that fade; 0: none does
  double gain = 1;           ///< Es/N0 of the decision without fading, over 1/N0

  double ber(double n0) const;
  bool operator==(const theory&) const = default;
};

/// That of a digital linear detector: on the channel awgn, where all of them decide alike; of zero forcing on
/// fresh i.i.d. Rayleigh channels with rx >= tx; and with a single stream of all of them, which then combine
/// as MRC does. Nothing for anything else.
std::optional<theory> closed_form_of(const scenario& s, const curve& c);

}  // namespace mho::sim
