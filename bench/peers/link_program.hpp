/// \file
/// What is timed as a Monte Carlo link: bits, 64-QAM, a fresh i.i.d. Rayleigh channel a use, white noise, and
/// zero-forcing and MMSE on the same uses, with hard decisions and counted bit errors.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>

namespace bench {

constexpr std::size_t link_points = 64, link_bits = 6;  ///< of the constellation; a symbol

/// One operating point: E|h|^2 = 1, Es = 1, CN(0, n0) at each antenna.
struct link_point {
  std::size_t rx = 0, tx = 0;
  double n0 = 0;
};

/// Bit errors, and the sum of the squares of a use's bit errors: errors come in clusters, uses do not.
struct error_count {
  std::uint64_t errors = 0, squares = 0;

  void add_use(std::uint64_t bits_in_error) {
    errors += bits_in_error;
    squares += bits_in_error * bits_in_error;
  }
  error_count& operator+=(const error_count& more) {
    errors += more.errors;
    squares += more.squares;
    return *this;
  }
};

struct link_counts {
  std::uint64_t uses = 0;
  error_count zf, mmse;

  link_counts& operator+=(const link_counts& more) {
    uses += more.uses;
    zf += more.zf;
    mmse += more.mmse;
    return *this;
  }
};

/// A program of its own that simulates one point, with random numbers of its own.
class link_program {
 public:
  virtual ~link_program() = default;
  link_program() = default;
  link_program(const link_program&) = delete;
  link_program& operator=(const link_program&) = delete;

  /// Uses of a batch: a millisecond's work or so, so that the median batch of each is as undisturbed as the
  /// others'.
  virtual std::size_t batch_uses() const = 0;
  /// Simulates the next batch and adds what it counted. Seconds of it, where the program itself took the
  /// time; else 0.
  virtual double run(link_counts& counts) = 0;
};

/// A program, or why there is none here.
struct made_link {
  std::unique_ptr<link_program> it;
  std::string reason;
};

made_link make_eigen_link(const link_point& p);
made_link make_eigen_limited_link(const link_point& p);

}  // namespace bench
