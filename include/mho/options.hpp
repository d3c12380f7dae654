/// \file
/// Typed options: what a detector kind or an accelerator can be told, published as a schema that the
/// simulator's TOML reader, its --set and `mho list --json` read.
#pragma once

#include <cstdint>
#include <limits>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include <mho/error.hpp>

namespace mho {

/// The value of an option. Its type is fixed by the schema.
using option_value =
    std::variant<bool, std::int64_t, double, std::string, std::vector<std::int64_t>, std::vector<double>>;

/// Option names and values, such as {{"accelerator", "paper"}, {"device.write_error_siemens", 0.5e-6}}.
using options = std::map<std::string, option_value, std::less<>>;

/// One entry of a schema.
struct option {
  std::string name;       ///< dotted; the unit stands in the name where there is one
  option_value standard;  ///< the default; its alternative is the option's type
  std::string unit;       ///< "" if it has none
  std::string doc;        ///< one line
  double low = -std::numeric_limits<double>::infinity();  ///< smallest allowed number (each one of a list)
  double high = std::numeric_limits<double>::infinity();  ///< largest allowed number (each one of a list)
  std::vector<std::string> choices{};                     ///< allowed strings; empty: any
  bool inherits =
      false;  ///< `complete` leaves it out unless given: its default comes from a preset, not from here
};

/// "boolean", "integer", "number", "string", "list of integers" or "list of numbers".
MHO_API const char* type_name(const option_value& value) noexcept;

/// What an option allows, for messages: "an integer from 1 to 64", "one of table, normal, none".
MHO_API std::string allowed(const option& entry);

/// Every option of the schema but the inheriting ones, with the given values where there are some and the
/// defaults elsewhere. An integer is accepted where a number is due, and a list of integers where one of
/// numbers is. A list may be empty only where the default is. Errors: unknown_name (the message names
/// the nearest option), bad_value (the message names the option and what is allowed; NaN is never).
MHO_API result<options> complete(std::span<const option> schema, const options& given);

/// The candidate with the smallest edit distance to the name; "" if there are no candidates.
MHO_API std::string nearest(std::string_view name, std::span<const std::string> candidates);

}  // namespace mho
