/// \file
/// The program's commands. Each returns its exit status; bad input throws input_error (status 2), a failed
/// run std::exception (status 1).
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "terminal.hpp"

namespace mho::sim {

/// What `mho ber` and `mho image` are told.
struct run_arguments {
  std::string scenario, out, input;
  std::vector<std::string> sets, plugins;
  std::uint64_t seed = 1;
  unsigned threads = 0;  ///< 0: all processors
  bool resume = false, force = false, as_json = false;
  progress_line::mode progress = progress_line::mode::automatic;
  std::string command_line;
  std::string shard;            ///< i/N; "" for all
  double rank_deadline_s = 60;  ///< silence of a rank that ends the job
};

/// A linear system and the accelerator that it goes to.
struct system_arguments {
  std::string matrix, rhs, accelerator = "paper";
  std::vector<std::string> sets;
  std::uint64_t seed = 1;
  bool as_json = false;
};

struct solve_arguments : system_arguments {
  std::size_t cycles = 10;
};

struct netlist_arguments : system_arguments {
  std::string out, analysis = "op", circuit = "inv";
  std::size_t array = 0;  ///< 0: not given
  double stop_s = 0;      ///< of analysis tran; 0: as the circuit settles
};

struct adc_arguments {
  std::string samples, kind = "lloyd-max";
  std::vector<std::string> sets;
  unsigned bits = 0;
  bool as_json = false;
};

struct merge_arguments {
  std::vector<std::string> shards;
  std::string out, command_line;
  bool force = false, as_json = false;
};

/// What `mho cost` is told; 0 and "" where it is not.
struct cost_arguments {
  std::string scenario, accelerator, sizes, bench, out;
  std::vector<std::string> sets;
  std::size_t rx = 0, tx = 0, uses = 0;
  double cpu_watt = 0, gpu_watt = 0;
  bool no_measure = false, as_json = false;
};

struct plot_arguments {
  std::vector<std::string> results;
  std::string out;
  std::vector<double> targets;  ///< none: 1e-3 and the results' stop.target_ber
};

/// What `mho detect` is told; accelerator "" for that of the detector's default.
struct detect_arguments {
  std::string in, out, detector, accelerator;
  std::vector<std::string> sets, plugins;
  std::uint64_t seed = 1;
  unsigned threads = 0;  ///< 0: all processors
  bool as_json = false;
};

struct list_arguments {
  std::string what;  ///< "": all
  std::vector<std::string> plugins;
  bool as_json = false;
};

int command_ber(const run_arguments& a);
int command_merge(const merge_arguments& a);
int command_image(const run_arguments& a);
int command_solve(const solve_arguments& a);
int command_adc(const adc_arguments& a);
/// What its --kind may be: the names of converter.adc_kind.
std::vector<std::string> adc_kind_names();
int command_netlist(const netlist_arguments& a);
int command_cost(const cost_arguments& a);
int command_plot(const plot_arguments& a);
int command_detect(const detect_arguments& a);
int command_list(const list_arguments& a);

/// The whole program.
int run_program(int argc, char** argv);

}  // namespace mho::sim
