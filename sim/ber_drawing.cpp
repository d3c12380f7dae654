#include "ber_drawing.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <map>
#include <sstream>

#include "decibel.hpp"
#include "gnuplot.hpp"
#include "statistics.hpp"

namespace mho::sim {
namespace {

constexpr double infinite = std::numeric_limits<double>::infinity();

// Colours that stay apart for the colour-blind (Okabe and Ito, 2008), then darker ones.
constexpr std::array<const char*, 8> colours{"#0072b2", "#d55e00", "#009e73", "#cc79a7",
                                             "#e69f00", "#56b4e9", "#444444", "#8c564b"};
// Hollow, and smaller from curve to curve: curves that lie on one another stay visible.
constexpr std::array<int, 8> markers{6, 4, 8, 10, 12, 14, 1, 2};

// What a curve has without noise, which has no place on the axis.
std::string without_noise(const curve& c) {
  for (const point& p : c.points)
    if (p.bits > 0 && !std::isfinite(p.snr_db))
      return p.ber > 0 ? fmt::format(" (no noise: {:.2g})", p.ber)
                       : fmt::format(" (no noise: below {:.2g})", p.ber_high);
  return "";
}

// What has a place on the axes.
bool is_drawn(const point& p) { return p.bits > 0 && std::isfinite(p.snr_db); }

struct axes {
  double left = infinite, right = -infinite, low = infinite, high = 0;
  std::map<double, std::size_t> unseen;  // SNR -> curves without an error there

