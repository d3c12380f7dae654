// Rayleigh fading with correlated antennas and streams.
#include <cmath>
#include <mho/random.hpp>

#include "kinds.hpp"

namespace mho::sim {
namespace {

using cf32 = std::complex<float>;

constexpr double most_correlation = 0.9999;

// H = C_r W C_t^T, W i.i.d. CN(0, 1), C C^H = R with R_ij = r^|i - j|: the exponential model (S. L. Loyka,
// "Channel capacity of MIMO architecture using the exponential correlation matrix", IEEE Commun. Lett. 5(9),
// 2001). Its Cholesky factor is the recursion c_i = r c_(i-1) + sqrt(1 - r^2) w_i.
class kronecker : public channel {
 public:
  kronecker(std::size_t rx, std::size_t tx, double rx_correlation, double tx_correlation)
      : channel(rx, tx), rx_correlation_(rx_correlation), tx_correlation_(tx_correlation) {}

  void draw(const set_identity& first, std::size_t count, std::span<cf32> h) const override {
    for (std::size_t i = 0; i < count; ++i) {
      const std::span<cf32> one = h.subspan(i * rx() * tx(), rx() * tx());
      random_stream random(first.seed, first.stream, first.number + i, draw_channel);
      random.complex_normals(one);
      correlate(one, rx_correlation_, rx(), tx(), tx(), 1);
      correlate(one, tx_correlation_, tx(), 1, rx(), tx());
    }
  }
  double column_energy() const override { return static_cast<double>(rx()); }

  std::optional<gram_law> law() const override {
    if (rx_correlation_ > 0) return std::nullopt;
    return gram_law{rx(), {}, tx_correlation_ > 0};
  }
  // C_t^T: the recursion along the rows of the unit matrix.
  void mix(const set_identity& set, std::span<cf32> t) const override {
    channel::mix(set, t);
    correlate(t, tx_correlation_, tx(), 1, tx(), tx());
  }

 private:
  static void correlate(std::span<cf32> h, double r, std::size_t count, std::size_t step, std::size_t lines,
                        std::size_t line_step) {
    const auto old = static_cast<float>(r), fresh = static_cast<float>(std::sqrt(1 - r * r));
    if (r > 0)
      for (std::size_t line = 0; line < lines; ++line)
        for (std::size_t i = 1; i < count; ++i) {
          cf32& entry = h[line * line_step + i * step];
          entry = old * h[line * line_step + (i - 1) * step] + fresh * entry;
        }
  }

  double rx_correlation_, tx_correlation_;
};

}  // namespace

channel_kind kronecker_kind() {
  return {"kronecker",
          "Rayleigh fading, E[h_ik conj(h_jl)] = channel.rx_correlation^|i-j| channel.tx_correlation^|k-l|",
          {{"rx_correlation", 0.0, "", "of neighbouring receive antennas; apart by d, its power d", 0,
            most_correlation},
           {"tx_correlation", 0.0, "", "the same of the streams", 0, most_correlation}},
          [](const options& o, std::size_t rx, std::size_t tx) -> result<std::unique_ptr<channel>> {
            return {std::make_unique<kronecker>(rx, tx, std::get<double>(o.at("rx_correlation")),
                                                std::get<double>(o.at("tx_correlation")))};
          }};
}

}  // namespace mho::sim
