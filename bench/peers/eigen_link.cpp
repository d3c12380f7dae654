// The link as one writes it with Eigen and the standard library: the program that a simulator has to beat.
#include <Eigen/Cholesky>
#include <Eigen/Core>

#include <algorithm>
#include <bit>
#include <cmath>
#include <complex>
#include <random>
#include <vector>

#include "link_program.hpp"

namespace bench {
namespace {

using cf32 = std::complex<float>;

constexpr int levels = 8;  // an axis

// The level of a Gray label of three bits is at its place in the reflected code.
unsigned gray(unsigned level) { return level ^ (level >> 1); }

class eigen_link final : public link_program {
 public:
  explicit eigen_link(const link_point& p)
      : n0_(static_cast<float>(p.n0)),
        channel_(static_cast<Eigen::Index>(p.rx), static_cast<Eigen::Index>(p.tx)),
        gram_(channel_.cols(), channel_.cols()),
        regular_(channel_.cols(), channel_.cols()),
        inverse_(channel_.cols(), channel_.cols()),
        sent_(channel_.cols()),
        filtered_(channel_.cols()),
        zf_(channel_.cols()),
        mmse_(channel_.cols()),
        received_(channel_.rows()),
        sent_levels_(2 * p.tx) {}

  std::size_t batch_uses() const override { return 32; }

  double run(link_counts& counts) override {
    for (std::size_t u = 0; u < batch_uses(); ++u) {
      draw();
      detect();
      counts.zf.add_use(errors(zf_));
      counts.mmse.add_use(errors(mmse_));
    }
    counts.uses += batch_uses();
    return 0;
  }

 private:
  cf32 normal(float deviation) { return {deviation * normal_(generator_), deviation * normal_(generator_)}; }

  void draw() {
    for (std::size_t k = 0; k < sent_levels_.size(); k += 2) {
      const std::uint64_t label = generator_() % link_points;
      sent_levels_[k] = static_cast<int>(label % levels);
      sent_levels_[k + 1] = static_cast<int>(label / levels);
      sent_(static_cast<Eigen::Index>(k / 2)) = {amplitude(sent_levels_[k]), amplitude(sent_levels_[k + 1])};
    }
    for (Eigen::Index k = 0; k < channel_.cols(); ++k)
      for (Eigen::Index i = 0; i < channel_.rows(); ++i) channel_(i, k) = normal(std::sqrt(0.5f));
    const float deviation = std::sqrt(n0_ / 2);
    for (cf32& y : received_) y = normal(deviation);
    received_.noalias() += channel_ * sent_;
  }

  void detect() {
    gram_.noalias() = channel_.adjoint() * channel_;
    filtered_.noalias() = channel_.adjoint() * received_;
    factor_.compute(gram_);
    zf_ = factor_.solve(filtered_);
    regular_ = gram_;
    regular_.diagonal().array() += n0_;
    factor_.compute(regular_);
    mmse_ = factor_.solve(filtered_);
    // x = b s + noise with b = 1 - N0 [(G + N0 I)^-1]_kk.
    inverse_.setIdentity();
    factor_.matrixL().solveInPlace(inverse_);
    mmse_.array() /= (1 - n0_ * inverse_.colwise().squaredNorm().transpose().array()).cast<cf32>();
  }

  // Es = 1: the levels -7, -5 .. 7 over sqrt(42).
  static float amplitude(int level) { return static_cast<float>(2 * level - levels + 1) / std::sqrt(42.0f); }

  static int nearest(float x) {
    const float level = std::floor(x * (std::sqrt(42.0f) / 2) + levels / 2);
    return static_cast<int>(std::clamp(level, 0.0f, static_cast<float>(levels - 1)));
  }

  std::uint64_t errors(const Eigen::VectorXcf& estimate) const {
    int wrong = 0;
    const auto count = [&](int sent, int decided) {
      wrong += std::popcount(gray(static_cast<unsigned>(sent)) ^ gray(static_cast<unsigned>(decided)));
    };
    for (Eigen::Index k = 0; k < estimate.size(); ++k) {
      count(sent_levels_[static_cast<std::size_t>(2 * k)], nearest(estimate(k).real()));
      count(sent_levels_[static_cast<std::size_t>(2 * k + 1)], nearest(estimate(k).imag()));
    }
    return static_cast<std::uint64_t>(wrong);
  }

  std::mt19937_64 generator_{1};
  std::normal_distribution<float> normal_;
  float n0_;
  Eigen::MatrixXcf channel_, gram_, regular_, inverse_;
  Eigen::VectorXcf sent_, filtered_, zf_, mmse_, received_;
  Eigen::LLT<Eigen::MatrixXcf> factor_;
  std::vector<int> sent_levels_;  // [2 tx]: of the real parts and the imaginary ones
};

}  // namespace

#ifdef BENCH_LIMITED_RANGE
made_link make_eigen_limited_link(const link_point& p) {
#else
made_link make_eigen_link(const link_point& p) {
#endif
  return {std::make_unique<eigen_link>(p), ""};
}

}  // namespace bench
