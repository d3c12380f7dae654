// What the shell does for a kind: the Gram form, whitening, soft bits of every stream.
#include <bit>
#include <cmath>

#include "src/divider.hpp"

namespace mho {
namespace {

using test::cf32;
using test::setup;

TEST(detector_interface, a_kind_that_takes_the_gram_form_gets_it_from_any_caller) {
  // G_kk = d^2 and z_k = d y_k, so the quotient is y_k / d: as from the channel itself.
  setup direct, converted(form::gram);
  ASSERT_EQ(direct.d.detect(direct.channel(), direct.received(), direct.into), error::none);
  ASSERT_EQ(converted.d.detect(converted.channel(), converted.received(), converted.into), error::none);
  for (std::size_t i = 0; i < direct.estimate.size(); ++i)
    EXPECT_LE(std::abs(direct.estimate[i] - converted.estimate[i]), 4e-7f * std::abs(direct.estimate[i]));
}

TEST(detector_interface, coloured_noise_is_whitened_first) {
  // One variance an antenna: H and y are divided by its root, the kind sees unit noise: nvar = v / d^2.
  setup s(form::channel, true);
  std::vector<float> v(setup::problems / 5 * setup::rx);
  for (std::size_t i = 0; i < v.size(); ++i) v[i] = 0.1f * static_cast<float>(i + 1);
  channel_batch c = s.channel();
  c.noise = {noise::per_antenna, 0, row_major(v.data(), setup::problems / 5, 1, setup::rx), 5};
  ASSERT_EQ(s.d.detect(c, s.received(), s.into), error::none);
  for (std::size_t p = 0; p < setup::problems; ++p)
    for (std::size_t k = 0; k < setup::tx; ++k) {
      const auto d = static_cast<float>(p + k + 1);
      const std::size_t at = p * setup::uses * setup::tx + k;
      EXPECT_NEAR(s.variance[at] / (v[p / 5 * setup::rx + k] / (d * d)), 1, 1e-6);
      EXPECT_LE(std::abs(s.estimate[at] - s.y[p * setup::uses * setup::rx + k] / d),
                1e-6f * std::abs(s.estimate[at]));
    }
  call which;
  which.begin = 3;
  EXPECT_EQ(s.d.prepare(c, which), error::bad_range) << "a range that splits a noise entry";
  setup unprepared;
  EXPECT_EQ(unprepared.d.prepare(c), error::too_large) << "no room was reserved for whitening";
}

TEST(detector_interface, each_stream_may_have_its_own_constellation) {
  setup s;
  ASSERT_EQ(
      s.d.reserve(
          {.problems = setup::problems, .rx = setup::rx, .tx = setup::tx, .uses = setup::uses, .bits = 6}),
      error::none);
  const constellation qpsk = constellation::parse("qpsk").value(),
                      qam64 = constellation::parse("64qam").value();
  const std::array symbols{&qpsk, &qam64};
  constexpr std::size_t width = 2 + 6;
  std::vector<float> llr(setup::problems * setup::uses * width);
  std::vector<std::uint8_t> bits(llr.size());
  s.into[0].llr = row_major(llr.data(), setup::problems, setup::uses, width);
  s.into[0].bits = row_major(bits.data(), setup::problems, setup::uses, width);
  received_batch r = s.received();
  r.symbols = symbols;
  ASSERT_EQ(s.d.detect(s.channel(), r, s.into), error::none);
  // Max-log by its definition, over all points: (min over bit 1 - min over bit 0) / variance.
  for (std::size_t i = 0; i < setup::problems * setup::uses; ++i)
    for (std::size_t k = 0, at = 0; k < setup::tx; at += symbols[k++]->bits()) {
      const std::complex<double> x = s.estimate[i * setup::tx + k];
      const auto points = symbols[k]->points();
      for (unsigned b = 0; b < symbols[k]->bits(); ++b) {
        std::array<double, 2> nearest{1e300, 1e300};
        for (std::size_t label = 0; label < points.size(); ++label) {
          double& best = nearest[label >> (symbols[k]->bits() - 1 - b) & 1];
          best = std::min(best, std::norm(x - std::complex<double>(points[label])));
        }
        const double expected = (nearest[1] - nearest[0]) / s.variance[i * setup::tx + k];
        EXPECT_NEAR(llr[i * width + at + b], expected, 1e-4 * (1 + std::abs(expected)));
        if (std::abs(expected) > 1e-3) {
          EXPECT_EQ(bits[i * width + at + b], expected < 0);
        }
      }
    }
  s.into[0].llr = row_major(llr.data(), setup::problems, setup::uses, 4);
  EXPECT_EQ(s.d.detect(s.channel(), r, s.into), error::bad_shape) << "as if both were QPSK";
}

// One antenna, one stream, no matrix to prepare: y / h in one go.
class quotient final : public detector {
 public:
  quotient() : detector(abilities(), 1) {}
  static capabilities abilities() {
    capabilities can;
    can.native = native_estimate | native_variance | native_failures;
    return can;
  }

