// OFDM over the tapped delay lines of 3GPP.
#include <Eigen/Dense>
#include <algorithm>
#include <bit>
#include <cmath>
#include <mho/random.hpp>
#include <numbers>

#include "combine.hpp"
#include "correlation.hpp"
#include "decibel.hpp"
#include "delay_profiles.hpp"
#include "kinds.hpp"
#include "user_gains.hpp"

namespace mho::sim {
namespace {

using cf32 = std::complex<float>;
using cf64 = std::complex<double>;

constexpr double turn = 2 * std::numbers::pi, speed_of_light = 299792458;
constexpr std::int64_t most_elements = 65536;
constexpr std::uint64_t most_entries = std::uint64_t{1} << 26;  // of a grid, which a thread holds: 512 MiB

std::int64_t count(const options& given, const char* key) { return std::get<std::int64_t>(given.at(key)); }

double doppler_of(const options& given) {
  const double speed = number(given, "speed_m_s");
  return speed > 0 ? speed * number(given, "carrier_hz") / speed_of_light : number(given, "doppler_hz");
}

// H(f, t) = sum_l g_l(t) exp(-j 2 pi f tau_l), independent for every antenna and stream. A set is a resource
// element; element e of a group is OFDM symbol e mod symbols on subcarrier e / symbols. The g_l(t) at the
// symbols of the grid are one complex Gaussian vector with the covariance p_l J0(2 pi f_d (t - t')) of
// Clarke's model, through a root of that matrix: exact in law, no sum of sinusoids. The line of sight of
// TDL-D and TDL-E turns at 0.7 f_d (section 7.7.2) from a uniform phase.
class tapped_delay_line : public channel {
 public:
  tapped_delay_line(const delay_profile& profile, const options& given, const channel_size& size)
      : channel(size.rx, size.tx),
        symbols_(static_cast<std::size_t>(count(given, "symbols"))),
        elements_(std::bit_ceil(symbols_ * static_cast<std::size_t>(count(given, "subcarriers")))),
        taps_(profile.taps.size()),
        gains_(given, size.tx) {
    const double spacing = number(given, "subcarrier_spacing_hz"), doppler = doppler_of(given),
                 symbol_s = 15.0 / 14 / spacing;  // 14 symbols in 15 / spacing: normal cyclic prefix
    const double line = profile.line_of_sight_db ? power_of(*profile.line_of_sight_db) : 0;
    double total = line;
    for (const delay_tap& tap : profile.taps) total += power_of(tap.power_db);
    line_ = std::sqrt(line / total);
    for (std::size_t f = 0; f * symbols_ < elements_; ++f)
      for (const delay_tap& tap : profile.taps)
        response_.emplace_back(std::polar(
            std::sqrt(power_of(tap.power_db) / total),
            -turn * static_cast<double>(f) * spacing * tap.delay * number(given, "delay_spread_s")));
    std::vector<cf64> covariance(symbols_ * symbols_);
    for (std::size_t i = 0; i < symbols_; ++i) {
      line_turn_.emplace_back(std::polar(1.0, turn * 0.7 * doppler * symbol_s * static_cast<double>(i)));
      for (std::size_t j = 0; j < symbols_; ++j) {
        const auto apart = static_cast<double>(i > j ? i - j : j - i);
        covariance[i * symbols_ + j] = std::cyl_bessel_j(0.0, turn * doppler * symbol_s * apart);
      }
    }
    fading_ = root_of(covariance, symbols_);
  }

  std::size_t sets_a_group() const override { return elements_; }
  double column_energy() const override { return static_cast<double>(rx()) * gains_.mean_power(); }
  std::optional<channel_moments> moments() const override {
    return channel_moments{{}, {}, gains_.scale({})};
  }

  void draw(const set_identity& first, std::size_t sets, std::span<cf32> h) const override {
    for (std::size_t done = 0; done < sets;) {
      const std::uint64_t set = first.number + done;
      const std::size_t from = set % elements_, to = std::min(elements_, from + sets - done);
      draw_grid({first.seed, first.stream, set - from}, from, to,
                h.subspan(done * rx() * tx(), (to - from) * rx() * tx()));
      done += to - from;
    }
  }

