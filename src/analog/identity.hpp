/// \file
/// Which draws belong to whom: the streams behind an analog_identity.
#pragma once

#include <cstddef>
#include <cstdint>

#include <mho/analog.hpp>
#include <mho/random.hpp>

namespace mho::analog {

enum purpose : std::uint16_t {
  chip_purpose = 0x100,
  programming_purpose = 0x101,
  reading_purpose = 0x102,
  slices_purpose = 0x103,        // writing HP-MVM
  block_slices_purpose = 0x104,  // writing BlockAMC's products
  ginv_purpose = 0x105,          // writing a pseudo-inverse's arrays
  ginv_reading_purpose = 0x106,
  slices_reading_purpose = 0x1000,  // reading HP-MVM or BlockAMC's products, + cycle: 2^18 words a cycle
};
constexpr std::size_t reading_purposes = 0x1000;

/// A stream's 64 bits in 32: the low half xor MurmurHash3's 64-bit finaliser (Appleby 2011) of the high half;
/// 0 stays 0, so small streams stay apart.
inline std::uint32_t fold(std::uint64_t stream) noexcept {
  std::uint64_t hash = stream >> 32;
  hash *= 0xff51afd7ed558ccdU;
  hash ^= hash >> 33;
  hash *= 0xc4ceb9fe1a85ec53U;
  hash ^= hash >> 33;
  return static_cast<std::uint32_t>(stream) ^ static_cast<std::uint32_t>(hash);
}

inline random_stream chip_stream(const analog_identity& who) noexcept {
  return {who.seed, 0, 0, chip_purpose};
}
inline random_stream programming_stream(const analog_identity& who) noexcept {
  return {who.seed, fold(who.stream), who.number, programming_purpose};
}
inline random_stream reading_stream(const analog_identity& who) noexcept {
  return {who.seed, fold(who.stream), who.number, reading_purpose, who.use};
}

}  // namespace mho::analog
