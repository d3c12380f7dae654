#include "cost_plot.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <sstream>
#include <vector>

#include "files.hpp"
#include "gnuplot.hpp"

namespace mho::sim {
namespace {

struct cost_curve {
  std::string label, style;
  std::vector<std::pair<int, double>> points;
};

void add_point(cost_curve& curve, const json& n, const json& value) {
  if (value.is_number() && value.get<double>() > 0)
    curve.points.emplace_back(n.get<int>(), value.get<double>());
}

// The curves of one panel: `row_key` of the accelerators; of the baselines a rate (`constant`) or that key.
std::vector<cost_curve> curves_of(const json& c, const char* row_key, bool constant) {
  constexpr std::array<const char*, 8> colours{"#0072b2", "#d55e00", "#009e73", "#cc79a7",
                                               "#e69f00", "#56b4e9", "#444444", "#8c564b"};
  std::vector<cost_curve> curves;
  std::size_t colour = 0;
  std::vector<std::string> seen;
  for (const json& row : c["rows"]) {
    const std::string name = row["accelerator"];
    if (std::find(seen.begin(), seen.end(), name) != seen.end()) continue;
    seen.push_back(name);
    const char* paint = colours[colour++ % colours.size()];
    cost_curve blocks{name, fmt::format("with linespoints lw 3 pt 7 ps 0.8 lc rgb '{}'", paint), {}};
    cost_curve single{name + ", one array", fmt::format("with lines lw 2 dt 2 lc rgb '{}'", paint), {}};
    for (const json& r : c["rows"]) {
      if (r["accelerator"] != name) continue;
      add_point(blocks, r["n"], r[row_key]);
      if (r.contains("single_array"))
        add_point(single, r["n"], r["single_array"].is_null() ? r[row_key] : r["single_array"][row_key]);
    }
    curves.push_back(blocks);
    if (single.points.size() > 1) curves.push_back(single);
  }
  for (const json& b : c["baselines"]) {
    cost_curve line{b["name"],
                    fmt::format("with lines lw 1.5{} lc rgb '{}'", colour >= colours.size() ? " dt 3" : "",
                                colours[colour % colours.size()]),
                    {}};
    ++colour;
    const bool published = b["ops_per_s"].is_number() && b["sizes"].size() > 0;
    for (const json& size : b["sizes"]) {
      if (!constant) {
        add_point(line, size["n"], size[row_key]);
      } else if (published && size["time_s"].is_number()) {
        // Of a published processor the same rate at every N, of a measured one what it was there.
        const double n = size["n"], work = n * n * n / 3 + 2.5 * n * n + n / 6;
        const json& whole = size[std::string(row_key) == "ops_per_s" ? "time_s" : "energy_j"];
        if (whole.is_number()) add_point(line, size["n"], work / whole.get<double>());
      }
    }
    if (!line.points.empty()) curves.push_back(line);
  }
  return curves;
}

}  // namespace

result<bool> plot_cost(const std::string& folder, const json& c) {
  const bool whole = c["count"] == "whole";
  const std::array<const char*, 2> keys = whole ? std::array<const char*, 2>{"time_s", "energy_j"}
                                                : std::array<const char*, 2>{"ops_per_s", "ops_per_j"};
  const std::array<const char*, 2> names =
      whole ? std::array<const char*, 2>{"seconds a received vector", "joules a received vector"}
            : std::array<const char*, 2>{"throughput in op/s", "efficiency in op/J"};
  std::ostringstream data, panels;
  std::size_t most = 0;
  for (std::size_t p = 0; p < 2; ++p) {
    const std::vector<cost_curve> curves = curves_of(c, keys[p], !whole);
    most = std::max(most, curves.size());
    panels << "set ylabel " << gnuplot_quoted(names[p]) << "\n";
    std::string plot;
    for (std::size_t i = 0; i < curves.size(); ++i) {
      data << "$panel" << p << "curve" << i << " << EOD\n";
      for (const auto& [n, value] : curves[i].points) data << fmt::format("{} {:.6g}\n", n, value);
      data << "EOD\n";
      plot += fmt::format("{}$panel{}curve{} using 1:2 {} title {}", i == 0 ? "plot " : ", \\\n  ", p, i,
                          curves[i].style, gnuplot_quoted(curves[i].label));
    }
    // Nothing to draw where everything is free.
    panels << (plot.empty() ? "plot [1:10] [1:10] NaN notitle" : plot) << "\n";
  }
  std::string title = c["title"];
  if (whole) title += fmt::format(", {} uses a channel", c["link"]["uses_per_channel"].get<std::uint64_t>());
  // Points at the edges stay whole, and a single size has a range.
  double low = c["rows"][0]["n"], high = low;
  for (const json& row : c["rows"]) {
    low = std::min(low, row["n"].get<double>());
    high = std::max(high, row["n"].get<double>());
  }
  const std::string body = "set multiplot layout 1,2 title " + gnuplot_quoted(title) + " noenhanced\n" +
                           panels.str() + "unset multiplot\nunset output\n";
  write_file(
      folder + "/cost.gnuplot",
      "# Draws cost.svg and cost.png: gnuplot cost.gnuplot\n" + data.str() +
          "set encoding utf8\nset logscale xy\nset logscale x 2\nset format y '10^{%L}'\n"
          "set xlabel 'real unknowns N'\nset xrange [" +
          fmt::format("{}:{}", low / 1.2, high * 1.2) +
          "]\n"
          "set grid xtics ytics lt 1 lw 1 lc rgb '#d0d0d0'\n"
          "set bmargin " +
          std::to_string(most + 5) +
          "\nset key at graph 0.5, graph -0.13 top center Left reverse noenhanced samplen 2 maxcols 1\n"
          "set terminal svg size 1200,640 font 'DejaVu Sans,12' background 'white'\n"
          "set output 'cost.svg'\n" +
          body +
          "set terminal pngcairo size 1500,800 font 'DejaVu Sans,13' background 'white'\n"
          "set output 'cost.png'\n" +
          body);
  return run_gnuplot(folder, "cost.gnuplot");
}

}  // namespace mho::sim
