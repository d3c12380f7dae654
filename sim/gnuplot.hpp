/// \file
/// Plots and montages: a self-contained gnuplot script beside every picture.
#pragma once

#include <string>
#include <vector>

#include <mho/error.hpp>

#include "result.hpp"
#include "scenario.hpp"

namespace mho::sim {

/// A single-quoted gnuplot string: only the quote is special (a double-quoted one runs what stands in
/// backquotes).
std::string gnuplot_quoted(const std::string& text);

/// Runs a script of a folder in that folder. Errors: unsupported if gnuplot cannot be started or fails.
result<bool> run_gnuplot(const std::string& folder, const std::string& script);

/// Writes folder/ber.gnuplot and runs it: ber.svg and ber.png. Log bit error rate over ascending SNR, one
/// colour and marker a curve, 95 % bars, an arrow down from the upper bound where no error was seen; what was
/// seen without noise stands in the legend. Below the title, the link as it was run. Errors: unsupported if
/// gnuplot cannot be started or fails; the script stays.
result<bool> plot_ber(const std::string& folder, const scenario& s, const ber_result& r);

/// A picture of a montage: the file, relative to the folder, its size, and the lines below it.
struct montage_entry {
  std::string file, caption;
  std::size_t width = 0, height = 0;
};

/// Writes folder/montage.gnuplot and runs it: montage.png. The first entry, the original, stands at the left
/// of the first row; of the others, every `group` (the curves of one SNR) start a row right of it, at most
/// five a row. Small pictures are enlarged crisply. At least two entries.
result<bool> draw_montage(const std::string& folder, const scenario& s,
                          const std::vector<montage_entry>& entries, std::size_t group);

}  // namespace mho::sim
