/// \file
/// What mrc, zf and mmse share: Gram matrix, matched filter, storage and statuses. Each kind adds what it
/// makes of the Gram matrix. T is float, or double for the reference kinds; inputs and outputs are cf32.
#pragma once

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

#include <mho/detector.hpp>

#include "kernels/plain.hpp"

namespace mho {

/// A squared column norm outside this range is refused, so that products of them stay normal numbers.
constexpr double smallest_norm = 0x1p-100, largest_norm = 0x1p100;

/// ok, or why no linear detector can use this Gram matrix (lower triangle, row-major).
template <class T>
status check_gram(const std::complex<T>* g, std::size_t n) noexcept {
  for (std::size_t i = 0; i < n; ++i)
    for (std::size_t j = 0; j <= i; ++j)
      if (!std::isfinite(g[i * n + j].real()) || !std::isfinite(g[i * n + j].imag()))
        return status::not_finite;
  for (std::size_t i = 0; i < n; ++i)
    if (!(g[i * n + i].real() >= static_cast<T>(smallest_norm) &&
          g[i * n + i].real() <= static_cast<T>(largest_norm)))
      return status::out_of_range;
  return status::ok;
}

/// tx 2^-23 (2^-52 in double): a Cholesky pivot no larger than this share of its diagonal is rounding noise.
template <class T>
T singular_threshold(std::size_t tx) noexcept {
  return static_cast<T>(tx) * std::numeric_limits<T>::epsilon();
}

/// A detector that sees the channel through G and z only.
///
/// Kind has `static status digest(T* ..)`: see the derived files. The prepared state of a problem is its
/// factor [tx, tx] (lower triangle), inverse_diagonal [tx], gain [tx] (the factor that makes the solution
/// unbiased) and variance [tx].
template <class T, class Kind>
class linear_detector final : public detector {
 public:
  linear_detector() : detector(abilities(), 1) {}

  static capabilities abilities() {
    capabilities can;
    can.forms = static_cast<std::uint8_t>(form::channel) | static_cast<std::uint8_t>(form::gram);
    can.linear = true;
    can.more_tx_than_rx = Kind::more_tx_than_rx;
    return can;
  }

 private:
  using complex = std::complex<T>;
  using cf32 = std::complex<float>;

  error do_reserve(const shape& room) override {
    const std::size_t tx = room.tx;
    if (room.is == form::channel) channel_.resize(room.problems * room.rx * tx);
    factor_.resize(room.problems * tx * tx);
    inverse_diagonal_.resize(room.problems * tx);
    gain_.resize(room.problems * tx);
    variance_.resize(room.problems * tx);
    scratch_.resize(room.slots * stride());
    return error::none;
  }

  error do_prepare(const channel_batch& in, const call& which, std::span<status> state) noexcept override {
    const std::size_t tx = room().tx, rows = in.matrix.extent[1];
    complex* gram = scratch_.data() + which.slot * stride();
    complex* column = gram + tx * tx;
    for (std::size_t i = 0; i < state.size(); ++i) {
      const std::size_t p = which.begin + i;
      if (in.is == form::channel) {
        complex* h = channel_.data() + p * rows * tx;
        for (std::size_t r = 0; r < rows; ++r)
          for (std::size_t k = 0; k < tx; ++k) h[r * tx + k] = complex(in.matrix.at<cf32>(i, r, k));
        plain::gram(h, rows, tx, gram);
      } else {
        for (std::size_t r = 0; r < tx; ++r)
          for (std::size_t k = 0; k <= r; ++k) gram[r * tx + k] = complex(in.matrix.at<cf32>(i, r, k));
      }
      state[i] = check_gram(gram, tx);
      if (is_failed(state[i])) continue;
      state[i] = Kind::template digest<T>(gram, static_cast<T>(in.noise.values.at<float>(i)), tx,
                                          factor_.data() + p * tx * tx, inverse_diagonal_.data() + p * tx,
                                          gain_.data() + p * tx, variance_.data() + p * tx, column);
    }
    return error::none;
  }

  error do_apply(const received_batch& in, std::span<const output> into,
                 const call& which) const noexcept override {
    const std::size_t tx = room().tx, rows = in.vectors.extent[2], uses = in.vectors.extent[1];
    complex* z = scratch_.data() + which.slot * stride();
    complex* y = z + tx;
    const output& out = into[0];
    for (std::size_t i = 0; i < in.vectors.extent[0]; ++i) {
      const std::size_t p = which.begin + i;
      for (std::size_t u = 0; u < uses; ++u) {
        if (is_failed(out.state[i * uses + u])) continue;
        for (std::size_t r = 0; r < rows; ++r) y[r] = complex(in.vectors.at<cf32>(i, u, r));
        if (room().is == form::channel)
          plain::matched_filter(channel_.data() + p * rows * tx, y, rows, tx, z);
        else
          std::copy_n(y, tx, z);
        Kind::template solve<T>(factor_.data() + p * tx * tx, inverse_diagonal_.data() + p * tx, tx, z);
        for (std::size_t k = 0; k < tx; ++k) {
          out.estimate.at<cf32>(i, u, k) = cf32(z[k] * gain_[p * tx + k]);
          out.variance.at<float>(i, u, k) = static_cast<float>(variance_[p * tx + k]);
        }
      }
    }
    return error::none;
  }

  error do_weights(const view& w, const call& which) const noexcept override {
    const std::size_t tx = room().tx, columns = w.extent[2];
    complex* z = scratch_.data() + which.slot * stride();
    for (std::size_t i = 0; i < w.extent[0]; ++i) {
      const std::size_t p = which.begin + i;
      for (std::size_t c = 0; c < columns; ++c) {  // column c is what the unit vector e_c is mapped to
        for (std::size_t k = 0; k < tx; ++k)
          z[k] = room().is == form::channel ? std::conj(channel_[(p * columns + c) * tx + k])
                                            : complex(k == c ? T(1) : T(0));
        Kind::template solve<T>(factor_.data() + p * tx * tx, inverse_diagonal_.data() + p * tx, tx, z);
        for (std::size_t k = 0; k < tx; ++k) w.at<cf32>(i, k, c) = cf32(z[k] * gain_[p * tx + k]);
      }
    }
    return error::none;
  }

  // A Gram matrix and a column while preparing, z and y while applying; whole cache lines a slot.
  std::size_t stride() const noexcept {
    const std::size_t tx = room().tx, rx = std::max(room().rx, tx);
    return (std::max(tx * tx + tx, tx + rx) + 7) / 8 * 8;
  }

  std::vector<complex> channel_, factor_;
  std::vector<T> inverse_diagonal_, gain_, variance_;
  mutable std::vector<complex> scratch_;
};

}  // namespace mho
