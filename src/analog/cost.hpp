/// \file
/// Counts behind the cost sheet.
#pragma once

#include <mho/cost.hpp>

#include "analog/accelerator.hpp"

namespace mho::analog {

/// A system on its arrays.
struct layout {
  double unknowns = 0;  ///< N
  double rows = 0;      ///< of an array
  unsigned stages = 0;
  double padded() const;  ///< rows 2^stages
};

/// Passes of one bit-serial product with a tile: slices, bits and signs of the input, groups of rows. The
/// paper: 4 slices, 12 bits, 2 signs, 4 active rows of 4: 96 (288 in 3 cycles), each read at 4 columns.
double bit_serial_passes(double slices, double input_bits, double rows, double active_rows);

/// Real operations on vectors in one cycle: scaling to the converters' range and back at every inversion and
/// product, sums of tiles, BlockAMC's subtractions, x += dx and r -= A dx.
double vector_operations(const layout& l);

}  // namespace mho::analog
