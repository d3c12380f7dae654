// Rayleigh fading with correlated antennas and streams.
#include <algorithm>
#include <cmath>
#include <mho/random.hpp>
#include <numbers>

#include "combine.hpp"
#include "correlation.hpp"
#include "kinds.hpp"
#include "user_gains.hpp"

namespace mho::sim {
namespace {

using cf32 = std::complex<float>;

constexpr double most_correlation = 0.9999, standard_angle = 30, standard_spread = 10;

bool is_scattering(const options& given) {
  return std::get<std::string>(given.at("rx_model")) == "local_scattering";
}

// H = C_r W C_t^T diag(a), W i.i.d. CN(0, 1), C C^H = R, a the users' gains. The Cholesky factor of the
// exponential model is the recursion c_i = r c_(i-1) + sqrt(1 - r^2) w_i.
class kronecker : public channel {
 public:
  kronecker(const options& given, const channel_size& size)
      : channel(size.rx, size.tx),
        rx_correlation_(number(given, "rx_correlation")),
        tx_correlation_(number(given, "tx_correlation")),
        gains_(given, size.tx) {
    if (!is_scattering(given)) return;
    constexpr double degree = std::numbers::pi / 180;
    scattering_ = local_scattering_covariance(size.rx, number(given, "angle_deg") * degree,
                                              number(given, "angular_spread_deg") * degree);
    root_ = root_of(scattering_, size.rx);
  }

  void draw(const set_identity& first, std::size_t count, std::span<cf32> h) const override {
    std::vector<cf32> fresh(root_.rank * tx());
    for (std::size_t i = 0; i < count; ++i) {
      const set_identity set{first.seed, first.stream, first.number + i};
      const std::span<cf32> one = h.subspan(i * rx() * tx(), rx() * tx());
      random_stream random(set.seed, set.stream, set.number, draw_channel);
      if (root_.rank > 0) {
        random.complex_normals(fresh);
        scatter(fresh, one);
      } else {
        random.complex_normals(one);
        correlate(one, rx_correlation_, rx(), tx(), tx(), 1);
      }
      correlate(one, tx_correlation_, tx(), 1, rx(), tx());
      gains_.apply(set, one);
    }
  }
  double column_energy() const override { return static_cast<double>(rx()) * gains_.mean_power(); }

  std::optional<gram_law> law() const override {
    if (rx_correlation_ > 0 || root_.rank > 0) return std::nullopt;
    return gram_law{rx(), {}, tx_correlation_ > 0 || !gains_.is_one()};
  }
  // C_t^T: the recursion along the rows of the unit matrix.
  void mix(const set_identity& set, std::span<cf32> t) const override {
    channel::mix(set, t);
    correlate(t, tx_correlation_, tx(), 1, tx(), tx());
    gains_.apply(set, t);
  }
  std::optional<channel_moments> moments() const override {
    channel_moments known;
    if (root_.rank > 0)
      known.receive = scattering_;
    else if (rx_correlation_ > 0)
      known.receive = exponential_covariance(rx(), rx_correlation_);
    if (tx_correlation_ > 0) known.transmit = exponential_covariance(tx(), tx_correlation_);
    known.transmit = gains_.scale(std::move(known.transmit));
    return known;
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

  // h [rx][tx] = C_r fresh [rank][tx].
  void scatter(std::span<const cf32> fresh, std::span<cf32> h) const {
    turned_rows rows;
    rows.assign(fresh);
    std::fill(h.begin(), h.end(), 0.0f);
    for (std::size_t i = 0; i < rx(); ++i)
      for (std::size_t r = 0; r < root_.rank; ++r)
        rows.add_multiple(root_.factor[i * root_.rank + r], r * tx(), h.subspan(i * tx(), tx()));
  }

  double rx_correlation_, tx_correlation_;
  user_gains gains_;
  std::vector<std::complex<double>> scattering_;  // covariance of the antennas, if it is that model's
  covariance_root root_;
};

std::optional<option_problem> check(const options& given, const channel_size& size) {
  if (is_scattering(given) && number(given, "rx_correlation") > 0)
    return option_problem{"rx_correlation", "needs channel.rx_model = \"exponential\""};
  if (!is_scattering(given))
    for (const auto& [key, standard] :
         {std::pair{"angle_deg", standard_angle}, {"angular_spread_deg", standard_spread}})
      if (number(given, key) != standard)
        return option_problem{key, "needs channel.rx_model = \"local_scattering\""};
  return user_gains::check(given, size);
}

}  // namespace

channel_kind kronecker_kind() {
  std::vector<option> schema{
      {"rx_correlation", 0.0, "", "of neighbouring receive antennas; apart by d, its power d", 0,
       most_correlation},
      {"tx_correlation", 0.0, "", "the same of the streams", 0, most_correlation},
      {"rx_model", "exponential", "",
       "of the receive antennas: exponential in their distance, or scattering around one direction"},
      {"angle_deg", standard_angle, "degree", "of local_scattering: its direction, from broadside", -90, 90},
      {"angular_spread_deg", standard_spread, "degree",
       "of local_scattering: standard deviation of the Gaussian angles", 0.1, 90}};
  schema[2].choices = {"exponential", "local_scattering"};
  for (option& o : user_gains::schema()) schema.push_back(std::move(o));
  return {"kronecker", "Rayleigh fading with correlated antennas and streams, E[h_ik conj(h_jl)] = R_ij T_kl",
          std::move(schema), check,
          [](const options& given, const channel_size& size) -> std::unique_ptr<channel> {
            return std::make_unique<kronecker>(given, size);
          }};
}

}  // namespace mho::sim
