#include "channel.hpp"

#include <algorithm>

#include "kinds.hpp"

namespace mho::sim {

void channel::mix(const set_identity&, std::span<std::complex<float>> t) const {
  std::fill(t.begin(), t.end(), 0.0f);
  for (std::size_t k = 0; k < tx_; ++k) t[k * tx_ + k] = 1;
}

std::span<const channel_kind> channel_kinds() {
  static const std::vector<channel_kind> kinds = [] {
    std::vector<channel_kind> all{rayleigh_kind(), kronecker_kind(), rician_kind()};
    for (channel_kind& kind : tdl_kinds()) all.push_back(std::move(kind));
    all.push_back(awgn_kind());
    all.push_back(recorded_kind());
    return all;
  }();
  return kinds;
}

const channel_kind* find_channel(std::string_view name) {
  for (const channel_kind& kind : channel_kinds())
    if (kind.name == name) return &kind;
  return nullptr;
}

result<std::unique_ptr<channel>> make_channel(std::string_view name, const options& given, std::size_t rx,
                                              std::size_t tx, std::uint64_t seed, const std::string& folder) {
  const channel_kind* const kind = find_channel(name);
  if (kind == nullptr) return {error::unknown_name, "unknown channel " + std::string(name)};
  const result<options> all = complete(kind->schema, given);
  if (!all) return {all.code(), all.message()};
  const channel_size size{rx, tx, seed, folder};
  if (kind->check != nullptr)
    if (const auto problem = kind->check(*all, size))
      return {error::bad_value, "channel." + problem->key + ": " + problem->what};
  return kind->make(*all, size);
}

}  // namespace mho::sim
