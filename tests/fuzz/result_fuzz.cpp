// result.json, as `mho plot` and --resume read it.
#include "input_error.hpp"
#include "memory_file.hpp"
#include "result_reader.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const mho::fuzz::memory_file file(data, size);
  try {
    mho::sim::read_result(file.path());
  } catch (const mho::sim::input_error&) {
  }
  return 0;
}
