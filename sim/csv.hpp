/// \file
/// Matrices from CSV files.
#pragma once

#include <complex>
#include <string>
#include <vector>

namespace mho::sim {

struct csv_matrix {
  std::size_t rows = 0, columns = 0;
  bool is_complex = false;                  ///< some entry has an imaginary part
  std::vector<std::complex<double>> entry;  ///< row-major
};

/// Entries 1.5, 1.5-0.2i, -2i, separated by commas, a row a line; blank lines and lines that start with # are
/// skipped. Throws input_error that names file and line.
csv_matrix read_csv(const std::string& path);

}  // namespace mho::sim
