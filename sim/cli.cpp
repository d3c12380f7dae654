// The command line: the commands with their options, and what becomes of errors.
#include <algorithm>
#include <cstdio>
#include <exception>

#include "cli_options.hpp"
#include "cluster/launcher.hpp"
#include "commands.hpp"
#include "input_error.hpp"
#include "toml_reader.hpp"

namespace mho::sim {
namespace {

constexpr int failed = 1, bad_input = 2;

// Messages are one line, whatever a library or a file name put into them.
// What all ranks of a job have to say is said by the first.
int report(const std::string& message, int code) {
  if (code == bad_input && launcher_in_use().rank > 0) return code;
  std::string line = message;
  while (!line.empty() && (line.back() == '\n' || line.back() == ' ')) line.pop_back();
  for (char& c : line)
    if (c == '\n' || c == '\r') c = ' ';
  std::fprintf(stderr, "mho: %s\n", line.c_str());
  return code;
}

void add_run(CLI::App& command, run_arguments& a) {
  add_text(command, "SCENARIO", a.scenario, "scenario file (TOML)", "")->required();
  add_sets(command, a.sets,
           "any key of the scenario by its dotted path: --set link.rx=64, any number of times");
  add_plugins(command, a.plugins);
  add_text(command, "--out", a.out, "folder of the results; default results/SCENARIO-NAME", "DIR");
  add_seed(command, a.seed, "of every random number");
  add_threads(command, a.threads);
  command.add_flag("--resume", a.resume, "go on with an incomplete result");
  command.add_flag("--force", a.force, "overwrite what is in the folder");
  add_json(command, a.as_json);
  command
      .add_option_function<std::string>(
          "--progress",
          [&a](const std::string& mode) {
            a.progress = mode == "always"  ? progress_line::mode::always
                         : mode == "never" ? progress_line::mode::never
                                           : progress_line::mode::automatic;
          },
          "on standard error: auto (the default: on a terminal), always or never")
      ->check(one_of({"auto", "always", "never"}))
      ->type_name("MODE");
}

void add_image(CLI::App& command, run_arguments& a) {
  add_run(command, a);
  command.get_option("--resume")->description("start over in the folder of an incomplete result");
  add_text(command, "--input", a.input, "picture (PNG) in place of the scenario's", "FILE");
}

void add_solve(CLI::App& command, solve_arguments& a) {
  add_system(command, a, "b: CSV, one row or column");
  command.add_option("--cycles", a.cycles, "of refinement; default 10")
      ->check(whole_number(1, 1000))
      ->type_name("K");
}

void add_adc(CLI::App& command, adc_arguments& a) {
  const std::vector<std::string> kinds = adc_kind_names();
  add_text(command, "--samples", a.samples, "the signal: CSV, real, any number of rows and columns", "FILE")
      ->required();
  command.add_option("--bits", a.bits, "1 to 12")
      ->check(whole_number(1, most_adc_bits))
      ->required()
      ->type_name("N");
  add_text(command, "--kind", a.kind,
           "uniform (over the best range), lloyd-max, the default, or mid-tread (symmetric, to the largest "
           "magnitude): converter.adc_kind calls them calibrated, lloyd-max and uniform",
           "KIND")
      ->check(one_of(kinds));
  add_sets(command, a.sets,
           "converter.device, converter.combine, converter.error_share, converter.read_error_siemens");
  add_json(command, a.as_json);
}

void add_netlist(CLI::App& command, netlist_arguments& a) {
  add_system(command, a, "b: CSV, one row or column; of the array if A takes several",
             "A: CSV, real or complex (1.5-0.2i), square; of ginv square or taller");
  add_text(command, "--out", a.out, "the netlist to write", "FILE.cir")->required();
  add_text(
      command, "--circuit", a.circuit,
      "inv (default): an LP-INV array; ginv: the pseudo-inverse of A, which may be tall, as analog-ginv has "
      "it, b the received vector; mvm: a slice of the residual's product A b",
      "KIND")
      ->check(one_of({"inv", "ginv", "mvm"}));
  command.add_option("--array", a.array, "which, from 1 on in the order of programming; of mvm, which slice")
      ->check(whole_number(1, 1 << 20))
      ->type_name("N");
  add_text(command, "--analysis", a.analysis, "op (default), tran or noise", "WHAT")
      ->check(one_of({"op", "tran", "noise"}));
  command
      .add_option("--stop-s", a.stop_s, "seconds that tran lasts; default: three times what it settles in")
      ->check(positive_number(1e-15, 1, "from 1e-15 to 1"))
      ->type_name("SECONDS");
}

void add_cost(CLI::App& command, cost_arguments& a) {
  add_text(command, "SCENARIO", a.scenario,
           "scenario file (TOML): its link, the accelerators and last cycles of its detectors", "");
  add_accelerator(command, a.accelerator);
  add_text(command, "--sizes", a.sizes, "real unknowns, such as 4,8,16; default 4 to 128, or of the link",
           "N,..");
  command.add_option("--rx", a.rx, "antennas: count the whole detection, not the solution alone")
      ->check(whole_number(1, 4096))
      ->type_name("N");
  command.add_option("--tx", a.tx, "streams")->check(whole_number(1, 1024))->type_name("N");
  command.add_option("--uses-per-channel", a.uses, "received vectors a channel; default 1")
      ->check(whole_number(1, 65536))
      ->type_name("N");
  add_sets(command, a.sets, "a parameter of the accelerator, or with SCENARIO any key of the scenario");
  const CLI::Validator watts = positive_number(1e-3, 1e4, "from 0.001 to 10000");
  command.add_option("--cpu-watts", a.cpu_watt, "that one core takes, for its energy")
      ->check(watts)
      ->type_name("W");
  add_text(command, "--bench", a.bench,
           "result of mho-bench --benchmark_out with chain-cuda: the GPU's measured times", "FILE.json");
  command.add_option("--gpu-watts", a.gpu_watt, "that this GPU takes, for its energy")
      ->check(watts)
      ->type_name("W");
  command.add_flag("--no-measure", a.no_measure, "do not time this machine's kernels");
  add_text(command, "--out", a.out, "folder for cost.json and plots; default with SCENARIO results/NAME",
           "DIR");
  add_json(command, a.as_json);
}

void add_ber(CLI::App& command, run_arguments& a) {
  add_run(command, a);
  add_text(command, "--shard", a.shard, "only every Nth chunk, from the ith on; see mho merge", "i/N");
  command
      .add_option("--rank-deadline", a.rank_deadline_s,
                  "under mpirun: seconds of silence of a rank that end the job; default 60")
      ->check(positive_number(1, 1e6, "from 1 to 1000000"))
      ->type_name("S");
}

void add_merge(CLI::App& command, merge_arguments& a) {
  command.add_option("SHARD", a.shards, "shard-i-of-N.json, all N of them")->required()->type_name("FILE");
  add_text(command, "--out", a.out, "folder of the result", "DIR")->required();
  command.add_flag("--force", a.force, "overwrite what is in the folder");
  add_json(command, a.as_json);
}

void add_plot(CLI::App& command, plot_arguments& a) {
  command.add_option("RESULT", a.results, "result.json of mho ber, one or more")
      ->required()
      ->type_name("FILE");
  add_text(command, "--out", a.out, "the picture", "FILE.svg|FILE.png")->required();
  command
      .add_option("--ber", a.targets,
                  "bit error rate at which SNRs are compared, any number of times; default 1e-3 and the "
                  "results' stop.target_ber")
      ->allow_extra_args(false)
      ->check(positive_number(1e-300, 0.5, "from 1e-300 to 0.5"))
      ->type_name("RATE");
}

void add_list(CLI::App& command, list_arguments& a) {
  const std::vector<std::string> sections{"detectors", "accelerators", "channels", "modulations", "targets"};
  add_text(command, "WHAT", a.what, CLI::detail::join(sections, ", ") + "; default all", "")
      ->check(one_of(sections));
  add_plugins(command, a.plugins);
  command.add_flag("--json", a.as_json, "as JSON");
}

void add_detect(CLI::App& command, detect_arguments& a) {
  add_text(command, "IN", a.in, "HDF5 file with /channel, /received and /noise_variance", "")->required();
  add_text(command, "--detector", a.detector, "its name: mho list detectors", "NAME")->required();
  add_accelerator(command, a.accelerator);
  add_sets(
      command, a.sets,
      "an option of the detector, a parameter of its accelerator, or modulation=16qam (for LLRs and bits), "
      "mapping, demapper; any number of times");
  add_seed(command, a.seed, "of modelled randomness");
  add_threads(command, a.threads);
  add_plugins(command, a.plugins);
  add_text(command, "--out", a.out, "the HDF5 file to write", "FILE.h5")->required();
  add_json(command, a.as_json);
}

struct arguments {
  run_arguments run;
  merge_arguments merge;
  solve_arguments solve;
  adc_arguments adc;
  netlist_arguments netlist;
  cost_arguments cost;
  plot_arguments plot;
  detect_arguments detect;
  list_arguments list;
};

using command_function = int (*)(const arguments&);

// chosen: gets what the command line asks for, once it is parsed.
void add_commands(CLI::App& app, arguments& a, command_function& chosen) {
  const auto add = [&](const char* name, const char* what, const char* example, command_function run) {
    CLI::App* command = app.add_subcommand(name, what);
    command->footer(std::string("Example:\n  mho ") + name + " " + example);
    command->callback([run, &chosen] { chosen = run; });
    return command;
  };
  add_ber(*add("ber", "bit error rates over SNR",
               "scenarios/ber-16x4-16qam.toml --set link.rx=32 --out results/mine\n"
               "Keys of a scenario: docs/scenarios.md; of the result: docs/result-files.md",
               [](const arguments& x) { return command_ber(x.run); }),
          a.run);
  add_merge(*add("merge", "one result of all shards of mho ber --shard",
                 "shard-1-of-2.json shard-2-of-2.json --out results/mine\n"
                 "docs/scale-out.md",
                 [](const arguments& x) { return command_merge(x.merge); }),
            a.merge);
  add_image(*add("image", "a picture through the link",
                 "scenarios/image-16x4-256qam.toml --set 'link.snr_db=[20]' --out results/picture\n"
                 "Keys of a scenario: docs/scenarios.md; of the result: docs/result-files.md",
                 [](const arguments& x) { return command_image(x.run); }),
            a.run);
  add_solve(*add("solve", "one linear system on the analogue accelerator",
                 "--matrix scenarios/solve-16x16/A.csv --rhs scenarios/solve-16x16/b.csv --cycles 5\n"
                 "Parameters: mho list accelerators; keys of --json: docs/result-files.md",
                 [](const arguments& x) { return command_solve(x.solve); }),
            a.solve);
  add_detect(*add("detect", "recorded channels and received vectors through a detector",
                  "recorded.h5 --detector mmse --set modulation=16qam --out detected.h5\n"
                  "Files: docs/recorded-data.md; keys of --json: docs/result-files.md",
                  [](const arguments& x) { return command_detect(x.detect); }),
             a.detect);
  add_adc(*add("adc", "an analogue-to-digital converter for a signal",
               "--samples scenarios/solve-16x16/A.csv --bits 4 --set converter.device=thresholds\n"
               "Parameters: docs/accelerators.md; keys of --json: docs/result-files.md",
               [](const arguments& x) { return command_adc(x.adc); }),
          a.adc);
  add_netlist(*add("netlist", "an array's or the pseudo-inverse's circuit as a SPICE netlist",
                   "--matrix scenarios/solve-16x16/A.csv --rhs scenarios/solve-16x16/b.csv"
                   " --set array.size=16 --out array.cir\n"
                   "Parameters: mho list accelerators; keys of --json: docs/result-files.md",
                   [](const arguments& x) { return command_netlist(x.netlist); }),
              a.netlist);
  add_cost(*add("cost", "time, energy and area of the accelerator, beside baselines",
                "--rx 64 --tx 16 --uses-per-channel 14\n"
                "Parameters: mho list accelerators; keys of --json: docs/result-files.md",
                [](const arguments& x) { return command_cost(x.cost); }),
           a.cost);
  add_plot(*add("plot", "results of mho ber in one plot, and what curves lose",
                "results/a/result.json results/b/result.json --ber 1e-3 --out both.svg",
                [](const arguments& x) { return command_plot(x.plot); }),
           a.plot);
  add_list(*add("list", "what there is, with options and defaults", "detectors",
                [](const arguments& x) { return command_list(x.list); }),
           a.list);
}

// What CLI11 says in its own words, in the program's: KEY: what is wrong, what is allowed.
int report_usage(const CLI::App& command, const CLI::ParseError& e) {
  const std::string help = "; see mho " + command.get_name() + " --help";
  if (dynamic_cast<const CLI::ExtrasError*>(&e) != nullptr) {
    const std::vector<std::string> extra = command.remaining();
    const auto option =
        std::find_if(extra.begin(), extra.end(), [](const std::string& s) { return s[0] == '-'; });
    if (option == extra.end())
      return report((extra.empty() ? "" : extra[0]) + ": one argument too many" + help, bad_input);
    std::vector<std::string> names;
    for (const CLI::Option* known : command.get_options())
      if (!known->get_lnames().empty()) names.push_back("--" + known->get_lnames()[0]);
    return report(*option + ": unknown option; the nearest is " + nearest(*option, names) + help, bad_input);
  }
  const std::string what = e.what();
  const auto before = [&](const std::string& part) { return what.substr(0, what.find(part)); };
  if (dynamic_cast<const CLI::RequiredError*>(&e) != nullptr)
    return report(before(" is required") + ": missing" + help, bad_input);
  if (dynamic_cast<const CLI::ArgumentMismatch*>(&e) != nullptr)
    return report(before(":") + ": needs one value" + help, bad_input);
  return report(what, bad_input);
}

int dispatch(int argc, char** argv) {
  CLI::App app("massive-MIMO detection and its link-level simulator", "mho");
  app.set_version_flag("--version", std::string("mho ") + MHO_VERSION);
  app.require_subcommand(1);
  app.footer(
      "mho COMMAND --help, or mho help COMMAND: its options and an example.\n"
      "Exit status: 0 done, 1 the run failed, 2 bad usage or input, 130 interrupted.");
  arguments a;
  for (int i = 0; i < argc; ++i) a.run.command_line += (i == 0 ? "" : " ") + std::string(argv[i]);
  a.merge.command_line = a.run.command_line;
  command_function chosen = nullptr;
  add_commands(app, a, chosen);
  std::vector<std::string> names;
  for (const CLI::App* command : app.get_subcommands({})) names.push_back(command->get_name());
  const std::string commands = "the commands are " + CLI::detail::join(names, ", ");
  const auto is_command = [&](const std::string& name) {
    return std::find(names.begin(), names.end(), name) != names.end();
  };
  if (argc < 2) return report("a command is missing; " + commands + "; see mho help", bad_input);
  std::string first = argv[1];
  if (first == "help" && argc > 2) first = argv[2];
  if (!is_command(first) && first != "help" && first != "--help" && first != "-h" && first != "--version")
    return report(first + (first[0] == '-' ? ": unknown option; " : ": unknown command; ") + commands,
                  bad_input);
  if (std::string(argv[1]) == "help") {
    const bool of_command = is_command(first);
    std::fputs((of_command ? app.get_subcommand(first)->help("mho") : app.help()).c_str(), stdout);
    return 0;
  }
  if (const launcher started = launcher_in_use(); started.several() && first != "ber")
    return report("ranks share the work of mho ber only: start mho " + first + " alone", bad_input);
  try {
    app.parse(argc, argv);
  } catch (const CLI::Success& e) {
    return app.exit(e);
  } catch (const CLI::ParseError& e) {
    return report_usage(is_command(first) ? *app.get_subcommand(first) : app, e);
  }
  return chosen(a);
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
