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
#include "analog/hp_mvm.hpp"
#include "analog/leaf.hpp"

namespace mho::analog {

/// What programming a tree of arrays draws from.
struct tree_draws {
  leaf_draws arrays;             ///< of the LP-INV arrays
  random_stream& slices;         ///< write errors of the arrays of the products
  random_stream& slices_ageing;  ///< and their drift exponents
};

/// A tree of arrays for matrices of `size` rows; size is N0 2^stages. The programmed tree is a block of
/// doubles: a leaf is what leaf.hpp says, its map P and offset o first; a node its children for M1 and M4s,
/// then M2 and M3, and the slices of their N0 x N0 tiles if those are arrays of their own. `program` and
/// `solve` throw what those of its leaves do.
class block_amc {
 public:
  block_amc(const parameters& p, std::size_t size)
      : parameters_(p), size_(size), leaf_(p), tile_(p, p.array.size) {}

  /// Programmings from now on keep an array there; nullptr, the default: none.
  void record(leaf_record* into) noexcept { record_ = into; }

  std::size_t state_size() const noexcept { return state_size(size_); }
  std::size_t program_scratch() const noexcept;
  std::size_t solve_scratch() const noexcept;

  /// Programs every array. a is size x size, contiguous. False if a leaf does not settle (circuit.hpp).
  bool program(const double* a, const tree_draws& draws, double* state, double* scratch) const {
    return program(a, size_, 1, draws, state, scratch);
  }

  /// x = LP-INV(b). `reading` draws what belongs to one read. converters: nullptr for the linear map alone,
  /// without offsets and with exact products.
  void solve(const double* state, const double* b, const conversion* converters, use_stream& reading,
             double* x, double* scratch) const {
    solve(state, size_, inv_first, b, {converters, &reading}, x, scratch);
  }

 private:
  struct read_path {
    const conversion* converters;
    use_stream* reading;
  };

  bool is_leaf(std::size_t n) const noexcept { return n <= parameters_.array.size; }
  std::size_t state_size(std::size_t n) const noexcept;
  std::size_t slices_size(std::size_t n) const noexcept;  // doubles of one product's slices
  // place: of the block in the tree, as in a heap (array_place).
  bool program(const double* a, std::size_t n, std::uint64_t place, const tree_draws& draws, double* state,
               double* scratch) const;
  void program_slices(const double* m, std::size_t n, std::uint64_t place, const tree_draws& draws,
                      double* state) const noexcept;
  // place: of the converters (converter_bank.hpp), should this be a leaf.
  void solve(const double* state, std::size_t n, std::size_t place, const double* b, const read_path& read,
             double* x, double* scratch) const;
  // y = M x for a block of n rows, in tiles of N0 with a conversion each.
  void multiply(const double* m, const double* slices, std::size_t n, std::size_t place, const double* x,
                const read_path& read, double* y, double* scratch) const noexcept;

  parameters parameters_;
  std::size_t size_;
  inv_leaf leaf_;
  hp_mvm tile_;
  leaf_record* record_ = nullptr;
};

}  // namespace mho::analog
