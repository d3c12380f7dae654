#include "analog/saturation.hpp"

#include <algorithm>
#include <cmath>

namespace mho::analog {
namespace {

// x' = f(x) with f = -omega (N sigma(x) + lag x + drive), the amplifiers' first term bent by the slew rate.
class bent_loop {
 public:
  bent_loop(const closed_loop& loop, const Eigen::VectorXd& inputs, const amplifier_limits& limits)
      : loop_(loop),
        limits_(limits),
        network_(loop.k),
        drive_(loop.drive * inputs),
        through_(loop.feedthrough * inputs) {
    network_.diagonal() -= loop.lag;
  }

  Eigen::VectorXd stage(const Eigen::VectorXd& x) const {
    Eigen::VectorXd v = x;
    if (std::isfinite(limits_.clamp_volt))
      for (Eigen::Index i = 0; i < loop_.amplifiers; ++i)
        v(i) = limits_.clamp_volt * std::tanh(x(i) / limits_.clamp_volt);
    return v;
  }
  Eigen::VectorXd outputs(const Eigen::VectorXd& x) const { return loop_.output * stage(x) + through_; }

  // -f / omega and, if wanted, its derivative.
  Eigen::VectorXd rest(const Eigen::VectorXd& x, Eigen::MatrixXd* slope = nullptr) const {
    const Eigen::VectorXd v = stage(x);
    Eigen::VectorXd pull = network_ * v + drive_;
    Eigen::VectorXd gain = Eigen::VectorXd::Ones(x.size());  // d stage / d x
    if (std::isfinite(limits_.clamp_volt))
      for (Eigen::Index i = 0; i < loop_.amplifiers; ++i)
        gain(i) = 1 - v(i) / limits_.clamp_volt * (v(i) / limits_.clamp_volt);
    Eigen::VectorXd bend = Eigen::VectorXd::Ones(x.size());  // d slewed / d pull
    if (std::isfinite(limits_.slew_volt_per_s)) {
      const double fastest = limits_.slew_volt_per_s / loop_.omega;
      for (Eigen::Index i = 0; i < loop_.amplifiers; ++i) {
        const double t = std::tanh(pull(i) / fastest);
        pull(i) = fastest * t;
        bend(i) = 1 - t * t;
      }
    }
    if (slope != nullptr) {
      *slope = bend.asDiagonal() * network_ * gain.asDiagonal();
      slope->diagonal() += loop_.lag;
    }
    return pull + loop_.lag.cwiseProduct(x);
  }

  // What rounding leaves of rest().
  double rounding(const Eigen::VectorXd& x) const {
    const Eigen::VectorXd sum =
        network_.cwiseAbs() * stage(x).cwiseAbs() + loop_.lag.cwiseProduct(x.cwiseAbs()) + drive_.cwiseAbs();
    return static_cast<double>(x.size()) * std::numeric_limits<double>::epsilon() * sum.maxCoeff();
  }

