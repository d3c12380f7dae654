/// \file
/// What belongs to a chip: cells that cannot be written, offsets of its op-amps; and how long cells last.
#pragma once

#include <span>

#include "analog/device.hpp"

namespace mho::analog {

/// Which of the arrays that share a place in the circuit.
enum class array_role : std::uint8_t { plus, minus, bias };

/// Where an array stands on its chip. One seed is one chip.
struct array_place {
  std::uint64_t seed = 1;
  std::uint64_t place = 0;  ///< below most_places: an LP-INV array of BlockAMC has its number in the tree as
                            ///< in a heap (root 1, the children of k are 2 k and 2 k + 1)
  array_role role = array_role::plus;
};

constexpr std::size_t most_array_rows = std::size_t{1} << 14;

constexpr std::uint64_t most_places = std::uint64_t{1} << 52;

/// The largest solver: so many real unknowns on arrays of one row are so many stages, and so many slices.
constexpr unsigned most_stages = 13;
constexpr std::uint64_t most_slices = 16;

/// Places of the other arrays: the slices of HP-MVM, one a slice (two sets of a complex matrix), and those of
/// BlockAMC's products, up to product_tiles (tiles times slices) for each of the two products of a block.
constexpr std::uint64_t hp_mvm_place = std::uint64_t{1} << 36;
constexpr std::uint64_t product_tiles = most_slices << (2 * (most_stages - 1));
constexpr std::uint64_t product_place(std::uint64_t block) noexcept {
  return 2 * hp_mvm_place + 2 * block * product_tiles;
}
// Arrays are below the products, of blocks 1 .. 2^most_stages - 1.
static_assert((std::uint64_t{2} << most_stages) <= hp_mvm_place);
static_assert(hp_mvm_place + 2 * most_slices <= product_place(1));
static_assert(product_place(std::uint64_t{1} << most_stages) <= most_places);

/// Whether `stick` changes anything.
bool has_stuck_cells(const device_parameters& device) noexcept;

/// Overwrites the stuck cells of a programmed array (rows x columns, contiguous, level steps; at most
/// most_array_rows rows): stuck on has exactly on_siemens, stuck off exactly off_siemens; they neither drift
/// nor feel the temperature. Which cells is the chip's alone: a function of (seed, place, role, row, column),
/// the same for every programming and for smaller matrices in the same array. A cell whose uniform draw u is
/// below stuck_on_share is stuck on, one with u >= 1 - stuck_off_share off: a larger share keeps the faults
/// of a smaller one.
void stick(const device_parameters& device, const array_place& where, std::size_t rows, std::size_t columns,
           std::span<double> cells) noexcept;

/// The op-amps of an array, volts: uniform within plus and minus `bound`, zeros if that is zero. A function
/// of (seed, place, role, row): an array's rows are array_role::plus, its inverters minus, its bias column's
/// op-amp the only one of role bias. Equal for every programming and for smaller matrices in the same array.
void draw_offsets(double bound, const array_place& where, std::size_t count, double* offset_volt) noexcept;

/// The probability that none of `cells` cells is stuck: (1 - on - off)^cells.
double array_yield(const device_parameters& device, double cells) noexcept;

/// Seconds until cells that are written `writes_per_s` times a second reach their endurance, after
/// writes_so_far; 0 if they have, infinite if they are never written or nothing limits them.
double lifetime_s(const device_parameters& device, double writes_per_s) noexcept;

}  // namespace mho::analog
