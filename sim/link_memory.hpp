/// \file
/// Whether the machine has the memory that a link's threads will ask for.
#pragma once

#include <cstddef>
#include <string>

#include "scenario.hpp"

namespace mho::sim {

/// What the size of a worker's buffers depends on.
struct worker_size {
  std::size_t sets = 0;  ///< of uses that share a channel, in a chunk
  std::size_t bits = 0;  ///< a symbol
  bool draws_gram = false;
  bool is_conditional = false;
  bool estimates = false;  ///< the detectors get estimates of H
};

/// Bytes that one thread needs at least: channels, symbols, received vectors and bits of a chunk, what every
/// curve decides, and of the detectors what grows with a chunk.
double worker_bytes(const scenario& s, const worker_size& size);

/// Bytes that this process may have: of the machine, the root of its control groups (version 2), or its limit
/// of address space.
double memory_there();

/// "KEY: what is too large", if so many threads need more bytes than there are; otherwise "".
std::string obstacle_of_memory(const scenario& s, const worker_size& size, unsigned threads, double there);

}  // namespace mho::sim
