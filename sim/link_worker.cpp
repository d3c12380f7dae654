// A link's chunks on one thread: what is sent, drawn, detected and counted.
#include <algorithm>
#include <array>
#include <cmath>
#include <new>
#include <stdexcept>

#include "count_errors.hpp"
#include "link.hpp"
#include "receive.hpp"

namespace mho::sim {
namespace {

using cf32 = std::complex<float>;

// Complex multiplications between two looks at the stop flag (less than a second of them), and the problems
// that kernels take at once: fewer cost as much.
constexpr std::size_t slice_work = std::size_t{1} << 28, kernel_lanes = 32;

// Streams up to which the model of the accelerator runs on kernels.
constexpr std::size_t most_analog_tx = 32;

}  // namespace

link_worker::link_worker(const link& shared, const std::atomic<bool>* stop) : link_(shared), stop_(stop) {
  const link_settings& s = shared.settings().link;
  const std::size_t sets = shared.chunk_sets(), uses = shared.chunk_uses();
  std::size_t most_steps = 1;
  for (const detector_settings& d : shared.settings().detectors) {
    detectors_.push_back(make_detector(d.spec).value());
    if (detectors_.back()->reserve(shared.room()) != error::none) throw std::bad_alloc();
    most_steps = std::max(most_steps, detectors_.back()->steps());
  }
  if (s.modem == "liquid") {
    liquid_.emplace(liquid_modem::make(shared.symbols().size(), s.labels).value());
    estimate_.resize(most_steps * uses * s.tx);
  }
  sent_.resize(uses * shared.bits_a_use());
  const std::size_t rows = shared.draws_gram() ? s.tx : s.rx;
  if (shared.draws_gram()) gram_.emplace(*shared.channel_, *shared.law_);
  h_.resize(sets * rows * s.tx);
  x_.resize(uses * s.tx);
  y_.resize(uses * rows);
  n0_.resize(sets);
  if (shared.is_conditional()) {
    conditional_.emplace(shared.symbols_);
    true_n0_.resize(sets);
    if (!shared.estimator_->is_perfect()) true_h_.resize(h_.size());
    weights_.resize(sets * s.tx * rows);
    expected_.assign(shared.curves(), std::vector<double>(uses));
  }
  decided_.assign(shared.curves(), std::vector<std::uint8_t>(sent_.size()));
  state_.assign(shared.curves(), std::vector<status>(uses));
  outputs_.resize(most_steps);
}

// The last chunk of a channel that ends has what is left.
std::size_t link_worker::sets_of(std::uint64_t index) const {
  const std::uint64_t first = index * link_.chunk_sets();
  if (!link_.channel_sets()) return link_.chunk_sets();
  return std::min<std::uint64_t>(link_.chunk_sets(), *link_.channel_sets() - first);
}

void link_worker::run(const snr_point& point, std::uint64_t index, std::span<tally> counts) {
  const std::size_t sets = sets_of(index), uses = sets * link_.settings().link.uses_per_channel,
                    bits = link_.bits_a_use();
  const std::uint32_t stream = point_stream(point);
  // A pack of sets shares its draw of bits, as it does the others.
  const std::size_t together = gram_ ? gram_draw::lanes * link_.settings().link.uses_per_channel : 1;
  for (std::size_t u = 0; u < uses; u += together)
    random_stream(link_.settings().seed, stream, (index * uses + u) / together,
                  gram_ ? draw_pack_bits : draw_bits)
        .bits(std::span(sent_).subspan(u * bits, together * bits));
  draw_link(point, index, sets);
  detect(point, index, sets);
  count_errors(link_, index, uses, {sent_, decided_, state_, &expected_}, counts);
}

void link_worker::run(const snr_point& point, std::uint64_t index, std::span<const std::uint8_t> payload,
                      std::span<const std::span<std::uint8_t>> recovered, std::span<tally> counts) {
  const std::size_t per_set = link_.settings().link.uses_per_channel,
                    uses = payload.size() / link_.bits_a_use();
  std::size_t sets = (uses + per_set - 1) / per_set;
  if (gram_) sets = (sets + gram_draw::lanes - 1) / gram_draw::lanes * gram_draw::lanes;
  std::fill(sent_.begin(), sent_.end(), std::uint8_t{0});
  std::copy(payload.begin(), payload.end(), sent_.begin());
  draw_link(point, index, sets);
  detect(point, index, sets);
  count_errors(link_, index, uses, {sent_, decided_, state_, &expected_}, counts);
  for (std::size_t c = 0; c < recovered.size(); ++c)
    std::copy_n(decided_[c].begin(), recovered[c].size(), recovered[c].begin());
}

void link_worker::draw_link(const snr_point& point, std::uint64_t index, std::size_t sets) {
  const std::size_t uses = sets * link_.settings().link.uses_per_channel;
  const std::span<std::uint8_t> bits = std::span(sent_).first(uses * link_.bits_a_use());
  const std::span<cf32> x = std::span(x_).first(uses * link_.settings().link.tx);
  if (liquid_)
    liquid_->map(bits, x);
  else
    link_.symbols_.map(bits, x);
  if (gram_)
    draw_filtered(point, index, sets);
  else
    draw_received(point, index, sets);
}

float link_worker::noise_variance(const snr_point& point, double energy) const {
  const link_settings& s = link_.settings().link;
  if (s.snr_normalisation != "realisation") return static_cast<float>(point.n0);
  return static_cast<float>(point.n0 * energy /
                            (static_cast<double>(s.tx) * link_.channel_->column_energy()));
}

// G and z, a pack of sets at a time.
void link_worker::draw_filtered(const snr_point& point, std::uint64_t index, std::size_t sets) {
  const scenario& s = link_.settings();
  const std::size_t tx = s.link.tx, per_set = s.link.uses_per_channel;
  const std::uint32_t stream = point_stream(point);
  std::array<double, gram_draw::lanes> energy;
  for (std::size_t set = 0; set < sets && !asked_to_stop(); set += gram_draw::lanes) {
    const std::uint64_t number = index * link_.chunk_sets() + set;
    gram_->draw_channels({s.channel.seed.value_or(s.seed), stream, number});
    gram_->gram(h_.data() + set, sets, energy);
    const std::span<float> n0 = std::span(n0_).subspan(set, gram_draw::lanes);
    for (std::size_t l = 0; l < gram_draw::lanes; ++l) n0[l] = noise_variance(point, energy[l]);
    if (conditional_) std::copy(n0.begin(), n0.end(), &true_n0_[set]);
    gram_->filter({s.seed, stream, number}, per_set, x_.data() + set * per_set * tx, n0,
                  y_.data() + set * per_set, sets * per_set);
  }
}

// H and y.
void link_worker::draw_received(const snr_point& point, std::uint64_t index, std::size_t sets) {
  const scenario& s = link_.settings();
  const std::size_t rx = s.link.rx, tx = s.link.tx, per_set = s.link.uses_per_channel;
  const std::uint32_t stream = point_stream(point);
  for (std::size_t set = 0; set < sets && !asked_to_stop(); ++set) {
    const std::uint64_t number = index * link_.chunk_sets() + set;
    const std::span<cf32> h = std::span(h_).subspan(set * rx * tx, rx * tx);
    const std::uint64_t seed = s.channel.seed.value_or(s.seed);
    const std::size_t group = link_.channel_sets() ? sets : link_.group_sets();
    if (set % group == 0) {
      const std::size_t count = std::min(group, sets - set);
      const std::span<cf32> together = std::span(h_).subspan(set * rx * tx, count * rx * tx);
      if (s.channel.realisations > 0)  // the same channels at every point
        link_.channel_->draw({seed, 0, number / group % s.channel.realisations * group}, count, together);
      else
        link_.channel_->draw({seed, stream, number}, count, together);
    }
    double energy = 0;
    if (s.link.snr_normalisation == "realisation")
      for (const cf32 entry : h) energy += static_cast<double>(std::norm(entry));
    n0_[set] = noise_variance(point, energy);
    for (std::size_t u = set * per_set; u < (set + 1) * per_set; ++u) {
      const std::span<cf32> y = std::span(y_).subspan(u * rx, rx);
      random_stream noise_draw(s.seed, stream, index * link_.chunk_uses() + u, draw_noise);
      noise_draw.complex_normals(y);
      receive(h.data(), &x_[u * tx], rx, tx, std::sqrt(n0_[set]), y.data());
    }
    if (conditional_) true_n0_[set] = n0_[set];
    if (!true_h_.empty()) std::copy(h.begin(), h.end(), &true_h_[set * rx * tx]);
    link_.estimator_->estimate(h, static_cast<double>(n0_[set]), {s.seed, stream, number}, h);
    n0_[set] = static_cast<float>(link_.estimator_->noise_variance(static_cast<double>(n0_[set])));
  }
}

void link_worker::detect(const snr_point& point, std::uint64_t index, std::size_t sets) {
  const link_settings& s = link_.settings().link;
  const std::size_t per_set = s.uses_per_channel, uses = sets * per_set, bits = link_.bits_a_use();
  const constellation* symbols[] = {&link_.symbols_};
  channel_batch channel;
  received_batch received;
  received.vectors = row_major(y_.data(), sets, per_set, s.rx);
  channel.matrix = row_major(h_.data(), sets, s.rx, s.tx);
  if (gram_) {  // the set is fastest
    const auto set_count = static_cast<std::ptrdiff_t>(sets),
               uses_a_set = static_cast<std::ptrdiff_t>(per_set);
    channel.is = form::gram;
    channel.matrix = row_major(h_.data(), sets, s.tx, s.tx);
    channel.matrix.stride = {1, static_cast<std::ptrdiff_t>(s.tx) * set_count, set_count};
    received.vectors = row_major(y_.data(), sets, per_set, s.tx);
    received.vectors.stride = {uses_a_set, 1, set_count * uses_a_set};
  }
  channel.noise.is = noise::per_problem;
  channel.noise.values = row_major(n0_.data(), sets);
  received.symbols = symbols;
  call which;
  which.stream = point_stream(point);
  which.first = index * link_.chunk_sets();
  std::size_t curve = 0;
  for (std::size_t k = 0; k < detectors_.size() && !asked_to_stop(); ++k) {
    const auto& d = detectors_[k];
    for (std::size_t step = 0; step < d->steps(); ++step) {
      output& o = outputs_[step];
      o = {};
      o.state = std::span(state_[curve + step]).first(uses);
      if (liquid_)
        o.estimate = row_major(estimate_.data() + step * link_.chunk_uses() * s.tx, sets, per_set, s.tx);
      else
        o.bits = row_major(decided_[curve + step].data(), sets, per_set, bits);
    }
    detect_slices(k, curve, channel, received, which);
    for (std::size_t step = 0; liquid_ && step < d->steps(); ++step)
      liquid_->slice({estimate_.data() + step * link_.chunk_uses() * s.tx, uses * s.tx},
                     std::span(decided_[curve + step]).first(uses * bits));
    curve += d->steps();
  }
}

// A chunk of large problems takes long: it goes through a detector in slices.
void link_worker::detect_slices(std::size_t which, std::size_t curve, const channel_batch& channel,
                                const received_batch& received, call part) {
  const scenario& s = link_.settings();
  detector& d = *detectors_[which];
  const std::size_t sets = channel.matrix.extent[0],
                    work = s.link.rx * s.link.tx * (s.link.tx + s.link.uses_per_channel);
  // The model of the accelerator takes large problems one after another.
  const bool is_single = !s.detectors[which].accelerator.empty() && s.link.tx > most_analog_tx;
  const std::size_t fewest = is_single ? 1 : kernel_lanes;
  const std::size_t slice = std::max(fewest, slice_work / work / fewest * fewest);
  for (part.begin = 0; part.begin < sets && !asked_to_stop(); part.begin = part.end) {
    part.end = std::min(sets, part.begin + slice);
    const std::span<const output> into = std::span(outputs_).first(d.steps());
    // What is expected comes from the weights, which a fused detection does not leave.
    error e = conditional_ ? d.prepare(channel, part) : d.detect(channel, received, into, part);
    if (conditional_ && e == error::none) e = d.apply(received, into, part);
    if (e != error::none) throw std::logic_error(std::string("a detector refused a chunk: ") + to_string(e));
    if (conditional_) expect_errors(d, channel, part, expected_[curve]);
  }
}

}  // namespace mho::sim
