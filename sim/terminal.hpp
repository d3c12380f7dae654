/// \file
/// What a person sees on the terminal: tables on standard output, progress on standard error.
#pragma once

#include <chrono>
#include <optional>
#include <string>

#include "engine.hpp"
#include "losses.hpp"

namespace mho::sim {

/// The table of a BER result, with the SNR definition all conventions at every point, and what curves lose.
std::string ber_table(const scenario& s, const ber_result& r);

/// What each curve needs for the targets' bit error rates, and what it loses against its reference; the
/// losses by target.
std::string loss_table(const std::vector<loss>& all);

/// Progress on standard error: one line that rewrites itself on a terminal; elsewhere a line at once
/// and every ten seconds.
class progress_line {
 public:
  enum class mode { automatic, always, never };
  explicit progress_line(mode m);
  ~progress_line();
  void show(const progress& p);
  /// Ends the line, so that what follows starts on a fresh one.
  void end();

 private:
  bool on_, terminal_, open_ = false;
  std::optional<std::chrono::steady_clock::time_point> last_;
};

}  // namespace mho::sim
