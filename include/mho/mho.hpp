/// \file
/// All of mho but mho::parallel; the analogue model if this build has it (mho/config.h).
#pragma once

#include <mho/config.h>
#include <mho/constellation.hpp>
#include <mho/detector.hpp>
#include <mho/error.hpp>
#include <mho/options.hpp>
#include <mho/random.hpp>
#include <mho/registry.hpp>
#include <mho/targets.hpp>
#include <mho/view.hpp>

#if MHO_HAVE_ANALOG
#include <mho/adc.hpp>
#include <mho/analog.hpp>
#include <mho/circuit.hpp>
#include <mho/cost.hpp>
#include <mho/netlist.hpp>
#endif
