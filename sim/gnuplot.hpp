/// \file
/// Plots and montages: a self-contained gnuplot script beside every picture.
#pragma once

#include <string>
#include <vector>

#include <mho/error.hpp>

#include "result.hpp"

namespace mho::sim {

/// Writes folder/ber.gnuplot and runs it: ber.svg and ber.png. Log bit error rate over SNR, one colour and
/// marker a curve, 95 % bars, an arrow at the upper bound where no error was seen. Errors: unsupported if
/// gnuplot cannot be started or fails; the script stays.
result<bool> plot_ber(const std::string& folder, const std::string& title, const ber_result& r);

/// A picture of a montage: the file, relative to the folder, its size, and the lines below it.
struct montage_entry {
  std::string file, caption;
  std::size_t width = 0, height = 0;
};

/// Writes folder/montage.gnuplot and runs it: montage.png, at most five pictures a row, small ones enlarged
/// crisply.
result<bool> draw_montage(const std::string& folder, const std::string& title,
                          const std::vector<montage_entry>& entries);

}  // namespace mho::sim
