/// \file
/// What commands share of the command line: the checks of arguments, and the options that several have.
#pragma once

#include <CLI/CLI.hpp>
#include <cstdint>
#include <string>
#include <vector>

#include "commands.hpp"

namespace mho::sim {

/// Digits alone, from low to high: CLI11 would read -1 as a huge number.
CLI::Validator whole_number(std::uint64_t low, std::uint64_t high);

/// From low to high, which `range` says in words.
CLI::Validator positive_number(double low, double high, const std::string& range);

/// One of a list of words; a refusal names the nearest.
CLI::Validator one_of(const std::vector<std::string>& choices);

CLI::Option* add_text(CLI::App& command, const std::string& name, std::string& to, const std::string& what,
                      const std::string& type);
void add_sets(CLI::App& command, std::vector<std::string>& sets, const std::string& what);
void add_plugins(CLI::App& command, std::vector<std::string>& plugins);
void add_seed(CLI::App& command, std::uint64_t& seed, const std::string& of);
void add_threads(CLI::App& command, unsigned& threads);
void add_json(CLI::App& command, bool& as_json);
void add_accelerator(CLI::App& command, std::string& accelerator);

/// A linear system for the accelerator: A, b, the accelerator with its parameters, and the seed.
void add_system(CLI::App& command, system_arguments& a, const std::string& rhs,
                const char* matrix = "A: CSV, real or complex (1.5-0.2i), square");

}  // namespace mho::sim
