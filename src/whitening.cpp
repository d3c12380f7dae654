#include "whitening.hpp"

#include <algorithm>
#include <cmath>

#include "kernels/plain.hpp"
#include "kernels/targets.hpp"

namespace mho {

void whitening::reserve(std::size_t entries, std::size_t rx, std::size_t columns, std::size_t slots) {
  kernels_ = find_single_kernels(target_bit("auto"));
  rx_ = rx;
  columns_ = columns;
  // A covariance and its factor, or vectors and what becomes of them.
  const std::size_t widest = blocks_of(std::max(rx, columns), kernels_->lanes) * kernels_->lanes;
  stride_ = 2 * rx * 2 * widest;
  scratch_.reserve(slots * stride_);
  matrix_.resize(entries * rx * rx);
  diagonal_.resize(entries * rx);
  kind_.assign(entries, noise::covariance);
  state_.assign(entries, status::ok);
}

void whitening::prepare(const noise& n, std::size_t begin, std::size_t end, unsigned slot) noexcept {
  for (std::size_t entry = begin; entry < end; ++entry) {
    kind_[entry] = n.is;
    state_[entry] = digest(n, entry, slot);
  }
}

status whitening::digest(const noise& n, std::size_t entry, unsigned slot) noexcept {
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
  cf32* a = matrix(entry);
  bool finite = true;
  for (std::size_t i = 0; i < rx_; ++i)
    for (std::size_t j = 0; j < rx_; ++j) {
      const bool used = n.is == noise::whitener || j <= i;
      a[i * rx_ + j] = used ? n.values.at<cf32>(entry, i, j) : cf32{};
      finite = finite && std::isfinite(a[i * rx_ + j].real()) && std::isfinite(a[i * rx_ + j].imag());
    }
  if (!finite) return status::not_finite;
  if (n.is == noise::covariance) return factor(entry, slot) ? status::ok : status::singular;
  if (n.is == noise::cholesky)
    for (std::size_t i = 0; i < rx_; ++i) {
      if (!(a[i * rx_ + i].real() > 0)) return status::singular;
      diagonal[i] = 1 / a[i * rx_ + i].real();
    }
  return status::ok;
}

// L L^H of the covariance in matrix(entry), in its place.
bool whitening::factor(std::size_t entry, unsigned slot) noexcept {
  const std::size_t lanes = kernels_->lanes, step = blocks_of(rx_, lanes) * 2 * lanes;
  float *rows = scratch(slot), *upper = rows + rx_ * step;
  const auto at = [&](float* matrix, std::size_t i, std::size_t j) {
    return matrix + i * step + j / lanes * 2 * lanes + j % lanes;
  };
  cf32* a = matrix(entry);
  std::fill_n(rows, rx_ * step, 0.0f);
  for (std::size_t i = 0; i < rx_; ++i)
    for (std::size_t j = 0; j <= i; ++j) {
      float* to = at(rows, j, i);
      to[0] = a[i * rx_ + j].real();
      to[lanes] = i == j ? 0.0f : -a[i * rx_ + j].imag();
    }
  if (!kernels_->factor(rows, rx_, 0, static_cast<float>(rx_) * 0x1p-23f, nullptr, upper, nullptr, nullptr))
    return false;
  float* diagonal = diagonal_.data() + entry * rx_;
  for (std::size_t i = 0; i < rx_; ++i) {
    for (std::size_t j = 0; j <= i; ++j) {
      const float* from = at(upper, j, i);
      a[i * rx_ + j] = {from[0], -from[lanes]};
    }
    diagonal[i] = 1 / a[i * rx_ + i].real();
  }
  return true;
}

void whitening::apply(std::size_t entry, const input& from, const view& to, unsigned slot) const noexcept {
  const std::size_t columns = from.extent[2],
                    step = blocks_of(columns, kernels_->lanes) * 2 * kernels_->lanes;
  const float* diagonal = diagonal_.data() + entry * rx_;
  float* rows = scratch(slot);
  kernels_->load(from, 0, 0, rx_, rows);
  switch (kind_[entry]) {
    case noise::per_antenna:
      kernels_->scale(diagonal, rx_, columns, rows);
      break;
    case noise::whitener: {
      float* const received = rows;
      rows += rx_ * step;
      kernels_->multiply(matrix(entry), received, rx_, columns, rows);
      break;
    }
    default:
      kernels_->forward(matrix(entry), diagonal, rx_, columns, rows);
  }
  kernels_->store(rows, to);
}

void whitening::apply_right(std::size_t entry, cf32* row, cf32* scratch) const noexcept {
  const float* diagonal = diagonal_.data() + entry * rx_;
  switch (kind_[entry]) {
    case noise::per_antenna:
      for (std::size_t i = 0; i < rx_; ++i) row[i] *= diagonal[i];
      return;
    case noise::whitener:
      for (std::size_t i = 0; i < rx_; ++i) scratch[i] = row[i];
      for (std::size_t k = 0; k < rx_; ++k) {
        cf32 sum = 0;
        for (std::size_t i = 0; i < rx_; ++i) sum += plain::product(scratch[i], matrix(entry)[i * rx_ + k]);
        row[k] = sum;
      }
      return;
    default:
      plain::solve_transposed(matrix(entry), diagonal, rx_, row);
  }
}

}  // namespace mho
