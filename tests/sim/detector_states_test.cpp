// What detectors report of problems, and interruption within a chunk, by a detector made for it.
#include <gtest/gtest.h>

#include <algorithm>
#include <thread>

#include "engine.hpp"

namespace mho::sim {
namespace {

std::atomic<bool> stop{false};
std::atomic<std::size_t> calls{0};
std::size_t last_call = 2;
// Problem by which a call is known, and one whose call waits until the former has come.
constexpr std::uint64_t none = ~std::uint64_t{0};
std::uint64_t last_problem = none, waiting_problem = none;

// Estimates nothing. By number modulo 4, problems are: singular, not converged in two uses, saturated in all,
// well. Call `last_call` asks the run to stop.
class reporter final : public detector {
 public:
  reporter() : detector(capabilities{}, 1) {}

 private:
  error do_reserve(const shape&) override { return error::none; }
  error do_prepare(const channel_batch&, const call& which, std::span<status> state) noexcept override {
    for (std::size_t i = 0; i < state.size(); ++i)
      state[i] = (which.first + which.begin + i) % 4 == 0 ? status::singular : status::ok;
    return error::none;
  }
  error do_apply(const received_batch& received, std::span<const output> into,
                 const call& which) const noexcept override {
    if (++calls == last_call || which.first + which.begin == last_problem) stop = true;
    while (which.first + which.begin == waiting_problem && !stop) std::this_thread::yield();
    const std::size_t uses = received.vectors.extent[1];
    for (std::size_t i = 0; i < received.vectors.extent[0]; ++i)
      for (std::size_t u = 0; u < uses; ++u) {
        for (std::size_t k = 0; k < room().tx; ++k) {
          into[0].estimate.at<std::complex<float>>(i, u, k) = 0;
          into[0].variance.at<float>(i, u, k) = 1;
        }
        const std::size_t kind = (which.first + which.begin + i) % 4;
        if (kind == 1 && u < 2) into[0].state[i * uses + u] = status::not_converged;
        if (kind == 2) into[0].state[i * uses + u] = status::saturated;
      }
    return error::none;
  }
};

scenario make_scenario(std::size_t rx, std::size_t tx) {
  static const error registered = register_detector(
      {"reporter", "for tests", capabilities{}, {}, [](const options&) -> result<std::unique_ptr<detector>> {
         return std::unique_ptr<detector>(std::make_unique<reporter>());
       }});
  EXPECT_EQ(registered, error::none);
  scenario s;
  s.link.rx = rx;
  s.link.tx = tx;
  s.link.snr = {10};
  s.stop.min_bits = s.stop.max_bits = 60'000;
  detector_settings d;
  d.id = d.label = "reporter";
  d.spec = detector_spec("reporter");
  s.detectors = {d};
  calls = 0;
  last_call = 2;
  last_problem = waiting_problem = none;
  stop = false;
  return s;
}

TEST(detector_states, problems_are_counted_once_however_many_uses_they_have) {
  scenario s = make_scenario(4, 2);
  s.link.uses_per_channel = 8;
  const point p = run_ber(link::make(s).value(), {}).curves[0].points[0];
  EXPECT_EQ(p.uses, 8 * p.sets);
  ASSERT_EQ(p.sets % 4, 0u);
  EXPECT_EQ(p.failed_problems, p.sets / 4);
  EXPECT_EQ(p.not_converged, p.sets / 4);
  EXPECT_EQ(p.saturated, p.sets / 4);
  // All decide on the estimate 0; the failed ones stay in the bit error rate too.
  EXPECT_NEAR(p.ber, 0.5, 4.9 * 0.5 / std::sqrt(static_cast<double>(p.bits)));
}

TEST(detector_states, a_chunk_of_large_problems_ends_soon_when_asked_to) {
  // 16 problems of 2^26 multiplications in one chunk. An accelerator's model takes them one by one: the run
  // ends in the midst of the chunk, and nothing of it counts.
  scenario s = make_scenario(1024, 256);
  s.detectors[0].accelerator = "none";
  const link l = link::make(s).value();
  ASSERT_EQ(l.chunk_sets(), 16u);
  run_options o;
  o.stop = &stop;
  const ber_result r = run_ber(l, o);
  EXPECT_EQ(calls, last_call);
  EXPECT_FALSE(r.complete);
  EXPECT_TRUE(r.curves[0].points.empty());
  // The same within a picture.
  calls = 0;
  stop = false;
  const std::vector<std::uint8_t> payload(l.chunk_uses() * l.bits_a_use());
  EXPECT_TRUE(run_payload(l, l.at(10), payload, o).interrupted);
  EXPECT_EQ(calls, last_call);
}

TEST(detector_states, chunks_that_are_whole_stay_when_asked_to_stop) {
  const link l = link::make(make_scenario(4, 2)).value();
  last_call = 0;
  const ber_result whole = run_ber(l, {});
  const std::uint64_t chunk_bits = l.chunk_uses() * l.bits_a_use(),
                      chunks = whole.curves[0].points[0].bits / chunk_bits;
  ASSERT_EQ(calls % chunks, 0u);
  const std::size_t calls_a_chunk = calls / chunks;
  // Rounds of one thread begin with two chunks: the sixth is the second of the third round.
  ASSERT_GT(chunks, 6u);
  calls = 0;
  last_call = 5 * calls_a_chunk + 1;
  run_options o;
  o.threads = 1;
  o.stop = &stop;
  const ber_result part = run_ber(l, o);
  EXPECT_FALSE(part.complete);
  ASSERT_EQ(part.curves[0].points.size(), 1u);
  EXPECT_EQ(part.curves[0].points[0].stop, "interrupted");
  EXPECT_EQ(part.curves[0].points[0].bits, 5 * chunk_bits);
  // Two threads' second round has chunks 4 to 7. One waits in chunk 5 until the other, which has done 6, is
  // at 7: chunk 6 is behind a hole.
  ASSERT_EQ(calls_a_chunk, 1u);
  stop = false;
  last_call = 0;
  waiting_problem = 5 * l.chunk_sets();
  last_problem = 7 * l.chunk_sets();
  o.threads = 2;
  EXPECT_EQ(run_ber(l, o).curves[0].points[0].bits, 5 * chunk_bits);
  waiting_problem = last_problem = none;
  stop = false;
  o.resume = &part;
  const ber_result end = run_ber(l, o);
  EXPECT_TRUE(end.complete);
  EXPECT_EQ(end.curves[0].points[0].bits, whole.curves[0].points[0].bits);
  EXPECT_EQ(end.curves[0].points[0].bit_errors, whole.curves[0].points[0].bit_errors);
}

}  // namespace
}  // namespace mho::sim
