/// \file
/// HP-MVM: the precise product as low-precision arrays make it (the paper, Fig. 2 and Methods). A matrix of
/// n slices of digits (3 bits of 8 levels), sign and magnitude, on differential pairs; inputs a bit at a
/// time, the two signs in passes of their own; a few rows at a time, whose sum an ADC reads; shift and add,
/// digital and exact.
#pragma once

#include <cstddef>
#include <cstdint>

#include "analog/accelerator.hpp"
#include "analog/array.hpp"
#include "analog/use_stream.hpp"

namespace mho::analog {

/// The arrays of n x n matrices. A programmed matrix is a block of doubles: the scale s of its slices, then
/// the positive sides slice by slice, most significant first, and the negative ones, in level steps.
class hp_mvm {
 public:
  hp_mvm(const parameters& p, std::size_t n);

  std::size_t state_size() const noexcept;
  std::size_t scratch_size() const noexcept { return 2 * n_; }
  std::size_t program_scratch() const noexcept { return state_size() / 2; }  ///< of `program_expanded`

  /// Passes of one product: slices * input bits * 2 signs * ceil(n / active rows); each reads n outputs.
  std::uint64_t passes() const noexcept;
  std::uint64_t reads() const noexcept { return passes() * n_; }
  /// Writes the digits of A truncated (array.hpp, program_slices), row-major with that row stride.
  void program(const double* a, std::size_t stride, double scale, const array_draws& draws,
               double* state) const noexcept;
  /// The same of [[R, -S], [S, R]], contiguous: R and S are written once each and serve two blocks, -S with
  /// the sides of its pairs exchanged. S draws its faults at the slices' places after those of R.
  void program_expanded(const double* a, double scale, const array_draws& draws, double* state,
                        double* scratch) const noexcept;
  /// The state of -A from that of A.
  void negate(const double* state, double* negative) const noexcept;

  /// The input codes that x becomes: integers within +-(2^input_bits - 1), nearest, of steps of
  /// full_scale / (2^input_bits - 1); what is beyond the full scale is cut off. Returns the step. codes may
  /// be x.
  double quantise(const double* x, double full_scale, double* codes) const noexcept;

  /// y = A x for x = step * codes. Without errors, and with an ADC wide enough, the integer product of digits
  /// and codes, exact up to 53 bits, times its unit. `reading` draws the read noise, if there is any.
  void multiply(const double* state, const double* codes, double step, use_stream& reading, double* y,
                double* scratch) const noexcept;

 private:
  double read(double level_steps) const noexcept;
  double read_sigma(const double* on, const double* plus, const double* minus, std::size_t first,
                    std::size_t last) const noexcept;

  device_parameters device_;
  std::size_t n_, group_;
  int slices_, input_bits_;
  double adc_step_, adc_codes_;  // level steps a code, codes to each side
  double noise_;                 // level steps
  double radix_ = 8;             // of the digits
  bool noisy_ = false;
};

}  // namespace mho::analog
