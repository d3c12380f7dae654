/// \file
/// The link rows: which program simulates which point.
#pragma once

#include <span>

#include "peers/link_program.hpp"

namespace bench {

struct link_entry {
  const char* name;  ///< of its row, "link/DRAW/RXxTX"
  std::size_t rx;
  made_link (*make)(const link_point& p);
};

std::span<const link_entry> link_entries();

constexpr std::size_t link_tx = 8;
/// Of the 128x8 rows: bit error rates near 1e-4.
constexpr double link_snr_db = 12.5;

/// The point with rx antennas at which zero-forcing has the SNR after detection, (rx - tx + 1) / N0, that it
/// has with 128 antennas at this 10 log10(tx / N0).
link_point point_of(std::size_t rx, double snr_db_at_128);

/// Simulates every entry's points, which should have the error rates of the closed form (zero-forcing) and of
/// one another. Prints what is wrong to standard error, and who takes no part and why.
bool check_links();

}  // namespace bench
