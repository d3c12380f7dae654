/// \file
/// Which rows there are.
#pragma once

#include <string>
#include <vector>

#include "implementation.hpp"

namespace bench {

struct size {
  std::size_t rx, tx;
};

/// An implementation's name and how to make one.
struct maker {
  const char* name;
  made (*make)(const task&, unsigned slots);
};
const std::vector<maker>& makers();

/// Rows of all implementations on the same batches.
struct group {
  bench::kind kind;
  bench::mode mode;
  bench::size shape;
  std::vector<std::size_t> batches;         ///< on one thread
  std::vector<std::size_t> spread_batches;  ///< on all threads
};

/// The groups in the order of their rows. quick: the batches that fit L2 of 16x4, 64x16 and 128x8, one
/// thread.
std::vector<group> make_plan(bool quick, unsigned threads);

/// mmse/fresh/64x16
std::string group_name(const group& g);

/// Whether a maker has rows in a group. A peer without code for a detector or mode has none; one that lacks a
/// device, an option or a compiler flag here has rows that say so.
bool takes_part(const maker& m, const group& g);

}  // namespace bench
