#include "derive.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

#include "integer_llr.hpp"

namespace mho {
namespace {

using cf32 = std::complex<float>;

constexpr unsigned most_bits = 12;  // 4096-QAM
constexpr std::size_t block = 128;  // symbols that are gathered for a kernel at a time: 10 KiB of stack

void fail(const output& into, std::size_t p, std::size_t u) noexcept {
  for (std::size_t k = 0; k < into.estimate.extent[2]; ++k) {
    into.estimate.at<cf32>(p, u, k) = 0;
    into.variance.at<float>(p, u, k) = std::numeric_limits<float>::infinity();
  }
}

// ok, or why this use has failed after all. A variance that is not finite would read as a failure: it is one.
status look_at(const output& into, std::size_t p, std::size_t u) noexcept {
  for (std::size_t k = 0; k < into.estimate.extent[2]; ++k) {
    const auto x = into.estimate.at<cf32>(p, u, k);
    if (!std::isfinite(x.real()) || !std::isfinite(x.imag())) return status::not_finite;
  }
  for (std::size_t k = 0; k < into.variance.extent[2]; ++k)
    if (!std::isfinite(into.variance.at<float>(p, u, k))) return status::out_of_range;
  return status::ok;
}

// Neighbouring streams [first, last) of one constellation, and where their bits begin.
struct run {
  const constellation& symbols;
  std::size_t first, last, bit;
};

template <class F>
void for_each_run(const received_batch& received, std::size_t streams, F&& f) noexcept {
  const auto of = [&](std::size_t k) { return received.symbols[received.symbols.size() == 1 ? 0 : k]; };
  for (std::size_t k = 0, bit = 0; k < streams;) {
    const run now{*of(k), k,
                  [&] {
                    std::size_t end = k + 1;
                    while (end < streams && of(end) == of(k)) ++end;
                    return end;
                  }(),
                  bit};
    f(now);
    bit += (now.last - now.first) * now.symbols.bits();
    k = now.last;
  }
}

bool is_contiguous(const view& v) noexcept {
  const auto n1 = static_cast<std::ptrdiff_t>(v.extent[1]), n2 = static_cast<std::ptrdiff_t>(v.extent[2]);
  return v.stride[2] == 1 && (n1 == 1 || v.stride[1] == n2) && (v.extent[0] == 1 || v.stride[0] == n1 * n2);
}

// Symbols of a run gathered from rows (problem, use), and their results scattered back. `demap` is handed n
// symbols, their variances and room for n * bits() results.
template <class T, class F>
void demap_run(const output& into, const run& now, const view& results, F&& demap) noexcept {
  const std::size_t uses = into.estimate.extent[1], rows = into.estimate.extent[0] * uses;
  const std::size_t streams = now.last - now.first, bits = now.symbols.bits();
  const bool whole = streams == into.estimate.extent[2] && is_contiguous(into.estimate) &&
                     (into.variance.empty() || is_contiguous(into.variance)) && is_contiguous(results);
  if (whole)
    return demap(static_cast<const cf32*>(into.estimate.data), static_cast<const float*>(into.variance.data),
                 rows * streams, static_cast<T*>(results.data));
  std::array<cf32, block> x;
  std::array<float, block> variance;
  std::array<T, block * most_bits> out;
  const std::size_t width = std::min(streams, block), height = block / width;
  for (std::size_t k0 = now.first; k0 < now.last; k0 += width)
    for (std::size_t row0 = 0; row0 < rows; row0 += height) {
      const std::size_t k1 = std::min(now.last, k0 + width), row1 = std::min(rows, row0 + height);
      std::size_t n = 0;
      for (std::size_t row = row0; row < row1; ++row)
        for (std::size_t k = k0; k < k1; ++k, ++n) {
          x[n] = into.estimate.at<cf32>(row / uses, row % uses, k);
          if (!into.variance.empty()) variance[n] = into.variance.at<float>(row / uses, row % uses, k);
        }
      demap(x.data(), variance.data(), n, out.data());
      const T* from = out.data();
      const std::size_t at = now.bit + (k0 - now.first) * bits, count = (k1 - k0) * bits;
      for (std::size_t row = row0; row < row1; ++row, from += count)
        for (std::size_t b = 0; b < count; ++b) results.at<T>(row / uses, row % uses, at + b) = from[b];
    }
}

void soft_floats(const output& into, const received_batch& received) noexcept {
  for_each_run(received, into.estimate.extent[2], [&](const run& now) {
    demap_run<float>(into, now, into.llr,
                     [&](const cf32* x, const float* variance, std::size_t n, float* llr) {
                       now.symbols.llr({x, n}, {variance, n}, received.rule, {llr, n * now.symbols.bits()});
                     });
  });
}

// The same floats, a block at a time, rounded to integers. Returns how many were clipped.
template <class T>
std::size_t soft_integers(const output& into, const received_batch& received) noexcept {
  std::size_t clipped = 0;
  for_each_run(received, into.estimate.extent[2], [&](const run& now) {
    const std::size_t bits = now.symbols.bits();
    demap_run<T>(into, now, into.llr, [&](const cf32* x, const float* variance, std::size_t n, T* out) {
      std::array<float, block * most_bits> llr;
      for (std::size_t first = 0; first < n; first += block) {
        const std::size_t count = std::min(block, n - first);
        now.symbols.llr({x + first, count}, {variance + first, count}, received.rule,
                        {llr.data(), count * bits});
        clipped += quantise(llr.data(), count * bits, into.llr.scale, out + first * bits);
      }
    });
  });
  return clipped;
}

void soft(const output& into, const received_batch& received) noexcept {
  if (into.llr.type == element::f32) return soft_floats(into, received);
  const std::size_t clipped = into.llr.type == element::i8 ? soft_integers<std::int8_t>(into, received)
                                                           : soft_integers<std::int16_t>(into, received);
  if (into.saturated != nullptr) *into.saturated += clipped;
}

void hard(const output& into, const received_batch& received) noexcept {
  output without_variance = into;
  without_variance.variance = {};
  for_each_run(received, into.estimate.extent[2], [&](const run& now) {
    demap_run<std::uint8_t>(without_variance, now, into.bits,
                            [&](const cf32* x, const float*, std::size_t n, std::uint8_t* bits) {
                              now.symbols.slice({x, n}, {bits, n * now.symbols.bits()});
                            });
  });
}

// One use of one problem.
output cut_use(const output& into, std::size_t p, std::size_t u) noexcept {
  output one = into;
  for (view* v : {&one.estimate, &one.bits}) {
    if (v->empty()) continue;
    const std::ptrdiff_t size = v->type == element::cf32 ? static_cast<std::ptrdiff_t>(sizeof(cf32)) : 1;
    v->data = static_cast<char*>(v->data) + size * (static_cast<std::ptrdiff_t>(p) * v->stride[0] +
                                                    static_cast<std::ptrdiff_t>(u) * v->stride[1]);
    v->extent[0] = v->extent[1] = 1;
  }
  return one;
}

}  // namespace

void derive(const output& into, const received_batch& received, std::uint8_t native) noexcept {
  const std::size_t problems = into.estimate.extent[0], uses = into.estimate.extent[1];
  if ((native & native_failures) == 0)
    for (std::size_t p = 0; p < problems; ++p)
      for (std::size_t u = 0; u < uses; ++u) {
        status& s = into.state[p * uses + u];
        if (const status found = is_failed(s) ? s : look_at(into, p, u); is_failed(found)) s = found;
        if (is_failed(s)) fail(into, p, u);
      }
  if (into.llr.empty() && into.bits.empty()) return;
  if (!into.llr.empty() && (native & native_llr) == 0) soft(into, received);
  if (!into.bits.empty() && (native & native_bits) == 0) hard(into, received);

  // Failed uses know nothing, whatever a kind has written, and decide on its estimate of 0.
  for (std::size_t p = 0; p < problems; ++p)
    for (std::size_t u = 0; u < uses; ++u) {
      if (!is_failed(into.state[p * uses + u])) continue;
      for (std::size_t b = 0; !into.llr.empty() && b < into.llr.extent[2]; ++b) clear_llr(into.llr, p, u, b);
      if (!into.bits.empty() && (native & native_bits) != 0) hard(cut_use(into, p, u), received);
    }
}

}  // namespace mho
