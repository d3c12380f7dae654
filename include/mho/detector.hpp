/// \file
/// The detector: y = H x + n in, unbiased symbols, their noise variance, LLRs and bits out. Read this page
/// and you know mho.
///
///     auto detector = mho::make_detector("mmse").value();
///     detector->reserve({.problems = 3276, .rx = 64, .tx = 16});
///     detector->prepare(channel, noise);                          // views; one factorisation a problem
///     detector->apply(received, estimate, variance, status);      // any number of times
///
/// Everything is a batch of *problems*: a problem is one channel matrix with one or more received vectors
/// (*uses*). `reserve` is the only call that allocates (but for
/// analogue arrays with wires, two arrays, clamps, thermal noise or resistances: docs/analogue-model.md).
/// Nothing is printed, nothing aborts, nothing throws, nothing locks.
///
/// Threads: `prepare`, `apply` and `detect` take a sub-range of the batch and a scratch slot. Calls on
/// disjoint ranges with different slots may run at once; `mho::parallel` is nothing but this. What a problem
/// yields does not depend on the range, the slot, the batch or its neighbours, to the last bit.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include <mho/constellation.hpp>
#include <mho/error.hpp>
#include <mho/view.hpp>

namespace mho {

/// What a detector is given: the channel, or what is left of it after matched filtering.
enum class form : std::uint8_t {
  channel = 1,  ///< H [problem, rx, tx] and y [problem, use, rx]
  gram = 2,  ///< G = H^H S^-1 H [problem, tx, tx] and z = H^H S^-1 y [problem, use, tx] for noise covariance
             ///< N0 S; only the lower triangle of G is read. noise is scalar or per_problem N0; 1 if S is the
             ///< covariance
};

/// The noise of a batch. `values` is read at entry i / problems_per_entry for problem i (12: a resource
/// block). A NaN, infinite or negative variance fails its problem (not_finite, out_of_range), a covariance or
/// factor that is not positive definite too (singular); never the batch.
struct noise {
  /// What `values` holds.
  enum kind : std::uint8_t {
    scalar,         ///< value: variance of the complex noise at every antenna of every problem
    per_problem,    ///< values: f32 [entry, 1, 1]
    per_antenna,    ///< values: f32 [entry, 1, rx], variances
    covariance,     ///< values: cf32 [entry, rx, rx], R = E n n^H; its lower triangle is read
    cholesky,       ///< values: cf32 [entry, rx, rx], lower triangular L, R = L L^H
    whitener,       ///< values: cf32 [entry, rx, rx], W with W R W^H = I
  } is = scalar;    ///< which of them it is
  float value = 0;  ///< scalar: the variance
  view values{};    ///< all others
  std::size_t problems_per_entry = 1;  ///< how many problems in a row share an entry of `values`

