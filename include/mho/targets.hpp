/// \file
/// The instruction sets ("targets") that the kernels come in. One library holds them all and picks the best
/// at run time.
#pragma once

#include <string>
#include <vector>

#include <mho/error.hpp>

namespace mho {

/// One instruction set.
struct target_info {
  std::string name;       ///< avx3 (AVX-512), avx3_256 (AVX-512, 256-bit vectors), avx2, sse4, ssse3, scalar
  unsigned lanes = 1;     ///< FP32 numbers in a vector
  bool fused = false;     ///< multiply-add rounds once
  bool usable = false;    ///< this machine can run it
  bool standard = false;  ///< what option `target` = "auto" stands for: the fastest usable one (avx3_256 on
                          ///< processors whose data paths are 256 bits wide), or the one that the variable
                          ///< MHO_TARGET named when the library was loaded (a name of none that this machine
                          ///< can run is ignored: look here which one was taken)
};

/// Every target that the library was built with, widest first.
MHO_API std::vector<target_info> targets();

/// Their names, and "auto": what an option `target` may be.
MHO_API std::vector<std::string> target_choices();

}  // namespace mho
