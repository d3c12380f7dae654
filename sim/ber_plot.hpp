/// \file
/// Plots of bit error rates: a self-contained gnuplot script beside every picture.
#pragma once

#include <string>
#include <vector>

#include <mho/error.hpp>

#include "result.hpp"
#include "scenario.hpp"

namespace mho::sim {

/// A result in a plot of several.
struct plotted_result {
  scenario settings;
  ber_result result;
  std::string file;  ///< tells curves apart where titles do not
};

/// Labels as the legend shows them, a result and a curve: the curve's own, followed by what tells its result
/// from the others if several have curves of one id or label, or different links: the title, the file's
/// folder where titles are the same or long, or the file.
std::vector<std::vector<std::string>> legend_of(const std::vector<plotted_result>& results);

/// Writes folder/ber.gnuplot and runs it: ber.svg and ber.png. Log bit error rate over ascending SNR, one
/// colour and marker a curve, 95 % bars, an arrow down from the upper bound where no error was seen; what was
/// seen without noise stands in the legend. Closed forms are dashed in their curve's colour. Below the title,
/// the link as it was run and its SNR in all conventions; below the legend, what curves lose against their
/// references. Errors: unsupported if gnuplot cannot be started or fails; the script stays.
result<bool> plot_ber(const std::string& folder, const scenario& s, const ber_result& r);

/// The same of several results in one picture, PATH.svg or PATH.png, with the script PATH.gnuplot, and with
/// the losses at these bit error rates.
result<bool> plot_results(const std::string& picture, const std::vector<plotted_result>& results,
                          const std::vector<double>& targets);

}  // namespace mho::sim
