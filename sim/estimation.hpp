/// \file
/// What the receiver knows of the channel: H itself, or an estimate from pilots.
#pragma once

#include <complex>
#include <optional>
#include <span>
#include <vector>

#include "channels/channel.hpp"

namespace mho::sim {

/// Estimates from orthogonal pilots: `pilots` symbols a stream of Es = 1 times the boost leave Y = H + E, E
/// i.i.d. CN(0, s), s = N0 / (pilots boost).
class channel_estimator {
 public:
  /// The keys of the table [estimation].
  static std::span<const option> schema();

  /// Options that are not given have their defaults. Errors: unknown_name, bad_value ("lmmse" on a channel
  /// without known moments).
  static result<channel_estimator> make(const options& given, const channel& of);

  /// Whether the receiver knows H.
  bool is_perfect() const { return method_ == method::perfect; }

  /// The estimate of H [rx][tx] of a set; its pilots' noise is keyed by that set. `estimated` may be `h`. ls:
  /// Y. lmmse: the linear estimate of least mean square error from the channel's mean and covariance (S. M.
  /// Kay, Fundamentals of Statistical Signal Processing: Estimation Theory, 1993, eq. 12.26), M + R (R + s
  /// I)^-1 (Y - M); for i.i.d. CN(0, 1) entries Y / (1 + s).
  void estimate(std::span<const std::complex<float>> h, double n0, const set_identity& set,
                std::span<std::complex<float>> estimated) const;

  /// Mean over the entries of E|estimate - h|^2: s (ls), tr(R (R + s I)^-1) s / (rx tx) (lmmse), 0.
  double error_variance(double n0) const;

  /// The noise variance that the detectors are told: N0, or, with noise_variance = "with_error", N0 + tx
  /// times the error variance, what the estimates' errors add to the noise of an antenna.
  double noise_variance(double n0) const;

 private:
  enum class method { perfect, ls, lmmse };
  // Covariance of one side in its eigenvectors, [size][size]; no vectors: it is diagonal.
  struct side {
    std::vector<std::complex<float>> vectors;
    std::vector<double> values;
  };

  channel_estimator(std::size_t rx, std::size_t tx) : rx_(rx), tx_(tx) {}
  static side decompose(const std::vector<std::complex<double>>& covariance, std::size_t size);
  double pilot_noise(double n0) const { return n0 / pilot_energy_; }
  void shrink(double noise, std::span<std::complex<float>> y) const;

  std::size_t rx_, tx_;
  method method_ = method::perfect;
  double pilot_energy_ = 1;
  bool tells_error_ = false;
  std::vector<std::complex<float>> mean_;  // [rx][tx]; empty: none
  side receive_, transmit_;
};

}  // namespace mho::sim
