// shard-i-of-N.json, as `mho merge` and --resume read it.
#include <nlohmann/json.hpp>
#include <stdexcept>
#include <string>

#include "cluster/shard_file.hpp"
#include "memory_file.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  try {
    const mho::sim::json file =
        mho::sim::parse_result(std::string(reinterpret_cast<const char*>(data), size));
    const mho::sim::sweep sweep = mho::sim::sweep_of(file);
    mho::sim::place_of(file);
    mho::sim::stored_points(file, sweep);
  } catch (const mho::sim::json::exception&) {
  } catch (const std::runtime_error&) {
  }
  return 0;
}
