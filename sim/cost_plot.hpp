/// \file
/// The plot of a cost comparison.
#pragma once

#include <string>

#include <mho/error.hpp>

#include "result_file.hpp"

namespace mho::sim {

/// Writes folder/cost.gnuplot and runs it: cost.svg and cost.png. Two panels over N, both axes logarithmic:
/// of the paper's count throughput and efficiency, of a whole link time and energy a received vector;
/// accelerators as lines with points, single arrays dashed, baselines as thin lines. Errors: unsupported if
/// gnuplot cannot be started or fails; the script stays.
result<bool> plot_cost(const std::string& folder, const json& comparison);

}  // namespace mho::sim
