/// \file
/// Large-scale gains of the users, which every fading channel takes: a factor for each column of H.
#pragma once

#include "channel.hpp"

namespace mho::sim {

/// Fixed gains (channel.user_gain_db) times log-normal shadowing (channel.path_loss_spread_db) of mean 1.
class user_gains {
 public:
  /// The two keys, for the schema of a kind.
  static std::vector<option> schema();
  static std::optional<option_problem> check(const options& given, const channel_size& size);

  user_gains(const options& given, std::size_t tx);

  /// Whether all gains are 1 always.
  bool is_one() const { return fixed_.empty() && spread_db_ == 0; }
  /// Whether they differ from set to set.
  bool is_random() const { return spread_db_ > 0; }
  /// E[gain] of a user (power), and the mean over users.
  double power(std::size_t user) const { return fixed_.empty() ? 1 : fixed_[user]; }
  double mean_power() const;
  /// Multiplies the columns of h [any][tx] by the amplitudes of that set.
  void apply(const set_identity& set, std::span<std::complex<float>> h) const;
  /// Covariance of the streams with these gains: diag(a) covariance diag(a), a^2 = E[gain]. An empty one is
  /// the unit matrix, and stays empty if all gains are 1.
  std::vector<std::complex<double>> scale(std::vector<std::complex<double>> covariance) const;

 private:
  std::size_t tx_;
  std::vector<double> fixed_;  // power [tx]; empty: 1
  double spread_db_;
};

}  // namespace mho::sim
