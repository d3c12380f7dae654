/// \file
/// Which instruction set the kernels run on, and which results are equal bit by bit.
#pragma once

#include <mho/targets.hpp>

namespace mho::sim {

/// The target that detectors use unless the scenario gives them another (option `target`).
target_info target_in_use();

/// Equal for targets whose results are equal to the last bit: "fused" for all that round a multiply-add once,
/// the others' own names.
std::string arithmetic_of(const target_info& target);

}  // namespace mho::sim
