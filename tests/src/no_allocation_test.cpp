// Nothing is allocated after `reserve`, and where something is, memory may run out.
#include <gtest/gtest.h>

#include <mho/mho.h>
#include <atomic>
#include <cstdlib>
#include <mho/mho.hpp>
#include <new>

namespace {
std::atomic<std::size_t> allocations{0}, fails_from{SIZE_MAX};  // the latter: as many succeed

bool is_to_fail() { return allocations++ >= fails_from; }
}  // namespace

// noinline: inlined, g++ 12 would take malloc and free for a mismatched pair.
__attribute__((noinline)) void* operator new(std::size_t size) {
  if (is_to_fail()) throw std::bad_alloc();
  if (void* p = std::malloc(size == 0 ? 1 : size)) return p;
  throw std::bad_alloc();
}
__attribute__((noinline)) void* operator new(std::size_t size, const std::nothrow_t&) noexcept {
  return is_to_fail() ? nullptr : std::malloc(size == 0 ? 1 : size);
}
__attribute__((noinline)) void operator delete(void* p) noexcept { std::free(p); }
__attribute__((noinline)) void operator delete(void* p, std::size_t) noexcept { std::free(p); }

// The kernels' buffers are aligned.
__attribute__((noinline)) void* operator new(std::size_t size, std::align_val_t alignment) {
  if (is_to_fail()) throw std::bad_alloc();
  const auto to = static_cast<std::size_t>(alignment);
  if (void* p = std::aligned_alloc(to, (size + to - 1) / to * to)) return p;
  throw std::bad_alloc();
}
__attribute__((noinline)) void operator delete(void* p, std::align_val_t) noexcept { std::free(p); }
__attribute__((noinline)) void operator delete(void* p, std::size_t, std::align_val_t) noexcept {
  std::free(p);
}

