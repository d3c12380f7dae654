/// \file
/// Channels: they draw H [rx][tx], row-major, set by set.
#pragma once

#include <complex>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include <mho/error.hpp>
#include <mho/options.hpp>

namespace mho::sim {

/// What a draw is for: the purpose field of random_stream. Detectors use 0x100 and up.
enum purpose : std::uint16_t {
  draw_bits = 1,
  draw_channel = 2,
  draw_noise = 3,
  // of gram_draw
  draw_triangle = 4,
  draw_diagonal_entries = 5,
  draw_diagonal_again = 6,
  draw_filtered_noise = 7,
  draw_pack_bits = 8
};

/// The same, of parts of channels and of their estimates.
enum channel_purpose : std::uint16_t { draw_angles = 0x10, draw_gains = 0x11, draw_pilot_noise = 0x12 };

/// Whose draw: the seed, the point's stream, and the number of the set of uses that share a channel.
struct set_identity {
  std::uint64_t seed = 0;
  std::uint32_t stream = 0;
  std::uint64_t number = 0;
};

/// The law of a Gram matrix whose channel is H = (mean + W) T with W i.i.d. CN(0, 1) [antennas, tx].
struct gram_law {
  std::size_t antennas = 0;
  /// [tx][tx]: any M0 with M0^H M0 = mean^H mean, such as the triangle of mean's QR decomposition; empty: no
  /// mean.
  std::vector<std::complex<float>> mean;
  bool is_mixed = false;  ///< whether `channel::mix` gives T; otherwise T = 1
};

/// First and second moments: E[h_ik] = mean [rx][tx], Cov(h_ik, h_jl) = receive_ij transmit_kl. Empty: no
/// mean, or the unit matrix.
struct channel_moments {
  std::vector<std::complex<double>> mean, receive, transmit;
};

/// A channel as a scenario asks for it: immutable, shared by all workers.
class channel {
 public:
  channel(std::size_t rx, std::size_t tx) : rx_(rx), tx_(tx) {}
  virtual ~channel() = default;

  std::size_t rx() const { return rx_; }
  std::size_t tx() const { return tx_; }

  /// The channels of `count` sets from `first` on, h [count][rx][tx]. A set's channel depends on its identity
  /// alone, not on the sets beside it.
  virtual void draw(const set_identity& first, std::size_t count, std::span<std::complex<float>> h) const = 0;

  /// E||H||^2 / tx (Frobenius), in closed form or over the file: the mean energy of a column.
  virtual double column_energy() const = 0;

  /// Sets in a row whose channels depend on one another, as those of one OFDM grid do; a power of two. Sets
  /// of different groups are independent. Groups start at multiples of it.
  virtual std::size_t sets_a_group() const { return 1; }

  /// The law of H^H H, where it is one of those that can be drawn without H.
  virtual std::optional<gram_law> law() const { return std::nullopt; }
  /// T [tx][tx] of a set, row-major, upper triangular (H's law asks for T^H T alone).
  virtual void mix(const set_identity& set, std::span<std::complex<float>> t) const;

  /// Mean and covariance over the model, where they are known and the covariance is such a product.
  virtual std::optional<channel_moments> moments() const { return std::nullopt; }

  /// How many sets there are; nothing: as many as one likes. Where there is a number, `draw` takes any set
  /// below it, and the more at once the better.
  virtual std::optional<std::uint64_t> sets() const { return std::nullopt; }

  /// Whose numbers these are, where they come from elsewhere: a digest. "" if scenario and seed say it all.
  virtual std::string identity() const { return ""; }

 private:
  std::size_t rx_, tx_;
};

/// What is wrong with a value that by itself is in its range: its key in [channel] and what is allowed.
struct option_problem {
  std::string key, what;
};

/// What a channel is made for. seed: of what is drawn once for all sets, such as the users' angles. folder:
/// what names of files are relative to.
struct channel_size {
  std::size_t rx = 0, tx = 0;
  std::uint64_t seed = 1;
  std::string folder = "";
};

/// An option that is a number.
inline double number(const options& given, const char* key) { return std::get<double>(given.at(key)); }

/// A kind of channel, as `mho list channels` shows it.
struct channel_kind {
  std::string name, doc;
  std::vector<option> schema;  ///< its keys of the table [channel]
  /// Options complete by the schema: what else is wrong with them. Without it all are good.
  std::optional<option_problem> (*check)(const options& given, const channel_size& size);
  /// Options that passed the check.
  std::unique_ptr<channel> (*make)(const options& given, const channel_size& size);
  std::string group = "";  ///< what a group of sets is, if it is more than one: "OFDM grid"
};

/// All kinds: rayleigh (i.i.d. CN(0, 1)), kronecker (Rayleigh with correlated antennas and streams), rician
/// (Rayleigh around a line of sight), tdl-a to tdl-e (OFDM over tapped delay lines), awgn (stream k arrives
/// at antenna k alone, with unit gain), recorded (matrices of a file).
std::span<const channel_kind> channel_kinds();

/// The kind of that name; nullptr if there is none.
const channel_kind* find_channel(std::string_view name);

/// A channel of that kind; options that are not given have their defaults. Errors: unknown_name, bad_value.
/// Throws input_error where a file turns out to be damaged while it is read.
result<std::unique_ptr<channel>> make_channel(std::string_view name, const options& given, std::size_t rx,
                                              std::size_t tx, std::uint64_t seed = 1,
                                              const std::string& folder = "");

}  // namespace mho::sim
