/// \file
/// From channels and received vectors to the gram form, G = H^H H and z = H^H y, on the FP32 kernels.
#pragma once

#include <complex>
#include <cstddef>

#include <mho/view.hpp>

#include "aligned.hpp"
#include "input.hpp"
#include "kernels/linear.hpp"

namespace mho {

/// The results of a problem do not depend on which others come with it.
class gram_form {
 public:
  using cf32 = std::complex<float>;

  gram_form();
  /// Makes room for channels of rx x tx and one call of each slot at a time.
  void reserve(std::size_t rx, std::size_t tx, std::size_t slots);

  /// G (lower triangles) [problem, tx, tx] of problems [begin, end) of h [problem, rx, tx] to gram, and z
  /// [problem, tx] of y [problem, 1, rx] to filtered unless y is nullptr; both results start at problem
  /// `begin`.
  void make(const input& h, const input* y, std::size_t begin, std::size_t end, unsigned slot, cf32* gram,
            cf32* filtered) noexcept;

  /// z [problem, use, tx] of h [problem, rx, tx] and y [problem, use, rx].
  void filter(const input& h, const input& y, unsigned slot, cf32* filtered) noexcept;

 private:
  // Buffers of a slot.
  struct workspace {
    float *channel, *received, *gram, *filtered;
  };
  workspace at_slot(unsigned slot) const noexcept;
  void filter_pack(const input& h, const input& y, std::size_t count, const view& z,
                   const workspace& w) const noexcept;

  const linear_kernels* kernels_;
  std::size_t rows_ = 0, rx_ = 0, tx_ = 0, stride_ = 0;
  aligned_buffer<float> scratch_;
};

}  // namespace mho
