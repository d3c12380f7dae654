// Random hostile problems through every kind of detector: nothing crashes, statuses are those of the
// documented rules, failed uses get the agreed outputs, and neighbours do not notice.
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <cstdlib>
#include <limits>
#include <sstream>
#include <string>

#include "sanitized.hpp"
#include "src/hostile/hostile_batch.hpp"

namespace mho::test {
namespace {

using cf32 = std::complex<float>;
constexpr std::size_t batch_size = 250, bits = 4;

// A kind and its options, for GoogleTest.
struct tested {
  detector_spec spec;
  friend void PrintTo(const tested& t, std::ostream* to) { *to << t.spec.name; }
};

// How many hostile problems each detector gets: as many as the environment says.
std::size_t wanted() {
  const char* const given = std::getenv("MHO_TEST_HOSTILE");
  return given != nullptr ? std::strtoull(given, nullptr, 10) : sanitized ? 5000 : 50000;
}

bool is_analogue(const std::string& name) { return name.rfind("analog", 0) == 0; }

struct written {
  written(const hostile_batch& b, std::size_t steps)
      : x(steps * b.problems * b.uses * b.tx, cf32(77)),
        variance(x.size(), 77),
        llr(x.size() * bits, 77),
        decided(llr.size(), 77),
        state(steps * b.problems * b.uses) {
    const std::size_t values = b.problems * b.uses * b.tx;
    for (std::size_t s = 0; s < steps; ++s)
      into.push_back({row_major(x.data() + s * values, b.problems, b.uses, b.tx),
                      row_major(variance.data() + s * values, b.problems, b.uses, b.tx),
                      row_major(llr.data() + s * values * bits, b.problems, b.uses, b.tx * bits),
                      row_major(decided.data() + s * values * bits, b.problems, b.uses, b.tx * bits),
                      std::span(state).subspan(s * b.problems * b.uses, b.problems * b.uses)});
  }
  std::vector<cf32> x;
  std::vector<float> variance, llr;
  std::vector<std::uint8_t> decided;
  std::vector<status> state;
  std::vector<output> into;
};

const constellation& qam() {
  static const constellation c = constellation::make(16).value();
  return c;
}

written run(detector& d, const hostile_batch& b, const hostile_batch::version& v, bool fused) {
  const constellation* symbols[] = {&qam()};
  written w(b, d.steps());
  channel_batch channel{row_major(v.h.data(), b.problems, b.rx, b.tx)};
  channel.noise = {noise::per_problem, 0, row_major(v.n0.data(), b.problems), 1};
  received_batch received;
  received.vectors = row_major(v.y.data(), b.problems, b.uses, b.rx);
  received.symbols = symbols;
  if (fused) {
    EXPECT_EQ(d.detect(channel, received, w.into), error::none);
  } else {
    EXPECT_EQ(d.prepare(channel), error::none);
    EXPECT_EQ(d.apply(received, w.into), error::none);
  }
  return w;
}

// The outputs of a use are as its status says.
void expect_agreed(const hostile_batch& b, const output& o, std::size_t p, std::size_t u) {
  const bool failed = is_failed(o.state[p * b.uses + u]);
  std::array<std::uint8_t, bits> zero;
  const cf32 origin = 0;
  qam().slice({&origin, 1}, zero);
  for (std::size_t k = 0; k < b.tx; ++k) {
    const cf32 x = o.estimate.at<cf32>(p, u, k);
    const float variance = o.variance.at<float>(p, u, k);
    if (failed) {
      EXPECT_EQ(x, cf32(0));
      EXPECT_EQ(variance, std::numeric_limits<float>::infinity());
    } else {
      EXPECT_TRUE(std::isfinite(x.real()) && std::isfinite(x.imag())) << x;
      EXPECT_TRUE(std::isfinite(variance) && variance >= 0) << variance;
    }
    for (std::size_t j = 0; j < bits; ++j) {
      const float llr = o.llr.at<float>(p, u, k * bits + j);
      const unsigned bit = o.bits.at<std::uint8_t>(p, u, k * bits + j);
      EXPECT_TRUE(failed ? llr == 0 : std::isfinite(llr)) << llr;
      EXPECT_TRUE(failed ? bit == zero[j] : bit <= 1) << bit;
    }
  }
}

// Every output of a use is the same to the bit.
bool same(const hostile_batch& b, const output& one, const output& other, std::size_t p, std::size_t u) {
  const auto bits_of = [](float x) { return std::bit_cast<std::uint32_t>(x); };
  bool equal = one.state[p * b.uses + u] == other.state[p * b.uses + u];
  for (std::size_t k = 0; k < b.tx; ++k) {
    const cf32 x = one.estimate.at<cf32>(p, u, k), y = other.estimate.at<cf32>(p, u, k);
    equal = equal && bits_of(x.real()) == bits_of(y.real()) && bits_of(x.imag()) == bits_of(y.imag()) &&
            bits_of(one.variance.at<float>(p, u, k)) == bits_of(other.variance.at<float>(p, u, k));
    for (std::size_t j = k * bits; j < (k + 1) * bits; ++j)
      equal = equal && bits_of(one.llr.at<float>(p, u, j)) == bits_of(other.llr.at<float>(p, u, j)) &&
              one.bits.at<std::uint8_t>(p, u, j) == other.bits.at<std::uint8_t>(p, u, j);
  }
  return equal;
}

struct tally {
  std::size_t problems = 0, fails = 0, works = 0, between = 0;
};

void expect_outcome(detector& d, const hostile_batch& b, const judged& expected, bool analogue, bool fused,
                    tally& count) {
  ASSERT_EQ(d.reserve({.problems = b.problems, .rx = b.rx, .tx = b.tx, .uses = b.uses, .bits = bits}),
            error::none);
  const written hostile = run(d, b, b.mixed, fused), clean = run(d, b, b.harmless, fused);
  for (std::size_t step = 0; step < d.steps(); ++step)
    for (std::size_t p = 0; p < b.problems; ++p)
      for (std::size_t u = 0; u < b.uses; ++u) {
        const output& o = hostile.into[step];
        const std::size_t use = p * b.uses + u;
        const bool ordinary = !b.is_hostile[p] && !b.hostile_use[use];
        const auto tell = [&] {
          std::ostringstream text;
          text << b.rx << "x" << b.tx << (fused ? " fused" : " prepared") << ", problem " << p << ", use "
               << u << ", N0 " << b.mixed.n0[p] << ": " << to_string(o.state[use]) << ", H =";
          for (std::size_t i = 0; i < b.rx * b.tx; ++i) text << " " << b.mixed.h[p * b.rx * b.tx + i];
          text << ", y =";
          for (std::size_t i = 0; i < b.rx; ++i) text << " " << b.mixed.y[use * b.rx + i];
          return text.str();
        };
        expect_agreed(b, o, p, u);
        if (ordinary) {
          EXPECT_TRUE(same(b, o, clean.into[step], p, u)) << "a neighbour: " << tell();
        }
        const fate f = expected.fates[use];
        // A model of a circuit may refuse any matrix because its loop does not settle.
        // Its cycles may diverge, beyond float where columns or vectors are of very different sizes.
        const bool diverged = o.state[use] == status::unstable ||
                              (o.state[use] == status::not_finite && f == fate::works && !ordinary);
        if (f != fate::may_fail && !(analogue && diverged)) {
          EXPECT_EQ(is_failed(o.state[use]), f == fate::fails) << tell();
          if (f == fate::fails && expected.reason[use] != status::ok) {
            EXPECT_EQ(o.state[use], expected.reason[use]) << tell();
          }
        }
        if (!is_failed(o.state[use])) {
          float largest = 0;
          for (std::size_t k = 0; k < b.tx; ++k) largest = std::max(largest, o.variance.at<float>(p, u, k));
          EXPECT_GE(static_cast<double>(largest), std::min(expected.least_variance[p], 3e38)) << tell();
        }
        ++(f == fate::fails ? count.fails : f == fate::works ? count.works : count.between);
        if (testing::Test::HasFailure()) return;
      }
  count.problems += b.problems;
}

constexpr std::array<std::array<std::size_t, 2>, 12> shapes = {
    {{1, 1}, {2, 2}, {4, 2}, {4, 4}, {8, 3}, {5, 5}, {2, 3}, {16, 4}, {9, 8}, {3, 1}, {7, 6}, {1, 2}}};

linear_rules rules_of(const std::string& name) {
  linear_rules r;
  r.rule = name.find("mrc") != name.npos    ? linear_rules::mrc
           : name.find("mmse") != name.npos ? linear_rules::mmse
                                            : linear_rules::zf;
  if (name.find("-double") != std::string::npos) r.unit = 0x1p-53;
  return r;
}

class hostile : public testing::TestWithParam<tested> {};

TEST_P(hostile, problems_fail_alone) {
  const detector_spec& spec = GetParam().spec;
  auto d = make_detector(spec).value();
  const std::size_t total = wanted();
  tally count;
  std::size_t number = 0;
  for (std::size_t done = 0; done < total; done += batch_size, ++number) {
    const auto [rx, tx] = shapes[number % shapes.size()];
    const bool fused = number / shapes.size() % 2 == 1;
    if (tx > rx && !d->can().more_tx_than_rx) {
      EXPECT_EQ(d->reserve({.problems = 1, .rx = rx, .tx = tx}), error::bad_shape);
      done -= batch_size;
      continue;
    }
    const hostile_batch b(batch_size, rx, tx, fused ? 1 : 2, number);
    const judged expected = judge(b, rules_of(spec.name));
    expect_outcome(*d, b, expected, is_analogue(spec.name), fused, count);
    if (HasFailure()) return;
  }
  RecordProperty("must_fail", std::to_string(count.fails));
  RecordProperty("must_work", std::to_string(count.works));
  RecordProperty("may_do_either", std::to_string(count.between));
  EXPECT_GE(count.problems, total);
  EXPECT_GT(count.fails, count.problems / 5);
  EXPECT_GT(count.works, count.problems / 5);
  EXPECT_LT(count.between, count.problems / 5) << "the judge knows what most of them deserve";
}

std::vector<tested> every_detector() {
  std::vector<tested> all;
  for (const detector_kind& kind : detector_kinds()) {
    all.push_back({kind.name});
    for (const option& o : kind.schema)
      if (o.name == "lanes") all.push_back({{kind.name, {{"lanes", std::string("antenna")}}}});
  }
  return all;
}

INSTANTIATE_TEST_SUITE_P(of, hostile, testing::ValuesIn(every_detector()),
                         [](const testing::TestParamInfo<tested>& one) {
                           std::string name =
                               one.param.spec.name + (one.param.spec.values.empty() ? "" : "_antenna");
                           std::replace(name.begin(), name.end(), '-', '_');
                           return name;
                         });

}  // namespace
}  // namespace mho::test
