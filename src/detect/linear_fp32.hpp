/// \file
/// mrc, zf and mmse in FP32, on the kernels of a target.
#pragma once

#include <string>

#include <mho/registry.hpp>

namespace mho {

/// Which linear detector.
enum class linear_rule { mrc, zf, mmse };

/// The kind of that name; its options are those of every FP32 linear detector: target, lanes.
detector_kind linear_fp32_kind(linear_rule rule, std::string name, std::string summary);

}  // namespace mho
