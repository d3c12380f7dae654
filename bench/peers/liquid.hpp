/// \file
/// liquid-dsp's modem, a symbol at a time as it offers it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>

#include "implementation.hpp"

namespace bench {

/// Square QAM of 4 to 256 points. Its labels are those of mho::mapping::paper.
class liquid_qam {
 public:
  /// nullptr, and why in `reason`, in a build without liquid-dsp or for sizes that it lacks.
  static std::unique_ptr<liquid_qam> make(std::size_t points, std::string& reason);
  virtual ~liquid_qam() = default;
  /// Labels of n symbols.
  virtual void hard(const cf32* x, std::size_t n, unsigned* labels) = 0;
  /// A byte a bit: trunc(127 + 16 * 1.2 * points * (d0 - d1)), saturated, of the squared distances to the
  /// nearest points with a 0 and a 1 (a bit that is the same in all neighbours counts as certain).
  virtual void soft(const cf32* x, std::size_t n, unsigned bits, std::uint8_t* out) = 0;
};

std::string liquid_identity();

}  // namespace bench
