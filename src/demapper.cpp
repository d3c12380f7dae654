// Decisions and log-likelihood ratios of a square Gray QAM symbol. The density exp(-|x - s|^2 / variance) is
// a product over the two axes and a bit belongs to one axis, so the other axis cancels: everything here is of
// one axis.
#include <mho/constellation.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

#include "kernels/demap.hpp"

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

// The index of the nearest level. The arithmetic guess leans upwards by more than its rounding, at most 64 *
// 2^-22 where it is not clamped: it is right or one too high, and the edge decides.
inline std::size_t constellation::cell(float x) const noexcept {
  const auto levels = static_cast<float>(levels_.size());
  float guess = x * cells_per_unit_ + (levels / 2 + 0x1p-10f);
  guess = guess > 0 ? guess : 0;  // NaN too
  guess = guess < levels - 1 ? guess : levels - 1;
  const auto index = static_cast<std::size_t>(static_cast<std::int32_t>(guess));
  return index - (x < lower_edge_[index] ? 1 : 0);
}

std::uint32_t constellation::decide(float real, float imag) const noexcept {
  return real_label_[cell(real)] | imag_label_[cell(imag)];
}

qam_axis constellation::axis() const noexcept {
  return {axis_bits_, mapping_, levels_[levels_.size() / 2], cells_per_unit_, lower_edge_.data()};
}

void constellation::slice(std::span<const std::complex<float>> in,
                          std::span<std::uint8_t> out) const noexcept {
  kernels_->slice(axis(), in.data(), in.size(), out.data());
}

void constellation::llr(std::span<const std::complex<float>> x, std::span<const float> variance,
                        demapper rule, std::span<float> out) const noexcept {
  if (rule == demapper::max_log)
    return kernels_->max_log(axis(), x.data(), variance.data(), x.size(), out.data());
  for (std::size_t i = 0; i < x.size(); ++i) llr(x[i], variance[i], rule, out.subspan(i * bits(), bits()));
}

// Bit j of the axis goes to out[j * stride].
inline void constellation::axis_max_log(float x, double inverse_variance, std::size_t stride,
                                        float* out) const noexcept {
  const segment* const line = &segments_[cell(x) * axis_bits_];
  for (unsigned j = 0; j < axis_bits_; ++j)
    out[j * stride] = clipped(line[j].slope * (x - line[j].middle) * inverse_variance);
}

void constellation::axis_exact(float x, double inverse_variance, std::size_t stride,
                               float* out) const noexcept {
  const std::size_t near = cell(x);
  const segment* const line = &segments_[near * axis_bits_];
  // exp(-((x - l)^2 - (x - reference)^2) / variance), the difference as a product: no cancellation.
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
    const double opposite = 2 * line[j].middle - own;
    const std::uint32_t own_bit = (axis_label_[near] >> shift) & 1;
    const bool lost = std::abs(max_log) > safe_exponent;
    double zeros = 0, ones = 0;
    for (std::size_t i = 0; i < levels; ++i) {
      const std::uint32_t bit = (axis_label_[i] >> shift) & 1;
      const double w = lost && bit != own_bit ? weight(i, opposite) : weights[i];
      zeros += bit == 0 ? w : 0;
      ones += bit == 0 ? 0 : w;
    }
    out[j * stride] = clipped((lost ? max_log : 0) + std::log(zeros / ones));
  }
}

void constellation::soft_decide(float real, float imag, float variance, demapper rule,
                                std::span<float> out) const noexcept {
  const bool informative = std::isfinite(real) && std::isfinite(imag) && variance >= 0 &&
                           variance <= std::numeric_limits<float>::max();
  if (!informative) {
    std::fill(out.begin(), out.end(), 0.0f);
    return;
  }
  // Products of floats with this stay finite in double; with variance 0 all but ties end beyond FLT_MAX.
  const double inverse_variance = 1 / std::max(static_cast<double>(variance), 1e-200);
  const bool interleaved = mapping_ == mapping::three_gpp;
  const std::size_t stride = interleaved ? 2 : 1;
  float* const imag_out = out.data() + (interleaved ? 1 : axis_bits_);
  if (rule == demapper::max_log) {
    axis_max_log(real, inverse_variance, stride, out.data());
    axis_max_log(imag, inverse_variance, stride, imag_out);
  } else {
    axis_exact(real, inverse_variance, stride, out.data());
    axis_exact(imag, inverse_variance, stride, imag_out);
  }
}

}  // namespace mho
