/// \file
/// HP-MVM: the precise product as low-precision arrays make it (the paper, Fig. 2 and Methods). A matrix of
/// n slices of 3-bit digits, sign and magnitude, on differential pairs; inputs a bit at a time, the two signs
/// in passes of their own; a few rows at a time, whose sum an ADC reads; shift and add, digital and exact.
#pragma once

#include <cstddef>
#include <cstdint>

#include <mho/random.hpp>

#include "analog/accelerator.hpp"

namespace mho::analog {

/// The arrays of n x n matrices. A programmed matrix is a block of doubles: the scale s of its slices, then
/// slice by slice, most significant first, the difference of each pair's conductances in level steps.
class hp_mvm {
 public:
  hp_mvm(const parameters& p, std::size_t n);

  std::size_t state_size() const noexcept;
  std::size_t scratch_size() const noexcept { return 2 * n_; }

  /// Passes of one product: slices * input bits * 2 signs * ceil(n / active rows); each reads n outputs.
  std::uint64_t passes() const noexcept;
  std::uint64_t reads() const noexcept { return passes() * n_; }
  /// Cells of the pairs of every slice.
  std::uint64_t cells() const noexcept;

  /// Writes the digits of A truncated (array.hpp), row-major with that row stride; each cell of a pair is a
  /// draw of its own, the digit 0 included.
  void program(const double* a, std::size_t stride, double scale, random_stream& writing,
               double* state) const noexcept;

  /// The input codes that x becomes: integers within +-(2^input_bits - 1), nearest, of steps of
  /// full_scale / (2^input_bits - 1); what is beyond the full scale is cut off. Returns the step. codes may
  /// be x.
  double quantise(const double* x, double full_scale, double* codes) const noexcept;

  /// y = A x for x = step * codes. Without errors, and with an ADC wide enough, the integer product of digits
  /// and codes, exact up to 53 bits, times its unit. `reading` draws the read noise, if there is any.
  void multiply(const double* state, const double* codes, double step, random_stream& reading, double* y,
                double* scratch) const noexcept;

 private:
  double read(double level_steps) const noexcept;

  device_parameters device_;
  std::size_t n_, group_;
  int slices_, input_bits_;
  double adc_step_, adc_codes_;  // level steps a code, codes to each side
  double noise_;                 // level steps
};

}  // namespace mho::analog
