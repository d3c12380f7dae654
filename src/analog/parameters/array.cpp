#include "analog/parameters/array.hpp"

namespace mho::analog {

void append_array_options(std::vector<option>& schema) {
  schema.push_back(parameter("array.size", std::int64_t{4}, "", "rows of an LP-INV array", 1, 512));
  schema.push_back(choice("array.mapping", "split",
                          "signs in LP-INV: bias column and diagonal split; direct for matrices without "
                          "negative entries; a pair of arrays, one behind inverters",
                          {"split", "direct", "pair"}));
  schema.push_back(choice("array.rounding", "nearest", "how LP-INV stores an entry as one of the levels",
                          {"nearest", "truncate"}));
  schema.push_back(choice("array.bias", "exact",
                          "bias column of the split: discrete resistors, or cells programmed to one level "
                          "with the errors of the others",
                          {"exact", "programmed"}));
  schema.push_back(
      parameter("array.wire_ohm", 0.0, "ohm",
                "of each wire segment between neighbouring cells of a row or column: 1.73 on the paper's "
                "chip, but 0, perfect wires, in every preset",
                0, 1e6));
}

array_parameters typed_array(const reader& values) {
  array_parameters p;
  p.size = values.integer<std::size_t>("array.size");
  p.mapping = values.one_of<sign_mapping>("array.mapping", {"split", "direct", "pair"});
  p.programmed_bias = values.text("array.bias") == "programmed";
  p.truncate = values.text("array.rounding") == "truncate";
  p.wire_ohm = values.number("array.wire_ohm");
  return p;
}

}  // namespace mho::analog
