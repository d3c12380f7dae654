/// \file
/// Channel models: they draw H [rx][tx], row-major.
#pragma once

#include <complex>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace mho::sim {

/// What a draw is for: the purpose field of random_stream. Detectors use 0x100 and up.
enum purpose : std::uint16_t { draw_bits = 1, draw_channel = 2, draw_noise = 3 };

/// What the models with options are told.
struct channel_options {
  double rx_correlation = 0;  ///< of neighbouring receive antennas, 0 to below 1
  double tx_correlation = 0;  ///< of neighbouring streams, 0 to below 1
};

/// A channel model, as `mho list channels` shows it.
struct channel_model {
  std::string name, doc;
  bool is_correlated;  ///< reads the correlations of channel_options
  /// Channel number `number` of (seed, stream) into h.
  void (*draw)(const channel_options& options, std::uint64_t seed, std::uint32_t stream, std::uint64_t number,
               std::size_t rx, std::size_t tx, std::span<std::complex<float>> h);
  /// E||h_k||^2 of a column of H, in closed form.
  double (*column_energy)(std::size_t rx);
};

/// All models: rayleigh (i.i.d. CN(0, 1)), kronecker (Rayleigh with correlated antennas and streams), awgn
/// (stream k arrives at antenna k alone, with unit gain).
std::span<const channel_model> channel_models();

/// The model of that name; nullptr if there is none.
const channel_model* find_channel(std::string_view name);

}  // namespace mho::sim