  /// The same variance everywhere.
  static noise white(float variance) noexcept { return {scalar, variance, {}, 1}; }
};

/// Channels of a batch. matrix: complex, H [problem, rx, tx], or G [problem, tx, tx] in the gram form.
struct channel_batch {
  view matrix;              ///< H or G
  mho::noise noise{};       ///< of the received vectors
  form is = form::channel;  ///< which of the two `matrix` is; the one that was reserved
};

/// Received vectors. vectors: complex [problem, use, rx], or z [problem, use, tx] in the gram form.
struct received_batch {
  view vectors;      ///< y or z
  view prior_llr{};  ///< f32 [problem, use, bits of all symbols], with symbols; llr is then extrinsic
  std::span<const constellation* const>
      symbols{};                      ///< needed for llr and bits: one for all streams, or one a stream
  demapper rule = demapper::max_log;  ///< how llr is made of estimate and variance
};

/// Where one step's results go; what is left empty is not computed. Outputs must not lie over each other, nor
/// an output over itself (a stride of 0): that is not checked. Nor may one lie over an input, from its first
/// element to its last: `error::overlap`. Records of inputs and outputs in turn, such as an array of {y, x},
/// are refused too though no element is shared; keep them in arrays of their own, or the inputs in planes,
/// between which outputs may lie.
struct output {
  view estimate{};  ///< cf32 [problem, use, tx]: x + noise, unbiased (E[estimate | x] = x)
  view variance{};  ///< f32 [problem, use, tx]: variance of that noise (post-equalisation)
  view llr{};       ///< f32 [problem, use, bits of all streams]: ln P(bit=0)/P(bit=1), stream by stream,
                    ///< MSB first. i8, i16: round(LLR / llr.scale), ties to even, clipped to -127 .. 127,
                    ///< -32767 .. 32767; docs/conventions.md recommends scales
  view bits{};      ///< u8 [problem, use, bits of all streams]: hard decisions
  std::span<status> state{};           ///< problem * uses + use, exactly as many
  std::uint64_t* saturated = nullptr;  ///< if given, raised by how many integer LLRs of the call were
                                       ///< clipped; a counter a call, for calls that run at once
};

/// Which part of the batch, on which scratch, and who its problems are. Under noise that is neither scalar
/// nor per_problem, ranges of `prepare` and `detect` begin and end where an entry of the noise does, or with
/// the batch (bad_range otherwise): the problems of an entry share what is made of it.
struct call {
  std::size_t begin = 0;       ///< first problem of the batch
  std::size_t end = SIZE_MAX;  ///< one past the last; clipped to the batch
  unsigned slot = 0;           ///< scratch slot, one for each concurrent call
  /// Identity of the draws of modelled randomness, with `first`: the SNR point, say. What is drawn for use u
  /// of problem i depends on the kind's seed, `stream`, first + i and u alone, not on how many uses or
  /// problems share the call; a second `apply` under the same identity repeats its draws. All 64 bits count;
  /// values below 2^32 never share draws, any other two do with probability 2^-32
  /// (`analog_identity::stream`).
  std::uint64_t stream = 0;
  std::uint64_t first = 0;  ///< the global number of problem 0 of the batch; below 2^48
  void* queue = nullptr;    ///< a device's stream; unsupported in this version
};

/// Bits of `capabilities::native`.
enum native_output : std::uint8_t {
  native_estimate = 1,
  native_variance = 2,
  native_llr = 4,
  native_bits = 8,
  native_failures =
      16  ///< the kind itself fails uses whose results are not finite, and writes failed outputs
};

/// What a kind of detector can do. The shell does the rest: it whitens, converts channel to gram for kinds
/// that take only that, and derives LLRs and bits from estimate and variance.
struct capabilities {
  std::size_t max_rx = SIZE_MAX;  ///< most receive antennas
  std::size_t max_tx = SIZE_MAX;  ///< most streams
  bool more_tx_than_rx = false;   ///< accepts tx > rx
  bool device_memory = false;     ///< views may point to an accelerator's memory
  std::uint8_t forms = static_cast<std::uint8_t>(form::channel);  ///< bits of `form`
  std::uint8_t native = native_estimate | native_variance;        ///< bits of `native_output`
  bool uses_prior = false;                                        ///< takes `received_batch::prior_llr`
  bool needs_symbols = false;  ///< `received_batch::symbols` even for the estimate
  bool randomised = false;     ///< results depend on `call::stream` and `first`
  bool linear = false;         ///< has `weights`
  bool widens = false;         ///< takes every element type of matrices and vectors, and planes; other kinds
                               ///< are handed cf32 without planes, some problems at a time
};

/// How much room to make.
struct shape {
  std::size_t problems = 0;  ///< channels of a batch, at most
  std::size_t rx = 0;        ///< receive antennas
  std::size_t tx = 0;        ///< streams
  std::size_t uses = 1;      ///< received vectors a problem, at most
  unsigned slots = 1;        ///< concurrent calls, at most
  unsigned bits = 0;         ///< most bits a symbol that llr, bits and prior_llr will have; 0: none are used
  form is = form::channel;   ///< the form that `prepare` will be given
  bool coloured_noise = false;  ///< noise other than scalar and per_problem will come; one entry for
  std::size_t problems_per_noise_entry = 1;  ///< this many problems, or more
};

/// A detector: one prepared batch, and what it needs to detect on it.
class MHO_API detector {
 public:
  virtual ~detector();
  detector(const detector&) = delete;
  detector& operator=(const detector&) = delete;

  /// What this detector can do.
  const capabilities& can() const noexcept { return capabilities_; }
  /// How many outputs a call yields: 1, or one for each requested cycle or iteration, all from one run.
  std::size_t steps() const noexcept { return steps_; }

  /// How many concurrent calls `reserve` made room for; 0 before it.
  unsigned slots() const noexcept;

