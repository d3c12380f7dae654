/// \file
/// BlockAMC: an inversion split recursively into arrays of at most N0 rows (the paper, Fig. 4 and Methods).
///
/// A = [[M1, M2], [M3, M4]]: t = M1^-1 b1; u = M3 t; x2 = M4s^-1 (b2 - u); w = M2 x2; x1 = M1^-1 (b1 - w),
/// with the Schur complement M4s = M4 - M3 M1^-1 M2, or M4 itself where refinement is to absorb the
/// difference ("reuse").
#pragma once

#include <cstddef>

#include <mho/analog.hpp>

#include "analog/accelerator.hpp"
#include "analog/device.hpp"
#include "analog/hp_mvm.hpp"

namespace mho::analog {

/// A tree of arrays for matrices of `size` rows; size is N0 2^stages. The programmed tree is a block of
/// doubles: a leaf is its map P and offset o (circuit.hpp); a node its children for M1 and M4s, then M2 and
/// M3, and the slices of their N0 x N0 tiles if those are arrays of their own.
class block_amc {
 public:
  /// What a programming draws from.
  struct draws {
    random_stream& writing;  ///< of the LP-INV arrays
    random_stream& chip;     ///< what belongs to the chip
    random_stream& slices;   ///< writing the arrays of the products
  };

  block_amc(const parameters& p, std::size_t size) : parameters_(p), size_(size), tile_(p, p.array.size) {}

  std::size_t state_size() const noexcept { return state_size(size_); }
  std::size_t program_scratch() const noexcept;
  std::size_t solve_scratch() const noexcept { return 4 * size_ + 6 * parameters_.array.size; }

  /// Cells of the LP-INV arrays, and of the products' arrays. first_shared: the first stage's M1 and M4 are
  /// one matrix, as the complex expansion's are, so that one array serves both where it is reused.
  std::uint64_t inv_cells(bool first_shared) const noexcept;
  std::uint64_t mvm_cells(bool first_shared) const noexcept;

  /// Programs every array. a is size x size, contiguous. False if a leaf does not settle (circuit.hpp).
  bool program(const double* a, const draws& random, double* state, double* scratch) const noexcept {
    return program(a, size_, random, state, scratch);
  }

  /// x = LP-INV(b), converters included unless `converters` is false (then also without offsets: the linear
  /// map alone, with exact products). `reading` draws the read noise of the products' arrays.
  void solve(const double* state, const double* b, bool converters, random_stream& reading, double* x,
             double* scratch) const noexcept {
    solve(state, size_, b, converters, reading, x, scratch);
  }

 private:
  bool is_leaf(std::size_t n) const noexcept { return n <= parameters_.array.size; }
  std::size_t state_size(std::size_t n) const noexcept;
  /// Doubles of one product's slices.
  std::size_t slices_size(std::size_t n) const noexcept;
  bool program(const double* a, std::size_t n, const draws& random, double* state,
               double* scratch) const noexcept;
  bool program_leaf(const double* a, std::size_t n, const draws& random, double* state,
                    double* scratch) const noexcept;
  void program_slices(const double* m, std::size_t n, const draws& random, double* state) const noexcept;
  void solve(const double* state, std::size_t n, const double* b, bool converters, random_stream& reading,
             double* x, double* scratch) const noexcept;
  /// y = M x for a block of n rows, in tiles of N0 with converters of their own.
  void multiply(const double* m, const double* slices, std::size_t n, const double* x, bool converters,
                random_stream& reading, double* y, double* scratch) const noexcept;

  parameters parameters_;
  std::size_t size_;
  hp_mvm tile_;
};

}  // namespace mho::analog
