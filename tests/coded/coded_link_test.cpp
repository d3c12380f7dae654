// A whole coded link: convolutional code, interleaver, QAM, channel, detector, Viterbi. The code and its
// decoder are IT++'s (GPL, for this test alone): an oracle that knows nothing of mho, and reads LLRs as ln P0
// / P1.
#include <gtest/gtest.h>

#include <itpp/base/vec.h>
#include <itpp/comm/convcode.h>
#include <itpp/comm/modulator.h>

#include <cmath>
#include <numeric>
#include <string>
#include <vector>

#include <mho/mho.hpp>

namespace mho {
namespace {

using cf32 = std::complex<float>;

// Rate 1/2, constraint length 7, generators 133 and 171 (octal): free distance 10.
constexpr std::size_t message = 402, coded = 2 * (message + 6);  // six bits of tail

itpp::Convolutional_Code code_of() {
  itpp::Convolutional_Code c;
  c.set_generator_polynomials(itpp::ivec("0133 0171"), 7);
  return c;
}

struct setting {
  std::string kind;
  std::size_t rx, tx;
  const char* modulation;
  bool fades;       // i.i.d. Rayleigh, a channel a use; otherwise a unit matrix
  double es_n0_db;  // of a stream at an antenna
};

// What the decoder is given.
enum class soft { no, floats, bytes };

// Bit errors of messages; the message is the independent unit.
struct tally {
  double messages = 0, sum = 0, squares = 0;
  double mean() const { return sum / messages; }
  double variance() const { return (squares / messages - mean() * mean()) / messages; }
  double rate() const { return mean() / static_cast<double>(message); }
};

tally run(const setting& s, soft how, std::size_t messages, std::uint64_t seed, float scale = 0.25f) {
  const constellation qam = constellation::parse(s.modulation).value();
  const constellation* symbols[] = {&qam};
  const std::size_t width = s.tx * qam.bits(), problems = coded / width;
  EXPECT_EQ(coded % width, 0u);
  auto d = make_detector(s.kind).value();
  EXPECT_EQ(d->reserve({.problems = problems, .rx = s.rx, .tx = s.tx, .bits = qam.bits()}), error::none);
  itpp::Convolutional_Code code = code_of();
  const auto n0 = static_cast<float>(std::pow(10.0, -s.es_n0_db / 10));
  random_stream random(seed, 0, 0, 0);
  std::vector<std::size_t> order(coded);
  std::vector<cf32> h(problems * s.rx * s.tx), y(problems * s.rx), x(problems * s.tx);
  std::vector<std::uint8_t> bits(coded), decided(coded);
  std::vector<float> llr(coded);
  std::vector<std::int8_t> bytes(coded);
  tally t;
  for (std::size_t m = 0; m < messages; ++m) {
    itpp::bvec sent(static_cast<int>(message)), encoded, decoded;
    for (int i = 0; i < sent.size(); ++i) sent(i) = static_cast<int>(random.word() & 1);
    code.encode_tail(sent, encoded);
    std::iota(order.begin(), order.end(), std::size_t{0});
    for (std::size_t i = coded; i-- > 1;) std::swap(order[i], order[random.word() % (i + 1)]);
    for (std::size_t i = 0; i < coded; ++i)
      bits[order[i]] = encoded(static_cast<int>(i)) == itpp::bin(1) ? 1 : 0;
    qam.map(bits, x);
    random.complex_normals(h);
    random.complex_normals(y, n0);
    for (std::size_t p = 0; p < problems; ++p)
      for (std::size_t i = 0; i < s.rx; ++i)
        for (std::size_t k = 0; k < s.tx; ++k) {
          cf32& entry = h[(p * s.rx + i) * s.tx + k];
          if (!s.fades) entry = i == k ? 1.0f : 0.0f;
          y[p * s.rx + i] += entry * x[p * s.tx + k];
        }
    received_batch received;
    received.vectors = row_major(y.data(), problems, 1, s.rx);
    received.symbols = symbols;
    output into;
    if (how == soft::no) into.bits = row_major(decided.data(), problems, 1, width);
    if (how == soft::floats) into.llr = row_major(llr.data(), problems, 1, width);
    if (how == soft::bytes) {
      into.llr = row_major(bytes.data(), problems, 1, width);
      into.llr.scale = scale;
    }
    EXPECT_EQ(d->detect({row_major(h.data(), problems, s.rx, s.tx), noise::white(n0)}, received, {&into, 1}),
              error::none);
    itpp::vec signal(static_cast<int>(coded));
    for (std::size_t i = 0; i < coded; ++i)
      signal(static_cast<int>(i)) = how == soft::no       ? 1.0 - 2.0 * decided[order[i]]
                                    : how == soft::floats ? static_cast<double>(llr[order[i]])
                                                          : static_cast<double>(bytes[order[i]]);
    code.decode_tail(signal, decoded);
    double errors = 0;
    for (int i = 0; i < sent.size(); ++i) errors += decoded(i) != sent(i) ? 1 : 0;
    ++t.messages;
    t.sum += errors;
    t.squares += errors * errors;
  }
  return t;
}

// Whether a has more errors than b, by 4.9 standard errors of the difference: by chance once in a million.
bool has_more(const tally& a, const tally& b) {
  return a.mean() - b.mean() > 4.9 * std::sqrt(a.variance() + b.variance());
}

// Means are far enough apart for this many.
constexpr std::size_t messages = 2000;

setting at(setting s, double more_db) {
  s.es_n0_db += more_db;
  return s;
}

TEST(coded_link, signs_are_those_of_itpp) {
  // What IT++ makes of its own BPSK, 0 sent as +1, is positive for 0.
  itpp::BPSK bpsk;
  const itpp::vec own = bpsk.demodulate_soft_bits(bpsk.modulate_bits(itpp::bvec("0 1")), 0.5);
  ASSERT_GT(own(0), 0);
  ASSERT_LT(own(1), 0);
  const constellation qpsk = constellation::make(4).value();
  std::vector<float> llr(2);
  qpsk.llr(qpsk.points()[1], 0.5f, demapper::exact, llr);  // bits 0, 1
  EXPECT_GT(llr[0], 0);
  EXPECT_LT(llr[1], 0);
  // IT++'s BPSK has one real dimension of twice QPSK's energy: at 3 dB less noise their LLRs are the same.
  EXPECT_NEAR(static_cast<double>(llr[0]), bpsk.demodulate_soft_bits(itpp::vec("1.0"), 1.0)(0), 1e-5);
  // And its decoder wants them so: without noise all is right, with the wrong sign nothing is.
  EXPECT_EQ(run({"zf", 4, 4, "qpsk", false, 20}, soft::floats, 20, 1).sum, 0);
  EXPECT_EQ(run({"zf", 4, 4, "qpsk", false, 20}, soft::bytes, 20, 1).sum, 0);
  EXPECT_EQ(run({"zf", 4, 4, "qpsk", false, 20}, soft::no, 20, 1).sum, 0);
}

double tail_of_normal(double x) { return std::erfc(x / std::sqrt(2.0)) / 2; }

// Over AWGN (a unit matrix as channel; QPSK at rate 1/2: Es/N0 = Eb/N0) the bit error rate is at most the
// union over the code's paths, sum of c_d Q(sqrt(2 d R Eb/N0)) (J. Proakis, Digital Communications, 4th ed.,
// eq. 8.2-20; c_d of this code: J. Conan, The weight spectra of some short low-rate convolutional codes, IEEE
// Trans. Commun. 32(9), 1984). And hard decisions need about 2 dB more (Proakis, sec. 8.2.8; J. Heller and I.
// Jacobs, Viterbi decoding for satellite and space communication, IEEE Trans. Commun. Technol. 19(5), 1971):
// more than 1.5, less than the 3.01 that their exponents differ by.
TEST(coded_link, soft_decisions_win_two_decibels_over_awgn) {
  const setting s{"mmse", 4, 4, "qpsk", false, 2.7};
  const tally soft_27 = run(s, soft::floats, messages, 2), hard_42 = run(at(s, 1.5), soft::no, messages, 3),
              hard_57 = run(at(s, 3.01), soft::no, messages, 4);
  constexpr double weights[] = {36, 0, 211, 0, 1404, 0, 11633, 0, 77433, 0, 502690, 0, 3322763, 0, 21292910};
  double bound = 0;
  for (int i = 0; i < 15; ++i) bound += weights[i] * tail_of_normal(std::sqrt((10 + i) * std::pow(10, 0.27)));
  EXPECT_GT(soft_27.sum, 50) << "errors to judge by";
  EXPECT_LE(soft_27.rate(), bound + 4.9 * std::sqrt(soft_27.variance()) / message);
  EXPECT_TRUE(has_more(hard_42, soft_27)) << hard_42.rate() << " " << soft_27.rate();
  EXPECT_TRUE(has_more(soft_27, hard_57)) << soft_27.rate() << " " << hard_57.rate();
}

// Over fading the gain is larger: an error event of d bits needs all of them to fade, half of them for hard
// decisions (Proakis, sec. 14.4: diversity d and d/2 times the channel's). 8x4 MMSE has five branches a
// stream, 4x4 one.
TEST(coded_link, soft_decisions_win_more_over_fading) {
  struct one {
    setting s;
    double more;
  };
  for (const one& o :
       {one{{"mmse", 8, 4, "16qam", true, 2.0}, 2.0}, one{{"mmse", 4, 4, "qpsk", true, 1.5}, 3.01}}) {
    const tally floats = run(o.s, soft::floats, messages, 5),
                hard = run(at(o.s, o.more), soft::no, messages, 6);
    EXPECT_GT(floats.sum, 50);
    EXPECT_TRUE(has_more(hard, floats)) << hard.rate() << " " << floats.rate();
  }
}

// Bytes of the recommended scale, 0.25, lose no more than 0.1 dB; the test would notice a coarse one.
TEST(coded_link, bytes_lose_less_than_a_tenth_of_a_decibel) {
  for (const setting& s :
       {setting{"mmse", 8, 4, "16qam", true, 2.0}, setting{"mmse", 4, 4, "qpsk", true, 1.5}}) {
    const tally floats = run(s, soft::floats, messages, 7), bytes = run(at(s, 0.1), soft::bytes, messages, 7),
                coarse = run(at(s, 0.1), soft::bytes, messages, 7, 4.0f);
    EXPECT_FALSE(has_more(bytes, floats)) << bytes.rate() << " " << floats.rate();
    EXPECT_TRUE(has_more(coarse, floats)) << coarse.rate() << " " << floats.rate();
  }
}

}  // namespace
}  // namespace mho
