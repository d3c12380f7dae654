// Nothing is allocated after `reserve`.
#include <gtest/gtest.h>

#include <mho/mho.h>
#include <Eigen/Core>
#include <cstdlib>
#include <mho/mho.hpp>
#include <new>

#include "src/allocation_count.hpp"

namespace mho {
namespace {

using test::allocations;

TEST(no_allocation, is_counted_whoever_allocates) {
  const auto counted = [](const auto& allocate) {
    const std::size_t before = allocations;
    void* volatile p = allocate();  // volatile: compilers leave out what nobody looks at
    const std::size_t found = allocations - before;
    std::free(p);
    return found;
  };
  const std::size_t before = allocations;
  void* volatile one = ::operator new(8);
  EXPECT_EQ(allocations - before, 1u);
  ::operator delete(one);
  if (!test::counts_malloc) GTEST_SKIP() << "NOT TESTED: this build counts operator new alone";
  EXPECT_EQ(counted([] { return std::malloc(8); }), 1u);
  EXPECT_EQ(counted([] { return std::calloc(2, 8); }), 1u);
  EXPECT_EQ(counted([] { return std::realloc(nullptr, 8); }), 1u);
  EXPECT_EQ(counted([] { return std::aligned_alloc(64, 64); }), 1u);
  EXPECT_EQ(counted([] {
              void* p = nullptr;
              return posix_memalign(&p, 64, 8) == 0 ? p : nullptr;
            }),
            1u);
  const std::size_t without = allocations;
  const Eigen::MatrixXcf matrix(3, 3);
  const void* volatile entries = matrix.data();
  EXPECT_EQ(allocations - without, 1u) << entries;
}

// A batch in one form as a kind takes it, in every way that it may come, into outputs of every type.
class any_kind {
 public:
  any_kind(const detector_kind& kind, form is) : kind_(kind), is_(is) {
    random_stream random(1, 0, 0, 0);
    random.complex_normals(h_);
    random.complex_normals(y_);
    for (std::size_t i = 0; i < halves_.size(); ++i)
      halves_[i] = {static_cast<std::uint16_t>(0x3f00 + i % 200),
                    static_cast<std::uint16_t>(0xbf00 + i % 77)};
    for (std::size_t p = 0; p < problems; ++p) {
      for (std::size_t i = 0; i < rx; ++i) r_[(p * rx + i) * rx + i] = 1;
      for (std::size_t i = 0; i < tx; ++i)  // of a Gram matrix, positive definite
        for (std::size_t k = 0; k < tx; ++k) g_[(p * tx + i) * tx + k] = i == k ? 8.f : 0.5f;
    }
    for (std::size_t i = 0; i < h_planes_.size(); ++i) h_planes_[i] = halves_.data() + i * problems;
    for (std::size_t i = 0; i < y_planes_.size(); ++i) y_planes_[i] = halves_.data() + i * problems;
    coloured_.is = noise::covariance;
    coloured_.values = row_major(r_.data(), problems, rx, rx);
  }

  void expect_no_allocation() {
    SCOPED_TRACE(kind_.name + (is_ == form::gram ? ", Gram matrices" : ""));
    auto d = make_detector(kind_.name).value();
    const bool gram = is_ == form::gram;
    const shape room{.problems = problems,
                     .rx = rx,
                     .tx = tx,
                     .uses = uses,
                     .bits = 6,
                     .is = is_,
                     .coloured_noise = !gram};
    const std::size_t unreserved = allocations;
    ASSERT_EQ(d->reserve(room), error::none);
    ASSERT_GT(allocations, unreserved) << "the counter counts";
    make_outputs(d->steps());
    channel_batch white{
        gram ? row_major(g_.data(), problems, tx, tx) : row_major(h_.data(), problems, rx, tx),
        noise::white(0.1f), is_};
    received_batch received;
    received.vectors = row_major(y_.data(), problems, uses, gram ? tx : rx);
    received.symbols = symbols_;
    if (kind_.can.uses_prior) received.prior_llr = row_major(prior_.data(), problems, uses, labels);
    channel_batch full = white, narrow = white;
    full.noise = coloured_;
    // bf16, a plane an antenna and stream, or an antenna and use.
    narrow.matrix = plane_pointers(h_planes_.data(), problems, rx, tx);
    channel_batch narrow_full = narrow;
    narrow_full.noise = coloured_;
    received_batch narrow_received = received;
    narrow_received.vectors = plane_pointers(y_planes_.data(), problems, uses, rx);

    const std::size_t before = allocations;
    error results[] = {
        d->detect(white, received, floats_),
        d->prepare(white),
        d->apply(received, floats_),
        d->detect(white, received, bytes_),
        d->detect(white, received, words_),
        d->can().linear && !gram ? d->weights(row_major(w_.data(), problems, tx, rx)) : error::none};
    if (!gram)
      for (const error e :
           {d->detect(full, received, floats_), d->prepare(full), d->apply(received, bytes_),
            d->detect(narrow_full, narrow_received, floats_), d->detect(narrow, narrow_received, words_)})
        if (e != error::none) results[0] = e;
    const std::size_t after = allocations;
    EXPECT_EQ(after, before);
    for (const error e : results) EXPECT_EQ(e, error::none) << to_string(e);
    const std::size_t again = allocations;
    ASSERT_EQ(d->reserve(room), error::none);
    EXPECT_EQ(allocations, again) << "a second reserve of the same room";
  }

