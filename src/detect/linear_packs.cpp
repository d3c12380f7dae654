// Packs of problems through the kernels. `detect` of one vector a problem never forms the weights: it solves
// for the matched filter's output. `prepare` keeps W = gain A^-1 H^H, so that `apply` is one matrix product.
#include <algorithm>

#include "detect/linear_prepared.hpp"

namespace mho {
namespace {

// Floats of a chunk of antennas: with the Gram matrix of 16 streams it stays in a first-level cache of 32
// KiB. A larger Gram matrix comes from the second-level cache once a chunk, so chunks are longer then.
constexpr std::size_t chunk_floats = 4096, most_near_floats = 16384, far_rows = 32;

// Matrices of this many entries together, 1 MiB, leave no room for more in a second-level cache.
constexpr std::size_t streaming_entries = std::size_t{1} << 17;

// Received vectors of a pack that are multiplied together, while its weights are near.
constexpr std::size_t most_vectors = 16;

// The buffers of one pack in a slot's scratch, all aligned to a vector.
struct workspace {
  float *channel, *received, *gram, *factor, *solution, *inverse, *variance, *gain, *panel, *column, *root,
      *weights, *level, *verdict;

  // Lays the buffers out from `base` on (nullptr: only counts) and returns the floats that they take.
  std::size_t lay_out(float* base, const linear_kernels& k, std::size_t rows, std::size_t tx,
                      std::size_t vectors) {
    std::size_t used = 0;
    const auto take = [&](float*& buffer, std::size_t floats) {
      buffer = base == nullptr ? nullptr : base + used;
      used += (floats + 15) / 16 * 16;
    };
    const std::size_t entry = 2 * k.lanes;
    take(channel, rows * tx * entry);
    take(received, std::max(rows * entry, k.apply_scratch + 4 * tx * k.lanes));
    take(solution, std::max(tx * entry * vectors, 2 * tx * entry));
    take(gram, (tx <= 4 ? 2 : 1) * tx * tx * entry);
    take(factor, tx * tx * entry);
    take(inverse, tx * k.lanes);
    take(variance, 2 * tx * k.lanes);
    take(gain, tx * k.lanes);
    take(panel, tx * k.tile * entry);
    take(column, tx * entry);
    take(root, tx * tx * entry);
    take(weights, rows * tx * entry);
    take(level, 2 * k.lanes);
    take(verdict, 2 * k.lanes);
    return used;
  }
};

class linear_packs final : public linear_prepared {
 public:
  linear_packs(linear_rule rule, const linear_kernels& kernels) : linear_prepared(rule, kernels) {}

 private:
  error do_reserve(const shape& room) override {
    const std::size_t rx = room.is == form::gram ? room.tx : room.rx;
    const std::size_t entry = 2 * kernels_.lanes;
    rows_ = chunk_floats / (room.tx * entry);
    if (room.tx * room.tx * entry > most_near_floats) rows_ = std::max(rows_, far_rows);
    rows_ = std::clamp(rows_, std::size_t{1}, rx);
    problem_lane_uses_ = std::min(room.uses, std::max<std::size_t>(1, kernels_.lanes / 2));
    together_ = std::min(room.uses, most_vectors);
    workspace w;
    stride_ = w.lay_out(nullptr, kernels_, rows_, room.tx, together_);
    scratch_.reserve(stride_ * room.slots);
    reserve_prepared(room);
    return error::none;
  }

  error do_prepare(const channel_batch& in, const call& which, std::span<status> state) noexcept override {
    const std::size_t tx = room().tx, rx = in.matrix.extent[1];
    const workspace w = at_slot(which.slot);
    const input h = in.matrix;
    const view variance = row_major(variance_.data(), room().problems, 1, tx);
    const view weights = row_major(weights_.data(), room().problems, tx, rx);
    for (std::size_t first = 0; first < state.size(); first += kernels_.lanes) {
      const std::size_t count = std::min(kernels_.lanes, state.size() - first);
      start_pack(in.noise, first, count, w);
      form_gram(in.is, h, nullptr, first, count, w);
      digest(in.is, tx, true, w.root, w);
      if (rule_ != linear_rule::mrc) kernels_.square(w.root, tx, w.gram);
      kernels_.finish_variance(tx, w.verdict, w.variance);
      kernels_.store_real(w.variance, variance, which.begin + first, count, 0);
      for (std::size_t l = 0; l < count; ++l) state[first + l] = verdict_of(w, l);
      for (std::size_t r0 = 0; r0 < rx; r0 += rows_)
        keep_weights(in.is, h, first, count, r0, std::min(rx, r0 + rows_), w, weights, which.begin + first);
    }
    return error::none;
  }

