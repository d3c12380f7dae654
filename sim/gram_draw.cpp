#include "gram_draw.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <mho/random.hpp>

#include "every_width.hpp"

namespace mho::sim {
namespace {

using cf32 = std::complex<float>;

// Gamma(shape, 1), shape >= 1, is d v with probability of the squeeze or the exact test; v = (1 + c x)^3 of a
// normal x (G. Marsaglia and W. W. Tsang, "A simple method for generating gamma variables", ACM Trans. Math.
// Softw. 26(3), 2000).
struct gamma_variable {
  double d, c;

  explicit gamma_variable(double shape) : d(shape - 1.0 / 3), c(1 / std::sqrt(9 * d)) {}
  double cube(double x) const {
    const double v = 1 + c * x;
    return v * v * v;
  }
  // Any u below it is accepted.
  static double squeeze(double x) { return 1 - 0.0331 * (x * x) * (x * x); }
  bool accepts(double x, double v, double u) const {
    return v > 0 && (u < squeeze(x) || std::log(u) < 0.5 * x * x + d * (1 - v + std::log(v)));
  }
};

}  // namespace

// Parts of CN(0, 1) numbers: real and imaginary ones are drawn alike.
void gram_draw::draw(random_stream& random, std::span<pack> packs) {
  random.complex_normals({reinterpret_cast<cf32*>(packs.data()), packs.size() * lanes / 2});
}

gram_draw::gram_draw(const channel& source, gram_law law)
    : source_(source),
      law_(std::move(law)),
      tx_(source.tx()),
      full_rows_(law_.mean.empty() ? 0 : tx_),
      rows_(full_rows_ + std::min(tx_, law_.antennas - full_rows_)),
      x_(2 * rows_ * tx_),
      symbols_(2 * tx_),
      received_(2 * rows_),
      normals_((rows_ - full_rows_) * lanes),
      words_((rows_ - full_rows_) * lanes),
      mixing_(tx_ * tx_) {}

void gram_draw::draw_channels(const set_identity& first) {
  random_stream random(first.seed, first.stream, first.number / lanes, draw_triangle);
  for (std::size_t r = 0; r < rows_; ++r) {
    const std::size_t drawn = r < full_rows_ ? 0 : first_column(r) + 1;
    if (drawn < tx_) draw(random, std::span(x_).subspan(at(r, drawn), 2 * (tx_ - drawn)));
    for (std::size_t k = 0; r < full_rows_ && k < tx_; ++k) {
      x_[at(r, k)].of += law_.mean[r * tx_ + k].real();
      x_[at(r, k) + 1].of += law_.mean[r * tx_ + k].imag();
    }
  }
  draw_diagonal(first);
  if (law_.is_mixed) mix(first);
}

// A first try for all lanes at once; a set whose try is rejected goes on with a stream of its own.
MHO_EVERY_WIDTH void gram_draw::draw_diagonal(const set_identity& first) {
  random_stream random(first.seed, first.stream, first.number / lanes, draw_diagonal_entries);
  random.normals(normals_);
  random.words(words_);
  std::array<double, lanes> x, u, v, within;
  for (std::size_t r = full_rows_; r < rows_; ++r) {
    const std::size_t k = first_column(r);
    const gamma_variable gamma(static_cast<double>(law_.antennas - full_rows_ - k));
    const float* const normal = &normals_[k * lanes];
    const std::uint32_t* const word = &words_[k * lanes];
    double narrowest = 1;
    for (std::size_t l = 0; l < lanes; ++l) {
      x[l] = static_cast<double>(normal[l]);
      u[l] = (static_cast<double>(word[l]) + 0.5) * 0x1p-32;
      v[l] = gamma.cube(x[l]);
      within[l] = std::min(gamma_variable::squeeze(x[l]) - u[l], v[l]);
      narrowest = std::min(narrowest, within[l]);
    }
    for (std::size_t l = 0; !(narrowest > 0) && l < lanes; ++l) {
      if (within[l] > 0) continue;
      random_stream again(first.seed, first.stream, first.number + l, draw_diagonal_again,
                          static_cast<std::uint16_t>(r));
      while (!gamma.accepts(x[l], v[l], u[l])) {
        x[l] = static_cast<double>(again.normal());
        u[l] = again.uniform();
        v[l] = gamma.cube(x[l]);
      }
    }
    vector diagonal;
    for (std::size_t l = 0; l < lanes; ++l) diagonal[l] = static_cast<float>(std::sqrt(gamma.d * v[l]));
    x_[at(r, k)].of = diagonal;
    x_[at(r, k) + 1].of = vector{};
  }
}

// X T, T upper triangular: from the last column on, in place.
void gram_draw::mix(const set_identity& first) {
  for (std::size_t l = 0; l < lanes; ++l) {
    set_identity set = first;
    set.number += l;
    source_.mix(set, mixing_);
    for (std::size_t r = 0; r < rows_; ++r)
      for (std::size_t k = tx_; k-- > first_column(r);) {
        cf32 sum = 0;
        for (std::size_t j = first_column(r); j <= k; ++j) {
          const cf32 a{x_[at(r, j)].of[l], x_[at(r, j) + 1].of[l]}, t = mixing_[j * tx_ + k];
          sum += cf32(a.real() * t.real() - a.imag() * t.imag(), a.real() * t.imag() + a.imag() * t.real());
        }
        x_[at(r, k)].of[l] = sum.real();
        x_[at(r, k) + 1].of[l] = sum.imag();
      }
  }
}

MHO_EVERY_WIDTH void gram_draw::gram(cf32* g, std::size_t stride, std::span<double> energy) const {
  std::fill(energy.begin(), energy.end(), 0.0);
  for (std::size_t i = 0; i < tx_; ++i)
    for (std::size_t j = 0; j <= i; ++j) {
      vector re{}, im{};
      for (std::size_t r = 0; r < rows_ && first_column(r) <= j; ++r) {
        const pack *const a = &x_[at(r, i)], *const b = &x_[at(r, j)];
        re += a[0].of * b[0].of + a[1].of * b[1].of;
        im += a[0].of * b[1].of - a[1].of * b[0].of;
      }
      cf32* const to = g + (i * tx_ + j) * stride;
      for (std::size_t l = 0; l < lanes; ++l) to[l] = {re[l], im[l]};
      for (std::size_t l = 0; i == j && l < lanes; ++l) energy[l] += static_cast<double>(re[l]);
    }
}

MHO_EVERY_WIDTH void gram_draw::filter(const set_identity& first, std::size_t uses, const cf32* sent,
                                       std::span<const float> n0, cf32* z, std::size_t stride) {
  random_stream random(first.seed, first.stream, first.number / lanes, draw_filtered_noise);
  vector deviation;
  for (std::size_t l = 0; l < lanes; ++l) deviation[l] = std::sqrt(n0[l]);
  for (std::size_t u = 0; u < uses; ++u) {
    for (std::size_t k = 0; k < tx_; ++k)
      for (std::size_t l = 0; l < lanes; ++l) {
        const cf32 symbol = sent[(l * uses + u) * tx_ + k];
        symbols_[2 * k].of[l] = symbol.real();
        symbols_[2 * k + 1].of[l] = symbol.imag();
      }
    draw(random, received_);
    for (std::size_t r = 0; r < rows_; ++r) {
      vector re = received_[2 * r].of * deviation, im = received_[2 * r + 1].of * deviation;
      for (std::size_t k = first_column(r); k < tx_; ++k) {
        const pack *const a = &x_[at(r, k)], *const b = &symbols_[2 * k];
        re += a[0].of * b[0].of - a[1].of * b[1].of;
        im += a[0].of * b[1].of + a[1].of * b[0].of;
      }
      received_[2 * r].of = re;
      received_[2 * r + 1].of = im;
    }
    for (std::size_t k = 0; k < tx_; ++k) {
      vector re{}, im{};
      for (std::size_t r = 0; r < rows_ && first_column(r) <= k; ++r) {
        const pack *const a = &x_[at(r, k)], *const b = &received_[2 * r];
        re += a[0].of * b[0].of + a[1].of * b[1].of;
        im += a[0].of * b[1].of - a[1].of * b[0].of;
      }
      for (std::size_t l = 0; l < lanes; ++l) z[k * stride + l * uses + u] = {re[l], im[l]};
    }
  }
}

}  // namespace mho::sim
