#include "whitening.hpp"

#include <cmath>

#include "kernels/plain.hpp"

namespace mho {

void whitening::reserve(std::size_t entries, std::size_t rx) {
  rx_ = rx;
  matrix_.resize(entries * rx * rx);
  diagonal_.resize(entries * rx);
  kind_.assign(entries, noise::covariance);
  state_.assign(entries, status::ok);
}

void whitening::prepare(const noise& n, std::size_t begin, std::size_t end) noexcept {
  for (std::size_t entry = begin; entry < end; ++entry) {
    kind_[entry] = n.is;
    state_[entry] = digest(n, entry);
  }
}

status whitening::digest(const noise& n, std::size_t entry) noexcept {
  float* diagonal = diagonal_.data() + entry * rx_;
  if (n.is == noise::per_antenna) {
    for (std::size_t i = 0; i < rx_; ++i) {
      const float variance = n.values.at<float>(entry, 0, i);
      if (!std::isfinite(variance)) return status::not_finite;
      if (variance < 0) return status::out_of_range;
      if (variance == 0) return status::singular;
      diagonal[i] = 1 / std::sqrt(variance);
    }
    return status::ok;
  }
  std::complex<float>* a = matrix(entry);
  bool finite = true;
  for (std::size_t i = 0; i < rx_; ++i)
    for (std::size_t j = 0; j < rx_; ++j) {
      const bool used = n.is == noise::whitener || j <= i;
      a[i * rx_ + j] = used ? n.values.at<std::complex<float>>(entry, i, j) : std::complex<float>{};
      finite = finite && std::isfinite(a[i * rx_ + j].real()) && std::isfinite(a[i * rx_ + j].imag());
    }
  if (!finite) return status::not_finite;
  if (n.is == noise::covariance)
    return plain::cholesky(a, rx_, static_cast<float>(rx_) * 0x1p-23f, diagonal) ? status::ok
                                                                                 : status::singular;
  if (n.is == noise::cholesky)
    for (std::size_t i = 0; i < rx_; ++i) {
      if (!(a[i * rx_ + i].real() > 0)) return status::singular;
      diagonal[i] = 1 / a[i * rx_ + i].real();
    }
  return status::ok;
}

void whitening::apply(std::size_t entry, std::complex<float>* x, std::size_t stride,
                      std::complex<float>* scratch) const noexcept {
  for (std::size_t i = 0; i < rx_; ++i) scratch[i] = x[i * stride];
  const float* diagonal = diagonal_.data() + entry * rx_;
  switch (kind_[entry]) {
    case noise::per_antenna:
      for (std::size_t i = 0; i < rx_; ++i) x[i * stride] = scratch[i] * diagonal[i];
      return;
    case noise::whitener:
      for (std::size_t i = 0; i < rx_; ++i) {
        std::complex<float> sum = 0;
        for (std::size_t k = 0; k < rx_; ++k) sum += plain::product(matrix(entry)[i * rx_ + k], scratch[k]);
        x[i * stride] = sum;
      }
      return;
    default:
      plain::solve_lower(matrix(entry), diagonal, rx_, scratch);
      for (std::size_t i = 0; i < rx_; ++i) x[i * stride] = scratch[i];
  }
}

void whitening::apply_right(std::size_t entry, std::complex<float>* row,
                            std::complex<float>* scratch) const noexcept {
  const float* diagonal = diagonal_.data() + entry * rx_;
  switch (kind_[entry]) {
    case noise::per_antenna:
      for (std::size_t i = 0; i < rx_; ++i) row[i] *= diagonal[i];
      return;
    case noise::whitener:
      for (std::size_t i = 0; i < rx_; ++i) scratch[i] = row[i];
      for (std::size_t k = 0; k < rx_; ++k) {
        std::complex<float> sum = 0;
        for (std::size_t i = 0; i < rx_; ++i) sum += plain::product(scratch[i], matrix(entry)[i * rx_ + k]);
        row[k] = sum;
      }
      return;
    default:
      plain::solve_transposed(matrix(entry), diagonal, rx_, row);
  }
}

}  // namespace mho
