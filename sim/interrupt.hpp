/// \file
/// SIGINT and SIGTERM ask a run to end soon; what it counted stays.
#pragma once

#include <atomic>

namespace mho::sim {

/// Installs the handlers (once) and returns the flag that they set.
const std::atomic<bool>& interrupt_flag();

/// Exit status of an interrupted run.
constexpr int interrupted_status = 130;

}  // namespace mho::sim
