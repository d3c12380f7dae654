// Rayleigh fading around a line of sight.
#include <Eigen/Dense>
#include <algorithm>
#include <cmath>
#include <mho/random.hpp>
#include <numbers>

#include "decibel.hpp"
#include "kinds.hpp"
#include "user_gains.hpp"

namespace mho::sim {
namespace {

using cf32 = std::complex<float>;
using cf64 = std::complex<double>;

constexpr double sector = 60;  // degrees to either side

std::vector<double> angles_of(const options& given, const channel_size& size) {
  std::vector<double> angles = std::get<std::vector<double>>(given.at("angles_deg"));
  random_stream random(size.seed, 0, 0, draw_angles);
  if (angles.empty())
    for (std::size_t k = 0; k < size.tx; ++k) angles.push_back(sector * (2 * random.uniform() - 1));
  return angles;
}

// H = (M + W) diag(a) / sqrt(K + 1), W i.i.d. CN(0, 1), a the users' gains. M's column k is sqrt(K) times the
// response of a uniform linear array of half a wavelength's spacing to a plane wave from the user's angle,
// exp(j pi m sin(angle)) at antenna m. It is the same for all sets.
class rician : public channel {
 public:
  rician(const options& given, const channel_size& size)
      : channel(size.rx, size.tx), factor_(power_of(number(given, "k_factor_db"))), gains_(given, size.tx) {
    const std::vector<double> angles = angles_of(given, size);
    for (std::size_t m = 0; m < size.rx; ++m)
      for (std::size_t k = 0; k < size.tx; ++k)
        mean_.push_back(std::polar(std::sqrt(factor_), std::numbers::pi * static_cast<double>(m) *
                                                           std::sin(angles[k] * std::numbers::pi / 180)));
  }

  void draw(const set_identity& first, std::size_t count, std::span<cf32> h) const override {
    const auto scale = static_cast<float>(std::sqrt(1 / (factor_ + 1)));
    for (std::size_t i = 0; i < count; ++i) {
      const set_identity set{first.seed, first.stream, first.number + i};
      const std::span<cf32> one = h.subspan(i * rx() * tx(), rx() * tx());
      random_stream random(set.seed, set.stream, set.number, draw_channel);
      random.complex_normals(one);
      for (std::size_t e = 0; e < one.size(); ++e) one[e] = scale * (one[e] + cf32(mean_[e]));
      gains_.apply(set, one);
    }
  }
  double column_energy() const override { return static_cast<double>(rx()) * gains_.mean_power(); }

  // The unitary factor of M's QR decomposition turns W into another W.
  std::optional<gram_law> law() const override {
    if (tx() > rx()) return std::nullopt;
    using matrix = Eigen::Matrix<cf64, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
    const auto rows = static_cast<Eigen::Index>(rx()), columns = static_cast<Eigen::Index>(tx());
    const Eigen::HouseholderQR<matrix> qr(Eigen::Map<const matrix>(mean_.data(), rows, columns));
    gram_law law{rx(), std::vector<cf32>(tx() * tx()), true};
    for (Eigen::Index i = 0; i < columns; ++i)
      for (Eigen::Index k = i; k < columns; ++k)
        law.mean[static_cast<std::size_t>(i * columns + k)] = cf32(qr.matrixQR()(i, k));
    return law;
  }
  void mix(const set_identity& set, std::span<cf32> t) const override {
    channel::mix(set, t);
    gains_.apply(set, t);
    for (cf32& entry : t) entry *= static_cast<float>(std::sqrt(1 / (factor_ + 1)));
  }
  std::optional<channel_moments> moments() const override {
    // Shadowing would make the line of sight itself random, and its covariance no product.
    if (gains_.is_random()) return std::nullopt;
    channel_moments known{mean_, {}, std::vector<cf64>(tx() * tx())};
    const double scattered = 1 / (factor_ + 1);
    for (std::size_t e = 0; e < known.mean.size(); ++e)
      known.mean[e] *= std::sqrt(scattered * gains_.power(e % tx()));
    for (std::size_t k = 0; k < tx(); ++k) known.transmit[k * tx() + k] = scattered * gains_.power(k);
    return known;
  }

 private:
  double factor_;
  std::vector<cf64> mean_;  // M
  user_gains gains_;
};

std::optional<option_problem> check(const options& given, const channel_size& size) {
  const std::size_t count = std::get<std::vector<double>>(given.at("angles_deg")).size();
  if (count != 0 && count != size.tx)
    return option_problem{"angles_deg", "must have one value for each of the " + std::to_string(size.tx) +
                                            " streams, not " + std::to_string(count)};
  return user_gains::check(given, size);
}

}  // namespace

channel_kind rician_kind() {
  std::vector<option> schema{
      {"k_factor_db", 10.0, "dB", "energy of the line of sight over that of the scattered part", -100, 100},
      {"angles_deg", std::vector<double>{}, "degree",
       "of each stream's user, from the broadside of a uniform linear array of half a wavelength's spacing; "
       "none: drawn once from the seed, uniform from -60 to 60",
       -90, 90}};
  for (option& o : user_gains::schema()) schema.push_back(std::move(o));
  return {"rician", "Rayleigh fading around a line of sight, E|h|^2 = 1", std::move(schema), check,
          [](const options& given, const channel_size& size) -> std::unique_ptr<channel> {
            return std::make_unique<rician>(given, size);
          }};
}

}  // namespace mho::sim
