/// \file
/// The digest by which results tell files apart.
#pragma once

#include <fmt/format.h>

#include <cstdint>
#include <string>

namespace mho::sim {

/// FNV-1a (G. Fowler, L. C. Noll, K.-P. Vo), 64 bits. No protection against deliberate collisions.
class fnv_digest {
 public:
  /// One step: a byte, or as FNV-1a does not have it a whole number.
  void add(std::uint64_t value) { sum_ = (sum_ ^ value) * 0x100000001b3u; }
  /// The eight bytes of a word, the lowest first.
  void add_bytes(std::uint64_t word) {
    for (int byte = 0; byte < 8; ++byte) add(word >> 8 * byte & 0xff);
  }
  /// 16 hexadecimal digits.
  std::string text() const { return fmt::format("{:016x}", sum_); }

 private:
  std::uint64_t sum_ = 0xcbf29ce484222325u;
};

}  // namespace mho::sim
