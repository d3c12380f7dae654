// Where the pictures of a montage stand: the original first, every SNR's pictures in rows of their own right
// of it.
#include <gtest/gtest.h>

#include <cmath>
#include <sstream>

#include "montage.hpp"
#include "picture.hpp"
#include "program.hpp"

namespace mho::sim {
namespace {

struct place {
  double left = 0, right = 0, top = 0, bottom = 0;
};

// The places that the script gives to `pictures` pictures of which `group` belong to one SNR.
std::vector<place> places(std::size_t pictures, std::size_t group) {
  const test::scratch_folder folder;
  const picture p{4, 2, 1, 8, std::vector<std::uint8_t>(8, 100)};
  EXPECT_TRUE(write_png(folder.path("p.png"), p));
  scenario s;
  s.title = "t";
  EXPECT_TRUE(draw_montage(
      folder.path(), s, std::vector<montage_entry>(pictures, {"p.png", "a\nb", p.width, p.height}), group));
  EXPECT_EQ(test::slurp(folder.path("montage.png")).substr(1, 3), "PNG");
  std::istringstream script(test::slurp(folder.path("montage.gnuplot")));
  std::vector<place> all(1);
  for (std::string set, side, at, screen; script >> set;) {
    if (set == "plot") all.emplace_back();
    if (set != "set") continue;
    script >> side;
    double* const to = side == "lmargin"   ? &all.back().left
                       : side == "rmargin" ? &all.back().right
                       : side == "tmargin" ? &all.back().top
                       : side == "bmargin" ? &all.back().bottom
                                           : nullptr;
    if (to != nullptr) script >> at >> screen >> *to;
  }
  all.pop_back();
  return all;
}

TEST(montage, every_snr_starts_a_row_below_the_first_recovered_picture) {
  const std::vector<place> at = places(1 + 2 * 4, 4);
  ASSERT_EQ(at.size(), 9u);
  for (std::size_t i = 1; i <= 4; ++i) {
    EXPECT_EQ(at[i].top, at[0].top);
    EXPECT_EQ(at[i + 4].left, at[i].left);
    EXPECT_GE(at[i].left, at[i - 1].right);
    EXPECT_LT(at[i + 4].top, at[i].bottom);
  }
}

TEST(montage, many_curves_take_several_rows_and_pictures_do_not_overlap) {
  for (const auto& [pictures, group] : {std::pair{2, 1}, {1 + 3, 1}, {1 + 7, 7}, {1 + 3 * 11, 11}}) {
    const std::vector<place> at = places(static_cast<std::size_t>(pictures), static_cast<std::size_t>(group));
    ASSERT_EQ(at.size(), static_cast<std::size_t>(pictures));
    for (std::size_t i = 0; i < at.size(); ++i) {
      EXPECT_TRUE(0 <= at[i].left && at[i].left < at[i].right && at[i].right <= 1) << i;
      EXPECT_TRUE(0 <= at[i].bottom && at[i].bottom < at[i].top && at[i].top <= 1) << i;
      for (std::size_t j = 0; j < i; ++j)
        EXPECT_TRUE(at[i].left >= at[j].right || at[j].left >= at[i].right || at[i].top <= at[j].bottom ||
                    at[j].top <= at[i].bottom)
            << i << ' ' << j;
      EXPECT_GE(at[i].left, i > 0 ? at[0].right : 0);
    }
  }
}

}  // namespace
}  // namespace mho::sim
