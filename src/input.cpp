#include "input.hpp"

#include <bit>
#include <cstdint>
#include <cstring>

namespace mho {
namespace {

using cf32 = std::complex<float>;

static_assert(std::endian::native == std::endian::little, "kernels split 32-bit words into (re, im)");

template <class T>
T read_as(const void* from) noexcept {
  T x;
  std::memcpy(&x, from, sizeof x);
  return x;
}

float widened(std::uint16_t bits) noexcept {
  return std::bit_cast<float>(static_cast<std::uint32_t>(bits) << 16);
}

// Elements `step` bytes apart, or one a plane.
template <class Widen>
void read_row(const input& v, std::size_t i, std::size_t j, std::size_t begin, std::size_t end, cf32* out,
              const Widen& widen) noexcept {
  if (v.walk[2] == 0) {
    const auto* at = static_cast<const char*>(v.at(i, j, begin));
    const std::ptrdiff_t step = v.size() * v.stride[2];
    for (std::size_t k = begin; k < end; ++k, at += step) *out++ = widen(at);
  } else {
    for (std::size_t k = begin; k < end; ++k) *out++ = widen(v.at(i, j, k));
  }
}

}  // namespace

void input::read(std::size_t i, std::size_t j, std::size_t begin, std::size_t end, cf32* out) const noexcept {
  switch (type) {
    case element::cbf16:
      return read_row(*this, i, j, begin, end, out, [](const void* p) {
        const auto x = read_as<cbf16>(p);
        return cf32(widened(x.real), widened(x.imag));
      });
    case element::ci16:
      return read_row(*this, i, j, begin, end, out, [by = scale](const void* p) {
        const auto x = read_as<ci16>(p);
        return cf32(static_cast<float>(x.real) * by, static_cast<float>(x.imag) * by);
      });
    default:
      if (is_contiguous(2)) {
        std::memcpy(static_cast<void*>(out), at(i, j, begin), (end - begin) * sizeof(cf32));
        return;
      }
      return read_row(*this, i, j, begin, end, out, [](const void* p) { return read_as<cf32>(p); });
  }
}

void input::read(std::size_t i, cf32* out) const noexcept {
  for (std::size_t j = 0; j < extent[1]; ++j) read(i, j, 0, extent[2], out + j * extent[2]);
}

}  // namespace mho
