#include "channel.hpp"

#include <algorithm>
#include <cmath>
#include <mho/random.hpp>

namespace mho::sim {
namespace {

void rayleigh(const channel_options&, std::uint64_t seed, std::uint32_t stream, std::uint64_t number,
              std::size_t rx, std::size_t tx, std::span<std::complex<float>> h) {
  random_stream random(seed, stream, number, draw_channel);
  random.complex_normals(h.first(rx * tx));
}

// H = C_r W C_t^T, W i.i.d. CN(0, 1), C C^H = R with R_ij = r^|i - j|: the exponential model (S. L. Loyka,
// "Channel capacity of MIMO architecture using the exponential correlation matrix", IEEE Commun. Lett. 5(9),
// 2001). Its Cholesky factor is the recursion c_i = r c_(i-1) + sqrt(1 - r^2) w_i.
void kronecker(const channel_options& options, std::uint64_t seed, std::uint32_t stream, std::uint64_t number,
               std::size_t rx, std::size_t tx, std::span<std::complex<float>> h) {
  rayleigh(options, seed, stream, number, rx, tx, h);
  const auto correlate = [&](double r, std::size_t count, std::size_t step, std::size_t lines,
                             std::size_t line_step) {
    const auto old = static_cast<float>(r), fresh = static_cast<float>(std::sqrt(1 - r * r));
    if (r > 0)
      for (std::size_t line = 0; line < lines; ++line)
        for (std::size_t i = 1; i < count; ++i) {
          std::complex<float>& entry = h[line * line_step + i * step];
          entry = old * h[line * line_step + (i - 1) * step] + fresh * entry;
        }
  };
  correlate(options.rx_correlation, rx, tx, tx, 1);
  correlate(options.tx_correlation, tx, 1, rx, tx);
}

void awgn(const channel_options&, std::uint64_t, std::uint32_t, std::uint64_t, std::size_t rx, std::size_t tx,
          std::span<std::complex<float>> h) {
  std::fill(h.begin(), h.end(), 0.0f);
  for (std::size_t k = 0; k < std::min(rx, tx); ++k) h[k * tx + k] = 1;
}

}  // namespace

std::span<const channel_model> channel_models() {
  static const std::vector<channel_model> models{
      {"rayleigh", "i.i.d. Rayleigh fading: every entry of H is CN(0, 1)", false, rayleigh,
       [](std::size_t rx) { return static_cast<double>(rx); }},
      {"kronecker",
       "Rayleigh fading, E[h_ik conj(h_jl)] = channel.rx_correlation^|i-j| channel.tx_correlation^|k-l|",
       true, kronecker, [](std::size_t rx) { return static_cast<double>(rx); }},
      {"awgn", "no fading: stream k arrives at antenna k alone, with unit gain", false, awgn,
       [](std::size_t) { return 1.0; }}};
  return models;
}

const channel_model* find_channel(std::string_view name) {
  for (const channel_model& model : channel_models())
    if (model.name == name) return &model;
  return nullptr;
}

}  // namespace mho::sim
