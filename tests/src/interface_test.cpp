// The detector concept, on a small fake: what the shell promises to callers and to kinds.
#include <gtest/gtest.h>

#include <cmath>
#include <mho/mho.hpp>
#include <thread>

namespace mho {
namespace {

using cf32 = std::complex<float>;

// Divides by the diagonal of what it is given. Step 0 is the quotient, step 1 adds the problem's global
// number: so tests see which identity reached the kind. A diagonal entry of 99 is degraded.
class divider final : public detector {
 public:
  explicit divider(form takes) : detector(abilities(takes), 2) {}

  static capabilities abilities(form takes) {
    capabilities can;
    can.forms = static_cast<std::uint8_t>(takes);
    can.randomised = true;
    can.max_tx = 8;
    return can;
  }

 private:
  error do_reserve(const shape& room) override {
    diagonal_.resize(room.problems * room.tx);
    level_.resize(room.problems);
    return error::none;
  }
  error do_prepare(const channel_batch& in, const call& which, std::span<status> state) noexcept override {
    for (std::size_t i = 0; i < state.size(); ++i) {
      level_[which.begin + i] = in.noise.values.at<float>(i);
      for (std::size_t k = 0; k < room().tx; ++k) {
        const cf32 d = in.matrix.at<cf32>(i, k, k);
        diagonal_[(which.begin + i) * room().tx + k] = d;
        if (d == cf32(0)) state[i] = status::singular;
      }
    }
    return error::none;
  }
  error do_apply(const received_batch& in, std::span<const output> into,
                 const call& which) const noexcept override {
    for (std::size_t i = 0; i < in.vectors.extent[0]; ++i)
      for (std::size_t u = 0; u < in.vectors.extent[1]; ++u)
        for (std::size_t k = 0; k < room().tx; ++k) {
          const cf32 d = diagonal_[(which.begin + i) * room().tx + k], x = in.vectors.at<cf32>(i, u, k) / d;
          into[0].estimate.at<cf32>(i, u, k) = x;
          into[1].estimate.at<cf32>(i, u, k) =
              x + cf32(static_cast<float>(which.first + which.begin + i), static_cast<float>(which.stream));
          for (const output& o : into) o.variance.at<float>(i, u, k) = level_[which.begin + i] / std::norm(d);
          if (d == cf32(99)) into[1].state[i * in.vectors.extent[1] + u] = status::not_converged;
        }
    return error::none;
  }

  std::vector<cf32> diagonal_;
  std::vector<float> level_;
};

struct setup {
  static constexpr std::size_t problems = 50, rx = 3, tx = 2, uses = 2;

  explicit setup(form takes = form::channel, bool coloured = false) : d(takes) {
    EXPECT_EQ(d.reserve({.problems = problems,
                         .rx = rx,
                         .tx = tx,
                         .uses = uses,
                         .slots = 3,
                         .bits = 2,
                         .coloured_noise = coloured}),
              error::none);
    for (std::size_t p = 0; p < problems; ++p)
      for (std::size_t k = 0; k < tx; ++k) h[(p * rx + k) * tx + k] = static_cast<float>(p + k + 1);
    for (std::size_t i = 0; i < y.size(); ++i)
      y[i] = cf32(static_cast<float>(i % 17), static_cast<float>(i % 5) - 2.0f);
    into[0].estimate = row_major(estimate.data(), problems, uses, tx);
    into[0].variance = row_major(variance.data(), problems, uses, tx);
    into[0].state = state;
    into[1].estimate = row_major(second.data(), problems, uses, tx);
  }
  channel_batch channel(float n0 = 0.5f) { return {row_major(h.data(), problems, rx, tx), noise::white(n0)}; }
  received_batch received() { return {row_major(y.data(), problems, uses, rx)}; }

