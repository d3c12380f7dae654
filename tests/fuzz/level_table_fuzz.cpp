// Measured levels; the first byte says how many are expected.
#include "input_error.hpp"
#include "level_table.hpp"
#include "memory_file.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const mho::fuzz::memory_file file(data + 1, size - 1);
  const std::size_t levels = data[0] % 17;
  try {
    for (const auto& [name, value] : mho::sim::read_level_table(file.path(), levels))
      if (std::get<std::vector<double>>(value).size() != levels) std::abort();
  } catch (const mho::sim::input_error&) {
  }
  return 0;
}
