/// \file
/// Chunks of work over threads.
#pragma once

#include <cstddef>
#include <functional>

namespace mho::sim {

/// body(index, worker) for every index in [0, count), on at most `threads` threads; `worker` < threads, and
/// no two calls of the same worker run at once. The first exception is rethrown when all threads have ended.
void for_chunks(std::size_t count, unsigned threads, const std::function<void(std::size_t, unsigned)>& body);

/// The processors there are, at least 1.
unsigned available_threads();

}  // namespace mho::sim
