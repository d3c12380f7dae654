#include <fmt/format.h>

#include <array>
#include <string>

#include "cost_comparison.hpp"

namespace mho::sim {
namespace {

// A number with its unit in steps of a thousand, "1.55 us"; "-" where there is none.
std::string shown(const json& value, const char* unit) {
  if (!value.is_number()) return "-";
  constexpr std::array<const char*, 13> prefixes{"a", "f", "p", "n", "u", "m", "",
                                                 "k", "M", "G", "T", "P", "E"};
  double v = value.get<double>();
  if (v == 0) return fmt::format("0 {}", unit);
  std::size_t at = 6;
  while (v >= 999.5 && at + 1 < prefixes.size()) v /= 1000, ++at;
  while (v < 0.9995 && at > 0) v *= 1000, --at;
  return fmt::format("{:.3g} {}{}", v, prefixes[at], unit);
}

std::string times(const json& value) {
  if (!value.is_number()) return "-";
  const double v = value.get<double>();
  return v < 1000 ? fmt::format("{:.3g}x", v) : fmt::format("{:.0f}x", v);
}

std::string share(const json& part, const json& whole) {
  if (!part.is_number() || !(whole.get<double>() > 0)) return "-";
  return fmt::format("{:.1f} %", 100 * part.get<double>() / whole.get<double>());
}

std::string rows_table(const json& c) {
  const bool whole = c["count"] == "whole";
  std::string text = fmt::format("{:<14} {:>5} {:>7} {:>11} {:>11} {:>12} {:>12}", "accelerator", "N",
                                 "stages", "time", "energy", "op/s", "op/J");
  text += whole ? fmt::format(" {:>10} {:>12} {:>10}\n", "rx x tx", "of coherence", "lifetime")
                : fmt::format("   {:>12} {:>12}\n", "one array", "op/J");
  for (const json& r : c["rows"]) {
    text +=
        fmt::format("{:<14} {:>5} {:>7} {:>11} {:>11} {:>12} {:>12}", r["accelerator"].get<std::string>(),
                    r["n"].get<int>(), r["stages"].get<int>(), shown(r["time_s"], "s"),
                    shown(r["energy_j"], "J"), shown(r["ops_per_s"], "op/s"), shown(r["ops_per_j"], "op/J"));
    if (whole) {
      text +=
          fmt::format(" {:>10} {:>12} {:>10}\n", fmt::format("{}x{}", r["rx"].get<int>(), r["tx"].get<int>()),
                      share(r["channel_share"], 1.0), shown(r["lifetime_s"], "s"));
    } else {
      const json& one = r["single_array"];
      text += one.is_null() ? std::string("\n")
                            : fmt::format("   {:>12} {:>12}\n", shown(one["ops_per_s"], "op/s"),
                                          shown(one["ops_per_j"], "op/J"));
    }
  }
  return text;
}

std::string breakdown_table(const json& c, const char* key, const char* heading) {
  constexpr std::array<const char*, 6> parts{"arrays",  "opamps",      "converters",
                                             "digital", "programming", "gram"};
  std::string text = fmt::format("{:<14} {:>5}", heading, "N");
  for (const char* part : parts) text += fmt::format(" {:>11}", part);
  text += '\n';
  for (const json& r : c["rows"]) {
    text += fmt::format("{:<14} {:>5}", r["accelerator"].get<std::string>(), r["n"].get<int>());
    for (const char* part : parts) text += fmt::format(" {:>11}", share(r["breakdown"][part][key], r[key]));
    text += '\n';
  }
  return text;
}

// A baseline at the link's size, or else at the largest that it has, and the accelerators' ratios there.
std::string baseline_table(const json& c) {
  std::string text = fmt::format("{:<46} {:>5} {:>11} {:>11}   {}\n", "baseline", "N", "time", "energy",
                                 "time and energy over the accelerator's");
  for (const json& b : c["baselines"]) {
    const json* at = &b["sizes"].back();
    bool found = false;
    for (const json& size : b["sizes"]) {
      if (!found && size["time_s"].is_number()) at = &size;
      if (c["link"].is_null() || size["n"] != 2 * c["link"]["tx"].get<int>()) continue;
      at = &size;
      found = true;
    }
    text += fmt::format("{:<46} {:>5} {:>11} {:>11}  ", b["name"].get<std::string>(), (*at)["n"].get<int>(),
                        shown((*at)["time_s"], "s"), shown((*at)["energy_j"], "J"));
    for (const json& r : (*at)["ratios"]) {
      text += fmt::format(" {}: {} {}", r["accelerator"].get<std::string>(), times(r["time"]),
                          times(r["energy"]));
      if (r.contains("single_array_time") && r["single_array_time"].is_number())
        text += fmt::format(" (one array: {} {})", times(r["single_array_time"]),
                            times(r["single_array_energy"]));
      text += ';';
    }
    text.back() = '\n';
  }
  text += "\nHow to read them:\n";
  for (const json& b : c["baselines"])
    text += fmt::format("- {}: {}\n  ({}; power: {})\n", b["name"].get<std::string>(),
                        b["reading"].get<std::string>(), b["source"].get<std::string>(),
                        b["power_basis"].is_null() ? "unknown" : b["power_basis"].get<std::string>());
  return text;
}

}  // namespace

std::string cost_tables(const json& c) {
  const bool whole = c["count"] == "whole";
  std::string text = c["title"].get<std::string>() + '\n';
  text += whole ? fmt::format(
                      "One received vector, {} a channel: programming, Gram matrix, matched filter, "
                      "variances and vector\noperations counted; the digital ones at the arithmetic's "
                      "energy alone, which favours the accelerator.\nop/s and op/J are those of the "
                      "solution, whatever is counted.\n",
                      c["link"]["uses_per_channel"].get<std::uint64_t>())
                : std::string(
                      "One solution of N real unknowns as the paper counts it: no programming, no Gram "
                      "matrix, no digital work,\none pass a product.\n");
  text += '\n' + rows_table(c) + '\n' + breakdown_table(c, "time_s", "share of time") + '\n' +
          breakdown_table(c, "energy_j", "of energy") + '\n' + baseline_table(c);
  if (c.contains("claim")) {
    const json& k = c["claim"];
    text += fmt::format(
        "\nThe paper's headline, counted again: {:.3g} op/s and {:.3g} op/J on a single array of {} rows "
        "that "
        "does\nnot exist yet, with projected times, are {} and {} one core ({}); against\nall {} cores the "
        "throughput is {}.\n",
        k["ops_per_s"].get<double>(), k["ops_per_j"].get<double>(), k["n"].get<int>(),
        times(k["throughput_ratio"]), times(k["energy_ratio"]), k["baseline"].get<std::string>(),
        k["cores"].get<double>(), times(k["throughput_ratio_whole"]));
  }
  return text;
}

}  // namespace mho::sim