 private:
  static constexpr std::size_t problems = 20, rx = 16, tx = 4, uses = 3, labels = tx * 6;

  void make_outputs(std::size_t steps) {
    steps_ = std::vector<outputs>(steps);
    for (outputs& s : steps_) {
      output o;
      o.estimate = row_major(s.estimate.data(), problems, uses, tx);
      o.variance = row_major(s.variance.data(), problems, uses, tx);
      o.llr = row_major(s.llr.data(), problems, uses, labels);
      o.bits = row_major(s.bits.data(), problems, uses, labels);
      o.state = s.state;
      floats_.push_back(o);
      o.saturated = &s.saturated;
      o.llr = row_major(s.bytes.data(), problems, uses, labels);
      bytes_.push_back(o);
      o.llr = row_major(s.words.data(), problems, uses, labels);
      words_.push_back(o);
    }
  }

  struct outputs {
    std::vector<std::complex<float>> estimate = std::vector<std::complex<float>>(problems * uses * tx);
    std::vector<float> variance = std::vector<float>(problems * uses * tx);
    std::vector<float> llr = std::vector<float>(problems * uses * labels);
    std::vector<std::uint8_t> bits = std::vector<std::uint8_t>(problems * uses * labels);
    std::vector<std::int8_t> bytes = std::vector<std::int8_t>(problems * uses * labels);
    std::vector<std::int16_t> words = std::vector<std::int16_t>(problems * uses * labels);
    std::vector<status> state = std::vector<status>(problems * uses);
    std::uint64_t saturated = 0;
  };

  const detector_kind& kind_;
  form is_;
  const constellation qam_ = constellation::parse("64qam").value();
  const constellation* symbols_[1] = {&qam_};
  std::vector<std::complex<float>> h_ = std::vector<std::complex<float>>(problems * rx * tx);
  std::vector<std::complex<float>> g_ = std::vector<std::complex<float>>(problems * tx * tx);
  std::vector<std::complex<float>> y_ = std::vector<std::complex<float>>(problems * uses * rx);
  std::vector<std::complex<float>> r_ = std::vector<std::complex<float>>(problems * rx * rx);
  std::vector<std::complex<float>> w_ = std::vector<std::complex<float>>(problems * tx * rx);
  std::vector<float> prior_ = std::vector<float>(problems * uses * labels);
  std::vector<cbf16> halves_ = std::vector<cbf16>(problems * rx * tx);
  std::vector<const cbf16*> h_planes_ = std::vector<const cbf16*>(rx * tx);
  std::vector<const cbf16*> y_planes_ = std::vector<const cbf16*>(uses * rx);
  noise coloured_;
  std::vector<outputs> steps_;
  std::vector<output> floats_, bytes_, words_;
};

TEST(no_allocation, in_any_call_of_any_kind) {
  for (const detector_kind& kind : detector_kinds()) {
    any_kind(kind, form::channel).expect_no_allocation();  // all take it: the shell makes Gram matrices
    if ((kind.can.forms & static_cast<std::uint8_t>(form::gram)) != 0)
      any_kind(kind, form::gram).expect_no_allocation();
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

}  // namespace
}  // namespace mho
