/// \file
/// Sums over the samples of a bin at the price of two look-ups.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include <mho/adc.hpp>

namespace mho::analog {

/// Samples in ascending order with their running sums (about the mean, so that nothing cancels). If there are
/// more than `most`, as many remain, evenly taken from the sorted ones.
class sorted_samples {
 public:
  sorted_samples(std::span<const double> samples, std::size_t most);

  std::size_t size() const noexcept { return value_.size(); }
  double low() const noexcept { return value_.front(); }
  double high() const noexcept { return value_.back(); }
  /// Between the two nearest samples linearly; 0 and 100 are the extremes.
  double percentile(double percent) const noexcept;
  /// How many are not above x.
  std::size_t up_to(double x) const noexcept;
  /// Of the samples begin .. end - 1 (not none).
  double mean(std::size_t begin, std::size_t end) const noexcept;
  /// Sum over the samples begin .. end - 1 of their squared distances from a level.
  double squared_error(std::size_t begin, std::size_t end, double level) const noexcept;
  double mean_squared_error(const quantiser& q) const noexcept;
  double variance() const noexcept { return square_.back() / static_cast<double>(value_.size()); }

 private:
  std::vector<double> value_, sum_, square_;
  double mean_ = 0;
};

}  // namespace mho::analog
