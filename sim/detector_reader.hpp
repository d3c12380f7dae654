/// \file
/// The tables [[detector]].
#pragma once

#include <cstdint>
#include <map>
#include <string>

#include "accelerator_reader.hpp"
#include "scenario.hpp"
#include "toml_reader.hpp"

namespace mho::sim {

/// One table. variants: the scenario's [accelerator.NAME]; seed: of the run. takes_more_tx: whether the kind
/// accepts more streams than antennas. Throws input_error.
detector_settings read_detector(table_reader& t, const std::map<std::string, accelerator_variant>& variants,
                                std::uint64_t seed, bool& takes_more_tx);

}  // namespace mho::sim
