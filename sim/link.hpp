/// \file
/// The link: bits -> symbols -> channel and noise -> detectors -> hard bits -> counts, a chunk of channel
/// uses at a time.
#pragma once

#include <atomic>
#include <complex>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include <mho/mho.hpp>

#include "channels/channel.hpp"
#include "conditional.hpp"
#include "estimation.hpp"
#include "gram_draw.hpp"
#include "liquid_modem.hpp"
#include "references.hpp"
#include "scenario.hpp"
#include "snr.hpp"
#include "statistics.hpp"

namespace mho::sim {

/// How much a link will be asked for.
struct workload {
  unsigned threads = 1;
  std::uint64_t bits = UINT64_MAX;  ///< of a point: threads that find no chunk need no memory
};

/// A scenario made ready: immutable, shared by all workers.
class link {
 public:
  /// Errors: whatever the scenario asks for that does not exist or does not fit, as "KEY: what is wrong" with
  /// a key of the scenario (see refusal).
  static result<link> make(const scenario& s, const workload& work = {});

  const scenario& settings() const { return scenario_; }
  const constellation& symbols() const { return symbols_; }
  std::size_t bits_a_use() const { return scenario_.link.tx * symbols_.bits(); }
  /// The operating point at a value of the scenario's SNR list.
  snr_point at(double snr) const {
    const link_settings& s = scenario_.link;
    return make_snr_point(s.snr_is, snr, s.rx, s.tx, symbols_.bits(), channel_->column_energy());
  }
  /// Whether G and z are drawn in place of H and y (gram_draw).
  bool draws_gram() const { return law_.has_value(); }
  /// Whether the bit error rate is that expected over the noise (conditional_errors).
  bool is_conditional() const { return scenario_.link.estimator == "conditional"; }
  /// Sets of uses that share a channel in a chunk (a power of two), and uses in a chunk.
  std::size_t chunk_sets() const { return chunk_sets_; }
  /// Sets that the channel lasts for, the last chunk perhaps with fewer than the others; nothing: for ever.
  std::optional<std::uint64_t> channel_sets() const { return channel_->sets(); }
  std::size_t chunk_uses() const { return chunk_sets_ * scenario_.link.uses_per_channel; }
  /// Sets whose channels depend on one another, and such groups in a chunk: the units of the intervals.
  std::size_t group_sets() const { return channel_->sets_a_group(); }
  std::size_t chunk_groups() const { return chunk_sets_ / group_sets(); }
  /// Curves: every step of every detector, in order.
  std::size_t curves() const { return curves_; }
  /// What detectors reserve for a chunk.
  shape room() const;
  /// The curve that each is compared with, or no_reference.
  const std::vector<std::size_t>& references() const { return references_; }

 private:
  friend class link_worker;
  std::string choose_draw();
  std::string obstacle_to_conditional() const;
  std::string obstacle_of_memory(const workload& work) const;
  link(scenario s, constellation c) : scenario_(std::move(s)), symbols_(std::move(c)) {}

  scenario scenario_;
  constellation symbols_;
  std::shared_ptr<const channel> channel_;
  std::optional<gram_law> law_;
  std::shared_ptr<const channel_estimator> estimator_;
  std::size_t chunk_sets_ = 0, curves_ = 0;
  std::vector<std::size_t> references_;
};

/// What one thread needs: detectors and buffers of its own.
class link_worker {
 public:
  /// stop, once set: a chunk under way ends soon and counts nothing meaningful.
  explicit link_worker(const link& shared, const std::atomic<bool>* stop = nullptr);

  /// Simulates chunk `index` at a point and counts, one tally a curve. The same whatever was simulated
  /// before.
  void run(const snr_point& point, std::uint64_t index, std::span<tally> counts);

  /// The same with given bits in place of random ones: payload [use][bits_a_use], as many uses as it fills
  /// (at most a chunk's), from use index * chunk_uses on. recovered, one a curve, gets as many bits.
  void run(const snr_point& point, std::uint64_t index, std::span<const std::uint8_t> payload,
           std::span<const std::span<std::uint8_t>> recovered, std::span<tally> counts);

 private:
  std::size_t sets_of(std::uint64_t index) const;
  void draw_link(const snr_point& point, std::uint64_t index, std::size_t sets);
  void draw_received(const snr_point& point, std::uint64_t index, std::size_t sets);
  void draw_filtered(const snr_point& point, std::uint64_t index, std::size_t sets);
  float noise_variance(const snr_point& point, double energy) const;
  void detect(const snr_point& point, std::uint64_t index, std::size_t sets);
  void expect_errors(detector& d, const channel_batch& channel, const call& part, std::span<double> expected);
  void detect_slices(std::size_t which, std::size_t curve, const channel_batch& channel,
                     const received_batch& received, call part);

  bool asked_to_stop() const { return stop_ != nullptr && stop_->load(std::memory_order_relaxed); }

  const link& link_;
  const std::atomic<bool>* stop_;
  std::vector<std::unique_ptr<detector>> detectors_;
  std::optional<liquid_modem> liquid_;
  std::optional<gram_draw> gram_;
  std::vector<std::uint8_t> sent_;  // [use, bits]
  // H [set, rx, tx] or G [tx, tx, set], x [use, tx], y [use, rx] or z [tx, use]
  std::vector<std::complex<float>> h_, x_, y_;
  std::vector<float> n0_;  // [set], as the detectors are told
  // Of a conditional link: the true N0 [set], the true H if the detectors get estimates, the detectors'
  // weights [set, tx, rows], and what is expected of each curve [use].
  std::optional<conditional_errors> conditional_;
  std::vector<float> true_n0_;
  std::vector<std::complex<float>> true_h_, weights_;
  std::vector<std::vector<double>> expected_;
  std::vector<std::vector<std::uint8_t>> decided_;  // a curve: [use, bits]
  std::vector<std::vector<status>> state_;          // a curve: [use]
  std::vector<std::complex<float>> estimate_;       // [step, use, tx], for the liquid modem
  std::vector<output> outputs_;
};

}  // namespace mho::sim