  double margin() const { return right > left ? 0.03 * (right - left) : 1; }
  double bottom() const { return std::floor(std::log10(low)); }
  double top() const { return std::max(bottom() + 1, std::ceil(std::log10(high))); }
};

axes axes_of(const std::vector<drawn_curve>& curves) {
  axes a;
  for (const drawn_curve& c : curves)
    for (const point& p : c.measured->points) {
      if (!is_drawn(p)) continue;
      a.left = std::min(a.left, p.snr_db);
      a.right = std::max(a.right, p.snr_db);
      a.high = std::max(a.high, p.ber_high);
      // An interval that reaches down to nothing does not rule the axis; an arrow needs room below it.
      a.low = std::min(a.low, p.ber > 0 ? std::max(p.ber_low, p.ber / 10) : p.ber_high / 5);
      if (!(p.ber > 0)) ++a.unseen[p.snr_db];
    }
  if (a.left > a.right) a.left = a.right = 0;
  if (!(a.high > 0)) a.low = 1e-6, a.high = 1;
  return a;
}

// The points of a curve: those with errors, and upper bounds with arrows that stand side by side at one SNR.
std::string data_of(const curve& c, std::size_t number, const axes& a,
                    std::map<double, std::size_t>& placed) {
  std::vector<point> points = c.points;
  std::sort(points.begin(), points.end(), [](const point& x, const point& y) { return x.snr_db < y.snr_db; });
  const double arrow = std::pow(10, -0.06 * (a.top() - a.bottom()));  // as long as 6 % of the axis
  std::ostringstream seen, bound;
  seen.precision(10);
  bound.precision(10);
  for (const point& p : points) {
    if (!is_drawn(p)) continue;
    if (p.ber > 0) {
      seen << p.snr_db << ' ' << p.ber << ' ' << std::max(p.ber_low, 1e-300) << ' ' << p.ber_high << '\n';
      continue;
    }
    const double others = static_cast<double>(a.unseen.at(p.snr_db) - 1);
    const double step = (a.right - a.left + 2 * a.margin()) * std::min(0.012, 0.05 / std::max(1.0, others));
    const double shift = step * (static_cast<double>(placed[p.snr_db]++) - others / 2);
    bound << p.snr_db + shift << ' ' << p.ber_high << ' ' << p.ber_high * (arrow - 1) << '\n';
  }
  const auto or_nothing = [](const std::ostringstream& rows, const char* nothing) {
    return rows.str().empty() ? std::string(nothing) : rows.str();
  };
  return fmt::format("$curve{} << EOD\n{}EOD\n$bound{} << EOD\n{}EOD\n", number,
                     or_nothing(seen, "NaN NaN NaN NaN\n"), number, or_nothing(bound, "NaN NaN NaN\n"));
}

// N0 at 0 dB; NaN where no point tells.
double n0_at_zero(const curve& c) {
  for (const point& p : c.points)
    if (std::isfinite(p.snr_db) && p.n0 > 0) return p.n0 * power_of(p.snr_db);
  return std::numeric_limits<double>::quiet_NaN();
}

// The exact rate, finely enough to look like the smooth curve that it is; "" where there is nothing to see.
std::string theory_data(const theory& exact, double n0_at_zero_db, const axes& a) {
  constexpr int steps = 240;
  std::string rows;
  for (int k = 0; k <= steps && std::isfinite(n0_at_zero_db); ++k) {
    const double snr = a.left - a.margin() + (a.right - a.left + 2 * a.margin()) * k / steps;
    const double ber = exact.ber(n0_at_zero_db * power_of(-snr));
    if (ber > 1e-300) rows += fmt::format("{:.10g} {:.10g}\n", snr, ber);
  }
  return rows;
}

}  // namespace

ber_drawing draw_curves(const std::vector<drawn_curve>& curves) {
  const axes a = axes_of(curves);
  ber_drawing d;
  d.bounds = !a.unseen.empty();
  d.ranges = fmt::format("set xrange [{:.10g}:{:.10g}]\nset yrange [1e{:.0f}:1e{:.0f}]\n",
                         a.left - a.margin(), a.right + a.margin(), a.bottom(), a.top());
  std::map<double, std::size_t> placed;
  std::vector<std::pair<theory, double>> drawn;
  std::vector<std::string> lines;
  const auto entry = [&](const std::string& label) {
    d.longest_label = std::max(d.longest_label, label.size());
    ++d.legend_entries;
    return gnuplot_quoted(label);
  };
  for (std::size_t i = 0; i < curves.size(); ++i) {
    const curve& c = *curves[i].measured;
    d.data += data_of(c, i, a, placed);
    const bool repeats = i >= colours.size();
    const char* const colour = colours[i % colours.size()];
    const std::string mark = fmt::format("pt {} ps {:.2f} lc rgb \"{}\" lw 2", markers[i % markers.size()],
                                         std::max(1.0, 2.2 - 0.2 * static_cast<double>(i)), colour);
    const std::string dashes = repeats ? " dt 4" : "";
    lines.push_back(
        fmt::format("$curve{} using 1:2 with lines lc rgb \"{}\" lw 2{} notitle", i, colour, dashes));
    lines.push_back(fmt::format("$curve{} using 1:2:3:4 with yerrorbars {} notitle", i, mark));
    lines.push_back(
        fmt::format("$bound{} using 1:2:(0):3 with vectors head filled size graph 0.012,25 lc rgb \"{}\" lw "
                    "2 notitle",
                    i, colour));
    lines.push_back(fmt::format("$bound{} using 1:2 with points {} notitle", i, mark));
    lines.push_back(fmt::format("NaN with linespoints {}{} title {}", mark, dashes,
                                entry(curves[i].label + without_noise(c))));
    if (!curves[i].exact) continue;
    const std::pair<theory, double> line{*curves[i].exact, six_digits(n0_at_zero(c))};
    const std::string rows = theory_data(line.first, line.second, a);
    if (rows.empty() || std::find(drawn.begin(), drawn.end(), line) != drawn.end()) continue;
    drawn.push_back(line);
    d.data += fmt::format("$theory{} << EOD\n{}EOD\n", i, rows);
    lines.push_back(fmt::format("$theory{} using 1:2 with lines lc rgb \"{}\" lw 1.5 dt 2 title {}", i,
                                colour, entry(curves[i].label + ": closed form")));
  }
  for (std::size_t k = 0; k < lines.size(); ++k) d.plot += (k == 0 ? "plot " : ", \\\n  ") + lines[k];
  return d;
}

}  // namespace mho::sim
