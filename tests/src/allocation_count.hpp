/// \file
/// Counts what this program allocates, and lets memory run out.
#pragma once

#include <atomic>
#include <cstddef>

namespace mho::test {

/// Whether malloc and its kin are counted, by which operator new and Eigen allocate. Sanitizers and C
/// libraries other than glibc bring a malloc that cannot be replaced in part: operator new alone is counted.
extern const bool counts_malloc;

/// So many there were.
extern std::atomic<std::size_t> allocations;

/// As many succeed, counted from the program's beginning.
extern std::atomic<std::size_t> fails_from;

}  // namespace mho::test
