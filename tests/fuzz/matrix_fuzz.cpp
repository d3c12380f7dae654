// Matrices of `mho solve` and `mho netlist`.
#include "array_matrix.hpp"
#include "input_error.hpp"
#include "memory_file.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const mho::fuzz::memory_file file(data, size);
  try {
    const mho::sim::csv_matrix m = mho::sim::read_csv(file.path());
    if (m.rows == 0 || m.entry.size() != m.rows * m.columns) std::abort();
    if (m.rows == m.columns) mho::sim::real_form(m, m.is_complex);
  } catch (const mho::sim::input_error&) {
  }
  return 0;
}
