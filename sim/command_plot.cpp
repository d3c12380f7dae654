#include <fmt/format.h>

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <functional>
#include <stdexcept>

#include "ber_plot.hpp"
#include "commands.hpp"
#include "input_error.hpp"
#include "losses.hpp"
#include "result_reader.hpp"
#include "summary.hpp"

namespace mho::sim {

int command_plot(const plot_arguments& a) {
  const std::filesystem::path out(a.out);
  if (out.extension() != ".svg" && out.extension() != ".png")
    throw input_error("--out: " + a.out + ": must end in .svg or .png");
  std::vector<plotted_result> results;
  std::vector<double> targets = a.targets;
  std::string snr;
  for (const std::string& file : a.results) {
    stored_result r = read_result(file);
    if (snr.empty()) snr = r.snr;
    if (r.snr != snr)
      throw input_error(file + ": its SNR is " + r.snr + ", that of " + a.results[0] + " is " + snr +
                        "; one plot takes results of one SNR");
    if (a.targets.empty())
      for (const double target : loss_targets(r.settings.stop)) targets.push_back(target);
    results.push_back({std::move(r.settings), std::move(r.result), file});
  }
  std::sort(targets.begin(), targets.end(), std::greater<>());
  targets.erase(std::unique(targets.begin(), targets.end()), targets.end());
  if (out.has_parent_path()) {
    std::error_code failed;
    std::filesystem::create_directories(out.parent_path(), failed);
    if (failed) throw input_error("--out: " + a.out + ": cannot make its folder: " + failed.message());
  }

  const result<bool> drawn = plot_results(a.out, results, targets);
  for (const plotted_result& r : results)
    fmt::print("{}: {}\n{}\n{}\n{}\n", r.file, r.settings.title, link_summary(r.settings),
               snr_conventions(r.result), loss_table(losses(r.result, targets)));
  if (!drawn) throw std::runtime_error(drawn.message());
  fmt::print("{} drawn by {}\n", a.out, std::filesystem::path(a.out).replace_extension(".gnuplot").string());
  return 0;
}

}  // namespace mho::sim
