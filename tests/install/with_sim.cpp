// A user of mho::sim: the scenario of its argument, cut short, and its result.
#include <cstdio>
#include <mho/sim/engine.hpp>
#include <mho/sim/input_error.hpp>
#include <mho/sim/result_file.hpp>
#include <mho/sim/scenario_reader.hpp>

int main(int count, char** arguments) {
  if (count != 2) return 2;
  try {
    const mho::sim::scenario s =
        mho::sim::read_scenario(arguments[1], {"stop.max_bits=20_000", "stop.min_bits=10_000"}, 1);
    const auto link = mho::sim::link::make(s);
    if (!link) return 1;
    const mho::sim::ber_result r = mho::sim::run_ber(*link, mho::sim::run_options{});
    const mho::sim::json file = mho::sim::to_json(s, r);
    std::printf("%s: %zu curves\n", file.at("kind").get<std::string>().c_str(), file.at("curves").size());
    return r.complete && r.curves.size() >= s.detectors.size() && r.curves[0].points[0].bits >= 10'000 ? 0
                                                                                                       : 1;
  } catch (const mho::sim::input_error& e) {
    std::fprintf(stderr, "%s\n", e.what());
    return 1;
  }
}
