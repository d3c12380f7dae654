#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

#include "analog/dynamics.hpp"

namespace mho::analog {

step_response::step_response(const closed_loop& loop)
    : loop_(loop), stable_(is_stable(loop)), factored_(loop.k) {
  if (!stable_) return;  // modes may grow, and the end be far away: the exponential is exact all the same
  modes_ = eigenmodes(loop.k);
  slowest_ = modes_.values().real().minCoeff();
  swing_ = modes_.values().imag().cwiseAbs().maxCoeff();
  rates_ = loop.omega * modes_.values();
  // Modes lose as many digits as the vectors' condition has; ten are kept.
  constexpr double worst_condition = 1e5;
  by_modes_ = modes_.found() && modes_.reciprocal_condition() * worst_condition > 1;
}

void step_response::drive(const Eigen::VectorXd& inputs) {
  inputs_ = inputs;
  start_ = factored_.solve(loop_.drive * inputs);
  final_ = loop_.feedthrough * inputs - loop_.output * start_;
  if (!by_modes_) return;
  shares_ = modes_.shares(loop_.output, start_);
}

Eigen::VectorXd step_response::at(double time_s) const {
  if (by_modes_) return final_ + (shares_ * (-rates_ * time_s).array().exp().matrix()).real();
  // [x; 1]' = [[-omega K, -omega drive f], [0, 0]] [x; 1] from x = 0.
  const Eigen::Index n = loop_.k.rows();
  Eigen::MatrixXd extended = Eigen::MatrixXd::Zero(n + 1, n + 1);
  extended.topLeftCorner(n, n) = -loop_.omega * time_s * loop_.k;
  extended.topRightCorner(n, 1) = -loop_.omega * time_s * loop_.drive * inputs_;
  return loop_.output * matrix_exponential(extended).topRightCorner(n, 1) + loop_.feedthrough * inputs_;
}

double step_response::error(double time_s) const { return (at(time_s) - final_).cwiseAbs().maxCoeff(); }

// No output is farther from its end than this, then or later.
double step_response::envelope(double time_s) const {
  if (by_modes_) return (shares_.cwiseAbs() * (-rates_.real() * time_s).array().exp().matrix()).maxCoeff();
  // As long as the propagator's norm is below one; the last ones are, and squares of it go on falling.
  const Eigen::MatrixXd left = matrix_exponential(-loop_.omega * time_s * loop_.k);
  const double gain = left.cwiseAbs().rowwise().sum().maxCoeff();
  if (!(gain < 0.5)) return std::numeric_limits<double>::infinity();
  // Between time t and 2 t the state may swell before it falls: by what the eigenvectors' condition allows.
  constexpr double swell = 1e3;
  return swell * gain * start_.cwiseAbs().maxCoeff() * loop_.output.cwiseAbs().rowwise().sum().maxCoeff();
}

// The last time in [0, to] with an error above the band; the one at `to` is below it.
double step_response::last_outside(double to_s, int samples, double band) const {
  const double step = to_s / samples;
  std::vector<double> errors(static_cast<std::size_t>(samples) + 1);
  if (by_modes_) {
    const Eigen::VectorXcd factor = (-rates_ * step).array().exp().matrix();
    Eigen::VectorXcd now = Eigen::VectorXcd::Ones(rates_.size());
    for (double& e : errors) {
      e = (shares_ * now).real().cwiseAbs().maxCoeff();
      now = now.cwiseProduct(factor);
    }
  } else {
    const Eigen::MatrixXd propagator = matrix_exponential(-loop_.omega * step * loop_.k);
    Eigen::VectorXd now = start_;
    for (double& e : errors) {
      e = (loop_.output * now).cwiseAbs().maxCoeff();
      now = (propagator * now).eval();
    }
  }
  double inside = to_s;
  for (int i = samples - 1; i >= 0; --i) {
    const auto k = static_cast<std::size_t>(i);
    double outside = i * step;
    if (errors[k] <= band) {
      // A peak between the samples may stick out.
      const bool peak = i > 0 && errors[k] >= errors[k - 1] && errors[k] >= errors[k + 1];
      if (!peak || errors[k] < 0.5 * band) {
        inside = outside;
        continue;
      }
      double low = outside - step, high = outside + step;
      constexpr double golden = 0.6180339887498949;
      for (int turn = 0; turn < 60; ++turn) {
        const double a = high - golden * (high - low), b = low + golden * (high - low);
        (error(a) < error(b) ? low : high) = error(a) < error(b) ? a : b;
      }
      if (error((low + high) / 2) <= band) {
        inside = outside;
        continue;
      }
      outside = (low + high) / 2;
      inside = (i + 1) * step;
    }
    for (int turn = 0; turn < 60; ++turn) {
      const double middle = (outside + inside) / 2;
      (error(middle) > band ? outside : inside) = middle;
    }
    return inside;
  }
  return 0;
}

double step_response::settling_s(double epsilon) const {
  if (!stable_) return std::numeric_limits<double>::infinity();
  const double band = epsilon * final_.cwiseAbs().maxCoeff();
  if (!(band > 0)) return 0;
  double late = 1 / (loop_.omega * slowest_), early = 0;
  while (envelope(late) > band) {
    early = late;
    late *= 2;
  }
  for (int turn = 0; turn < 10; ++turn) {
    const double middle = (early + late) / 2;
    (envelope(middle) > band ? early : late) = middle;
  }
  // Enough samples for every swing of the fastest oscillation that is.
  const double turns = loop_.omega * late * swing_ / (2 * M_PI);
  return last_outside(late, static_cast<int>(std::min(512 + 16 * turns, 65536.0)), band);
}

}  // namespace mho::analog
