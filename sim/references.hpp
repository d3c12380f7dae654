/// \file
/// Which curve each curve is compared with.
#pragma once

#include <cstddef>
#include <limits>
#include <string>
#include <vector>

#include "scenario.hpp"

namespace mho::sim {

constexpr std::size_t no_reference = std::numeric_limits<std::size_t>::max();

/// The id of the curve that detector `which` is compared with: its key `reference`, else for an accelerator's
/// detector the first digital one of the same criterion ("zf" of "analog-zf"), else the first digital one. ""
/// where that is itself, or where there is no digital detector.
std::string reference_of(const scenario& s, std::size_t which);

/// The number of each curve's reference curve, in the order of all curves; no_reference where there is none.
/// A curve that its own detector's key names is the reference of the detector's other curves.
std::vector<std::size_t> reference_curves(const scenario& s);

/// What is wrong with detector `which`'s key `reference`: "must be ..."; "" if it names a curve.
std::string wrong_reference(const scenario& s, std::size_t which);

}  // namespace mho::sim
