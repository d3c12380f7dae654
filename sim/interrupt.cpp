#include "interrupt.hpp"

#include <csignal>

namespace mho::sim {
namespace {

std::atomic<bool> asked{false};
static_assert(std::atomic<bool>::is_always_lock_free, "a signal handler may only touch lock-free atomics");

extern "C" void on_signal(int) { asked.store(true); }

}  // namespace

const std::atomic<bool>& interrupt_flag() {
  struct sigaction action {};
  action.sa_handler = on_signal;
  sigaction(SIGINT, &action, nullptr);
  sigaction(SIGTERM, &action, nullptr);
  return asked;
}

}  // namespace mho::sim
