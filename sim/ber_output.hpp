/// \file
/// What a BER run leaves beside result.json and on standard output.
#pragma once

#include <string>

#include "result_file.hpp"

namespace mho::sim {

/// Writes ber.csv and the plots (a warning where there is no gnuplot) and prints the table, or with as_json
/// the content of result.json, which `whole` is.
void show_and_plot(const std::string& folder, const scenario& s, const ber_result& r, const json& whole,
                   bool as_json);

}  // namespace mho::sim
