/// \file
/// Digital-to-analogue and analogue-to-digital converters.
#pragma once

#include <cstddef>

namespace mho::analog {

/// Steps to each side of zero; 0: no converter.
double converter_steps(int bits) noexcept;

/// Symmetric mid-tread converter of `bits` bits, 2^(bits-1) - 1 steps to each side, the vector scaled by its
/// own largest magnitude. 0 bits: no converter. from may be to.
void convert(const double* from, std::size_t n, int bits, double* to) noexcept;

}  // namespace mho::analog
