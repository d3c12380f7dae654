/// \file
/// From a programmed array to the circuit that stands on the chip: siemens, volts, op-amps.
#pragma once

#include <span>

#include <mho/netlist.hpp>

#include "analog/block_amc.hpp"

namespace mho::analog {

/// The recorded array with its bias column and diagonal resistors, driven so that with ideal op-amps the
/// largest output, the bias column's included, sits at circuit.clamp_volt (at clamp_fill of it if outputs
/// bend). Without converters. Errors: bad_shape.
result<programmed_circuit> driven_circuit(const leaf_record& record, const parameters& p,
                                          std::span<const double> b);

}  // namespace mho::analog
