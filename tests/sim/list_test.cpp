// mho list targets: what the library was built with, what this machine has, what is in use.
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "program.hpp"

namespace mho::test {
namespace {

using nlohmann::json;

json targets(const std::string& wanted) {
  // The variable is read by the program's shared library when it is loaded.
  const std::string before = std::getenv("MHO_TARGET") != nullptr ? std::getenv("MHO_TARGET") : "";
  setenv("MHO_TARGET", wanted.c_str(), 1);
  const outcome o = run_mho("list targets --json");
  before.empty() ? unsetenv("MHO_TARGET") : setenv("MHO_TARGET", before.c_str(), 1);
  return json::parse(o.out)["targets"];
}

std::string in_use(const json& list) {
  std::string names;
  for (const json& t : list)
    if (t["in_use"].get<bool>()) names += t["name"].get<std::string>();
  return names;
}

TEST(list, targets_are_those_that_the_machine_reports) {
  const std::string cpu = slurp("/proc/cpuinfo");
  const std::size_t at = cpu.find("\nflags");
  if (at == std::string::npos) GTEST_SKIP() << "no x86 flags";
  const std::string flags = cpu.substr(at, cpu.find('\n', at + 1) - at) + " ";
  const auto has = [&](const char* flag) {
    return flags.find(" " + std::string(flag) + " ") != std::string::npos;
  };
  std::size_t seen = 0;
  for (const json& t : targets("")) {
    const std::string name = t["name"];
    ++seen;
    const bool usable = t["usable"];
    if (name == "avx3") {
      EXPECT_EQ(usable, has("avx512f") && has("avx512bw") && has("avx512dq") && has("avx512vl"));
    } else if (name == "avx2") {
      EXPECT_EQ(usable, has("avx2") && has("fma"));
      EXPECT_EQ(t["lanes"], 8);
    } else if (name == "scalar") {
      EXPECT_TRUE(usable);
    }
  }
  EXPECT_GE(seen, 2u);
}

TEST(list, the_environment_chooses_the_target) {
  EXPECT_EQ(in_use(targets("scalar")), "scalar");
  const std::string best = in_use(targets(""));
  EXPECT_FALSE(best.empty());
  EXPECT_EQ(in_use(targets("no-such-target")), best);
  const outcome o = run_mho("list targets");
  EXPECT_NE(o.out.find("MHO_TARGET"), std::string::npos) << o.out;
  for (const json& t : targets("")) EXPECT_NE(o.out.find(t["name"].get<std::string>()), std::string::npos);
}

TEST(list, analogue_detectors_point_to_their_parameters) {
  const outcome o = run_mho("list detectors");
  const std::size_t count =
      json::parse(run_mho("list accelerators --json").out)["accelerator_options"].size();
  std::size_t seen = 0;
  for (std::size_t at = 0;
       (at = o.out.find("and the " + std::to_string(count) + " parameters of mho list accelerators", at)) !=
       std::string::npos;
       ++at)
    ++seen;
  EXPECT_EQ(seen, 3u) << o.out;
}

}  // namespace
}  // namespace mho::test
