/// \file
/// Errors of a chunk, counted unit by unit.
#pragma once

#include <vector>

#include "link.hpp"

namespace mho::sim {

/// What was sent and what the curves made of it.
struct decisions {
  const std::vector<std::uint8_t>& sent;                       ///< [use, bits]
  const std::vector<std::vector<std::uint8_t>>& decided;       ///< a curve: [use, bits]
  const std::vector<std::vector<status>>& state;               ///< a curve: [use]
  const std::vector<std::vector<double>>* expected = nullptr;  ///< a curve: [use], of a conditional link
};

/// Counts the first `uses` uses of chunk `index`, one tally a curve.
void count_errors(const link& l, std::uint64_t index, std::size_t uses, const decisions& d,
                  std::span<tally> counts);

}  // namespace mho::sim
