/// \file
/// Square Gray QAM: labels, hard decisions and log-likelihood ratios.
#pragma once

#include <complex>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include <mho/error.hpp>

namespace mho {

/// Which bits name which point. Both have unit average energy and 2k bits a symbol, most significant first.
enum class mapping : std::uint8_t {
  three_gpp,  ///< 3GPP TS 38.211, 5.1.3 to 5.1.6: b(0), b(2), .. on I, b(1), b(3), .. on Q; also 1024 and
              ///< 4096 points
  paper,  ///< Zuo et al., Nat. Electron. 8, 1222 (2025): the first half of the bits on I, the second on Q,
          ///< binary-reflected Gray with 0..0 at the most negative level
};

/// How LLRs are computed from an unbiased estimate and its variance.
enum class demapper : std::uint8_t {
  max_log,  ///< the nearest point of each bit value only
  exact,    ///< the sum over all points
};

struct qam_axis;
struct demap_kernels;

/// A square QAM constellation of 4, 16, 64, 256, 1024 or 4096 points. Immutable; cheap to share by const
/// reference.
class MHO_API constellation {
 public:
  /// Errors: bad_value if `points` is not one of the six sizes.
  static result<constellation> make(std::size_t points, mapping map = mapping::three_gpp);
  /// From the names of the field: qpsk, 16qam, 64qam, 256qam, 1024qam, 4096qam. Errors: unknown_name.
  static result<constellation> parse(std::string_view name, mapping map = mapping::three_gpp);

  /// How many points.
  std::size_t size() const noexcept { return points_.size(); }
  /// Bits a symbol.
  unsigned bits() const noexcept { return 2 * axis_bits_; }
  /// How bits name points.
  mapping labels() const noexcept { return mapping_; }
  /// All points, indexed by label (the bits of a symbol read as a binary number, the first bit most
  /// significant).
  std::span<const std::complex<float>> points() const noexcept { return points_; }

  /// Bits (one a byte, `bits()` a symbol) to symbols. in.size() must be bits() * out.size().
  void map(std::span<const std::uint8_t> in, std::span<std::complex<float>> out) const noexcept;
  /// The label of the nearest point. Ties fall to the more positive level; NaN gives some valid label.
  std::uint32_t nearest(std::complex<float> x) const noexcept { return decide(x.real(), x.imag()); }
  /// Hard decisions, bits() bytes of 0 or 1 a symbol: the label of `nearest`. On the kernels of the standard
  /// target.
  void slice(std::span<const std::complex<float>> in, std::span<std::uint8_t> out) const noexcept;
  /// LLR = ln P(bit = 0) / P(bit = 1) of the bits() bits of one symbol, for x = symbol + CN(0, variance)
  /// noise. Constant work a bit for max_log, sqrt(size()) for exact. variance = +inf or not positive-finite
  /// x: zeros; variance = 0: +-infinity is clipped to +-FLT_MAX.
  void llr(std::complex<float> x, float variance, demapper rule, std::span<float> out) const noexcept {
    soft_decide(x.real(), x.imag(), variance, rule, out);
  }
  /// The same of x.size() symbols with a variance each, x.size() * bits() LLRs. max_log runs in FP32 on the
  /// kernels of the standard target: x as if moved by a few 2^-24 of the outermost level and of itself, the
  /// same bits on every target and at every place in the batch.
  void llr(std::span<const std::complex<float>> x, std::span<const float> variance, demapper rule,
           std::span<float> out) const noexcept;

 private:
  // The max-log LLR of one bit while x lies in one level's cell: slope (x - middle) / variance.
  struct segment {
    double slope, middle;
  };

  constellation() = default;
  // Two floats, since g++ hands a std::complex<float> over through memory in a way that costs 20 ns a call.
  std::uint32_t decide(float real, float imag) const noexcept;
  void soft_decide(float real, float imag, float variance, demapper rule,
                   std::span<float> out) const noexcept;
  std::size_t cell(float x) const noexcept;
  qam_axis axis() const noexcept;
  void axis_max_log(float x, double inverse_variance, std::size_t stride, float* out) const noexcept;
  void axis_exact(float x, double inverse_variance, std::size_t stride, float* out) const noexcept;

  const demap_kernels* kernels_ = nullptr;
  unsigned axis_bits_ = 0;
  mapping mapping_ = mapping::three_gpp;
  float cells_per_unit_ = 0;               // 1 / the distance of neighbouring levels
  std::vector<float> levels_;              // of one axis, ascending
  std::vector<float> lower_edge_;          // of each level's cell
  std::vector<std::uint32_t> axis_label_;  // level index -> Gray label of that axis
  std::vector<std::uint32_t> real_label_;  // level index -> the symbol's label, its Q bits zero
  std::vector<std::uint32_t> imag_label_;  // the same, its I bits zero
  std::vector<segment> segments_;          // [level index][bit of the axis]
  std::vector<std::complex<float>> points_;
};

}  // namespace mho
