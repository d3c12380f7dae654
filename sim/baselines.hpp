/// \file
/// What an accelerator is compared with: processors whose rates are published, each named.
#pragma once

#include <cstddef>
#include <span>

namespace mho::sim {

/// A processor by its published rates.
struct processor {
  const char* name;
  const char* source;
  const char* power_basis;
  const char* reading;  ///< what a comparison with it says, and what not
  double operations_per_s;
  double operations_per_j;
};

/// The baselines of Zuo et al. 2025 as printed there, then a whole GPU by its data sheet.
std::span<const processor> published_processors();

/// "One core" of the paper's GPU is one of so many.
constexpr double h100_cores = 16896;

/// Real operations of a digital processor on one received vector, `uses` of which share a channel: Gram
/// matrix 4 rx tx^2, Cholesky factorisation and diagonal of the inverse 8/3 tx^3 once a channel; matched
/// filter 8 rx tx and two triangular solutions 8 tx^2 each time. The complex system as it is, not its real
/// expansion.
double detection_operations(std::size_t rx, std::size_t tx, std::size_t uses);

}  // namespace mho::sim
