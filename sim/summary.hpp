/// \file
/// The link of a scenario in words, for the heads of tables, plots and montages.
#pragma once

#include <string>

#include "scenario.hpp"

namespace mho::sim {

/// "16x4, 256qam (mapping paper), a fresh rayleigh channel for every use": made from what the run uses,
/// overrides included, whatever the title says.
std::string link_summary(const scenario& s);

/// What snr_db means in this scenario: "SNR = 10 log10(E||Hx||^2 / E||n||^2)", over the channel model or over
/// each channel's symbols alone (docs/conventions.md).
std::string snr_summary(const scenario& s);

}  // namespace mho::sim