namespace mho {
namespace {

TEST(no_allocation, in_prepare_apply_detect_and_weights) {
  constexpr std::size_t problems = 20, rx = 16, tx = 4, uses = 3;
  const constellation qam = constellation::parse("64qam").value();
  const constellation* symbols[] = {&qam};
  std::vector<std::complex<float>> h(problems * rx * tx), y(problems * uses * rx), r(problems * rx * rx),
      w(problems * tx * rx);
  random_stream random(1, 0, 0, 0);
  random.complex_normals(h);
  random.complex_normals(y);
  for (std::size_t i = 0; i < r.size(); i += rx + 1) r[i] = 1;
  std::vector<cbf16> halves(h.size());
  for (std::size_t i = 0; i < halves.size(); ++i)
    halves[i] = {static_cast<std::uint16_t>(0x3f00 + i % 200), static_cast<std::uint16_t>(0xbf00 + i % 77)};
  for (std::size_t p = 0; p < problems; ++p)
    for (std::size_t i = 0; i < rx; ++i) r[(p * rx + i) * rx + i] = 1;
  for (const char* kind :
       {"mrc", "zf", "mmse", "zf-double", "mmse-double", "analog-zf", "analog-mmse", "analog-ginv"}) {
    auto d = make_detector(kind).value();
    const shape room{
        .problems = problems, .rx = rx, .tx = tx, .uses = uses, .bits = 6, .coloured_noise = true};
    ASSERT_EQ(d->reserve(room), error::none);
    std::vector<float> llr(problems * uses * tx * 6);
    std::vector<std::uint8_t> bits(llr.size());
    std::vector<std::int8_t> small(llr.size());
    output o;
    o.llr = row_major(llr.data(), problems, uses, tx * 6);
    o.bits = row_major(bits.data(), problems, uses, tx * 6);
    received_batch received;
    received.vectors = row_major(y.data(), problems, uses, rx);
    received.symbols = symbols;
    noise coloured;
    coloured.is = noise::covariance;
    coloured.values = row_major(r.data(), problems, rx, rx);
    const view channel = row_major(h.data(), problems, rx, tx);
    // bf16, a plane an antenna and stream, or an antenna and use.
    std::vector<const cbf16*> h_planes(rx * tx), y_planes(uses * rx);
    for (std::size_t i = 0; i < h_planes.size(); ++i) h_planes[i] = halves.data() + i * problems;
    for (std::size_t i = 0; i < y_planes.size(); ++i) y_planes[i] = halves.data() + i * problems;
    const view narrow_channel = plane_pointers(h_planes.data(), problems, rx, tx);
    received_batch narrow_received = received;
    narrow_received.vectors = plane_pointers(y_planes.data(), problems, uses, rx);
    const std::size_t before = allocations;
    const error white = d->detect({channel, noise::white(0.1f)}, received, {&o, 1});
    const error full = d->detect({channel, coloured}, received, {&o, 1});
    std::uint64_t saturated = 0;
    output integers = o;
    integers.llr = row_major(small.data(), problems, uses, tx * 6);
    integers.saturated = &saturated;
    const error rounded = d->detect({channel, noise::white(0.1f)}, received, {&integers, 1});
    const error narrow = d->detect({narrow_channel, coloured}, narrow_received, {&o, 1});
    const error narrow_white = d->detect({narrow_channel, noise::white(0.1f)}, narrow_received, {&o, 1});
    const error linear = d->can().linear ? d->weights(row_major(w.data(), problems, tx, rx)) : error::none;
    const std::size_t after = allocations;
    EXPECT_EQ(after, before) << kind;
    EXPECT_EQ(white, error::none) << kind;
    EXPECT_EQ(full, error::none) << kind;
    EXPECT_EQ(rounded, error::none) << kind;
    EXPECT_EQ(narrow, error::none) << kind;
    EXPECT_EQ(narrow_white, error::none) << kind;
    EXPECT_EQ(linear, error::none) << kind;
    const std::size_t again = allocations;
    ASSERT_EQ(d->reserve(room), error::none);
    EXPECT_EQ(allocations, again) << kind << ": a second reserve of the same room";
  }
}

TEST(no_allocation, in_converters_that_were_trained_and_err) {
  constexpr std::size_t problems = 5, rx = 16, tx = 4;
  std::vector<std::complex<float>> h(problems * rx * tx), y(problems * rx), x(problems * tx);
  random_stream random(1, 0, 0, 0);
  random.complex_normals(h);
  random.complex_normals(y);
  for (const char* device : {"ideal", "thresholds", "windows"}) {
    auto d = make_detector({"analog-zf",
                            {{"converter.adc_kind", std::string("lloyd-max")},
                             {"converter.device", std::string(device)},
                             {"converter.combine", std::string("majority")},
                             {"converter.read_error_siemens", 0.35e-6},
                             {"converter.dac_error_lsb", 0.1}}})
                 .value();
    const shape room{.problems = problems, .rx = rx, .tx = tx};
    ASSERT_EQ(d->reserve(room), error::none);
    const channel_batch channel{row_major(h.data(), problems, rx, tx), noise::white(0.1f)};
    const received_batch received{row_major(y.data(), problems, 1, rx)};
    output o;
    o.estimate = row_major(x.data(), problems, 1, tx);
    const std::size_t before = allocations;
    const error done = d->detect(channel, received, {&o, 1});
    const error again = d->reserve(room);
    const std::size_t after = allocations;
    EXPECT_EQ(after, before) << device;
    EXPECT_EQ(done, error::none) << device;
    EXPECT_EQ(again, error::none) << device;
  }
}

TEST(no_allocation, in_any_mode_of_fp32_detection_on_any_target) {
  const constellation qam = constellation::parse("16qam").value();
  const constellation* symbols[] = {&qam};
  for (const target_info& t : targets())
    for (const char* lanes : {"problem", "antenna"})
      for (const char* kind : {"mrc", "zf", "mmse"})
        for (const std::size_t tx : {std::size_t{3}, std::size_t{5}, std::size_t{16}}) {
          if (!t.usable) continue;
          constexpr std::size_t problems = 19, most = 168;
          const std::size_t rx = tx + 2;
          std::vector<std::complex<float>> h(problems * rx * tx), y(problems * most * rx),
              x(problems * most * tx);
          std::vector<float> v(x.size()), llr(x.size() * 4);
          std::vector<std::uint8_t> bits(llr.size());
          std::vector<status> state(problems * most);
          random_stream random(1, 0, 0, 0);
          random.complex_normals(h);
          random.complex_normals(y);
          auto d = make_detector({kind, {{"target", t.name}, {"lanes", lanes}}}).value();
          const std::size_t unreserved = allocations;
          ASSERT_EQ(d->reserve({.problems = problems, .rx = rx, .tx = tx, .uses = most, .bits = 4}),
                    error::none);
          ASSERT_GT(allocations, unreserved) << "the counter counts";
          const std::size_t before = allocations;
          error worst = error::none;
          for (const std::size_t uses : {std::size_t{1}, std::size_t{3}, most})
            for (unsigned wanted = 0; wanted < 16; ++wanted)
              for (const bool planes : {false, true}) {
                if (uses == most && wanted != 0 && wanted != 15) continue;  // decisions take their time
                const auto lay_out = [&](auto* data, std::size_t n1, std::size_t n2) {
                  return planes ? problem_fastest(data, problems, n1, n2) : row_major(data, problems, n1, n2);
                };
                output o;
                if ((wanted & 1) != 0) o.estimate = lay_out(x.data(), uses, tx);
                if ((wanted & 2) != 0) o.variance = lay_out(v.data(), uses, tx);
                if ((wanted & 4) != 0) o.llr = lay_out(llr.data(), uses, tx * 4);
                if ((wanted & 8) != 0) o.bits = lay_out(bits.data(), uses, tx * 4);
                if (wanted % 3 == 0) o.state = std::span(state).first(problems * uses);
                const channel_batch channel{lay_out(h.data(), rx, tx), noise::white(0.1f)};
                received_batch received;
                received.vectors = lay_out(y.data(), uses, rx);
                received.symbols = symbols;
                const error calls[] = {d->detect(channel, received, {&o, 1}), d->prepare(channel),
                                       d->apply(received, {&o, 1})};
                for (const error e : calls)
                  if (e != error::none) worst = e;
              }
          const std::size_t after = allocations;
          EXPECT_EQ(after, before) << t.name << " " << lanes << " " << kind;
          EXPECT_EQ(worst, error::none) << t.name << " " << lanes << " " << kind;
        }
}

TEST(no_allocation, through_the_c_face) {
  constexpr std::size_t problems = 5, rx = 8, tx = 2;
  std::vector<std::complex<float>> h(problems * rx * tx), y(problems * rx), x(3 * problems * tx);
  std::vector<float> llr(3 * problems * tx * 4);
  random_stream random(1, 0, 0, 0);
  random.complex_normals(h);
  random.complex_normals(y);
  const std::int64_t cycles[] = {1, 2, 4};
  mho_options* o = nullptr;
  mho_detector* d = nullptr;
  mho_constellation* qam = nullptr;
  ASSERT_EQ(mho_options_new(&o), MHO_NONE);
  ASSERT_EQ(mho_options_set_integers(o, "cycles", cycles, 3), MHO_NONE);
  ASSERT_EQ(mho_detector_new("analog-zf", o, &d, nullptr, 0), MHO_NONE);
  ASSERT_EQ(mho_constellation_new("16qam", MHO_THREE_GPP, &qam, nullptr, 0), MHO_NONE);
  mho_shape room{};
  room.problems = problems, room.rx = rx, room.tx = tx, room.slots = 2, room.bits = 4;
  ASSERT_EQ(mho_detector_reserve(d, &room), MHO_NONE);
  mho_channel_batch channel{};
  channel.matrix = mho_row_major(h.data(), MHO_CF32, problems, rx, tx);
  channel.noise.value = 0.1f;
  mho_received_batch received{};
  received.vectors = mho_row_major(y.data(), MHO_CF32, problems, 1, rx);
  received.symbols = &qam;
  received.symbol_count = 1;
  mho_output into[3] = {};
  for (std::size_t s = 0; s < 3; ++s) {
    into[s].estimate = mho_row_major(&x[s * problems * tx], MHO_CF32, problems, 1, tx);
    into[s].llr = mho_row_major(&llr[s * problems * tx * 4], MHO_F32, problems, 1, tx * 4);
  }
  mho_call second{};
  second.slot = 1;
  const std::size_t before = allocations;
  const mho_error prepared = mho_detector_prepare(d, &channel, nullptr);
  const mho_error applied = mho_detector_apply(d, &received, into, 3, &second);
  const mho_error detected = mho_detector_detect(d, &channel, &received, into, 3, nullptr);
  const mho_error again = mho_detector_reserve(d, &room);
  const std::size_t after = allocations;
  EXPECT_EQ(after, before);
  for (const mho_error e : {prepared, applied, detected, again}) EXPECT_EQ(e, MHO_NONE) << mho_error_name(e);
  mho_constellation_free(qam);
  mho_detector_free(d);
  mho_options_free(o);
}

// Analogue circuits that allocate. Every allocation by operator new fails once, with all after it.
TEST(no_memory, is_an_error_of_analogue_calls_and_leaves_a_detector_that_works) {
  constexpr std::size_t problems = 2, rx = 8, tx = 2;
  std::vector<std::complex<float>> h(problems * rx * tx), y(problems * rx), x(problems * tx);
  random_stream random(1, 0, 0, 0);
  random.complex_normals(h);
  random.complex_normals(y);
  const channel_batch channel{row_major(h.data(), problems, rx, tx), noise::white(0.1f)};
  const received_batch received{row_major(y.data(), problems, 1, rx)};
  output o;
  o.estimate = row_major(x.data(), problems, 1, tx);
  for (const char* kind : {"analog-zf", "analog-mmse"}) {
    const detector_spec wired{kind, {{"array.wire_ohm", 1.0}, {"device.read_noise_relative", 0.01}}};
    auto d = make_detector(wired).value();
    ASSERT_EQ(d->reserve({.problems = problems, .rx = rx, .tx = tx}), error::none);
    const auto prepare = [&] { return d->prepare(channel); };
    const auto apply = [&] { return d->apply(received, {&o, 1}); };
    const auto detect = [&] { return d->detect(channel, received, {&o, 1}); };
    // Fails at some allocations of a call, the first and the last among them.
    const auto starve = [&](const auto& body, const auto& after) {
      const std::size_t before = allocations;
      ASSERT_EQ(body(), error::none) << kind;
      const std::size_t needed = allocations - before;
      ASSERT_GT(needed, 0u) << kind << ": a circuit that does not allocate";
      for (std::size_t i = 0; i < needed;
           i = i + 1 == needed ? needed : std::min(needed - 1, 1 + i + i / 4)) {
        fails_from = allocations + i;
        const error e = body();
        fails_from = SIZE_MAX;
        EXPECT_EQ(e, error::no_memory) << kind << ", allocation " << i << " of " << needed;
        after();
      }
    };
    ASSERT_EQ(detect(), error::none);
    const auto expected = x;
    starve(prepare, [&] { EXPECT_EQ(apply(), error::not_prepared); });
    ASSERT_EQ(prepare(), error::none);
    starve(apply, [&] {
      EXPECT_EQ(apply(), error::none);
      EXPECT_EQ(x, expected);
    });
    starve(detect, [] {});
    ASSERT_EQ(detect(), error::none);
    EXPECT_EQ(x, expected);
  }
}

}  // namespace
}  // namespace mho
