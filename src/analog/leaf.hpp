/// \file
/// One LP-INV array: from a block of A to what its circuit makes of a right-hand side.
#pragma once

#include <cstddef>
#include <vector>

#include "analog/accelerator.hpp"
#include "analog/array.hpp"
#include "analog/network.hpp"
#include "analog/use_stream.hpp"

namespace mho::analog {

/// An array as it stands on the chip. Pointers are into memory of the one who made it.
struct held_array {
  std::size_t n = 0;  ///< rows
  inv_mapping map;
  const double* plus = nullptr;                  ///< n x n, level steps
  const double* minus = nullptr;                 ///< of "pair": n x n; else nullptr
  const double* bias = nullptr;                  ///< of a programmed bias column: n; else nullptr
  const double* offset_volt = nullptr;           ///< n, then the bias column's op-amp
  const double* inverter_offset_volt = nullptr;  ///< of "pair": n
};

/// The array with its bias column and its diagonal resistors, between sources. Allocates.
inv_cells cells_of(const held_array& array, const parameters& p);

/// What one LP-INV array of a programming became, kept for those who look at its circuit.
struct leaf_record {
  /// Of array number `wanted`, counted from 0 in the order of programming.
  explicit leaf_record(std::size_t which) : wanted(which) {}
  std::size_t wanted, seen = 0;  ///< `seen`: arrays that were programmed, those that do not settle too
  std::vector<double> cells;     ///< what `array` points to
  held_array array;              ///< n = 0: it has not been seen
};

/// What programming an array draws from.
struct leaf_draws {
  random_stream& writing;  ///< write errors
  random_stream& ageing;   ///< drift exponents
  std::uint64_t seed = 1;  ///< of the chip: stuck cells, op-amp offsets
};

/// How arrays are made and read under an accelerator's parameters.
///
/// The plain case, one array between op-amps with gain and offset, has a short way (circuit.hpp) that
/// neither allocates nor depends on siemens. Wires, two arrays, resistances and capacitances of the op-amps,
/// their clamp and thermal noise take the general one (closed_array.hpp), which allocates. Read noise and the
/// clamp make every read another circuit.
class inv_leaf {
 public:
  explicit inv_leaf(const parameters& p) : parameters_(p) {}

  /// Whether the general way is needed.
  static bool needs_network(const parameters& p) noexcept;
  /// Whether every read is a circuit of its own.
  static bool differs_by_read(const parameters& p) noexcept;

  /// Doubles of a programmed array of n rows: its map P, its offset o, then what the parameters ask for.
  std::size_t state_size(std::size_t n) const noexcept;
  std::size_t program_scratch(std::size_t n) const noexcept;
  std::size_t solve_scratch(std::size_t n) const noexcept;

  /// Maps a (n x n, contiguous), writes it and closes the loop. place: array_place. False if it does not
  /// settle. std::bad_alloc where memory runs out for a network (needs_network).
  bool program(const double* a, std::size_t n, std::uint64_t place, const leaf_draws& draws, double* state,
               double* scratch, leaf_record* record) const;

  /// x = what the circuit gives for b, without converters: P b, and errors that belong to one read. Not a
  /// number if a read's circuit has no rest. std::bad_alloc as `program`.
  void solve(const double* state, std::size_t n, const double* b, use_stream& reading, double* x,
             double* scratch) const;

 private:
  std::size_t cell_count(std::size_t n) const noexcept;
  void write(const double* a, held_array& array, std::uint64_t place, const leaf_draws& draws,
             double* memory) const noexcept;
  bool close(const held_array& array, double* map, double* offset, double* noise, double* scratch) const;
  bool close_general(const held_array& array, double* map, double* offset, double* noise) const;
  bool solve_read(const double* kept, std::size_t n, const double* b, use_stream& reading, double* x,
                  double* scratch) const;
  bool read_general(const held_array& array, const double* b, double* x) const;

  parameters parameters_;
};

}  // namespace mho::analog