  error do_apply(const received_batch& in, std::span<const output> into,
                 const call& which) const noexcept override {
    // Neighbours in planes are problems: those of full packs are loaded together, however many vectors come.
    const std::size_t problems = in.vectors.extent[0], uses = in.vectors.extent[1];
    const bool neighbours = in.vectors.planes != nullptr && in.vectors.stride[0] == 1 &&
                            problems >= kernels_.lanes && kernels_.lanes > 1;
    if (uses <= problem_lane_uses_ || neighbours)
      for (std::size_t u = 0; u < uses; u += together_)
        apply_to_packs(in, into[0], which, u, std::min(uses, u + together_));
    else
      apply_to_uses(in, into[0], which, at_slot(which.slot).received);
    return error::none;
  }

  error do_detect(const channel_batch& channel, const received_batch& received, std::span<const output> into,
                  const call& which) noexcept override {
    const output& out = into[0];
    const workspace w = at_slot(which.slot);
    // y as a matrix of one column, so that its antennas are rows as the channel's are.
    const input h = channel.matrix, y = input(received.vectors).column(0);
    const std::size_t lanes = kernels_.lanes, step = is_small() ? 2 * lanes : lanes;
    for (std::size_t first = 0; first < out.state.size(); first += step) {
      const std::size_t count = std::min(step, out.state.size() - first);
      workspace pack = w;
      for (std::size_t done = 0; done < count; done += lanes, pack = next_pack(pack)) {
        start_pack(channel.noise, first + done, std::min(lanes, count - done), pack);
        form_gram(channel.is, h, &y, first + done, std::min(lanes, count - done), pack);
      }
      solve(channel.is, out, first, count, w);
      pack = w;
      for (std::size_t done = 0; done < count; done += lanes, pack = next_pack(pack)) {
        kernels_.store_complex(pack.solution, out.estimate, first + done, std::min(lanes, count - done), 0);
        if (!out.variance.empty())
          kernels_.store_real(pack.variance, out.variance, first + done, std::min(lanes, count - done), 0);
      }
    }
    return error::none;
  }

  // Up to four streams go through one kernel after the Gram matrix, two packs at a time.
  bool is_small() const noexcept { return rule_ != linear_rule::mrc && room().tx <= 4; }

  // The second pack's buffers of those that hold two.
  workspace next_pack(workspace w) const noexcept {
    const std::size_t tx = room().tx, lanes = kernels_.lanes;
    w.gram += tx * tx * 2 * lanes;
    w.solution += tx * 2 * lanes;
    w.variance += tx * lanes;
    w.level += lanes;
    w.verdict += lanes;
    return w;
  }

  // From G and z to finished estimates, variances and states of one pack, or two small ones.
  void solve(form is, const output& out, std::size_t first, std::size_t count,
             const workspace& w) const noexcept {
    const std::size_t tx = room().tx, lanes = kernels_.lanes;
    const auto fail_lanes = [&] {
      const status* state = out.state.data() + first;
      if (std::none_of(state, state + count, is_failed)) return;
      for (std::size_t l = 0; l < count; ++l)
        if (is_failed(state[l])) w.verdict[l] = static_cast<float>(verdict::not_finite);
    };
    if (is_small()) {
      const std::size_t packs = count > lanes ? 2 : 1;
      const workspace second = next_pack(w);
      kernels_.check_gram(w.gram, tx, false, w.verdict);
      if (packs == 2) kernels_.check_gram(second.gram, tx, false, second.verdict);
      fail_lanes();
      kernels_.solve_small(tx, packs, rule_ == linear_rule::mmse, w.gram, w.solution, w.level, w.variance,
                           w.verdict);
      look_closer(is, w);
      if (packs == 2) look_closer(is, second);
    } else {
      digest(is, tx, !out.variance.empty(), nullptr, w);
      if (rule_ != linear_rule::mrc) {
        kernels_.solve_lower(w.factor, w.inverse, tx, 0, w.solution);
        kernels_.solve_upper(w.factor, w.inverse, tx, w.solution);
      }
      fail_lanes();
      kernels_.finish_estimate(tx, w.gain, w.solution, w.verdict);
      kernels_.finish_variance(tx, w.verdict, w.variance);
    }
    for (std::size_t l = 0; l < count; ++l)
      if (w.verdict[l] != 0) {
        status& s = out.state[first + l];
        if (!is_failed(s)) s = verdict_of(w, l);
      }
  }

