// A cycle of refinement of a pack: the tree of arrays with its converters, then HP-MVM and the residual.
#if defined(MHO_KERNELS_ANALOG_SOLVE_INL) == defined(HWY_TARGET_TOGGLE)
#ifdef MHO_KERNELS_ANALOG_SOLVE_INL
#undef MHO_KERNELS_ANALOG_SOLVE_INL
#else
#define MHO_KERNELS_ANALOG_SOLVE_INL
#endif

#include <cmath>

#include "kernels/analog.hpp"
#include "kernels/analog_vectors-inl.hpp"

HWY_BEFORE_NAMESPACE();
namespace mho {
namespace HWY_NAMESPACE {
namespace MHO_WIDTH {
namespace doubles {

HWY_INLINE V full_scale(const double* v, std::size_t n) {
  V scale = hn::Zero(d);
  for (std::size_t i = 0; i < n; ++i) scale = larger(scale, hn::Abs(load(v + i * lanes)));
  return scale;
}

// A symmetric mid-tread converter (analog/converter.hpp); from may be to.
inline void convert(const double* from, std::size_t n, double steps, double* to) {
  if (steps == 0) {
    if (from != to) copy(from, n, to);
    return;
  }
  const V scale = full_scale(from, n), a_side = set(steps), half = set(0.5);
  const M any = hn::Gt(scale, hn::Zero(d));
  for (std::size_t i = 0; i < n; ++i) {
    const V now = load(from + i * lanes);
    const V step = floor(hn::Add(hn::Mul(hn::Div(now, scale), a_side), half));
    store(hn::IfThenElse(any, hn::Mul(hn::Div(step, a_side), scale), now), to + i * lanes);
  }
}

inline std::size_t tree_size(const analog_model& model, std::size_t n) {
  if (n <= model.array) return n * n + n;
  return 2 * tree_size(model, n / 2) + n * n / 2;
}

inline void solve_leaf(const analog_model& model, const double* state, std::size_t n, const double* b,
                       double* x, double* scratch) {
  convert(b, n, model.dac_steps, scratch);
  multiply(state, n, n, n, scratch, x);
  if (model.offsets) {
    const V scale = full_scale(x, n);
    const double* offset = state + n * n * lanes;
    for (std::size_t i = 0; i < n; ++i)
      store(hn::Add(load(x + i * lanes), hn::Mul(scale, load(offset + i * lanes))), x + i * lanes);
  }
  convert(x, n, model.adc_steps, x);
}

// y = m x, n x n, in tiles with converters of their own.
inline void multiply_tiles(const analog_model& model, const double* m, std::size_t n, const double* x,
                           double* y, double* scratch) {
  const std::size_t tile = model.array;
  double* in = scratch;
  double* out = in + n * lanes;
  for (std::size_t column = 0; column < n; column += tile)
    convert(x + column * lanes, tile, model.dac_steps, in + column * lanes);
  clear(n, y);
  for (std::size_t row = 0; row < n; row += tile)
    for (std::size_t column = 0; column < n; column += tile) {
      multiply(m + (row * n + column) * lanes, tile, tile, n, in + column * lanes, out);
      convert(out, tile, model.adc_steps, out);
      for (std::size_t i = 0; i < tile; ++i)
        store(hn::Add(load(y + (row + i) * lanes), load(out + i * lanes)), y + (row + i) * lanes);
    }
}

inline HWY_NOINLINE void solve_tree(const analog_model& model, const double* state, std::size_t n,
                                    const double* b, double* x, double* scratch) {
  if (n <= model.array) return solve_leaf(model, state, n, b, x, scratch);
  const std::size_t half = n / 2, child = tree_size(model, half) * lanes;
  const double* first = state;
  const double* fourth = first + child;
  const double* m2 = fourth + child;
  const double* m3 = m2 + half * half * lanes;
  double* t = scratch;
  double* product = t + half * lanes;
  double* rest = product + half * lanes;
  const auto subtract = [&](const double* from) HWY_ATTR {
    for (std::size_t i = 0; i < half; ++i)
      store(hn::Sub(load(from + i * lanes), load(product + i * lanes)), t + i * lanes);
  };
  solve_tree(model, first, half, b, t, rest);
  multiply_tiles(model, m3, half, t, product, rest);
  subtract(b + half * lanes);
  solve_tree(model, fourth, half, t, x + half * lanes, rest);
  multiply_tiles(model, m2, half, x + half * lanes, product, rest);
  subtract(b);
  solve_tree(model, first, half, t, x, rest);
}

inline std::size_t place(const analog_model& model, std::size_t i) {
  return i < model.split ? i : i + model.shift;
}

inline void start(const analog_model& model, const double* b, double* r, double* size) {
  clear(model.padded, r);
  for (std::size_t i = 0; i < model.unknowns; ++i) store(load(b + i * lanes), r + place(model, i) * lanes);
  store(norm(r, model.padded), size);
}

inline void refine(const analog_model& model, const double* state, const double* before, const double* errors,
                   double extra_error, double* r, double* x, double* size, double* scratch) {
  const std::size_t n = model.unknowns;
  double* dx = scratch;
  double* rest = dx + model.padded * lanes;
  solve_tree(model, state + n * n * lanes, model.padded, r, dx, rest);
  double* compact = rest;
  double* product = rest + n * lanes;
  for (std::size_t i = 0; i < n; ++i) store(load(dx + place(model, i) * lanes), compact + i * lanes);
  if (errors != nullptr) {
    const V scale =
        hn::Div(hn::Mul(set(extra_error), norm(compact, n)), set(std::sqrt(static_cast<double>(n))));
    for (std::size_t i = 0; i < n; ++i)
      store(hn::Add(load(compact + i * lanes), hn::Mul(scale, load(errors + i * lanes))),
            compact + i * lanes);
  }
  for (std::size_t i = 0; i < n; ++i)
    store(hn::Add(before == nullptr ? hn::Zero(d) : load(before + i * lanes), load(compact + i * lanes)),
          x + i * lanes);
  multiply(state, n, n, n, compact, product);
  for (std::size_t i = 0; i < n; ++i) {
    double* at = r + place(model, i) * lanes;
    store(hn::Sub(load(at), load(product + i * lanes)), at);
  }
  store(norm(r, model.padded), size);
}

}  // namespace doubles
}  // namespace MHO_WIDTH
}  // namespace HWY_NAMESPACE
}  // namespace mho
HWY_AFTER_NAMESPACE();

#endif
