// Inputs in every element type and layout give, to the last bit, what the same numbers give in row-major
// cf32.
#include "src/held.hpp"

namespace mho {
namespace {

using test::every_form;
using test::form_of_input;
using test::held;

struct batch_shape {
  std::size_t problems, rx, tx, uses;
};

std::vector<cf32> drawn(std::size_t n, std::uint16_t purpose) {
  std::vector<cf32> x(n);
  random_stream(5, 0, n, purpose).complex_normals(x);
  return x;
}

// Hermitian and positive definite in every element type: rounding is symmetric, the diagonal dominates.
std::vector<cf32> gram_matrices(std::size_t problems, std::size_t n) {
  std::vector<cf32> g = drawn(problems * n * n, 3);
  for (std::size_t p = 0; p < problems; ++p)
    for (std::size_t i = 0; i < n; ++i) {
      cf32* row = g.data() + (p * n + i) * n;
      for (std::size_t j = 0; j < i; ++j) g[(p * n + j) * n + i] = std::conj(row[j]);
      row[i] = static_cast<float>(4 * n);
    }
  return g;
}

enum class mode { apart, fused };

// Two calls on parts of the batch, the first of nine problems or of fewer.
detected run_on(detector& d, const batch_shape& s, const channel_batch& channel, const view& vectors,
                mode how) {
  const std::size_t n = s.problems * s.uses * s.tx;
  detected out{std::vector<cf32>(n), std::vector<float>(n), std::vector<status>(s.problems * s.uses)};
  std::vector<output> into(d.steps());
  for (output& one : into) {
    one.estimate = row_major(out.estimate.data(), s.problems, s.uses, s.tx);
    one.variance = row_major(out.variance.data(), s.problems, s.uses, s.tx);
    one.state = out.state;
  }
  const noise& levels = channel.noise;
  EXPECT_EQ(d.reserve({.problems = s.problems,
                       .rx = s.rx,
                       .tx = s.tx,
                       .uses = s.uses,
                       .is = channel.is,
                       .coloured_noise = levels.is > noise::per_problem,
                       .problems_per_noise_entry = levels.problems_per_entry}),
            error::none);
  const std::size_t middle = std::min<std::size_t>(9, s.problems);
  for (const auto& [begin, end] : {std::pair{std::size_t{0}, middle}, std::pair{middle, s.problems}}) {
    if (begin == end) continue;
    call which;
    which.begin = begin;
    which.end = end;
    if (how == mode::fused) {
      EXPECT_EQ(d.detect(channel, {vectors}, into, which), error::none);
    } else {
      EXPECT_EQ(d.prepare(channel, which), error::none);
      EXPECT_EQ(d.apply({vectors}, into, which), error::none);
    }
  }
  return out;
}

void expect_same(const detector_spec& spec, const batch_shape& s, const noise& n, form is,
                 form_of_input how) {
  const std::size_t rows = is == form::gram ? s.tx : s.rx;
  held h(is == form::gram ? gram_matrices(s.problems, s.tx) : drawn(s.problems * s.rx * s.tx, 1), s.problems,
         rows, s.tx, how),
      y(drawn(s.problems * s.uses * rows, 2), s.problems, s.uses, rows, how);
  auto d = make_detector(spec).value();
  for (const mode m : {mode::apart, mode::fused}) {
    const detected expected = run_on(*d, s, {h.plain(), n, is}, y.plain(), m),
                   found = run_on(*d, s, {h.in_its_form(), n, is}, y.in_its_form(), m);
    ASSERT_TRUE(same_bits(expected, found))
        << spec.name << " " << testing::PrintToString(how) << " " << s.problems << " of " << s.rx << "x"
        << s.tx << ", " << s.uses << " uses, noise " << n.is << (m == mode::fused ? ", fused" : ", apart")
        << (is == form::gram ? ", gram" : "");
    ASSERT_TRUE(std::none_of(found.state.begin(), found.state.end(), is_failed)) << spec.name;
  }
}

// One noise of each kind; an entry for three problems where there is one.
struct noises {
  explicit noises(const batch_shape& s) : entries((s.problems + 2) / 3) {
    levels.resize(s.problems);
    for (std::size_t i = 0; i < levels.size(); ++i) levels[i] = 0.1f + 0.01f * static_cast<float>(i);
    antennas.resize(entries * s.rx);
    for (std::size_t i = 0; i < antennas.size(); ++i) antennas[i] = 0.1f + 0.02f * static_cast<float>(i % 11);
    factors.assign(entries * s.rx * s.rx, cf32());
    for (std::size_t e = 0; e < entries; ++e)
      for (std::size_t i = 0; i < s.rx; ++i) {
        cf32* row = factors.data() + (e * s.rx + i) * s.rx;
        row[i] = 1.0f + 0.1f * static_cast<float>((i + e) % 3);
        if (i > 0) row[i - 1] = {0.1f, -0.2f};
      }
    const view by_antenna = row_major(antennas.data(), entries, 1, s.rx),
               matrices = row_major(factors.data(), entries, s.rx, s.rx);
    // The lower triangle of a covariance is read: diagonally dominant, so positive definite.
    all = {noise::white(0.1f),
           {noise::per_problem, 0, row_major(levels.data(), s.problems), 1},
           {noise::per_antenna, 0, by_antenna, 3},
           {noise::covariance, 0, matrices, 3},
           {noise::cholesky, 0, matrices, 3},
           {noise::whitener, 0, matrices, 3}};
  }
  std::size_t entries;
  std::vector<float> levels, antennas;
  std::vector<cf32> factors;
  std::vector<noise> all;
};

constexpr batch_shape shapes[] = {{1, 2, 2, 1},    {19, 5, 3, 1}, {19, 5, 3, 3},  {21, 16, 4, 2},
                                  {12, 40, 17, 1}, {3, 8, 3, 21}, {3, 20, 6, 21}, {35, 20, 6, 19}};

class inputs : public on_every_arithmetic {};

TEST_P(inputs, of_every_form_give_the_bits_of_cf32) {
  for (const batch_shape& s : shapes)
    for (const form_of_input& how : every_form())
      for (const char* kind : {"mrc", "zf", "mmse"})
        expect_same(spec(kind), s, noise::white(0.1f), form::channel, how);
}

TEST_P(inputs, of_every_form_under_every_noise) {
  for (const batch_shape& s :
       {batch_shape{19, 5, 3, 1}, batch_shape{12, 12, 5, 3}, batch_shape{3, 8, 3, 21}}) {
    const noises n(s);
    for (const form_of_input& how : every_form())
      for (const noise& one : n.all) expect_same(spec("mmse"), s, one, form::channel, how);
  }
}

TEST_P(inputs, of_every_form_as_gram_matrices) {
  for (const batch_shape& s : {batch_shape{19, 5, 3, 1}, batch_shape{10, 12, 9, 3}, batch_shape{3, 8, 4, 21}})
    for (const form_of_input& how : every_form())
      for (const char* kind : {"mrc", "zf", "mmse"})
        expect_same(spec(kind), s, noise::white(0.1f), form::gram, how);
}

MHO_ON_EVERY_ARITHMETIC(inputs);

TEST(inputs_of_other_kinds, of_every_form_give_the_bits_of_cf32) {
  for (const char* kind : {"zf-double", "mmse-double", "analog-zf", "analog-mmse", "analog-ginv"})
    for (const batch_shape& s :
         {batch_shape{11, 5, 2, 1}, batch_shape{18, 6, 3, 2}, batch_shape{2, 4, 2, 19}}) {
      const noises n(s);
      for (const form_of_input& how : every_form())
        for (const std::size_t which : {0u, 1u, 3u})
          expect_same({kind, {}}, s, n.all[which], form::channel, how);
    }
}

TEST(inputs_of_other_kinds, of_every_form_as_gram_matrices) {
  for (const char* kind : {"zf-double", "mmse-double", "analog-zf", "analog-mmse"})
    for (const form_of_input& how : every_form())
      expect_same({kind, {}}, {18, 6, 3, 2}, noise::white(0.1f), form::gram, how);
}

// The accelerator that goes problem after problem, not in packs.
TEST(inputs_of_other_kinds, of_an_accelerator_with_trained_converters) {
  for (const form_of_input& how : every_form())
    expect_same({"analog-zf", {{"converter.adc_kind", std::string("lloyd-max")}}}, {11, 5, 2, 2},
                noise::white(0.1f), form::channel, how);
}

TEST(stored_inputs, one_channel_for_all_problems) {
  // A stride of 0, in planes and without.
  constexpr batch_shape s{19, 6, 3, 1};
  const std::vector<cf32> h = drawn(s.rx * s.tx, 1);
  std::vector<cf32> all;
  for (std::size_t p = 0; p < s.problems; ++p) all.insert(all.end(), h.begin(), h.end());
  std::vector<const cf32*> planes;
  for (const cf32& x : h) planes.push_back(&x - 2);
  std::vector<cf32> y = drawn(s.problems * s.rx, 2);
  for (const arithmetic& a : every_arithmetic()) {
    auto d = make_detector(a.spec("mmse")).value();
    const view vectors = row_major(y.data(), s.problems, 1, s.rx);
    const detected expected =
        run_on(*d, s, {row_major(all.data(), s.problems, s.rx, s.tx), noise::white(1)}, vectors, mode::fused);
    const view repeated =
                   strided(h.data(), {s.problems, s.rx, s.tx}, {0, static_cast<std::ptrdiff_t>(s.tx), 1}),
               planar = plane_pointers(planes.data(), s.problems, s.rx, s.tx, 2, 0);
    for (const view& channel : {repeated, planar})
      EXPECT_TRUE(same_bits(expected, run_on(*d, s, {channel, noise::white(1)}, vectors, mode::fused)))
          << a.name();
  }
}

// What the definitions say of a stored number, and no more than that.
TEST(stored_inputs, integers_are_rounded_once_and_bf16_not_at_all) {
  const ci16 integers[] = {{32767, -32768}, {3, -1}};
  const cbf16 halves[] = {{0x3f80, 0xc049},
                          {0x0001, 0x7f7f}};  // 1, -3.140625, the least subnormal, the largest
  const float scale = 0.1f;
  const auto decoded = [](const view& stored) {  // y / 1 by maximum-ratio combining with H = 1, no noise
    const cf32 one = 1;
    cf32 x[2];
    const view channel = strided(&one, {2, 1, 1}, {0, 1, 1});
    output o;
    o.estimate = row_major(x, 2, 1, 1);
    auto d = make_detector("mrc").value();
    EXPECT_EQ(d->reserve({.problems = 2, .rx = 1, .tx = 1}), error::none);
    EXPECT_EQ(d->detect({channel, noise::white(0)}, {stored}, {&o, 1}), error::none);
    return std::vector<cf32>(x, x + 2);
  };
  view v = row_major(integers, 2, 1, 1);
  v.scale = scale;
  EXPECT_EQ(decoded(v), (std::vector<cf32>{{32767.0f * scale, -32768.0f * scale}, {3.0f * scale, -scale}}));
  EXPECT_EQ(decoded(row_major(halves, 2, 1, 1)),
            (std::vector<cf32>{{1.0f, -3.140625f}, {0x1p-133f, 0x1.fep+127f}}));
}

}  // namespace
}  // namespace mho