  static status verdict_of(const workspace& w, std::size_t lane) noexcept {
    return status_of(static_cast<verdict>(static_cast<int>(w.verdict[lane])));
  }

  workspace at_slot(unsigned slot) const noexcept {
    workspace w;
    w.lay_out(scratch_.data() + slot * stride_, kernels_, rows_, room().tx, together_);
    return w;
  }

  void start_pack(const noise& n, std::size_t first, std::size_t count, const workspace& w) const noexcept {
    const float* level = &n.values.at<float>(first);  // the shell hands over one contiguous level a problem
    std::copy_n(level, count, w.level);
    std::fill(w.level + count, w.level + kernels_.lanes, level[0]);
    std::fill_n(w.verdict, kernels_.lanes, static_cast<float>(verdict::ok));
  }

  // Rows [r0, r1) of the pack after this one, where what the shell hands over is more than caches hold.
  void prefetch_next(const input& h, const input* y, std::size_t first, std::size_t r0,
                     std::size_t r1) const noexcept {
    const std::size_t problems = h.extent[0], next = first + kernels_.lanes * (is_small() ? 2 : 1);
    if (next >= problems) return;
    const std::size_t entries = problems * h.extent[1] * h.extent[2];
    if (entries < streaming_entries) return;
    const std::size_t count = std::min(kernels_.lanes, problems - next);
    kernels_.prefetch(h, next, count, r0, r1);
    if (y != nullptr) kernels_.prefetch(*y, next, count, r0, r1);
  }

  // G, and z = H^H y where there is a y; both are loaded where the caller has them already.
  void form_gram(form is, const input& h, const input* y, std::size_t first, std::size_t count,
                 const workspace& w) const noexcept {
    const std::size_t tx = room().tx, rx = h.extent[1];
    if (is == form::gram) {
      prefetch_next(h, y, first, 0, tx);
      kernels_.load_lower(h, first, count, w.gram);
      if (y != nullptr) kernels_.load(*y, first, count, 0, tx, w.solution);
      return;
    }
    if (y != nullptr && rows_ == rx &&
        kernels_.normal_equations(h, *y, first, count, w.received, w.gram, w.solution))
      return prefetch_next(h, y, first, 0, rx);
    for (std::size_t r0 = 0; r0 < rx; r0 += rows_) {
      const std::size_t r1 = std::min(rx, r0 + rows_);
      const std::size_t third = (r1 - r0) / 3;  // memory takes so many requests at a time
      prefetch_next(h, y, first, r0, r0 + third);
      kernels_.load(h, first, count, r0, r1, w.channel);
      prefetch_next(h, y, first, r0 + third, r1 - third);
      kernels_.gram(w.channel, r1 - r0, tx, r0 == 0, w.gram);
      prefetch_next(h, y, first, r1 - third, r1);
      if (y == nullptr) continue;
      kernels_.load(*y, first, count, r0, r1, w.received);
      kernels_.matched_filter(w.channel, w.received, r1 - r0, tx, r0 == 0, w.solution);
    }
  }

  // A caller's Gram matrix that is not finite off its diagonal has no factor either: only then is it worth a
  // look which of both it is.
  void look_closer(form is, const workspace& w) const noexcept {
    if (is == form::gram &&
        std::any_of(w.verdict, w.verdict + kernels_.lanes, [](float v) { return v != 0; }))
      kernels_.check_gram(w.gram, room().tx, true, w.verdict);
  }

  // From G to factor, variance and gain; root: L^-1, unless nullptr.
  void digest(form is, std::size_t tx, bool wants_variance, float* root, const workspace& w) const noexcept {
    const float threshold = static_cast<float>(tx) * 0x1p-23f;
    kernels_.check_gram(w.gram, tx, is == form::gram && rule_ == linear_rule::mrc, w.verdict);
    if (rule_ == linear_rule::mrc) {
      kernels_.finish_mrc(tx, w.level, w.gram, w.variance, w.gain, w.verdict);
      return;
    }
    std::fill_n(w.column, kernels_.lanes, 0.0f);
    const float* shift = rule_ == linear_rule::mmse ? w.level : w.column;
    kernels_.cholesky(w.gram, tx, shift, threshold, w.factor, w.inverse, w.verdict);
    look_closer(is, w);
    if (rule_ == linear_rule::zf && !wants_variance &&
        kernels_.bounds_variance(tx, w.level, w.gram, w.inverse)) {
      std::fill_n(w.gain, tx * kernels_.lanes, 1.0f);
      std::fill_n(w.variance, tx * kernels_.lanes, 0.0f);
      return;
    }
    kernels_.inverse_diagonal(w.factor, w.inverse, tx, w.panel, root, w.variance);
    if (rule_ == linear_rule::mmse)
      kernels_.finish_mmse(tx, w.level, w.gram, w.factor, w.inverse, w.variance, w.gain, w.column, w.verdict);
    else
      kernels_.finish_zf(tx, w.level, w.variance, w.gain, w.verdict);
  }

