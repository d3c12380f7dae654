/// \file
/// The instruction sets that the kernels are compiled for. A table of kernels a target; a detector keeps a
/// pointer to its own (option `target`), so nothing here is global but the choice made at start-up.
#pragma once

#include <cstdint>
#include <string_view>

#include <mho/targets.hpp>

namespace mho {

/// Added to Highway's bit: vectors of half the target's width.
constexpr std::int64_t half_vectors = 1;

/// Highway's bit of a target that this machine can run; 0 if there is none of that name. "auto": the best
/// one, or the one that MHO_TARGET named when the library was loaded.
std::int64_t target_bit(std::string_view name) noexcept;

}  // namespace mho
