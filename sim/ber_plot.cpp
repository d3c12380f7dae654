#include "ber_plot.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <filesystem>
#include <set>
#include <sstream>

#include "ber_drawing.hpp"
#include "files.hpp"
#include "gnuplot.hpp"
#include "losses.hpp"
#include "summary.hpp"

namespace mho::sim {
namespace {

// A picture file, and the size of its letters.
struct output_file {
  std::string name;  // relative to the script's folder
  bool is_svg;
};

// The links of the results, each once: what it is and its SNR in all conventions.
std::vector<std::string> link_lines(const std::vector<plotted_result>& results) {
  constexpr std::size_t most = 3;
  std::vector<std::pair<std::string, std::string>> links;
  for (const plotted_result& r : results) {
    const std::pair<std::string, std::string> one{link_summary(r.settings), snr_conventions(r.result)};
    if (std::find(links.begin(), links.end(), one) == links.end()) links.push_back(one);
  }
  std::vector<std::string> lines;
  for (std::size_t k = 0; k < std::min(most, links.size()); ++k) {
    lines.push_back(links[k].first);
    if (!links[k].second.empty()) lines.push_back(links[k].second);
  }
  if (links.size() > most) lines.push_back(fmt::format("and {} more links", links.size() - most));
  return lines;
}

std::string title_of(const std::vector<plotted_result>& results) {
  std::vector<std::string> titles;
  for (const plotted_result& r : results)
    if (std::find(titles.begin(), titles.end(), r.settings.title) == titles.end())
      titles.push_back(r.settings.title);
  constexpr std::size_t longest = 100;
  std::string all = titles[0];
  for (std::size_t k = 1; k < titles.size(); ++k) all += " | " + titles[k];
  return titles.size() == 1 || all.size() <= longest ? all : fmt::format("{} results", results.size());
}

std::string shortened(const std::string& text, std::size_t longest) {
  std::size_t end = std::min(text.size(), longest);
  while (end < text.size() && end > 0 && (text[end] & 0xc0) == 0x80) --end;  // whole characters of UTF-8
  return end < text.size() ? text.substr(0, end) + "..." : text;
}

// Lines that fit the picture, broken behind commas and semicolons.
std::vector<std::string> wrapped(const std::string& text) {
  constexpr std::size_t widest = 110;
  std::vector<std::string> lines{""};
  for (std::size_t begin = 0; begin < text.size();) {
    const std::size_t comma = text.find_first_of(",;", begin),
                      end = comma == std::string::npos ? text.size() : comma + 1;
    if (!lines.back().empty() && lines.back().size() + end - begin > widest) lines.emplace_back();
    lines.back() += text.substr(begin, end - begin);
    begin = end;
  }
  return lines;
}

using row = std::array<std::string, 3>;

// What stands below the legend: the curves that reach the target, as their legend names them.
std::vector<row> loss_rows(const std::vector<plotted_result>& results,
                           const std::vector<std::vector<std::string>>& labels,
                           const std::vector<double>& targets) {
  std::vector<row> rows;
  for (const double target : targets) {
    std::vector<row> reached;
    for (std::size_t k = 0; k < results.size(); ++k) {
      const std::vector<loss> all = losses(results[k].result, {target});
      for (std::size_t c = 0; c < all.size(); ++c)
        if (std::isfinite(all[c].snr_db))
          reached.push_back(
              {shortened(labels[k][c], 60), snr_in_words(all[c]), shortened(loss_in_words(all[c]), 56)});
    }
    if (reached.empty()) continue;
    rows.push_back({"At BER " + rate_in_words(target) + ", with 95 % intervals:", "", ""});
    rows.insert(rows.end(), reached.begin(), reached.end());
  }
  return rows;
}

std::string script_of(const std::vector<plotted_result>& results, const std::vector<double>& targets,
                      const std::string& name, const std::vector<output_file>& files) {
  const std::vector<std::vector<std::string>> labels = legend_of(results);
  std::vector<drawn_curve> curves;
  bool complete = true;
  for (std::size_t k = 0; k < results.size(); ++k) {
    complete = complete && results[k].result.complete;
    for (std::size_t c = 0; c < results[k].result.curves.size(); ++c) {
      const curve& one = results[k].result.curves[c];
      curves.push_back({&one, labels[k][c], closed_form_of(results[k].settings, one)});
    }
  }
  const ber_drawing d = draw_curves(curves);
  // The legend stands below the plot, where it covers no curve; its rows make the picture higher, as do those
  // of the table below it.
  const std::size_t columns = d.longest_label > 40 ? 1 : d.longest_label > 22 ? 2 : 3;
  const std::size_t widest = columns * d.longest_label;
  const std::size_t rows = (d.legend_entries + columns - 1) / columns;
  const std::vector<row> table = loss_rows(results, labels, targets);
  std::vector<std::string> head;
  for (const std::string& line : link_lines(results))
    for (std::string& part : wrapped(line)) head.push_back(std::move(part));
  head.push_back(snr_summary(results[0].settings) + "; bars: 95 % interval" +
                 (complete ? "" : "; INCOMPLETE") +
                 (d.bounds ? "; arrow: no error seen, 95 % upper bound" : ""));
  const auto height = [&](std::size_t plot, std::size_t line) {
    return plot + line * (rows + head.size() - 2 + table.size() + (table.empty() ? 0 : 1));
  };
  constexpr double line = 1.2;  // of a line of text, in characters
  const double below = static_cast<double>(table.size()) * line + (table.empty() ? 0.3 : 1.2);
  std::ostringstream out;
  out << "# Draws " << files[0].name << (files.size() > 1 ? " and " + files[1].name : "") << ": gnuplot "
      << name << "\n"
      << d.data << "set encoding utf8\nset tmargin " << line * static_cast<double>(head.size()) + 2.6
      << "\nset title " << gnuplot_quoted(title_of(results)) << " noenhanced offset 0,"
      << line * static_cast<double>(head.size()) - 0.5 << '\n';
  for (std::size_t k = 0; k < head.size(); ++k)
    out << "set label " << k + 1 << ' ' << gnuplot_quoted(head[k])
        << " noenhanced center at graph 0.5, graph 1 offset 0,"
        << line * static_cast<double>(head.size() - 1 - k) + 0.9 << " tc rgb \"#444444\"\n";
  std::size_t label = head.size() + 1;
  for (std::size_t k = 0; k < table.size(); ++k)
    for (std::size_t column = 0; column < 3; ++column)
      if (!table[k][column].empty())
        out << "set label " << label++ << ' ' << gnuplot_quoted(table[k][column])
            << " noenhanced left at screen " << std::array{0.05, 0.45, 0.62}[column] << ", character "
            << line * static_cast<double>(table.size() - 1 - k) + 0.8 << " tc rgb \"#444444\" font \",12\"\n";
  out << "set xlabel \"SNR in dB\"\nset ylabel \"bit error rate\"\n"
      << "set logscale y\nset format y \"10^{%L}\"\nset mxtics 2\nset mytics 10\n"
      << "set grid xtics ytics mxtics mytics lt 1 lw 1 lc rgb \"#c8c8c8\", lt 1 lw 1 lc "
         "rgb \"#e8e8e8\"\n"
      << "set key at screen 0.5, character " << below << " bottom center vertical maxrows " << rows
      << " Left reverse noenhanced samplen 3\nset bmargin " << static_cast<double>(rows) * 1.15 + below + 3.7
      << "\nset bars 0.6\n"
      << d.ranges;
  for (std::size_t k = 0; k < files.size(); ++k) {
    // gnuplot drops a legend that is too wide without a word: from 66 letters on they get smaller.
    const std::size_t size = files[k].is_svg ? 13 : 15;
    const std::size_t fits =
        std::max<std::size_t>(6, std::min(size, size * 66 / std::max<std::size_t>(1, widest)));
    out << "set key font \"," << fits << "\"\nset terminal "
        << (files[k].is_svg ? "svg size 960," : "pngcairo size 1200,")
        << (files[k].is_svg ? height(640, 22) : height(800, 26)) << " font \"DejaVu Sans," << size
        << "\" background \"white\"\nset output " << gnuplot_quoted(files[k].name) << '\n'
        << (k == 0 ? d.plot : "replot") << '\n';
  }
  out << "unset output\n";
  return out.str();
}

}  // namespace

std::vector<std::vector<std::string>> legend_of(const std::vector<plotted_result>& results) {
  constexpr std::size_t longest_title = 40;
  std::multiset<std::string> taken;  // ids and labels, once a result
  std::set<std::string> links, titles, folders;
  bool short_titles = true;
  const auto folder_of = [](const plotted_result& r) {
    return std::filesystem::absolute(r.file).lexically_normal().parent_path().filename().string();
  };
  for (const plotted_result& r : results) {
    std::set<std::string> own;
    for (const curve& c : r.result.curves) own.insert({"id " + c.id, "label " + c.label});
    taken.insert(own.begin(), own.end());
    links.insert(link_summary(r.settings));
    titles.insert(r.settings.title);
    short_titles = short_titles && r.settings.title.size() <= longest_title;
    folders.insert(folder_of(r));
  }
  std::vector<std::vector<std::string>> labels;
  for (const plotted_result& r : results) {
    const std::string source = short_titles && titles.size() == results.size() ? r.settings.title
                               : folders.size() == results.size()              ? folder_of(r)
                                                                               : r.file;
    labels.emplace_back();
    for (const curve& c : r.result.curves) {
      const bool told_apart =
          links.size() == 1 && taken.count("id " + c.id) == 1 && taken.count("label " + c.label) == 1;
      labels.back().push_back(told_apart ? c.label : c.label + " [" + source + "]");
    }
  }
  return labels;
}

result<bool> plot_ber(const std::string& folder, const scenario& s, const ber_result& r) {
  write_file(folder + "/ber.gnuplot", script_of({{s, r, "result.json"}}, loss_targets(s.stop), "ber.gnuplot",
                                                {{"ber.svg", true}, {"ber.png", false}}));
  return run_gnuplot(folder, "ber.gnuplot");
}

result<bool> plot_results(const std::string& picture, const std::vector<plotted_result>& results,
                          const std::vector<double>& targets) {
  const std::filesystem::path path(picture);
  const std::string folder = path.has_parent_path() ? path.parent_path().string() : ".";
  const std::string script = path.stem().string() + ".gnuplot";
  write_file(folder + "/" + script,
             script_of(results, targets, script, {{path.filename().string(), path.extension() == ".svg"}}));
  return run_gnuplot(folder, script);
}

}  // namespace mho::sim
