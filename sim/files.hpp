/// \file
/// Files that are written whole or not at all.
#pragma once

#include <string>

namespace mho::sim {

/// Writes through a temporary file beside it, synchronised and renamed. Throws std::runtime_error that names
/// the file.
void write_file(const std::string& path, const std::string& content);

/// The whole file. Throws std::runtime_error.
std::string read_file(const std::string& path);

}  // namespace mho::sim
