/// \file
/// Coloured noise: for each entry of a noise description a linear map that makes the noise CN(0, I).
#pragma once

#include <complex>
#include <cstddef>
#include <span>
#include <vector>

#include <mho/detector.hpp>

namespace mho {

/// The whiteners of a batch, one an entry. Detection is invariant under S -> B S B^H, H -> B H, y -> B y, so
/// H and y are multiplied by L^-1 (S = L L^H) or by the caller's W, and the noise variance is 1 from there
/// on.
class whitening {
 public:
  /// Room for `entries` maps of size rx. Allocates.
  void reserve(std::size_t entries, std::size_t rx);
  std::size_t entries() const noexcept { return state_.size(); }

  /// Digests entries [begin, end) of a coloured noise.
  void prepare(const noise& n, std::size_t begin, std::size_t end) noexcept;
  /// ok, or why this entry's noise cannot be whitened.
  status state(std::size_t entry) const noexcept { return state_[entry]; }
  /// x <- B x, x of rx elements `stride` apart; scratch of rx elements.
  void apply(std::size_t entry, std::complex<float>* x, std::size_t stride,
             std::complex<float>* scratch) const noexcept;
  /// row <- row B.
  void apply_right(std::size_t entry, std::complex<float>* row, std::complex<float>* scratch) const noexcept;

 private:
  status digest(const noise& n, std::size_t entry) noexcept;
  std::complex<float>* matrix(std::size_t entry) noexcept { return matrix_.data() + entry * rx_ * rx_; }
  const std::complex<float>* matrix(std::size_t entry) const noexcept {
    return matrix_.data() + entry * rx_ * rx_;
  }

  std::size_t rx_ = 0;
  std::vector<std::complex<float>> matrix_;  // L, or W; unused for per_antenna
  std::vector<float> diagonal_;              // 1 / L_ii, or 1 / standard deviation
  std::vector<noise::kind> kind_;
  std::vector<status> state_;
};

}  // namespace mho
