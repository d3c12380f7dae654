// What the shell promises to kinds that are not built in: outputs of their own size, priors that were
// checked.
#include "src/divider.hpp"

namespace mho {
namespace {

using test::cf32;

// A linear kind of the Gram form alone, for more streams than antennas. Its weights are known numbers.
class wide final : public detector {
 public:
  wide() : detector(abilities(), 1) {}
  static capabilities abilities() {
    capabilities can;
    can.forms = static_cast<std::uint8_t>(form::gram);
    can.linear = true;
    can.more_tx_than_rx = true;
    return can;
  }
  static cf32 weight(std::size_t problem, std::size_t k, std::size_t j) {
    return {static_cast<float>(problem + 2 * k) - 1.5f, static_cast<float>(3 * j) - 4.0f};
  }

 private:
  error do_reserve(const shape&) override { return error::none; }
  error do_prepare(const channel_batch&, const call&, std::span<status>) noexcept override {
    return error::none;
  }
  error do_apply(const received_batch&, std::span<const output>, const call&) const noexcept override {
    return error::none;
  }
  error do_weights(const view& w, const call& which) const noexcept override {
    for (std::size_t k = 0; k < w.extent[1]; ++k)
      for (std::size_t j = 0; j < w.extent[2]; ++j) w.at<cf32>(0, k, j) = weight(which.begin, k, j);
    return error::none;
  }
};

TEST(kinds_of_the_users_own, weights_of_the_gram_form_need_no_room_in_rows_of_fewer_antennas) {
  constexpr std::size_t problems = 3, tx = 4;
  for (const std::size_t rx : {std::size_t{2}, std::size_t{6}})
    for (const bool coloured : {false, true}) {
      wide d;
      ASSERT_EQ(d.reserve({.problems = problems, .rx = rx, .tx = tx, .coloured_noise = coloured}),
                error::none);
      std::vector<cf32> h(problems * rx * tx);
      for (std::size_t i = 0; i < h.size(); ++i)
        h[i] = {static_cast<float>(i % 7) - 3.0f, static_cast<float>(i % 5) - 1.0f};
      // Variances 4: what is whitened is halved, once in H and once in y.
      std::vector<float> variances(rx, 4.0f);
      noise level = noise::white(1);
      if (coloured) level = {noise::per_antenna, 0, row_major(variances.data(), 1, 1, rx), problems};
      ASSERT_EQ(d.prepare({row_major(h.data(), problems, rx, tx), level}), error::none);
      const cf32 untouched(-77, 77);
      std::vector<cf32> w(problems * tx * rx + 2 * tx * tx, untouched);
      ASSERT_EQ(d.weights(row_major(w.data() + tx * tx, problems, tx, rx)), error::none);
      for (std::size_t i = 0; i < tx * tx; ++i) {
        EXPECT_EQ(w[i], untouched) << i;
        EXPECT_EQ(w[w.size() - 1 - i], untouched) << i;
      }
      for (std::size_t p = 0; p < problems; ++p)
        for (std::size_t k = 0; k < tx; ++k)
          for (std::size_t i = 0; i < rx; ++i) {
            std::complex<double> sum = 0;  // (A H^H)_ki, all small integers and halves: exact in float
            for (std::size_t j = 0; j < tx; ++j)
              sum += std::complex<double>(wide::weight(p, k, j)) *
                     std::conj(std::complex<double>(h[(p * rx + i) * tx + j]));
            if (coloured) sum /= 4;
            EXPECT_EQ(std::complex<double>(w[tx * tx + (p * tx + k) * rx + i]), sum)
                << rx << " " << p << " " << k << " " << i;
          }
    }
}

// Writes its priors to the estimates, one bit a stream: real part, and the extent that it saw.
class believer final : public detector {
 public:
  believer() : detector(abilities(), 1) {}
  static capabilities abilities() {
    capabilities can;
    can.uses_prior = true;
    return can;
  }

 private:
  error do_reserve(const shape&) override { return error::none; }
  error do_prepare(const channel_batch&, const call&, std::span<status>) noexcept override {
    return error::none;
  }
  error do_apply(const received_batch& in, std::span<const output> into,
                 const call&) const noexcept override {
    for (std::size_t i = 0; i < in.vectors.extent[0]; ++i)
      for (std::size_t u = 0; u < in.vectors.extent[1]; ++u)
        for (std::size_t k = 0; k < room().tx; ++k) {
          const float prior = in.prior_llr.empty() ? -1 : in.prior_llr.at<float>(i, u, 2 * k + 1);
          into[0].estimate.at<cf32>(i, u, k) = {prior, static_cast<float>(in.prior_llr.extent[0])};
          into[0].variance.at<float>(i, u, k) = 1;
        }
    return error::none;
  }
};

struct beliefs {
  static constexpr std::size_t problems = 5, rx = 3, tx = 2, uses = 2, bits = 4;

