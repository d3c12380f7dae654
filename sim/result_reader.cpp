#include "result_reader.hpp"

#include <filesystem>

#include "files.hpp"
#include "input_error.hpp"
#include "scenario_from_json.hpp"

namespace mho::sim {

stored_result read_result(const std::string& file) {
  if (!std::filesystem::is_regular_file(file)) throw input_error(file + ": no such file");
  const json j = parse_result(read_file(file));
  try {
    if (const auto kind = j.at("kind").get<std::string>(); kind != "ber")
      throw input_error(file + ": kind is " + kind + ", must be ber");
    if (j.at("format") != 1) throw input_error(file + ": format is " + j.at("format").dump() + ", must be 1");
    stored_result r;
    r.file = file;
    r.settings = scenario_from(j);
    r.snr = j.at("snr_definition").get<std::string>();
    // Some programs before this one added a note about fixed channels, which changes no ratio.
    if (const std::size_t note = r.snr.find(", E over"); note != std::string::npos) r.snr.erase(note);
    r.result = from_json(j);
    return r;
  } catch (const json::exception&) {
    throw input_error(file + ": no result.json of this program");
  }
}

}  // namespace mho::sim
