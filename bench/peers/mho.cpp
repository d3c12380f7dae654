// mho itself, through its public headers only.
#include <mho/mho.hpp>
#include <mho/parallel.hpp>

#include <algorithm>
#include <stdexcept>

#include "../implementation.hpp"

namespace bench {
namespace {

std::string forced_target;

const char* name_of(kind k) { return k == kind::mrc ? "mrc" : k == kind::zf ? "zf" : "mmse"; }

bool has_option(const char* detector, const char* option) {
  const auto found = mho::find_detector(detector);
  return found && std::any_of(found->schema.begin(), found->schema.end(),
                              [&](const mho::option& o) { return o.name == option; });
}

class mho_detector final : public implementation {
 public:
  mho_detector(const task& t, std::unique_ptr<mho::detector> d, unsigned slots)
      : task_(t), slots_(slots), detector_(std::move(d)) {
    const bool gram = t.mode == mode::cholesky, planes = t.mode == mode::planes;
    mho::shape room{.problems = t.problems, .rx = t.rx, .tx = t.tx, .uses = t.uses, .slots = slots};
    if (gram) room.is = mho::form::gram;
    check(detector_->reserve(room));
    const std::size_t rows = gram ? t.tx : t.rx;
    channel_.noise = mho::noise::white(t.n0);
    channel_.is = room.is;
    channel_.matrix = planes ? mho::problem_fastest(t.matrix, t.problems, rows, t.tx)
                             : mho::row_major(t.matrix, t.problems, rows, t.tx);
    received_.vectors = planes ? mho::problem_fastest(t.received, t.problems, 1, rows)
                               : mho::row_major(t.received, t.problems, t.uses, rows);
    output_.estimate = mho::row_major(t.estimate, t.problems, t.uses, t.tx);
    if (t.mode == mode::fresh || planes) output_.variance = mho::row_major(t.variance, t.problems, 1, t.tx);
  }

  void prepare() override {
    if (task_.mode == mode::block168) check(detector_->prepare(channel_));
  }

  void run(std::size_t begin, std::size_t end, unsigned slot) override {
    const mho::call which{.begin = begin, .end = end, .slot = slot};
    if (task_.mode == mode::block168)
      check(detector_->apply(received_, {&output_, 1}, which));
    else
      check(detector_->detect(channel_, received_, {&output_, 1}, which));
  }

  bool spreads() const override { return true; }

  void run_threads() override {
    if (task_.mode == mode::block168)
      check(mho::parallel::apply(*detector_, received_, {&output_, 1}, {}, slots_));
    else
      check(mho::parallel::detect(*detector_, channel_, received_, {&output_, 1}, {}, slots_));
  }

 private:
  static void check(mho::error e) {
    if (e != mho::error::none) throw std::runtime_error(std::string("mho: ") + mho::to_string(e));
  }

  task task_;
  unsigned slots_;
  std::unique_ptr<mho::detector> detector_;
  mho::channel_batch channel_;
  mho::received_batch received_;
  mho::output output_;
};

made make(const task& t, unsigned slots, mho::options options) {
  const char* name = name_of(t.kind);
  if (!forced_target.empty()) {
    if (!has_option(name, "target")) return {nullptr, "this mho has no option target"};
    options.emplace("target", forced_target);
  }
  auto d = mho::make_detector({name, std::move(options)});
  if (!d) return {nullptr, d.message()};
  return {std::make_unique<mho_detector>(t, std::move(*d), slots), ""};
}

}  // namespace

void force_target(const std::string& name) { forced_target = name; }

made make_mho(const task& t, unsigned slots) { return make(t, slots, {}); }

made make_mho_antenna(const task& t, unsigned slots) {
  if (t.mode == mode::block168) return {nullptr, "lanes do not matter here"};
  if (!has_option(name_of(t.kind), "lanes")) return {nullptr, "this mho has no option lanes"};
  return make(t, slots, {{"lanes", std::string("antenna")}});
}

}  // namespace bench
