#include "analog/parameters/converter.hpp"

namespace mho::analog {

void append_converter_options(std::vector<option>& schema) {
  schema.push_back(parameter("converter.dac_bits", std::int64_t{4}, "bit",
                             "of the inputs of every INV and MVM of BlockAMC; 0: none", 0, 24));
  schema.push_back(
      parameter("converter.adc_bits", std::int64_t{4}, "bit", "of their outputs; 0: none", 0, 24));
}

converter_parameters typed_converter(const reader& values) {
  converter_parameters p;
  p.dac_bits = values.integer("converter.dac_bits");
  p.adc_bits = values.integer("converter.adc_bits");
  return p;
}

}  // namespace mho::analog
