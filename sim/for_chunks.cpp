#include "for_chunks.hpp"

#include <algorithm>
#include <atomic>
#include <exception>
#include <mho/parallel.hpp>
#include <mutex>
#include <thread>

namespace mho::sim {

unsigned available_threads() { return std::max(1u, std::thread::hardware_concurrency()); }

void for_chunks(std::size_t count, unsigned threads, const std::function<void(std::size_t, unsigned)>& body) {
  const unsigned workers = static_cast<unsigned>(std::min<std::size_t>(std::max(threads, 1u), count));
  if (workers <= 1) {
    for (std::size_t i = 0; i < count; ++i) body(i, 0);
    return;
  }
  std::atomic<std::size_t> next{0};
  std::exception_ptr failure;
  std::mutex guard;
  // Each worker takes the next index until there is none: chunks differ in cost only a little.
  const auto work = [&](unsigned worker) {
    try {
      for (std::size_t i = next++; i < count; i = next++) body(i, worker);
    } catch (...) {
      const std::lock_guard lock(guard);
      if (!failure) failure = std::current_exception();
      next = count;
    }
  };
  parallel::on_workers(workers, work);
  if (failure) std::rethrow_exception(failure);
}

}  // namespace mho::sim
