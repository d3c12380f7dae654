/// \file
/// `mho ber --shard i/N`.
#pragma once

#include "commands.hpp"

namespace mho::sim {

/// Runs one shard: its exit status.
int run_shard(const run_arguments& a);

}  // namespace mho::sim
