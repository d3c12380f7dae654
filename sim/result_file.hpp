/// \file
/// Result files: result.json, ber.csv (docs/result-files.md).
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "result.hpp"
#include "scenario.hpp"

namespace mho::sim {

using json = nlohmann::ordered_json;

/// The scenario as effective, every default filled in.
json to_json(const scenario& s);

/// What the SNR of the points is, in a formula: the expectation is over the channel model's ensemble, fixed
/// channels or not, unless snr_normalisation is "realisation".
std::string snr_definition(const scenario& s);

/// What stands at the head of every result: format, version, kind, scenario, seed, arithmetic, draw, SNR
/// definition.
json result_head(const scenario& s, const std::string& kind, const std::string& draw);

/// The content of result.json.
json to_json(const scenario& s, const ber_result& r);
/// The same behind a head that is there already.
json to_json(json head, const ber_result& r);

/// ber.csv.
std::string to_csv(const ber_result& r);

/// A value of the kind, and of no other: what json converts and iterates over is more than was written. Throw
/// json::exception.
std::uint64_t count_of(const json& j);
double real_of(const json& j);
const json::array_t& list_of(const json& j);

/// The points of a result.json of kind "ber", and the ids of their curves. Throws json::exception where it is
/// damaged.
ber_result from_json(const json& file);

/// The content of a file. Deeper nesting than a result has is left out, for it could exhaust the stack; what
/// is no JSON is discarded.
json parse_result(const std::string& text);

/// JSON text with a trailing newline.
std::string text_of(const json& j);

}  // namespace mho::sim
