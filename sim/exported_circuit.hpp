/// \file
/// The circuits that `mho netlist` writes: of an LP-INV array, of the pseudo-inverse, of a slice of HP-MVM.
#pragma once

#include <cstddef>
#include <functional>
#include <mho/mho.hpp>
#include <string>

#include "commands.hpp"

namespace mho::sim {

/// One circuit and what the model says of it.
struct exported_circuit {
  std::string what;                   ///< for the head of the netlist: which array of what
  std::string outputs;                ///< for the head: what the outputs mean
  std::size_t array = 1, arrays = 1;  ///< which, of how many
  std::size_t unknowns = 0;           ///< outputs that mean something
  bool bias_column = false;           ///< whether a row for it follows them
  double siemens_per_unit = 0;        ///< stand for 1 in the matrix
  double volt_per_unit = 0;           ///< an output over it is what it means
  result<circuit_behaviour> behaviour = circuit_behaviour{};
  std::function<result<std::string>(const spice_analysis&)> netlist;
};

constexpr double settled_share = 0.01;  ///< of the largest output: when `behaviour` calls it settled

/// A parameter's value, for people.
std::string value_text(const option_value& value);

/// Of a.circuit with the matrix, right-hand side and array that the arguments name, on an accelerator of
/// these parameters. Throws input_error.
exported_circuit make_exported_circuit(const netlist_arguments& a, const options& parameters);

}  // namespace mho::sim
