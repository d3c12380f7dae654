#include "channel.hpp"

#include <algorithm>
#include <mho/random.hpp>

namespace mho::sim {
namespace {

void rayleigh(std::uint64_t seed, std::uint32_t stream, std::uint64_t number, std::size_t rx, std::size_t tx,
              std::span<std::complex<float>> h) {
  random_stream random(seed, stream, number, draw_channel);
  random.complex_normals(h.first(rx * tx));
}

void awgn(std::uint64_t, std::uint32_t, std::uint64_t, std::size_t rx, std::size_t tx,
          std::span<std::complex<float>> h) {
  std::fill(h.begin(), h.end(), 0.0f);
  for (std::size_t k = 0; k < std::min(rx, tx); ++k) h[k * tx + k] = 1;
}

}  // namespace

std::span<const channel_model> channel_models() {
  static const std::vector<channel_model> models{
      {"rayleigh", "i.i.d. Rayleigh fading: every entry of H is CN(0, 1)", rayleigh,
       [](std::size_t rx) { return static_cast<double>(rx); }},
      {"awgn", "no fading: stream k arrives at antenna k alone, with unit gain", awgn,
       [](std::size_t) { return 1.0; }}};
  return models;
}

const channel_model* find_channel(std::string_view name) {
  for (const channel_model& model : channel_models())
    if (model.name == name) return &model;
  return nullptr;
}

}  // namespace mho::sim
