/// \file
/// Ranks over MPI.
#pragma once

#include "cluster/ranks.hpp"

namespace mho::sim {

/// Initialises MPI; null where it turns out that this process is alone. Throws input_error where MPI sees
/// other ranks than the launcher started.
std::unique_ptr<ranks> join_mpi(const launcher& started, double deadline_s);

}  // namespace mho::sim
