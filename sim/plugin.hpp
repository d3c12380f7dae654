/// \file
/// --plugin FILE.so: kinds of detectors from shared objects (mho/plugin.hpp).
#pragma once

#include <optional>
#include <string>
#include <vector>

namespace mho::sim {

/// What results tell of a plugin.
struct plugin_origin {
  std::string file;                ///< its name, without folders
  std::string digest;              ///< of its bytes, 16 hexadecimal digits (FNV-1a)
  std::vector<std::string> kinds;  ///< that it brought
};

/// Loads the shared object and registers its kinds for the rest of the process. Throws input_error "--plugin:
/// FILE: ..": no such file, no shared object, no or another entry point, another version or compiler, a name
/// that is taken, an exception in it. Exceptions that a kind's `make` throws later become errors of
/// make_detector.
void load_plugin(const std::string& path);
/// All of them in order.
void load_plugins(const std::vector<std::string>& paths);

/// The plugin that a kind came from; nothing for others.
std::optional<plugin_origin> plugin_of(const std::string& kind);

}  // namespace mho::sim
