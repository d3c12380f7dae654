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

}  // namespace
}  // namespace mho
