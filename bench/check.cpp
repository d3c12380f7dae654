#include "check.hpp"

#include <cmath>
#include <cstdio>
#include <set>

#include "problems.hpp"
#include "reference.hpp"

namespace bench {
namespace {

struct expected {
  std::vector<std::complex<double>> estimate;  // [distinct][use][tx]
  std::vector<double> variance;                // [distinct][tx]
  std::vector<double> tolerance;               // [distinct], relative
};

/// Tolerance 32 2^-24 cond(A), the library's own gate; cond is 1 for mrc, whose Gram matrix is a sum of rx
/// terms.
expected expect(const problem_set& set) {
  const task& t = set.get();
  expected e;
  for (std::size_t p = 0; p < set.distinct(); ++p) {
    const reference r = solve_reference(t.kind, set.channel(p), t.rx, t.tx, static_cast<double>(t.n0));
    e.variance.insert(e.variance.end(), r.variance.begin(), r.variance.end());
    e.tolerance.push_back(32 * 0x1p-24 * r.condition);
    for (std::size_t u = 0; u < t.uses; ++u)
      for (std::size_t k = 0; k < t.tx; ++k) {
        std::complex<double> sum = 0;
        for (std::size_t i = 0; i < t.rx; ++i)
          sum += r.weights[k * t.rx + i] * std::complex<double>(set.received(p)[u * t.rx + i]);
        e.estimate.push_back(sum);
      }
  }
  return e;
}

/// The largest error of a batch as a multiple of its tolerance (infinite where something is NaN).
double worst(const problem_set& set, const expected& e) {
  const task& t = set.get();
  double largest = 0;
  const auto take = [&](double error, double size, double tolerance) {
    const double share = error / (size * tolerance);
    largest = std::max(largest, std::isfinite(share) ? share : INFINITY);
  };
  for (std::size_t p = 0; p < t.problems; ++p) {
    const std::size_t d = p % set.distinct();
    for (std::size_t u = 0; u < t.uses; ++u) {
      double error = 0, size = 0;
      for (std::size_t k = 0; k < t.tx; ++k) {
        const std::complex<double> should = e.estimate[(d * t.uses + u) * t.tx + k];
        error += std::norm(std::complex<double>(t.estimate[(p * t.uses + u) * t.tx + k]) - should);
        size += std::norm(should);
      }
      take(std::sqrt(error), std::sqrt(size), e.tolerance[d]);
    }
    if (t.mode == mode::fresh || t.mode == mode::planes)
      for (std::size_t k = 0; k < t.tx; ++k) {
        const double should = e.variance[d * t.tx + k];
        take(std::abs(static_cast<double>(t.variance[p * t.tx + k]) - should), should, e.tolerance[d]);
      }
  }
  return largest;
}

}  // namespace

bool check_all(const std::vector<group>& plan) {
  bool right = true;
  std::set<std::string> absent;
  for (const group& g : plan) {
    // 37 problems: two whole vectors and a tail; fewer where the reference would take long.
    const std::size_t problems = g.mode == mode::block168 ? 2 : g.shape.rx * g.shape.tx >= 4096 ? 7 : 37;
    problem_set set(g.kind, g.mode, g.shape.rx, g.shape.tx, problems);
    const expected e = expect(set);
    for (const maker& m : makers())
      for (const unsigned slots : {1u, 2u}) {
        if (!takes_part(m, g)) break;
        const made one = m.make(set.get(), slots);
        if (!one.it) {
          absent.insert(std::string(m.name) + ": no figures: " + one.reason);
          break;
        }
        set.poison();
        one.it->prepare();
        if (slots == 1) {
          one.it->run(0, problems, 0);
        } else if (one.it->spreads()) {
          one.it->run_threads();
        } else {
          one.it->run(0, problems / 2, 0);
          one.it->run(problems / 2, problems, 1);
        }
        one.it->collect();
        if (const double w = worst(set, e); !(w <= 1)) {
          std::fprintf(stderr, "mho-bench: %s/%s: wrong: %.3g times the tolerance, %u thread(s)\n",
                       group_name(g).c_str(), m.name, w, slots);
          right = false;
        }
      }
  }
  for (const std::string& line : absent) std::fprintf(stderr, "mho-bench: %s\n", line.c_str());
  return right;
}

}  // namespace bench
