// What of a link's errors is expected over the noise.
#include <algorithm>
#include <stdexcept>
#include <string>

#include "link.hpp"

namespace mho::sim {
namespace {

using cf32 = std::complex<float>;

// Without the tests for infinities that operator* makes.
std::complex<double> product(std::complex<double> a, std::complex<double> b) {
  return {a.real() * b.real() - a.imag() * b.imag(), a.real() * b.imag() + a.imag() * b.real()};
}

}  // namespace

// Of what the detector has prepared. The decision on stream k sees W_k A x and the noise of W_k, with A = H
// and the noise white, or A = G and the noise's covariance N0 G.
void link_worker::expect_errors(detector& d, const channel_batch& channel, const call& part,
                                std::span<double> expected) {
  using cf64 = std::complex<double>;
  const link_settings& s = link_.settings().link;
  const std::size_t sets = channel.matrix.extent[0], rows = channel.matrix.extent[1], tx = s.tx,
                    per_set = s.uses_per_channel, bits = link_.bits_a_use(), m = link_.symbols_.bits();
  const view weights = row_major(weights_.data(), sets, tx, rows);
  if (const error e = d.weights(weights, part); e != error::none)
    throw std::logic_error(std::string("a detector has no weights: ") + to_string(e));
  const cf32* const h = true_h_.empty() ? h_.data() : true_h_.data();
  std::vector<cf64> a(rows * tx), seen(tx * tx);
  std::vector<double> variance(tx);
  for (std::size_t set = part.begin; set < part.end; ++set) {
    for (std::size_t i = 0; i < rows; ++i)
      for (std::size_t j = 0; j < tx; ++j)
        a[i * tx + j] = !gram_   ? cf64(h[(set * rows + i) * tx + j])
                        : j <= i ? cf64(h[(i * tx + j) * sets + set])
                                 : std::conj(cf64(h[(j * tx + i) * sets + set]));
    for (std::size_t k = 0; k < tx; ++k) {
      const cf32* const w = &weights_[(set * tx + k) * rows];
      double noise = 0;
      std::fill_n(&seen[k * tx], tx, cf64(0));
      for (std::size_t i = 0; i < rows; ++i) {
        for (std::size_t j = 0; j < tx; ++j) seen[k * tx + j] += product(cf64(w[i]), a[i * tx + j]);
        if (!gram_) noise += std::norm(cf64(w[i]));
      }
      for (std::size_t i = 0; gram_ && i < rows; ++i)
        noise += product(seen[k * tx + i], std::conj(cf64(w[i]))).real();
      variance[k] = std::max(0.0, noise) * static_cast<double>(true_n0_[set]);
    }
    for (std::size_t u = set * per_set; u < (set + 1) * per_set; ++u) {
      expected[u] = 0;
      for (std::size_t k = 0; k < tx; ++k) {
        cf64 mean = 0;
        for (std::size_t j = 0; j < tx; ++j) mean += product(seen[k * tx + j], cf64(x_[u * tx + j]));
        std::uint32_t label = 0;
        for (std::size_t b = 0; b < m; ++b) label = 2 * label + sent_[u * bits + k * m + b];
        expected[u] += conditional_->of_symbol(label, mean, variance[k]);
      }
    }
  }
}

}  // namespace mho::sim
