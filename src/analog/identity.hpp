/// \file
/// Which draws belong to whom: the streams behind an analog_identity.
#pragma once

#include <cstddef>
#include <cstdint>

#include <mho/analog.hpp>
#include <mho/random.hpp>

namespace mho::analog {

/// The purposes of random_stream that belong to the analogue model.
enum purpose : std::uint16_t {
  offset_purpose = 0x100,           ///< (seed, place and role of an array): op-amp offsets, the chip's own
  programming_purpose = 0x101,      ///< write errors of LP-INV
  slices_purpose = 0x103,           ///< write errors of HP-MVM
  block_slices_purpose = 0x104,     ///< and of BlockAMC's products
  ginv_purpose = 0x105,             ///< write errors of a pseudo-inverse's arrays
  ageing_purpose = 0x110,           ///< drift exponents of a programming's cells
  faults_purpose = 0x111,           ///< (seed, place, row of an array): stuck cells, the chip's own
  slices_ageing_purpose = 0x112,    ///< drift exponents of HP-MVM's cells
  block_ageing_purpose = 0x113,     ///< and of those of BlockAMC's products
  ginv_ageing_purpose = 0x114,      ///< and of a pseudo-inverse's
  adc_chip_purpose = 0x120,         ///< errors of a modelled converter's devices
  dac_chip_purpose = 0x121,         ///< errors of a DAC's codes
  training_purpose = 0x122,         ///< which read-outs a converter is trained on
  example_channel_purpose = 0x124,  ///< channels that converters are trained with
  example_symbol_purpose = 0x125,   ///< and symbols
  // Of a use_stream, use_purposes each:
  array_reading_purpose = 0x4000,  ///< what reading arrays draws
  conversion_purpose = 0x8000,     ///< read errors of converters
  reading_purpose = 0xc000         ///< what one solution draws beside its circuits
};
constexpr std::uint64_t use_purposes = 0x4000;

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

inline random_stream programming_stream(const analog_identity& who,
                                        purpose of = programming_purpose) noexcept {
  return {who.seed, fold(who.stream), who.number, of};
}
/// Of a writing: what its cells' drift is like.
inline random_stream ageing_stream(const analog_identity& who, purpose of = ageing_purpose) noexcept {
  return {who.seed, fold(who.stream), who.number, of};
}

}  // namespace mho::analog
