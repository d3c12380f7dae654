#include "integer_llr.hpp"

namespace mho {
namespace {

template <class T>
std::size_t quantise_all(const view& llr, const view& out) noexcept {
  std::size_t clipped = 0;
  for (std::size_t i = 0; i < out.extent[0]; ++i)
    for (std::size_t j = 0; j < out.extent[1]; ++j)
      for (std::size_t k = 0; k < out.extent[2]; ++k)
        clipped += quantise(&llr.at<float>(i, j, k), 1, out.scale, &out.at<T>(i, j, k));
  return clipped;
}

}  // namespace

std::size_t quantise(const view& llr, const view& out) noexcept {
  return out.type == element::i8 ? quantise_all<std::int8_t>(llr, out) : quantise_all<std::int16_t>(llr, out);
}

void clear_llr(const view& llr, std::size_t p, std::size_t u, std::size_t b) noexcept {
  if (llr.type == element::f32) llr.at<float>(p, u, b) = 0;
  if (llr.type == element::i8) llr.at<std::int8_t>(p, u, b) = 0;
  if (llr.type == element::i16) llr.at<std::int16_t>(p, u, b) = 0;
}

error check_llr_type(const view& llr) noexcept {
  if (llr.type == element::f32) return error::none;
  if (llr.type != element::i8 && llr.type != element::i16) return error::unsupported;
  return std::isfinite(llr.scale) && llr.scale > 0 ? error::none : error::bad_value;
}

}  // namespace mho
