/// \file
/// Batches in which most problems are what no channel is: NaN, infinity, zeros, denormals, scales of 1e±30,
/// columns that are equal or nearly so, noise that is none; and what must become of each.
#pragma once

#include <complex>
#include <cstdint>
#include <vector>

#include <mho/mho.hpp>

namespace mho::test {

/// Row-major H [problem, rx, tx], y [problem, use, rx] and N0 [problem], each in two versions: with hostile
/// problems, and with a harmless one in the place of each.
struct hostile_batch {
  hostile_batch(std::size_t problems, std::size_t rx, std::size_t tx, std::size_t uses, std::uint64_t seed);

  struct version {
    std::vector<std::complex<float>> h, y;
    std::vector<float> n0;
  };
  std::size_t problems, rx, tx, uses;
  version harmless, mixed;
  std::vector<bool> is_hostile;     ///< a problem: its channel or noise is
  std::vector<bool> hostile_use;    ///< problem * uses + use: its received vector is
  std::vector<bool> equal_columns;  ///< a problem: two columns are equal to the bit

 private:
  void spoil(std::size_t p, random_stream& random);
};

/// What must become of a received vector.
enum class fate : std::uint8_t {
  fails,    ///< the documented rules fail it, with room for rounding
  works,    ///< they do not, with room for rounding
  may_fail  ///< between: rounding, or an overflow on the way, decides
};

/// A digital kind of linear detection, as the rules see it.
struct linear_rules {
  enum { mrc, zf, mmse } rule = zf;
  double unit = 0x1p-24;  ///< its roundoff
};

/// fate [problem * uses + use] by the rules of status (error.hpp), in double precision: independent of every
/// kernel. `reason`: the status where a single one is right, ok otherwise.
struct judged {
  std::vector<fate> fates;
  std::vector<status> reason;
  std::vector<double> least_variance;  ///< a problem: if it works after all, one stream has this much or more
};
judged judge(const hostile_batch& b, const linear_rules& rules);

}  // namespace mho::test
