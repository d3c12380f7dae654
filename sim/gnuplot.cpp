#include "gnuplot.hpp"

#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <filesystem>
#include <set>
#include <sstream>

#include "files.hpp"

extern char** environ;

namespace mho::sim {
namespace {

// Colours that stay apart for the colour-blind (Okabe and Ito, 2008), then darker ones.
constexpr std::array<const char*, 8> colours{"#0072b2", "#d55e00", "#009e73", "#cc79a7",
                                             "#e69f00", "#56b4e9", "#444444", "#8c564b"};
// Hollow, and smaller from curve to curve: curves that lie on one another stay visible.
constexpr std::array<int, 8> markers{6, 4, 8, 10, 12, 14, 1, 2};

// A single-quoted gnuplot string: only the quote is special (a double-quoted one runs what stands in
// backquotes).
std::string quoted(const std::string& text) {
  std::string out = "'";
  for (const char c : text) {
    if (c == '\'') out += '\'';
    out += static_cast<unsigned char>(c) < 32 ? ' ' : c;
  }
  return out + "'";
}

result<bool> run_gnuplot(const std::string& folder, const std::string& script) {
  // "gnuplot" changes into the folder by itself: file names in the script are relative.
  const std::string change = "cd " + quoted(std::filesystem::absolute(folder).string());
  const std::string load = "load " + quoted(script);
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

void write_curves(std::ostringstream& out, const ber_result& r) {
  for (std::size_t c = 0; c < r.curves.size(); ++c) {
    out << "$curve" << c << " << EOD\n";
    bool any = false, any_bound = false;
    for (const point& p : r.curves[c].points)
      if (p.bit_errors > 0 && std::isfinite(p.snr_db)) {
        out << p.snr_db << ' ' << p.ber << ' ' << p.ber_low << ' ' << p.ber_high << '\n';
        any = true;
      }
    if (!any) out << "NaN NaN NaN NaN\n";
    out << "EOD\n$bound" << c << " << EOD\n";
    for (const point& p : r.curves[c].points)
      if (p.bit_errors == 0 && p.bits > 0 && std::isfinite(p.snr_db)) {
        out << p.snr_db << ' ' << p.ber_high << '\n';
        any_bound = true;
      }
    if (!any_bound) out << "NaN NaN\n";
    out << "EOD\n";
  }
}

// gnuplot finds the range by itself, with a warning where it is empty: one SNR, or none but "no noise".
std::string x_range(const ber_result& r) {
  std::set<double> snrs;
  for (const curve& c : r.curves)
    for (const point& p : c.points)
      if (p.bits > 0 && std::isfinite(p.snr_db)) snrs.insert(p.snr_db);
  if (snrs.empty()) return "set xrange [0:1]\nset yrange [1e-6:1]\n";
  if (snrs.size() > 1) return "";
  std::ostringstream range;
  range.precision(10);
  range << "set xrange [" << *snrs.begin() - 1 << ':' << *snrs.begin() + 1 << "]\n";
  return range.str();
}

}  // namespace

result<bool> plot_ber(const std::string& folder, const std::string& title, const ber_result& r) {
  std::ostringstream out;
  out.precision(10);
  out << "# Draws ber.svg and ber.png: gnuplot ber.gnuplot\n";
  write_curves(out, r);
  out << "set encoding utf8\nset title " << quoted(title) << " noenhanced\n"
      << "set xlabel \"SNR = 10 log10(E||Hx||^2 / E||n||^2) in dB\" noenhanced\n"
      << "set ylabel \"bit error rate (bars: 95 % interval; arrow: no error seen, upper bound)\" noenhanced\n"
      << "set logscale y\nset format y \"10^{%L}\"\nset grid xtics ytics mytics lc rgb \"#d0d0d0\", lc rgb "
         "\"#ececec\"\n"
      << "set key left bottom box lc rgb \"#c0c0c0\" opaque noenhanced\nset bars 0.6\nset offsets graph "
         "0.02, graph 0.02, 0, 0\n";
  out << x_range(r);
  std::string plot = "plot ";
  for (std::size_t c = 0; c < r.curves.size(); ++c) {
    const std::string look = std::string(" lc rgb \"") + colours[c % colours.size()] + "\" lw 2 ";
    const std::string data = "$curve" + std::to_string(c), bound = "$bound" + std::to_string(c);
    const std::string dash = c >= colours.size() ? "dt 2 " : "";
    plot += (c == 0 ? "" : ", \\\n  ") + data + " using 1:2 with lines" + look + dash + "notitle, \\\n  " +
            data + " using 1:2:3:4 with yerrorbars pt " + std::to_string(markers[c % markers.size()]) +
            " ps " + std::to_string(std::max(0.7, 2.2 - 0.25 * static_cast<double>(c))) + look + "title " +
            quoted(r.curves[c].label) + ", \\\n  " + bound +
            " using 1:2:(0):($2/2-$2) with vectors head filled size screen 0.012,20" + look + "notitle";
  }
  out << "set terminal svg size 900,640 font \"DejaVu Sans,13\" background \"white\"\nset output "
         "\"ber.svg\"\n"
      << plot << "\nset terminal pngcairo size 1200,850 font \"DejaVu Sans,15\" background \"white\"\n"
      << "set output \"ber.png\"\nreplot\nunset output\n";
  write_file(folder + "/ber.gnuplot", out.str());
  return run_gnuplot(folder, "ber.gnuplot");
}

result<bool> draw_montage(const std::string& folder, const std::string& title,
                          const std::vector<montage_entry>& entries) {
  constexpr std::size_t across = 5, smallest = 256, caption = 66, heading = 40, gap = 14;
  const std::size_t columns = std::min(across, entries.size()),
                    rows = (entries.size() + columns - 1) / columns;
  const montage_entry& first = entries.front();
  const std::size_t longest = std::max<std::size_t>(1, std::max(first.width, first.height));
  const std::size_t factor = std::max<std::size_t>(1, (smallest + longest - 1) / longest);
  // Large pictures are shrunk to a width that keeps the montage readable on a screen.
  const double scale = longest * factor > 400 ? 400.0 / static_cast<double>(longest * factor) : 1.0;
  const double width = static_cast<double>(first.width * factor) * scale + gap;
  const double height = static_cast<double>(first.height * factor) * scale + caption;
  const double total_width = width * static_cast<double>(columns),
               total_height = height * static_cast<double>(rows) + heading;
  std::ostringstream out;
  out << "# Draws montage.png: gnuplot montage.gnuplot\nset encoding utf8\nset terminal pngcairo size "
      << std::lround(total_width) << ',' << std::lround(total_height)
      << " font \"DejaVu Sans,11\" background \"white\"\nset output \"montage.png\"\nset multiplot\n"
      << "set label 1 " << quoted(title) << " noenhanced center at screen 0.5, screen "
      << 1 - heading / 2.0 / total_height << "\nunset border\nunset tics\nunset key\nunset colorbox\n";
  for (std::size_t i = 0; i < entries.size(); ++i) {
    const montage_entry& e = entries[i];
    const double left = (static_cast<double>(i % columns) * width + gap / 2.0) / total_width;
    const double right = (static_cast<double>(i % columns + 1) * width - gap / 2.0) / total_width;
    const std::size_t row = i / columns;
    const double top = 1 - (heading + static_cast<double>(row) * height) / total_height;
    const double bottom = top - (height - caption) / total_height;
    out << "set lmargin at screen " << left << "\nset rmargin at screen " << right
        << "\nset tmargin at screen " << top << "\nset bmargin at screen " << bottom
        << "\nset xrange [-0.5:" << static_cast<double>(e.width) - 0.5
        << "]\nset yrange [-0.5:" << static_cast<double>(e.height) - 0.5 << "]\n";
    std::istringstream lines(e.caption);
    int label = 2;
    for (std::string line; std::getline(lines, line); ++label)
      out << "set label " << label << ' ' << quoted(line) << " noenhanced center at screen "
          << (left + right) / 2 << ", screen " << bottom - (14.0 + 17.0 * (label - 2)) / total_height << '\n';
    out << "plot " << quoted(e.file) << " binary filetype=png with rgbimage notitle\n";
    for (int l = 1; l < label; ++l) out << "unset label " << l << '\n';
  }
  out << "unset multiplot\nunset output\n";
  write_file(folder + "/montage.gnuplot", out.str());
  return run_gnuplot(folder, "montage.gnuplot");
}

}  // namespace mho::sim
