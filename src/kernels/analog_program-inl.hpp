// Programming a pack: digits of HP-MVM, then the tree of arrays, leaf by leaf. What a lane's matrix asks for
// that others do not (a loop that only its eigenvalues can judge, equal blocks) is left to the plain path.
#if defined(MHO_KERNELS_ANALOG_PROGRAM_INL) == defined(HWY_TARGET_TOGGLE)
#ifdef MHO_KERNELS_ANALOG_PROGRAM_INL
#undef MHO_KERNELS_ANALOG_PROGRAM_INL
#else
#define MHO_KERNELS_ANALOG_PROGRAM_INL
#endif

#include <limits>

#include "kernels/analog_solve-inl.hpp"

HWY_BEFORE_NAMESPACE();
namespace mho {
namespace HWY_NAMESPACE {
namespace MHO_WIDTH {
namespace doubles {

constexpr double top = 7;  // the highest level
constexpr auto verdict_unstable = static_cast<double>(analog_verdict::unstable),
               verdict_plain = static_cast<double>(analog_verdict::plain);

// What a pack's programming carries from leaf to leaf.
struct programming {
  const analog_model& model;
  const cell_writer& writer;
  const double* offset_volt;
  V verdict;
};

struct mapping {
  V bias, diagonal, step;
};

// analog/array.hpp, map_inv
inline mapping map_inv(const double* a, std::size_t n) {
  V low = hn::Inf(d), high = hn::Neg(low), diagonal_low = low, diagonal_high = high;
  for (std::size_t i = 0; i < n; ++i)
    for (std::size_t j = 0; j < n; ++j) {
      const V now = load(a + (i * n + j) * lanes);
      V& least = i == j ? diagonal_low : low;
      V& most = i == j ? diagonal_high : high;
      least = smaller(least, now);
      most = larger(most, now);
    }
  const V zero = hn::Zero(d);
  mapping map;
  map.bias = n > 1 ? larger(zero, hn::Neg(low)) : zero;
  map.diagonal = hn::Add(diagonal_low, map.bias);
  const V largest = n > 1 ? hn::Add(high, map.bias) : zero;
  map.step = hn::Div(larger(largest, hn::Sub(diagonal_high, diagonal_low)), set(top));
  const V any = larger(hn::Abs(diagonal_high), set(std::numeric_limits<double>::min()));
  map.step = hn::IfThenElse(hn::Gt(map.step, zero), map.step, any);
  return map;
}

inline void find_levels(const double* a, std::size_t n, const mapping& map, bool truncate, double* levels) {
  const V half = set(0.5), zero = hn::Zero(d), most = set(top);
  for (std::size_t i = 0; i < n; ++i)
    for (std::size_t j = 0; j < n; ++j) {
      const std::size_t at = (i * n + j) * lanes;
      const V rest =
          hn::Div(hn::Sub(hn::Add(load(a + at), map.bias), i == j ? map.diagonal : zero), map.step);
      const V level = floor(truncate ? rest : hn::Add(rest, half));
      // 0 also where a lane without a valid matrix has no number.
      store(hn::IfThenElse(hn::Gt(level, zero), smaller(level, most), zero), levels + at);
    }
}

// analog/circuit.cpp, is_positive_definite. s: n^2 entries.
inline M is_positive_definite(const double* cells, V diagonal, V bias, std::size_t n, double* s) {
  const V two = set(2), one = set(1);
  V largest = hn::Zero(d);
  const auto at = [n](std::size_t i, std::size_t j) { return (i * n + j) * lanes; };
  for (std::size_t i = 0; i < n; ++i) {
    for (std::size_t j = 0; j < i; ++j)
      store(hn::Sub(hn::Div(hn::Add(load(cells + at(i, j)), load(cells + at(j, i))), two), bias),
            s + at(i, j));
    const V now = hn::Add(hn::Sub(load(cells + at(i, i)), bias), diagonal);
    store(now, s + at(i, i));
    largest = larger(largest, now);
  }
  const V threshold = hn::Mul(set(static_cast<double>(n) * std::numeric_limits<double>::epsilon()), largest);
  M good = hn::Eq(one, one);
  for (std::size_t k = 0; k < n; ++k) {
    const V pivot = load(s + at(k, k));
    good = hn::And(good, hn::Gt(pivot, threshold));
    const V scale = hn::Div(one, pivot);
    for (std::size_t i = k + 1; i < n; ++i) {
      const V factor = hn::Mul(load(s + at(i, k)), scale);
      for (std::size_t j = k + 1; j <= i; ++j)
        store(hn::Sub(load(s + at(i, j)), hn::Mul(factor, load(s + at(j, k)))), s + at(i, j));
    }
  }
  return good;
}

inline void swap_rows(double* a, std::size_t n, std::size_t first, std::size_t second, M where) {
  for (std::size_t j = 0; j < n; ++j) {
    double* up = a + (first * n + j) * lanes;
    double* down = a + (second * n + j) * lanes;
    const V u = load(up), v = load(down);
    store(hn::IfThenElse(where, v, u), up);
    store(hn::IfThenElse(where, u, v), down);
  }
}

// analog/circuit.hpp, invert: partial pivoting, each lane its own. Of a, only what is still to be eliminated
// is kept.
inline M invert(double* a, std::size_t n, double* inverse) {
  const V one = set(1), zero = hn::Zero(d);
  M good = hn::Eq(one, one);
  for (std::size_t i = 0; i < n; ++i)
    for (std::size_t j = 0; j < n; ++j) store(i == j ? one : zero, inverse + (i * n + j) * lanes);
  for (std::size_t k = 0; k < n; ++k) {
    const auto at = [n](std::size_t i, std::size_t j) { return (i * n + j) * lanes; };
    const V here = set(static_cast<double>(k));
    V pivot = here, best = hn::Abs(load(a + at(k, k)));
    for (std::size_t i = k + 1; i < n; ++i) {
      const V now = hn::Abs(load(a + at(i, k)));
      const M more = hn::Gt(now, best);
      best = hn::IfThenElse(more, now, best);
      pivot = hn::IfThenElse(more, set(static_cast<double>(i)), pivot);
    }
    good = hn::And(good, hn::And(hn::Gt(best, zero), is_finite(best)));
    if (!hn::AllTrue(d, hn::Eq(pivot, here)))
      for (std::size_t i = k + 1; i < n; ++i) {
        const M where = hn::Eq(pivot, set(static_cast<double>(i)));
        if (hn::AllFalse(d, where)) continue;
        swap_rows(a, n, k, i, where);
        swap_rows(inverse, n, k, i, where);
      }
    const V scale = hn::Div(one, load(a + at(k, k)));
    for (std::size_t j = k + 1; j < n; ++j) store(hn::Mul(load(a + at(k, j)), scale), a + at(k, j));
    for (std::size_t j = 0; j < n; ++j) store(hn::Mul(load(inverse + at(k, j)), scale), inverse + at(k, j));
    for (std::size_t i = 0; i < n; ++i) {
      if (i == k) continue;
      const V factor = load(a + at(i, k));
      for (std::size_t j = k + 1; j < n; ++j)
        store(hn::Sub(load(a + at(i, j)), hn::Mul(factor, load(a + at(k, j)))), a + at(i, j));
      for (std::size_t j = 0; j < n; ++j)
        store(hn::Sub(load(inverse + at(i, j)), hn::Mul(factor, load(inverse + at(k, j)))),
              inverse + at(i, j));
    }
  }
  return good;
}

// analog/circuit.hpp, realise_inv
inline M realise(const analog_model& model, const double* cells, V diagonal, V bias, V step, std::size_t n,
                 const double* offset_volt, double* inverse, double* offset, double* scratch) {
  const std::size_t size = n + 1;
  double* nodes = scratch;
  double* solved = nodes + size * size * lanes;
  double* load_of = solved + size * size * lanes;
  const auto at = [size](std::size_t i, std::size_t j) { return (i * size + j) * lanes; };
  const V one = set(1), gain = set(model.open_loop_gain);
  for (std::size_t i = 0; i < size; ++i) {
    V whole = set(top);
    for (std::size_t j = 0; j < size; ++j) {
      V now = i == n ? one : bias;
      if (i < n && j < n) {
        now = load(cells + (i * n + j) * lanes);
        if (i == j) now = hn::Add(now, diagonal);
      }
      store(now, nodes + at(i, j));
      whole = hn::Add(whole, hn::Abs(now));
    }
    store(whole, load_of + i * lanes);
    store(hn::Add(load(nodes + at(i, i)), hn::Div(whole, gain)), nodes + at(i, i));
  }
  M good = invert(nodes, size, solved);
  for (std::size_t i = 0; i < n; ++i) {
    V sum = hn::Zero(d);
    for (std::size_t j = 0; j < n; ++j) {
      const V now = hn::Div(load(solved + at(i, j)), step);
      good = hn::And(good, is_finite(now));
      store(now, inverse + (i * n + j) * lanes);
    }
    if (model.offsets) {
      for (std::size_t j = 0; j < size; ++j)
        sum = hn::Add(
            sum, hn::Mul(hn::Mul(load(solved + at(i, j)), load(load_of + j * lanes)), set(offset_volt[j])));
      sum = hn::Div(sum, set(model.clamp_volt));
    }
    store(sum, offset + i * lanes);
  }
  return good;
}

inline void program_leaf(programming& p, const double* a, std::size_t n, double* state, double* scratch) {
  double* levels = scratch;
  double* cells = levels + n * n * lanes;
  double* rest = cells + n * n * lanes;
  const mapping map = map_inv(a, n);
  find_levels(a, n, map, p.model.truncate, levels);
  p.writer.write(p.writer.context, levels, n * n, cells);
  const V diagonal = hn::Div(map.diagonal, map.step), bias = hn::Div(map.bias, map.step);
  const M negative = hn::Lt(map.diagonal, hn::Zero(d));
  const M definite = is_positive_definite(cells, diagonal, bias, n, rest);
  p.verdict = raise(p.verdict, negative, verdict_unstable);
  // The eigenvalues decide, if nothing has before.
  p.verdict = raise(p.verdict, hn::Not(hn::Or(negative, definite)), verdict_plain);
  const M good =
      realise(p.model, cells, diagonal, bias, map.step, n, p.offset_volt, state, state + n * n * lanes, rest);
  p.verdict = raise(p.verdict, hn::Not(good), verdict_unstable);
  p.offset_volt += n + 1;
}

// m4 - m3 m1^-1 m2 in place of m4 (block_amc.cpp); scratch: 3 n^2.
inline void eliminate(programming& p, const double* m1, const double* m2, const double* m3, std::size_t n,
                      double* m4, double* scratch) {
  double* inverse = scratch;
  double* product = inverse + n * n * lanes;
  double* rest = product + n * n * lanes;
  copy(m1, n * n, rest);
  p.verdict = raise(p.verdict, hn::Not(invert(rest, n, inverse)), verdict_unstable);
  const auto subtract = [n](const double* a, const double* b, double* c, bool start) HWY_ATTR {
    for (std::size_t i = 0; i < n; ++i)
      for (std::size_t j = 0; j < n; ++j) {
        V sum = start ? hn::Zero(d) : load(c + (i * n + j) * lanes);
        for (std::size_t k = 0; k < n; ++k)
          sum = hn::Sub(sum, hn::Mul(load(a + (i * n + k) * lanes), load(b + (k * n + j) * lanes)));
        store(start ? hn::Neg(sum) : sum, c + (i * n + j) * lanes);
      }
  };
  subtract(inverse, m2, product, true);
  subtract(m3, product, m4, false);
}

// scratch: 2 n^2 - .. of blocks, then what a leaf or `eliminate` needs.
inline HWY_NOINLINE void program_tree(programming& p, const double* a, std::size_t n, double* state,
                                      double* scratch) {
  if (n <= p.model.array) return program_leaf(p, a, n, state, scratch);
  const std::size_t half = n / 2, block = half * half, child = tree_size(p.model, half);
  double* first = state;
  double* fourth = first + child * lanes;
  double* m2 = fourth + child * lanes;
  double* m3 = m2 + block * lanes;
  double* m1 = scratch;
  double* m4 = m1 + block * lanes;
  double* rest = m4 + block * lanes;
  copy_block(a, n, half, m1);
  copy_block(a + half * lanes, n, half, m2);
  copy_block(a + half * n * lanes, n, half, m3);
  copy_block(a + (half * n + half) * lanes, n, half, m4);
  program_tree(p, m1, half, first, rest);
  if (p.model.schur) {
    eliminate(p, m1, m2, m3, half, m4, rest);
  } else {
    M equal = hn::Eq(p.verdict, p.verdict);
    for (std::size_t e = 0; e < block; ++e)
      equal = hn::And(equal, hn::Eq(load(m1 + e * lanes), load(m4 + e * lanes)));
    // The same array serves both; where that holds for some lanes only, they are not like the others.
    if (hn::AllTrue(d, hn::Or(equal, hn::Gt(p.verdict, hn::Zero(d))))) {
      p.offset_volt += half / p.model.array * (p.model.array + 1);
      return copy(first, child, fourth);
    }
    p.verdict = raise(p.verdict, equal, verdict_plain);
  }
  program_tree(p, m4, half, fourth, rest);
}

// The scale of the slices of matrices whose largest entry that is (analog/array.hpp, slice_scale), a normal
// number.
HWY_INLINE V slice_scale(V largest, int slices, bool binary) {
  if (binary) {
    const hn::Repartition<std::uint64_t, D> words;
    const V power = hn::BitCast(d, hn::And(hn::BitCast(words, largest), hn::Set(words, 0x7ff0000000000000u)));
    return hn::Mul(power, set(0.25));
  }
  return hn::Mul(hn::Div(largest, set(std::ldexp(1.0, 3 * slices) - 0.5)),
                 set(std::ldexp(1.0, 3 * (slices - 1))));
}

inline void program(const analog_model& model, const double* a, const cell_writer& writer,
                    const double* offset_volt, double* state, double* verdict, double* scratch) {
  const std::size_t n = model.unknowns, padded = model.padded;
  programming p{model, writer, offset_volt, load(verdict)};
  V trace = hn::Zero(d), largest = trace;
  M finite = hn::Eq(trace, trace);
  for (std::size_t i = 0; i < n * n; ++i) {
    const V now = hn::Abs(load(a + i * lanes));
    finite = hn::And(finite, is_finite(now));
    largest = larger(largest, now);
  }
  // analog/solver_plan.hpp, in_range; a matrix of zeros neither.
  const M usual = hn::And(hn::Ge(largest, set(0x1p-200)), hn::Le(largest, set(0x1p200)));
  p.verdict = raise(p.verdict, hn::Not(hn::And(finite, usual)), verdict_plain);
  for (std::size_t i = 0; i < n; ++i) trace = hn::Add(trace, load(a + (i * n + i) * lanes));
  trace = hn::Div(trace, set(static_cast<double>(n)));
  double* full = scratch;
  clear(padded * padded, full);
  for (std::size_t i = 0; i < padded; ++i) store(trace, full + (i * padded + i) * lanes);
  const V scale = slice_scale(largest, model.slices, model.binary_scale);
  const V last_digit = hn::Mul(scale, set(std::ldexp(1.0, -3 * (model.slices - 1))));
  for (std::size_t i = 0; i < n; ++i)
    for (std::size_t j = 0; j < n; ++j) {
      const std::size_t at = (i * n + j) * lanes;
      const V now = load(a + at);
      store(now, full + (place(model, i) * padded + place(model, j)) * lanes);
      store(hn::Mul(trunc(hn::Div(now, last_digit)), last_digit), state + at);
    }
  program_tree(p, full, padded, state + n * n * lanes, full + padded * padded * lanes);
  store(p.verdict, verdict);
}

}  // namespace doubles
}  // namespace MHO_WIDTH
}  // namespace HWY_NAMESPACE
}  // namespace mho
HWY_AFTER_NAMESPACE();

#endif
