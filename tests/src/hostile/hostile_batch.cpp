#include "src/hostile/hostile_batch.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstring>
#include <limits>

namespace mho::test {
namespace {

using cf32 = std::complex<float>;
constexpr float infinity = std::numeric_limits<float>::infinity(),
                nan = std::numeric_limits<float>::quiet_NaN();

float any_float(random_stream& random) { return std::bit_cast<float>(random.word()); }

float power_of_ten(random_stream& random, int most) {
  const auto exponent = static_cast<int>(random.word() % static_cast<unsigned>(2 * most + 1)) - most;
  return static_cast<float>(std::pow(10.0, exponent));
}

float bad_number(random_stream& random) {
  constexpr float bad[] = {nan, infinity, -infinity, -nan};
  return bad[random.word() % 4];
}

}  // namespace

hostile_batch::hostile_batch(std::size_t p, std::size_t r, std::size_t t, std::size_t u, std::uint64_t seed)
    : problems(p), rx(r), tx(t), uses(u), is_hostile(p), hostile_use(p * u), equal_columns(p) {
  random_stream random(seed, 0, 0, 3);
  harmless.h.resize(p * r * t);
  harmless.y.resize(p * u * r);
  harmless.n0.assign(p, 0.1f);
  random.complex_normals(harmless.h);
  random.complex_normals(harmless.y, 0.1f);
  std::vector<cf32> x(t);
  for (std::size_t q = 0; q < p * u; ++q) {
    random.complex_normals(x);
    for (std::size_t i = 0; i < r; ++i)
      for (std::size_t k = 0; k < t; ++k) harmless.y[q * r + i] += harmless.h[(q / u * r + i) * t + k] * x[k];
  }
  mixed = harmless;
  for (std::size_t q = 0; q < p; ++q)
    if (random.word() % 4 != 0) spoil(q, random);
}

void hostile_batch::spoil(std::size_t p, random_stream& random) {
  const auto below = [&](std::size_t n) { return static_cast<std::size_t>(random.word()) % n; };
  cf32* const h = mixed.h.data() + p * rx * tx;
  cf32* const y = mixed.y.data() + p * uses * rx;
  float& n0 = mixed.n0[p];
  const std::size_t size = rx * tx, column = below(tx), other = below(tx), use = below(uses);
  const auto for_column = [&](std::size_t k, auto&& change) {
    for (std::size_t i = 0; i < rx; ++i) change(h[i * tx + k]);
  };
  const auto scale_all = [&](float by) { std::for_each(h, h + size, [by](cf32& x) { x *= by; }); };
  switch (below(20)) {
    case 0:  // one part of one entry
      (below(2) == 0 ? reinterpret_cast<float*>(h)[2 * below(size)]
                     : reinterpret_cast<float*>(h)[2 * below(size) + 1]) = bad_number(random);
      break;
    case 1:
      for_column(column, [](cf32& x) { x = 0; });
      break;
    case 2:  // denormals
      scale_all(1e-40f);
      break;
    case 3:
      scale_all(power_of_ten(random, 30));
      break;
    case 4: {
      const float by = power_of_ten(random, 30);
      for_column(column, [by](cf32& x) { x *= by; });
      break;
    }
    case 5:
      for (std::size_t i = 0; i < rx; ++i) h[i * tx + other] = h[i * tx + column];
      equal_columns[p] = column != other;
      break;
    case 6: {  // nearly equal
      const auto apart = static_cast<float>(std::ldexp(1.0, -static_cast<int>(below(26))));
      for (std::size_t i = 0; column != other && i < rx; ++i)
        h[i * tx + other] = h[i * tx + column] + apart * h[i * tx + other];
      break;
    }
    case 7:  // rank 1
      for (std::size_t i = 0; i < rx; ++i)
        for (std::size_t k = 1; k < tx; ++k) h[i * tx + k] = h[i * tx];
      equal_columns[p] = tx > 1;
      break;
    case 8:
      std::fill_n(h, size, cf32(0));
      break;
    case 9:
      for (std::size_t i = 0; i < size; ++i) h[i] = {any_float(random), any_float(random)};
      break;
    case 10:
      n0 = bad_number(random);
      break;
    case 11:
      n0 = -power_of_ten(random, 38);
      break;
    case 12:
      n0 = below(2) == 0 ? 0.0f : -0.0f;
      break;
    case 13:
      n0 = any_float(random);
      break;
    case 14:
      n0 = power_of_ten(random, 38);
      break;
    case 15:
      n0 = 1e-42f;
      scale_all(power_of_ten(random, 20));
      break;
    case 16:
      reinterpret_cast<float*>(y + use * rx)[below(2 * rx)] = bad_number(random);
      break;
    case 17: {
      const float by = power_of_ten(random, 38);
      for (std::size_t i = 0; i < rx; ++i) y[use * rx + i] *= by;
      break;
    }
    case 18:
      for (std::size_t i = 0; i < rx; ++i) y[use * rx + i] = {any_float(random), any_float(random)};
      break;
    default:  // two at once
      n0 = below(3) == 0 ? 0.0f : power_of_ten(random, 38);
      for_column(column, [by = power_of_ten(random, 18)](cf32& x) { x *= by; });
      for_column(other, [by = power_of_ten(random, 18)](cf32& x) { x *= by; });
  }
  const auto differs = [](const auto& a, const auto& b) { return std::memcmp(&a, &b, sizeof a) != 0; };
  is_hostile[p] = differs(n0, harmless.n0[p]);
  for (std::size_t i = 0; i < size; ++i)
    if (differs(h[i], harmless.h[p * size + i])) is_hostile[p] = true;
  for (std::size_t i = 0; i < uses * rx; ++i)
    if (differs(y[i], harmless.y[p * uses * rx + i])) hostile_use[p * uses + i / rx] = true;
}

}  // namespace mho::test
