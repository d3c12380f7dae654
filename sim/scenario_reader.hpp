/// \file
/// Scenarios from TOML files. Every key is checked against what is known; an unknown one names the nearest.
#pragma once

#include <set>
#include <string>
#include <vector>

#include "scenario.hpp"

namespace mho::sim {

/// Reads a scenario. `sets` are KEY=VALUE overrides by dotted path, applied before anything is checked;
/// values of string keys are taken verbatim, all others as TOML. The picture of an [image] table is not read,
/// but may be asked to exist. known: if given, gets the path of every key that was looked for. Throws
/// input_error.
scenario read_scenario(const std::string& path, const std::vector<std::string>& sets, std::uint64_t seed,
                       bool image_must_exist = false, std::set<std::string>* known = nullptr);

/// A scenario that is no file.
struct scenario_text {
  std::string toml;
  std::string name = "scenario";       ///< stands for the file in errors, and without its suffix in results
  bool has_lines = true;               ///< whether errors tell the line
  std::vector<std::string> detectors;  ///< kinds that get an entry at the end unless they have one
};

/// The same from a text.
scenario read_scenario(const scenario_text& text, const std::vector<std::string>& sets, std::uint64_t seed);

/// The dotted paths of all keys that a scenario may have, of every kind of detector: detector.N.cycles,
/// accelerator.NAME.array.size.
std::vector<std::string> scenario_keys();

}  // namespace mho::sim
