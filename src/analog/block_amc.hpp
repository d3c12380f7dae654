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
#include "analog/converter_bank.hpp"
#include "analog/device.hpp"

namespace mho::analog {

/// What programming a tree of arrays draws from.
struct tree_draws {
  random_stream& writing;  ///< write errors
  random_stream& ageing;   ///< drift exponents
  random_stream& chip;     ///< op-amp offsets
  std::uint64_t seed = 1;  ///< of the chip: stuck cells
};

/// A tree of arrays for matrices of `size` rows; size is N0 2^stages. The programmed tree is a block of
/// doubles: a leaf is its map P and offset o (circuit.hpp); a node its children for M1 and M4s, then M2 and
/// M3.
class block_amc {
 public:
  block_amc(const parameters& p, std::size_t size) : parameters_(p), size_(size) {}

  std::size_t state_size() const noexcept { return state_size(size_); }
  std::size_t program_scratch() const noexcept;
  std::size_t solve_scratch() const noexcept { return 4 * size_ + 4 * parameters_.array.size; }

  /// Programs every array. a is size x size, contiguous. False if a leaf does not settle (circuit.hpp).
  bool program(const double* a, const tree_draws& draws, double* state, double* scratch) const noexcept {
    return program(a, size_, 1, draws, state, scratch);
  }

  /// x = LP-INV(b), converters included unless `converters` is null (then also without offsets: the linear
  /// map alone).
  void solve(const double* state, const double* b, const conversion* converters, double* x,
             double* scratch) const noexcept {
    solve(state, size_, inv_first, b, converters, x, scratch);
  }

 private:
  bool is_leaf(std::size_t n) const noexcept { return n <= parameters_.array.size; }
  std::size_t state_size(std::size_t n) const noexcept;
  // place: of the block in the tree, as in a heap (array_place).
  bool program(const double* a, std::size_t n, std::uint64_t place, const tree_draws& draws, double* state,
               double* scratch) const noexcept;
  bool program_leaf(const double* a, std::size_t n, std::uint64_t place, const tree_draws& draws,
                    double* state, double* scratch) const noexcept;
  // place: of the converters (converter_bank.hpp), should this be a leaf.
  void solve(const double* state, std::size_t n, std::size_t place, const double* b,
             const conversion* converters, double* x, double* scratch) const noexcept;
  // y = M x for a block of n rows, in tiles of N0 with a conversion each.
  void multiply(const double* m, std::size_t n, std::size_t place, const double* x,
                const conversion* converters, double* y, double* scratch) const noexcept;

  parameters parameters_;
  std::size_t size_;
};

}  // namespace mho::analog
