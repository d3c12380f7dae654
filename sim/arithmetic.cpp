#include "arithmetic.hpp"

#include <algorithm>

namespace mho::sim {

target_info target_in_use() {
  const std::vector<target_info> all = targets();
  return *std::find_if(all.begin(), all.end(), [](const target_info& t) { return t.standard; });
}

std::string arithmetic_of(const target_info& target) { return target.fused ? "fused" : target.name; }

}  // namespace mho::sim
