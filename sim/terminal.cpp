#include "terminal.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <cstdio>

#include "summary.hpp"

namespace mho::sim {
namespace {

// Recorded channels come in the file's order: a point that ends early has seen its beginning alone.
std::string recorded_table(const scenario& s, const ber_result& r) {
  std::string out;
  if (s.link.channel != "recorded" || r.curves.empty()) return out;
  for (const point& p : r.curves[0].points)
    if (p.stop != "channel_end")
      out += fmt::format("At {:.2f} dB only the first {} matrices of the file were counted.\n", p.snr_db,
                         (p.uses + s.link.uses_per_channel - 1) / s.link.uses_per_channel);
  return out;
}

}  // namespace

std::string ber_table(const scenario& s, const ber_result& r) {
  std::string out = s.title + "\n";
  out += fmt::format("{}. {}; BER with its 95 % interval.\n", link_summary(s), snr_summary(s));
  if (const std::string conventions = snr_conventions(r); !conventions.empty()) out += conventions + ".\n";
  out += "\n";
  for (const curve& c : r.curves) {
    out += fmt::format("{}  [{}]\n", c.label, c.id);
    out += fmt::format("  {:>8} {:>8} {:>8} {:>8} {:>11} {:>11} {:>23} {:>11} {:>9}  {}\n", "SNR dB", "Es/N0",
                       "Eb/N0", "MF dB", "N0", "BER", "95 %", "bits", "errors", "stop");
    for (const point& p : c.points)
      out += fmt::format("  {:8.2f} {:8.2f} {:8.2f} {:8.2f} {:11.4e} {:>11} {:>23} {:11} {:9}  {}{}{}\n",
                         p.snr_db, p.es_n0_db, p.eb_n0_db, p.matched_filter_db, p.n0,
                         p.ber > 0 ? fmt::format("{:.4e}", p.ber) : "none seen",
                         p.ber > 0 ? fmt::format("{:.3e} .. {:.3e}", p.ber_low, p.ber_high)
                                   : fmt::format("below {:.3e}", p.ber_high),
                         p.bits, p.bit_errors, p.stop,
                         p.failed_problems > 0 ? fmt::format(", {} failed", p.failed_problems) : "",
                         p.not_converged > 0 ? fmt::format(", {} not converged", p.not_converged) : "");
    out += "\n";
  }
  return out + recorded_table(s, r) + loss_table(losses(r, loss_targets(s.stop))) + "\n";
}

std::string loss_table(const std::vector<loss>& all) {
  std::string out;
  std::size_t width = 0;
  for (const loss& l : all) width = std::max(width, l.label.size());
  for (auto first = all.begin(), last = first; first != all.end(); first = last) {
    last = std::find_if(first, all.end(), [&](const loss& l) { return l.ber != first->ber; });
    const std::string rate = rate_in_words(first->ber);
    if (std::none_of(first, last, [](const loss& l) { return std::isfinite(l.snr_db); })) {
      out += fmt::format("No curve reaches BER {} between two points with errors.\n", rate);
      continue;
    }
    out += fmt::format("At BER {} (95 % intervals):\n", rate);
    for (auto l = first; l != last; ++l) {
      const std::string words = loss_in_words(*l);
      out += fmt::format("  {:<{}}  {}\n", l->label, width,
                         words.empty() ? snr_in_words(*l)
                                       : fmt::format("{:<18}  {} at BER {}", snr_in_words(*l), words, rate));
    }
  }
  return out;
}

progress_line::progress_line(mode m) : on_(m != mode::never), terminal_(isatty(STDERR_FILENO) == 1) {
  if (m == mode::automatic && !terminal_) on_ = false;
}
progress_line::~progress_line() { end(); }

void progress_line::show(const progress& p) {
  const auto now = std::chrono::steady_clock::now();
  const auto pause = terminal_ ? std::chrono::milliseconds(200) : std::chrono::milliseconds(10000);
  if (!on_ || (last_ && now - *last_ < pause)) return;
  last_ = now;
  const std::string head = fmt::format("point {}/{}  SNR {:.2f} dB  {:.3g} bits", p.point, p.points, p.snr_db,
                                       static_cast<double>(p.bits));
  // Nothing is known of a point that has only begun.
  const std::string line =
      p.slowest.empty() ? head
                        : fmt::format("{}  {:.3g} bit/s  {} errors of {}{}", head, p.bits_per_second,
                                      p.fewest_errors, p.slowest,
                                      std::isfinite(p.seconds_left)
                                          ? fmt::format("  about {:.0f} s left", std::ceil(p.seconds_left))
                                          : "");
  std::fputs((terminal_ ? "\r\033[K" + line : line + "\n").c_str(), stderr);
  std::fflush(stderr);
  open_ = terminal_;
}

void progress_line::end() {
  if (open_) fmt::print(stderr, "\r\033[K");
  open_ = false;
}

}  // namespace mho::sim
