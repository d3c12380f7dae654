#include "losses.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>
#include <map>
#include <optional>

namespace mho::sim {
namespace {

constexpr double not_a_number = std::numeric_limits<double>::quiet_NaN();
constexpr double normal_quantile = 1.959963984540054;  // of 0.975

// Where a curve falls through a rate: by how much that moves with the rate of each point.
struct crossing {
  double straight_db = not_a_number;                         // on the chord
  double snr_db = not_a_number;                              // on the mean of the parabolas
  double shape = 0;                                          // half of what these differ by
  std::map<double, std::pair<const point*, double>> slopes;  // SNR -> point, derivative
};

// Second divided difference of log10 BER, where there are three points with errors.
std::optional<double> bend(const point* a, const point* b, const point* c) {
  if (!(a->ber > 0 && b->ber > 0 && c->ber > 0)) return std::nullopt;
  const auto slope = [](const point* x, const point* y) {
    return (std::log10(y->ber) - std::log10(x->ber)) / (y->snr_db - x->snr_db);
  };
  return (slope(b, c) - slope(a, b)) / (c->snr_db - a->snr_db);
}

// Where the parabola through i and j with that bend reaches the goal: by bisection, for it does so once.
double solve(const point* i, const point* j, double bend, double goal) {
  double low = i->snr_db, high = j->snr_db;
  const double upper = std::log10(i->ber), slope = (std::log10(j->ber) - upper) / (high - low);
  for (int k = 0; k < 60; ++k) {
    const double s = (low + high) / 2,
                 value = upper + slope * (s - i->snr_db) + bend * (s - i->snr_db) * (s - j->snr_db);
    (value >= goal ? low : high) = s;
  }
  return (low + high) / 2;
}

// The points that were run, by SNR.
std::vector<const point*> rising(const curve& c) {
  std::vector<const point*> points;
  for (const point& p : c.points)
    if (p.bits > 0 && std::isfinite(p.snr_db)) points.push_back(&p);
  std::sort(points.begin(), points.end(),
            [](const point* a, const point* b) { return a->snr_db < b->snr_db; });
  return points;
}

// The first point below the target that is no end of a crossing, for it had no errors.
double without_errors(const curve& c, double target) {
  const std::vector<const point*> points = rising(c);
  const auto below =
      std::find_if(points.begin(), points.end(), [&](const point* p) { return p->ber < target; });
  return below != points.end() && !((*below)->ber > 0) ? (*below)->snr_db : not_a_number;
}

std::optional<crossing> fall_through(const curve& c, double target) {
  const std::vector<const point*> points = rising(c);
  for (std::size_t k = 1; k < points.size(); ++k) {
    const point &i = *points[k - 1], &j = *points[k];
    if (!(i.ber >= target && j.ber < target)) continue;
    if (!(j.ber > 0)) return std::nullopt;
    const double goal = std::log10(target), upper = std::log10(i.ber), lower = std::log10(j.ber),
                 drop = upper - lower, step = j.snr_db - i.snr_db, ln10 = std::log(10.0);
    crossing found;
    const double straight = found.straight_db = i.snr_db + step * (upper - goal) / drop;
    const auto before = k > 1 ? bend(points[k - 2], &i, &j) : std::nullopt,
               behind = k + 1 < points.size() ? bend(&i, &j, points[k + 1]) : std::nullopt;
    const double left = before ? solve(&i, &j, *before, goal) : straight,
                 right = behind ? solve(&i, &j, *behind, goal) : straight;
    found.snr_db = before && behind ? (left + right) / 2 : before ? left : right;
    found.shape = before && behind ? std::abs(left - right) / 2
                                   : ln10 / 20 * (straight - i.snr_db) * (j.snr_db - straight);
    found.slopes[i.snr_db] = {&i, step * (goal - lower) / (drop * drop * i.ber * ln10)};
    found.slopes[j.snr_db] = {&j, step * (upper - goal) / (drop * drop * j.ber * ln10)};
    return found;
  }
  return std::nullopt;
}

// What an errored unit adds to the rate.
double share_of_a_unit(const point& p) {
  if (p.set_errors == 0 || p.expected) return 0;
  return static_cast<double>(p.bit_errors) / static_cast<double>(p.set_errors) / static_cast<double>(p.bits);
}

double half_width(const crossing& of, const crossing* reference) {
  double variance = 0;
  const auto add = [&](const point* p, double a, const point* q, double b) {
    if (a > 0) variance += a * a * p->ber_variance;
    if (b > 0) variance += b * b * q->ber_variance;
    if (a > 0 && b > 0) variance -= 2 * a * b * p->ber_covariance;
    const double unit = std::max(a > 0 ? a * share_of_a_unit(*p) : 0, b > 0 ? b * share_of_a_unit(*q) : 0);
    variance += 2 * unit * unit;
  };
  for (const auto& [snr, own] : of.slopes) {
    const auto shared = reference != nullptr ? reference->slopes.find(snr) : of.slopes.end();
    if (reference != nullptr && shared != reference->slopes.end())
      add(own.first, own.second, shared->second.first, shared->second.second);
    else
      add(own.first, own.second, nullptr, 0);
  }
  if (reference != nullptr)
    for (const auto& [snr, other] : reference->slopes)
      if (of.slopes.count(snr) == 0) add(nullptr, 0, other.first, other.second);
  // Too few sets: nothing is known.
  if (!std::isfinite(variance)) return std::numeric_limits<double>::infinity();
  return normal_quantile * std::sqrt(std::max(0.0, variance));
}

double millionths(double db) { return std::round(db * 1e6) / 1e6; }

// As many decimals as the uncertainty deserves: its first digit, and the second if that is a 1.
int decimals(double half) {
  return !(half > 0) || !std::isfinite(half)
             ? 2
             : std::clamp(static_cast<int>(std::ceil(-std::log10(half / 2))), 1, 6);
}

std::string value_and_half(double value, double half) {
  const int places = decimals(half);
  return fmt::format("{:.{}f} dB", value, places) +
         (std::isfinite(half) ? fmt::format(" +- {:.{}f}", half, places) : "");
}

}  // namespace

std::vector<loss> losses(const ber_result& r, const std::vector<double>& targets) {
  std::vector<loss> all;
  for (const double target : targets)
    for (const curve& c : r.curves) {
      loss l;
      l.id = c.id;
      l.label = c.label;
      l.ber = target;
      for (double* value : {&l.snr_db, &l.snr_half_width, &l.reference_snr_db, &l.loss_db, &l.loss_half_width,
                            &l.loss_low, &l.loss_high})
        *value = not_a_number;
      l.below_db = without_errors(c, target);
      const std::optional<crossing> own = fall_through(c, target);
      if (own) {
        l.snr_db = millionths(own->snr_db);
        l.snr_half_width = millionths(half_width(*own, nullptr) + own->shape);
      }
      const auto reference = std::find_if(r.curves.begin(), r.curves.end(), [&](const curve& other) {
        return !c.reference.empty() && other.id == c.reference;
      });
      if (reference != r.curves.end()) {
        l.reference = reference->id;
        l.reference_label = reference->label;
        if (const std::optional<crossing> other = fall_through(*reference, target)) {
          l.reference_snr_db = millionths(other->snr_db);
          if (own) {
            l.loss_db = millionths(own->straight_db - other->straight_db);
            l.loss_half_width = millionths(half_width(*own, &*other));
            l.loss_low = millionths(l.loss_db - l.loss_half_width);
            l.loss_high = millionths(l.loss_db + l.loss_half_width);
          }
        }
      }
      all.push_back(std::move(l));
    }
  return all;
}

std::vector<double> loss_targets(const stop_settings& stop) {
  std::vector<double> targets{1e-3};
  if (stop.target_ber && *stop.target_ber != targets[0]) targets.push_back(*stop.target_ber);
  std::sort(targets.begin(), targets.end(), std::greater<>());
  return targets;
}

std::string rate_in_words(double rate) {
  if (!(rate > 0) || rate > 0.01) return fmt::format("{:g}", rate);
  const int digits = static_cast<int>(std::floor(std::log10(rate) + 1e-9));
  return fmt::format("{:.6g}e{}", rate / std::pow(10.0, digits), digits);
}

std::string snr_in_words(const loss& l) {
  if (std::isfinite(l.snr_db)) return value_and_half(l.snr_db, l.snr_half_width);
  return std::isfinite(l.below_db) ? fmt::format("no errors at {:g} dB, add SNRs below it", l.below_db)
                                   : "not reached";
}

std::string loss_in_words(const loss& l) {
  if (!std::isfinite(l.loss_db)) return "";
  return fmt::format("{} {} {} {}", l.loss_db < 0 ? "gains" : "loses",
                     value_and_half(std::abs(l.loss_db), l.loss_half_width),
                     l.loss_db < 0 ? "over" : "against", l.reference_label);
}

}  // namespace mho::sim
