#include "ber_output.hpp"

#include <fmt/format.h>
#include <cstdio>

#include "ber_plot.hpp"
#include "files.hpp"
#include "terminal.hpp"

namespace mho::sim {

void show_and_plot(const std::string& folder, const scenario& s, const ber_result& r, const json& whole,
                   bool as_json) {
  write_file(folder + "/ber.csv", to_csv(r));
  std::fputs(as_json ? text_of(whole).c_str() : ber_table(s, r).c_str(), stdout);
  const result<bool> plotted = plot_ber(folder, s, r);
  if (!plotted) fmt::print(stderr, "mho: warning: {}\n", plotted.message());
  if (!as_json)
    fmt::print("results in {}: result.json, ber.csv{}\n", folder, plotted ? ", ber.svg, ber.png" : "");
}

}  // namespace mho::sim
