// LLRs as probabilities: of all bits with an LLR near L a share of 1 / (1 + e^-L) is 0, and the information
// that LLRs carry is the capacity of bit-interleaved coded modulation by quadrature.
//
// Every problem lends one use and one stream. The other streams send Gaussian symbols: then interference is
// Gaussian given the channel, behind maximum-ratio combining, which leaves all of it, as behind MMSE, and the
// exact demapper's LLRs are the logarithms of the true posterior ratios.
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <functional>
#include <numbers>
#include <string>
#include <vector>

#include <mho/mho.hpp>

namespace mho {
namespace {

using cf32 = std::complex<float>;

// One bit of a symbol and its LLR.
struct soft_bit {
  unsigned place;  // in the symbol, 0: the first
  bool one;
  float llr;
};

struct soft_link {
  std::string kind;
  std::size_t rx, tx, points;
  float n0;
};

template <class T = float>
std::vector<soft_bit> soft_bits(const soft_link& l, std::size_t problems, std::uint64_t seed,
                                demapper rule = demapper::exact, float scale = 1) {
  const constellation qam = constellation::make(l.points).value();
  const constellation* symbols[] = {&qam};
  const std::size_t width = qam.bits();
  std::vector<cf32> h(problems * l.rx * l.tx), y(problems * l.rx), x(problems * l.tx);
  std::vector<std::uint8_t> bits(problems * width);
  random_stream random(seed, 0, 0, 0);
  random.complex_normals(h);
  random.complex_normals(y, l.n0);
  random.complex_normals(x);
  for (std::size_t p = 0; p < problems; ++p) {
    for (std::size_t b = 0; b < width; ++b) bits[p * width + b] = random.word() & 1;
    // TS 38.211, 5.1.3 to 5.1.5, written out: the in-phase axis from the bits of even place.
    const auto axis = [&](std::size_t first) {
      const auto sign = [&](std::size_t j) { return 1.0 - 2.0 * bits[p * width + 2 * j + first]; };
      double level = 1;
      for (std::size_t j = width / 2 - 1; j > 0; --j)
        level = std::ldexp(1.0, static_cast<int>(width / 2 - j)) - sign(j) * level;
      return sign(0) * level;
    };
    const double unit = std::sqrt(2.0 * static_cast<double>(l.points - 1) / 3);
    x[p * l.tx + p % l.tx] = cf32(static_cast<float>(axis(0) / unit), static_cast<float>(axis(1) / unit));
    for (std::size_t i = 0; i < l.rx; ++i)
      for (std::size_t k = 0; k < l.tx; ++k)
        y[p * l.rx + i] += h[(p * l.rx + i) * l.tx + k] * x[p * l.tx + k];
  }
  std::vector<T> llr(problems * l.tx * width);
  received_batch received;
  received.vectors = row_major(y.data(), problems, 1, l.rx);
  received.symbols = symbols;
  received.rule = rule;
  output into;
  into.llr = row_major(llr.data(), problems, 1, l.tx * width);
  into.llr.scale = scale;
  auto d = make_detector(l.kind).value();
  EXPECT_EQ(d->reserve({.problems = problems, .rx = l.rx, .tx = l.tx, .bits = qam.bits()}), error::none);
  EXPECT_EQ(d->detect({row_major(h.data(), problems, l.rx, l.tx), noise::white(l.n0)}, received, {&into, 1}),
            error::none);
  std::vector<soft_bit> out;
  for (std::size_t p = 0; p < problems; ++p)
    for (std::size_t b = 0; b < width; ++b)
      out.push_back({static_cast<unsigned>(b), bits[p * width + b] == 1,
                     static_cast<float>(llr[(p * l.tx + p % l.tx) * width + b]) * scale});
  return out;
}

constexpr std::size_t problems = 60000;

const std::vector<soft_link>& links() {
  static const std::vector<soft_link> all = {
      {"zf", 4, 4, 4, 0.3f},          {"zf", 6, 4, 16, 0.15f},        {"zf", 8, 4, 64, 0.1f},
      {"mmse", 4, 4, 4, 0.5f},        {"mmse", 4, 4, 16, 0.1f},       {"mmse", 8, 4, 64, 0.2f},
      {"mrc", 4, 1, 16, 0.3f},        {"mrc", 4, 2, 4, 0.3f},         {"mrc", 16, 3, 64, 0.2f},
      {"zf-double", 6, 4, 16, 0.15f}, {"mmse-double", 4, 4, 4, 0.5f}, {"mrc-double", 16, 3, 16, 0.2f},
      {"mrc-double", 4, 1, 64, 0.1f}};
  return all;
}

// Of the bits of one place in a symbol, whose LLRs lie in one bin, the number of zeros minus the sum of
// 1 / (1 + e^-L) is a sum of independent terms of mean 0 within [-1, 1] (one problem each). Bernstein:
// P(|S| >= s) <= 2 exp(-s^2 / (2 V + 2 s / 3)).
TEST(soft_information, llrs_are_log_odds) {
  constexpr double width = 0.5;
  constexpr int bins = 24;  // -6 .. 6, and what lies beyond
  std::size_t tests = 0;
  for (const soft_link& l : links()) tests += static_cast<std::size_t>(std::log2(l.points)) * (bins + 2);
  const double limit = std::log(2 * static_cast<double>(tests) / 1e-6);
  std::uint64_t seed = 20;
  std::size_t filled = 0;
  for (const soft_link& l : links()) {
    struct bin {
      double sum = 0, variance = 0, rounding = 0;
      std::size_t count = 0;
    };
    std::vector<std::array<bin, bins + 2>> found(static_cast<std::size_t>(std::log2(l.points)));
    for (const soft_bit& b : soft_bits(l, problems, seed++)) {
      const double llr = static_cast<double>(b.llr), zero = 1 / (1 + std::exp(-llr));
      const auto at =
          static_cast<std::size_t>(std::clamp(std::floor(llr / width) + bins / 2 + 1, 0.0, bins + 1.0));
      bin& into = found[b.place][at];
      into.sum += (b.one ? 0 : 1) - zero;
      into.variance += zero * (1 - zero);
      // LLRs are made of FP32 estimates: 1e-4 of each is allowed for.
      into.rounding += 1e-4 * (1 + std::abs(llr)) * zero * (1 - zero);
      ++into.count;
    }
    for (std::size_t place = 0; place < found.size(); ++place)
      for (std::size_t n = 0; n < found[place].size(); ++n) {
        const bin& b = found[place][n];
        const double bound = limit / 3 + std::sqrt(limit * limit / 9 + 2 * limit * b.variance) + b.rounding;
        EXPECT_LE(std::abs(b.sum), bound) << l.kind << " " << l.rx << "x" << l.tx << " " << l.points
                                          << "-QAM, bit " << place << ", bin " << n << " of " << b.count;
        filled += b.count > 1000;
      }
  }
  EXPECT_GT(filled, tests / 3) << "most bins are to see something";
}

// Bits that bit j of an axis of 2^bits levels carries at the signal-to-noise ratio `snr` (symbol energy over
// complex noise variance): 1 - E log2(1 + p(y | other) / p(y | own)), by the trapezoidal rule over the real
// noise, which converges exponentially for a Gaussian's product with what is smooth (G. Caire, G. Taricco and
// E. Biglieri, Bit-interleaved coded modulation, IEEE Trans. Inf. Theory 44(3), 1998, eq. 16).
double axis_information(unsigned bits, unsigned j, double snr) {
  const auto levels = 1u << bits;
  const double step = std::sqrt(1.5 / (std::ldexp(1.0, static_cast<int>(2 * bits)) - 1));
  const auto level = [&](unsigned i) { return step * (2.0 * i + 1 - levels); };
  // The place's bit is the same in both halves of a reflected Gray code's runs; complementing labels, as
  // 38.211 does, changes no information.
  const auto bit = [&](unsigned i) { return ((i ^ (i >> 1)) >> (bits - 1 - j)) & 1; };
  const double sigma = std::sqrt(0.5 / snr), reach = 8, h = 0.05;
  double lost = 0;
  for (unsigned sent = 0; sent < levels; ++sent)
    for (double t = -reach; t <= reach; t += h) {
      const double y = level(sent) + sigma * t;
      double own = 0, other = 0;
      for (unsigned i = 0; i < levels; ++i) {
        const double d = (y - level(i)) / sigma;
        (bit(i) == bit(sent) ? own : other) += std::exp(0.5 * (t * t - d * d));
      }
      lost += h * std::exp(-0.5 * t * t) / std::sqrt(2 * std::numbers::pi) * std::log2(1 + other / own);
    }
  return 1 - lost / levels;
}

// E f(snr) for a positive variable whose complementary distribution is known: the trapezoidal rule in
// u = ln snr on the density.
double average(const std::function<double(double)>& f, const std::function<double(double)>& above) {
  double sum = 0;
  constexpr double h = 0.05;
  for (double u = -14; u < 9; u += h)
    sum += (above(std::exp(u)) - above(std::exp(u + h))) * f(std::exp(u + h / 2));
  return sum;
}

// P(signal-to-interference-and-noise ratio > x) behind maximum-ratio combining of one of tx streams of unit
// energy over i.i.d. Rayleigh channels. Given its channel h every interferer's part h^H h_i / |h| is CN(0,
// 1), so |h|^2, Gamma(rx), is to exceed x (N0 + I) with an independent I, Gamma(tx - 1): the mean over I of
// sum_m (x (N0 + I))^m exp(-x (N0 + I)) / m!, by binomials.
double above_mrc(const soft_link& l, double x) {
  const double z = x * static_cast<double>(l.n0);
  double sum = 0, noise = std::exp(-z) / std::pow(1 + x, l.tx - 1);  // and its powers z^i / i!
  for (std::size_t i = 0; i < l.rx; noise *= z / static_cast<double>(++i)) {
    double moment = 1;  // (x / (1 + x))^j (tx - 1) tx .. (tx + j - 2) / j!
    for (std::size_t j = 0; i + j < l.rx; ++j) {
      sum += noise * moment;
      moment *= x / (1 + x) * static_cast<double>(l.tx - 1 + j) / static_cast<double>(j + 1);
    }
  }
  return sum;
}

// The same of every kind. ZF: Gamma(rx - tx + 1) / N0 (J. Winters, J. Salz and R. Gitlin, IEEE Trans. Commun.
// 42(2/3/4), 1994). MMSE: H. Gao, P. Smith and M. Clark, Theoretical reliability of MMSE linear diversity
// combining in Rayleigh-fading additive interference channels, IEEE Trans. Commun. 46(5), 1998, eq. 11 with
// tx - 1 interferers of the same power.
double above(const soft_link& l, double x) {
  if (l.kind.starts_with("mrc")) return above_mrc(l, x);
  const bool zf = l.kind.starts_with("zf");
  const auto n0 = static_cast<double>(l.n0);
  const double z = x * n0;
  const auto interferers = static_cast<int>(l.tx) - 1;
  const auto branches = static_cast<int>(l.rx);
  const auto binomial = [](int n, int k) {
    return std::round(std::exp(std::lgamma(n + 1) - std::lgamma(k + 1) - std::lgamma(n - k + 1)));
  };
  double sum = 0, term = std::exp(-z);
  const int terms = zf ? branches - interferers : branches;
  for (int m = 1; m <= terms; ++m) {
    double share = 1;
    if (!zf && branches < interferers + m) {
      double kept = 0;
      for (int i = 0; i <= branches - m; ++i) kept += binomial(interferers, i) * std::pow(x, i);
      share = kept / std::pow(1 + x, interferers);
    }
    sum += share * term;
    term *= z / m;
  }
  return sum;
}

struct estimate {
  double mean = 0, error = 0;  // standard
};

// 1 - log2(1 + e^-L) towards the bit that was sent: its mean is the information if LLRs are log-odds.
estimate information(const std::vector<soft_bit>& bits, unsigned place) {
  double sum = 0, squares = 0, n = 0;
  for (const soft_bit& b : bits) {
    if (b.place != place) continue;
    const double towards = (b.one ? -1 : 1) * static_cast<double>(b.llr);
    const double value =
        1 - (std::log1p(std::exp(-std::abs(towards))) + std::max(0.0, -towards)) / std::numbers::ln2;
    sum += value;
    squares += value * value;
    ++n;
  }
  return {sum / n, std::sqrt((squares / n - sum / n * sum / n) / n)};
}

// What reading `other` costs more than `own` of the same bits, in nats a bit.
estimate loss(const std::vector<soft_bit>& own, const std::vector<soft_bit>& other, unsigned place) {
  const auto cost = [](const soft_bit& b) {
    const double towards = (b.one ? -1 : 1) * static_cast<double>(b.llr);
    return std::log1p(std::exp(-std::abs(towards))) + std::max(0.0, -towards);
  };
  double sum = 0, squares = 0, n = 0;
  for (std::size_t i = 0; i < own.size(); ++i) {
    if (own[i].place != place) continue;
    const double more = cost(other[i]) - cost(own[i]);
    sum += more;
    squares += more * more;
    ++n;
  }
  return {sum / n, std::sqrt(squares) / n};
}

// A binary axis carries half a bit at Eb/N0 = 0.187 dB (T. Richardson and R. Urbanke, Modern Coding Theory,
// 2008, sec. 4.1).
TEST(soft_information, quadrature_gives_the_known_capacity) {
  // QPSK's Es/N0 = 2 * rate * Eb/N0 at two bits a symbol.
  EXPECT_NEAR(axis_information(1, 0, 2 * 0.5 * std::pow(10, 0.0187)), 0.5, 5e-5);
  EXPECT_NEAR(axis_information(3, 0, 1e6), 1, 1e-9);
  EXPECT_NEAR(axis_information(3, 2, 1e-9), 0, 1e-6);
}

// 52 comparisons at 1e-6 together: 5.6 standard errors, and some more because they are estimated.
TEST(soft_information, is_the_capacity_of_every_bit) {
  std::uint64_t seed = 40;
  for (const soft_link& l : links()) {
    const std::vector<soft_bit> bits = soft_bits(l, problems, seed++);
    const auto axis_bits = static_cast<unsigned>(std::log2(l.points)) / 2;
    for (unsigned j = 0; j < axis_bits; ++j) {
      const double expected = average([&](double snr) { return axis_information(axis_bits, j, snr); },
                                      [&](double x) { return above(l, x); });
      for (const unsigned place : {2 * j, 2 * j + 1}) {
        const estimate e = information(bits, place);
        EXPECT_NEAR(e.mean, expected, 6 * e.error + 1e-5)
            << l.kind << " " << l.rx << "x" << l.tx << " " << l.points << "-QAM, bit " << place;
      }
    }
  }
}

// A sum of m terms lies between its largest and m times that: |exact - max_log| <= ln(levels / 2) for each of
// the two sums of an axis, and the smaller one counts with the other sign. Reading L' for L costs no more
// than (L' - L)^2 / 8 nats (ln(1 + e^-L) has a second derivative of at most 1/4), and, L being log-odds,
// gains nothing on average.
TEST(soft_information, max_log_loses_what_it_may) {
  for (const soft_link& l : links()) {
    const auto exact = soft_bits(l, problems / 4, 60),
               max_log = soft_bits(l, problems / 4, 60, demapper::max_log);
    const double most = std::log(std::sqrt(static_cast<double>(l.points)) / 2);
    for (std::size_t i = 0; i < exact.size(); ++i) {
      const double e = static_cast<double>(exact[i].llr), m = static_cast<double>(max_log[i].llr);
      ASSERT_LE(std::abs(e - m), most + 1e-4 * (1 + std::abs(e))) << l.points;
    }
    for (unsigned place = 0; place < static_cast<unsigned>(std::log2(l.points)); ++place) {
      const estimate more = loss(exact, max_log, place);
      EXPECT_GE(more.mean, -6 * more.error - 1e-6);
      EXPECT_LE(more.mean, most * most / 8 + 6 * more.error + 1e-6);
    }
  }
}

// Integers of step s are off by s/2 at most: s^2 / 32 nats of a bit, where nothing is clipped; a clipped LLR
// L of calibrated ones costs ln(1 + e^-limit) at most, and e^-limit for the times that it is wrong.
TEST(soft_information, integers_lose_what_their_step_says) {
  for (const soft_link& l : links()) {
    const auto exact = soft_bits(l, problems / 4, 60);
    const auto compare = [&](const std::vector<soft_bit>& integers, double step, double limit) {
      const double clipped = (2 + limit) * std::exp(-limit);
      for (unsigned place = 0; place < static_cast<unsigned>(std::log2(l.points)); ++place) {
        const estimate more = loss(exact, integers, place);
        EXPECT_LE(more.mean, step * step / 32 + clipped + 6 * more.error) << l.points << " step " << step;
      }
    };
    for (const float step : {0.25f, 0.5f, 1.0f}) {
      const auto integers = soft_bits<std::int8_t>(l, problems / 4, 60, demapper::exact, step);
      compare(integers, static_cast<double>(step), 127 * static_cast<double>(step));
    }
    compare(soft_bits<std::int16_t>(l, problems / 4, 60, demapper::exact, 0x1p-8f), 0x1p-8, 127.99);
  }
}

}  // namespace
}  // namespace mho