 private:
  error do_reserve(const shape&) override { return error::none; }
  error do_prepare(const channel_batch&, const call&, std::span<status>) noexcept override {
    return error::unsupported;
  }
  error do_apply(const received_batch&, std::span<const output>, const call&) const noexcept override {
    return error::unsupported;
  }
  error do_detect(const channel_batch& channel, const received_batch& received, std::span<const output> into,
                  const call&) noexcept override {
    if (channel.matrix.type != element::cf32 || channel.matrix.planes != nullptr) return error::bad_value;
    if (received.vectors.type != element::cf32 || received.vectors.planes != nullptr) return error::bad_value;
    for (std::size_t i = 0; i < channel.matrix.extent[0]; ++i)
      into[0].estimate.at<cf32>(i) = received.vectors.at<cf32>(i) / channel.matrix.at<cf32>(i);
    return error::none;
  }
};

TEST(detector_interface, kinds_that_fuse_and_do_not_widen_are_handed_floats) {
  constexpr std::size_t problems = 50;
  std::vector<ci16> h(problems), y(problems);
  std::vector<cf32> expected(problems), x(problems);
  for (std::size_t i = 0; i < problems; ++i) {
    const auto n = static_cast<std::int16_t>(i + 1);
    h[i] = {n, 0};
    y[i] = {n, static_cast<std::int16_t>(2 * n)};
    expected[i] = {1, 2};
  }
  const ci16* plane[] = {h.data()};
  quotient d;
  ASSERT_EQ(d.reserve({.problems = problems, .rx = 1, .tx = 1}), error::none);
  output o;
  o.estimate = row_major(x.data(), problems);
  ASSERT_EQ(d.detect({plane_pointers(plane, problems, 1, 1), noise::white(1)},
                     {row_major(y.data(), problems)}, {&o, 1}),
            error::none);
  EXPECT_EQ(x, expected);
}

// A kind that knows cf32 alone is handed that, whatever comes, in the channel form and in the Gram form.
TEST(detector_interface, kinds_that_do_not_widen_are_handed_floats) {
  for (const form takes : {form::channel, form::gram}) {
    setup plain(takes), narrow(takes);
    std::vector<cbf16> h(plain.h.size());
    std::vector<ci16> y(plain.y.size());
    for (std::size_t i = 0; i < h.size(); ++i)  // small integers: exact in both
      h[i] = {static_cast<std::uint16_t>(std::bit_cast<std::uint32_t>(plain.h[i].real()) >> 16), 0};
    for (std::size_t i = 0; i < y.size(); ++i)
      y[i] = {static_cast<std::int16_t>(4 * plain.y[i].real()),
              static_cast<std::int16_t>(4 * plain.y[i].imag())};
    std::vector<const cbf16*> planes;  // of the row-major matrix: neighbours a matrix apart
    for (std::size_t i = 0; i < setup::rx * setup::tx; ++i) planes.push_back(h.data() + i);
    const view matrix = plane_pointers(planes.data(), setup::problems, setup::rx, setup::tx, 0,
                                       static_cast<std::ptrdiff_t>(setup::rx * setup::tx));
    received_batch received{row_major(y.data(), setup::problems, setup::uses, setup::rx)};
    received.vectors.scale = 0.25f;
    for (const bool fused : {true, false})
      for (const std::size_t begin : {std::size_t{0}, std::size_t{20}}) {
        call which;
        which.begin = begin;
        which.end = begin == 0 ? 20 : SIZE_MAX;
        if (fused) {
          ASSERT_EQ(plain.d.detect(plain.channel(), plain.received(), plain.into, which), error::none);
          ASSERT_EQ(narrow.d.detect({matrix, noise::white(0.5f)}, received, narrow.into, which), error::none);
        } else {
          ASSERT_EQ(narrow.d.prepare({matrix, noise::white(0.5f)}, which), error::none);
          ASSERT_EQ(narrow.d.apply(received, narrow.into, which), error::none);
        }
      }
    EXPECT_EQ(plain.estimate, narrow.estimate);
    EXPECT_EQ(plain.second, narrow.second);
    EXPECT_EQ(plain.variance, narrow.variance);
  }
}

}  // namespace
}  // namespace mho
