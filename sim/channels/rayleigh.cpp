// i.i.d. Rayleigh fading, and no fading at all.
#include <algorithm>
#include <mho/random.hpp>

#include "kinds.hpp"
#include "user_gains.hpp"

namespace mho::sim {
namespace {

using cf32 = std::complex<float>;

class rayleigh : public channel {
 public:
  rayleigh(const options& given, const channel_size& size)
      : channel(size.rx, size.tx), gains_(given, size.tx) {}

  void draw(const set_identity& first, std::size_t count, std::span<cf32> h) const override {
    for (std::size_t i = 0; i < count; ++i) {
      const set_identity set{first.seed, first.stream, first.number + i};
      const std::span<cf32> one = h.subspan(i * rx() * tx(), rx() * tx());
      random_stream random(set.seed, set.stream, set.number, draw_channel);
      random.complex_normals(one);
      gains_.apply(set, one);
    }
  }
  double column_energy() const override { return static_cast<double>(rx()) * gains_.mean_power(); }
  std::optional<gram_law> law() const override { return gram_law{rx(), {}, !gains_.is_one()}; }
  void mix(const set_identity& set, std::span<cf32> t) const override {
    channel::mix(set, t);
    gains_.apply(set, t);
  }
  std::optional<channel_moments> moments() const override {
    return channel_moments{{}, {}, gains_.scale({})};
  }

 private:
  user_gains gains_;
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
  std::optional<channel_moments> moments() const override {
    channel_moments known{
        std::vector<std::complex<double>>(rx() * tx()), {}, std::vector<std::complex<double>>(tx() * tx())};
    for (std::size_t k = 0; k < std::min(rx(), tx()); ++k) known.mean[k * tx() + k] = 1;
    return known;
  }
};

}  // namespace

channel_kind rayleigh_kind() {
  return {"rayleigh", "i.i.d. Rayleigh fading: every entry of H is CN(0, 1)", user_gains::schema(),
          user_gains::check, [](const options& given, const channel_size& size) -> std::unique_ptr<channel> {
            return std::make_unique<rayleigh>(given, size);
          }};
}

channel_kind awgn_kind() {
  return {"awgn",
          "no fading: stream k arrives at antenna k alone, with unit gain",
          {},
          nullptr,
          [](const options&, const channel_size& size) -> std::unique_ptr<channel> {
            return std::make_unique<awgn>(size.rx, size.tx);
          }};
}

}  // namespace mho::sim