 private:
  const closed_loop& loop_;
  amplifier_limits limits_;
  Eigen::MatrixXd network_;
  Eigen::VectorXd drive_, through_;
};

// Where the loop comes to rest from these states on.
saturated_rest rest_from(const Eigen::VectorXd& states, const closed_loop& loop, const bent_loop& bent) {
  saturated_rest result;
  result.states = states;
  constexpr int most_steps = 500;
  constexpr double longest = 1e12;  // steps in units of 1 / omega: from here on it is Newton's method
  double length = 1 / std::max(loop.k.norm(), 1e-300);
  Eigen::MatrixXd slope;
  Eigen::VectorXd rest = bent.rest(result.states, &slope);
  for (int step = 0; step < most_steps && !result.converged; ++step) {
    Eigen::MatrixXd shifted = slope;
    shifted.diagonal().array() += 1 / length;
    const Eigen::VectorXd next = result.states - real_factors(shifted).solve(rest);
    Eigen::MatrixXd next_slope;
    const Eigen::VectorXd next_rest = bent.rest(next, &next_slope);
    const double ratio = next_rest.allFinite() ? rest.norm() / std::max(next_rest.norm(), 1e-300) : 0;
    if (ratio < 0.5) {  // far out of the motion: a shorter step
      length /= 4;
      continue;
    }
    result.states = next;
    rest = next_rest;
    slope = next_slope;
    length = std::min(length * std::clamp(ratio, 0.5, 10.0) * 1.2, longest);
    result.converged = rest.cwiseAbs().maxCoeff() <= bent.rounding(result.states);
  }
  result.outputs = bent.outputs(result.states);
  return result;
}

}  // namespace

saturated_rest saturated_steady_state(const closed_loop& loop, const Eigen::VectorXd& inputs,
                                      const amplifier_limits& limits) {
  saturated_rest rest = rest_from(Eigen::VectorXd::Zero(loop.k.rows()), loop,
                                  bent_loop(loop, inputs, {.clamp_volt = limits.clamp_volt}));
  if (!rest.converged || !std::isfinite(limits.slew_volt_per_s)) return rest;
  return rest_from(rest.states, loop, bent_loop(loop, inputs, limits));
}

saturated_waveform saturated_step(const closed_loop& loop, const Eigen::VectorXd& inputs,
                                  const amplifier_limits& limits, const std::vector<double>& times_s,
                                  double tolerance_volt, double relative) {
  const bent_loop bent(loop, inputs, limits);
  const Eigen::Index n = loop.k.rows();
  const Eigen::MatrixXd one = Eigen::MatrixXd::Identity(n, n);
  Eigen::VectorXd x = Eigen::VectorXd::Zero(n);
  saturated_waveform result;
  result.outputs.resize(loop.output.rows(), static_cast<Eigen::Index>(times_s.size()));
  constexpr int most_steps = 1'000'000;
  int steps = 0;
  double now = 0, step = 1e-3 / std::max(loop.k.norm(), 1e-300);  // in units of 1 / omega
  Eigen::MatrixXd slope;
  for (std::size_t k = 0; k < times_s.size(); ++k) {
    const double target = loop.omega * times_s[k];
    while (now < target) {
      if (++steps > most_steps) return result;
      const bool last = step >= target - now;
      const double h = last ? target - now : step;
      // RODAS3 with gamma = 1/2, in the form (I / (h gamma) - J) K_i = f(x + sum a K) + sum (c / h) K.
      const Eigen::VectorXd f = -bent.rest(x, &slope);
      const real_factors lu(one * (2 / h) + slope);
      const Eigen::VectorXd k1 = lu.solve(f);
      const Eigen::VectorXd k2 = lu.solve(f + 4 / h * k1);
      const Eigen::VectorXd k3 = lu.solve(-bent.rest(x + 2 * k1) + (k1 - k2) / h);
      const Eigen::VectorXd k4 = lu.solve(-bent.rest(x + 2 * k1 + k3) + (k1 - k2 - 8.0 / 3 * k3) / h);
      const Eigen::VectorXd next = x + 2 * k1 + k3 + k4;  // k4 is the estimate of its error
      const Eigen::ArrayXd scale = tolerance_volt + relative * x.cwiseAbs().cwiseMax(next.cwiseAbs()).array();
      const double error = next.allFinite() ? (k4.array().abs() / scale).maxCoeff() : 1e9;
      const double factor = std::clamp(0.9 / std::cbrt(std::max(error, 1e-12)), 0.2, 5.0);
      if (error <= 1) {
        x = next;
        now = last ? target : now + h;
        if (!last || factor < 1) step = h * factor;
      } else {
        step = h * factor;
      }
    }
    result.outputs.col(static_cast<Eigen::Index>(k)) = bent.outputs(x);
  }
  result.complete = true;
  return result;
}

double saturated_settling_s(const closed_loop& loop, const Eigen::VectorXd& inputs,
                            const amplifier_limits& limits, const Eigen::VectorXd& rest, double epsilon) {
  constexpr double never = std::numeric_limits<double>::infinity();
  const double largest = rest.cwiseAbs().maxCoeff(), band = epsilon * largest;
  if (!(band > 0)) return 0;
  const double linear_s = step_response(loop, inputs).settling_s(epsilon);
  if (!std::isfinite(linear_s)) return never;
  const auto samples = [&](double from_s, double to_s, int count, std::vector<double>& times) {
    times.clear();
    for (int k = 1; k <= count; ++k) times.push_back(from_s + (to_s - from_s) * k / count);
    const saturated_waveform wave = saturated_step(loop, inputs, limits, times, 1e-9 * largest, 1e-8);
    std::vector<double> distances;
    for (Eigen::Index k = 0; wave.complete && k < wave.outputs.cols(); ++k)
      distances.push_back((wave.outputs.col(k) - rest).cwiseAbs().maxCoeff());
    return distances;  // empty: too many steps
  };
  std::vector<double> times;
  constexpr int coarse = 2000, fine = 1000, doublings = 10;
  for (int doubling = 0; doubling < doublings; ++doubling) {
    const double span_s = std::ldexp(1.5 * linear_s + 2 * largest / limits.slew_volt_per_s, doubling);
    std::vector<double> distance = samples(0, span_s, coarse, times);
    if (distance.empty()) return never;
    int last = coarse - 1;
    while (last >= 0 && distance[static_cast<std::size_t>(last)] <= band) --last;
    if (last >= 3 * coarse / 4) continue;  // it may leave again
    const double from_s = last < 0 ? 0 : times[static_cast<std::size_t>(last)], to_s = from_s + times[0];
    double before = last < 0 ? largest : distance[static_cast<std::size_t>(last)];
    distance = samples(from_s, to_s, fine, times);
    if (distance.empty()) return never;
    last = fine - 1;
    while (last >= 0 && distance[static_cast<std::size_t>(last)] <= band) --last;
    if (last == fine - 1) return to_s;  // the two integrations differ by their error
    const double after = distance[static_cast<std::size_t>(last) + 1], step = (to_s - from_s) / fine;
    if (last >= 0) before = distance[static_cast<std::size_t>(last)];
    return from_s + step * (last + 1) + step * (before - band) / (before - after);
  }
  return never;
}

}  // namespace mho::analog
