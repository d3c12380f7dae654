/// \file
/// Dotted keys that a user mistyped.
#pragma once

#include <string>
#include <vector>

namespace mho::sim {

/// "the nearest known one is array.wire_ohm": the known keys that end in what was written (wire_ohm), or in
/// the most that remains of it without its first parts (accelerator.paper.wire_ohm); without any, the one
/// whose end is spelled most alike. "" if none is known.
std::string nearest_keys(const std::string& written, const std::vector<std::string>& known);

/// For a text that is no TOML value but would be with zeros around its point: "; TOML wants 0.5, not .5".
/// Otherwise "".
std::string zero_hint(const std::string& text);

}  // namespace mho::sim
