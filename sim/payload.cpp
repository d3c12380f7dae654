#include "engine.hpp"
#include "for_chunks.hpp"
#include "thread_source.hpp"

namespace mho::sim {

recovered_bits run_payload(const link& l, const snr_point& point, std::span<const std::uint8_t> payload,
                           const run_options& options) {
  const std::size_t bits = l.bits_a_use(), uses = (payload.size() + bits - 1) / bits;
  const std::size_t chunk = l.chunk_uses(), chunks = (uses + chunk - 1) / chunk;
  std::vector<std::uint8_t> padded(payload.begin(), payload.end());
  padded.resize(uses * bits, 0);
  recovered_bits r;
  r.point = point;
  r.bits.assign(l.curves(), std::vector<std::uint8_t>(padded.size()));
  crew workers(l, options.threads, options.stop);
  std::vector<std::vector<tally>> counts(options.threads, std::vector<tally>(l.curves()));
  for_chunks(chunks, options.threads, [&](std::size_t i, unsigned worker) {
    if (workers.asked_to_stop()) return;
    const std::size_t first = i * chunk * bits, size = std::min(chunk * bits, padded.size() - first);
    std::vector<std::span<std::uint8_t>> into;
    for (auto& curve_bits : r.bits) into.push_back(std::span(curve_bits).subspan(first, size));
    workers.at(worker).run(point, i, std::span(padded).subspan(first, size), into, counts[worker]);
  });
  r.interrupted = workers.asked_to_stop();
  for (auto& curve_bits : r.bits) curve_bits.resize(payload.size());
  return r;
}

}  // namespace mho::sim
