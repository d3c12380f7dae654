// Nothing is allocated after `reserve`.
#include <gtest/gtest.h>

#include <atomic>
#include <cstdlib>
#include <mho/mho.hpp>
#include <new>

namespace {
std::atomic<std::size_t> allocations{0};
}

// noinline: inlined, g++ 12 would take malloc and free for a mismatched pair.
__attribute__((noinline)) void* operator new(std::size_t size) {
  ++allocations;
  if (void* p = std::malloc(size == 0 ? 1 : size)) return p;
  throw std::bad_alloc();
}
__attribute__((noinline)) void operator delete(void* p) noexcept { std::free(p); }
__attribute__((noinline)) void operator delete(void* p, std::size_t) noexcept { std::free(p); }

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
  for (std::size_t p = 0; p < problems; ++p)
    for (std::size_t i = 0; i < rx; ++i) r[(p * rx + i) * rx + i] = 1;
  for (const char* kind : {"mrc", "zf", "mmse", "zf-double", "mmse-double", "analog-zf", "analog-mmse"}) {
    auto d = make_detector(kind).value();
    const shape room{
        .problems = problems, .rx = rx, .tx = tx, .uses = uses, .bits = 6, .coloured_noise = true};
    ASSERT_EQ(d->reserve(room), error::none);
    std::vector<float> llr(problems * uses * tx * 6);
    std::vector<std::uint8_t> bits(llr.size());
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
    const std::size_t before = allocations;
    const error white = d->detect({channel, noise::white(0.1f)}, received, {&o, 1});
    const error full = d->detect({channel, coloured}, received, {&o, 1});
    const error linear = d->can().linear ? d->weights(row_major(w.data(), problems, tx, rx)) : error::none;
    const std::size_t after = allocations;
    EXPECT_EQ(after, before) << kind;
    EXPECT_EQ(white, error::none) << kind;
    EXPECT_EQ(full, error::none) << kind;
    EXPECT_EQ(linear, error::none) << kind;
    const std::size_t again = allocations;
    ASSERT_EQ(d->reserve(room), error::none);
    EXPECT_EQ(allocations, again) << kind << ": a second reserve of the same room";
  }
}

}  // namespace
}  // namespace mho
