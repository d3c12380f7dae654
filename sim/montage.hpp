/// \file
/// The pictures of a run side by side, with the gnuplot script that draws them.
#pragma once

#include <string>
#include <vector>

#include <mho/error.hpp>

#include "scenario.hpp"

namespace mho::sim {

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
