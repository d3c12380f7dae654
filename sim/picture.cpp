#include "picture.hpp"

#include <png.h>

#include <cmath>
#include <csetjmp>
#include <cstdio>
#include <limits>
#include <memory>

#include "fnv.hpp"

namespace mho::sim {
namespace {

constexpr png_uint_32 most_pixels = 16384;  // a side

using file_handle = std::unique_ptr<std::FILE, int (*)(std::FILE*)>;

[[noreturn]] void on_error(png_structp png, png_const_charp message) {
  auto* text = static_cast<std::string*>(png_get_error_ptr(png));
  if (text != nullptr) *text = message;
  std::longjmp(png_jmpbuf(png), 1);
}
void on_warning(png_structp, png_const_charp) {}

// longjmp must not skip destructors: these two functions own nothing but what outlives them, and return false
// after one.
bool decode(png_structp png, png_infop info, std::FILE* file, picture& p, std::vector<png_bytep>& rows) {
  if (setjmp(png_jmpbuf(png)) != 0) return false;
  png_init_io(png, file);
  png_set_user_limits(png, most_pixels, most_pixels);
  png_read_info(png, info);
  const png_byte color = png_get_color_type(png, info), depth = png_get_bit_depth(png, info);
  if (depth == 16) png_error(png, "16 bits a sample; 1 to 8 are allowed");
  if (color == PNG_COLOR_TYPE_PALETTE) png_set_palette_to_rgb(png);
  png_set_strip_alpha(png);  // always: a palette brings it too
  png_set_packing(png);      // a sample a byte
  png_set_interlace_handling(png);
  png_read_update_info(png, info);
  p.width = png_get_image_width(png, info);
  p.height = png_get_image_height(png, info);
  p.channels = png_get_channels(png, info);
  if (p.channels != 1 && p.channels != 3) png_error(png, "neither grey nor colour");
  p.depth = (color & PNG_COLOR_MASK_COLOR) != 0 ? 8 : depth;
  p.samples.resize(p.width * p.height * p.channels);
  rows.resize(p.height);
  for (std::size_t y = 0; y < p.height; ++y) rows[y] = p.samples.data() + y * p.width * p.channels;
  png_read_image(png, rows.data());
  png_read_end(png, nullptr);
  return true;
}

bool encode(png_structp png, png_infop info, std::FILE* file, const picture& p,
            std::vector<png_bytep>& rows) {
  if (setjmp(png_jmpbuf(png)) != 0) return false;
  png_init_io(png, file);
  png_set_IHDR(png, info, static_cast<png_uint_32>(p.width), static_cast<png_uint_32>(p.height),
               static_cast<int>(p.depth), p.channels == 3 ? PNG_COLOR_TYPE_RGB : PNG_COLOR_TYPE_GRAY,
               PNG_INTERLACE_NONE, PNG_COMPRESSION_TYPE_DEFAULT, PNG_FILTER_TYPE_DEFAULT);
  png_write_info(png, info);
  png_set_packing(png);
  png_write_image(png, rows.data());
  png_write_end(png, nullptr);
  return true;
}

// Calls visit(sample index) in the order of transmission.
template <class Visit>
void in_order(const picture& p, bool by_column, const Visit& visit) {
  const std::size_t outer = by_column ? p.width : p.height, inner = by_column ? p.height : p.width;
  for (std::size_t i = 0; i < outer; ++i)
    for (std::size_t j = 0; j < inner; ++j) {
      const std::size_t pixel = by_column ? j * p.width + i : i * p.width + j;
      for (std::size_t c = 0; c < p.channels; ++c) visit(pixel * p.channels + c);
    }
}

}  // namespace

result<picture> read_png(const std::string& path) {
  const file_handle file(std::fopen(path.c_str(), "rb"), std::fclose);
  if (!file) return {error::bad_value, "cannot open " + path};
  std::string message;
  picture p;
  std::vector<png_bytep> rows;
  png_structp png = png_create_read_struct(PNG_LIBPNG_VER_STRING, &message, on_error, on_warning);
  png_infop info = png != nullptr ? png_create_info_struct(png) : nullptr;
  const bool done = info != nullptr && decode(png, info, file.get(), p, rows);
  png_destroy_read_struct(&png, &info, nullptr);
  if (!done) return {error::bad_value, path + " is no usable PNG: " + message};
  return p;
}

result<bool> write_png(const std::string& path, const picture& p) {
  const std::string temporary = path + ".part";
  file_handle file(std::fopen(temporary.c_str(), "wb"), std::fclose);
  if (!file) return {error::bad_value, "cannot write " + path};
  std::string message;
  std::vector<std::uint8_t> samples = p.samples;  // libpng takes rows that are not const
  std::vector<png_bytep> rows(p.height);
  for (std::size_t y = 0; y < p.height; ++y) rows[y] = samples.data() + y * p.width * p.channels;
  png_structp png = png_create_write_struct(PNG_LIBPNG_VER_STRING, &message, on_error, on_warning);
  png_infop info = png != nullptr ? png_create_info_struct(png) : nullptr;
  const bool done = info != nullptr && encode(png, info, file.get(), p, rows);
  png_destroy_write_struct(&png, &info);
  if (!done) return {error::bad_value, "cannot write " + path + ": " + message};
  if (std::fclose(file.release()) != 0 || std::rename(temporary.c_str(), path.c_str()) != 0)
    return {error::bad_value, "cannot write " + path};
  return true;
}

std::vector<std::uint8_t> to_bits(const picture& p, bool by_column) {
  std::vector<std::uint8_t> bits;
  bits.reserve(p.samples.size() * p.depth);
  in_order(p, by_column, [&](std::size_t sample) {
    for (unsigned b = p.depth; b-- > 0;) bits.push_back((p.samples[sample] >> b) & 1);
  });
  return bits;
}

picture from_bits(const picture& format, const std::vector<std::uint8_t>& bits, bool by_column) {
  picture p = format;
  std::size_t at = 0;
  in_order(p, by_column, [&](std::size_t sample) {
    unsigned value = 0;
    for (unsigned b = 0; b < p.depth; ++b) value = 2 * value + bits[at++];
    p.samples[sample] = static_cast<std::uint8_t>(value);
  });
  return p;
}

std::uint64_t pixel_errors(const picture& a, const picture& b) {
  std::uint64_t errors = 0;
  for (std::size_t pixel = 0; pixel < a.width * a.height; ++pixel) {
    bool differs = false;
    for (std::size_t c = 0; c < a.channels; ++c)
      differs = differs || a.samples[pixel * a.channels + c] != b.samples[pixel * a.channels + c];
    errors += differs;
  }
  return errors;
}

std::string checksum(const picture& p) {
  fnv_digest sum;
  for (const std::size_t part : {p.width, p.height, p.channels, std::size_t{p.depth}}) sum.add(part);
  for (const std::uint8_t sample : p.samples) sum.add(sample);
  return sum.text();
}

double psnr_db(const picture& a, const picture& b) {
  double squares = 0;
  for (std::size_t i = 0; i < a.samples.size(); ++i)
    squares += std::pow(static_cast<double>(a.samples[i]) - static_cast<double>(b.samples[i]), 2);
  if (squares == 0) return std::numeric_limits<double>::infinity();
  const double peak = std::ldexp(1.0, static_cast<int>(a.depth)) - 1;
  return 10 * std::log10(peak * peak * static_cast<double>(a.samples.size()) / squares);
}

}  // namespace mho::sim
