/// \file
/// The folder of a run: what in it is protected, what a resumed run keeps, and run.json.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "result_file.hpp"

namespace mho::sim {

/// Makes the folder ready for the result that starts as `fresh`. A complete result of the same scenario and
/// seed may be overwritten; anything else is protected: throws input_error naming the key that differs,
/// --resume and --force. With resume, the result.json that is there: of the same scenario and seed but for
/// added SNR values and a stricter [stop], and of the same program, arithmetic and chunks. name: of the file
/// in place of result.json.
std::optional<json> open_folder(const std::string& folder, const json& fresh, bool resume, bool force,
                                const std::string& name = "result.json");

/// The points of an earlier result (kind "ber") that a run of this scenario would come to, bit by bit: those
/// that its stopping rule would have ended at the same place, or not yet. expected: the run's curves, without
/// points; chunk_bits: bits a chunk. Throws input_error where the file is damaged.
ber_result points_to_keep(const std::string& folder, const json& earlier, const scenario& s,
                          const ber_result& expected, std::uint64_t chunk_bits);

/// How a run was done.
struct run_facts {
  std::string command_line;
  unsigned threads = 1;  ///< of each rank
  std::size_t ranks = 1;
  std::vector<double> seconds;  ///< a point
};

/// run.json (or of another name): what does not follow from scenario and seed.
void write_run(const std::string& folder, const run_facts& run, const std::string& name = "run.json");

}  // namespace mho::sim
