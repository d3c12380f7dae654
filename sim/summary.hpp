/// \file
/// The link of a scenario in words, for the heads of tables, plots and montages.
#pragma once

#include <string>

#include "result.hpp"
#include "scenario.hpp"
#include "snr.hpp"

namespace mho::sim {

/// "16x4, 256qam (mapping paper), a fresh rayleigh channel for every use": made from what the run uses,
/// overrides included, whatever the title says.
std::string link_summary(const scenario& s);

/// What snr_db means in this scenario: "SNR = 10 log10(E||Hx||^2 / E||n||^2)", over the channel model or over
/// each channel's symbols alone (docs/conventions.md).
std::string snr_summary(const scenario& s);

/// The SNR in every other convention and N0: "SNR = Es/N0 + 6.02 dB = Eb/N0 + 12.04 dB = matched filter
/// - 6.02 dB; N0 = 4 / 10^(SNR/10)".
std::string snr_conventions(const snr_point& finite);

/// The same of a result's first point with noise; "" if there is none.
std::string snr_conventions(const ber_result& r);

}  // namespace mho::sim
