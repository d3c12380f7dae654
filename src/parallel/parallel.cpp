#include <mho/parallel.hpp>

#include <algorithm>
#include <thread>
#include <vector>

// Debian's oneTBB shows the thread sanitizer races that are none; there plain threads take its place.
#if defined(__SANITIZE_THREAD__)
#define MHO_STD_THREADS
#elif defined(__has_feature)
#if __has_feature(thread_sanitizer)
#define MHO_STD_THREADS
#endif
#endif

#ifndef MHO_STD_THREADS
#include <tbb/parallel_for.h>
#endif

namespace mho::parallel {
namespace {

constexpr std::size_t full_vectors = 16;  // problems

// Splits [begin, end) into one part a slot, on multiples of `grain` problems, and runs body(call) on each.
template <class Body>
error split(const detector& d, call which, std::size_t problems, std::size_t grain, unsigned threads,
            const Body& body) {
  which.end = std::min(which.end, problems);
  const std::size_t slots = d.slots();
  const std::size_t parts_wanted = threads == 0 ? slots : std::min<std::size_t>(threads, slots);
  if (which.begin >= which.end || parts_wanted <= 1) {
    which.slot = 0;
    return body(which);
  }
  grain = std::min(grain, which.end - which.begin);
  const std::size_t grains = (which.end - which.begin - 1) / grain + 1;
  const std::size_t parts = std::min(parts_wanted, grains);
  std::vector<error> errors(parts, error::none);
  const auto run = [&](unsigned part) {
    call mine = which;
    mine.slot = part;
    mine.begin = which.begin + grains * part / parts * grain;
    mine.end = std::min(which.end, which.begin + grains * (part + 1) / parts * grain);
    errors[part] = body(mine);
  };
  on_workers(static_cast<unsigned>(parts), run);
  const auto bad = std::find_if(errors.begin(), errors.end(), [](error e) { return e != error::none; });
  return bad == errors.end() ? error::none : *bad;
}

// Problems under one coloured noise belong together; others only gain by full vectors.
std::size_t grain_of(const noise& n) noexcept {
  const bool is_white = n.is == noise::scalar || n.is == noise::per_problem;
  return is_white ? full_vectors : std::max<std::size_t>(1, n.problems_per_entry);
}

// Outputs for calls that run at once, one a slot: each counts clipped LLRs by itself.
class outputs_of_slots {
 public:
  outputs_of_slots(std::span<const output> into, std::size_t slots) : into_(into) {
    const bool counts =
        std::any_of(into.begin(), into.end(), [](const output& o) { return o.saturated != nullptr; });
    if (!counts) return;
    counters_.resize(slots * into.size());
    for (std::size_t i = 0; i < counters_.size(); ++i) {
      own_.push_back(into[i % into.size()]);
      if (own_.back().saturated != nullptr) own_.back().saturated = &counters_[i].value;
    }
  }
  std::span<const output> of(unsigned slot) const {
    return own_.empty() ? into_ : std::span(own_).subspan(slot * into_.size(), into_.size());
  }
  // The callers' counters get the sums.
  void add_up() const {
    for (std::size_t i = 0; i < own_.size(); ++i)
      if (own_[i].saturated != nullptr) *into_[i % into_.size()].saturated += counters_[i].value;
  }

 private:
  struct alignas(64) counter {  // a cache line each
    std::uint64_t value = 0;
  };
  std::span<const output> into_;
  std::vector<output> own_;
  std::vector<counter> counters_;
};

}  // namespace

void on_workers(unsigned workers, const std::function<void(unsigned)>& body) {
#ifdef MHO_STD_THREADS
  std::vector<std::jthread> pool;
  for (unsigned w = 0; w < workers; ++w) pool.emplace_back([&body, w] { body(w); });
#else
  // As many tasks as workers, in the caller's arena: making one for each call takes longer than a small
  // batch.
  tbb::parallel_for(0u, workers, body, tbb::simple_partitioner());
#endif
}

error prepare(detector& d, const channel_batch& channel, const call& which, unsigned threads) {
  return split(d, which, channel.matrix.extent[0], grain_of(channel.noise), threads,
               [&](const call& part) { return d.prepare(channel, part); });
}

error apply(const detector& d, const received_batch& received, std::span<const output> into,
            const call& which, unsigned threads) {
  const outputs_of_slots outputs(into, d.slots());
  const error e = split(d, which, received.vectors.extent[0], 1, threads,
                        [&](const call& part) { return d.apply(received, outputs.of(part.slot), part); });
  outputs.add_up();
  return e;
}

error detect(detector& d, const channel_batch& channel, const received_batch& received,
             std::span<const output> into, const call& which, unsigned threads) {
  const outputs_of_slots outputs(into, d.slots());
  const error e =
      split(d, which, channel.matrix.extent[0], grain_of(channel.noise), threads,
            [&](const call& part) { return d.detect(channel, received, outputs.of(part.slot), part); });
  outputs.add_up();
  return e;
}

}  // namespace mho::parallel
