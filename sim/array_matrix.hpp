/// \file
/// The matrix of `mho solve` and `mho netlist`, as the arrays take it.
#pragma once

#include <mho/options.hpp>
#include <string>
#include <vector>

#include "csv.hpp"

namespace mho::sim {

/// A square matrix from a CSV file. Throws input_error.
csv_matrix read_square(const std::string& path);

/// Row-major; a complex one as [[Re, -Im], [Im, Re]].
std::vector<double> real_form(const csv_matrix& m, bool is_complex);

/// Throws input_error if the parameters' array.mapping takes no negative entries and the real form has one.
void check_signs(const std::string& path, const csv_matrix& m, bool is_complex, const options& parameters);

}  // namespace mho::sim
