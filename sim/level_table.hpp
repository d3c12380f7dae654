/// \file
/// Measured levels of a cell from a CSV file: what the simulator's key device.table_file stands for.
#pragma once

#include <string>

#include <mho/options.hpp>

namespace mho::sim {

/// The accelerator's parameter that exists in the simulator alone.
inline constexpr const char* table_file_key = "device.table_file";

/// Reads one row a level, lowest first: mean_siemens, sigma_siemens and, in every row or in none,
/// low_siemens, high_siemens; a first line of exactly these names is optional, blank lines and lines that
/// start with # are skipped. The result is device.table_mean_siemens and its companions, as accelerator
/// options. levels: as many rows there must be. Throws input_error that names file and line.
options read_level_table(const std::string& path, std::size_t levels);

/// Why an accelerator would not use the levels of a file; "" if it does, or is none.
std::string table_file_problem(const result<options>& accelerator);

}  // namespace mho::sim
