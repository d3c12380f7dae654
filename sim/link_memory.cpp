#include "link_memory.hpp"

#include <fmt/format.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <complex>
#include <fstream>

namespace mho::sim {
namespace {

constexpr double complex_bytes = sizeof(std::complex<float>);

double real(std::size_t n) { return static_cast<double>(n); }

// Of a detector, a problem: its copy of H and G, and what it makes of them. Weights are made where vectors
// share them; otherwise their room is not touched.
double prepared_bytes(const detector_settings& d, const detector_kind& kind, double rows, double tx,
                      bool draws_gram, bool keeps_weights) {
  const bool takes_channel = (kind.can.forms & static_cast<std::uint8_t>(form::channel)) != 0;
  double bytes = 0;
  if (!draws_gram && !takes_channel) bytes += complex_bytes * tx * (rows + tx);
  if (kind.can.linear && keeps_weights) bytes += complex_bytes * tx * rows;
  // The real matrix of twice the unknowns, and the conductances that stand for it.
  if (!d.accelerator.empty()) bytes += 2 * sizeof(double) * (2 * tx) * (2 * tx);
  return bytes;
}

}  // namespace

double worker_bytes(const scenario& s, const worker_size& size) {
  const double tx = real(s.link.tx), rows = size.draws_gram ? tx : real(s.link.rx), sets = real(size.sets),
               uses_a_set = real(s.link.uses_per_channel), uses = sets * uses_a_set,
               sent = uses * tx * real(size.bits);
  double bytes = complex_bytes * (sets * rows * tx + uses * (rows + tx)) + sent;
  std::size_t most_steps = 1;
  for (const detector_settings& d : s.detectors) {
    const auto kind = find_detector(d.spec.name);
    if (!kind) continue;
    const std::size_t steps = curve_ids(d).size();
    most_steps = std::max(most_steps, steps);
    bytes += real(steps) * (sent + uses);  // decided bits, statuses
    if (size.is_conditional) bytes += real(steps) * uses * sizeof(double);
    bytes += sets * prepared_bytes(d, *kind, rows, tx, size.draws_gram,
                                   s.link.uses_per_channel > 1 || size.is_conditional);
    // Estimates and variances of a problem at a time, at least.
    bytes += real(steps) * uses_a_set * tx * (complex_bytes + sizeof(float));
  }
  if (s.link.modem == "liquid") bytes += complex_bytes * real(most_steps) * uses * tx;
  if (size.is_conditional) bytes += complex_bytes * sets * tx * rows * (size.estimates ? 2 : 1);
  return bytes;
}

double memory_there() {
  double there = real(static_cast<std::size_t>(::sysconf(_SC_PHYS_PAGES))) *
                 real(static_cast<std::size_t>(::sysconf(_SC_PAGESIZE)));
  double of_container = 0;
  if (std::ifstream("/sys/fs/cgroup/memory.max") >> of_container && of_container > 0)
    there = std::min(there, of_container);
  rlimit limit{};
  if (::getrlimit(RLIMIT_AS, &limit) == 0 && limit.rlim_cur != RLIM_INFINITY)
    there = std::min(there, static_cast<double>(limit.rlim_cur));
  return there;
}

std::string obstacle_of_memory(const scenario& s, const worker_size& size, unsigned threads, double there) {
  const double each = worker_bytes(s, size), bytes = each * threads;
  if (bytes <= there) return "";
  const link_settings& l = s.link;
  // The key that most of it grows with.
  const bool of_uses = l.uses_per_channel >= std::min(l.rx, l.tx);
  const auto fitting = static_cast<unsigned>(there / each);
  return fmt::format(
      "{}: too large: link.rx = {}, link.tx = {}, link.uses_per_channel = {} and {} detectors, "
      "{} channels at a time, need {:.3g} GB in {} thread{}, and there are {:.3g} GB; {}",
      of_uses ? "link.uses_per_channel" : "link.rx", l.rx, l.tx, l.uses_per_channel, s.detectors.size(),
      size.sets, bytes / 1e9, threads, threads == 1 ? "" : "s", there / 1e9,
      fitting > 0 ? fmt::format("{} thread{} would fit", fitting, fitting == 1 ? "" : "s")
                  : "must be less of them");
}

}  // namespace mho::sim
