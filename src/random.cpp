#include <mho/random.hpp>

#include <Random123/philox.h>

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>

namespace mho {
namespace {

constexpr std::size_t batch =
    64;  // Box-Muller pairs at a time: one straight loop each, which compilers vectorise

// ln(u) for u in (0, 1]: u = 2^e m with m in [sqrt(1/2), sqrt(2)), ln m = 2 artanh(s), s = (m-1)/(m+1).
inline float log_unit(float u) noexcept {
  const auto bits = std::bit_cast<std::int32_t>(u);
  const std::int32_t exponent = (bits - 0x3f3504f3) >> 23;
  const float m = std::bit_cast<float>(bits - exponent * (1 << 23));
  const float s = (m - 1.0f) / (m + 1.0f);
  const float z = s * s;
  const float series = ((2.0f / 9 * z + 2.0f / 7) * z + 2.0f / 5) * z + 2.0f / 3;
  const float e = static_cast<float>(exponent);
  // ln 2 in two parts, so that e * high is exact.
  return e * 0.693359375f + (2.0f * s + (s * z * series + e * -2.12194440e-4f));
}

// Box-Muller (1958): radius from the first word, angle 2 pi (second word)/2^32. The angle is folded to
// [-pi/4, pi/4] in integers, so no precision is lost; polynomials are fits with error below 3e-8.
inline void box_muller(std::uint32_t first, std::uint32_t second, float& a, float& b) noexcept {
  // All 32 bits: (x + 1/2) 2^-32, via two signed conversions because SSE2 has no unsigned one.
  const float high = static_cast<float>(static_cast<std::int32_t>(first >> 16));
  const float low = static_cast<float>(static_cast<std::int32_t>(first & 0xffff)) + 0.5f;
  const float u = high * 0x1p-16f + low * 0x1p-32f;
  const float radius = std::sqrt(std::max(0.0f, -2.0f * log_unit(u)));
  const std::uint32_t turned = second + 0x20000000u;
  const std::uint32_t quadrant = turned >> 30;
  const auto rest = static_cast<std::int32_t>(second - (quadrant << 30));
  const float angle = static_cast<float>(rest) * static_cast<float>(1.57079632679489661923 * 0x1p-30);
  const float z = angle * angle;
  const float sine =
      angle + angle * z * (-0.166666641831398f + z * (0.008332748897373676f + z * -0.0001958794891834259f));
  const float cosine =
      (1.0f - 0.5f * z) +
      z * z * (0.0416666641831398f + z * (-0.0013888331595808268f + z * 2.455163667036686e-05f));
  const bool swapped = (quadrant & 1) != 0;
  const float c = swapped ? sine : cosine;
  const float s = swapped ? cosine : sine;
  // cos is negative in quadrants 1 and 2, sin in quadrants 2 and 3.
  const auto cos_sign = ((quadrant + 1) & 2) << 30;
  const auto sin_sign = (quadrant & 2) << 30;
  a = radius * std::bit_cast<float>(std::bit_cast<std::uint32_t>(c) ^ cos_sign);
  b = radius * std::bit_cast<float>(std::bit_cast<std::uint32_t>(s) ^ sin_sign);
}

}  // namespace

random_stream::random_stream(std::uint64_t seed, std::uint32_t stream, std::uint64_t number,
                             std::uint16_t purpose) noexcept
    : key_{static_cast<std::uint32_t>(seed), static_cast<std::uint32_t>(seed >> 32)},
      counter_{
          0, static_cast<std::uint32_t>(number),
          (static_cast<std::uint32_t>(number >> 32) & 0xffffu) | (static_cast<std::uint32_t>(purpose) << 16),
          stream},
      block_{} {}

void random_stream::refill() noexcept {
  const r123::Philox4x32 philox;
  const r123::Philox4x32::ctr_type counter = {{counter_[0], counter_[1], counter_[2], counter_[3]}};
  const r123::Philox4x32::key_type key = {{key_[0], key_[1]}};
  const auto block = philox(counter, key);
  for (unsigned i = 0; i < 4; ++i) block_[i] = block[i];
  ++counter_[0];
  used_ = 0;
}

std::uint32_t random_stream::word() noexcept {
  if (used_ == 4) refill();
  return block_[used_++];
}

double random_stream::uniform() noexcept { return (static_cast<double>(word()) + 0.5) * 0x1p-32; }

float random_stream::normal() noexcept {
  float a, b;
  const std::uint32_t first = word();
  box_muller(first, word(), a, b);
  return a;
}

void random_stream::normals(std::span<float> out) noexcept {
  std::array<std::uint32_t, batch> first, second;
  std::array<float, batch> a, b;
  for (std::size_t done = 0; done < out.size(); done += 2 * batch) {
    const std::size_t pairs = std::min(batch, (out.size() - done + 1) / 2);
    for (std::size_t i = 0; i < pairs; ++i) {
      first[i] = word();
      second[i] = word();
    }
    for (std::size_t i = 0; i < pairs; ++i) box_muller(first[i], second[i], a[i], b[i]);
    for (std::size_t i = 0; i < pairs; ++i) {
      out[done + 2 * i] = a[i];
      if (done + 2 * i + 1 < out.size()) out[done + 2 * i + 1] = b[i];
    }
  }
}

void random_stream::complex_normals(std::span<std::complex<float>> out, float variance) noexcept {
  // std::complex<float> is layout-compatible with float[2] ([complex.numbers]).
  const std::span<float> parts(reinterpret_cast<float*>(out.data()), 2 * out.size());
  normals(parts);
  const float scale = std::sqrt(0.5f * variance);
  for (float& value : parts) value *= scale;
}

void random_stream::bits(std::span<std::uint8_t> out) noexcept {
  for (std::size_t done = 0; done < out.size(); done += 32) {
    std::uint32_t w = word();
    const std::size_t count = std::min<std::size_t>(32, out.size() - done);
    for (std::size_t i = 0; i < count; ++i, w >>= 1) out[done + i] = static_cast<std::uint8_t>(w & 1);
  }
}

}  // namespace mho
