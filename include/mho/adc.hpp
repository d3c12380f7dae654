/// \file
/// Designing a quantiser for a signal, and a modelled converter that realises it with memristors: an array of
/// Q-cells, each of which tells whether its input lies between two programmed bounds. Hong et al.,
/// "Memristor-based adaptive analog-to-digital conversion for efficient and accurate compute-in-memory",
/// Nature Communications (2025), s41467-025-65233-w (below: Hong et al.).
#pragma once

#include <mho/config.h>
#if !MHO_HAVE_ANALOG
#error "this build of mho has no analogue model: it was configured with MHO_ANALOG=OFF"
#endif

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include <mho/error.hpp>
#include <mho/random.hpp>

namespace mho {

/// Most bits of a designed quantiser; there are 2^bits levels.
constexpr unsigned most_adc_bits = 12;

/// What a converter makes of its input, in the input's unit. Code k stands for boundary[k - 1] < x <=
/// boundary[k] and is read as level[k]; the outermost bins are open.
struct MHO_API quantiser {
  std::vector<double> boundary;  ///< ascending, one fewer than levels
  std::vector<double> level;     ///< ascending
  double low = 0;                ///< the converter's input range: from here ..
  double high = 0;               ///< .. to here. The conductances of a Q-cell's devices span it

  /// The number of boundaries below x.
  std::size_t code(double x) const noexcept;
  /// The level of that code.
  double convert(double x) const noexcept { return level[code(x)]; }
};

/// How a quantiser is laid out.
enum class quantiser_kind : std::uint8_t {
  uniform,       ///< 2^bits equal bins over the signal's range, levels in their middles
  best_uniform,  ///< the same over the range that minimises the mean squared error: a calibrated converter
  lloyd_max,     ///< bins and levels that minimise the mean squared error (Lloyd 1957, Max 1960)
};

/// Where Lloyd's iteration starts and ends, by default as in Hong et al.
struct lloyd_rules {
  double start_percentile =
      0.5;  ///< the levels start evenly spread from here to 100 - this; 0 .. below 50 percent
  std::size_t most_samples = 8000;    ///< 1 ..; more are thinned to every so many of the sorted ones
  std::size_t most_iterations = 500;  ///< 1 ..; Hong et al.: 100 to 500
  double least_change = 1e-6;         ///< 0 ..; relative, of the mean squared error, in an iteration
};

/// 2^bits equal bins from low to high. bits: 1 .. most_adc_bits, the nearest of them if outside.
MHO_API quantiser uniform_quantiser(unsigned bits, double low, double high);

/// The symmetric mid-tread quantiser of `bits` bits: 2^(bits - 1) - 1 steps to each side of 0, the outermost
/// levels at plus and minus full_scale (bits = 1: one step). bits: likewise.
MHO_API quantiser mid_tread_quantiser(unsigned bits, double full_scale);

/// A quantiser for the distribution that the samples come from. Its range is the samples' own (best_uniform:
/// what it found). Errors: bad_value (bits outside 1 .. most_adc_bits, no samples, one that is not finite,
/// a range that overflows, a rule outside its own).
/// Lloyd's rules: inner boundaries halfway between levels, levels the means of their bins, the level of an
/// empty bin stays; from the percentiles and again from the best uniform quantiser, and the better one is
/// taken. The search for the best uniform range is of centre and width in turn.
MHO_API result<quantiser> design_quantiser(quantiser_kind kind, unsigned bits,
                                           std::span<const double> samples, const lloyd_rules& rules = {});

/// Mean squared error of the samples.
MHO_API double mean_squared_error(const quantiser& q, std::span<const double> samples);

/// Signal-to-noise ratio of the samples in dB: their variance over the mean squared error; +inf without
/// error.
MHO_API double quantisation_snr_db(const quantiser& q, std::span<const double> samples);

/// How faithfully a converter's devices are modelled.
enum class adc_device : std::uint8_t {
  ideal,       ///< the quantiser itself
  thresholds,  ///< one device a boundary, shared by the bins at its sides; sorted as the code counts them
  windows,     ///< Q-cells: every bin has a lower and an upper device of its own, gaps and overlaps occur
};

/// What is made of several converters of the same design, whose devices err independently.
enum class adc_combination : std::uint8_t {
  single,            ///< one converter
  super_resolution,  ///< two; the same code i reads level[i], codes i < j the designed boundary[i]
  average,           ///< two; the mean of their levels
  majority,          ///< three; the level of the median code, which any two that agree have
};

/// How many converters a combination takes.
MHO_API std::size_t converters_of(adc_combination c) noexcept;

/// Devices and combination of a modelled converter; the numbers are those of Hong et al.
struct adc_model {
  adc_device device = adc_device::ideal;                  ///< fidelity
  adc_combination combination = adc_combination::single;  ///< of ideal devices all are the same
  double low_siemens = 100e-6;   ///< conductance of a bound at the low end of the range
  double high_siemens = 400e-6;  ///< at its high end; the threshold is affine in the conductance
  double error_share = 0.0091;   ///< standard deviation of a programmed conductance, of high - low: 2.73 uS
  double error_limit = 2;        ///< in standard deviations: programmed again beyond; inf: never
  double read_error_siemens =
      0;  ///< standard deviation of a device at every conversion; measured: <= 0.35 uS
};

/// What a decoder of windows met.
struct adc_counts {
  std::uint64_t conversions = 0;  ///< of single converters
  std::uint64_t gaps = 0;         ///< no window matched
  std::uint64_t overlaps = 0;     ///< several did
};

/// A programmed converter (or the few of a combination): one chip, drawn at construction, which allocates.
///
/// Q-cells in full (`windows`): a conversion compares x with every window. If several match, the decoder's
/// priority is the highest one; if none does, it takes the highest whose lower bound lies below x. (Hong et
/// al. do not print the decoder's rule; this is the priority encoder's usual one, and the one that makes
/// gaps harmless.) The outer side of the first and the last window is open.
class MHO_API modelled_adc {
 public:
  /// (seed, number) is the chip: each number is another converter on it, below 2^48.
  modelled_adc(quantiser design, const adc_model& model, std::uint64_t seed, std::uint64_t number);

