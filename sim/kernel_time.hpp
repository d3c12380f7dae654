/// \file
/// How long the library's own FP32 zero forcing takes here: one core, a batch of problems, the public
/// interface.
#pragma once

#include <cstddef>
#include <optional>

namespace mho::sim {

/// What is timed, a received vector each.
enum class kernel_work {
  cholesky,  ///< factor and solve a given Gram matrix
  fresh,     ///< Gram matrix, factor and solve, a new channel for every vector
  prepared,  ///< a channel is prepared once for `uses` vectors
};

/// Seconds a received vector: the median over calls, which go on for `budget_s`. Estimate and variance are
/// written. Nothing where the size is beyond what is worth waiting for (256 streams).
std::optional<double> kernel_seconds(kernel_work work, std::size_t rx, std::size_t tx, std::size_t uses,
                                     double budget_s);

}  // namespace mho::sim
