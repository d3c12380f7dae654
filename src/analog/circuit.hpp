/// \file
/// The closed-loop inversion circuit: whether one programmed array settles, and its steady state as a linear
/// map.
#pragma once

#include <cstddef>

#include "analog/array.hpp"

namespace mho::analog {

/// Whether the loop settles. Its op-amps, one pole each, follow X' = -w U B X (realise_inv's B and U, ideal
/// gain): it does if every eigenvalue of U B has a positive real part. That is asked twice, of the bias
/// column's amplifier as fast as the rows' ones and of an infinitely fast one, because what its lag alone
/// keeps from running away is not counted on. A negative diagonal has no resistor: false.
///
/// One Cholesky factorisation is enough where the symmetric part of the programmed matrix is positive
/// definite (every Gram matrix that rounding and write errors left so): D B + B^T D is then positive definite
/// with D = diag(I, bias), so D U^-1 is a Lyapunov matrix of U B for any loads; without a bias column the
/// rows are on their own. bias_cells: n, level steps, of a programmed bias column; nullptr: exact resistors.
/// Scratch: 3 (n + 1)^2 + (n + 1).
bool settles(const double* cells, const inv_mapping& map, std::size_t n, double* scratch,
             const double* bias_cells = nullptr) noexcept;

/// The map x = P b + o f of a programmed array, P (n x n) and o (n): f is the full scale of the read-out.
///
/// Unknowns are the n op-amp outputs x and the inverter's s that drives the bias column:
///     [[cells + diagonal I, bias j], [j^T, 1]] [x; s] = [b; 0].
/// With a finite open-loop gain L0 and offsets v, Kirchhoff's current law gives (B + U^-1 / L0) X = b + U^-1
/// v with U = diag(1 / (g_in + row sum of B)), the input conductance g_in that of the top level. The read-out
/// is auto-ranged: the largest output is at the clamp, so an offset of v volts weighs v / clamp of the
/// largest unknown. Scratch: 2 (n + 1)^2 + (n + 1). False if the loop has no steady state.
bool realise_inv(const double* cells, const inv_mapping& map, std::size_t n,
                 const circuit_parameters& circuit, const double* offset_volt, double* inverse,
                 double* offset, double* scratch, const double* bias_cells = nullptr) noexcept;

/// Inverts an n x n matrix by Gauss-Jordan elimination with partial pivoting; destroys a. False if it is
/// singular.
bool invert(double* a, std::size_t n, double* inverse) noexcept;

}  // namespace mho::analog
