/// \file
/// Detectors by name. One explicit table, no static initialisers: a static library keeps all of it.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include <mho/detector.hpp>
#include <mho/options.hpp>

namespace mho {

/// A kind's name and options: "mmse", or {"analog-zf", {{"accelerator", "paper"}}}.
struct detector_spec {
  /// A kind with its default options.
  detector_spec(const char* kind) : name(kind) {}
  /// A kind and options; those that are not given have their defaults.
  detector_spec(std::string kind, options given = {}) : name(std::move(kind)), values(std::move(given)) {}

  std::string name;  ///< of the kind
  options values;    ///< given options
};

/// A kind of detector, as `mho list detectors` shows it.
struct detector_kind {
  std::string name;            ///< lower case, words joined by hyphens
  std::string summary;         ///< one line
  capabilities can;            ///< of every detector of this kind
  std::vector<option> schema;  ///< its options
  /// Makes one; gets every option of the schema, checked and with defaults filled in.
  std::function<result<std::unique_ptr<detector>>(const options&)> make;
};

/// A new detector. Errors: unknown_name (kind or option; the message names the nearest), bad_value.
MHO_API result<std::unique_ptr<detector>> make_detector(const detector_spec& spec);

/// Adds a kind of your own. Errors: name_taken, bad_value (no name or no make). Safe to call from several
/// threads.
MHO_API error register_detector(detector_kind kind);

/// All kinds: the built-in ones in their fixed order, then the registered ones in theirs.
MHO_API std::vector<detector_kind> detector_kinds();

/// One kind. Errors: unknown_name.
MHO_API result<detector_kind> find_detector(std::string_view name);

}  // namespace mho
