// Packs of systems against the plain path: equality to the last bit, on every target.
#include "analog/batch.hpp"

#include <gtest/gtest.h>

#include <bit>
#include <cmath>
#include <limits>

#include "detect/analog_digest.hpp"
#include "kernels/linear.hpp"
#include "src/analog/gram.hpp"
#include "src/kernels/packs.hpp"

namespace mho {
namespace {

using analog::batch_solver;
using test::gram_system;

constexpr std::size_t cycles = 3;

// A system of n unknowns, row-major, and a right-hand side.
struct real_system {
  std::vector<double> a, b;
};

// Well- and ill-conditioned Gram matrices, and matrices that ask for what few do.
std::vector<real_system> systems(std::size_t n, bool complex_valued) {
  std::vector<real_system> all;
  const auto add = [&](std::size_t rx, std::uint64_t number) {
    if (complex_valued) {
      const gram_system s(rx, n / 2, number);
      all.push_back({s.expanded, s.b});
      return;
    }
    // H^H H of a real part is as good a real matrix as any.
    const gram_system s(rx, n, number);
    real_system r{std::vector<double>(n * n),
                  std::vector<double>(s.b.begin(), s.b.begin() + static_cast<long>(n))};
    for (std::size_t i = 0; i < n; ++i)
      for (std::size_t j = 0; j < n; ++j)
        r.a[i * n + j] = s.gram(static_cast<long>(i), static_cast<long>(j)).real();
    all.push_back(r);
  };
  const std::size_t tx = complex_valued ? n / 2 : n;
  for (std::uint64_t k = 0; k < 9; ++k) add(8 * tx, k);
  for (std::uint64_t k = 0; k < 9; ++k) add(tx, k);
  const auto change = [&](auto&& how) {
    real_system s = all[all.size() % 5];
    how(s);
    all.push_back(s);
  };
  change([&](real_system& s) { s.a[n * n - 1] = std::nan(""); });
  change([&](real_system& s) { s.a[0] = std::numeric_limits<double>::infinity(); });
  change([](real_system& s) { std::fill(s.a.begin(), s.a.end(), 0.0); });
  change([&](real_system& s) {  // equal blocks
    std::fill(s.a.begin(), s.a.end(), 0.0);
    for (std::size_t i = 0; i < n; ++i) s.a[i * n + i] = 2;
  });
  change([&](real_system& s) {  // no resistor for the diagonal
    for (std::size_t i = 0; i < n; ++i) s.a[i * n + i] = -s.a[i * n + i];
  });
  change([](real_system& s) {
    for (double& v : s.a) v = std::ldexp(v, -1030);
  });
  change([](real_system& s) {
    for (double& v : s.a) v = std::ldexp(v, 920);
  });
  change([&](real_system& s) {  // not symmetric: pivoting
    for (std::size_t i = 0; i < n; ++i)
      for (std::size_t j = i + 1; j < n; ++j) s.a[i * n + j] = 4 * s.a[j * n + i];
  });
  change([](real_system& s) {  // the norm overflows
    for (double& v : s.b) v *= 1e300;
  });
  change([](real_system& s) { std::fill(s.b.begin(), s.b.end(), 0.0); });
  change([](real_system& s) { s.b[0] = std::nan(""); });
  for (std::uint64_t k = 0; k < 4; ++k) add(2 * tx, 50 + k);
  return all;
}

struct setting {
  const char* what;
  const char* preset;
  options values;
};

std::vector<setting> settings() {
  const auto count = [](std::int64_t v) { return option_value(v); };
  return {{"paper", "paper", {}},
          {"ideal", "ideal", {}},
          {"schur", "paper", {{"solver.blocks", "schur"}}},
          {"no converters", "paper", {{"converter.dac_bits", count(0)}, {"converter.adc_bits", count(0)}}},
          {"one bit, twelve bits",
           "paper",
           {{"converter.dac_bits", count(1)}, {"converter.adc_bits", count(12)}}},
          {"offsets", "paper", {{"circuit.offset_volt", 3e-3}}},
          {"offsets, schur", "paper", {{"circuit.offset_volt", 3e-3}, {"solver.blocks", "schur"}}},
          {"extra error", "paper", {{"solver.extra_error", 0.2}}},
          {"binary, truncated", "paper", {{"solver.slice_scale", "binary"}, {"array.rounding", "truncate"}}},
          {"uniform, 16 slices", "paper", {{"device.write_error", "uniform"}, {"solver.slices", count(16)}}},
          {"normal, 1 slice", "paper", {{"device.write_error", "normal"}, {"solver.slices", count(1)}}},
          {"large errors", "paper", {{"device.write_error", "normal"}, {"device.write_error_siemens", 1e-5}}},
          {"arrays of 1", "paper", {{"array.size", count(1)}}},
          {"arrays of 2", "paper", {{"array.size", count(2)}}},
          {"arrays of 3", "paper", {{"array.size", count(3)}}},
          {"arrays of 8", "paper", {{"array.size", count(8)}, {"circuit.open_loop_gain", 100.0}}},
          {"arrays of 32", "paper", {{"array.size", count(32)}}}};
}

bool same(double a, double b) { return a == b || (std::isnan(a) && std::isnan(b)); }

class analog_batch : public testing::TestWithParam<std::string> {
 protected:
  const analog_kernels& k = *find_analog_kernels(target_bit(GetParam()));

