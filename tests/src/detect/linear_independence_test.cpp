// What a problem yields does not depend on the batch around it: its size, the place in it, the neighbours,
// the range, the slot, the room reserved, the number of uses. To the last bit, on every target.
#include <limits>

#include "src/linear_batch.hpp"

namespace mho {
namespace {

using std::size_t;
using independence = on_every_arithmetic;

const std::vector<std::pair<size_t, size_t>> sizes{{2, 1}, {3, 2}, {4, 4}, {9, 5}, {20, 16}};

std::size_t lanes_of(const std::string& target) {
  for (const target_info& t : targets())
    if (t.name == target) return t.lanes;
  return 0;
}

// Calls body(kind, batch, noise, way) for every kind and way; noise: one level a problem.
template <class Body>
void for_every_way(size_t lanes, const Body& body) {
  for (const auto& [rx, tx] : sizes) {
    const linear_batch b(2 * lanes + 3, rx, tx, rx + tx, 0.2f);
    std::vector<float> levels(b.problems);
    for (size_t q = 0; q < b.problems; ++q) levels[q] = 0.05f * static_cast<float>(q % 7 + 1);
    for (const std::string kind : {"mrc", "zf", "mmse"})
      for (const bool fused : {false, true}) {
        way how;
        how.fused = fused;
        body(kind, b, levels, how);
      }
  }
}

noise of(std::vector<float>& levels) {
  return {noise::per_problem, 0, row_major(levels.data(), levels.size()), 1};
}

TEST_P(independence, of_batch_size_and_place) {
  for_every_way(lanes_of(GetParam().target), [&](const std::string& kind, const linear_batch& b,
                                                 std::vector<float> levels, const way& how) {
    const detected whole = run(spec(kind), b, of(levels), how);
    for (size_t q = 0; q < b.problems; ++q) {
      std::vector<float> one{levels[q]};
      ASSERT_TRUE(same_bits(run(spec(kind), b.pick({q}), of(one), how), part_of(whole, q, b.problems)))
          << kind << " problem " << q << " alone";
    }
    std::vector<size_t> backwards;
    std::vector<float> levels_backwards;
    for (size_t q = b.problems; q-- > 0;) {
      backwards.push_back(q);
      levels_backwards.push_back(levels[q]);
    }
    const detected turned = run(spec(kind), b.pick(backwards), of(levels_backwards), how);
    for (size_t q = 0; q < b.problems; ++q)
      ASSERT_TRUE(same_bits(part_of(turned, b.problems - 1 - q, b.problems), part_of(whole, q, b.problems)))
          << kind << " problem " << q;
  });
}

TEST_P(independence, of_bad_neighbours) {
  for_every_way(lanes_of(GetParam().target), [&](const std::string& kind, const linear_batch& b,
                                                 std::vector<float> levels, const way& how) {
    const detected good = run(spec(kind), b, of(levels), how);
    linear_batch hurt = b;
    std::vector<status> expected(b.problems, status::ok);
    const float bad[] = {std::numeric_limits<float>::quiet_NaN(), std::numeric_limits<float>::infinity()};
    for (size_t q = 0; q < b.problems; ++q) {
      cf32* const h = hurt.h.data() + q * b.rx * b.tx;
      switch (q % 7) {
        case 0:
          h[q % (b.rx * b.tx)] = {1, bad[q / 7 % 2]};
          expected[q] = status::not_finite;
          break;
        case 1:
          std::fill_n(h, b.rx * b.tx, cf32(0));
          expected[q] = status::out_of_range;
          break;
        case 2:
          hurt.y[q * b.rx] = {bad[q / 7 % 2], 0};
          expected[q] = status::not_finite;
          break;
        case 4:
          levels[q] = bad[q / 7 % 2];
          expected[q] = status::not_finite;
          break;
        case 5:
          levels[q] = -1;
          expected[q] = status::out_of_range;
          break;
        default:;
      }
    }
    const detected found = run(spec(kind), hurt, of(levels), how);
    for (size_t q = 0; q < b.problems; ++q) {
      ASSERT_EQ(found.state[q], expected[q]) << kind << " problem " << q << (how.fused ? " detect" : "");
      const detected mine = part_of(found, q, b.problems);
      if (!is_failed(expected[q])) {
        ASSERT_TRUE(same_bits(mine, part_of(good, q, b.problems))) << kind << " problem " << q;
        continue;
      }
      for (size_t k = 0; k < b.tx; ++k) {
        ASSERT_EQ(mine.estimate[k], cf32(0)) << kind << " problem " << q;
        ASSERT_EQ(mine.variance[k], std::numeric_limits<float>::infinity()) << kind << " problem " << q;
      }
    }
  });
}

TEST_P(independence, of_ranges_slots_and_room) {
  const size_t lanes = lanes_of(GetParam().target);
  for_every_way(lanes, [&](const std::string& kind, const linear_batch& b, std::vector<float> levels,
                           way how) {
    const detected whole = run(spec(kind), b, of(levels), how);
    how.more_room = 2 * lanes;
    ASSERT_TRUE(same_bits(run(spec(kind), b, of(levels), how), whole)) << kind << " more room";
    how.more_room = 0;
    how.calls.clear();
    unsigned slot = 0;
    for (size_t begin = 0, width = 1; begin < b.problems; begin += width, width = width % (lanes + 1) + 1) {
      call c;
      c.begin = begin;
      c.end = std::min(b.problems, begin + width);
      c.slot = slot++ % 3;
      how.calls.insert(how.calls.begin(), c);
    }
    ASSERT_TRUE(same_bits(run(spec(kind), b, of(levels), how), whole)) << kind << " in ranges";
  });
}

// One use at a time, some at once, all 168 at once: problem-lane and vector-lane products are the same sums.
TEST_P(independence, of_the_number_of_uses) {
  for (const auto& [rx, tx] : sizes)
    for (const std::string kind : {"mrc", "zf", "mmse"}) {
      constexpr size_t uses = 168;
      const linear_batch b(3, rx, tx, rx * tx, 0.1f, uses);
      const noise n = noise::white(0.1f);
      auto d = make_detector(spec(kind)).value();
      const detected all = run(*d, b, n);
      for (const size_t room : {size_t{1}, size_t{2}, size_t{5}, size_t{17}, size_t{40}}) {
        ASSERT_EQ(d->reserve({.problems = 3, .rx = rx, .tx = tx, .uses = room}), error::none);
        ASSERT_EQ(d->prepare(row_major(b.h.data(), 3, rx, tx), n), error::none);
        detected part{std::vector<cf32>(3 * uses * tx), std::vector<float>(3 * uses * tx),
                      std::vector<status>(3 * uses)};
        for (size_t u = 0, now = 1; u < uses; u += now, now = now % room + 1) {
          const size_t count = std::min(now, uses - u);
          view y = row_major(b.y.data() + u * rx, 3, uses, rx),
               x = row_major(part.estimate.data() + u * tx, 3, uses, tx),
               v = row_major(part.variance.data() + u * tx, 3, uses, tx);
          y.extent[1] = x.extent[1] = v.extent[1] = count;
          std::vector<status> state(3 * count);
          ASSERT_EQ(d->apply(y, x, v, state), error::none);
          for (size_t q = 0; q < 3; ++q)
            std::copy_n(state.data() + q * count, count, part.state.data() + q * uses + u);
        }
        ASSERT_TRUE(same_bits(part, all)) << kind << " " << rx << "x" << tx << " room for " << room;
      }
    }
}

MHO_ON_EVERY_ARITHMETIC(independence);

}  // namespace
}  // namespace mho
