/// \file
/// Parameters of the digital-to-analogue and analogue-to-digital converters.
#pragma once

#include "analog/parameters/reader.hpp"

namespace mho::analog {

struct converter_parameters {
  int dac_bits = 0, adc_bits = 0;  // 0: none
};

void append_converter_options(std::vector<option>& schema);
converter_parameters typed_converter(const reader& values);

}  // namespace mho::analog
