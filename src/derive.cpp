#include "derive.hpp"

#include <array>
#include <cmath>
#include <limits>

namespace mho {
namespace {

constexpr unsigned most_bits = 12;  // 4096-QAM

void fail(const output& into, std::size_t p, std::size_t u) noexcept {
  for (std::size_t k = 0; k < into.estimate.extent[2]; ++k) {
    into.estimate.at<std::complex<float>>(p, u, k) = 0;
    into.variance.at<float>(p, u, k) = std::numeric_limits<float>::infinity();
  }
}

// ok, or why this use has failed after all. A variance that is not finite would read as a failure: it is one.
status look_at(const output& into, std::size_t p, std::size_t u) noexcept {
  for (std::size_t k = 0; k < into.estimate.extent[2]; ++k) {
    const auto x = into.estimate.at<std::complex<float>>(p, u, k);
    if (!std::isfinite(x.real()) || !std::isfinite(x.imag())) return status::not_finite;
  }
  for (std::size_t k = 0; k < into.variance.extent[2]; ++k)
    if (!std::isfinite(into.variance.at<float>(p, u, k))) return status::out_of_range;
  return status::ok;
}

void decide(const output& into, const received_batch& received, std::uint8_t native, bool failed,
            std::size_t p, std::size_t u) noexcept {
  const bool write_llr = !into.llr.empty() && ((native & native_llr) == 0 || failed);
  const bool write_bits = !into.bits.empty() && ((native & native_bits) == 0 || failed);
  if (!write_llr && !write_bits) return;
  std::array<float, most_bits> llr;
  std::array<std::uint8_t, most_bits> bits;
  std::size_t at = 0;
  for (std::size_t k = 0; k < into.estimate.extent[2]; ++k) {
    const constellation& c = *received.symbols[received.symbols.size() == 1 ? 0 : k];
    const auto x = into.estimate.at<std::complex<float>>(p, u, k);
    if (write_llr) {
      c.llr(x, into.variance.at<float>(p, u, k), received.rule, {llr.data(), c.bits()});
      for (unsigned b = 0; b < c.bits(); ++b) into.llr.at<float>(p, u, at + b) = failed ? 0.0f : llr[b];
    }
    if (write_bits) {
      c.slice({&x, 1}, {bits.data(), c.bits()});
      for (unsigned b = 0; b < c.bits(); ++b) into.bits.at<std::uint8_t>(p, u, at + b) = bits[b];
    }
    at += c.bits();
  }
}

}  // namespace

void derive(const output& into, const received_batch& received, std::uint8_t native) noexcept {
  const std::size_t uses = into.estimate.extent[1];
  for (std::size_t p = 0; p < into.estimate.extent[0]; ++p)
    for (std::size_t u = 0; u < uses; ++u) {
      status& s = into.state[p * uses + u];
      if ((native & native_failures) == 0) {
        if (const status found = is_failed(s) ? s : look_at(into, p, u); is_failed(found)) s = found;
        if (is_failed(s)) fail(into, p, u);
      }
      decide(into, received, native, is_failed(s), p, u);
    }
}

}  // namespace mho
