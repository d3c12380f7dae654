/// \file
/// Rates out of a result of mho-bench (Google Benchmark's JSON).
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

namespace mho::sim {

/// A row DETECTOR/MODE/RXxTX/IMPLEMENTATION/batch:N of mho-bench.
struct bench_row {
  std::string detector, mode, implementation;
  std::size_t rx = 0, tx = 0;
  double problems_per_s = 0;  ///< received vectors a second
};

/// The rows of that form in a file of `mho-bench --benchmark_out=FILE` whose rate and its inverse are
/// positive numbers. Throws input_error.
std::vector<bench_row> read_bench(const std::string& path);

/// Seconds a received vector at the fastest batch of an implementation, zero forcing or MMSE, which do the
/// same work; rx 0: any.
std::optional<double> bench_seconds(const std::vector<bench_row>& rows, const std::string& implementation,
                                    const std::string& mode, std::size_t rx, std::size_t tx);

}  // namespace mho::sim
