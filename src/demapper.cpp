// Log-likelihood ratios of a square Gray QAM symbol. The density exp(-|x - s|^2 / variance) is a product over
// the two axes and a bit belongs to one axis, so the other axis cancels: everything here is of one axis.
#include <mho/constellation.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

namespace mho {
namespace {

constexpr unsigned max_axis_bits = 6;
constexpr std::size_t max_levels = std::size_t{1} << max_axis_bits;

// Beyond this max-log value the weights of the less likely bit value may be lost to underflow (exp(-708) is
// the smallest normal double): they are then taken relative to their own largest.
constexpr double safe_exponent = 500;

float clipped(double llr) noexcept {
  constexpr double largest = std::numeric_limits<float>::max();
  return static_cast<float>(std::clamp(llr, -largest, largest));
}

}  // namespace

// place: where in `out` each bit of the axis goes.
void constellation::axis_llr(double x, double inverse_variance, demapper rule, const unsigned* place,
                             float* out) const noexcept {
  const std::size_t near = cell(static_cast<float>(x));
  const segment* const line = &segments_[near * axis_bits_];
  if (rule == demapper::max_log) {
    for (unsigned j = 0; j < axis_bits_; ++j)
      out[place[j]] = clipped(line[j].slope * (x - line[j].middle) * inverse_variance);
    return;
  }

  // Exponents -((x - l)^2 - (x - reference)^2) / variance as a product: no cancellation, and 1 for the
  // reference.
  const std::size_t levels = levels_.size();
  const auto weight = [&](std::size_t i, double reference) {
    const double level = levels_[i];
    return std::exp((level - reference) * (2 * (x - (level + reference) / 2)) * inverse_variance);
  };
  std::array<double, max_levels> weights;
  const double own = levels_[near];
  for (std::size_t i = 0; i < levels; ++i) weights[i] = weight(i, own);

  for (unsigned j = 0; j < axis_bits_; ++j) {
    const unsigned shift = axis_bits_ - 1 - j;
    const double max_log = line[j].slope * (x - line[j].middle) * inverse_variance;
    std::array<double, 2> sum{};
    if (std::abs(max_log) < safe_exponent) {
      for (std::size_t i = 0; i < levels; ++i) sum[(axis_label_[i] >> shift) & 1] += weights[i];
      out[place[j]] = clipped(std::log(sum[0] / sum[1]));
    } else {
      const double opposite = 2 * line[j].middle - own;
      const std::uint32_t own_bit = (axis_label_[near] >> shift) & 1;
      for (std::size_t i = 0; i < levels; ++i) {
        const std::uint32_t bit = (axis_label_[i] >> shift) & 1;
        sum[bit] += bit == own_bit ? weights[i] : weight(i, opposite);
      }
      out[place[j]] = clipped(max_log + std::log(sum[0] / sum[1]));
    }
  }
}

void constellation::llr(std::complex<float> x, float variance, demapper rule,
                        std::span<float> out) const noexcept {
  const bool informative = std::isfinite(x.real()) && std::isfinite(x.imag()) && variance >= 0 &&
                           variance <= std::numeric_limits<float>::max();
  if (!informative) {
    std::fill(out.begin(), out.end(), 0.0f);
    return;
  }
  // Every product of floats with this stays finite in double; with variance 0 all but ties end beyond
  // FLT_MAX.
  const double inverse_variance = 1 / std::max(static_cast<double>(variance), 1e-200);
  std::array<unsigned, max_axis_bits> real_place, imag_place;
  for (unsigned j = 0; j < axis_bits_; ++j) {
    real_place[j] = mapping_ == mapping::three_gpp ? 2 * j : j;
    imag_place[j] = mapping_ == mapping::three_gpp ? 2 * j + 1 : axis_bits_ + j;
  }
  axis_llr(x.real(), inverse_variance, rule, real_place.data(), out.data());
  axis_llr(x.imag(), inverse_variance, rule, imag_place.data(), out.data());
}

}  // namespace mho
