// One problem at a time: the whole machine works on its rows, so that a batch of one is not done in one lane
// of many. Both ways solve the same equations; they round otherwise.
#include <algorithm>
#include <cmath>
#include <limits>

#include "detect/linear_prepared.hpp"

namespace mho {
namespace {

// Floats of a chunk of antennas: half of a first-level cache of 32 KiB.
constexpr std::size_t chunk_floats = 4096;

class linear_single final : public linear_prepared {
 public:
  linear_single(linear_rule rule, const linear_kernels& kernels, const single_kernels& single)
      : linear_prepared(rule, kernels), single_(single) {}

 private:
  // The buffers of a slot, all aligned to a vector.
  struct workspace {
    float *channel, *gram, *upper, *inverse, *filtered, *solution, *variance, *gain, *apply;
    cf32 *received, *eliminated;
  };

  error do_reserve(const shape& room) override {
    const std::size_t rx = room.is == form::gram ? room.tx : room.rx;
    step_ = blocks_of(room.tx, single_.lanes) * 2 * single_.lanes;
    rows_ = std::clamp(chunk_floats / step_, std::size_t{1}, rx);
    workspace w;
    stride_ = lay_out(nullptr, room, w);
    scratch_.reserve(stride_ * room.slots);
    reserve_prepared(room);
    return error::none;
  }

  std::size_t lay_out(float* base, const shape& room, workspace& w) const noexcept {
    std::size_t used = 0;
    const auto take = [&](std::size_t floats) {
      float* const buffer = base == nullptr ? nullptr : base + used;
      used += (floats + 15) / 16 * 16;
      return buffer;
    };
    const std::size_t tx = room.tx, padded = step_ / 2;
    w.channel = take(rows_ * step_);
    w.gram = take(tx * step_);
    w.upper = take(tx * step_);
    w.inverse = take(tx * step_);
    w.filtered = take(step_);
    w.solution = take(std::max(step_, rows_ * step_));
    w.variance = take(padded);
    w.gain = take(padded);
    w.apply = take(apply_floats(room));
    w.received = reinterpret_cast<cf32*>(take(2 * rows_));
    w.eliminated = reinterpret_cast<cf32*>(take(2 * tx));
    return used;
  }

  workspace at_slot(unsigned slot) const noexcept {
    workspace w;
    lay_out(scratch_.data() + slot * stride_, room(), w);
    return w;
  }

  error do_prepare(const channel_batch& in, const call& which, std::span<status> state) noexcept override {
    const std::size_t tx = room().tx, rx = in.matrix.extent[1];
    const workspace w = at_slot(which.slot);
    const input h = in.matrix;
    for (std::size_t i = 0; i < state.size(); ++i) {
      cf32* const weights = weights_.data() + (which.begin + i) * tx * rx;
      float* const variance = variance_.data() + (which.begin + i) * tx;
      form_gram(in.is, h, nullptr, i, w);
      const verdict found = digest(in, i, nullptr, w);
      state[i] = status_of(found);
      if (found == verdict::ok) {
        std::copy_n(w.variance, tx, variance);
        keep_weights(in.is, h, i, w, weights);
      } else {
        std::fill_n(variance, tx, std::numeric_limits<float>::infinity());
        std::fill_n(weights, tx * rx, cf32(0));
      }
    }
    return error::none;
  }

  error do_apply(const received_batch& in, std::span<const output> into,
                 const call& which) const noexcept override {
    apply_to_uses(in, into[0], which, at_slot(which.slot).apply);
    return error::none;
  }

  error do_detect(const channel_batch& channel, const received_batch& received, std::span<const output> into,
                  const call& which) noexcept override {
    const output& out = into[0];
    const std::size_t tx = room().tx;
    const workspace w = at_slot(which.slot);
    const input h = channel.matrix, y = received.vectors;
    for (std::size_t i = 0; i < out.state.size(); ++i) {
      status& state = out.state[i];
      if (!is_failed(state)) {
        form_gram(channel.is, h, &y, i, w);
        verdict found = digest(channel, i, w.filtered, w);
        if (found == verdict::ok && !finish_estimate(w)) found = verdict::not_finite;
        state = status_of(found);
      }
      if (is_failed(state)) {
        write_failed(out, i, 0);
        continue;
      }
      for (std::size_t k = 0; k < tx; ++k) out.estimate.at<cf32>(i, 0, k) = number(w.solution, k);
      write_variance(out, i, 0, w.variance);
    }
    return error::none;
  }

  cf32 number(const float* row, std::size_t k) const noexcept {
    const std::size_t lanes = single_.lanes;
    const float* at = row + k / lanes * 2 * lanes + k % lanes;
    return {at[0], at[lanes]};
  }

