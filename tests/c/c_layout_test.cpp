// The structures of the face for C keep their layout: programs that were compiled with an older header go on
// working with a newer library.
#include <gtest/gtest.h>

#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <set>
#include <sstream>
#include <string>

#include "c_face.h"

namespace {

std::string layout() {
  char* text = nullptr;
  std::size_t size = 0;
  std::FILE* to = open_memstream(&text, &size);
  c_layout(to);
  std::fclose(to);
  std::string all(text, size);
  std::free(text);
  return all;
}

// A structure that is changed on purpose, its new members taken from `reserved`, is stored with that change.
TEST(c_layout, is_the_stored_one) {
#if defined(__x86_64__) && defined(__LP64__)
  std::ifstream file(MHO_TEST_DATA "/abi/c-layout-x86_64.txt");
  std::stringstream stored;
  stored << file.rdbuf();
  ASSERT_TRUE(file.is_open());
  EXPECT_EQ(layout(), stored.str());
#else
  GTEST_SKIP() << "the stored numbers are those of x86-64";
#endif
}

// Else a new member could hide between those that are listed.
TEST(c_layout, lists_every_member) {
  std::istringstream lines(layout());
  std::string line;
  std::size_t end = 0, total = 0;
  const auto finish = [&] {
    EXPECT_LE(end, total) << "before " << line;
    EXPECT_LT(total - end, sizeof(void*)) << "a member is missing before " << line;
  };
  while (std::getline(lines, line)) {
    std::istringstream words(line);
    std::string name;
    std::size_t offset = 0, size = 0;
    words >> name >> offset;
    if (name.find('.') == std::string::npos) {
      finish();
      total = offset;
      end = 0;
      continue;
    }
    ASSERT_TRUE(words >> size) << line;
    EXPECT_GE(offset, end) << line;
    EXPECT_LT(offset - end, sizeof(void*)) << "a member is missing before " << line;
    end = offset + size;
  }
  finish();
}

// Every structure that the header defines.
TEST(c_layout, lists_every_structure) {
  std::ifstream header(MHO_TYPES_HEADER);
  ASSERT_TRUE(header.is_open());
  std::multiset<std::string> defined, listed;
  for (std::string line; std::getline(header, line);)
    if (line.starts_with("} ") && line.ends_with(";")) defined.insert(line.substr(2, line.size() - 3));
  std::istringstream lines(layout());
  for (std::string line; std::getline(lines, line);)
    if (line.find('.') == std::string::npos) listed.insert(line.substr(0, line.find(' ')));
  EXPECT_FALSE(defined.empty());
  EXPECT_EQ(defined, listed);
}

}  // namespace
