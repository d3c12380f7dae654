// Error rates of the link programs, against the closed form and one another.
#include <algorithm>
#include <cmath>
#include <cstdio>
#include <map>
#include <set>
#include <string>
#include <utility>

#include "link_programs.hpp"

#ifdef BENCH_HAVE_SIM
#include "closed_form.hpp"
#endif

namespace bench {
namespace {

// Two-sided normal quantile of 1e-6: how many standard errors chance alone leaves between two rates.
constexpr double quantile = 4.9;

/// A program's errors at a point: of `uses` uses, each a sample of its own.
struct rate {
  double uses, sum, squares;

  rate(const link_counts& c, const error_count& of)
      : uses(static_cast<double>(c.uses)),
        sum(static_cast<double>(of.errors)),
        squares(static_cast<double>(of.squares)) {}
  double mean() const { return sum / uses; }
};

double deviation(double uses, double sum, double squares) {
  return std::sqrt(std::max(0.0, squares / uses - sum * sum / (uses * uses)));
}

/// Of equal rates; both samples give the variance of a use, which they then share.
bool is_equal(const rate& a, const rate& b) {
  const double spread = deviation(a.uses + b.uses, a.sum + b.sum, a.squares + b.squares);
  return std::abs(a.mean() - b.mean()) <= quantile * spread * std::sqrt(1 / a.uses + 1 / b.uses);
}

/// Bit errors a use of zero-forcing; below zero where nothing tells.
double exact_errors(const link_point& p) {
#ifdef BENCH_HAVE_SIM
  return mho::sim::ber_rayleigh(link_points, p.rx - p.tx + 1, 1 / p.n0) *
         static_cast<double>(p.tx * link_bits);
#else
  (void)p;
  return -1;
#endif
}

/// The variance of a use is the expected count times what errored uses bring (squares over errors): taken
/// from the sample's own count it would be too small whenever the count is.
bool is_exact(const rate& a, double expected) {
  if (expected < 0) return true;
  const double a_cluster = a.sum > 0 ? a.squares / a.sum : 1;
  return std::abs(a.mean() - expected) <= quantile * std::sqrt(expected * a_cluster / a.uses);
}

/// Errors of zero-forcing and of MMSE as expected and as those of the first program at this point.
bool is_right(const link_entry& entry, const link_point& p, const link_counts& c, const link_counts& first) {
  const double bits = static_cast<double>(p.tx * link_bits), expected = exact_errors(p);
  const rate zf(c, c.zf), mmse(c, c.mmse), first_zf(first, first.zf), first_mmse(first, first.mmse);
  if (is_exact(zf, expected) && is_equal(zf, first_zf) && is_equal(mmse, first_mmse)) return true;
  std::fprintf(stderr,
               "mho-bench: %s: wrong at N0 = %.3g: bit error rate of zf %.4g, elsewhere %.4g, exact %.4g; of "
               "mmse %.4g, elsewhere %.4g\n",
               entry.name, p.n0, zf.mean() / bits, first_zf.mean() / bits, expected / bits,
               mmse.mean() / bits, first_mmse.mean() / bits);
  return false;
}

}  // namespace

bool check_links() {
  bool right = true;
  std::set<std::string> absent;
  // A point with many errors, which tells small differences, and the one that is timed.
  for (const auto& [snr_db, uses] : {std::pair{8.0, 8192u}, std::pair{link_snr_db, 8192u}}) {
    std::map<std::size_t, link_counts> firsts;  // by rx
    for (const link_entry& entry : link_entries()) {
      const link_point p = point_of(entry.rx, snr_db);
      const made_link one = entry.make(p);
      if (!one.it) {
        absent.insert(std::string(entry.name) + ": no figures: " + one.reason);
        continue;
      }
      link_counts c;
      while (c.uses < uses)
        if (std::isnan(one.it->run(c))) break;
      if (c.uses < uses) {
        absent.insert(std::string(entry.name) + ": no figures: its program failed");
        right = false;
        continue;
      }
      right &= is_right(entry, p, c, firsts.try_emplace(p.rx, c).first->second);
    }
  }
  for (const std::string& line : absent) std::fprintf(stderr, "mho-bench: %s\n", line.c_str());
  return right;
}

}  // namespace bench