  /// Makes room, and forgets what was prepared. The only call that allocates, smaller shapes included. rx and
  /// tx are exact from here on, problems and uses are upper limits. Before it every other call is bad_shape.
  /// Errors: bad_shape (a zero, or tx > rx where the kind does not take it), too_large (beyond the
  /// capabilities), no_memory (refused beforehand where it must be more than this machine has), unsupported
  /// (a form that the kind does not take, or its own code threw). What is refused for its shape alone leaves
  /// what was reserved and prepared; where the kind fails, nothing is reserved any more.
  error reserve(const shape& room);

  /// Digests channels and noise. Errors: bad_shape, bad_range, too_large, unsupported, and nothing is written
  /// then; no_memory where analogue circuits allocate, and the range is not prepared then. A singular or
  /// non-finite problem is no error: it is remembered, and `apply` reports it.
  error prepare(const channel_batch& channel, const call& which = {}) noexcept;

  /// Detects received vectors on prepared channels; `into` has steps() outputs. May be called any number of
  /// times. Errors as `prepare`, and not_prepared, overlap.
  error apply(const received_batch& received, std::span<const output> into,
              const call& which = {}) const noexcept;

  /// `prepare` and `apply` in one, for channels that are used once: with one use a problem a detector may
  /// take a shorter way, which rounds otherwise, leaves nothing prepared (`apply` then answers not_prepared)
  /// and may meet the limits of float elsewhere (not_finite for vectors near the largest number).
  error detect(const channel_batch& channel, const received_batch& received, std::span<const output> into,
               const call& which = {}) noexcept;

  /// The weights W [problem, tx, rx] ([problem, tx, tx] in the gram form) of a linear detector: estimate = W
  /// y. Failed problems give zeros. Errors: unsupported if not linear.
  error weights(const view& w, const call& which = {}) const noexcept;

  /// What `prepare` found: ok or a failure. Meaningless before `prepare`.
  status prepared(std::size_t problem) const noexcept;

  /// Short form: a channel batch in the channel form.
  error prepare(const view& channel, const noise& n) noexcept { return prepare(channel_batch{channel, n}); }
  /// Short form: one step, no decisions.
  error apply(const view& received, const view& estimate, const view& variance,
              std::span<status> state = {}) const noexcept {
    const output one{estimate, variance, {}, {}, state};
    return apply(received_batch{received}, {&one, 1});
  }

 protected:
  /// A kind with these capabilities, whose calls yield `steps` outputs.
  detector(const capabilities& can, std::size_t steps);

  // What a kind of detector writes. The shell has checked every view and cut it to the range, so that index 0
  // is problem which.begin of the batch (a problem's number for random draws is which.first + which.begin +
  // i), has whitened the noise to scalar or per_problem with one entry a problem, and has converted the form
  // to one that the kind takes. Calls of different slots may come at once, on disjoint problems.

  /// Make room for `room` (room.is is a form the kind takes, room.coloured_noise is false). May throw:
  /// std::bad_alloc and std::length_error become no_memory, all else unsupported.
  virtual error do_reserve(const shape& room) = 0;
  /// Digest; write a status for each problem of the range into state[i]. A kind that allocates here or in the
  /// following answers no_memory when memory runs out: none of them may throw.
  virtual error do_prepare(const channel_batch& channel, const call& which,
                           std::span<status> state) noexcept = 0;
  /// Detect. Every output that is not native is empty; native ones are all given, and so are the states,
  /// state[i * uses + use], set to what `prepare` found. Raise degradations there. Problems that failed may
  /// be skipped: the shell fills in failed outputs, and fails a use whose estimate is not finite.
  virtual error do_apply(const received_batch& received, std::span<const output> into,
                         const call& which) const noexcept = 0;
  /// `prepare` and `apply` of one received vector a problem in one go, for kinds with native_failures that
  /// gain by it. The states hold what the noise says; the kind writes the final ones. Nothing is prepared
  /// afterwards. error::unsupported (the default): the shell calls do_prepare and do_apply.
  virtual error do_detect(const channel_batch& channel, const received_batch& received,
                          std::span<const output> into, const call& which) noexcept;
  /// W for the range, in the form that `do_prepare` got; failed problems may be skipped.
  virtual error do_weights(const view& w, const call& which) const noexcept;

  /// The room of the last `reserve`, as the kind sees it.
  const shape& room() const noexcept;

 private:
  struct shell;
  error detect_gram_form(const channel_batch& channel, const received_batch& received,
                         std::span<const output> into, const call& range) noexcept;

  capabilities capabilities_;
  std::size_t steps_;
  std::unique_ptr<shell> shell_;
};

}  // namespace mho
