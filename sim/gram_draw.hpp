/// \file
/// What a receiver with a matched filter sees, drawn without the antennas: G = H^H H and z = H^H y.
#pragma once

#include <complex>
#include <cstdint>
#include <span>
#include <vector>

#include <mho/random.hpp>

#include "channels/channel.hpp"

namespace mho::sim {

/// Draws Gram matrices and matched-filter outputs, equal in law to those of H = (mean + W) T and y = H x + n,
/// at a cost that does not depend on the number of antennas.
///
/// Some X of few rows has X^H X = H^H H in law: the rows of W reduced to the triangle of its QR
/// decomposition, which is that of the Bartlett decomposition (M. S. Bartlett, "On the theory of statistical
/// regression", Proc. R. Soc. Edinburgh 53, 1933; complex: N. R. Goodman, Ann. Math. Stat. 34(1), 1963): row
/// r has the square root of a Gamma(antennas - r, 1) on the diagonal and CN(0, 1) behind it, all independent.
/// A mean of tx columns fills at most tx antennas after a rotation of the antennas, which leaves W's law as
/// it is: the tx rows mean + W, and the triangle of the other antennas below them. Then G = X^H X and z = X^H
/// (X x + sqrt(N0) w), w i.i.d. CN(0, 1): given G, H^H n is CN(0, N0 G).
class gram_draw {
 public:
  /// Sets that are drawn together.
  static constexpr std::size_t lanes = 16;

  /// tx <= law.antennas. `source` gives T and outlives this.
  gram_draw(const channel& source, gram_law law);

  /// The channels of `lanes` sets from `first` on, whose number is a multiple of that.
  void draw_channels(const set_identity& first);
  /// G of them to g [tx][tx][set], the lower triangles alone, `stride` from one entry to the next; energy
  /// [lanes]: ||H||^2 (Frobenius).
  void gram(std::complex<float>* g, std::size_t stride, std::span<double> energy) const;
  /// z of them to z [tx][set][use], `stride` from one stream to the next: of x [set][use][tx] with `uses`
  /// uses a set and noise variances n0 [lanes].
  void filter(const set_identity& first, std::size_t uses, const std::complex<float>* x,
              std::span<const float> n0, std::complex<float>* z, std::size_t stride);

 private:
  // One number for each of the lanes (every_width.hpp).
  typedef float vector __attribute__((vector_size(4 * lanes)));
  struct alignas(4 * lanes) pack {
    vector of;
  };

  static void draw(random_stream& random, std::span<pack> packs);
  void draw_diagonal(const set_identity& first);
  void mix(const set_identity& first);
  std::size_t first_column(std::size_t row) const { return row < full_rows_ ? 0 : row - full_rows_; }
  // Entry (row, column) of a pack: its real parts, and the imaginary ones behind them.
  std::size_t at(std::size_t row, std::size_t column) const { return 2 * (row * tx_ + column); }

  const channel& source_;
  gram_law law_;
  std::size_t tx_, full_rows_, rows_;  // rows of X before the triangle, and all
  std::vector<pack> x_;                // [at(row, column)]
  std::vector<pack> symbols_, received_;
  std::vector<float> normals_;  // of the diagonal: [row of the triangle][lane]
  std::vector<std::uint32_t> words_;
  std::vector<std::complex<float>> mixing_;
};

}  // namespace mho::sim
