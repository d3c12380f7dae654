#include "thread_source.hpp"

#include "for_chunks.hpp"

namespace mho::sim {

std::vector<chunk_counts> thread_source::next(std::size_t point, std::uint64_t first, std::uint64_t most) {
  return run(point, first, std::min(most, round_size(sweep_, first, crew_.size())));
}

std::vector<chunk_counts> thread_source::run(std::size_t point, std::uint64_t first, std::uint64_t count) {
  std::vector<chunk_counts> chunks(count, chunk_counts(sweep_.empty.curves.size()));
  for_chunks(count, crew_.size(), [&](std::size_t i, unsigned worker) {
    if (!crew_.asked_to_stop())
      crew_.at(worker).run(sweep_.points[point], offset_ + (first + i) * stride_, chunks[i]);
  });
  if (crew_.asked_to_stop()) chunks.clear();
  return chunks;
}

}  // namespace mho::sim
