#include "analog/cell_count.hpp"

namespace mho::analog {

unsigned stages_for(std::size_t n, std::size_t array_rows) noexcept {
  unsigned stages = 0;
  for (std::size_t size = array_rows; size < n; size *= 2) ++stages;
  return stages;
}

cell_count programmed_cells(const parameters& p, const system_layout& l) noexcept {
  const std::uint64_t square = l.rows * l.rows;
  const std::uint64_t pairs = 2 * static_cast<std::uint64_t>(p.solver.slices);  // cells an entry
  const bool shared = l.expanded && l.stages > 0, one_array = shared && !p.solver.schur;
  std::uint64_t leaf = square;
  if (p.array.mapping == sign_mapping::pair) leaf = 2 * square;
  if (p.array.mapping == sign_mapping::split && p.array.programmed_bias) leaf += l.rows;
  cell_count count;
  count.inv = (std::uint64_t{1} << (one_array ? l.stages - 1 : l.stages)) * leaf;
  count.mvm = pairs * l.unknowns * l.unknowns / (l.expanded ? 2 : 1);
  std::uint64_t nodes = 1;
  for (unsigned stage = 0; p.solver.block_mvm_arrays && stage < l.stages; ++stage) {
    const std::uint64_t across = std::uint64_t{1} << (l.stages - 1 - stage);  // tiles
    const bool first = shared && stage == 0;
    count.block_mvm += nodes * (first ? 1 : 2) * across * across * pairs * square;
    nodes *= first && one_array ? 1 : 2;
  }
  return count;
}

}  // namespace mho::analog
