// Instruction sets: what is listed, option `target`, and the environment variable MHO_TARGET, which is read
// once when a process starts: the tests of it run this program again.
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cstdio>
#include <cstdlib>
#include <mho/mho.hpp>

namespace mho {
namespace {

std::string standard_target() {
  for (const target_info& t : targets())
    if (t.standard) return t.name;
  return "";
}

bool is_usable(const std::string& name) {
  for (const target_info& t : targets())
    if (t.name == name) return t.usable;
  return false;
}

TEST(targets, one_is_the_standard_and_scalar_always_runs) {
  std::size_t standards = 0;
  for (const target_info& t : targets()) {
    standards += t.standard;
    EXPECT_TRUE(t.usable || !t.standard) << t.name;
    EXPECT_TRUE(t.lanes == 1 || t.lanes == 4 || t.lanes == 8 || t.lanes == 16) << t.name;
  }
  EXPECT_EQ(standards, 1u);
  EXPECT_TRUE(is_usable("scalar"));
  const std::vector<std::string> choices = target_choices();
  ASSERT_EQ(choices.size(), targets().size() + 1);
  EXPECT_EQ(choices.front(), "auto");
  for (std::size_t i = 0; i < targets().size(); ++i) EXPECT_EQ(choices[i + 1], targets()[i].name);
}

TEST(targets, option_target_names_one_or_the_choices_are_named) {
  std::string choices;
  for (const std::string& name : target_choices()) choices += (choices.empty() ? "" : ", ") + name;
  for (const char* kind : {"mrc", "zf", "mmse"}) {
    const auto made = make_detector({kind, {{"target", "avx9"}}});
    EXPECT_EQ(made.code(), error::bad_value);
    EXPECT_EQ(made.message(), std::string(kind) + ": target: must be one of " + choices);
    EXPECT_EQ(make_detector({kind, {{"target", std::int64_t{2}}}}).code(), error::bad_value);
    for (const target_info& t : targets()) {
      const auto one = make_detector({kind, {{"target", t.name}}});
      EXPECT_EQ(one.ok(), t.usable) << t.name;
      if (!t.usable) {
        EXPECT_EQ(one.code(), error::unsupported) << t.name;
        EXPECT_EQ(one.message(), "target: this machine cannot run " + t.name);
      }
    }
  }
}

// Run again by the next test in processes of their own; true of this one, too.
TEST(mho_target, names_the_standard_of_a_process) {
  const char* wanted = std::getenv("MHO_TARGET");
  if (wanted != nullptr && is_usable(wanted)) {
    EXPECT_EQ(standard_target(), wanted);
  }
  std::printf("standard target %s.\n", standard_target().c_str());
}

struct outcome {
  int exit_code;
  std::string output;
};

outcome run_with(const std::string& wanted) {
  std::array<char, 4096> self{};
  EXPECT_GT(readlink("/proc/self/exe", self.data(), self.size() - 1), 0);
  const std::string command = "MHO_TARGET='" + wanted + "' '" + self.data() +
                              "' --gtest_filter=mho_target.names_the_standard_of_a_process 2>&1";
  FILE* child = popen(command.c_str(), "r");
  if (child == nullptr) return {-1, ""};
  std::string output;
  for (int c = std::fgetc(child); c != EOF; c = std::fgetc(child)) output += static_cast<char>(c);
  const int how = pclose(child);
  return {WIFEXITED(how) ? WEXITSTATUS(how) : -1, output};
}

TEST(mho_target, of_every_usable_name_is_obeyed) {
  for (const target_info& t : targets()) {
    if (!t.usable) continue;
    const outcome o = run_with(t.name);
    EXPECT_EQ(o.exit_code, 0) << o.output;
    EXPECT_NE(o.output.find("standard target " + t.name + "."), std::string::npos) << o.output;
  }
}

TEST(mho_target, of_an_unknown_name_is_as_if_there_were_none) {
  const outcome none = run_with("");
  const auto standard_line = [](const std::string& text) {
    const std::size_t at = text.find("standard target");
    return at == std::string::npos ? "" : text.substr(at, text.find('\n', at) - at);
  };
  ASSERT_EQ(none.exit_code, 0) << none.output;
  ASSERT_NE(standard_line(none.output), "");
  for (const char* wanted : {"avx9", "AVX2", "auto", "scalar "}) {
    const outcome o = run_with(wanted);
    EXPECT_EQ(o.exit_code, 0) << o.output;
    EXPECT_EQ(standard_line(o.output), standard_line(none.output)) << wanted;
  }
}

}  // namespace
}  // namespace mho
