/// \file
/// Outputs that the shell derives from estimate, variance and status.
#pragma once

#include <mho/detector.hpp>

namespace mho {

/// Gives failed uses their agreed values (estimate 0, variance +inf), fails uses whose estimate is not
/// finite, then fills in llr and bits unless they are native. All views start at the same problem and have
/// the same extents.
void derive(const output& into, const received_batch& received, std::uint8_t native) noexcept;

}  // namespace mho
