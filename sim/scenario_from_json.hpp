/// \file
/// A scenario back from a result file.
#pragma once

#include "result_file.hpp"

namespace mho::sim {

/// The [stop] table. Throws json::exception where it is damaged, as the following does.
stop_settings stop_from(const json& j);

/// The scenario of a result file, all but its detectors, image and cost: what tables and plots tell of the
/// link.
scenario scenario_from(const json& file);

}  // namespace mho::sim
