/// \file
/// Sums of complex multiples of rows, as compilers vectorise them.
#pragma once

#include <complex>
#include <span>
#include <vector>

namespace mho::sim {

/// Rows of complex numbers beside the same times j: re * row + im * (j row) needs no exchange of real and
/// imaginary parts, which the product of interleaved complex numbers does for every element.
class turned_rows {
 public:
  void assign(std::span<const std::complex<float>> rows) {
    plain_.resize(2 * rows.size());
    turned_.resize(2 * rows.size());
    for (std::size_t i = 0; i < rows.size(); ++i) {
      plain_[2 * i] = turned_[2 * i + 1] = rows[i].real();
      plain_[2 * i + 1] = rows[i].imag();
      turned_[2 * i] = -rows[i].imag();
    }
  }

  /// sum[k] += factor * rows[from + k].
  void add_multiple(std::complex<float> factor, std::size_t from, std::span<std::complex<float>> sum) const {
    const float re = factor.real(), im = factor.imag();
    const float *const plain = &plain_[2 * from], *const turned = &turned_[2 * from];
    float* const to = reinterpret_cast<float*>(sum.data());
    for (std::size_t k = 0; k < 2 * sum.size(); ++k) to[k] += re * plain[k] + im * turned[k];
  }

 private:
  std::vector<float> plain_, turned_;
};

}  // namespace mho::sim
