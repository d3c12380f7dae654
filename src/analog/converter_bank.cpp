#include "analog/converter_bank.hpp"

#include <algorithm>
#include <cmath>

#include "analog/converter.hpp"
#include "analog/identity.hpp"

namespace mho::analog {
namespace {

// What a vector is divided by before its conversion.
double own_scale(const double* v, std::size_t n, bool rms) noexcept {
  double largest = 0, square = 0;
  for (std::size_t i = 0; i < n; ++i) {
    largest = std::max(largest, std::abs(v[i]));
    square += v[i] * v[i];
  }
  return rms ? std::sqrt(square / static_cast<double>(n)) : largest;
}

}  // namespace

std::string place_name(std::size_t place) {
  if (place == inv_first) return "INV of the first array";
  if (place == inv_fourth) return "INV of the fourth array";
  return std::string("MVM with M") + (place % 2 == 0 ? "3" : "2") + " at stage " + std::to_string(place / 2);
}

sample_recorder::sample_recorder(std::size_t places, std::size_t most_samples, std::uint64_t seed)
    : place_(places), most_(most_samples), random_(seed, 0, 0, training_purpose) {
  for (reservoir& r : place_) r.kept.reserve(most_);
}

void sample_recorder::add(std::size_t place, double sample) noexcept {
  if (!std::isfinite(sample)) return;
  reservoir& r = place_[place];
  ++r.seen;
  if (r.kept.size() < most_) {
    r.kept.push_back(sample);
    return;
  }
  const auto at = static_cast<std::uint64_t>(random_.uniform() * static_cast<double>(r.seen));
  if (at < most_) r.kept[at] = sample;
}

bool sample_recorder::has_seen(std::uint64_t samples) const noexcept {
  return std::all_of(place_.begin(), place_.end(), [&](const reservoir& r) { return r.seen >= samples; });
}

converter_bank::converter_bank(const converter_parameters& p, std::size_t lanes, std::size_t stages)
    : parameters_(p), lanes_(lanes), places_(places_of(stages)), ready_(!p.needs_calibration()) {}

void converter_bank::forget() noexcept {
  dac_error_.clear();
  adc_.clear();
  trained_.clear();
}

void converter_bank::calibrate(const sample_recorder& record, std::uint64_t seed) {
  const converter_parameters& p = parameters_;
  if (p.dac_bits > 0 && p.dac_error_lsb > 0) {
    random_stream chip(seed, 0, 0, dac_chip_purpose);
    dac_error_.resize(places_ * lanes_ * (2 * mid_tread_steps(p.dac_bits) + 1));
    for (double& error : dac_error_) error = p.dac_error_lsb * static_cast<double>(chip.normal());
  }
  adc_.clear();
  trained_.clear();
  const bool has_own = p.kind != adc_kind::uniform || p.device.device != adc_device::ideal;
  for (std::size_t place = 0; p.adc_bits > 0 && has_own && place < places_; ++place) {
    const quantiser design = p.kind == adc_kind::uniform
                                 ? mid_tread_quantiser(static_cast<unsigned>(p.adc_bits), 1)
                                 : train(place, record.samples(place));
    const std::size_t drawn = p.device.device == adc_device::ideal ? 1 : lanes_;
    for (std::size_t lane = 0; lane < drawn; ++lane)
      adc_.emplace_back(design, p.device, seed, place * lanes_ + lane);
  }
  ready_ = true;
}

const quantiser& converter_bank::train(std::size_t place, std::vector<double> samples) {
  const auto bits = static_cast<unsigned>(parameters_.adc_bits);
  const std::size_t recorded = samples.size();
  for (std::size_t i = 0; i < recorded; ++i) samples.push_back(-samples[i]);
  const auto kind =
      parameters_.kind == adc_kind::calibrated ? quantiser_kind::best_uniform : quantiser_kind::lloyd_max;
  result<quantiser> designed = design_quantiser(kind, bits, samples);
  quantiser q = designed ? std::move(*designed) : uniform_quantiser(bits, -1, 1);
  const double error = mean_squared_error(q, samples);
  return trained_.emplace_back(adc_place{place_name(place), std::move(q), error, recorded}).design;
}

void converter_bank::drive(std::size_t place, const double* from, std::size_t n, double* to) const noexcept {
  const converter_parameters& p = parameters_;
  if (!p.dac_power_of_two && dac_error_.empty()) return convert(from, n, p.dac_bits, to);
  const std::size_t codes = 2 * mid_tread_steps(p.dac_bits) + 1;
  convert_with_errors(from, n, p.dac_bits, p.dac_power_of_two,
                      dac_error_.empty() ? nullptr : dac_error_.data() + place * lanes_ * codes, to);
}

void converter_bank::read(std::size_t place, double* values, std::size_t n, use_stream& reading,
                          sample_recorder* record) const noexcept {
  const converter_parameters& p = parameters_;
  if (record == nullptr && adc_.empty()) return convert(values, n, p.adc_bits, values);
  const double scale = own_scale(values, n, p.rms && p.kind != adc_kind::uniform);
  if (!(scale > 0) || !std::isfinite(scale)) return;  // nothing to read, or a solution that ran away
  if (record != nullptr) {
    for (std::size_t i = 0; i < n; ++i) record->add(place, values[i] / scale);
    return;
  }
  const bool shared = p.device.device == adc_device::ideal;
  // Two devices a boundary at most, each of which may be read with an error.
  const std::size_t most_draws = 2 * converters_of(p.device.combination) << static_cast<unsigned>(p.adc_bits);
  for (std::size_t i = 0; i < n; ++i) {
    const modelled_adc& adc = adc_[shared ? place : place * lanes_ + i];
    values[i] = scale * adc.convert(values[i] / scale, reading.with(most_draws));
  }
}

}  // namespace mho::analog
