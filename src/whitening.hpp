/// \file
/// Coloured noise: for each entry of a noise description a linear map that makes the noise CN(0, I).
#pragma once

#include <complex>
#include <cstddef>
#include <vector>

#include <mho/detector.hpp>

#include "aligned.hpp"
#include "kernels/single.hpp"

namespace mho {

/// The whiteners of a batch, one an entry. Detection is invariant under S -> B S B^H, H -> B H, y -> B y, so
/// H and y are multiplied by L^-1 (S = L L^H) or by the caller's W, and the noise variance is 1 from there
/// on.
class whitening {
 public:
  using cf32 = std::complex<float>;

  /// Room for `entries` maps of size rx, for `columns` vectors at a time, and for `slots` calls at once.
  /// Allocates.
  void reserve(std::size_t entries, std::size_t rx, std::size_t columns, std::size_t slots);
  std::size_t entries() const noexcept { return state_.size(); }
  /// Vectors that `apply` takes at a time.
  std::size_t columns() const noexcept { return columns_; }

  /// Digests entries [begin, end) of a coloured noise.
  void prepare(const noise& n, std::size_t begin, std::size_t end, unsigned slot) noexcept;
  /// ok, or why this entry's noise cannot be whitened.
  status state(std::size_t entry) const noexcept { return state_[entry]; }
  /// to = B from [1, rx, up to columns()]; to: a cf32 view.
  void apply(std::size_t entry, const input& from, const view& to, unsigned slot) const noexcept;
  /// row <- row B; scratch of rx elements.
  void apply_right(std::size_t entry, cf32* row, cf32* scratch) const noexcept;

 private:
  status digest(const noise& n, std::size_t entry, unsigned slot) noexcept;
  bool factor(std::size_t entry, unsigned slot) noexcept;
  cf32* matrix(std::size_t entry) noexcept { return matrix_.data() + entry * rx_ * rx_; }
  const cf32* matrix(std::size_t entry) const noexcept { return matrix_.data() + entry * rx_ * rx_; }
  float* scratch(unsigned slot) const noexcept { return scratch_.data() + slot * stride_; }

  const single_kernels* kernels_ = nullptr;
  std::size_t rx_ = 0, columns_ = 0, stride_ = 0;
  std::vector<cf32> matrix_;     // L, or W; unused for per_antenna
  std::vector<float> diagonal_;  // 1 / L_ii, or 1 / standard deviation
  std::vector<noise::kind> kind_;
  std::vector<status> state_;
  aligned_buffer<float> scratch_;  // [slot, stride_]
};

}  // namespace mho
