/// \file
/// Result files: result.json, run.json, ber.csv (docs/result-files.md).
#pragma once

#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "result.hpp"
#include "scenario.hpp"

namespace mho::sim {

using json = nlohmann::ordered_json;

/// The scenario as effective, every default filled in.
json to_json(const scenario& s);

/// What stands at the head of every result: format, version, kind, scenario, seed, arithmetic, draw, SNR
/// definition.
json result_head(const scenario& s, const std::string& kind);

/// The content of result.json.
json to_json(const scenario& s, const ber_result& r);

/// ber.csv.
std::string to_csv(const ber_result& r);

/// The points of a result.json, if it is one of this scenario and seed.
std::optional<ber_result> from_json(const json& file, const scenario& s);

/// Makes the folder ready. A complete result of the same scenario and seed may be overwritten; anything else
/// is protected: throws input_error naming --resume and --force. With resume, the finished points of an
/// incomplete result.
std::optional<ber_result> open_folder(const std::string& folder, const scenario& s, const std::string& kind,
                                      bool resume, bool force);

/// JSON text with a trailing newline.
std::string text_of(const json& j);

}  // namespace mho::sim
