// PNG in and out, and the order of bits.
#include <gtest/gtest.h>

#include <png.h>

#include <array>
#include <cmath>

#include "picture.hpp"
#include "program.hpp"

namespace mho::sim {
namespace {

picture make_picture(std::size_t width, std::size_t height, std::size_t channels, unsigned depth) {
  picture p{width, height, channels, depth, {}};
  for (std::size_t i = 0; i < width * height * channels; ++i)
    p.samples.push_back(static_cast<std::uint8_t>((i * 37 + i / 5) % (1u << depth)));
  return p;
}

TEST(picture, round_trips_of_every_depth) {
  const test::scratch_folder folder;
  for (const auto& [channels, depth] : {std::pair{1, 1u}, {1, 2u}, {1, 4u}, {1, 8u}, {3, 8u}}) {
    const picture p = make_picture(13, 7, static_cast<std::size_t>(channels), depth);
    ASSERT_TRUE(write_png(folder.path("p.png"), p));
    const auto back = read_png(folder.path("p.png"));
    ASSERT_TRUE(back) << back.message();
    EXPECT_EQ(back->depth, depth);
    EXPECT_EQ(back->channels, p.channels);
    EXPECT_EQ(back->samples, p.samples);
    for (const bool by_column : {false, true})
      EXPECT_EQ(from_bits(p, to_bits(p, by_column), by_column).samples, p.samples);
  }
}

TEST(picture, bits_go_column_by_column_most_significant_first) {
  picture p{2, 2, 1, 2, {0, 1, 2, 3}};  // rows 0 1 / 2 3
  EXPECT_EQ(to_bits(p, true), (std::vector<std::uint8_t>{0, 0, 1, 0, 0, 1, 1, 1}));
  EXPECT_EQ(to_bits(p, false), (std::vector<std::uint8_t>{0, 0, 0, 1, 1, 0, 1, 1}));
}

// A palette PNG of 2x2 pixels with the indices 0 1 / 2 0, the first two colours translucent.
std::string write_palette(const std::string& path) {
  std::FILE* file = std::fopen(path.c_str(), "wb");
  png_structp png = png_create_write_struct(PNG_LIBPNG_VER_STRING, nullptr, nullptr, nullptr);
  png_infop info = png_create_info_struct(png);
  png_init_io(png, file);
  png_set_IHDR(png, info, 2, 2, 8, PNG_COLOR_TYPE_PALETTE, PNG_INTERLACE_NONE, PNG_COMPRESSION_TYPE_DEFAULT,
               PNG_FILTER_TYPE_DEFAULT);
  const std::array<png_color, 3> palette{{{10, 20, 30}, {40, 50, 60}, {70, 80, 90}}};
  png_set_PLTE(png, info, palette.data(), 3);
  std::array<png_byte, 2> alpha{0, 128};
  png_set_tRNS(png, info, alpha.data(), 2, nullptr);
  png_write_info(png, info);
  for (const std::array<png_byte, 2>& row : {std::array<png_byte, 2>{0, 1}, {2, 0}})
    png_write_row(png, row.data());
  png_write_end(png, nullptr);
  png_destroy_write_struct(&png, &info);
  std::fclose(file);
  return path;
}

TEST(picture, transparency_of_a_palette_is_dropped) {
  const test::scratch_folder folder;
  const auto p = read_png(write_palette(folder.path("palette.png")));
  ASSERT_TRUE(p) << p.message();
  EXPECT_EQ(p->channels, 3u);
  EXPECT_EQ(p->depth, 8u);
  EXPECT_EQ(p->samples, (std::vector<std::uint8_t>{10, 20, 30, 40, 50, 60, 70, 80, 90, 10, 20, 30}));
}

TEST(picture, damaged_files_are_refused_without_a_crash) {
  const test::scratch_folder folder;
  ASSERT_TRUE(write_png(folder.path("p.png"), make_picture(40, 40, 3, 8)));
  const std::string whole = test::slurp(folder.path("p.png"));
  for (std::size_t size = 0; size < whole.size(); size += 16)
    EXPECT_FALSE(read_png(folder.write("cut.png", whole.substr(0, size)))) << size;
  for (std::size_t at = 0; at < whole.size(); at += 5) {
    std::string bad = whole;
    bad[at] = static_cast<char>(bad[at] ^ 0x5a);
    const auto p =
        read_png(folder.write("bad.png", bad));  // an error, or a picture where only a text was hit
    if (p) {
      EXPECT_EQ(p->samples.size(), p->width * p->height * p->channels);
    }
  }
  EXPECT_FALSE(read_png(folder.path("none.png")));
}

TEST(picture, psnr_and_errors) {
  picture a{2, 1, 3, 8, {0, 0, 0, 255, 255, 255}}, b = a;
  EXPECT_TRUE(std::isinf(psnr_db(a, b)));
  b.samples[0] = 10;
  b.samples[1] = 10;
  EXPECT_EQ(pixel_errors(a, b), 1u);
  EXPECT_NEAR(psnr_db(a, b), 10 * std::log10(255.0 * 255.0 * 6 / 200), 1e-12);
}

}  // namespace
}  // namespace mho::sim
