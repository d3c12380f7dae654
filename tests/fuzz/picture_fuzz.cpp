// PNG.
#include "memory_file.hpp"
#include "picture.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const mho::fuzz::memory_file file(data, size);
  const auto read = mho::sim::read_png(file.path());
  if (!read.ok()) return 0;
  const mho::sim::picture& p = read.value();
  if (p.samples.size() != p.width * p.height * p.channels) std::abort();
  for (const std::uint8_t sample : p.samples)
    if (sample >> p.depth != 0) std::abort();
  return 0;
}
