/// \file
/// Named variants of accelerator presets: the [accelerator.NAME] tables of a TOML file.
#pragma once

#include <map>
#include <string>

#include "toml_reader.hpp"

namespace mho::sim {

/// A preset, and the parameters that a user sets otherwise.
struct accelerator_variant {
  std::string base;
  options values;
};

/// Its number of conductance levels.
std::size_t levels_of(const accelerator_variant& v);

/// The keys of an [accelerator.NAME] table: base, the level table's file, every parameter.
std::vector<std::string> accelerator_keys();

/// The names of the presets.
std::vector<std::string> preset_names();

/// The variants of the [accelerator] table of a document (nullptr: none). Throws input_error.
std::map<std::string, accelerator_variant> read_accelerators(const toml::table* all,
                                                             const toml_source& source);

/// An accelerator as a command line names it: a preset, or FILE.toml:NAME for the table [accelerator.NAME] of
/// a file (a scenario is one). A preset's name is not checked here. Throws input_error.
accelerator_variant find_accelerator(const std::string& name);

}  // namespace mho::sim