  beliefs() {
    EXPECT_EQ(d.reserve({.problems = problems, .rx = rx, .tx = tx, .uses = uses, .slots = 2, .bits = 2}),
              error::none);
    EXPECT_EQ(d.prepare(row_major(h.data(), problems, rx, tx), noise::white(1)), error::none);
    for (std::size_t i = 0; i < prior.size(); ++i) prior[i] = static_cast<float>(i);
    in.vectors = row_major(y.data(), problems, uses, rx);
    in.prior_llr = row_major(prior.data(), problems, uses, bits);
    in.symbols = symbols;
    into.estimate = row_major(x.data(), problems, uses, tx);
  }

  believer d;
  std::vector<cf32> h = std::vector<cf32>(problems * rx * tx, 1), y = std::vector<cf32>(problems * uses * rx);
  std::vector<cf32> x = std::vector<cf32>(problems * uses * tx, cf32(-9));
  std::vector<float> prior = std::vector<float>(problems * uses * bits);
  constellation qpsk = constellation::parse("qpsk").value(), qam16 = constellation::parse("16qam").value();
  std::array<const constellation*, 1> symbols{&qpsk}, more{&qam16};
  received_batch in;
  output into;
};

TEST(kinds_of_the_users_own, priors_are_cut_to_the_range) {
  beliefs b;
  call which;
  which.begin = 2;
  which.end = 4;
  which.slot = 1;
  ASSERT_EQ(b.d.apply(b.in, {&b.into, 1}, which), error::none);
  for (std::size_t p = 0; p < beliefs::problems; ++p)
    for (std::size_t u = 0; u < beliefs::uses; ++u)
      for (std::size_t k = 0; k < beliefs::tx; ++k) {
        const std::size_t vector = p * beliefs::uses + u;
        const cf32 expected =
            p == 2 || p == 3 ? cf32(static_cast<float>(vector * beliefs::bits + 2 * k + 1), 2) : cf32(-9);
        EXPECT_EQ(b.x[vector * beliefs::tx + k], expected) << p << " " << u << " " << k;
      }
}

TEST(kinds_of_the_users_own, priors_of_another_type_or_size_are_refused) {
  beliefs b;
  const auto untouched = b.x;
  const auto answer = [&](const auto& spoil) {
    received_batch in = b.in;
    spoil(in);
    const error detected =
        b.d.detect({row_major(b.h.data(), beliefs::problems, beliefs::rx, beliefs::tx), noise::white(1)}, in,
                   {&b.into, 1});
    const error applied = b.d.apply(in, {&b.into, 1});
    EXPECT_EQ(applied, detected);
    EXPECT_EQ(b.x, untouched);
    return applied;
  };
  std::array<std::int8_t, 1> byte{};
  EXPECT_EQ(answer([&](auto& in) { in.prior_llr = row_major(byte.data(), 1, 1, 1); }), error::unsupported);
  EXPECT_EQ(answer([&](auto& in) { in.prior_llr = row_major(b.prior.data(), 1, 1, 1); }), error::bad_shape);
  for (const std::size_t n : {0u, 1u, 2u}) {
    EXPECT_EQ(answer([&](auto& in) { ++in.prior_llr.extent[n]; }), error::bad_shape) << n;
    EXPECT_EQ(answer([&](auto& in) { --in.prior_llr.extent[n]; }), error::bad_shape) << n;
  }
  EXPECT_EQ(answer([&](auto& in) { in.prior_llr.type = element::cf32; }), error::unsupported);
  void* planes[beliefs::uses * beliefs::bits] = {};
  EXPECT_EQ(answer([&](auto& in) {
              in.prior_llr.data = nullptr;
              in.prior_llr.planes = planes;
            }),
            error::unsupported);
  EXPECT_EQ(answer([&](auto& in) { in.symbols = {}; }), error::bad_shape)
      << "whose bits they are is not said";
  EXPECT_EQ(answer([&](auto& in) { in.symbols = b.more; }), error::bad_shape) << "eight bits a vector";
  std::vector<float> eight(beliefs::problems * beliefs::uses * 8);
  EXPECT_EQ(answer([&](auto& in) {
              in.symbols = b.more;
              in.prior_llr = row_major(eight.data(), beliefs::problems, beliefs::uses, 8);
            }),
            error::too_large)
      << "more bits than were reserved";
  EXPECT_EQ(b.d.apply(b.in, {&b.into, 1}), error::none);
}

}  // namespace
}  // namespace mho
