/// \file
/// All of mho but mho::parallel.
#pragma once

#include <mho/adc.hpp>
#include <mho/analog.hpp>
#include <mho/circuit.hpp>
#include <mho/constellation.hpp>
#include <mho/cost.hpp>
#include <mho/detector.hpp>
#include <mho/error.hpp>
#include <mho/netlist.hpp>
#include <mho/options.hpp>
#include <mho/random.hpp>
#include <mho/registry.hpp>
#include <mho/targets.hpp>
#include <mho/view.hpp>
