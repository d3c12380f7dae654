/// \file
/// Nothing is timed before everything is right.
#pragma once

#include <vector>

#include "plan.hpp"

namespace bench {

/// Runs every implementation of every group on a small batch, on one slot and on two, and compares estimates
/// and variances with double precision. Prints what is wrong to standard error, and who takes no part and
/// why.
bool check_all(const std::vector<group>& plan);

}  // namespace bench
