/// \file
/// HDF5 files made by h5py, which is what users have, and not by the code under test. NumPy gets one thread:
/// those of its library wait for one another by turning in circles, for minutes where processors are shared.
#pragma once

#include <cstdlib>
#include <string>

#include "sim/program.hpp"

namespace mho::test {

/// Why h5py cannot be used here; "" if it can.
inline std::string no_h5py() {
  static const bool found = std::system("/usr/bin/python3 -c 'import h5py, numpy' >/dev/null 2>&1") == 0;
  return found ? "" : "NOT TESTED: h5py was not found (Debian: python3-h5py)";
}

/// Runs Python with h5py, np, the folder and `new(name)`, which makes a file there. False if it failed.
inline bool python(const scratch_folder& folder, const std::string& code) {
  const std::string head = "import h5py, numpy as np\nfolder = '" + folder.path() +
                           "/'\ndef new(name, **sets):\n  f = h5py.File(folder + name, 'w')\n  for k, v in "
                           "sets.items(): f[k] = v\n"
                           "  return f\n";
  return std::system(
             ("OPENBLAS_NUM_THREADS=1 /usr/bin/python3 " + folder.write("make.py", head + code)).c_str()) ==
         0;
}

/// tools/make_recorded_example.py with these options.
inline bool make_example(const std::string& path, const std::string& options = "") {
  const std::string script = MHO_TOOLS "/make_recorded_example.py ";
  return std::system(("OPENBLAS_NUM_THREADS=1 " + script + options + " " + path).c_str()) == 0;
}

}  // namespace mho::test
