/// \file
/// The parameters of an accelerator, typed.
#pragma once

#include <cstddef>

#include <mho/analog.hpp>

namespace mho::analog {

enum class write_error { none, table, uniform, normal };

struct device_parameters {
  write_error error = write_error::table;
  double error_siemens = 0;  // half width (uniform) or standard deviation (normal)
};

struct array_parameters {
  std::size_t size = 4;
  bool direct = false;    // no bias column, no diagonal split
  bool truncate = false;  // LP-INV levels truncated instead of rounded
};

struct circuit_parameters {
  double open_loop_gain = 0;  // infinity: ideal op-amps
  double offset_volt = 0;
  double clamp_volt = 0.4;
};

struct converter_parameters {
  int dac_bits = 0, adc_bits = 0;  // 0: none
};

struct solver_parameters {
  int slices = 8;
  bool binary_scale = false;  // the slices' scale is a power of two, else the largest entry fills all digits
  bool schur = false;         // else reuse
  double extra_error = 0;
};

struct parameters {
  device_parameters device;
  array_parameters array;
  circuit_parameters circuit;
  converter_parameters converter;
  solver_parameters solver;
};

/// Typed from complete options.
parameters typed(const options& values);

}  // namespace mho::analog
