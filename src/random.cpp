#include <mho/random.hpp>

#include <algorithm>
#include <array>
#include <cmath>

#include "kernels/normals.hpp"
#include "kernels/targets.hpp"

namespace mho {
namespace {

// Whichever: all targets give the same numbers.
const normal_kernels& kernels() noexcept {
  static const normal_kernels* const best = find_normal_kernels(target_bit("auto"));
  return *best;
}

philox_position position(const std::uint32_t (&key)[2], const std::uint32_t (&counter)[4]) noexcept {
  return {{key[0], key[1]}, {counter[0], counter[1], counter[2], counter[3]}};
}

// One block of Philox4x32-10 in integers: for a single one the kernels take twice as long.
void philox_block(const std::uint32_t (&key)[2], const std::uint32_t (&counter)[4],
                  std::uint32_t (&block)[4]) noexcept {
  constexpr unsigned rounds = 10;
  std::uint32_t k0 = key[0], k1 = key[1];
  std::uint32_t c0 = counter[0], c1 = counter[1], c2 = counter[2], c3 = counter[3];
  for (unsigned r = 0; r < rounds; ++r) {
    const std::uint64_t a = std::uint64_t{c0} * 0xD2511F53u, b = std::uint64_t{c2} * 0xCD9E8D57u;
    c0 = static_cast<std::uint32_t>(b >> 32) ^ c1 ^ k0;
    c2 = static_cast<std::uint32_t>(a >> 32) ^ c3 ^ k1;
    c1 = static_cast<std::uint32_t>(b);
    c3 = static_cast<std::uint32_t>(a);
    k0 += 0x9E3779B9u;
    k1 += 0xBB67AE85u;
  }
  block[0] = c0, block[1] = c1, block[2] = c2, block[3] = c3;
}

}  // namespace

random_stream::random_stream(std::uint64_t seed, std::uint32_t stream, std::uint64_t number,
                             std::uint16_t purpose) noexcept
    : key_{static_cast<std::uint32_t>(seed), static_cast<std::uint32_t>(seed >> 32)},
      counter_{
          0, static_cast<std::uint32_t>(number),
          (static_cast<std::uint32_t>(number >> 32) & 0xffffu) | (static_cast<std::uint32_t>(purpose) << 16),
          stream},
      block_{} {}

void random_stream::refill() noexcept {
  philox_block(key_, counter_, block_);
  ++counter_[0];
  used_ = 0;
}

std::uint32_t random_stream::word() noexcept {
  if (used_ == 4) refill();
  return block_[used_++];
}

void random_stream::words(std::span<std::uint32_t> out) noexcept {
  std::size_t done = 0;
  while (done < out.size() && used_ < 4) out[done++] = block_[used_++];
  const std::size_t blocks = (out.size() - done) / 4;
  if (blocks > 0) kernels().words(position(key_, counter_), blocks, out.data() + done);
  counter_[0] += static_cast<std::uint32_t>(blocks);
  for (done += 4 * blocks; done < out.size(); ++done) out[done] = word();
}

double random_stream::uniform() noexcept { return (static_cast<double>(word()) + 0.5) * 0x1p-32; }

void random_stream::next_pair(float scale, float (&pair)[2]) noexcept {
  if (used_ == 4) refill();
  box_muller(block_[used_], block_[used_ + 1], scale, pair);
  used_ += 2;
}

float random_stream::normal() noexcept {
  used_ += used_ % 2;
  float pair[2];
  next_pair(1, pair);
  return pair[0];
}

void random_stream::scaled_normals(float scale, std::span<float> out) noexcept {
  used_ += used_ % 2;
  float pair[2];
  if (used_ == 2 && !out.empty()) {
    next_pair(scale, pair);
    const std::size_t taken = std::min<std::size_t>(2, out.size());
    std::copy_n(pair, taken, out.begin());
    out = out.subspan(taken);
  }
  if (out.empty()) return;
  kernels().normals(position(key_, counter_), out.size(), scale, out.data());
  counter_[0] += static_cast<std::uint32_t>(out.size() / 4);
  if (const std::size_t rest = out.size() % 4; rest > 0) {
    refill();
    used_ = rest > 2 ? 4 : 2;
  }
}

void random_stream::normals(std::span<float> out) noexcept { scaled_normals(1, out); }

void random_stream::complex_normals(std::span<std::complex<float>> out, float variance) noexcept {
  // std::complex<float> is layout-compatible with float[2] ([complex.numbers]).
  scaled_normals(std::sqrt(0.5f * variance), {reinterpret_cast<float*>(out.data()), 2 * out.size()});
}

void random_stream::bits(std::span<std::uint8_t> out) noexcept {
  std::array<std::uint32_t, 256> buffer;
  while (!out.empty()) {
    const std::span<std::uint32_t> drawn =
        std::span(buffer).first(std::min(buffer.size(), (out.size() + 31) / 32));
    words(drawn);
    for (std::uint32_t w : drawn) {
      const std::size_t count = std::min<std::size_t>(32, out.size());
      for (std::size_t i = 0; i < count; ++i) out[i] = static_cast<std::uint8_t>(w >> i & 1);
      out = out.subspan(count);
    }
  }
}

}  // namespace mho
