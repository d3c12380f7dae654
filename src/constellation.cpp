#include <mho/constellation.hpp>

#include <array>
#include <cmath>
#include <limits>
#include <string>
#include <utility>

#include <mho/options.hpp>

#include "kernels/demap.hpp"
#include "kernels/targets.hpp"

namespace mho {
namespace {

constexpr std::array<std::pair<const char*, std::size_t>, 6> known = {
    {{"qpsk", 4}, {"16qam", 16}, {"64qam", 64}, {"256qam", 256}, {"1024qam", 1024}, {"4096qam", 4096}}};

// Bit `place` of an axis label (0: the first, most significant) sits at this place of the symbol's label.
unsigned symbol_place(mapping map, unsigned axis_bits, bool imaginary, unsigned place) {
  if (map == mapping::three_gpp) return 2 * place + (imaginary ? 1 : 0);
  return place + (imaginary ? axis_bits : 0);
}

}  // namespace

result<constellation> constellation::make(std::size_t points, mapping map) {
  unsigned axis_bits = 0;
  for (const auto& [name, size] : known) {
    ++axis_bits;
    if (size == points) break;
    if (size == known.back().second)
      return {error::bad_value, "constellation: points must be one of 4, 16, 64, 256, 1024, 4096, not " +
                                    std::to_string(points)};
  }
  const std::size_t levels = std::size_t{1} << axis_bits;
  constellation made;
  made.axis_bits_ = axis_bits;
  made.mapping_ = map;
  made.kernels_ = find_demap_kernels(target_bit("auto"));

  // Levels step (2 i + 1 - r), r = sqrt(M); E|s|^2 = 2 step^2 (M - 1) / 3 = 1.
  const double step = std::sqrt(1.5 / static_cast<double>(points - 1));
  made.cells_per_unit_ = static_cast<float>(0.5 / step);
  for (std::size_t i = 0; i < levels; ++i) {
    made.levels_.push_back(
        static_cast<float>(step * (2.0 * static_cast<double>(i) + 1 - static_cast<double>(levels))));
    // Binary-reflected Gray with 0..0 at the most negative level; 38.211's labels are its complement.
    const std::size_t gray = i ^ (i >> 1);
    made.axis_label_.push_back(
        static_cast<std::uint32_t>(map == mapping::three_gpp ? gray ^ (levels - 1) : gray));
  }

  // An edge is the smallest float that is not nearer to the level below it: decisions between the float
  // points are exact, ties included.
  constexpr float infinity = std::numeric_limits<float>::infinity();
  made.lower_edge_.push_back(-infinity);
  for (std::size_t i = 1; i < levels; ++i) {
    const double middle = (static_cast<double>(made.levels_[i - 1]) + made.levels_[i]) / 2;
    float edge = static_cast<float>(middle);
    if (edge < middle) edge = std::nextafter(edge, infinity);
    made.lower_edge_.push_back(edge);
  }

  for (std::size_t i = 0; i < levels; ++i) {
    std::uint32_t real = 0, imag = 0;
    for (unsigned j = 0; j < axis_bits; ++j) {
      const std::uint32_t bit = (made.axis_label_[i] >> (axis_bits - 1 - j)) & 1;
      real |= bit << (2 * axis_bits - 1 - symbol_place(map, axis_bits, false, j));
      imag |= bit << (2 * axis_bits - 1 - symbol_place(map, axis_bits, true, j));

      // The nearest level with the other value of the bit is the same for a whole cell: the runs of equal
      // bits of a reflected Gray code have even length or end the axis, so what is equally far lies at a
      // cell's edge.
      std::size_t other = levels;
      for (std::size_t distance = 1; other == levels; ++distance)
        for (const std::size_t at : {i - distance, i + distance})  // i - distance < 0 wraps to a huge number
          if (at < levels && ((made.axis_label_[at] >> (axis_bits - 1 - j)) & 1) != bit) other = at;
      const double own = made.levels_[i], opposite = made.levels_[other];
      // ((x - opposite)^2 - (x - own)^2) / variance, negated where the nearest level stands for a 1.
      made.segments_.push_back({(bit == 0 ? 2 : -2) * (own - opposite), (own + opposite) / 2});
    }
    made.real_label_.push_back(real);
    made.imag_label_.push_back(imag);
  }

  made.points_.resize(points);
  for (std::size_t i = 0; i < levels; ++i)
    for (std::size_t q = 0; q < levels; ++q)
      made.points_[made.real_label_[i] | made.imag_label_[q]] = {made.levels_[i], made.levels_[q]};
  return made;
}

result<constellation> constellation::parse(std::string_view name, mapping map) {
  std::vector<std::string> names;
  for (const auto& [known_name, size] : known) {
    if (name == known_name) return make(size, map);
    names.emplace_back(known_name);
  }
  return {error::unknown_name,
          std::string(name) + ": unknown modulation; the nearest known one is " + mho::nearest(name, names)};
}

void constellation::map(std::span<const std::uint8_t> in, std::span<std::complex<float>> out) const noexcept {
  const unsigned width = bits();
  const std::uint8_t* bit = in.data();
  for (std::complex<float>& symbol : out) {
    std::uint32_t label = 0;
    for (unsigned j = 0; j < width; ++j) label = (label << 1) | (*bit++ & 1u);
    symbol = points_[label];
  }
}

}  // namespace mho
