/// \file
/// The parameters of an accelerator, typed, layer by layer.
#pragma once

#include <mho/analog.hpp>

#include "analog/parameters/array.hpp"
#include "analog/parameters/circuit.hpp"
#include "analog/parameters/converter.hpp"
#include "analog/parameters/cost.hpp"
#include "analog/parameters/device.hpp"
#include "analog/parameters/solver.hpp"

namespace mho::analog {

struct parameters {
  device_parameters device;
  array_parameters array;
  circuit_parameters circuit;
  converter_parameters converter;
  solver_parameters solver;
  cost_parameters cost;
};

/// Typed from complete options.
parameters typed(const options& values);

}  // namespace mho::analog
