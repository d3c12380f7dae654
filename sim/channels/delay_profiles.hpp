/// \file
/// The tapped delay lines of 3GPP.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

namespace mho::sim {

/// A tap of Rayleigh fading.
struct delay_tap {
  double delay = 0;     ///< over the delay spread
  double power_db = 0;  ///< relative
};

/// One profile of 3GPP TR 38.901, section 7.7.2, as the table has it.
struct delay_profile {
  std::string name;                        ///< "tdl-a"
  std::optional<double> line_of_sight_db;  ///< power at delay 0 besides the taps
  std::vector<delay_tap> taps;
};

/// Tables 7.7.2-1 to 7.7.2-5: tdl-a to tdl-e.
std::span<const delay_profile> delay_profiles();

}  // namespace mho::sim
