/// \file
/// Files that are written whole or not at all.
#pragma once

#include <string>

namespace mho::sim {

/// Writes through a temporary file beside it, synchronised and renamed. Throws std::runtime_error that names
/// the file.
void write_file(const std::string& path, const std::string& content);

/// Throws input_error if a file that a user names is none that can be read.
void check_readable(const std::string& path);

/// The whole file. Throws std::runtime_error.
std::string read_file(const std::string& path);

}  // namespace mho::sim
