#include "gnuplot.hpp"

#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <filesystem>
#include <limits>
#include <map>
#include <sstream>

#include <fmt/format.h>

#include "files.hpp"
#include "summary.hpp"

extern char** environ;

namespace mho::sim {
namespace {

constexpr double infinite = std::numeric_limits<double>::infinity();

// Colours that stay apart for the colour-blind (Okabe and Ito, 2008), then darker ones.
constexpr std::array<const char*, 8> colours{"#0072b2", "#d55e00", "#009e73", "#cc79a7",
                                             "#e69f00", "#56b4e9", "#444444", "#8c564b"};
// Hollow, and smaller from curve to curve: curves that lie on one another stay visible.
constexpr std::array<int, 8> markers{6, 4, 8, 10, 12, 14, 1, 2};

// Everything after the "plot" of gnuplot, data and ranges, for one result.
struct ber_drawing {
  std::ostringstream data, plot, ranges;
  std::size_t longest_label = 0;
  bool bounds = false;  // whether a point without errors is drawn
};

// What a curve has without noise, which has no place on the axis.
std::string without_noise(const curve& c) {
  for (const point& p : c.points)
    if (p.bits > 0 && !std::isfinite(p.snr_db))
      return p.bit_errors > 0 ? fmt::format(" (no noise: {:.2g})", p.ber)
                              : fmt::format(" (no noise: below {:.2g})", p.ber_high);
  return "";
}

ber_drawing draw(const ber_result& r) {
  ber_drawing d;
  std::map<double, std::size_t> unseen;  // SNR -> curves without an error there
  double left = infinite, right = -infinite, low = infinite, high = 0;
  for (const curve& c : r.curves)
    for (const point& p : c.points) {
      if (p.bits == 0 || !std::isfinite(p.snr_db)) continue;
      left = std::min(left, p.snr_db);
      right = std::max(right, p.snr_db);
      high = std::max(high, p.ber_high);
      // An interval that reaches down to nothing does not rule the axis; an arrow needs room below it.
      low = std::min(low, p.bit_errors > 0 ? std::max(p.ber_low, p.ber / 10) : p.ber_high / 5);
      if (p.bit_errors == 0) ++unseen[p.snr_db];
    }
  d.bounds = !unseen.empty();
  if (left > right) left = right = 0;
  if (!(high > 0)) low = 1e-6, high = 1;
  const double bottom = std::floor(std::log10(low)), top = std::max(bottom + 1, std::ceil(std::log10(high)));
  const double margin = right > left ? 0.03 * (right - left) : 1;
  d.ranges << "set xrange [" << left - margin << ':' << right + margin << "]\nset yrange [1e" << bottom
           << ":1e" << top << "]\n";

  const double arrow = std::pow(10, -0.06 * (top - bottom));  // as long as 6 % of the axis
  std::map<double, std::size_t> placed;
  for (std::size_t i = 0; i < r.curves.size(); ++i) {
    std::vector<point> points = r.curves[i].points;
    std::sort(points.begin(), points.end(),
              [](const point& a, const point& b) { return a.snr_db < b.snr_db; });
    std::ostringstream seen, bound;
    seen.precision(10);
    bound.precision(10);
    for (const point& p : points) {
      if (p.bits == 0 || !std::isfinite(p.snr_db)) continue;
      if (p.bit_errors > 0) {
        seen << p.snr_db << ' ' << p.ber << ' ' << std::max(p.ber_low, 1e-300) << ' ' << p.ber_high << '\n';
        continue;
      }
      // Arrows at one SNR stand side by side.
      const double others = static_cast<double>(unseen[p.snr_db] - 1);
      const double step = (right - left + 2 * margin) * std::min(0.012, 0.05 / std::max(1.0, others));
      const double shift = step * (static_cast<double>(placed[p.snr_db]++) - others / 2);
      bound << p.snr_db + shift << ' ' << p.ber_high << ' ' << p.ber_high * (arrow - 1) << '\n';
    }
    const auto or_nothing = [](const std::ostringstream& rows, const char* nothing) {
      return rows.str().empty() ? std::string(nothing) : rows.str();
    };
    d.data << "$curve" << i << " << EOD\n"
           << or_nothing(seen, "NaN NaN NaN NaN\n") << "EOD\n$bound" << i << " << EOD\n"
           << or_nothing(bound, "NaN NaN NaN\n") << "EOD\n";
    const std::string line = fmt::format(" lc rgb \"{}\" lw 2{} ", colours[i % colours.size()],
                                         i >= colours.size() ? " dt 2" : "");
    const std::string mark =
        fmt::format(" pt {} ps {:.2f} lc rgb \"{}\" lw 2 ", markers[i % markers.size()],
                    std::max(1.0, 2.2 - 0.2 * static_cast<double>(i)), colours[i % colours.size()]);
    const std::string label = r.curves[i].label + without_noise(r.curves[i]);
    d.longest_label = std::max(d.longest_label, label.size());
    d.plot << (i == 0 ? "plot " : ", \\\n  ") << "$curve" << i << " using 1:2 with lines" << line
           << "notitle, \\\n  $curve" << i << " using 1:2:3:4 with yerrorbars" << mark
           << "notitle, \\\n  $bound" << i
           << " using 1:2:(0):3 with vectors head filled size graph 0.012,25 lc rgb \""
           << colours[i % colours.size()] << "\" lw 2 notitle, \\\n  $bound" << i << " using 1:2 with points"
           << mark << "notitle, \\\n  NaN with linespoints" << mark << (i >= colours.size() ? "dt 2 " : "")
           << "title " << gnuplot_quoted(label);
  }
  return d;
}

}  // namespace

std::string gnuplot_quoted(const std::string& text) {
  std::string out = "'";
  for (const char c : text) {
    if (c == '\'') out += '\'';
    out += static_cast<unsigned char>(c) < 32 ? ' ' : c;
  }
  return out + "'";
}

result<bool> run_gnuplot(const std::string& folder, const std::string& script) {
  // "gnuplot" changes into the folder by itself: file names in the script are relative.
  const std::string change = "cd " + gnuplot_quoted(std::filesystem::absolute(folder).string());
  const std::string load = "load " + gnuplot_quoted(script);
  std::array<char*, 6> arguments{const_cast<char*>("gnuplot"),      const_cast<char*>("-e"),
                                 const_cast<char*>(change.c_str()), const_cast<char*>("-e"),
                                 const_cast<char*>(load.c_str()),   nullptr};
  pid_t child = 0;
  if (posix_spawnp(&child, "gnuplot", nullptr, nullptr, arguments.data(), environ) != 0)
    return {error::unsupported,
            "gnuplot cannot be started; the script " + folder + "/" + script + " is complete"};
  int state = 0;
  while (waitpid(child, &state, 0) < 0 && errno == EINTR) {
  }
  if (!WIFEXITED(state) || WEXITSTATUS(state) != 0)
    return {error::unsupported, "gnuplot failed on " + folder + "/" + script};
  return true;
}

result<bool> plot_ber(const std::string& folder, const scenario& s, const ber_result& r) {
  const ber_drawing d = draw(r);
  // The legend stands below the plot, where it covers no curve; its rows make the picture higher.
  const std::size_t columns = d.longest_label > 40 ? 1 : d.longest_label > 22 ? 2 : 3;
  const std::size_t rows = (r.curves.size() + columns - 1) / columns;
  std::ostringstream out;
  out << "# Draws ber.svg and ber.png: gnuplot ber.gnuplot\n"
      << d.data.str() << "set encoding utf8\nset tmargin 5.5\nset title " << gnuplot_quoted(s.title)
      << " noenhanced offset 0,1.9\nset label 1 " << gnuplot_quoted(link_summary(s))
      << " noenhanced center at graph 0.5, graph 1 offset 0,2.1 tc rgb \"#444444\"\nset label 2 "
      << gnuplot_quoted(snr_summary(s) + "; bars: 95 % interval" + (r.complete ? "" : "; INCOMPLETE") +
                        (d.bounds ? "; arrow: no error seen, 95 % upper bound" : ""))
      << " noenhanced center at graph 0.5, graph 1 offset 0,0.9 tc rgb \"#444444\"\n"
      << "set xlabel \"SNR in dB\"\nset ylabel \"bit error rate\"\n"
      << "set logscale y\nset format y \"10^{%L}\"\nset mxtics 2\nset mytics 10\n"
      << "set grid xtics ytics mxtics mytics lt 1 lw 1 lc rgb \"#c8c8c8\", lt 1 lw 1 lc "
         "rgb \"#e8e8e8\"\n"
      << "set key at screen 0.5, screen 0.01 bottom center vertical maxrows " << rows
      << " Left reverse noenhanced samplen 3\nset bmargin " << static_cast<double>(rows) * 1.15 + 4
      << "\nset bars 0.6\n"
      << d.ranges.str() << "set terminal svg size 960," << 640 + 22 * rows
      << " font \"DejaVu Sans,13\" background \"white\"\n"
      << "set output \"ber.svg\"\n"
      << d.plot.str() << "\nset terminal pngcairo size 1200," << 800 + 26 * rows
      << " font \"DejaVu Sans,15\" background \"white\"\n"
      << "set output \"ber.png\"\nreplot\nunset output\n";
  write_file(folder + "/ber.gnuplot", out.str());
  return run_gnuplot(folder, "ber.gnuplot");
}

result<bool> draw_montage(const std::string& folder, const scenario& s,
                          const std::vector<montage_entry>& entries, std::size_t group) {
  constexpr std::size_t widest = 5, smallest = 256, caption = 66, heading = 64, gap = 14;
  // The original stands alone at the left; a group's pictures fill as few rows as they can, evenly.
  const std::size_t a_row = std::min(group, entries.size() - 1);
  const std::size_t rows_a_group = (a_row + widest - 1) / widest;
  const std::size_t across = (a_row + rows_a_group - 1) / rows_a_group;
  const std::size_t rows = (entries.size() - 2) / a_row * rows_a_group + rows_a_group, columns = across + 1;
  const montage_entry& first = entries.front();
  const std::size_t longest = std::max<std::size_t>(1, std::max(first.width, first.height));
  const std::size_t factor = std::max<std::size_t>(1, (smallest + longest - 1) / longest);
  // Large pictures are shrunk to a width that keeps the montage readable on a screen.
  const double scale = longest * factor > 400 ? 400.0 / static_cast<double>(longest * factor) : 1.0;
  const double width = static_cast<double>(first.width * factor) * scale + gap;
  const double height = static_cast<double>(first.height * factor) * scale + caption;
  const double total_width = width * static_cast<double>(columns),
               total_height = height * static_cast<double>(rows) + heading;
  const auto head_line = [&](int label, const std::string& text, double from_top, double size) {
    // A letter of DejaVu Sans is 0.85 of its size in points wide at 96 dots an inch.
    const double fits = total_width / (0.85 * static_cast<double>(std::max<std::size_t>(1, text.size())));
    return fmt::format("set label {} {} noenhanced center at screen 0.5, screen {:.6f} font \",{:.1f}\"\n",
                       label, gnuplot_quoted(text), 1 - from_top / total_height, std::min(size, fits));
  };
  std::ostringstream out;
  out << "# Draws montage.png: gnuplot montage.gnuplot\nset encoding utf8\nset terminal pngcairo size "
      << std::lround(total_width) << ',' << std::lround(total_height)
      << " font \"DejaVu Sans,11\" background \"white\"\nset output \"montage.png\"\nset multiplot\n"
      << head_line(1, s.title, 20, 13) << head_line(2, link_summary(s), 44, 11)
      << "set border 15 lc rgb \"#808080\"\nunset tics\nunset key\nunset colorbox\n";
  for (std::size_t i = 0; i < entries.size(); ++i) {
    const montage_entry& e = entries[i];
    const std::size_t in_group = i == 0 ? 0 : (i - 1) % a_row;
    const std::size_t column = i == 0 ? 0 : 1 + in_group % across;
    const std::size_t row = i == 0 ? 0 : (i - 1) / a_row * rows_a_group + in_group / across;
    const double left = (static_cast<double>(column) * width + gap / 2.0) / total_width;
    const double right = (static_cast<double>(column + 1) * width - gap / 2.0) / total_width;
    const double top = 1 - (heading + static_cast<double>(row) * height) / total_height;
    const double bottom = top - (height - caption) / total_height;
    out << "set lmargin at screen " << left << "\nset rmargin at screen " << right
        << "\nset tmargin at screen " << top << "\nset bmargin at screen " << bottom
        << "\nset xrange [-0.5:" << static_cast<double>(e.width) - 0.5
        << "]\nset yrange [-0.5:" << static_cast<double>(e.height) - 0.5 << "]\n";
    std::istringstream lines(e.caption);
    int label = 3;
    for (std::string line; std::getline(lines, line); ++label)
      out << "set label " << label << ' ' << gnuplot_quoted(line) << " noenhanced center at screen "
          << (left + right) / 2 << ", screen " << bottom - (14.0 + 17.0 * (label - 3)) / total_height << '\n';
    out << "plot " << gnuplot_quoted(e.file) << " binary filetype=png with rgbimage notitle\n";
    for (int l = 1; l < label; ++l) out << "unset label " << l << '\n';
  }
  out << "unset multiplot\nunset output\n";
  write_file(folder + "/montage.gnuplot", out.str());
  return run_gnuplot(folder, "montage.gnuplot");
}

}  // namespace mho::sim
