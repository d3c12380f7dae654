// The face for C, driven from C, gives what the C++ face gives to the last bit.
#include "c_face.h"

#include <gtest/gtest.h>

#include <bit>
#include <cmath>
#include <cstring>
#include <mho/mho.hpp>
#include <new>
#include <string>
#include <type_traits>
#include <vector>

namespace mho {
namespace {

using cf32 = std::complex<float>;

constexpr std::size_t problems = 21, rx = 8, tx = 3;

struct results {
  results(std::size_t steps, std::size_t vectors, unsigned width)
      : estimate(steps * vectors * tx),
        variance(estimate.size()),
        llr(estimate.size() * width),
        bytes(llr.size()),
        words(llr.size()),
        bits(llr.size()),
        state(steps * vectors),
        weights(problems * tx * rx) {}

  std::vector<cf32> estimate;
  std::vector<float> variance, llr;
  std::vector<std::int8_t> bytes;  // the LLRs, if they are of these types
  std::vector<std::int16_t> words;
  std::vector<std::uint8_t> bits, state;
  std::vector<cf32> weights;
  std::uint64_t saturated = 5;  // is raised
};

template <class T>
bool same(const std::vector<T>& a, const std::vector<T>& b) {
  return a.size() == b.size() && std::memcmp(a.data(), b.data(), a.size() * sizeof(T)) == 0;
}

view llr_view(const c_run& run, results& to, std::size_t first, std::size_t labels) {
  view v;
  if (run.llr_type == MHO_I8)
    v = row_major(&to.bytes[first], problems, run.uses, labels);
  else if (run.llr_type == MHO_I16)
    v = row_major(&to.words[first], problems, run.uses, labels);
  else
    v = row_major(&to.llr[first], problems, run.uses, labels);
  v.scale = run.llr_scale;
  return v;
}

// The same as c_detect.c does.
error detect(const c_run& run, const options& given, view channel, view vectors_in, results& to) {
  const auto qam = constellation::parse(run.modulation).value();
  auto d = make_detector({run.kind, given}).value();
  shape room{.problems = problems, .rx = rx, .tx = tx, .uses = run.uses, .slots = run.parts};
  room.bits = qam.bits();
  room.coloured_noise = run.covariance != nullptr;
  room.problems_per_noise_entry = problems;
  if (const error e = d->reserve(room); e != error::none) return e;
  channel_batch channels{.matrix = channel, .noise = noise::white(run.n0)};
  std::vector<cf32> covariance;
  if (run.covariance != nullptr) {
    for (std::size_t i = 0; i < rx * rx; ++i)
      covariance.emplace_back(run.covariance[2 * i], run.covariance[2 * i + 1]);
    channels.noise = {noise::covariance, 0, row_major(covariance.data(), 1, rx, rx), problems};
  }
  const constellation* symbols[] = {&qam};
  received_batch received{.vectors = vectors_in};
  received.symbols = symbols;
  received.rule = static_cast<demapper>(run.rule);
  const std::size_t vectors = problems * run.uses, labels = tx * qam.bits();
  std::vector<status> state(to.state.size());
  std::vector<output> into(d->steps());
  for (std::size_t s = 0; s < into.size(); ++s) {
    into[s].estimate = row_major(&to.estimate[s * vectors * tx], problems, run.uses, tx);
    into[s].variance = row_major(&to.variance[s * vectors * tx], problems, run.uses, tx);
    into[s].llr = llr_view(run, to, s * vectors * labels, labels);
    into[s].saturated = &to.saturated;
    into[s].bits = row_major(&to.bits[s * vectors * labels], problems, run.uses, labels);
    into[s].state = std::span(state).subspan(s * vectors, vectors);
  }
  const call whole{.stream = run.stream, .first = run.first};
  error e = error::none;
  if (run.fused != 0) {
    e = d->detect(channels, received, into, whole);
  } else {
    e = d->prepare(channels, whole);
    if (e == error::none) e = d->apply(received, into, whole);
  }
  for (std::size_t i = 0; i < state.size(); ++i) to.state[i] = static_cast<std::uint8_t>(state[i]);
  if (e != error::none || run.weights == nullptr) return e;
  return d->weights(row_major(to.weights.data(), problems, tx, rx));
}

// Matrices or vectors in one of the input types, and the scale that belongs to it.
template <class T>
std::vector<T> narrowed(const std::vector<cf32>& from, float scale) {
  std::vector<T> to;
  for (const cf32 x : from) {
    if constexpr (std::is_same_v<T, cf32>) to.push_back(x);
    if constexpr (std::is_same_v<T, cbf16>)
      to.push_back({static_cast<std::uint16_t>(std::bit_cast<std::uint32_t>(x.real()) >> 16),
                    static_cast<std::uint16_t>(std::bit_cast<std::uint32_t>(x.imag()) >> 16)});
    if constexpr (std::is_same_v<T, ci16>)
      to.push_back({static_cast<std::int16_t>(std::lround(x.real() / scale)),
                    static_cast<std::int16_t>(std::lround(x.imag() / scale))});
  }
  return to;
}

// One run by both faces, on a batch of which one problem is singular.
template <class T = cf32>
void expect_equal(c_run run, std::size_t steps, const options& given) {
  SCOPED_TRACE(std::string(run.kind) + ", layout " + std::to_string(run.layout) + ", fused " +
               std::to_string(run.fused) + ", LLRs " + std::to_string(run.llr_type));
  run.in = static_cast<mho_element>(element_of<T>::value);
  random_stream random(3, 0, 0, 0);
  std::vector<cf32> drawn(problems * rx * tx), drawn_y(problems * run.uses * rx);
  random.complex_normals(drawn);
  random.complex_normals(drawn_y);
  std::fill_n(&drawn[4 * rx * tx], rx * tx, cf32(0));
  std::vector<T> rows = narrowed<T>(drawn, run.in_scale), y = narrowed<T>(drawn_y, run.in_scale),
                 h(rows.size());
  const view in = row_major(rows.data(), problems, rx, tx);
  std::vector<const T*> planes;
  for (std::size_t p = 0; p < rx * tx; ++p) planes.push_back(h.data() + p * problems);
  const view as[4] = {row_major(h.data(), problems, rx, tx), column_major(h.data(), problems, rx, tx),
                      problem_fastest(h.data(), problems, rx, tx),
                      problem_fastest(h.data(), problems, rx, tx)};
  for (std::size_t p = 0; p < problems; ++p)
    for (std::size_t i = 0; i < rx; ++i)
      for (std::size_t k = 0; k < tx; ++k) as[run.layout].at<T>(p, i, k) = in.at<T>(p, i, k);
  view channel =
      run.layout == PLANE_POINTERS ? plane_pointers(planes.data(), problems, rx, tx) : as[run.layout];
  view vectors = row_major(y.data(), problems, run.uses, rx);
  channel.scale = vectors.scale = run.in_scale;

  const unsigned bits = constellation::parse(run.modulation).value().bits();
  results from_c(steps, problems * run.uses, bits), from_cpp(steps, problems * run.uses, bits);
  run.problems = problems;
  run.rx = rx;
  run.tx = tx;
  run.h = h.data();
  run.y = y.data();
  run.estimate = reinterpret_cast<float*>(from_c.estimate.data());
  run.variance = from_c.variance.data();
  run.llr = llr_view(run, from_c, 0, 1).data;
  run.bits = from_c.bits.data();
  run.state = from_c.state.data();
  run.saturated = &from_c.saturated;
  if (run.weights != nullptr) run.weights = reinterpret_cast<float*>(from_c.weights.data());

  const error expected = detect(run, given, channel, vectors, from_cpp);
  ASSERT_EQ(static_cast<error>(c_detect(&run)), expected);
  if (run.layout != PLANE_POINTERS || run.in != MHO_CF32) {
    ASSERT_EQ(expected, error::none);
    EXPECT_TRUE(is_failed(static_cast<status>(from_cpp.state[4 * run.uses])));
    EXPECT_EQ(static_cast<status>(from_cpp.state[0]), status::ok);
  }
  EXPECT_TRUE(same(from_c.estimate, from_cpp.estimate));
  EXPECT_TRUE(same(from_c.variance, from_cpp.variance));
  EXPECT_TRUE(same(from_c.llr, from_cpp.llr));
  EXPECT_TRUE(same(from_c.bytes, from_cpp.bytes));
  EXPECT_TRUE(same(from_c.words, from_cpp.words));
  EXPECT_TRUE(same(from_c.bits, from_cpp.bits));
  EXPECT_TRUE(same(from_c.state, from_cpp.state));
  EXPECT_TRUE(same(from_c.weights, from_cpp.weights));
  EXPECT_EQ(from_c.saturated, from_cpp.saturated);
  if (run.llr_type == MHO_F32) {
    EXPECT_EQ(from_c.saturated, 5u);
  } else {
    EXPECT_GT(from_c.saturated, 5u) << "the scale is to clip some";
  }
}

c_run plain(const char* kind) {
  c_run run{};
  run.kind = kind;
  run.uses = 1;
  run.n0 = 0.25f;
  run.parts = 1;
  run.modulation = "64qam";
  run.in_scale = 1;
  run.llr_type = MHO_F32;
  run.llr_scale = 1;
  return run;
}

TEST(c_face, linear_detectors_are_the_cpp_face_to_the_last_bit) {
  for (const layout order : {ROWS, COLUMNS, PLANES, PLANE_POINTERS})
    for (const int fused : {0, 1}) {
      c_run run = plain(fused != 0 ? "mmse" : "zf");
      run.layout = order;
      run.fused = fused;
      run.rule = fused != 0 ? MHO_EXACT : MHO_MAX_LOG;
      expect_equal(run, 1, {});
    }
}

TEST(c_face, integer_llrs_and_how_many_were_clipped) {
  for (const mho_element type : {MHO_I8, MHO_I16})
    for (const int fused : {0, 1}) {
      c_run run = plain(fused != 0 ? "mmse" : "zf");
      run.fused = fused;
      run.uses = 2;
      run.parts = 3;
      run.n0 = 0.01f;
      run.llr_type = type;
      run.llr_scale = type == MHO_I8 ? 0.25f : 0x1p-11f;
      expect_equal(run, 1, {});
    }
  const std::int64_t cycles[] = {1, 3};
  c_run run = plain("analog-mmse");
  run.cycles = cycles;
  run.cycle_count = 2;
  run.llr_type = MHO_I8;
  run.llr_scale = 0x1p-4f;
  expect_equal(run, 2, {{"cycles", std::vector<std::int64_t>{1, 3}}});
}

TEST(c_face, inputs_of_sixteen_bits) {
  for (const layout order : {ROWS, COLUMNS, PLANES, PLANE_POINTERS})
    for (const int fused : {0, 1}) {
      c_run run = plain(fused != 0 ? "mmse" : "zf");
      run.layout = order;
      run.fused = fused;
      expect_equal<cbf16>(run, 1, {});
      run.in_scale = 0x1p-12f;
      expect_equal<ci16>(run, 1, {});
    }
}

TEST(c_face, parts_on_slots_weights_options_and_coloured_noise) {
  static float marker;
  c_run run = plain("mmse");
  run.uses = 3;
  run.parts = 4;
  run.weights = &marker;
  run.target = "scalar";
  expect_equal(run, 1, {{"target", "scalar"}});

  run.target = nullptr;
  run.parts = 1;
  std::vector<float> covariance(2 * rx * rx);
  for (std::size_t i = 0; i < rx; ++i) {
    covariance[2 * (i * rx + i)] = 0.5f + 0.1f * static_cast<float>(i);
    for (std::size_t j = 0; j < i; ++j) covariance[2 * (i * rx + j) + 1] = 0.02f;
  }
  run.covariance = covariance.data();
  expect_equal(run, 1, {});
}

TEST(c_face, all_cycles_of_an_analogue_detector_and_its_draws) {
  const std::int64_t cycles[] = {1, 2, 4};
  c_run run = plain("analog-zf");
  run.cycles = cycles;
  run.cycle_count = 3;
  run.stream = 7;
  run.first = 1000;
  expect_equal(run, 3, {{"cycles", std::vector<std::int64_t>{1, 2, 4}}});
}

TEST(c_face, errors_and_messages) { EXPECT_EQ(c_errors(), 0); }
TEST(c_face, lists) { EXPECT_EQ(c_lists(), 0); }
TEST(c_face, constellations) { EXPECT_EQ(c_constellations(), 0); }
TEST(c_face, ranges) { EXPECT_EQ(c_ranges(), 0); }
TEST(c_face, refused_reserves) { EXPECT_EQ(c_reserves(), 0); }

TEST(c_face, no_exception_crosses_it) {
  const auto kind = [](std::string name, auto make) {
    detector_kind k;
    k.name = std::move(name);
    k.make = make;
    return k;
  };
  using made = result<std::unique_ptr<detector>>;
  ASSERT_EQ(register_detector(kind("greedy", [](const options&) -> made { throw std::bad_alloc(); })),
            error::none);
  ASSERT_EQ(register_detector(kind("rude", [](const options&) -> made { throw 3; })), error::none);
  mho_detector* d = nullptr;
  char message[64];
  EXPECT_EQ(mho_detector_new("greedy", nullptr, &d, message, sizeof message), MHO_NO_MEMORY);
  EXPECT_STREQ(message, "memory ran out");
  EXPECT_EQ(mho_detector_new("rude", nullptr, &d, message, sizeof message), MHO_UNSUPPORTED);
  EXPECT_EQ(d, nullptr);
}

}  // namespace
}  // namespace mho
