#include "estimation.hpp"
#include "decibel.hpp"

#include <Eigen/Dense>
#include <algorithm>
#include <cmath>
#include <mho/random.hpp>

namespace mho::sim {
namespace {

using cf32 = std::complex<float>;
using cf64 = std::complex<double>;
using matrix64 = Eigen::Matrix<cf64, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
using matrix32 = Eigen::Matrix<cf32, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;

Eigen::Map<const matrix32> square(const std::vector<cf32>& entries, std::size_t size) {
  return {entries.data(), static_cast<Eigen::Index>(size), static_cast<Eigen::Index>(size)};
}

// The part of a component of variance `value` that the estimate keeps.
double kept(double value, double noise) { return value > 0 ? value / (value + noise) : 0; }

}  // namespace

std::span<const option> channel_estimator::schema() {
  static const std::vector<option> all = [] {
    std::vector<option> list{
        {"method", "perfect", "", "what the receiver knows: H, or its estimate from pilots"},
        {"pilots", std::int64_t{1}, "symbol", "orthogonal pilot symbols of each stream", 1, 65536},
        {"pilot_boost_db", 0.0, "dB", "energy of a pilot symbol over that of a data symbol", -100, 100},
        {"noise_variance", "n0", "",
         "what detectors are told: N0, or N0 plus what the errors of the estimates add to it"}};
    list[0].choices = {"perfect", "ls", "lmmse"};
    list[3].choices = {"n0", "with_error"};
    return list;
  }();
  return all;
}

result<channel_estimator> channel_estimator::make(const options& given, const channel& of) {
  const result<options> all = complete(schema(), given);
  if (!all) return {all.code(), all.message()};
  channel_estimator e(of.rx(), of.tx());
  const auto& name = std::get<std::string>(all->at("method"));
  e.method_ = name == "ls" ? method::ls : name == "lmmse" ? method::lmmse : method::perfect;
  e.pilot_energy_ = static_cast<double>(std::get<std::int64_t>(all->at("pilots"))) *
                    power_of(std::get<double>(all->at("pilot_boost_db")));
  e.tells_error_ = std::get<std::string>(all->at("noise_variance")) == "with_error";
  if (e.method_ != method::lmmse) return e;
  const auto known = of.moments();
  if (!known)
    return {error::bad_value,
            "estimation.method: lmmse needs a channel whose mean and covariance are known in closed form"};
  e.mean_.assign(known->mean.begin(), known->mean.end());
  e.receive_ = decompose(known->receive, of.rx());
  e.transmit_ = decompose(known->transmit, of.tx());
  return e;
}

channel_estimator::side channel_estimator::decompose(const std::vector<cf64>& covariance, std::size_t size) {
  side s;
  s.values.assign(size, 1);
  if (covariance.empty()) return s;
  const auto n = static_cast<Eigen::Index>(size);
  const Eigen::Map<const matrix64> r(covariance.data(), n, n);
  if (r.isDiagonal(0)) {
    for (std::size_t i = 0; i < size; ++i) s.values[i] = covariance[i * size + i].real();
    return s;
  }
  const Eigen::SelfAdjointEigenSolver<matrix64> solver(r);
  for (std::size_t i = 0; i < size; ++i)
    s.values[i] = std::max(0.0, solver.eigenvalues()[static_cast<Eigen::Index>(i)]);
  for (Eigen::Index i = 0; i < n; ++i)
    for (Eigen::Index k = 0; k < n; ++k) s.vectors.emplace_back(solver.eigenvectors()(i, k));
  return s;
}

// Y = U_r X U_t^T has independent entries X of variance d_r d_t + noise where R = (U_r D_r U_r^H) (x) (U_t
// D_t U_t^H).
void channel_estimator::shrink(double noise, std::span<cf32> y) const {
  Eigen::Map<matrix32> entries(y.data(), static_cast<Eigen::Index>(rx_), static_cast<Eigen::Index>(tx_));
  const bool mixes_rx = !receive_.vectors.empty(), mixes_tx = !transmit_.vectors.empty();
  if (mixes_rx) entries = (square(receive_.vectors, rx_).adjoint() * entries).eval();
  if (mixes_tx) entries = (entries * square(transmit_.vectors, tx_).conjugate()).eval();
  for (std::size_t i = 0; i < rx_; ++i)
    for (std::size_t k = 0; k < tx_; ++k)
      y[i * tx_ + k] *= static_cast<float>(kept(receive_.values[i] * transmit_.values[k], noise));
  if (mixes_rx) entries = (square(receive_.vectors, rx_) * entries).eval();
  if (mixes_tx) entries = (entries * square(transmit_.vectors, tx_).transpose()).eval();
}

void channel_estimator::estimate(std::span<const cf32> h, double n0, const set_identity& set,
                                 std::span<cf32> estimated) const {
  if (estimated.data() != h.data()) std::copy(h.begin(), h.end(), estimated.begin());
  if (is_perfect()) return;
  const double noise = pilot_noise(n0);
  std::vector<cf32> pilots(h.size());
  random_stream random(set.seed, set.stream, set.number, draw_pilot_noise);
  random.complex_normals(pilots, static_cast<float>(noise));
  for (std::size_t e = 0; e < pilots.size(); ++e) estimated[e] += pilots[e];
  if (method_ == method::ls) return;
  for (std::size_t e = 0; e < mean_.size(); ++e) estimated[e] -= mean_[e];
  shrink(noise, estimated);
  for (std::size_t e = 0; e < mean_.size(); ++e) estimated[e] += mean_[e];
}

double channel_estimator::error_variance(double n0) const {
  const double noise = pilot_noise(n0);
  if (method_ != method::lmmse) return is_perfect() ? 0 : noise;
  double sum = 0;
  for (const double r : receive_.values)
    for (const double t : transmit_.values) sum += kept(r * t, noise) * noise;
  return sum / static_cast<double>(rx_ * tx_);
}

double channel_estimator::noise_variance(double n0) const {
  return tells_error_ ? n0 + static_cast<double>(tx_) * error_variance(n0) : n0;
}

}  // namespace mho::sim
