// A detector that the library does not have, as a plugin: MMSE whose inverse is a few terms of a Neumann
// series, a hardware-friendly approximation for many more antennas than streams. M. Wu, B. Yin, G. Wang, C.
// Dick, J. R. Cavallaro and C. Studer, "Large-Scale MIMO Detection for 3GPP LTE: Algorithms and FPGA
// Implementations", IEEE J. Sel. Topics Signal Process. 8(5), 2014. With A = G + N0 I = D + E, D its
// diagonal,
//
//   A^-1 ~ B = sum_(k < terms) (-D^-1 E)^k D^-1:  one term is MRC, infinitely many are MMSE if they converge.
//
//     mho ber scenarios/ber-128x8-256qam.toml --plugin example_plugin.so ...
#include <mho/plugin.hpp>

#include <algorithm>
#include <cmath>
#include <complex>

namespace {

using cf32 = std::complex<float>;

// Takes only the Gram form: the shell makes G = H^H H and z = H^H y of channel and received vectors, whitens
// coloured noise before, and derives LLRs, bits and the outputs of failed problems.
class neumann final : public mho::detector {
 public:
  explicit neumann(std::size_t terms) : detector(abilities(), 1), terms_(terms) {}

  static mho::capabilities abilities() {
    mho::capabilities can;
    can.forms = static_cast<std::uint8_t>(mho::form::gram);
    can.linear = true;
    return can;
  }

 private:
  // Of a slot: the matrix -D^-1 E, the sum so far, the next one, B G.
  struct scratch {
    cf32 *step, *sum, *next, *gain;
  };
  scratch at_slot(unsigned slot) const noexcept {
    const std::size_t square = room().tx * room().tx;
    cf32* first = scratch_.data() + slot * 4 * square;
    return {first, first + square, first + 2 * square, first + 3 * square};
  }

  mho::error do_reserve(const mho::shape& room) override {
    weights_.resize(room.problems * room.tx * room.tx);
    variance_.resize(room.problems * room.tx);
    scratch_.resize(room.slots * 4 * room.tx * room.tx);
    return mho::error::none;
  }

  mho::error do_prepare(const mho::channel_batch& in, const mho::call& which,
                        std::span<mho::status> state) noexcept override {
    for (std::size_t i = 0; i < state.size(); ++i)
      state[i] = digest(in.matrix, i, in.noise.values.at<float>(i), which.begin + i, at_slot(which.slot));
    return mho::error::none;
  }

  mho::status digest(const mho::view& gram, std::size_t i, float n0, std::size_t problem,
                     const scratch& s) noexcept {
    const std::size_t n = room().tx;
    // Only the lower triangle of G is there.
    const auto g = [&](std::size_t r, std::size_t c) {
      return r >= c ? gram.at<cf32>(i, r, c) : std::conj(gram.at<cf32>(i, c, r));
    };
    for (std::size_t r = 0; r < n; ++r)
      for (std::size_t c = 0; c < n; ++c) {
        const cf32 entry = g(r, c);
        if (!std::isfinite(entry.real()) || !std::isfinite(entry.imag())) return mho::status::not_finite;
        const float diagonal = g(r, r).real() + n0;
        if (!(diagonal > 0)) return mho::status::out_of_range;
        s.step[r * n + c] = r == c ? cf32(0) : -entry / diagonal;
        s.sum[r * n + c] = r == c ? cf32(1 / diagonal) : cf32(0);
      }
    // Horner: B_k+1 = D^-1 + (-D^-1 E) B_k.
    for (std::size_t k = 1; k < terms_; ++k) {
      for (std::size_t r = 0; r < n; ++r)
        for (std::size_t c = 0; c < n; ++c) {
          cf32 entry = r == c ? 1 / (g(r, r).real() + n0) : 0;
          for (std::size_t j = 0; j < n; ++j) entry += s.step[r * n + j] * s.sum[j * n + c];
          s.next[r * n + c] = entry;
        }
      std::swap_ranges(s.sum, s.sum + n * n, s.next);
    }
    for (std::size_t r = 0; r < n; ++r)
      for (std::size_t c = 0; c < n; ++c) {
        s.gain[r * n + c] = 0;
        for (std::size_t j = 0; j < n; ++j) s.gain[r * n + c] += s.sum[r * n + j] * g(j, c);
      }
    // B z = B G x + B H^H n: unbiased after division by the diagonal of B G; what is left is interference,
    // (B G)_rc of the other streams, whose symbols have unit energy, and noise of variance N0 (B G B^H)_rr.
    for (std::size_t r = 0; r < n; ++r) {
      const cf32 own = s.gain[r * n + r];
      float interference = 0, noise = 0;
      for (std::size_t c = 0; c < n; ++c) {
        if (c != r) interference += std::norm(s.gain[r * n + c]);
        noise += (s.gain[r * n + c] * std::conj(s.sum[r * n + c])).real();
        weights_[(problem * n + r) * n + c] = s.sum[r * n + c] / own;
      }
      variance_[problem * n + r] = (interference + n0 * noise) / std::norm(own);
    }
    return mho::status::ok;
  }

  mho::error do_apply(const mho::received_batch& in, std::span<const mho::output> into,
                      const mho::call& which) const noexcept override {
    const std::size_t n = room().tx, uses = in.vectors.extent[1];
    const mho::output& out = into[0];
    for (std::size_t i = 0; i < in.vectors.extent[0]; ++i)
      for (std::size_t u = 0; u < uses; ++u) {
        if (mho::is_failed(out.state[i * uses + u])) continue;
        for (std::size_t r = 0; r < n; ++r) {
          const std::size_t row = (which.begin + i) * n + r;
          cf32 estimate = 0;
          for (std::size_t c = 0; c < n; ++c)
            estimate += weights_[row * n + c] * in.vectors.at<cf32>(i, u, c);
          out.estimate.at<cf32>(i, u, r) = estimate;
          out.variance.at<float>(i, u, r) = variance_[row];
        }
      }
    return mho::error::none;
  }

  mho::error do_weights(const mho::view& w, const mho::call& which) const noexcept override {
    const std::size_t n = room().tx;
    for (std::size_t i = 0; i < w.extent[0]; ++i)
      for (std::size_t r = 0; r < n; ++r)
        for (std::size_t c = 0; c < n; ++c)
          w.at<cf32>(i, r, c) = weights_[((which.begin + i) * n + r) * n + c];
    return mho::error::none;
  }

  std::size_t terms_;
  std::vector<cf32> weights_;    // [problem, tx, tx]: B, each row over its gain
  std::vector<float> variance_;  // [problem, tx]
  mutable std::vector<cf32> scratch_;
};

std::vector<mho::detector_kind> kinds() {
  mho::option terms{"terms", std::int64_t{3}, "", "of the series; 1: MRC", 1, 64};
  return {{"neumann",
           "MMSE by a Neumann series (Wu et al. 2014)",
           neumann::abilities(),
           {terms},
           [](const mho::options& values) -> mho::result<std::unique_ptr<mho::detector>> {
             const std::int64_t count = std::get<std::int64_t>(values.at("terms"));
             return std::unique_ptr<mho::detector>(
                 std::make_unique<neumann>(static_cast<std::size_t>(count)));
           }}};
}

}  // namespace

MHO_PLUGIN(kinds)
