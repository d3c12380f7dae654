// The link as one writes it with IT++: link-itpp RX TX N0 SEED USES prints one line: uses, bit errors and
// their squares of zero-forcing and of MMSE, and seconds a use of the median batch.
//
// A program of its own: IT++ is under the GPL, and nothing else here links it.
#include <itpp/itbase.h>
#include <itpp/itcomm.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <vector>

#include "link_program.hpp"

namespace {

constexpr std::size_t batch = 32;

class itpp_link {
 public:
  itpp_link(int rx, int tx, double n0)
      : rx_(rx), tx_(tx), n0_(n0), qam_(static_cast<int>(bench::link_points)) {}

  void run(bench::link_counts& counts) {
    const itpp::bvec sent = itpp::randb(tx_ * static_cast<int>(bench::link_bits));
    const itpp::cmat h = itpp::randn_c(rx_, tx_);
    const itpp::cvec y = h * qam_.modulate_bits(sent) + std::sqrt(n0_) * itpp::randn_c(rx_);
    const itpp::cmat adjoint = h.hermitian_transpose();
    itpp::cmat gram = adjoint * h;
    const itpp::cvec z = adjoint * y;
    counts.zf.add_use(errors(sent, itpp::ls_solve_chol(gram, z)));
    for (int k = 0; k < tx_; ++k) gram(k, k) += n0_;
    // The bias needs the diagonal of the inverse, which then serves for the estimate as well.
    const itpp::cmat inverse = itpp::inv(gram);
    itpp::cvec mmse = inverse * z;
    for (int k = 0; k < tx_; ++k) mmse(k) /= 1 - n0_ * inverse(k, k).real();
    counts.mmse.add_use(errors(sent, mmse));
    ++counts.uses;
  }

 private:
  std::uint64_t errors(const itpp::bvec& sent, const itpp::cvec& estimate) const {
    itpp::BERC count;
    count.count(sent, qam_.demodulate_bits(estimate));
    return static_cast<std::uint64_t>(count.get_errors());
  }

  int rx_, tx_;
  double n0_;
  itpp::QAM qam_;
};

}  // namespace

int main(int argc, char** argv) {
  if (argc != 6) {
    std::fputs("usage: link-itpp RX TX N0 SEED USES\n", stderr);
    return 2;
  }
  itpp::RNG_reset(static_cast<unsigned>(std::strtoul(argv[4], nullptr, 10)));
  itpp_link link(std::atoi(argv[1]), std::atoi(argv[2]), std::strtod(argv[3], nullptr));
  const std::size_t uses = std::strtoull(argv[5], nullptr, 10);
  bench::link_counts counts;
  std::vector<double> seconds;
  do {
    const auto start = std::chrono::steady_clock::now();
    for (std::size_t u = 0; u < batch; ++u) link.run(counts);
    seconds.push_back(std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count());
  } while (counts.uses < uses);
  std::nth_element(seconds.begin(), seconds.begin() + static_cast<std::ptrdiff_t>(seconds.size() / 2),
                   seconds.end());
  std::printf("%llu %llu %llu %llu %llu %.9g\n", static_cast<unsigned long long>(counts.uses),
              static_cast<unsigned long long>(counts.zf.errors),
              static_cast<unsigned long long>(counts.zf.squares),
              static_cast<unsigned long long>(counts.mmse.errors),
              static_cast<unsigned long long>(counts.mmse.squares),
              seconds[seconds.size() / 2] / static_cast<double>(batch));
  return 0;
}
