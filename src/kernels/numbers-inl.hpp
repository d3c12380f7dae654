// The numbers that inputs hold, and how vectors of them become vectors of floats. All are made of `words` of
// 32 bits: a float each, or a pair of 16-bit halves, which costs no shuffles to take apart. Addresses are
// those of words and need not be aligned to them.
#if defined(MHO_KERNELS_NUMBERS_INL) == defined(HWY_TARGET_TOGGLE)
#ifdef MHO_KERNELS_NUMBERS_INL
#undef MHO_KERNELS_NUMBERS_INL
#else
#define MHO_KERNELS_NUMBERS_INL
#endif

#include <cstdint>

#include "input.hpp"
#include "kernels/lanes-inl.hpp"

HWY_BEFORE_NAMESPACE();
namespace mho {
namespace HWY_NAMESPACE {
namespace MHO_WIDTH {

using Words = hn::RebindToUnsigned<D>;
using Signed = hn::RebindToSigned<D>;

struct wide_numbers {  // cf32
  static constexpr std::size_t words = 2;
  explicit wide_numbers(const input&) {}
  /// `lanes` neighbours.
  static HWY_INLINE complex_lanes split(const float* from) { return split_complex(from); }
  static void read(const void* from, float& re, float& im) {
    std::memcpy(&re, from, sizeof re);
    std::memcpy(&im, static_cast<const char*>(from) + sizeof re, sizeof im);
  }
};

struct brain_numbers {  // cbf16: the upper half of a float twice
  static constexpr std::size_t words = 1;
  explicit brain_numbers(const input&) {}
  HWY_INLINE complex_lanes split(const float* from) const { return widen(hn::LoadU(d, from)); }
  HWY_INLINE complex_lanes widen(V word) const {
    const Words tag;
    const auto bits = hn::BitCast(tag, word);
    return {hn::BitCast(d, hn::ShiftLeft<16>(bits)),
            hn::BitCast(d, hn::And(bits, hn::Set(tag, 0xffff0000u)))};
  }
  static void read(const void* from, float& re, float& im) {
    std::uint32_t word;
    std::memcpy(&word, from, sizeof word);
    const std::uint32_t parts[] = {word << 16, word & 0xffff0000u};
    std::memcpy(&re, &parts[0], sizeof re);
    std::memcpy(&im, &parts[1], sizeof im);
  }
};

struct integer_numbers {  // ci16
  static constexpr std::size_t words = 1;
  float by;
  explicit integer_numbers(const input& v) : by(v.scale) {}
  HWY_INLINE complex_lanes split(const float* from) const { return widen(hn::LoadU(d, from)); }
  HWY_INLINE complex_lanes widen(V word) const {
    const auto pair = hn::BitCast(Signed(), word);
    const V scale = hn::Set(d, by);
    return {hn::Mul(hn::ConvertTo(d, hn::ShiftRight<16>(hn::ShiftLeft<16>(pair))), scale),
            hn::Mul(hn::ConvertTo(d, hn::ShiftRight<16>(pair)), scale)};
  }
  void read(const void* from, float& re, float& im) const {
    ci16 x;
    std::memcpy(&x, from, sizeof x);
    re = static_cast<float>(x.real) * by;
    im = static_cast<float>(x.imag) * by;
  }
};

HWY_INLINE const float* words_at(const input& v, std::size_t i, std::size_t j, std::size_t k) {
  return static_cast<const float*>(v.at(i, j, k));
}

}  // namespace MHO_WIDTH
}  // namespace HWY_NAMESPACE
}  // namespace mho
HWY_AFTER_NAMESPACE();

#endif
