// Whole links, thousands of times: whether their intervals hold the true bit error rate, and whether their
// estimates are right on average however their points end.
#include <gtest/gtest.h>

#include <atomic>
#include <cmath>

#include "closed_form.hpp"
#include "for_chunks.hpp"
#include "link.hpp"
#include "stopping.hpp"

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define MHO_SLOW
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define MHO_SLOW
#endif
#endif

namespace mho::sim {
namespace {

#ifdef MHO_SLOW
constexpr std::size_t repetitions = 250;
#else
constexpr std::size_t repetitions = 4000;
#endif

struct link_case {
  const char* what;
  scenario settings;
  double truth, truth_error;  // the second a standard deviation, of a truth that was simulated
  bool many;                  // 100 errored uses or more in nearly every repetition
  bool late = false;          // errors over bits of all chunks, the last one included, are 30 % off and more
};

scenario link_of(const std::string& detector, std::size_t rx, const std::string& modulation, double snr,
                 std::uint64_t bits) {
  scenario s;
  s.link.rx = rx;
  s.link.tx = 4;
  s.link.modulation = modulation;
  s.link.snr = {snr};
  s.stop.min_bits = s.stop.max_bits = bits;
  detector_settings d;
  d.id = d.label = detector;
  d.spec = detector_spec(detector);
  s.detectors = {d};
  return s;
}

template <class Change>
scenario with(scenario s, Change change) {
  change(s);
  return s;
}

auto until(std::uint64_t bit_errors, std::uint64_t max_bits) {
  return [=](scenario& s) {
    s.stop.bit_errors = bit_errors;
    s.stop.min_bits = 1;
    s.stop.max_bits = max_bits;
  };
}

// Zero forcing 4x4: one branch of Rayleigh fading, N0 = tx / SNR.
double zf_4x4(double snr) { return ber_rayleigh(16, 1, std::pow(10.0, snr / 10) / 4); }

// MMSE has no closed form: errors of 400,007,168 bits (and the deviation that their sets give), by
//     mho ber FILE.toml --seed 20260101
// with [link] rx = 16, tx = 4, modulation = "16qam", snr_db = [6, 12], [stop] min_bits = max_bits =
// 400_000_000 and the detector mmse.
constexpr double mmse_16x4_6_db = 17487627 / 400007168.0, mmse_16x4_6_db_error = 1.06e-5,
                 mmse_16x4_12_db = 514609 / 400007168.0, mmse_16x4_12_db_error = 1.84e-6;

std::vector<link_case> cases() {
  const auto awgn = [](scenario& s) { s.link.channel = "awgn"; };
  const auto ofdm = [](scenario& s) {  // grids of 16 resource elements, which fade together
    s.link.channel = "tdl-a";
    s.channel.model = {{"subcarriers", std::int64_t{4}}, {"symbols", std::int64_t{4}}};
  };
  const auto sets_of_16 = [](scenario& s) { s.link.uses_per_channel = 16; };
  const auto zf = [](double snr, std::uint64_t bits) { return link_of("zf", 4, "16qam", snr, bits); };
  const auto mmse = [](double snr, std::uint64_t bits) { return link_of("mmse", 16, "16qam", snr, bits); };
  return {
      {"ZF 4x4, most uses err", zf(20, 8192), zf_4x4(20), 0, true},
      {"ZF 4x4, clustered errors", zf(26, 16384), zf_4x4(26), 0, true},
      {"ZF 4x4, 24 errored uses", zf(34, 16384), zf_4x4(34), 0, false},
      {"ZF 4x4, three errored uses", zf(40, 8192), zf_4x4(40), 0, false},
      {"ZF 4x4, 16 uses a channel", with(zf(20, 32768), sets_of_16), zf_4x4(20), 0, true},
      {"ZF 4x4, 16 uses a channel, five errored channels", with(zf(34, 16384), sets_of_16), zf_4x4(34), 0,
       false},
      {"ZF 4x4 over TDL-A, most grids err", with(zf(14, 32768), ofdm), zf_4x4(14), 0, true},
      {"ZF 4x4 over TDL-A, a dozen errored grids", with(zf(26, 16384), ofdm), zf_4x4(26), 0, false},
      {"ZF 4x4, stopped at 500 bit errors", with(zf(26, 1), until(500, 1 << 20)), zf_4x4(26), 0, true},
      {"ZF 4x4, stopped at 10 bit errors", with(zf(38, 1), until(10, 1 << 20)), zf_4x4(38), 0, false},
      {"ZF 4x4, stopped at the first error", with(zf(48, 1), until(1, 1 << 20)), zf_4x4(48), 0, false, true},
      {"MMSE 16x4, many errors", mmse(6, 8192), mmse_16x4_6_db, mmse_16x4_6_db_error, true},
      {"MMSE 16x4, ten errored uses", mmse(12, 8192), mmse_16x4_12_db, mmse_16x4_12_db_error, false},
      {"MMSE 16x4, stopped at 30 bit errors", with(mmse(12, 1), until(30, 1 << 20)), mmse_16x4_12_db,
       mmse_16x4_12_db_error, false},
      {"AWGN, many errors", with(link_of("zf", 4, "qpsk", 6, 8192), awgn), ber_awgn(4, std::pow(10.0, 0.6)),
       0, true},
      {"AWGN, six errored uses", with(link_of("mmse", 4, "qpsk", 10, 8192), awgn), ber_awgn(4, 10), 0, false},
  };
}

struct coverage {
  std::size_t covered = 0, with_many = 0;
  double mean = 0, deviation = 0, naive = 0;  // of the estimates; naive: of errors over bits of all chunks
};

coverage repeat(const link_case& tried) {
  const scenario& s = tried.settings;
  const link l = link::make(s).value();
  const snr_point at = l.at(s.link.snr[0]);
  const stopping_rule rule(s.stop, l.chunk_uses() * l.bits_a_use());
  struct one {
    double estimate = 0, naive = 0;
    interval held;
    std::uint64_t errored = 0;
  };
  std::vector<one> seen(repetitions);
  const unsigned threads = available_threads();
  std::vector<std::unique_ptr<link_worker>> workers(threads);
  for_chunks(repetitions, threads, [&](std::size_t k, unsigned worker) {
    if (!workers[worker]) workers[worker] = std::make_unique<link_worker>(l);
    tally total, before, chunk;
    total.clear(s.link.tx, 1);
    std::string why;
    std::uint64_t chunks = 0;
    while (why.empty()) {
      before = total;
      workers[worker]->run(at, k * rule.max_chunks() + chunks, {&chunk, 1});
      total += chunk;
      why = rule.verdict(++chunks, {&total, 1});
    }
    const tally& used = rule.drops_last(chunks, why) ? before : total;
    const auto rate = [](const tally& t) {
      return static_cast<double>(t.bit_errors) / static_cast<double>(t.bits);
    };
    seen[k] = {rate(used), rate(total), bit_error_interval(used), used.units().errored};
  });
  coverage c;
  double sum = 0, square = 0;
  for (const one& r : seen) {
    c.covered += r.held.low <= tried.truth && tried.truth <= r.held.high;
    c.with_many += r.errored >= 100;
    c.naive += r.naive / repetitions;
    sum += r.estimate - tried.truth;
    square += (r.estimate - tried.truth) * (r.estimate - tried.truth);
  }
  const double mean = sum / repetitions;
  c.mean = tried.truth + mean;
  c.deviation = std::sqrt((square / repetitions - mean * mean) / repetitions);
  return c;
}

TEST(coverage, intervals_hold_the_true_rate_and_estimates_are_unbiased) {
  // 95 % intervals from clustered errors: between 92.7 % and 96.6 % where 100 uses or more erred, and not
  // less with fewer (Clopper and Pearson's are cautious there). To that come 4.9 standard deviations of the
  // share of the repetitions: 0.910 to 0.983 of 4,000.
  const double slack = 4.9 * std::sqrt(0.05 * 0.95 / repetitions);
  for (const link_case& tried : cases()) {
    SCOPED_TRACE(tried.what);
    const coverage c = repeat(tried);
    const double share = static_cast<double>(c.covered) / repetitions;
    EXPECT_GT(share, 0.927 - slack);
    if (tried.many) {
      EXPECT_LT(share, 0.966 + slack);
      EXPECT_GT(static_cast<double>(c.with_many), 0.95 * repetitions);
    } else {
      EXPECT_LT(static_cast<double>(c.with_many), 0.5 * repetitions);
    }
    EXPECT_NEAR(c.mean, tried.truth, 4.9 * std::hypot(c.deviation, tried.truth_error));
    if (tried.late) {
      EXPECT_GT(c.naive, 1.3 * tried.truth);
    }
  }
}

}  // namespace
}  // namespace mho::sim
