#include "user_gains.hpp"
#include "decibel.hpp"

#include <cmath>
#include <mho/random.hpp>
#include <numbers>

namespace mho::sim {
namespace {

constexpr double most_decibels = 100, most_spread = 30;

}  // namespace

std::vector<option> user_gains::schema() {
  return {{"user_gain_db", std::vector<double>{}, "dB", "power gain of each stream; none: 0 dB each",
           -most_decibels, most_decibels},
          {"path_loss_spread_db", 0.0, "dB",
           "standard deviation of log-normal shadowing, fresh for every channel and stream; mean gain 1", 0,
           most_spread}};
}

std::optional<option_problem> user_gains::check(const options& given, const channel_size& size) {
  const std::size_t count = std::get<std::vector<double>>(given.at("user_gain_db")).size();
  if (count == 0 || count == size.tx) return std::nullopt;
  return option_problem{"user_gain_db", "must have one value for each of the " + std::to_string(size.tx) +
                                            " streams, not " + std::to_string(count)};
}

user_gains::user_gains(const options& given, std::size_t tx)
    : tx_(tx), spread_db_(number(given, "path_loss_spread_db")) {
  for (const double gain : std::get<std::vector<double>>(given.at("user_gain_db")))
    fixed_.push_back(power_of(gain));
}

double user_gains::mean_power() const {
  double sum = 0;
  for (std::size_t k = 0; k < tx_; ++k) sum += power(k);
  return sum / static_cast<double>(tx_);
}

void user_gains::apply(const set_identity& set, std::span<std::complex<float>> h) const {
  if (is_one()) return;
  std::vector<float> amplitude(tx_, 0.0f);
  if (spread_db_ > 0) {
    random_stream random(set.seed, set.stream, set.number, draw_gains);
    random.normals(amplitude);
  }
  // E[10^(s n / 10)] = exp((s ln(10) / 10)^2 / 2) for n of N(0, 1).
  const double nepers = spread_db_ * std::numbers::ln10 / 10, mean = std::exp(nepers * nepers / 2);
  for (std::size_t k = 0; k < tx_; ++k)
    amplitude[k] = static_cast<float>(
        std::sqrt(power(k) * power_of(spread_db_ * static_cast<double>(amplitude[k])) / mean));
  for (std::size_t k = 0; k < tx_; ++k)
    for (std::size_t i = k; i < h.size(); i += tx_) h[i] *= amplitude[k];
}

std::vector<std::complex<double>> user_gains::scale(std::vector<std::complex<double>> covariance) const {
  if (fixed_.empty()) return covariance;
  if (covariance.empty()) {
    covariance.resize(tx_ * tx_);
    for (std::size_t k = 0; k < tx_; ++k) covariance[k * tx_ + k] = 1;
  }
  for (std::size_t k = 0; k < tx_; ++k)
    for (std::size_t l = 0; l < tx_; ++l) covariance[k * tx_ + l] *= std::sqrt(power(k) * power(l));
  return covariance;
}

}  // namespace mho::sim
