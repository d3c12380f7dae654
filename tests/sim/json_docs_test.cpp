// The tables of docs/result-files.md have the keys that --json prints, and no others.
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <set>
#include <sstream>

#include "program.hpp"
#include "recorded/h5py.hpp"

namespace mho::test {
namespace {

using nlohmann::json;
using names = std::set<std::string>;

// Paths to everything that is no object: entries of lists share theirs.
void collect(const json& value, const std::string& path, names& to) {
  bool has_objects = value.is_object();
  if (value.is_array())
    for (const json& entry : value) has_objects = has_objects || entry.is_object();
  if (!has_objects) {
    to.insert(path);
  } else if (value.is_array()) {
    for (const json& entry : value) collect(entry, path, to);
  } else {
    for (const auto& [key, inner] : value.items()) collect(inner, path.empty() ? key : path + "." + key, to);
  }
}

// Without those that are null in one place and an object in another.
names leaves(const std::vector<std::string>& commands) {
  names all, kept;
  for (const std::string& command : commands) {
    const outcome o = run_mho(command);
    EXPECT_EQ(o.status, 0) << command << ": " << o.err;
    collect(json::parse(o.out), "", all);
  }
  for (const std::string& path : all) {
    const auto inner = all.lower_bound(path + ".");
    if (inner == all.end() || inner->rfind(path + ".", 0) != 0) kept.insert(path);
  }
  return kept;
}

// a.{b,c}.d is a.b.d and a.c.d.
void expand(const std::string& text, names& to) {
  const std::size_t open = text.find('{'), close = text.find('}');
  if (open == std::string::npos) {
    EXPECT_TRUE(to.insert(text).second) << text << " stands twice";
    return;
  }
  std::istringstream choices(text.substr(open + 1, close - open - 1));
  for (std::string choice; std::getline(choices, choice, ',');)
    expand(text.substr(0, open) + choice + text.substr(close + 1), to);
}

names documented(const std::string& command) {
  const std::string page = slurp(std::string(MHO_DOCS) + "/result-files.md");
  const std::size_t from = page.find("### " + command + "\n");
  EXPECT_NE(from, std::string::npos) << command;
  std::istringstream lines(page.substr(from, page.find("\n##", from + 1) - from));
  names keys;
  for (std::string line; std::getline(lines, line);)
    if (line.rfind("| `", 0) == 0) expand(line.substr(3, line.find('`', 3) - 3), keys);
  return keys;
}

class json_docs : public testing::Test {
 protected:
  scratch_folder folder;
  std::string system = " --matrix " + folder.write("a.csv", "1,0.2\n0.2,0.8\n") + " --rhs " +
                       folder.write("b.csv", "0.3\n-0.1\n") + " --json";
  std::string samples = " --samples " + folder.write("x.csv", "0.1\n0.2\n0.4\n0.8\n") + " --bits 2 --json";
};

TEST_F(json_docs, solve) { EXPECT_EQ(documented("mho solve"), leaves({"solve" + system})); }

TEST_F(json_docs, adc) {
  EXPECT_EQ(documented("mho adc"),
            leaves({"adc" + samples, "adc" + samples + " --set converter.device=windows"}));
}

TEST_F(json_docs, netlist) {
  const std::string command = "netlist" + system + " --out " + folder.path("x.cir") + " --analysis ";
  for (const char* analysis : {"op", "tran", "noise"})
    for (const char* circuit : {"inv", "ginv", "mvm"})
      EXPECT_EQ(documented("mho netlist"), leaves({command + analysis + " --circuit " + circuit}))
          << analysis;
}

TEST_F(json_docs, cost) {
  const std::string command = "cost --json --no-measure ";
  EXPECT_EQ(documented("mho cost"), leaves({command + "--sizes 4,64", command + "--rx 16 --tx 4"}));
}

#ifdef MHO_HAVE_HDF5
TEST_F(json_docs, detect) {
  if (const std::string why = no_h5py(); !why.empty()) GTEST_SKIP() << why;
  ASSERT_TRUE(make_example(folder.path("in.h5"), "--problems 2"));
  const std::string command =
      "detect " + folder.path("in.h5") + " --json --out " + folder.path("out.h5") + " --detector ";
  for (const char* detector : {"zf", "analog-zf --set modulation=16qam"})
    EXPECT_EQ(documented("mho detect"), leaves({command + detector})) << detector;
}
#endif

}  // namespace
}  // namespace mho::test
