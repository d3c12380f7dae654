// --set: a line each, on a scenario with a bit of everything.
#include <sstream>
#include <string>
#include <string_view>
#include <vector>

#include "input_error.hpp"
#include "memory_file.hpp"
#include "scenario_reader.hpp"

namespace {

constexpr std::string_view scenario = R"(
title = "overridden"
[link]
rx = 16
tx = 4
modulation = "16qam"
channel = "rayleigh"
snr_db = [0, 5]
[stop]
bit_errors = 100
min_bits = 1000
max_bits = 10000
[[detector]]
name = "zf"
[[detector]]
name = "analog-zf"
id = "mine"
accelerator = "variant"
cycles = [1, 2]
[accelerator.variant]
base = "paper"
)";

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const mho::fuzz::memory_file file(reinterpret_cast<const std::uint8_t*>(scenario.data()),
                                           scenario.size());
  std::istringstream in(std::string(reinterpret_cast<const char*>(data), size));
  std::vector<std::string> sets;
  for (std::string line; sets.size() < 8 && std::getline(in, line);) sets.push_back(line);
  try {
    mho::sim::read_scenario(file.path(), sets, 1);
  } catch (const mho::sim::input_error&) {
  }
  return 0;
}