  void compare(const setting& s, std::size_t n, bool complex_valued) const {
    const options values = accelerator_options(s.preset, s.values).value();
    const analog_solver plain =
        analog_solver::make(values, complex_valued ? n / 2 : n, complex_valued).value();
    constexpr std::uint64_t seed = 5;
    const batch_solver batch(analog::typed(values), plain, complex_valued, seed, k);
    const std::vector<real_system> all = systems(n, complex_valued);
    const std::size_t lanes = k.lanes, size = plain.state_size();
    const std::vector<double> nothing(n * n);
    aligned_buffer<double> a, programmed, b, x, left, scratch;
    a.reserve(n * n * lanes);
    programmed.reserve(size * lanes);
    b.reserve(n * lanes);
    x.reserve(cycles * n * lanes);
    left.reserve(cycles * lanes);
    scratch.reserve(batch.scratch_size());
    std::fill_n(scratch.data(), batch.scratch_size(), std::nan(""));
    std::vector<double> state(size), own(plain.scratch_size()), one(cycles * n), residual(cycles);
    for (std::size_t first = 0; first < all.size(); first += lanes) {
      const std::size_t used = std::min(lanes, all.size() - first);
      std::vector<analog_identity> who(used);
      std::vector<status> found(used, status::ok), solved(used);
      std::vector<std::size_t> done(used);
      for (std::size_t l = 0; l < lanes; ++l) {
        const real_system& system = all[first + (l < used ? l : 0)];
        for (std::size_t e = 0; e < n * n; ++e) a.data()[e * lanes + l] = system.a[e];
        for (std::size_t e = 0; e < n; ++e) b.data()[e * lanes + l] = system.b[e];
        if (l < used) who[l] = {seed, 7, first + l, 3};
      }
      batch.program(a.data(), who, programmed.data(), found, scratch.data());
      batch.solve(programmed.data(), b.data(), cycles, who, x.data(), left.data(), solved, done,
                  scratch.data());
      for (std::size_t l = 0; l < used; ++l) {
        const std::string where = std::string(s.what) + ", n = " + std::to_string(n) +
                                  (complex_valued ? " complex" : " real") + ", system " +
                                  std::to_string(first + l);
        ASSERT_EQ(found[l], plain.program(all[first + l].a.data(), who[l], state, own)) << where;
        if (is_failed(found[l])) continue;
        for (std::size_t e = 0; e < size; ++e)
          ASSERT_TRUE(same(programmed.data()[e * lanes + l], state[e])) << where << ", state " << e;
        std::size_t finished = 0;
        ASSERT_EQ(solved[l],
                  plain.solve(state, all[first + l].b.data(), cycles, who[l], one, residual, own, &finished))
            << where;
        ASSERT_EQ(done[l], finished) << where;
        for (std::size_t e = 0; e < finished * n; ++e)
          ASSERT_TRUE(same(x.data()[e * lanes + l], one[e])) << where << ", x " << e;
        for (std::size_t c = 0; c < finished; ++c)
          ASSERT_TRUE(same(left.data()[c * lanes + l], residual[c])) << where << ", residual " << c;
      }
    }
  }
};

TEST_P(analog_batch, is_the_plain_path_to_the_last_bit) {
  for (const setting& s : settings()) {
    for (std::size_t n = 2; n <= 16; n += 2) compare(s, n, true);
    for (const std::size_t n : {1u, 3u, 5u, 12u}) compare(s, n, false);
  }
  compare(settings()[0], 34, true);  // 17 streams: whole blocks of padding
  compare(settings()[2], 34, true);
  compare(settings()[0], 64, true);
}

TEST_P(analog_batch, digests_gram_matrices_as_the_plain_path_does) {
  for (const bool loaded : {false, true})
    for (std::size_t tx = 1; tx <= 9; ++tx) {
      const std::size_t lanes = k.lanes, systems = 40;
      const auto threshold = static_cast<double>(singular_threshold<float>(tx));
      aligned_buffer<double> g, n0, gain, variance, found, scratch;
      g.reserve(2 * tx * tx * lanes);
      for (aligned_buffer<double>* entry : {&n0, &found}) entry->reserve(lanes);
      for (aligned_buffer<double>* entries : {&gain, &variance}) entries->reserve(tx * lanes);
      scratch.reserve((2 * tx * tx + 3 * tx) * lanes);
      std::vector<std::complex<double>> whole(tx * tx), factor(tx * tx), column(tx);
      std::vector<double> inverse(tx), expected_gain(tx), expected_variance(tx);
      for (std::size_t first = 0; first < systems; first += lanes) {
        const auto matrix = [&](std::size_t l) {
          const std::size_t number = first + l;
          gram_system s(number % 3 == 0 ? tx : 4 * tx, tx, number);
          if (number % 7 == 3) s.gram(static_cast<long>(tx - 1), 0) = std::nan("");
          if (number % 7 == 4) s.gram(0, 0) = 0;
          if (number % 7 == 5) s.gram.setOnes();
          return s.gram;
        };
        const auto level = [&](std::size_t l) {
          return std::ldexp(1.0, static_cast<int>((first + l) % 40) - 20);
        };
        for (std::size_t l = 0; l < lanes; ++l) {
          const auto m = matrix(l);
          for (std::size_t e = 0; e < tx * tx; ++e) {
            g.data()[2 * e * lanes + l] = m.data()[e].real();
            g.data()[(2 * e + 1) * lanes + l] = e / tx == e % tx ? 0 : m.data()[e].imag();
          }
          n0.data()[l] = level(l);
          found.data()[l] = 0;
        }
        k.digest(g.data(), tx, n0.data(), loaded, threshold, gain.data(), variance.data(), found.data(),
                 scratch.data());
        for (std::size_t l = 0; l < lanes; ++l) {
          const auto m = matrix(l);
          for (std::size_t i = 0; i < tx; ++i)
            for (std::size_t j = 0; j <= i; ++j) {
              whole[i * tx + j] = m.data()[i * tx + j];
              if (i == j) whole[i * tx + j].imag(0);
              whole[j * tx + i] = std::conj(whole[i * tx + j]);
            }
          const std::string where = std::to_string(tx) + " streams, system " + std::to_string(first + l);
          status expected = check_gram(whole.data(), tx);
          if (!is_failed(expected))
            expected = digest_analog(whole.data(), tx, level(l), loaded, {factor, column, inverse},
                                     expected_gain.data(), expected_variance.data());
          const auto verdict_found = static_cast<verdict>(static_cast<int>(found.data()[l]));
          ASSERT_EQ(expected == status::ok, verdict_found == verdict::ok) << where;
          ASSERT_EQ(expected == status::not_finite, verdict_found == verdict::not_finite) << where;
          ASSERT_EQ(expected == status::out_of_range, verdict_found == verdict::out_of_range) << where;
          for (std::size_t i = 0; i < tx && expected == status::ok; ++i) {
            ASSERT_TRUE(same(gain.data()[i * lanes + l], expected_gain[i])) << where;
            ASSERT_TRUE(same(variance.data()[i * lanes + l], expected_variance[i])) << where;
          }
        }
      }
    }
}

MHO_ON_EVERY_TARGET(analog_batch);

}  // namespace
}  // namespace mho
