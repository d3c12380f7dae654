#include <CLI/CLI.hpp>
#include <cstdio>
#include <exception>

#include "commands.hpp"
#include "input_error.hpp"

namespace mho::sim {
namespace {

constexpr int failed = 1, bad_input = 2;

// Messages are one line, whatever a library or a file name put into them.
int report(const std::string& message, int code) {
  std::string line = message;
  while (!line.empty() && (line.back() == '\n' || line.back() == ' ')) line.pop_back();
  for (char& c : line)
    if (c == '\n' || c == '\r') c = ' ';
  std::fprintf(stderr, "mho: %s\n", line.c_str());
  return code;
}

// Only digits: CLI11 would read -1 as a huge number.
CLI::Validator whole_number(std::uint64_t high) {
  return {[high](const std::string& text) {
            const bool digits = !text.empty() && text.size() < 17 &&
                                text.find_first_not_of("0123456789") == std::string::npos;
            if (digits && std::stoull(text) <= high) return std::string();
            return "must be an integer from 0 to " + std::to_string(high);
          },
          ""};
}

void add_run_options(CLI::App& command, run_arguments& a) {
  constexpr std::uint64_t most_seed = (std::uint64_t{1} << 53) - 1;
  command.add_option("SCENARIO", a.scenario, "scenario file (TOML)")->required();
  command.add_option("--set", a.sets, "KEY=VALUE: any key of the scenario by its dotted path")
      ->allow_extra_args(false);
  command.add_option("--out", a.out, "folder of the results; default results/SCENARIO-NAME");
  command.add_option("--seed", a.seed, "of every random number; default 1")->check(whole_number(most_seed));
  command.add_option("--threads", a.threads, "0, the default: all processors")->check(whole_number(4096));
  command.add_flag("--resume", a.resume, "go on with an incomplete result");
  command.add_flag("--force", a.force, "overwrite what is in the folder");
  command.add_flag("--json", a.as_json, "the result on standard output, and nothing else");
  command
      .add_option_function<std::string>(
          "--progress",
          [&a](const std::string& mode) {
            a.progress = mode == "always"  ? progress_line::mode::always
                         : mode == "never" ? progress_line::mode::never
                                           : progress_line::mode::automatic;
          },
          "auto, always or never")
      ->check(CLI::IsMember({"auto", "always", "never"}));
}

void add_cost_options(CLI::App& command, cost_arguments& a) {
  const CLI::Validator count = whole_number(65536);
  command.add_option("SCENARIO", a.scenario,
                     "scenario file (TOML): its link, the accelerators and last cycles of its detectors");
  command.add_option("--accelerator", a.accelerator,
                     "preset, or FILE.toml:NAME of a scenario's; default paper");
  command.add_option("--sizes", a.sizes, "real unknowns, such as 4,8,16; default 4 to 128, or of the link");
  command.add_option("--rx", a.rx, "antennas: count the whole detection, not the solution alone")
      ->check(whole_number(4096));
  command.add_option("--tx", a.tx, "streams")->check(whole_number(1024));
  command.add_option("--uses-per-channel", a.uses, "received vectors a channel; default 1")->check(count);
  command
      .add_option("--set", a.sets,
                  "KEY=VALUE: a parameter of the accelerator, or with SCENARIO any key of the scenario")
      ->allow_extra_args(false);
  command.add_option("--cpu-watts", a.cpu_watt, "W that one core takes, for its energy")
      ->check(CLI::Range(1e-3, 1e4));
  command.add_option("--bench", a.bench,
                     "result of mho-bench --benchmark_out with chain-cuda: the GPU's measured times");
  command.add_option("--gpu-watts", a.gpu_watt, "W that this GPU takes, for its energy")
      ->check(CLI::Range(1e-3, 1e4));
  command.add_flag("--no-measure", a.no_measure, "do not time this machine's kernels");
  command.add_option("--out", a.out, "folder for cost.json and plots; default with SCENARIO results/NAME");
  command.add_flag("--json", a.as_json, "the result on standard output, and nothing else");
}

int dispatch(int argc, char** argv) {
  CLI::App app("massive-MIMO detection and its link-level simulator", "mho");
  app.set_version_flag("--version", std::string("mho ") + MHO_VERSION);
  app.require_subcommand(1);
  run_arguments run;
  for (int i = 0; i < argc; ++i) run.command_line += (i == 0 ? "" : " ") + std::string(argv[i]);
  CLI::App* ber = app.add_subcommand("ber", "bit error rates over SNR");
  add_run_options(*ber, run);
  CLI::App* image = app.add_subcommand("image", "a picture through the link");
  add_run_options(*image, run);
  image->get_option("--resume")->description("start over in the folder of an incomplete result");
  image->add_option("--input", run.input, "picture (PNG) in place of the scenario's");
  solve_arguments solve;
  CLI::App* solver = app.add_subcommand("solve", "one linear system on the analogue accelerator");
  solver->add_option("--matrix", solve.matrix, "A as CSV, real or complex (1.5-0.2i)")->required();
  solver->add_option("--rhs", solve.rhs, "b as CSV")->required();
  solver->add_option("--accelerator", solve.accelerator,
                     "preset, or FILE.toml:NAME of a scenario's; default paper");
  solver->add_option("--cycles", solve.cycles, "of refinement; default 10");
  solver->add_option("--set", solve.sets, "KEY=VALUE: a parameter of the accelerator")
      ->allow_extra_args(false);
  solver->add_option("--seed", solve.seed, "of the chip")->check(whole_number((std::uint64_t{1} << 53) - 1));
  solver->add_flag("--json", solve.as_json, "the result on standard output, and nothing else");
  adc_arguments adc;
  CLI::App* converter = app.add_subcommand("adc", "an analogue-to-digital converter for a signal");
  converter->add_option("--samples", adc.samples, "the signal as CSV, real, any number of rows and columns")
      ->required();
  converter->add_option("--bits", adc.bits, "1 to 12")->required();
  converter->add_option("--kind", adc.kind, "uniform (over the best range), or lloyd-max, the default")
      ->check(CLI::IsMember({"uniform", "lloyd-max"}));
  converter->add_option("--set", adc.sets, "KEY=VALUE: converter.device and its errors")
      ->allow_extra_args(false);
  converter->add_flag("--json", adc.as_json, "the result on standard output, and nothing else");
  netlist_arguments netlist;
  CLI::App* circuit = app.add_subcommand("netlist", "a programmed array's circuit as a SPICE netlist");
  circuit->add_option("--matrix", netlist.matrix, "A as CSV, real or complex (1.5-0.2i)")->required();
  circuit->add_option("--rhs", netlist.rhs, "b as CSV: of A, or of the array if A takes several")->required();
  circuit->add_option("--accelerator", netlist.accelerator,
                      "preset, or FILE.toml:NAME of a scenario's; default paper");
  circuit->add_option("--set", netlist.sets, "KEY=VALUE: a parameter of the accelerator")
      ->allow_extra_args(false);
  circuit->add_option("--seed", netlist.seed, "of the chip")
      ->check(whole_number((std::uint64_t{1} << 53) - 1));
  circuit->add_option("--array", netlist.array, "which, from 1 on in the order of programming")
      ->check(whole_number(1 << 20));
  circuit->add_option("--analysis", netlist.analysis, "op (default), tran or noise")
      ->check(CLI::IsMember({"op", "tran", "noise"}));
  circuit->add_option("--stop-s", netlist.stop_s, "seconds that tran lasts; default 2e-6");
  circuit->add_option("--out", netlist.out, "FILE.cir")->required();
  cost_arguments cost;
  CLI::App* sheet = app.add_subcommand("cost", "time, energy and area of the accelerator, beside baselines");
  add_cost_options(*sheet, cost);
  std::string what;
  bool list_json = false;
  CLI::App* list = app.add_subcommand("list", "what there is, with options and defaults");
  list->add_option("WHAT", what, "detectors, accelerators, channels, modulations, targets")
      ->check(CLI::IsMember({"detectors", "accelerators", "channels", "modulations", "targets"}));
  list->add_flag("--json", list_json, "as JSON");

  std::string commands;
  bool known = argc > 1 && argv[1][0] == '-';
  for (const CLI::App* command : app.get_subcommands({})) {
    commands += (commands.empty() ? "" : ", ") + command->get_name();
    known = known || (argc > 1 && command->get_name() == argv[1]);
  }
  if (!known)
    return report((argc > 1 ? std::string(argv[1]) + ": unknown command" : "a command is missing") +
                      "; the commands are " + commands,
                  bad_input);

  try {
    app.parse(argc, argv);
  } catch (const CLI::Success& e) {
    return app.exit(e);
  } catch (const CLI::ParseError& e) {
    return report(e.what(), bad_input);
  }
  if (ber->parsed()) return command_ber(run);
  if (image->parsed()) return command_image(run);
  if (solver->parsed()) return command_solve(solve);
  if (converter->parsed()) return command_adc(adc);
  if (circuit->parsed()) return command_netlist(netlist);
  if (sheet->parsed()) return command_cost(cost);
  return command_list(what, list_json);
}

}  // namespace

int run_program(int argc, char** argv) {
  try {
    return dispatch(argc, argv);
  } catch (const input_error& e) {
    return report(e.what(), bad_input);
  } catch (const std::bad_alloc&) {
    return report("out of memory", failed);
  } catch (const std::exception& e) {
    return report(e.what(), failed);
  }
}

}  // namespace mho::sim