  // Columns [r0, r1) of W = gain A^-1 H^H of a pack, to the problems from `to` on; A^-1 is in w.gram.
  void keep_weights(form is, const input& h, std::size_t first, std::size_t count, std::size_t r0,
                    std::size_t r1, const workspace& w, const view& weights, std::size_t to) const noexcept {
    const std::size_t tx = room().tx, lanes = kernels_.lanes, entry = 2 * lanes, rows = r1 - r0;
    if (is == form::channel) {
      // form_gram has left the only chunk there.
      if (rows_ < h.extent[1]) kernels_.load(h, first, count, r0, r1, w.channel);
    } else {
      std::fill_n(w.channel, rows * tx * entry, 0.0f);
      for (std::size_t r = 0; r < rows; ++r) std::fill_n(w.channel + (r * tx + r0 + r) * entry, lanes, 1.0f);
    }
    kernels_.weigh(w.channel, rule_ == linear_rule::mrc ? nullptr : w.gram, w.gain, rows, tx, w.weights);
    view part = weights;
    part.data = static_cast<cf32*>(weights.data) + r0;
    part.extent[2] = rows;
    for (std::size_t k = 0; k < tx; ++k)
      kernels_.store_complex(w.weights + k * rows * entry, part, to, count, k);
  }

  // Received vectors [begin, end) of every problem.
  void apply_to_packs(const received_batch& in, const output& out, const call& which, std::size_t begin,
                      std::size_t end) const noexcept {
    const std::size_t tx = room().tx, rx = in.vectors.extent[2], uses = in.vectors.extent[1],
                      problems = in.vectors.extent[0], entry = 2 * kernels_.lanes;
    const workspace w = at_slot(which.slot);
    const input vectors = in.vectors;
    for (std::size_t k = 0; k < tx * kernels_.lanes; ++k) w.gain[k] = 1;
    for (std::size_t first = 0; first < problems; first += kernels_.lanes) {
      const std::size_t count = std::min(kernels_.lanes, problems - first);
      for (std::size_t r0 = 0; r0 < rx; r0 += rows_) {
        const std::size_t rows = std::min(rows_, rx - r0);
        view part = row_major(weights_.data() + r0, room().problems, tx, rx);
        part.extent[2] = rows;
        kernels_.load(part, which.begin + first, count, 0, tx, w.channel);
        for (std::size_t u = begin; u < end; ++u) {
          kernels_.load(vectors.column(u), first, count, r0, r0 + rows, w.received);
          kernels_.apply_problems(w.channel, w.received, rows, tx, r0 == 0,
                                  w.solution + (u - begin) * tx * entry);
        }
      }
      for (std::size_t u = begin; u < end; ++u) {
        float* const solution = w.solution + (u - begin) * tx * entry;
        for (std::size_t l = 0; l < kernels_.lanes; ++l)
          w.verdict[l] = static_cast<float>(
              l < count && is_failed(out.state[(first + l) * uses + u]) ? verdict::not_finite : verdict::ok);
        kernels_.finish_estimate(tx, w.gain, solution, w.verdict);
        kernels_.store_complex(solution, out.estimate, first, count, u);
        for (std::size_t l = 0; l < count; ++l) {
          status& s = out.state[(first + l) * uses + u];
          if (!is_failed(s)) s = verdict_of(w, l);
          if (is_failed(s))
            write_failed(out, first + l, u);
          else
            write_variance(out, first + l, u, variance_.data() + (which.begin + first + l) * tx);
        }
      }
    }
  }

  std::size_t rows_ = 0, stride_ = 0, problem_lane_uses_ = 1, together_ = 1;
  aligned_buffer<float> scratch_;  // [slot, stride_]
};

}  // namespace

std::unique_ptr<detector> make_linear_packs(linear_rule rule, const linear_kernels& kernels) {
  return std::make_unique<linear_packs>(rule, kernels);
}

}  // namespace mho
