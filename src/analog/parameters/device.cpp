#include "analog/parameters/device.hpp"

#include <algorithm>
#include <array>
#include <cmath>

namespace mho::analog {
namespace {

constexpr std::array<level_statistics, 8> paper_microsiemens{{{0.37, 0.056, 0.22, 0.52},
                                                              {4.93, 0.61, 3.75, 6.20},
                                                              {9.94, 0.69, 8.80, 11.20},
                                                              {14.98, 0.68, 13.85, 16.20},
                                                              {19.95, 0.64, 18.80, 21.20},
                                                              {24.92, 0.64, 23.80, 26.15},
                                                              {30.13, 0.70, 28.75, 31.20},
                                                              {34.95, 0.66, 33.75, 36.15}}};
constexpr double largest_siemens = 1;

// The table of a complete set of options in level steps: the user's own, or the paper's.
std::vector<level_statistics> table_of(const reader& values, double step_siemens) {
  const std::vector<double>&mean = values.numbers("device.table_mean_siemens"),
        &sigma = values.numbers("device.table_sigma_siemens"),
        &low = values.numbers("device.table_low_siemens"),
        &high = values.numbers("device.table_high_siemens");
  std::vector<level_statistics> table;
  if (mean.empty())
    for (const level_statistics& s : paper_microsiemens)
      table.push_back({s.mean * 1e-6 / step_siemens, s.sigma * 1e-6 / step_siemens,
                       s.low * 1e-6 / step_siemens, s.high * 1e-6 / step_siemens});
  for (std::size_t k = 0; k < mean.size(); ++k)
    table.push_back({mean[k] / step_siemens, k < sigma.size() ? sigma[k] / step_siemens : 0,
                     k < low.size() ? low[k] / step_siemens : 0,
                     k < high.size() ? high[k] / step_siemens : infinite});
  return table;
}

// A table that the law can draw from without end, about the levels that the mapping means.
std::string table_problem(const reader& values, const device_parameters& device) {
  const std::string mean = "device.table_mean_siemens", levels = std::to_string(device.levels);
  const std::size_t rows = values.numbers(mean.c_str()).size();
  for (const char* key :
       {"device.table_sigma_siemens", "device.table_low_siemens", "device.table_high_siemens"}) {
    const std::size_t entries = values.numbers(key).size();
    const bool optional = std::string(key) != "device.table_sigma_siemens";
    if (entries != rows && !(optional && entries == 0))
      return std::string(key) + ": has " + std::to_string(entries) + " entries, " + mean + " has " +
             std::to_string(rows);
  }
  if (device.error != write_error::table) return "";
  if (rows == 0 && device.levels != 8)
    return "device.levels: the paper's table has 8 levels; give " + mean + " and its companions for " +
           levels + ", or another device.write_error";
  if (rows != 0 && rows != static_cast<std::size_t>(device.levels))
    return mean + ": has " + std::to_string(rows) + " entries, device.levels is " + levels;
  for (std::size_t k = 0; k < device.table.size(); ++k) {
    const level_statistics& s = device.table[k];
    const std::string level = ": level " + std::to_string(k);
    if (!(s.low <= s.mean && s.mean <= s.high))
      return mean + level + " must lie between its low and high conductance";
    // Every sample's range exceeds its standard deviation; a narrower window would be redrawn for ever.
    if (s.high - s.low < s.sigma)
      return "device.table_sigma_siemens" + level + " must be at most its high minus its low conductance";
    if (!(std::abs(s.mean - device.off_steps() - static_cast<double>(k)) <= 0.5))
      return mean + level +
             " is more than half a step from its nominal conductance; device.off_siemens and "
             "device.on_siemens are the nominal ends of the table";
  }
  return "";
}

}  // namespace

std::vector<level_statistics> paper_levels() {
  std::vector<level_statistics> table;
  for (const level_statistics& s : paper_microsiemens)
    table.push_back({s.mean / 5, s.sigma / 5, s.low / 5, s.high / 5});
  return table;
}

void append_device_options(std::vector<option>& schema) {
  const auto number = [&](const char* name, double paper, const char* unit, const char* doc, double low,
                          double high) { schema.push_back(parameter(name, paper, unit, doc, low, high)); };
  const auto list = [&](const char* name, const char* doc) {
    schema.push_back(parameter(name, std::vector<double>{}, "S", doc, 0, largest_siemens));
  };
  schema.push_back(parameter("device.levels", std::int64_t{8}, "",
                             "conductance levels of a cell, equally spaced; a digit of the slices has "
                             "floor(log2(levels)) bits",
                             2, 256));
  number("device.on_siemens", 35e-6, "S", "nominal conductance of the top level", 1e-12, largest_siemens);
  number("device.off_siemens", 0, "S", "nominal conductance of level 0", 0, largest_siemens);
  schema.push_back(choice("device.write_error", "table",
                          "error of a programmed level: a table of levels (the paper's, or device.table_..), "
                          "device.write_error_siemens wide, or phase-change memory's fit (pcm)",
                          {"table", "uniform", "normal", "pcm", "none"}));
  number("device.write_error_siemens", 0.69e-6, "S",
         "half width (uniform) or standard deviation (normal) of the write error", 0, 35e-6);
  number("device.write_error_relative", 0, "",
         "the same, of uniform and normal: this part of the nominal conductance more", 0, 1);
  list("device.table_mean_siemens", "mean conductance of each level after writing; empty: the paper's table");
  list("device.table_sigma_siemens", "standard deviation of each level's normal law");
  list("device.table_low_siemens", "drawn again below it; empty: below 0");
  list("device.table_high_siemens", "drawn again above it; empty: never");
  number("device.read_noise_siemens", 0, "S",
         "standard deviation of a cell's conductance from read to read, independent of it", 0, 1e-3);
  number("device.read_noise_relative", 0, "", "the same as a part of the conductance; the two add in power",
         0, 1);
  schema.push_back(choice("device.drift_model", "none",
                          "G(t) = G0 (t / t0)^-nu after t0, nu from device.drift_exponent (power) or "
                          "phase-change memory's fit (pcm)",
                          {"none", "power", "pcm"}));
  number("device.drift_exponent", 0, "", "mean of nu (power)", 0, 1);
  number("device.drift_exponent_sigma", 0, "",
         "standard deviation of nu from cell to cell, drawn with each programming; below 0 it counts as 0", 0,
         1);
  number("device.drift_reference_s", 1, "s", "t0: time after writing at which the written levels hold", 1e-9,
         1e9);
  number("device.drift_time_s", 0, "s", "time from writing to reading", 0, 1e12);
  number("device.drift_activation_ev", 0, "eV",
         "Arrhenius activation energy that speeds up the drift's time above 300.15 K; 0: none", 0, 5);
  number("device.temperature_kelvin", 300.15, "K", "temperature of the chip", 100, 600);
  number("device.temperature_coefficient_per_kelvin", 0, "1/K",
         "relative change of conductance per kelvin above 300.15 K", -0.1, 0.1);
  number("device.stuck_on_share", 0, "", "probability that a cell of the chip is stuck at device.on_siemens",
         0, 1);
  number("device.stuck_off_share", 0, "",
         "probability that a cell of the chip is stuck at device.off_siemens", 0, 1);
  number("device.endurance_writes", 1e9, "",
         "write pulses that a cell survives, for the lifetime of the cost sheet (assumed: the paper gives "
         "none); inf: not limited",
         1, infinite);
  number("device.writes_so_far", 0, "", "of them, how many are used up", 0, 1e30);
}

device_parameters typed_device(const reader& values) {
  device_parameters p;
  p.levels = values.integer("device.levels");
  p.on_siemens = values.number("device.on_siemens");
  p.off_siemens = values.number("device.off_siemens");
  p.error = values.one_of<write_error>("device.write_error", {"table", "uniform", "normal", "pcm", "none"});
  p.error_siemens = values.number("device.write_error_siemens");
  p.error_relative = values.number("device.write_error_relative");
  p.table = table_of(values, p.step_siemens());
  p.read_noise_siemens = values.number("device.read_noise_siemens");
  p.read_noise_relative = values.number("device.read_noise_relative");
  p.drift = values.one_of<drift_model>("device.drift_model", {"none", "power", "pcm"});
  p.drift_exponent = values.number("device.drift_exponent");
  p.drift_exponent_sigma = values.number("device.drift_exponent_sigma");
  p.drift_reference_s = values.number("device.drift_reference_s");
  p.drift_time_s = values.number("device.drift_time_s");
  p.drift_activation_ev = values.number("device.drift_activation_ev");
  p.temperature_kelvin = values.number("device.temperature_kelvin");
  p.temperature_coefficient_per_kelvin = values.number("device.temperature_coefficient_per_kelvin");
  p.stuck_on_share = values.number("device.stuck_on_share");
  p.stuck_off_share = values.number("device.stuck_off_share");
  p.endurance_writes = values.number("device.endurance_writes");
  p.writes_so_far = values.number("device.writes_so_far");
  return p;
}

std::string device_problem(const reader& values) {
  const device_parameters device = typed_device(values);
  if (!(device.off_siemens < device.on_siemens)) return "device.off_siemens: must be below device.on_siemens";
  if (device.stuck_on_share + device.stuck_off_share > 1)
    return "device.stuck_off_share: must be at most 1 - device.stuck_on_share";
  return table_problem(values, device);
}

}  // namespace mho::analog
