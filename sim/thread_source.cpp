#include "thread_source.hpp"

#include <algorithm>

#include "for_chunks.hpp"

namespace mho::sim {

std::vector<chunk_counts> thread_source::next(std::size_t point, std::uint64_t first, std::uint64_t most) {
  return run(point, first, std::min(most, round_size(sweep_, first, crew_.size())));
}

std::vector<chunk_counts> thread_source::run(std::size_t point, std::uint64_t first, std::uint64_t count) {
  std::vector<chunk_counts> chunks(count, chunk_counts(sweep_.empty.curves.size()));
  std::vector<char> is_whole(count, 0);  // chars: threads write neighbours at once
  for_chunks(count, crew_.size(), [&](std::size_t i, unsigned worker) {
    if (crew_.asked_to_stop()) return;
    crew_.at(worker).run(sweep_.points[point], offset_ + (first + i) * stride_, chunks[i]);
    is_whole[i] = !crew_.asked_to_stop();
  });
  const auto whole = std::find(is_whole.begin(), is_whole.end(), 0) - is_whole.begin();
  chunks.resize(static_cast<std::size_t>(whole));
  return chunks;
}

}  // namespace mho::sim
