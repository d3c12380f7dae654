/// \file
/// What the machine can do, measured in this process: the bounds that every row is held against.
#pragma once

#include <cstddef>

namespace bench {

struct fma_peak {
  double gflops = 0;  ///< a fused multiply-add is two operations
  int bits = 0;       ///< vector width that reached it
};

/// Single precision FMA peak of `threads` threads at the best vector width up to `most_bits`, or at that
/// width.
fma_peak measure_fma_peak(unsigned threads, int most_bits = 512);

/// Bytes a second (in 1e9) of a[i] = b[i] + s c[i] over arrays larger than the last-level cache: three arrays
/// of traffic, the store not read first (non-temporal) where the machine has such stores, else the better of
/// both.
double measure_bandwidth(unsigned threads);

/// Bytes a second (in 1e9) of one thread that reads matrices of `bytes` bytes as packs of problems are read:
/// a cache line of each of eight neighbours in turn, the next eight prefetched into L2. What that order
/// costs.
double measure_crosswise(std::size_t bytes);

/// Cache sizes of processor 0, bytes; 1 MiB and 32 MiB where the system does not tell.
std::size_t l2_bytes();
std::size_t last_level_bytes();

}  // namespace bench
