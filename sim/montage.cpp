#include "montage.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <sstream>

#include "files.hpp"
#include "gnuplot.hpp"
#include "summary.hpp"

namespace mho::sim {

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
