#include "launcher.hpp"

#include <charconv>
#include <cstdlib>
#include <string_view>

namespace mho::sim {
namespace {

std::optional<std::size_t> number_in_environment(const char* name) {
  const char* text = std::getenv(name);
  if (text == nullptr) return std::nullopt;
  const std::string_view digits(text);
  std::size_t value = 0;
  const auto end = digits.data() + digits.size();
  if (std::from_chars(digits.data(), end, value).ptr != end || digits.empty()) return std::nullopt;
  return value;
}

}  // namespace

launcher launcher_in_use() {
  // The innermost first: mpirun in a batch job has Slurm's variables too.
  for (const auto& [rank, ranks] :
       {std::pair{"OMPI_COMM_WORLD_RANK", "OMPI_COMM_WORLD_SIZE"}, std::pair{"PMI_RANK", "PMI_SIZE"},
        std::pair{"PMIX_RANK", "SLURM_STEP_NUM_TASKS"}})
    if (const auto found = number_in_environment(rank)) return {number_in_environment(ranks), *found};
  return {1, 0};
}

}  // namespace mho::sim
