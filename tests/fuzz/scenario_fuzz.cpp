// A scenario's TOML.
#include "input_error.hpp"
#include "memory_file.hpp"
#include "scenario_reader.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const mho::fuzz::memory_file file(data, size);
  try {
    mho::sim::read_scenario(file.path(), {}, 1);
  } catch (const mho::sim::input_error&) {
  }
  return 0;
}