  divider d;
  std::vector<cf32> h = std::vector<cf32>(problems * rx * tx), y = std::vector<cf32>(problems * uses * rx);
  std::vector<cf32> estimate = std::vector<cf32>(problems * uses * tx), second = estimate;
  std::vector<float> variance = std::vector<float>(problems * uses * tx);
  std::vector<status> state = std::vector<status>(problems * uses);
  std::array<output, 2> into;
};

TEST(detector_interface, outputs_steps_and_identity) {
  setup s;
  ASSERT_EQ(s.d.steps(), 2u);
  call which;
  which.first = 1000;
  which.stream = 7;
  ASSERT_EQ(s.d.detect(s.channel(), s.received(), s.into, which), error::none);
  for (std::size_t p = 0; p < setup::problems; ++p)
    for (std::size_t u = 0; u < setup::uses; ++u)
      for (std::size_t k = 0; k < setup::tx; ++k) {
        const std::size_t at = (p * setup::uses + u) * setup::tx + k;
        const auto d = static_cast<float>(p + k + 1);
        EXPECT_EQ(s.estimate[at], s.y[(p * setup::uses + u) * setup::rx + k] / d);
        EXPECT_EQ(s.second[at], s.estimate[at] + cf32(static_cast<float>(1000 + p), 7));
        EXPECT_FLOAT_EQ(s.variance[at], 0.5f / (d * d));
      }
}

TEST(detector_interface, ranges_and_slots_at_once_give_what_one_call_gives) {
  setup whole, parts;
  ASSERT_EQ(whole.d.detect(whole.channel(), whole.received(), whole.into), error::none);
  {
    std::vector<std::jthread> pool;
    for (unsigned slot = 0; slot < 3; ++slot)
      pool.emplace_back([&parts, slot] {
        call which;
        which.slot = slot;
        which.begin = slot * 17;
        which.end = slot == 2 ? SIZE_MAX : (slot + 1) * 17;
        EXPECT_EQ(parts.d.detect(parts.channel(), parts.received(), parts.into, which), error::none);
      });
  }
  EXPECT_EQ(whole.estimate, parts.estimate);
  EXPECT_EQ(whole.second, parts.second);
  EXPECT_EQ(whole.variance, parts.variance);
}

TEST(detector_interface, errors_of_a_call_write_nothing) {
  setup s;
  std::fill(s.estimate.begin(), s.estimate.end(), cf32(42));
  const auto untouched = s.estimate;
  EXPECT_EQ(s.d.apply(s.received(), s.into), error::not_prepared);
  ASSERT_EQ(s.d.prepare(s.channel()), error::none);
  call which;
  which.slot = 3;
  EXPECT_EQ(s.d.apply(s.received(), s.into, which), error::bad_range);
  which.slot = 0;
  which.begin = 51;
  EXPECT_EQ(s.d.apply(s.received(), s.into, which), error::bad_range);
  EXPECT_EQ(s.d.apply(s.received(), std::span(s.into).first(1)), error::bad_shape);
  received_batch large = s.received();
  large.vectors.extent[1] = 3;
  EXPECT_EQ(s.d.apply(large, s.into), error::too_large);
  received_batch wrong = s.received();
  wrong.vectors.extent[2] = 2;
  EXPECT_EQ(s.d.apply(wrong, s.into), error::bad_shape);
  std::vector<cf32> more(51 * 6);
  EXPECT_EQ(s.d.prepare({row_major(more.data(), 51, 3, 2), noise::white(1)}), error::too_large);
  auto llr = s.into;
  std::vector<float> ratios(setup::problems * setup::uses * 4);
  llr[0].llr = row_major(ratios.data(), setup::problems, setup::uses, 4);
  EXPECT_EQ(s.d.apply(s.received(), llr), error::bad_shape) << "llr without symbols";
  auto overlapping = s.into;
  overlapping[0].estimate = row_major(s.y.data(), setup::problems, setup::uses, setup::tx);
  EXPECT_EQ(s.d.apply(s.received(), overlapping), error::overlap);
  EXPECT_EQ(s.estimate, untouched);
  EXPECT_EQ(s.d.weights(s.into[0].estimate), error::unsupported);
}

TEST(detector_interface, what_this_version_does_not_take_is_unsupported) {
  setup s;
  ASSERT_EQ(s.d.prepare(s.channel()), error::none);
  received_batch r = s.received();
  r.prior_llr = s.into[0].variance;
  EXPECT_EQ(s.d.apply(r, s.into), error::unsupported);
  r = s.received();
  r.vectors.type = element::ci16;
  EXPECT_EQ(s.d.apply(r, s.into), error::unsupported);
  void* planes[6] = {};
  channel_batch c = s.channel();
  c.matrix.planes = planes;
  EXPECT_EQ(s.d.prepare(c), error::unsupported);
  call which;
  which.queue = &which;
  EXPECT_EQ(s.d.prepare(s.channel(), which), error::unsupported);
  c = s.channel();
  c.is = form::gram;
  EXPECT_EQ(s.d.prepare(c), error::unsupported) << "channel was reserved";
}

TEST(detector_interface, reserve_checks_the_shape) {
  divider d(form::channel);
  EXPECT_EQ(d.reserve({.problems = 0, .rx = 2, .tx = 2}), error::bad_shape);
  EXPECT_EQ(d.reserve({.problems = 1, .rx = 2, .tx = 3}), error::bad_shape) << "tx > rx";
  EXPECT_EQ(d.reserve({.problems = 1, .rx = 20, .tx = 9}), error::too_large);
  EXPECT_EQ(d.reserve({.problems = 1, .rx = 2, .tx = 2, .is = form::gram}), error::unsupported);
  EXPECT_EQ(d.reserve({.problems = SIZE_MAX / 4, .rx = 2, .tx = 2}), error::no_memory);
  EXPECT_EQ(d.slots(), 0u);
}

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

TEST(detector_interface, statuses_are_in_band) {
  setup s;
  const constellation qpsk = constellation::parse("qpsk").value();
  const constellation* symbols[] = {&qpsk};
  s.h[(4 * setup::rx + 1) * setup::tx + 1] = 0;  // problem 4: singular
  s.h[(5 * setup::rx) * setup::tx] = 99;         // problem 5: degraded in step 1
  s.y[(6 * setup::uses + 1) * setup::rx] = std::numeric_limits<float>::infinity();  // problem 6: one use
  std::vector<float> levels(setup::problems, 0.5f);
  levels[7] = std::numeric_limits<float>::quiet_NaN();
  levels[8] = -1;
  channel_batch c = s.channel();
  c.noise = {noise::per_problem, 0, row_major(levels.data(), setup::problems), 1};
  std::vector<status> second_state(s.state.size());
  s.into[1].state = second_state;
  std::vector<float> llr(setup::problems * setup::uses * 4, 5.0f);
  std::vector<std::uint8_t> bits(llr.size(), 7);
  s.into[0].llr = row_major(llr.data(), setup::problems, setup::uses, 4);
  s.into[0].bits = row_major(bits.data(), setup::problems, setup::uses, 4);
  received_batch r = s.received();
  r.symbols = symbols;
  ASSERT_EQ(s.d.detect(c, r, s.into), error::none);
  EXPECT_EQ(s.state[8], status::singular);
  EXPECT_EQ(s.d.prepared(4), status::singular);
  EXPECT_EQ(s.state[10], status::ok);
  EXPECT_EQ(second_state[10], status::not_converged);
  EXPECT_EQ(s.state[12], status::ok);
  EXPECT_EQ(s.state[13], status::not_finite);
  EXPECT_EQ(s.state[14], status::not_finite);
  EXPECT_EQ(s.state[16], status::out_of_range);
  std::array<std::uint8_t, 2> zero;
  const cf32 origin = 0;
  qpsk.slice({&origin, 1}, zero);
  for (const std::size_t use : {8u, 9u, 13u, 14u, 16u}) {
    for (std::size_t k = 0; k < setup::tx; ++k) {
      EXPECT_EQ(s.estimate[use * setup::tx + k], cf32(0));
      EXPECT_EQ(s.variance[use * setup::tx + k], std::numeric_limits<float>::infinity());
    }
    for (std::size_t b = 0; b < 4; ++b) {
      EXPECT_EQ(llr[use * 4 + b], 0);
      EXPECT_EQ(bits[use * 4 + b], zero[b % 2]);
    }
  }
  setup clean;
  ASSERT_EQ(clean.d.detect(clean.channel(), clean.received(), clean.into), error::none);
  for (const std::size_t use : {6u, 7u, 12u, 18u})
    for (std::size_t k = 0; k < setup::tx; ++k)
      EXPECT_EQ(s.estimate[use * setup::tx + k], clean.estimate[use * setup::tx + k]);
}

TEST(detector_interface, layouts_of_views_are_the_same_numbers) {
  setup rows, columns;
  std::vector<cf32> column_h(columns.h.size()), planes_y(columns.y.size());
  constexpr std::size_t n = setup::problems, rx = setup::rx, tx = setup::tx, uses = setup::uses;
  const view ch = column_major(column_h.data(), n, rx, tx),
             py = problem_fastest(planes_y.data(), n, uses, rx);
  for (std::size_t p = 0; p < n; ++p) {
    for (std::size_t i = 0; i < rx; ++i)
      for (std::size_t k = 0; k < tx; ++k) ch.at<cf32>(p, i, k) = rows.h[(p * rx + i) * tx + k];
    for (std::size_t u = 0; u < uses; ++u)
      for (std::size_t i = 0; i < rx; ++i) py.at<cf32>(p, u, i) = rows.y[(p * uses + u) * rx + i];
  }
  ASSERT_EQ(rows.d.detect(rows.channel(), rows.received(), rows.into), error::none);
  ASSERT_EQ(columns.d.detect({ch, noise::white(0.5f)}, {py}, columns.into), error::none);
  EXPECT_EQ(rows.estimate, columns.estimate);
  // One channel for all problems: stride 0.
  setup shared;
  ASSERT_EQ(shared.d.detect({strided(rows.h.data(), {n, rx, tx}, {0, tx, 1}), noise::white(0.5f)},
                            shared.received(), shared.into),
            error::none);
  EXPECT_EQ(shared.estimate[5 * uses * tx], rows.y[5 * uses * rx] / rows.h[0]);
}

TEST(registry, names_options_and_registration) {
  EXPECT_EQ(make_detector("mmze").message(), "unknown detector mmze; the nearest known one is mmse");
  EXPECT_EQ(make_detector({"analog-zf", {{"cycels", std::int64_t{3}}}}).message(),
            "analog-zf: cycels: unknown option; the nearest known one is cycles");
  EXPECT_EQ(
      make_detector({"analog-zf", {{"accelerator", "paper"}, {"cycles", std::vector<std::int64_t>{1, 2, 5}}}})
          .value()
          ->steps(),
      3u);
  EXPECT_EQ(make_detector({"analog-zf", {{"cycles", std::vector<std::int64_t>{2, 1}}}}).code(),
            error::bad_value);
  detector_kind kind{"divider",
                     "a fake",
                     divider::abilities(form::channel),
                     {{"depth", std::int64_t{3}, "", "", 1, 9}},
                     [](const options& o) {
                       EXPECT_EQ(std::get<std::int64_t>(o.at("depth")), 3);
                       return result<std::unique_ptr<detector>>(std::make_unique<divider>(form::channel));
                     }};
  EXPECT_EQ(register_detector(kind), error::none);
  EXPECT_EQ(register_detector(kind), error::name_taken);
  EXPECT_EQ(register_detector({}), error::bad_value);
  EXPECT_EQ(make_detector("divider").value()->steps(), 2u);
  EXPECT_EQ(make_detector({"divider", {{"depth", std::int64_t{10}}}}).message(),
            "divider: depth: must be an integer from 1 to 9");
  EXPECT_EQ(detector_kinds().front().name, "mrc");
  EXPECT_EQ(detector_kinds().back().name, "divider");
}

}  // namespace
}  // namespace mho
