#include "detect/analog_packs.hpp"

#include <algorithm>
#include <cmath>

#include "detect/analog_digest.hpp"
#include "detect/linear.hpp"
#include "detect/verdict.hpp"

namespace mho {
namespace {

// How many of the last cycles analog_solver::judge looks at.
constexpr std::size_t seen_cycles = 3;

}  // namespace

std::size_t analog_packs::workspace::lay_out(double* base, const analog::batch_solver& of, std::size_t tx,
                                             std::size_t cycles) {
  std::size_t used = 0;
  const auto take = [&](double*& buffer, std::size_t doubles) {
    buffer = base == nullptr ? nullptr : base + used;
    used += (doubles + 7) / 8 * 8;
  };
  const std::size_t lanes = of.lanes(), n = 2 * tx;
  take(gram, 2 * tx * tx * lanes);
  take(level, lanes);
  take(shift, lanes);
  take(verdict, lanes);
  take(matrix, n * n * lanes);
  take(gain, tx * lanes);
  take(variance, tx * lanes);
  take(digest, (2 * tx * tx + 3 * tx) * lanes);
  take(state, of.state_size());
  take(b, n * lanes);
  take(x, cycles * n * lanes);
  take(residual, cycles * lanes);
  take(solver, of.scratch_size());
  take(judged, seen_cycles * n);
  return used;
}

analog_packs::analog_packs(const analog::parameters& p, const analog_solver& plain, const wishes& w,
                           const analog_kernels& kernels, std::size_t tx)
    : wishes_(w), tx_(tx), kernels_(&kernels), plain_(&plain), solver_(p, plain, true, w.seed, kernels) {
  workspace counted;
  stride_ = counted.lay_out(nullptr, solver_, tx_, most_cycles());
}

void analog_packs::reserve(const shape& room) {
  problems_ = room.problems;
  states_.reserve((problems_ + lanes() - 1) / lanes() * solver_.state_size());
  gain_.resize(problems_ * tx_);
  variance_.resize(problems_ * tx_);
  scratch_.reserve(stride_ * room.slots);
}

analog_packs::workspace analog_packs::at_slot(unsigned slot) const noexcept {
  workspace w;
  w.lay_out(scratch_.data() + slot * stride_, solver_, tx_, most_cycles());
  return w;
}

bool analog_packs::is_whole(std::size_t p, std::size_t count) const noexcept {
  return p % lanes() == 0 && (count == lanes() || p + count == problems_);
}

double* analog_packs::pack_of(std::size_t p) const noexcept {
  return states_.data() + p / lanes() * solver_.state_size();
}

void analog_packs::prepare(const channel_batch& in, const call& which, std::span<status> state) noexcept {
  for (std::size_t i = 0; i < state.size();) {
    const std::size_t p = which.begin + i, count = std::min(lanes() - p % lanes(), state.size() - i);
    prepare_pack(in, i, count, which, state.subspan(i, count));
    i += count;
  }
}

// Problems [first, first + count) of the batch, which lie in one pack.
void analog_packs::prepare_pack(const channel_batch& in, std::size_t first, std::size_t count,
                                const call& which, std::span<status> state) noexcept {
  const workspace w = at_slot(which.slot);
  const std::size_t width = lanes(), p = which.begin + first;
  for (std::size_t l = 0; l < width; ++l) {
    const std::size_t i = first + (l < count ? l : 0);
    for (std::size_t r = 0; r < tx_; ++r)
      for (std::size_t k = 0; k <= r; ++k) {
        const cf32 g = in.matrix.at<cf32>(i, r, k);
        double* to = w.gram + (r * tx_ + k) * 2 * width + l;
        to[0] = static_cast<double>(g.real());
        to[width] = static_cast<double>(g.imag());
      }
    w.level[l] = static_cast<double>(in.noise.values.at<float>(i));
    w.shift[l] = wishes_.loaded ? w.level[l] : 0;
    w.verdict[l] = 0;
  }
  // The Gram matrix came in FP32: what is singular to FP32 is singular.
  kernels_->digest(w.gram, tx_, w.level, wishes_.loaded, static_cast<double>(singular_threshold<float>(tx_)),
                   w.gain, w.variance, w.verdict, w.digest);
  analog_identity who[analog::most_analog_lanes];
  for (std::size_t l = 0; l < count; ++l) {
    state[l] = status_of(static_cast<verdict>(static_cast<int>(w.verdict[l])));
    who[l] = {wishes_.seed, which.stream, which.first + p + l};
    for (std::size_t k = 0; k < tx_; ++k) {
      gain_[(p + l) * tx_ + k] = w.gain[k * width + l];
      variance_[(p + l) * tx_ + k] = w.variance[k * width + l];
    }
  }
  kernels_->expand(w.gram, tx_, w.shift, w.matrix);
  const bool whole = is_whole(p, count);
  double* programmed = whole ? pack_of(p) : w.state;
  solver_.program(w.matrix, {who, count}, programmed, state, w.solver);
  if (whole) return;
  for (std::size_t e = 0; e < solver_.state_size(); e += width)
    std::copy_n(w.state + e, count, pack_of(p) + e + p % width);
}

void analog_packs::apply(const received_batch& in, std::span<const output> into,
                         const call& which) const noexcept {
  const workspace w = at_slot(which.slot);
  const std::size_t problems = in.vectors.extent[0], uses = in.vectors.extent[1], width = lanes();
  for (std::size_t i = 0; i < problems;) {
    const std::size_t p = which.begin + i, lane = p % width, count = std::min(width - lane, problems - i);
    if (uses <= count * ((uses + width - 1) / width)) {  // the problem is the lane
      const double* programmed = pack_of(p);
      if (!is_whole(p, count)) {
        for (std::size_t e = 0; e < solver_.state_size(); e += width)
          for (std::size_t l = 0; l < width; ++l) w.state[e + l] = programmed[e + lane + (l < count ? l : 0)];
        programmed = w.state;
      }
      for (std::size_t u = 0; u < uses; ++u) {
        lane_set set;
        for (; set.count < count; ++set.count) {
          set.problem[set.count] = i + set.count;
          set.use[set.count] = u;
        }
        apply_to_lanes(in, into, which, programmed, set);
      }
    } else {  // the received vector is
      for (std::size_t l = 0; l < count; ++l) {
        const double* programmed = pack_of(p) + lane + l;
        for (std::size_t e = 0; e < solver_.state_size(); e += width)
          std::fill_n(w.state + e, width, programmed[e]);
        for (std::size_t u = 0; u < uses;) {
          lane_set set;
          for (; set.count < width && u < uses; ++set.count, ++u) {
            set.problem[set.count] = i + l;
            set.use[set.count] = u;
          }
          apply_to_lanes(in, into, which, w.state, set);
        }
      }
    }
    i += count;
  }
}

void analog_packs::apply_to_lanes(const received_batch& in, std::span<const output> into, const call& which,
                                  const double* programmed, const lane_set& set) const noexcept {
  const workspace w = at_slot(which.slot);
  const std::size_t width = lanes(), n = 2 * tx_, uses = in.vectors.extent[1];
  analog_identity who[analog::most_analog_lanes];
  status solved[analog::most_analog_lanes];
  std::size_t done[analog::most_analog_lanes];
  const auto state_at = [&](std::size_t step, std::size_t l) -> status& {
    return into[step].state[set.problem[l] * uses + set.use[l]];
  };
  for (std::size_t l = 0; l < width; ++l) {
    const std::size_t i = set.problem[l < set.count ? l : 0], u = set.use[l < set.count ? l : 0];
    bool finite = true;
    for (std::size_t k = 0; k < tx_; ++k) {
      const cf32 z = in.vectors.at<cf32>(i, u, k);
      w.b[k * width + l] = static_cast<double>(z.real());
      w.b[(tx_ + k) * width + l] = static_cast<double>(z.imag());
      finite = finite && std::isfinite(z.real()) && std::isfinite(z.imag());
    }
    if (l >= set.count) continue;
    who[l] = {wishes_.seed, which.stream, which.first + which.begin + i, static_cast<std::uint16_t>(u)};
    if (finite || is_failed(state_at(0, l))) continue;
    for (std::size_t step = 0; step < into.size(); ++step) state_at(step, l) = status::not_finite;
  }
  solver_.solve(programmed, w.b, most_cycles(), {who, set.count}, w.x, w.residual, {solved, set.count},
                {done, set.count}, w.solver);
  for (std::size_t l = 0; l < set.count; ++l) {
    if (is_failed(state_at(0, l))) continue;
    const std::size_t i = set.problem[l], u = set.use[l], p = which.begin + i;
    for (std::size_t step = 0; step < into.size(); ++step) {
      status& state = state_at(step, l);
      const auto cycle = static_cast<std::size_t>(wishes_.cycles[step]) - 1;
      if (is_failed(solved[l]) && cycle >= done[l]) {
        state = solved[l];
        continue;
      }
      const std::size_t seen = std::min(cycle + 1, seen_cycles);
      for (std::size_t e = 0; e < seen * n; ++e) w.judged[e] = w.x[((cycle + 1 - seen) * n + e) * width + l];
      const double tolerance = analog_tolerance(tx_, gain_.data() + p * tx_, variance_.data() + p * tx_,
                                                w.judged + (seen - 1) * n);
      if (plain_->judge({w.judged, seen * n}, {w.residual + cycle * width + l, 1}, tolerance) != status::ok)
        state = status::not_converged;
      const double* x = w.x + cycle * n * width + l;
      for (std::size_t k = 0; k < tx_; ++k) {
        const double gain = gain_[p * tx_ + k];
        into[step].estimate.at<cf32>(i, u, k) =
            cf32(static_cast<float>(x[k * width] * gain), static_cast<float>(x[(tx_ + k) * width] * gain));
        into[step].variance.at<float>(i, u, k) = static_cast<float>(variance_[p * tx_ + k]);
      }
    }
  }
}

}  // namespace mho