  /// One conversion. `reading` draws the read errors, nothing if there are none; counts may be null.
  double convert(double x, random_stream& reading, adc_counts* counts = nullptr) const noexcept;

  const quantiser& design() const noexcept { return design_; }  ///< what it should be
  /// The boundaries of converter c as they were programmed, in the input's unit, unsorted; of windows the
  /// lower bounds of all but the first.
  std::span<const double> programmed(std::size_t c) const noexcept;

 private:
  std::size_t code(std::size_t c, double x, random_stream& reading, adc_counts* counts) const noexcept;
  std::size_t window_code(std::size_t c, double x, random_stream& reading, adc_counts* counts) const noexcept;

  quantiser design_;
  adc_model model_;
  std::size_t bounds_ = 0;             // a converter, of each of the vectors below
  double read_error_ = 0;              // in the input's unit
  std::vector<double> lower_, upper_;  // converter by converter as programmed: boundaries; windows: bounds
  std::vector<double> sorted_;         // boundaries
};

/// Static linearity of a converter, in steps of (high - low) / levels (LSB).
struct linearity {
  double inl_rms = 0;  ///< over the boundaries: how far each is from where it should be
  double inl_max = 0;  ///< the largest magnitude of them
  double dnl_rms = 0;  ///< over the inner bins: how far each one's width is from what it should be
  double dnl_max = 0;  ///< the largest magnitude of them
};

/// Of boundaries as they are against the design's. With independent errors of s times the range and n bits
/// the RMS over chips are s 2^n and sqrt(2) s 2^n LSB. All zero of a range without width, whose boundaries
/// cannot be apart.
MHO_API linearity static_linearity(const quantiser& design, std::span<const double> programmed);

/// Energy of a conversion and area of one converter.
struct adc_cost {
  double driver_joule = 0;     ///< of the search lines; with 2^bits
  double precharge_joule = 0;  ///< of the match lines; with 2^bits
  double decoder_joule = 0;    ///< with bits 2^bits
  double other_joule = 0;      ///< constant
  double core_m2 = 0;          ///< with 2^bits
  double decoder_m2 = 0;       ///< with bits 2^bits
  double energy_joule = 0;     ///< of all
  double area_m2 = 0;          ///< of all
};

/// Of a Q-cell converter of so many bits: 12.58 fJ and 24.29 um^2 at 5 bits (Hong et al.: the units and that
/// the figures are those of the 5-bit converter that it compares with others are inferred), scaled as the
/// members say. Multiply by converters_of for a combination.
MHO_API adc_cost qcell_adc_cost(unsigned bits) noexcept;

}  // namespace mho
