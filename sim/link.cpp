#include "link.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <span>

#include "link_memory.hpp"

namespace mho::sim {
namespace {

// Bits a chunk aims at: enough to keep a worker busy, few enough that a point of 1e5 bits has several chunks.
constexpr std::size_t chunk_bits = 8192, fewest_sets = 16, most_sets = 1024;

// Of a channel that ends, if it has as many times the fewest sets.
constexpr std::uint64_t fewest_chunks = 64;

// The message on a detector's own option or on a parameter of its accelerator, at that key of the scenario.
std::string named_key(const detector_settings& d, std::size_t number, const std::string& message) {
  const std::string key = message.substr(0, message.find(": ")), own = fmt::format("detector.{}", number);
  const auto is_in = [&](std::span<const option> schema) {
    return std::any_of(schema.begin(), schema.end(), [&](const option& o) { return o.name == key; });
  };
  if (!d.accelerator.empty() && is_in(accelerator_schema()))
    return "accelerator." + d.accelerator + "." + message;
  const auto kind = find_detector(d.spec.name);
  return own + (kind && is_in(kind->schema) ? "." : ": ") + message;
}

}  // namespace

shape link::room() const {
  const link_settings& s = scenario_.link;
  shape room;
  room.problems = chunk_sets();
  room.rx = s.rx;
  room.tx = s.tx;
  room.uses = s.uses_per_channel;
  room.bits = symbols_.bits();
  if (draws_gram()) room.is = form::gram;
  return room;
}

// Takes the law of G where it may; why it may not, where that was asked for.
std::string link::choose_draw() {
  const link_settings& s = scenario_.link;
  if (s.draw == "channel") return "";
  std::optional<gram_law> law = channel_->law();
  std::string obstacle;
  if (scenario_.channel.realisations > 0)
    obstacle = "channel.realisations asks for fixed channels";
  else if (!law)
    obstacle = "H^H H of channel " + s.channel + ", as it is set, has no law that could be drawn directly";
  else if (s.tx > s.rx)
    obstacle = "link.tx is above link.rx";
  else if (!estimator_->is_perfect())
    obstacle = "estimation.method asks for estimates of H itself";
  for (const detector_settings& d : scenario_.detectors) {
    const auto kind = find_detector(d.spec.name);
    if (kind && (kind->can.forms & static_cast<std::uint8_t>(form::gram)) == 0)
      obstacle = "detector " + d.spec.name + " looks at H itself";
  }
  if (obstacle.empty()) law_ = std::move(law);
  return s.draw == "gram" && !obstacle.empty() ? "link.draw: must not be gram: " + obstacle : "";
}

std::string link::obstacle_to_conditional() const {
  if (!is_conditional()) return "";
  const std::string cannot = "link.estimator: must not be conditional: ";
  if (scenario_.channel.realisations > 0) return cannot + "channel.realisations asks for fixed channels";
  if (scenario_.link.modem == "liquid") return cannot + "link.modem = \"liquid\" decides by itself";
  for (const detector_settings& d : scenario_.detectors) {
    const auto kind = find_detector(d.spec.name);
    if (!kind || !kind->can.linear || kind->can.randomised)
      return cannot + "detector " + d.spec.name + " is not linear";
  }
  return "";
}

std::string link::obstacle_of_memory(const workload& work) const {
  const std::uint64_t chunk_size = chunk_uses() * bits_a_use(),
                      channels = channel_->sets().value_or(UINT64_MAX),
                      chunks = 1 + std::min((std::max<std::uint64_t>(work.bits, 1) - 1) / chunk_size,
                                            (channels - 1) / chunk_sets());
  const auto threads = static_cast<unsigned>(std::min<std::uint64_t>(work.threads, chunks));
  const worker_size size{chunk_sets(), symbols_.bits(), draws_gram(), is_conditional(),
                         !estimator_->is_perfect()};
  return sim::obstacle_of_memory(scenario_, size, threads, memory_there());
}

result<link> link::make(const scenario& s, const workload& work) {
  result<constellation> symbols = constellation::parse(s.link.modulation, s.link.labels);
  if (!symbols) return {symbols.code(), "link.modulation: " + symbols.message()};
  link l(s, std::move(*symbols));
  result<std::unique_ptr<channel>> channel =
      make_channel(s.link.channel, s.channel.model, s.link.rx, s.link.tx, s.channel.seed.value_or(s.seed),
                   s.channel.folder);
  if (!channel) return {channel.code(), channel.message()};
  l.channel_ = std::move(*channel);
  l.scenario_.channel.digest = l.channel_->identity();
  result<channel_estimator> estimator = channel_estimator::make(s.estimation, *l.channel_);
  if (!estimator) return {estimator.code(), estimator.message()};
  l.estimator_ = std::make_shared<const channel_estimator>(std::move(*estimator));
  if (s.link.modem == "liquid") {
    const auto modem = liquid_modem::make(l.symbols_.size(), s.link.labels);
    if (!modem) return {modem.code(), "link.modem: " + modem.message()};
  }
  std::size_t sets = std::max(fewest_sets, l.channel_->sets_a_group());
  // A channel that ends is shared out too, and stops before its end where it may.
  const std::uint64_t share = l.channel_->sets().value_or(most_sets * fewest_chunks) / fewest_chunks;
  while (sets < most_sets && sets * s.link.uses_per_channel * l.bits_a_use() < chunk_bits &&
         2 * sets <= share)
    sets *= 2;
  l.chunk_sets_ = sets;
  if (const std::string obstacle = l.choose_draw(); !obstacle.empty()) return {error::bad_value, obstacle};
  if (const std::string obstacle = l.obstacle_to_conditional(); !obstacle.empty())
    return {error::bad_value, obstacle};
  if (const std::string obstacle = l.obstacle_of_memory(work); !obstacle.empty())
    return {error::no_memory, obstacle};
  for (std::size_t k = 0; k < s.detectors.size(); ++k) {
    const detector_settings& d = s.detectors[k];
    const std::string key = fmt::format("detector.{}", k);
    auto made = make_detector(d.spec);
    if (!made) return {made.code(), named_key(d, k, made.message())};
    if (const error e = (*made)->reserve(l.room()); e != error::none)
      return {e, fmt::format("{}.name: {} cannot take {}x{} with link.uses_per_channel = {} ({})", key,
                             d.spec.name, s.link.rx, s.link.tx, s.link.uses_per_channel, to_string(e))};
    if (const std::size_t steps = (*made)->steps(), curves = curve_ids(d).size(); steps != curves)
      return {
          error::bad_value,
          fmt::format("{}.name: {} yields {} outputs a vector where the simulator draws {}: of a plugin's "
                      "kind, one",
                      key, d.spec.name, steps, curves)};
    l.curves_ += (*made)->steps();
  }
  l.references_ = reference_curves(s);
  return l;
}

}  // namespace mho::sim
