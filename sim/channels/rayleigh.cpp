// i.i.d. Rayleigh fading, and no fading at all.
#include <algorithm>
#include <mho/random.hpp>

#include "kinds.hpp"

namespace mho::sim {
namespace {

using cf32 = std::complex<float>;

class rayleigh : public channel {
 public:
  using channel::channel;

  void draw(const set_identity& first, std::size_t count, std::span<cf32> h) const override {
    for (std::size_t i = 0; i < count; ++i) {
      random_stream random(first.seed, first.stream, first.number + i, draw_channel);
      random.complex_normals(h.subspan(i * rx() * tx(), rx() * tx()));
    }
  }
  double column_energy() const override { return static_cast<double>(rx()); }
  std::optional<gram_law> law() const override { return gram_law{rx(), {}, false}; }
};

class awgn : public channel {
 public:
  using channel::channel;

  void draw(const set_identity&, std::size_t count, std::span<cf32> h) const override {
    std::fill_n(h.begin(), count * rx() * tx(), 0.0f);
    for (std::size_t i = 0; i < count; ++i)
      for (std::size_t k = 0; k < std::min(rx(), tx()); ++k) h[(i * rx() + k) * tx() + k] = 1;
  }
  double column_energy() const override { return 1; }
};

}  // namespace

channel_kind rayleigh_kind() {
  return {"rayleigh",
          "i.i.d. Rayleigh fading: every entry of H is CN(0, 1)",
          {},
          [](const options&, std::size_t rx, std::size_t tx) -> result<std::unique_ptr<channel>> {
            return {std::make_unique<rayleigh>(rx, tx)};
          }};
}

channel_kind awgn_kind() {
  return {"awgn",
          "no fading: stream k arrives at antenna k alone, with unit gain",
          {},
          [](const options&, std::size_t rx, std::size_t tx) -> result<std::unique_ptr<channel>> {
            return {std::make_unique<awgn>(rx, tx)};
          }};
}

}  // namespace mho::sim
