#include "cli_options.hpp"

#include <algorithm>

#include "toml_reader.hpp"

namespace mho::sim {
CLI::Validator whole_number(std::uint64_t low, std::uint64_t high) {
  return {[low, high](const std::string& text) {
            const bool digits = !text.empty() && text.size() < 17 &&
                                text.find_first_not_of("0123456789") == std::string::npos;
            const std::uint64_t value = digits ? std::stoull(text) : 0;
            if (digits && value >= low && value <= high) return std::string();
            return "must be an integer from " + std::to_string(low) + " to " + std::to_string(high);
          },
          ""};
}

CLI::Validator positive_number(double low, double high, const std::string& range) {
  return {[low, high, range](const std::string& text) {
            double value = 0;
            const bool is_number = CLI::detail::lexical_cast(text, value);
            return is_number && value >= low && value <= high ? std::string() : "must be a number " + range;
          },
          ""};
}

CLI::Validator one_of(const std::vector<std::string>& choices) {
  return {[choices](const std::string& text) {
            if (std::find(choices.begin(), choices.end(), text) != choices.end()) return std::string();
            return "must be one of " + CLI::detail::join(choices, ", ") + "; the nearest is " +
                   nearest_choice(text, choices);
          },
          ""};
}

CLI::Option* add_text(CLI::App& command, const std::string& name, std::string& to, const std::string& what,
                      const std::string& type) {
  return command.add_option(name, to, what)->type_name(type);
}

void add_sets(CLI::App& command, std::vector<std::string>& sets, const std::string& what) {
  command.add_option("--set", sets, what)->allow_extra_args(false)->type_name("KEY=VALUE");
}

void add_plugins(CLI::App& command, std::vector<std::string>& plugins) {
  command
      .add_option("--plugin", plugins,
                  "shared object with detectors of your own, any number of times; see docs/plugins.md")
      ->allow_extra_args(false)
      ->type_name("FILE.so");
}

// What TOML, JSON and doubles hold alike.
constexpr std::uint64_t most_seed = (std::uint64_t{1} << 53) - 1;

void add_seed(CLI::App& command, std::uint64_t& seed, const std::string& of) {
  command.add_option("--seed", seed, of + "; default 1")->check(whole_number(0, most_seed))->type_name("N");
}

void add_threads(CLI::App& command, unsigned& threads) {
  command.add_option("--threads", threads, "0, the default: all processors")
      ->check(whole_number(0, 4096))
      ->type_name("N");
}

void add_json(CLI::App& command, bool& as_json) {
  command.add_flag("--json", as_json, "the result on standard output, and nothing else");
}

void add_accelerator(CLI::App& command, std::string& accelerator) {
  add_text(command, "--accelerator", accelerator,
           "preset (mho list accelerators), or FILE.toml:NAME for a scenario's [accelerator.NAME]; "
           "default paper",
           "NAME");
}

void add_system(CLI::App& command, system_arguments& a, const std::string& rhs, const char* matrix) {
  add_text(command, "--matrix", a.matrix, matrix, "FILE")->required();
  add_text(command, "--rhs", a.rhs, rhs, "FILE")->required();
  add_accelerator(command, a.accelerator);
  add_sets(command, a.sets, "a parameter of the accelerator: --set array.size=16, any number of times");
  add_seed(command, a.seed, "of the chip, its writes and reads");
  add_json(command, a.as_json);
}

}  // namespace mho::sim
