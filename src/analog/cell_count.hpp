/// \file
/// How a system lies on its arrays, and how many cells that takes.
#pragma once

#include <mho/analog.hpp>

#include "analog/accelerator.hpp"

namespace mho::analog {

/// BlockAMC's stages of n unknowns on arrays of so many rows.
unsigned stages_for(std::size_t n, std::size_t array_rows) noexcept;

/// A system on its arrays.
struct system_layout {
  std::size_t unknowns = 0;  ///< N, real
  std::size_t rows = 0;      ///< of an array; N, or as many as 2^stages arrays need
  unsigned stages = 0;
  bool expanded = false;  ///< [[R, -S], [S, R]]
};

/// Cells that one programming writes. LP-INV: an array a leaf, two of "pair", a column more of a programmed
/// bias; the first stage's M1 and M4 of an expanded system are both R, and one array serves both where it is
/// reused ("One Re(A) circuit serves both blocks": Zuo et al., Nature Electronics 8, 1222 (2025)). HP-MVM: a
/// differential pair an entry of A and slice, R and S of an expanded system once, for a sign is only which
/// side of a pair is subtracted. BlockAMC's own products likewise if they have arrays: M2 = -S and M3 = S are
/// one.
cell_count programmed_cells(const parameters& p, const system_layout& l) noexcept;

}  // namespace mho::analog
