/// \file
/// Text for gnuplot, and running it.
#pragma once

#include <string>

#include <mho/error.hpp>

namespace mho::sim {

/// A single-quoted gnuplot string: only the quote is special (a double-quoted one runs what stands in
/// backquotes).
std::string gnuplot_quoted(const std::string& text);

/// Runs a script of a folder in that folder. Errors: unsupported if gnuplot cannot be started or fails.
result<bool> run_gnuplot(const std::string& folder, const std::string& script);

}  // namespace mho::sim
