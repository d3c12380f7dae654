/// \file
/// Cost sheets over sizes beside baselines: what `mho cost` says.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include <mho/options.hpp>

#include "bench_rows.hpp"
#include "result_file.hpp"

namespace mho::sim {

/// An accelerator to be counted.
struct cost_subject {
  std::string name;        ///< as the user calls it
  options parameters;      ///< complete
  std::size_t cycles = 0;  ///< 0: the parameter cost.cycles
};

/// A link whose whole detection is counted.
struct cost_link {
  std::size_t rx = 0, tx = 0, uses = 1;
};

struct cost_settings {
  std::string title = "cost";
  std::vector<cost_subject> subjects;
  std::vector<std::size_t> sizes;  ///< N; with a link: of N / 2 streams and antennas in the link's proportion
  std::optional<cost_link> link;   ///< none: the paper's count
  std::optional<double> measure_s = 0.2;  ///< how long a kernel is timed; none: not at all
  std::optional<double> cpu_watt;         ///< what one core takes
  std::vector<bench_row> bench;           ///< of mho-bench on a machine with a GPU; empty: not known
  std::optional<double> gpu_watt;         ///< what that GPU takes
};

/// The content of `mho cost --json`. Times the CPU kernels. Throws input_error where a size does not fit.
json compare_costs(const cost_settings& s);

/// The same as tables for people.
std::string cost_tables(const json& comparison);

}  // namespace mho::sim
