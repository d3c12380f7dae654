/// \file
/// Curves as gnuplot draws them.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "result.hpp"
#include "theory.hpp"

namespace mho::sim {

struct drawn_curve {
  const curve* measured = nullptr;
  std::string label;            ///< in the legend
  std::optional<theory> exact;  ///< drawn dashed, once for all curves that have the same
};

/// Parts of a gnuplot script.
struct ber_drawing {
  std::string data, ranges;  ///< data blocks, and the ranges of both axes
  std::string plot;          ///< "plot ..." without a line end
  std::size_t longest_label = 0, legend_entries = 0;
  bool bounds = false;  ///< whether a point without errors is drawn
};

ber_drawing draw_curves(const std::vector<drawn_curve>& curves);

}  // namespace mho::sim
