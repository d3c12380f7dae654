#include "plan.hpp"

#include <algorithm>

#include "machine.hpp"
#include "problems.hpp"

namespace bench {
namespace {

constexpr size all_sizes[] = {{16, 4},   {32, 8},   {64, 8},   {64, 16},  {128, 8},
                              {128, 16}, {128, 32}, {256, 32}, {1024, 64}};
constexpr size quick_sizes[] = {{16, 4}, {64, 16}, {128, 8}};

struct kind_and_mode {
  bench::kind kind;
  bench::mode mode;
};
// Unbiasing MMSE takes the diagonal of the inverse; zero forcing is what "factor and solve only" solves.
constexpr kind_and_mode all_modes[] = {{kind::mmse, mode::fresh},    {kind::mmse, mode::planes},
                                       {kind::mmse, mode::block168}, {kind::zf, mode::cholesky},
                                       {kind::zf, mode::fresh},      {kind::mrc, mode::fresh}};

/// Inputs and outputs take at most half of L2. Whole vectors of 16 problems, and at least one, where the
/// problem is what lies along the vector.
std::size_t batch_of_l2(mode m, size s) {
  const std::size_t fits = l2_bytes() / 2 / bytes_a_problem(m, s.rx, s.tx);
  return m == mode::block168 ? std::max<std::size_t>(1, fits) : std::max<std::size_t>(16, fits / 16 * 16);
}

/// Inputs and outputs take four times the last-level cache. Not a multiple of 512: planes of such a length
/// would all fall on the same cache sets, which is a subject of its own.
std::size_t batch_of_memory(mode m, size s) {
  const std::size_t n = 4 * last_level_bytes() / bytes_a_problem(m, s.rx, s.tx) / 16 * 16;
  return n % 512 == 0 ? n + 16 : n;
}

}  // namespace

const std::vector<maker>& makers() {
  static const std::vector<maker> all = {{"mho", make_mho},
                                         {"mho-antenna", make_mho_antenna},
                                         {"eigen", make_eigen},
                                         {"eigen-limited", make_eigen_limited},
                                         {"eigen-fixed", make_eigen_fixed},
                                         {"eigen-fixed-limited", make_eigen_fixed_limited},
                                         {"armadillo", make_armadillo},
                                         {"openblas", make_openblas},
                                         {"chain-cpu", make_chain_cpu},
                                         {"chain-cuda", make_chain_cuda}};
  return all;
}

std::vector<group> make_plan(bool quick, unsigned threads) {
  std::vector<group> plan;
  for (const kind_and_mode& km : all_modes)
    for (const size& s : all_sizes) {
      const std::size_t l2 = batch_of_l2(km.mode, s), memory = batch_of_memory(km.mode, s);
      group g{km.kind, km.mode, s, {1, l2}, {}};
      g.batches.erase(std::unique(g.batches.begin(), g.batches.end()), g.batches.end());
      if (quick) {
        const bool in = std::any_of(std::begin(quick_sizes), std::end(quick_sizes),
                                    [&](const size& q) { return q.rx == s.rx && q.tx == s.tx; });
        if (!in || (km.kind == kind::zf && km.mode == mode::fresh)) continue;
      } else {
        g.batches = {1, 12, l2, memory};
        std::sort(g.batches.begin(), g.batches.end());
        g.batches.erase(std::unique(g.batches.begin(), g.batches.end()), g.batches.end());
        if (threads > 1) g.spread_batches = {l2 * threads, memory};
      }
      plan.push_back(g);
    }
  return plan;
}

std::string group_name(const group& g) {
  const char* kinds[] = {"mrc", "zf", "mmse"};
  const char* modes[] = {"fresh", "planes", "block168", "cholesky"};
  return std::string(kinds[static_cast<int>(g.kind)]) + "/" + modes[static_cast<int>(g.mode)] + "/" +
         std::to_string(g.shape.rx) + "x" + std::to_string(g.shape.tx);
}

bool takes_part(const maker& m, const group& g) {
  const std::string name = m.name;
  if (g.kind == kind::mrc) return name.starts_with("mho") || name == "openblas" || name.starts_with("eigen");
  if (g.mode == mode::block168) return name != "chain-cpu" && name != "mho-antenna";
  return true;
}

}  // namespace bench
