/// \file
/// Parameters of the resistive-memory cell.
#pragma once

#include <cstddef>

#include "analog/parameters/reader.hpp"

namespace mho::analog {

enum class write_error { table, uniform, normal, none };

struct device_parameters {
  write_error error = write_error::table;
  double error_siemens = 0;  // half width (uniform) or standard deviation (normal)
};

void append_device_options(std::vector<option>& schema);
device_parameters typed_device(const reader& values);

}  // namespace mho::analog
