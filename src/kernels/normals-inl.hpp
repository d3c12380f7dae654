// Box and Muller's transform: of the words w and v, with u = (w + 1/2) 2^-32 and the angle t = 2 pi v 2^-32,
//   sqrt(-2 ln u) cos t,  sqrt(-2 ln u) sin t.
// The two upper bits of v are the quadrant. In the first one, t = pi/4 + psi, cos t and sin t are
// (cos psi -+ sin psi) / sqrt(2): another quadrant changes signs only, that of sin psi where the two change
// places, and the polynomials see |psi| <= pi/4. Every operation is a single one of IEEE 754, multiplications
// and additions are not fused: the same bits on every target, without emulation.
#if defined(MHO_KERNELS_NORMALS_INL) == defined(HWY_TARGET_TOGGLE)
#ifdef MHO_KERNELS_NORMALS_INL
#undef MHO_KERNELS_NORMALS_INL
#else
#define MHO_KERNELS_NORMALS_INL
#endif

#include "kernels/philox-inl.hpp"

HWY_BEFORE_NAMESPACE();
namespace mho {
namespace HWY_NAMESPACE {
namespace MHO_WIDTH {

constexpr hn::RebindToSigned<D> signed_d{};

template <std::size_t n>
using several = V[n];

// Horner's rule, lowest coefficient first, on independent vectors side by side.
template <std::size_t n, std::size_t terms>
HWY_INLINE void polynomial(const several<n>& x, const float (&c)[terms], several<n>& sum) {
  for (std::size_t k = 0; k < n; ++k)
    sum[k] = hn::Add(hn::Mul(hn::Set(d, c[terms - 1]), x[k]), hn::Set(d, c[terms - 2]));
  for (std::size_t i = terms - 2; i-- > 0;)
    for (std::size_t k = 0; k < n; ++k) sum[k] = hn::Add(hn::Mul(sum[k], x[k]), hn::Set(d, c[i]));
}

// A word rounded to nearest. All 32 bits count, for they are the tail.
HWY_INLINE V to_float(words_v w) {
#if HWY_TARGET == HWY_SCALAR
  return V(static_cast<float>(w.raw));
#elif HWY_TARGET <= HWY_AVX3 && MHO_MOST_LANES == 16
  return V{_mm512_cvtepu32_ps(w.raw)};
#elif HWY_TARGET <= HWY_AVX3
  return V{_mm256_cvtepu32_ps(w.raw)};
#else
  // Only signed numbers can be converted; both halves and the product are exact.
  const V high = hn::ConvertTo(d, hn::BitCast(signed_d, hn::ShiftRight<16>(w)));
  const V low = hn::ConvertTo(d, hn::BitCast(signed_d, hn::And(w, hn::Set(words_d, 0xffff))));
  return hn::Add(hn::Mul(high, hn::Set(d, 65536.0f)), low);
#endif
}

// -ln((w + 1/2) 2^-32), which is 0 where rounding makes that 1. With w + 1/2 = 2^e (1 - g), g in [-1/3, 1/3]:
// (32 - e) ln 2 - ln(1 - g); the terms do not cancel.
template <std::size_t n>
HWY_INLINE void minus_log(const words_v (&w)[n], several<n>& result) {
  // Minimax for (-ln(1 - g) - g) / g^2, relative error of the logarithm 2.6e-8.
  static constexpr float series[] = {0.499999374f, 0.333331972f, 0.250078201f, 0.200111687f,
                                     0.164159611f, 0.139958069f, 0.153885394f, 0.140263572f};
  constexpr float ln_2 = 0.693147180559945309f;
  constexpr std::int32_t two_thirds = 0x3f2aaaab, exponent_32 = 32 << 23;
  several<n> g, sum, power;
  for (std::size_t k = 0; k < n; ++k) {
    const V x = hn::Add(to_float(w[k]), hn::Set(d, 0.5f));
    const auto bits = hn::Sub(hn::BitCast(signed_d, x), hn::Set(signed_d, two_thirds + exponent_32));
    const auto exponent = hn::And(bits, hn::Set(signed_d, -(1 << 23)));  // (e - 32) 2^23
    const V mantissa = hn::BitCast(
        d, hn::Add(hn::And(bits, hn::Set(signed_d, (1 << 23) - 1)), hn::Set(signed_d, two_thirds)));
    g[k] = hn::Sub(hn::Set(d, 1.0f), mantissa);
    power[k] = hn::Mul(hn::ConvertTo(d, exponent), hn::Set(d, -ln_2 * 0x1p-23f));
  }
  polynomial(g, series, sum);
  for (std::size_t k = 0; k < n; ++k)
    result[k] = hn::Add(power[k], hn::Add(g[k], hn::Mul(hn::Mul(g[k], g[k]), sum[k])));
}

// n pairs of vectors.
template <std::size_t n>
HWY_INLINE void box_muller(const words_v (&first)[n], const words_v (&second)[n], V scale, several<n>& a,
                           several<n>& b) {
  // Minimax in z for sin(pi/4 x) / x and cos(pi/4 x), z = x^2 <= 1: absolute errors 2.5e-9 and 2.8e-8.
  static constexpr float sine[] = {0.785398185f, -0.0807454363f, 0.00249000709f, -3.59545083e-05f};
  static constexpr float cosine[] = {1.0f, -0.308424264f, 0.0158499144f, -0.000318880513f};
  const words_v sign = hn::Set(words_d, 0x80000000u);
  several<n> square, x, z, s, c;
  minus_log(first, square);
  for (std::size_t k = 0; k < n; ++k) {
    const auto psi = hn::BitCast(signed_d, hn::Xor(hn::ShiftLeft<2>(second[k]), sign));
    x[k] = hn::Mul(hn::ConvertTo(d, psi), hn::Set(d, 0x1p-31f));
    z[k] = hn::Mul(x[k], x[k]);
  }
  polynomial(z, sine, s);
  polynomial(z, cosine, c);
  for (std::size_t k = 0; k < n; ++k) {
    const V radius = hn::Mul(hn::Sqrt(square[k]), scale);  // sqrt(1/2) of Box and Muller's
    const words_v odd = hn::ShiftLeft<1>(second[k]);       // quadrants 1 and 3: the upper bit is set
    s[k] = hn::Xor(hn::Mul(x[k], s[k]), hn::BitCast(d, hn::And(odd, sign)));
    a[k] = hn::CopySign(hn::Mul(radius, hn::Sub(c[k], s[k])), hn::BitCast(d, hn::Xor(second[k], odd)));
    b[k] = hn::CopySign(hn::Mul(radius, hn::Add(c[k], s[k])), hn::BitCast(d, second[k]));
  }
}

#if HWY_TARGET == HWY_SCALAR
inline void box_muller(std::uint32_t first, std::uint32_t second, float scale, float (&pair)[2]) {
  several<1> a, b;
  box_muller({words_v(first)}, {words_v(second)}, V(scale), a, b);
  pair[0] = a[0].raw;
  pair[1] = b[0].raw;
}
#endif

struct make_normals {
  V scale;
  template <std::size_t n>
  HWY_INLINE void run(const philox_blocks& draw, std::size_t first, float* out) const {
    words_v words[4][n], radius[2 * n], angle[2 * n];
    draw.make(first, words);
    for (std::size_t g = 0; g < n; ++g)
      for (std::size_t p = 0; p < 2; ++p) {
        radius[2 * g + p] = words[2 * p][g];
        angle[2 * g + p] = words[2 * p + 1][g];
      }
    several<2 * n> a, b;
    box_muller(radius, angle, scale, a, b);
    for (std::size_t g = 0; g < n; ++g)
      store_blocks({a[2 * g], b[2 * g], a[2 * g + 1], b[2 * g + 1]}, out + 4 * lanes * g);
  }
};

inline void normals(const philox_position& from, std::size_t count, float scale, float* out) {
  fill(from, count, make_normals{hn::Set(d, scale)}, out);
}

inline const normal_kernels* normal_table() {
  static constexpr normal_kernels table{.words = philox_words, .normals = normals};
  return &table;
}

}  // namespace MHO_WIDTH
}  // namespace HWY_NAMESPACE
}  // namespace mho
HWY_AFTER_NAMESPACE();

#endif
