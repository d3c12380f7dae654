/// \file
/// What of a link and its scenario it takes to add up chunks and to end points: all that a replay of stored
/// chunks needs.
#pragma once

#include <algorithm>
#include <optional>
#include <vector>

#include "link.hpp"
#include "result.hpp"
#include "stopping.hpp"

namespace mho::sim {

struct sweep {
  ber_result empty;               ///< the curves, without points
  std::vector<snr_point> points;  ///< in the order of the scenario's SNR list
  stop_settings stop;
  bool is_conditional = false;          ///< link::is_conditional
  std::vector<std::size_t> references;  ///< of each curve (link::references)
  std::size_t streams = 0;              ///< tx
  std::size_t realisations = 0;         ///< fixed channels; 0: fresh ones
  std::size_t chunk_groups = 0;         ///< units of a chunk (link::chunk_groups)
  std::uint64_t chunk_bits = 0;
  std::optional<std::uint64_t> channel_sets;  ///< link::channel_sets
  std::size_t chunk_sets = 0;                 ///< link::chunk_sets

  /// When its points end.
  stopping_rule rule() const;
  /// Sets in a chunk of the channel's end that is none of its whole ones; 0: there is none.
  std::size_t rest_sets() const {
    return channel_sets ? static_cast<std::size_t>(*channel_sets % chunk_sets) : 0;
  }
  std::size_t strata() const { return std::max<std::size_t>(1, realisations); }
  /// Strata that one chunk visits.
  std::size_t chunk_strata() const { return std::min(strata(), chunk_groups); }
};

sweep make_sweep(const link& l);

/// One cleared tally a curve, which holds all strata.
std::vector<tally> cleared_totals(const sweep& s);

/// How many chunks a round may take on `workers` threads where `done` have been committed. Surplus chunks are
/// dropped, so the size is free: it grows with what has been done, so that few rounds suffice and little is
/// wasted, and the counts that are held until a round ends stay few.
std::uint64_t round_size(const sweep& s, std::uint64_t done, std::uint64_t workers);

}  // namespace mho::sim