 private:
  // Elements from .. to of the grid, h [element][rx][tx].
  void draw_grid(const set_identity& grid, std::size_t from, std::size_t to, std::span<cf32> h) const {
    random_stream random(grid.seed, grid.stream, grid.number, draw_channel);
    std::vector<cf32> fresh(fading_.rank * taps_ * tx()), faded(symbols_ * taps_ * tx());
    turned_rows normals, taps, lines;
    std::vector<std::uint32_t> phase(line_ > 0 ? tx() : 0);
    std::vector<cf32> line(phase.size());
    for (std::size_t antenna = 0; antenna < rx(); ++antenna) {
      random.complex_normals(fresh);
      random.words(phase);
      for (std::size_t k = 0; k < line.size(); ++k)
        line[k] = cf32(std::polar(line_, turn * 0x1p-32 * phase[k]));
      lines.assign(line);
      normals.assign(fresh);
      std::fill(faded.begin(), faded.end(), 0.0f);
      const std::size_t row = taps_ * tx();
      for (std::size_t s = 0; s < symbols_; ++s)
        for (std::size_t r = 0; r < fading_.rank; ++r)
          normals.add_multiple(fading_.factor[s * fading_.rank + r], r * row,
                               std::span(faded).subspan(s * row, row));
      taps.assign(faded);
      for (std::size_t e = from; e < to; ++e) {
        const std::size_t symbol = e % symbols_, subcarrier = e / symbols_;
        const std::span<cf32> out = h.subspan(((e - from) * rx() + antenna) * tx(), tx());
        std::fill(out.begin(), out.end(), 0.0f);
        if (line_ > 0) lines.add_multiple(line_turn_[symbol], 0, out);
        for (std::size_t l = 0; l < taps_; ++l)
          taps.add_multiple(response_[subcarrier * taps_ + l], symbol * row + l * tx(), out);
      }
    }
    gains_.apply(grid, h);
  }

  std::size_t symbols_, elements_, taps_;
  user_gains gains_;
  double line_ = 0;              // amplitude of the line of sight
  std::vector<cf32> line_turn_;  // its turn [symbol]
  std::vector<cf32> response_;   // [subcarrier][tap]
  covariance_root fading_;       // of the symbols
};

std::optional<option_problem> check(const options& given, const channel_size& size) {
  if (count(given, "subcarriers") * count(given, "symbols") > most_elements)
    return option_problem{"subcarriers", "times channel.symbols must be at most " +
                                             std::to_string(most_elements) + " resource elements"};
  const auto elements =
      std::bit_ceil(static_cast<std::uint64_t>(count(given, "subcarriers") * count(given, "symbols")));
  if (elements * size.rx * size.tx > most_entries)
    return option_problem{"subcarriers", "a grid of " + std::to_string(elements) + " channels of " +
                                             std::to_string(size.rx) + "x" + std::to_string(size.tx) +
                                             " must have at most " + std::to_string(most_entries) +
                                             " entries"};
  if (number(given, "speed_m_s") > 0 && number(given, "doppler_hz") > 0)
    return option_problem{"speed_m_s", "only one of doppler_hz, speed_m_s"};
  return user_gains::check(given, size);
}

std::vector<option> schema() {
  std::vector<option> all{{"delay_spread_s", 1e-7, "s", "root mean square delay spread", 0, 1e-3},
                          {"subcarriers", std::int64_t{12}, "",
                           "of the OFDM grid; more are added until its elements are a power of two", 1, 4096},
                          {"subcarrier_spacing_hz", 30e3, "Hz", "of neighbouring subcarriers", 1, 1e9},
                          {"symbols", std::int64_t{14}, "",
                           "OFDM symbols of the grid, of 15/14 over the subcarrier spacing each", 1, 256},
                          {"doppler_hz", 0.0, "Hz", "largest Doppler shift", 0, 1e6},
                          {"speed_m_s", 0.0, "m/s", "in place of doppler_hz: speed of the users", 0, 1e5},
                          {"carrier_hz", 3.5e9, "Hz", "carrier frequency, for speed_m_s", 1e6, 1e12}};
  for (option& o : user_gains::schema()) all.push_back(std::move(o));
  return all;
}

template <std::size_t which>
channel_kind kind() {
  const delay_profile& profile = delay_profiles()[which];
  std::string doc = "OFDM over the tapped delay line " + profile.name + " of 3GPP TR 38.901, ";
  doc += profile.line_of_sight_db ? "with a line of sight" : "no line of sight";
  return {profile.name,
          doc + "; a set is a resource element",
          schema(),
          check,
          [](const options& given, const channel_size& size) -> std::unique_ptr<channel> {
            return std::make_unique<tapped_delay_line>(delay_profiles()[which], given, size);
          },
          "OFDM grid"};
}

}  // namespace

std::vector<channel_kind> tdl_kinds() { return {kind<0>(), kind<1>(), kind<2>(), kind<3>(), kind<4>()}; }

}  // namespace mho::sim
