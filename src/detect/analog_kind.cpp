#include "detect/analog_kind.hpp"

#include <algorithm>

namespace mho {

detector_kind analog_kind(std::string name, std::string summary, const capabilities& can,
                          std::vector<std::int64_t> cycles,
                          std::function<std::unique_ptr<detector>(analog_settings)> make,
                          std::vector<std::string> unknown) {
  detector_kind kind;
  kind.name = std::move(name);
  kind.summary = std::move(summary);
  kind.can = can;
  std::vector<std::string> presets;
  for (const accelerator_preset& preset : accelerator_presets()) presets.push_back(preset.name);
  constexpr double most_cycles = 64, most_seed = 0x1p53 - 1;
  kind.schema = {
      {"accelerator", std::string("paper"), "", "preset that the accelerator's parameters come from", -1, 1,
       presets},
      {"cycles", std::move(cycles), "", "cycles of refinement, ascending; one output each", 1, most_cycles},
      {"seed", std::int64_t{1}, "", "of the chip and of every write and read", 0, most_seed}};
  for (const option& parameter : accelerator_schema()) kind.schema.push_back(parameter);
  kind.make = [make = std::move(make), unknown = std::move(unknown),
               name = kind.name](const options& given) -> result<std::unique_ptr<detector>> {
    options parameters = given;
    analog_settings settings;
    settings.cycles = std::get<std::vector<std::int64_t>>(given.find("cycles")->second);
    settings.seed = static_cast<std::uint64_t>(std::get<std::int64_t>(given.find("seed")->second));
    const std::string preset = std::get<std::string>(given.find("accelerator")->second);
    if (std::adjacent_find(settings.cycles.begin(), settings.cycles.end(), std::greater_equal<>()) !=
        settings.cycles.end())
      return {error::bad_value, "cycles: must be ascending"};
    for (const char* own : {"accelerator", "cycles", "seed"}) parameters.erase(own);
    result<options> accelerator = accelerator_options(preset, parameters);
    if (!accelerator) return {accelerator.code(), accelerator.message()};
    settings.accelerator = std::move(*accelerator);
    for (const option& o : accelerator_schema())
      if (std::find(unknown.begin(), unknown.end(), o.name) != unknown.end() &&
          settings.accelerator.at(o.name) != o.standard)
        return {error::bad_value, o.name + ": " + name + " does not model it; it must keep its default"};
    return make(std::move(settings));
  };
  return kind;
}

}  // namespace mho
