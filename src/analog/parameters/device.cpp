#include "analog/parameters/device.hpp"

namespace mho::analog {

void append_device_options(std::vector<option>& schema) {
  schema.push_back(choice("device.write_error", "table",
                          "error of a programmed level: the paper's level table, or "
                          "device.write_error_siemens wide",
                          {"table", "uniform", "normal", "none"}));
  schema.push_back(parameter("device.write_error_siemens", 0.69e-6, "S",
                             "half width (uniform) or standard deviation (normal) of the write error", 0,
                             35e-6));
}

device_parameters typed_device(const reader& values) {
  device_parameters p;
  p.error = values.one_of<write_error>("device.write_error", {"table", "uniform", "normal", "none"});
  p.error_siemens = values.number("device.write_error_siemens");
  return p;
}

}  // namespace mho::analog
