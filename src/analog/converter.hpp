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

/// The same DAC with a full scale of the next power of two (a shift; `power_of_two`) and static errors: code
/// k of lane i, k = -steps .. steps, gives off by error_lsb[i * (2 * steps + 1) + k + steps] steps. Null:
/// none.
void convert_with_errors(const double* from, std::size_t n, int bits, bool power_of_two,
                         const double* error_lsb, double* to) noexcept;

/// Steps to each side of the mid-tread converter of `bits` bits.
std::size_t mid_tread_steps(int bits) noexcept;

}  // namespace mho::analog
