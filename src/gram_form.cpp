#include "gram_form.hpp"

#include <algorithm>

#include "kernels/targets.hpp"

namespace mho {
namespace {

// Floats of a chunk of antennas, which stays in a first-level cache, and the fewest antennas of one.
constexpr std::size_t chunk_floats = 4096, fewest_rows = 32;

// Received vectors of a problem whose sums are kept while a chunk of its channel is near.
constexpr std::size_t uses_together = 16;

std::ptrdiff_t index(std::size_t i) noexcept { return static_cast<std::ptrdiff_t>(i); }

}  // namespace

gram_form::gram_form() : kernels_(find_linear_kernels(target_bit("auto"))) {}

void gram_form::reserve(std::size_t rx, std::size_t tx, std::size_t slots) {
  const std::size_t entry = 2 * kernels_->lanes;
  rx_ = rx;
  tx_ = tx;
  rows_ = std::clamp(std::max(chunk_floats / (tx * entry), fewest_rows), std::size_t{1}, rx);
  stride_ = (rows_ * tx + rows_ + tx * tx + uses_together * tx) * entry;
  stride_ = (stride_ + 15) / 16 * 16;
  scratch_.reserve(stride_ * slots);
}

gram_form::workspace gram_form::at_slot(unsigned slot) const noexcept {
  // Whole vectors, so each buffer is aligned to one.
  const std::size_t entry = 2 * kernels_->lanes;
  workspace w;
  w.channel = scratch_.data() + slot * stride_;
  w.received = w.channel + rows_ * tx_ * entry;
  w.gram = w.received + rows_ * entry;
  w.filtered = w.gram + tx_ * tx_ * entry;
  return w;
}

void gram_form::make(const input& h, const input* y, std::size_t begin, std::size_t end, unsigned slot,
                     cf32* gram, cf32* filtered) noexcept {
  const linear_kernels& k = *kernels_;
  const workspace w = at_slot(slot);
  for (std::size_t first = begin; first < end; first += k.lanes) {
    const std::size_t count = std::min(k.lanes, end - first);
    for (std::size_t r0 = 0; r0 < rx_; r0 += rows_) {
      const std::size_t r1 = std::min(rx_, r0 + rows_);
      k.load(h, first, count, r0, r1, w.channel);
      k.gram(w.channel, r1 - r0, tx_, r0 == 0, w.gram);
      if (y == nullptr) continue;
      k.load(y->column(0), first, count, r0, r1, w.received);
      k.matched_filter(w.channel, w.received, r1 - r0, tx_, r0 == 0, w.filtered);
    }
    const std::size_t at = first - begin;
    for (std::size_t r = 0; r < tx_; ++r) {
      view rows = row_major(gram + at * tx_ * tx_, count, tx_, tx_);
      rows.extent[2] = r + 1;
      k.store_complex(w.gram + r * tx_ * 2 * k.lanes, rows, 0, count, r);
    }
    if (y != nullptr) k.store_complex(w.filtered, row_major(filtered + at * tx_, count, 1, tx_), 0, count, 0);
  }
}

// z of the first `count` lanes of h and y [lane, use, rx] to z [lane, use, tx].
void gram_form::filter_pack(const input& h, const input& y, std::size_t count, const view& z,
                            const workspace& w) const noexcept {
  const linear_kernels& k = *kernels_;
  const std::size_t uses = y.extent[1];
  for (std::size_t first = 0; first < uses; first += uses_together) {
    const std::size_t last = std::min(uses, first + uses_together);
    for (std::size_t r0 = 0; r0 < rx_; r0 += rows_) {
      const std::size_t r1 = std::min(rx_, r0 + rows_);
      if (rows_ < rx_ || first == 0) k.load(h, 0, count, r0, r1, w.channel);
      for (std::size_t u = first; u < last; ++u) {
        k.load(y.column(u), 0, count, r0, r1, w.received);
        k.matched_filter(w.channel, w.received, r1 - r0, tx_, r0 == 0,
                         w.filtered + (u - first) * tx_ * 2 * k.lanes);
      }
    }
    for (std::size_t u = first; u < last; ++u)
      k.store_complex(w.filtered + (u - first) * tx_ * 2 * k.lanes, z, 0, count, u);
  }
}

void gram_form::filter(const input& h, const input& y, unsigned slot, cf32* filtered) noexcept {
  const std::size_t problems = y.extent[0], uses = y.extent[1], lanes = kernels_->lanes;
  const workspace w = at_slot(slot);
  for (std::size_t first = 0; first < problems; first += lanes) {
    const std::size_t count = std::min(lanes, problems - first);
    if (uses <= count * ((uses + lanes - 1) / lanes)) {  // the problem is the lane
      filter_pack(h.from(first), y.from(first), count,
                  row_major(filtered + first * uses * tx_, count, uses, tx_), w);
      continue;
    }
    for (std::size_t p = first; p < first + count; ++p) {  // the received vector is: groups of them, as uses
      const std::size_t groups = uses / lanes, rest = uses % lanes;
      input same = h.from(p).sized(lanes, rx_, tx_);  // for all lanes
      same.stride[0] = same.walk[0] = 0;
      const auto wide = static_cast<std::ptrdiff_t>(lanes);
      if (groups > 0) {
        input vectors = y.from(p).turned({1, 1, 2}).sized(lanes, groups, rx_);
        vectors.stride[1] *= wide;
        vectors.walk[1] *= wide;
        filter_pack(
            same, vectors, lanes,
            strided(filtered + p * uses * tx_, {lanes, groups, tx_}, {index(tx_), wide * index(tx_), 1}), w);
      }
      if (rest > 0) {
        const std::size_t u = groups * lanes;
        filter_pack(same, y.from(p, u).turned({1, 1, 2}).sized(rest, 1, rx_), rest,
                    row_major(filtered + (p * uses + u) * tx_, rest, 1, tx_), w);
      }
    }
  }
}

}  // namespace mho
