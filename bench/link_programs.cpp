#include "link_programs.hpp"

#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <utility>
#include <vector>

#ifdef BENCH_HAVE_SIM
#include "link.hpp"
#endif

namespace bench {
namespace {

#ifdef BENCH_HAVE_SIM
class mho_link final : public link_program {
 public:
  mho_link(mho::sim::link made, double snr_db)
      : link_(std::move(made)), worker_(link_), point_(link_.at(snr_db)), tallies_(link_.curves()) {}

  std::size_t batch_uses() const override { return link_.chunk_uses(); }

  double run(link_counts& counts) override {
    worker_.run(point_, chunk_++, tallies_);
    counts.uses += batch_uses();
    take(tallies_[0], counts.zf);
    take(tallies_[1], counts.mmse);
    return 0;
  }

 private:
  static void take(const mho::sim::tally& t, error_count& into) {
    const mho::sim::stratum units = t.units();
    into += {units.errors, units.squares};
  }

  mho::sim::link link_;
  mho::sim::link_worker worker_;
  mho::sim::snr_point point_;
  std::vector<mho::sim::tally> tallies_;
  std::uint64_t chunk_ = 0;
};

made_link make_mho_link(const link_point& p, const char* draw) {
  mho::sim::scenario s;
  s.link.rx = p.rx;
  s.link.tx = p.tx;
  s.link.modulation = std::to_string(link_points) + "qam";
  s.link.draw = draw;
  const double snr_db = 10 * std::log10(static_cast<double>(p.tx) / p.n0);
  s.link.snr = {snr_db};
  for (const char* name : {"zf", "mmse"}) {
    mho::sim::detector_settings d;
    d.id = d.label = name;
    d.spec = mho::detector_spec(name);
    s.detectors.push_back(d);
  }
  auto made = mho::sim::link::make(s);
  if (!made) return {nullptr, made.message()};
  return {std::make_unique<mho_link>(std::move(*made), snr_db), ""};
}
#else
made_link make_mho_link(const link_point&, const char*) { return {nullptr, "built without the simulator"}; }
#endif

made_link make_full(const link_point& p) { return make_mho_link(p, "channel"); }
made_link make_gram(const link_point& p) { return make_mho_link(p, "gram"); }

#ifdef BENCH_HAVE_ITPP
// The program link-itpp, which lies beside this one, run once a batch.
class itpp_link final : public link_program {
 public:
  explicit itpp_link(const link_point& p) : point_(p) {}

  std::size_t batch_uses() const override { return 2048; }

  double run(link_counts& counts) override {
    char command[160];
    // Products this small gain nothing from BLAS's threads; the other programs have one thread, too.
    std::snprintf(command, sizeof command, "OPENBLAS_NUM_THREADS=1 \"$MHO_LINK_ITPP\" %zu %zu %.17g %u %zu",
                  point_.rx, point_.tx, point_.n0, ++seed_, batch_uses());
    std::FILE* out = popen(command, "r");
    if (out == nullptr) return NAN;
    unsigned long long uses = 0, zf = 0, zf_squares = 0, mmse = 0, mmse_squares = 0;
    double seconds_a_use = NAN;
    const int read = std::fscanf(out, "%llu %llu %llu %llu %llu %lf", &uses, &zf, &zf_squares, &mmse,
                                 &mmse_squares, &seconds_a_use);
    if (pclose(out) != 0 || read != 6 || uses != batch_uses()) return NAN;
    counts += {uses, {zf, zf_squares}, {mmse, mmse_squares}};
    return seconds_a_use * static_cast<double>(uses);
  }

 private:
  link_point point_;
  unsigned seed_ = 0;
};

made_link make_itpp(const link_point& p) {
  std::error_code failed;
  const auto beside = std::filesystem::read_symlink("/proc/self/exe", failed).parent_path() / "link-itpp";
  if (failed || !std::filesystem::exists(beside)) return {nullptr, "no program link-itpp beside this one"};
  setenv("MHO_LINK_ITPP", beside.c_str(), 1);
  return {std::make_unique<itpp_link>(p), ""};
}
#else
made_link make_itpp(const link_point&) { return {nullptr, "built without IT++"}; }
#endif

constexpr link_entry entries[] = {
    {"link/full/128x8", 128, make_full},        {"link/gram/128x8", 128, make_gram},
    {"link/eigen/128x8", 128, make_eigen_link}, {"link/eigen-limited/128x8", 128, make_eigen_limited_link},
    {"link/itpp/128x8", 128, make_itpp},        {"link/full/16x8", 16, make_full},
    {"link/gram/16x8", 16, make_gram},          {"link/full/1024x8", 1024, make_full},
    {"link/gram/1024x8", 1024, make_gram},
};

}  // namespace

std::span<const link_entry> link_entries() { return entries; }

link_point point_of(std::size_t rx, double snr_db_at_128) {
  const double n0_at_128 = static_cast<double>(link_tx) / std::pow(10, snr_db_at_128 / 10);
  return {rx, link_tx,
          n0_at_128 * static_cast<double>(rx - link_tx + 1) / static_cast<double>(128 - link_tx + 1)};
}

}  // namespace bench
