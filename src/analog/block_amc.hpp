/// \file
/// BlockAMC: an inversion split recursively into arrays of at most N0 rows (the paper, Fig. 4 and Methods).
///
/// A = [[M1, M2], [M3, M4]]: t = M1^-1 b1; u = M3 t; x2 = M4s^-1 (b2 - u); w = M2 x2; x1 = M1^-1 (b1 - w),
/// with the Schur complement M4s = M4 - M3 M1^-1 M2, or M4 itself where refinement is to absorb the
/// difference ("reuse").
#pragma once

#include <cstddef>
#include <vector>

#include <mho/analog.hpp>

#include "analog/accelerator.hpp"
#include "analog/array.hpp"
#include "analog/device.hpp"

namespace mho::analog {

/// What one LP-INV array of a programming became, kept for those who look at its circuit.
struct leaf_record {
  /// Of array number `wanted`, counted from 0 in the order of programming; `most_rows` a leaf has.
  leaf_record(std::size_t which, std::size_t most_rows)
      : wanted(which), cells(most_rows * most_rows), offset_volt(most_rows + 1) {}
  std::size_t wanted, seen = 0;     ///< `seen`: arrays that were programmed, those that do not settle too
  std::size_t n = 0;                ///< rows; 0: it has not been seen
  std::vector<double> cells;        ///< n x n, level steps
  std::vector<double> offset_volt;  ///< n, then the bias column's op-amp
  inv_mapping map;
};

/// A tree of arrays for matrices of `size` rows; size is N0 2^stages. The programmed tree is a block of
/// doubles: a leaf is its map P and offset o (circuit.hpp); a node its children for M1 and M4s, then M2 and
/// M3.
class block_amc {
 public:
  block_amc(const parameters& p, std::size_t size) : parameters_(p), size_(size) {}

  /// Programmings from now on keep an array there; nullptr, the default: none.
  void record(leaf_record* into) noexcept { record_ = into; }

  std::size_t state_size() const noexcept { return state_size(size_); }
  std::size_t program_scratch() const noexcept;
  std::size_t solve_scratch() const noexcept { return 4 * size_ + 4 * parameters_.array.size; }

  /// Programs every array. a is size x size, contiguous. `chip` draws what belongs to the chip, `random` the
  /// writing. False if a leaf does not settle (circuit.hpp).
  bool program(const double* a, random_stream& random, random_stream& chip, double* state,
               double* scratch) const noexcept {
    return program(a, size_, random, chip, state, scratch);
  }

  /// x = LP-INV(b), converters included unless `converters` is false (then also without offsets: the linear
  /// map alone).
  void solve(const double* state, const double* b, bool converters, double* x,
             double* scratch) const noexcept {
    solve(state, size_, b, converters, x, scratch);
  }

 private:
  bool is_leaf(std::size_t n) const noexcept { return n <= parameters_.array.size; }
  std::size_t state_size(std::size_t n) const noexcept;
  bool program(const double* a, std::size_t n, random_stream& random, random_stream& chip, double* state,
               double* scratch) const noexcept;
  bool program_leaf(const double* a, std::size_t n, random_stream& random, random_stream& chip, double* state,
                    double* scratch) const noexcept;
  void solve(const double* state, std::size_t n, const double* b, bool converters, double* x,
             double* scratch) const noexcept;
  /// y = M x for a block of n rows, in tiles of N0 with converters of their own.
  void multiply(const double* m, std::size_t n, const double* x, bool converters, double* y,
                double* scratch) const noexcept;

  parameters parameters_;
  std::size_t size_;
  leaf_record* record_ = nullptr;
};

}  // namespace mho::analog
