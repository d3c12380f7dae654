// LLRs come in the order of a 5G codeword: bits to symbols, symbols to layers (TS 38.211 7.3.1.3, table
// 7.3.1.3-1, and 6.3.1.3, which refers to it), layers to resource elements, frequency first (6.3.1.6,
// 7.3.1.6).
#include "src/held.hpp"

namespace mho {
namespace {

// TS 38.211 5.1.4, 16QAM, from its formula.
cf32 modulated(const std::uint8_t* b) {
  const auto sign = [](int bit) { return 1 - 2 * bit; };
  const double scale = 1 / std::sqrt(10.0);
  return {static_cast<float>(scale * sign(b[0]) * (2 - sign(b[2]))),
          static_cast<float>(scale * sign(b[1]) * (2 - sign(b[3])))};
}

TEST(layer_order, llrs_of_four_layers_are_the_codeword) {
  constexpr std::size_t subcarriers = 24, symbols = 3, layers = 4, rx = 8, bits = 4;
  std::vector<std::uint8_t> codeword(subcarriers * symbols * layers * bits);
  random_stream(3, 0, 0, 0).bits(codeword);
  // One channel a subcarrier; x^(l)(i) = d(4 i + l), i counting resource elements, frequency first.
  std::vector<cf32> h(subcarriers * rx * layers), y(symbols * subcarriers * rx);
  random_stream(3, 0, 0, 1).complex_normals(h);
  for (std::size_t i = 0; i < symbols * subcarriers; ++i)
    for (std::size_t l = 0; l < layers; ++l) {
      const cf32 d = modulated(codeword.data() + (layers * i + l) * bits);
      for (std::size_t r = 0; r < rx; ++r) y[i * rx + r] += h[(i % subcarriers * rx + r) * layers + l] * d;
    }
  const constellation qam = constellation::parse("16qam").value();
  const constellation* shared[] = {&qam};
  auto d = make_detector("mmse").value();
  ASSERT_EQ(d->reserve({.problems = subcarriers, .rx = rx, .tx = layers, .uses = symbols, .bits = bits}),
            error::none);
  constexpr auto line = static_cast<std::ptrdiff_t>(layers * bits),
                 antennas = static_cast<std::ptrdiff_t>(rx), width = static_cast<std::ptrdiff_t>(subcarriers);
  // All OFDM symbols at once: the use's stride passes a symbol; one at a time: contiguous [problem][1][..].
  std::vector<float> at_once(codeword.size()), one_by_one(codeword.size());
  const channel_batch channel{row_major(h.data(), subcarriers, rx, layers), noise::white(1e-3f)};
  output o;
  o.llr = strided(at_once.data(), {subcarriers, symbols, layers * bits}, {line, width * line, 1});
  received_batch in{strided(y.data(), {subcarriers, symbols, rx}, {antennas, width * antennas, 1})};
  in.symbols = shared;
  ASSERT_EQ(d->detect(channel, in, {&o, 1}), error::none);
  ASSERT_EQ(d->prepare(channel), error::none);
  for (std::size_t s = 0; s < symbols; ++s) {
    o.llr = row_major(one_by_one.data() + s * subcarriers * layers * bits, subcarriers, 1, layers * bits);
    in.vectors = row_major(y.data() + s * subcarriers * rx, subcarriers, 1, rx);
    ASSERT_EQ(d->apply(in, {&o, 1}), error::none);
  }
  EXPECT_EQ(at_once, one_by_one);
  // No noise was added, so every sign is right.
  for (std::size_t b = 0; b < codeword.size(); ++b) ASSERT_EQ(at_once[b] < 0, codeword[b] == 1) << b;
}

// A constellation a layer, a covariance a resource block of twelve, and planes of 16-bit integers.
TEST(layer_order, holds_with_a_constellation_a_stream_and_a_covariance_a_resource_block) {
  constexpr std::size_t subcarriers = 36, rx = 4, layers = 2, first = 24, blocks = subcarriers / 12;
  const constellation qpsk = constellation::parse("qpsk").value(),
                      qam = constellation::parse("64qam").value();
  const constellation* each[] = {&qpsk, &qam};
  constexpr std::size_t width = 2 + 6;
  std::vector<cf32> h(subcarriers * rx * layers), y(subcarriers * rx), covariances(blocks * rx * rx);
  random_stream(4, 0, 0, 1).complex_normals(h);
  std::vector<std::uint8_t> sent(subcarriers * width);
  random_stream(4, 0, 0, 0).bits(sent);
  // An interferer a block, 40 dB above the noise; without whitening it would drown the layers.
  std::vector<cf32> interferer(blocks * rx);
  random_stream(4, 0, 0, 2).complex_normals(interferer);
  const float n0 = 1e-4f;
  for (std::size_t e = 0; e < blocks; ++e)
    for (std::size_t i = 0; i < rx; ++i)
      for (std::size_t j = 0; j < rx; ++j)
        covariances[(e * rx + i) * rx + j] =
            interferer[e * rx + i] * std::conj(interferer[e * rx + j]) + (i == j ? n0 : 0);
  for (std::size_t p = 0; p < subcarriers; ++p) {
    cf32 x[layers], jammer[1];
    qpsk.map(std::span(sent).subspan(p * width, 2), {x, 1});
    qam.map(std::span(sent).subspan(p * width + 2, 6), {x + 1, 1});
    random_stream(4, 1, p, 3).complex_normals(jammer);
    for (std::size_t r = 0; r < rx; ++r) {
      y[p * rx + r] = interferer[p / 12 * rx + r] * jammer[0];
      for (std::size_t l = 0; l < layers; ++l) y[p * rx + r] += h[(p * rx + r) * layers + l] * x[l];
    }
  }
  const noise coloured{noise::covariance, 0, row_major(covariances.data(), blocks, rx, rx), 12};
  for (const auto layout :
       {test::form_of_input::rows, test::form_of_input::planes, test::form_of_input::planes_backwards}) {
    // H as it is, y in 16-bit integers; both again in cf32, of the same numbers.
    test::held received(y, subcarriers, 1, rx, {element::ci16, layout}),
        channel(h, subcarriers, rx, layers, {element::cf32, layout});
    std::vector<float> llr(sent.size()), expected(sent.size());
    std::vector<std::uint8_t> bits(sent.size());
    auto d = make_detector("mmse").value();
    ASSERT_EQ(d->reserve({.problems = subcarriers,
                          .rx = rx,
                          .tx = layers,
                          .bits = 6,
                          .coloured_noise = true,
                          .problems_per_noise_entry = 12}),
              error::none);
    for (const bool plain : {true, false}) {
      output o;
      o.llr = row_major((plain ? expected : llr).data(), subcarriers, 1, width);
      o.bits = row_major(bits.data(), subcarriers, 1, width);
      received_batch in{plain ? received.plain() : received.in_its_form()};
      in.symbols = each;
      for (const std::size_t begin : {std::size_t{0}, first}) {
        call which;
        which.begin = begin;
        which.end = begin == 0 ? first : subcarriers;
        ASSERT_EQ(d->detect({plain ? channel.plain() : channel.in_its_form(), coloured}, in, {&o, 1}, which),
                  error::none);
      }
    }
    EXPECT_EQ(llr, expected);
    EXPECT_EQ(bits, sent);
  }
}

}  // namespace
}  // namespace mho
