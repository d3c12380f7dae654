/// \file
/// Kernels of random numbers, one table a target; all give the same bits. Words: Philox4x32-10 (Salmon,
/// Moraes, Dror, Shaw: Parallel random numbers: as easy as 1, 2, 3, SC 2011). Normals: Box and Muller's pairs
/// (1958), one of words 0 and 1 of a block and one of words 2 and 3.
#pragma once

#include <cstddef>
#include <cstdint>

namespace mho {

/// Where a draw stands: blocks of four words, numbered by counter[0] modulo 2^32.
struct philox_position {
  std::uint32_t key[2];
  std::uint32_t counter[4];
};

struct normal_kernels {
  /// The 4 * blocks words from a position on.
  void (*words)(const philox_position& from, std::size_t blocks, std::uint32_t* out);
  /// `scale` times N(0, 1), the normals of the blocks from a position on: ceil(count / 4) blocks are made.
  void (*normals)(const philox_position& from, std::size_t count, float scale, float* out);
};

/// Kernels of a target of kernels/targets.hpp; null if the library has none.
const normal_kernels* find_normal_kernels(std::int64_t target) noexcept;
const normal_kernels* find_half_normal_kernels(std::int64_t target) noexcept;

/// The pair of two words, as the kernels make it.
void box_muller(std::uint32_t first, std::uint32_t second, float scale, float (&pair)[2]) noexcept;

}  // namespace mho