  // G, and z = H^H y where there is a y; both are loaded where the caller has them already.
  void form_gram(form is, const input& h, const input* y, std::size_t i, const workspace& w) const noexcept {
    const std::size_t tx = room().tx, rx = h.extent[1];
    if (is == form::gram) {
      // Rows on and above the diagonal are the conjugate columns of the lower triangle that the caller gives.
      std::fill_n(w.gram, tx * step_, 0.0f);
      for (std::size_t a = 0; a < tx; ++a) {
        h.read(i, a, 0, a + 1, w.eliminated);
        for (std::size_t b = 0; b <= a; ++b) {
          const cf32 x = w.eliminated[b];
          put(a == b ? cf32(x.real()) : std::conj(x), w.gram + b * step_, a);
          if (a != b) put(x, w.gram + a * step_, b);
        }
      }
      if (y == nullptr) return;
      y->read(i, 0, 0, tx, w.eliminated);
      for (std::size_t k = 0; k < tx; ++k) put(w.eliminated[k], w.filtered, k);
      return;
    }
    for (std::size_t r0 = 0; r0 < rx; r0 += rows_) {
      const std::size_t count = std::min(rows_, rx - r0);
      single_.load(h, i, r0, r0 + count, w.channel);
      single_.gram(w.channel, count, tx, r0 == 0, rule_ == linear_rule::mrc, w.gram);
      if (y == nullptr) continue;
      y->read(i, 0, r0, r0 + count, w.received);
      single_.matched_filter(w.channel, w.received, count, tx, r0 == 0, w.filtered);
    }
  }

  void put(cf32 x, float* row, std::size_t k) const noexcept {
    const std::size_t lanes = single_.lanes;
    float* at = row + k / lanes * 2 * lanes + k % lanes;
    at[0] = x.real();
    at[lanes] = x.imag();
  }

  // Whether a linear detector can use this Gram matrix.
  verdict check_gram(form is, const float* g) const noexcept {
    const std::size_t tx = room().tx;
    verdict found = verdict::ok;
    for (std::size_t a = 0; a < tx; ++a) {
      const float energy = number(g + a * step_, a).real();
      if (!std::isfinite(energy)) return verdict::not_finite;
      if (!(energy >= 0x1p-100f && energy <= 0x1p100f)) found = verdict::out_of_range;
      for (std::size_t b = 0; is == form::gram && b < a; ++b) {
        const cf32 x = number(g + a * step_, b);
        if (!std::isfinite(x.real()) || !std::isfinite(x.imag())) return verdict::not_finite;
      }
    }
    return found;
  }

  // From G, and z if there is one, to the biased estimate in w.solution, variances and gains.
  verdict digest(const channel_batch& in, std::size_t i, const float* z, const workspace& w) const noexcept {
    const std::size_t tx = room().tx;
    const float n0 = in.noise.values.at<float>(i);
    verdict found = check_gram(in.is, w.gram);
    if (found != verdict::ok) return found;
    if (rule_ == linear_rule::mrc) {
      single_.finish_mrc(w.gram, tx, n0, w.variance, w.gain);
      if (z != nullptr) std::copy_n(z, step_, w.solution);
    } else {
      const float threshold = static_cast<float>(tx) * 0x1p-23f;
      if (!single_.factor(w.gram, tx, rule_ == linear_rule::mmse ? n0 : 0, threshold, z, w.upper, w.inverse,
                          w.eliminated))
        return verdict::singular;
      single_.solve(w.inverse, z != nullptr ? w.eliminated : nullptr, tx, w.solution, w.variance);
      if (rule_ == linear_rule::mmse) {
        single_.finish_mmse(w.inverse, tx, n0, w.gram, w.variance, w.gain);
      } else {
        for (std::size_t k = 0; k < tx; ++k) w.variance[k] *= n0;
        std::fill_n(w.gain, step_ / 2, 1.0f);
      }
    }
    for (std::size_t k = 0; k < tx; ++k)
      if (!std::isfinite(w.variance[k])) found = verdict::out_of_range;
    return found;
  }

  // Unbiases the estimate; false if it is not finite.
  bool finish_estimate(const workspace& w) const noexcept {
    bool finite = true;
    for (std::size_t k = 0; k < room().tx; ++k) {
      const cf32 x = number(w.solution, k) * w.gain[k];
      finite = finite && std::isfinite(x.real()) && std::isfinite(x.imag());
      put(x, w.solution, k);
    }
    return finite;
  }

  // W = gain A^-1 H^H, from A^-1 = X^H X.
  void keep_weights(form is, const input& h, std::size_t i, const workspace& w,
                    cf32* weights) const noexcept {
    const std::size_t tx = room().tx, rx = h.extent[1];
    float* const inverse = w.upper;  // the factor has done its work
    if (rule_ != linear_rule::mrc) single_.gram(w.inverse, tx, tx, true, true, inverse);
    for (std::size_t r0 = 0; r0 < rx; r0 += rows_) {
      const std::size_t count = std::min(rows_, rx - r0);
      const float* rows = w.solution;
      if (is == form::gram) {
        // H is the unit matrix.
        std::fill_n(w.channel, count * step_, 0.0f);
        for (std::size_t r = 0; r < count; ++r) put(1, w.channel + r * step_, r0 + r);
      } else {
        single_.load(h, i, r0, r0 + count, w.channel);
      }
      if (rule_ != linear_rule::mrc)
        single_.weigh(w.channel, count, tx, inverse, w.gain, w.solution);
      else
        rows = w.channel;
      for (std::size_t k = 0; k < tx; ++k)
        for (std::size_t r = 0; r < count; ++r) {
          const cf32 x = number(rows + r * step_, k);
          weights[k * rx + r0 + r] = rule_ == linear_rule::mrc ? std::conj(x) * w.gain[k] : x;
        }
    }
  }

  const single_kernels& single_;
  std::size_t rows_ = 0, step_ = 0, stride_ = 0;
  aligned_buffer<float> scratch_;  // [slot, stride_]
};

}  // namespace

std::unique_ptr<detector> make_linear_single(linear_rule rule, const linear_kernels& kernels,
                                             const single_kernels& single) {
  return std::make_unique<linear_single>(rule, kernels, single);
}

}  // namespace mho
