/// \file
/// How the kinds of channels are made; each has a file of its own.
#pragma once

#include "channel.hpp"

namespace mho::sim {

channel_kind rayleigh_kind();
channel_kind kronecker_kind();
channel_kind rician_kind();
std::vector<channel_kind> tdl_kinds();
channel_kind awgn_kind();
channel_kind recorded_kind();

}  // namespace mho::sim
