/// \file
/// Pictures: PNG in and out, and their bits.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include <mho/error.hpp>

namespace mho::sim {

/// Grey (1 channel) or colour (3 channels) of 1, 2, 4 or 8 bits a sample (colour: 8).
struct picture {
  std::size_t width = 0, height = 0, channels = 1;
  unsigned depth = 8;
  std::vector<std::uint8_t> samples;  ///< [row][column][channel], values below 2^depth
};

/// Reads a PNG. Palettes become 8-bit colour, transparency is dropped. Errors: bad_value for what is no PNG,
/// is damaged, has 16 bits a sample, or more than 16384 pixels a side.
result<picture> read_png(const std::string& path);

/// Writes a PNG of the picture's own depth. Errors: bad_value with the reason.
result<bool> write_png(const std::string& path, const picture& p);

/// All samples, `depth` bits each (one a byte), most significant first; columns first if `by_column`, the
/// channels of a pixel together.
std::vector<std::uint8_t> to_bits(const picture& p, bool by_column);

/// The inverse, for a picture of the same format.
picture from_bits(const picture& format, const std::vector<std::uint8_t>& bits, bool by_column);

/// Pixels that differ.
std::uint64_t pixel_errors(const picture& a, const picture& b);

/// A checksum of format and samples, 16 hexadecimal digits (FNV-1a).
std::string checksum(const picture& p);

/// Peak signal-to-noise ratio in dB; +infinity if equal.
double psnr_db(const picture& a, const picture& b);

}  // namespace mho::sim
