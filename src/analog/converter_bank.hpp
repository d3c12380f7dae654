/// \file
/// The converters of a solver: a group of DACs and ADCs for each place in the circuit, one a row of the
/// arrays, which all arrays of that place share.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include <mho/analog.hpp>

#include "analog/parameters/converter.hpp"
#include "analog/use_stream.hpp"

namespace mho::analog {

/// Places whose read-outs are distributed differently: the outputs of the INV of BlockAMC's first array
/// (solved twice) and of its fourth, and at each stage the outputs of the MVM with M3 and with M2. One array
/// alone has the first place only.
constexpr std::size_t inv_first = 0, inv_fourth = 1;
constexpr std::size_t mvm_m3(std::size_t stage) noexcept { return 2 + 2 * stage; }
constexpr std::size_t mvm_m2(std::size_t stage) noexcept { return 3 + 2 * stage; }
constexpr std::size_t places_of(std::size_t stages) noexcept { return stages == 0 ? 1 : 2 + 2 * stages; }
std::string place_name(std::size_t place);

/// Read-outs by place, each vector normalised as for the ADC. Room is made at construction; when a place is
/// full, later samples replace random earlier ones (Vitter's reservoir, 1985), so that all are equally
/// likely.
class sample_recorder {
 public:
  sample_recorder(std::size_t places, std::size_t most_samples, std::uint64_t seed);
  void add(std::size_t place, double sample) noexcept;
  /// Whether every place has seen as many samples.
  bool has_seen(std::uint64_t samples) const noexcept;
  const std::vector<double>& samples(std::size_t place) const noexcept { return place_[place].kept; }

 private:
  struct reservoir {
    std::vector<double> kept;
    std::uint64_t seen = 0;
  };
  std::vector<reservoir> place_;
  std::size_t most_;
  random_stream random_;
};

/// Every converter of a solver.
class converter_bank {
 public:
  /// lanes: converters a place.
  converter_bank(const converter_parameters& p, std::size_t lanes, std::size_t stages);

  bool is_ready() const noexcept { return ready_; }
  std::size_t places() const noexcept { return places_; }

  /// Drops chip and designs: what is recorded next is read by perfect converters.
  void forget() noexcept;

  /// Designs the trained ADCs from a place's samples and their mirror images (a right-hand side and its
  /// negative are equally likely), and draws the chip. Places that recorded nothing keep an ADC over [-1, 1].
  void calibrate(const sample_recorder& record, std::uint64_t seed);

  /// What training designed.
  const std::vector<adc_place>& trained() const noexcept { return trained_; }

  /// The inputs of the arrays of a place, n <= lanes. from may be to.
  void drive(std::size_t place, const double* from, std::size_t n, double* to) const noexcept;
  /// Their read-outs, in place. If there is a record, they are noted there and stay as they are.
  void read(std::size_t place, double* values, std::size_t n, use_stream& reading,
            sample_recorder* record) const noexcept;

 private:
  const quantiser& train(std::size_t place, std::vector<double> samples);

  converter_parameters parameters_;
  std::size_t lanes_, places_;
  bool ready_;
  std::vector<double> dac_error_;   // [place][lane][code]
  std::vector<adc_place> trained_;  // [place]
  std::vector<modelled_adc> adc_;   // [place][lane]; of ideal devices [place]
};

/// One solution's use of them.
struct conversion {
  const converter_bank& bank;
  use_stream& reading;
  sample_recorder* record = nullptr;

  void drive(std::size_t place, const double* from, std::size_t n, double* to) const noexcept {
    bank.drive(place, from, n, to);
  }
  void read(std::size_t place, double* values, std::size_t n) const noexcept {
    bank.read(place, values, n, reading, record);
  }
};

}  // namespace mho::analog
