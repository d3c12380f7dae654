/// \file
/// Whether the last of some cycles of refinement is a solution.
#pragma once

#include <cstddef>
#include <span>

#include <mho/error.hpp>

#include "analog/parameters/solver.hpp"

namespace mho::analog {

/// analog_solver::error_estimate of cycles with n unknowns each.
double error_estimate(std::span<const double> x, std::size_t n) noexcept;

/// analog_solver::judge; residual: of the last cycle.
status judge(const solver_parameters& solver, std::span<const double> x, std::size_t n, double residual,
             double tolerance) noexcept;

}  // namespace mho::analog
