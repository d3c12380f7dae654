/** \file
 *  The structures and numbers of mho/mho.h; views, noise, ranges and statuses mean what mho/view.hpp,
 *  mho/detector.hpp and mho/error.hpp say.
 */
#ifndef MHO_MHO_TYPES_H
#define MHO_MHO_TYPES_H

#include <stddef.h>
#include <stdint.h>

/** What was wrong with a call; nothing was written when it is not MHO_NONE. */
enum {
  MHO_NONE = 0,      /**< done */
  MHO_BAD_SHAPE = 1, /**< extents or strides do not fit each other or the reserved shape */
  MHO_BAD_RANGE =
      2, /**< mho_call's range or slot lies outside what was reserved, or parts an entry of noise */
  MHO_TOO_LARGE = 3,    /**< more than was reserved */
  MHO_NOT_PREPARED = 4, /**< apply for a problem that was never prepared */
  MHO_UNSUPPORTED =
      5,           /**< a form, element type, input or output that this detector or version does not handle */
  MHO_OVERLAP = 6, /**< an output and an input of the same call meet */
  MHO_UNKNOWN_NAME = 7, /**< no kind, option or preset of that name */
  MHO_BAD_VALUE = 8,  /**< an option's value has the wrong type or range; a NULL where something is needed */
  MHO_NAME_TAKEN = 9, /**< a kind of that name exists */
  MHO_NO_MEMORY = 10  /**< memory ran out */
};
typedef int32_t mho_error; /**< one of these */

/** What became of one problem, or one received vector of it. From MHO_STATUS_SINGULAR on it failed: estimate
 * 0, variance +inf, LLRs 0; all others are written and usable. */
enum {
  MHO_STATUS_OK = 0,            /**< fine */
  MHO_STATUS_NOT_CONVERGED = 1, /**< degraded: an iteration did not converge */
  MHO_STATUS_SATURATED = 2,     /**< degraded: a converter or amplifier clipped */
  MHO_STATUS_SINGULAR = 16,     /**< failed: a pivot too small, of the Gram matrix or of a noise covariance */
  MHO_STATUS_NOT_FINITE = 17,   /**< failed: NaN or infinity in the input, or on the way */
  MHO_STATUS_OUT_OF_RANGE =
      18,                  /**< failed: a column norm, noise variance or result beyond what floats hold */
  MHO_STATUS_UNSTABLE = 19 /**< failed: an analogue feedback loop that does not settle */
};
typedef uint8_t mho_status; /**< one of these */

/** Element types; the complex ones are pairs. */
enum {
  MHO_CF32 = 0,  /**< floats */
  MHO_CBF16 = 1, /**< bfloat16, the upper halves of floats */
  MHO_CI16 = 2,  /**< 16-bit integers; value = integer * scale */
  MHO_F32 = 3,   /**< float */
  MHO_I8 = 4,    /**< 8-bit integers */
  MHO_U8 = 5,    /**< bits, one a byte */
  MHO_I16 = 6    /**< 16-bit integers */
};
typedef int32_t mho_element; /**< one of these */

/** A strided array of three extents that belongs to the caller. Element (i, j, k) lies at data + i stride[0]
 * + j stride[1] + k stride[2], or, where data is NULL, at planes[j * extent[2] + k] + first + i stride[0].
 * Inputs are never written to, whatever `data` points to. All 0: not given. */
typedef struct mho_view {
  void* data;          /**< element (0, 0, 0) */
  void* const* planes; /**< or addresses of extent[1] * extent[2] planes; inputs only */
  size_t extent[3];    /**< what they are: see mho_channel_batch, mho_received_batch and mho_output */
  ptrdiff_t stride[3]; /**< in elements; 0 broadcasts an input */
  ptrdiff_t first;     /**< with planes: elements from a plane's address to its element 0 */
  mho_element type;    /**< of every element */
  float scale;         /**< of the integer types; 0 means 1 */
} mho_view;

/** A view of contiguous elements, the last extent fastest: C's own order. */
static inline mho_view mho_row_major(const void* data, mho_element type, size_t n0, size_t n1, size_t n2) {
  mho_view v;
  v.data = (void*)data;
  v.planes = NULL;
  v.extent[0] = n0, v.extent[1] = n1, v.extent[2] = n2;
  v.stride[0] = (ptrdiff_t)(n1 * n2), v.stride[1] = (ptrdiff_t)n2, v.stride[2] = 1;
  v.first = 0;
  v.type = type;
  v.scale = 1;
  return v;
}

/** n0 column-major matrices of n1 rows and n2 columns, one after the other: Fortran's order. */
static inline mho_view mho_column_major(const void* data, mho_element type, size_t n0, size_t n1, size_t n2) {
  mho_view v = mho_row_major(data, type, n0, n1, n2);
  v.stride[1] = 1, v.stride[2] = (ptrdiff_t)n1;
  return v;
}

/** The first extent fastest: plane (j, k) begins at element (j n2 + k) n0. */
static inline mho_view mho_problem_fastest(const void* data, mho_element type, size_t n0, size_t n1,
                                           size_t n2) {
  mho_view v = mho_row_major(data, type, n0, n1, n2);
  v.stride[0] = 1, v.stride[1] = (ptrdiff_t)(n0 * n2), v.stride[2] = (ptrdiff_t)n0;
  return v;
}

/** Planes of consecutive problems with an address each: plane (j, k) is planes[j * n2 + k], its element of
 * problem i at first + i. */
static inline mho_view mho_plane_pointers(void* const* planes, mho_element type, size_t n0, size_t n1,
                                          size_t n2, ptrdiff_t first) {
  mho_view v = mho_row_major(NULL, type, n0, n1, n2);
  v.planes = planes;
  v.stride[0] = 1, v.stride[1] = 0, v.stride[2] = 0;
  v.first = first;
  return v;
}

/** What a detector is given. */
enum {
  MHO_CHANNEL = 1, /**< H [problem, rx, tx] and y [problem, use, rx]; 0 means this one too */
  MHO_GRAM =
      2 /**< G = H^H S^-1 H [problem, tx, tx] and z = H^H S^-1 y [problem, use, tx], noise covariance N0 S */
};
typedef int32_t mho_form; /**< one of these */

/** What a noise is described by. */
enum {
  MHO_NOISE_SCALAR = 0,      /**< value: the variance at every antenna of every problem */
  MHO_NOISE_PER_PROBLEM = 1, /**< values: f32 [entry, 1, 1] */
  MHO_NOISE_PER_ANTENNA = 2, /**< values: f32 [entry, 1, rx], variances */
  MHO_NOISE_COVARIANCE = 3,  /**< values: cf32 [entry, rx, rx], R = E n n^H; its lower triangle is read */
  MHO_NOISE_CHOLESKY = 4,    /**< values: cf32 [entry, rx, rx], lower triangular L, R = L L^H */
  MHO_NOISE_WHITENER = 5     /**< values: cf32 [entry, rx, rx], W with W R W^H = I */
};
typedef int32_t mho_noise_kind; /**< one of these */

/** The noise of a batch; problem i uses entry i / problems_per_entry of `values`. */
typedef struct mho_noise {
  mho_noise_kind is;         /**< which */
  float value;               /**< MHO_NOISE_SCALAR: the variance */
  mho_view values;           /**< all others */
  size_t problems_per_entry; /**< 0 means 1 */
} mho_noise;

/** Channels of a batch. */
typedef struct mho_channel_batch {
  mho_view matrix;      /**< complex, H [problem, rx, tx], or G [problem, tx, tx] in the gram form */
  mho_noise noise;      /**< of the received vectors */
  mho_form is;          /**< the form that was reserved */
  uint32_t reserved[7]; /**< 0 */
} mho_channel_batch;

/** How LLRs are made of estimate and variance. */
enum {
  MHO_MAX_LOG = 0, /**< the nearest point of each bit value only */
  MHO_EXACT = 1    /**< the sum over all points */
};
typedef int32_t mho_demapper; /**< one of these */

/** Which bits name which point. */
enum {
  MHO_THREE_GPP = 0, /**< 3GPP TS 38.211 */
  MHO_PAPER = 1      /**< the first half of the bits on I, the second on Q, binary-reflected Gray */
};
typedef int32_t mho_mapping; /**< one of these */

struct mho_constellation;

/** Received vectors. */
typedef struct mho_received_batch {
  mho_view vectors;   /**< complex, y [problem, use, rx], or z [problem, use, tx] in the gram form */
  mho_view prior_llr; /**< f32 [problem, use, bits of all symbols], where capabilities have uses_prior */
  const struct mho_constellation* const* symbols; /**< needed for llr and bits */
  size_t symbol_count;                            /**< 0, 1 for all streams, or tx: one a stream */
  mho_demapper rule;                              /**< of llr */
  uint32_t reserved[7];                           /**< 0 */
} mho_received_batch;

/** Where one step's results go; what is not given is not computed. */
typedef struct mho_output {
  mho_view estimate; /**< cf32 [problem, use, tx]: the unbiased symbols */
  mho_view variance; /**< f32 [problem, use, tx]: the variance of their noise */
  mho_view llr;  /**< f32 [problem, use, bits of all streams]: ln P(bit=0)/P(bit=1), first bit first; i8 or
                    i16:  that divided by llr.scale, rounded and clipped */
  mho_view bits; /**< u8, likewise: hard decisions */
  mho_status* state;    /**< problem * uses + use */
  size_t states;        /**< how many: as many as there are problems and uses */
  uint64_t* saturated;  /**< if given, raised by how many integer LLRs were clipped */
  uint64_t reserved[4]; /**< 0 */
} mho_output;

/** Which part of a batch, on which scratch, and who its problems are for draws of modelled randomness.
 *
 *  All 0 is the whole batch: {begin = 0, end = 0} is NOT an empty range. Who shares n problems among workers
 *  by begin = n w / workers and end = n (w + 1) / workers gets {0, 0} for some of them when there are more
 *  workers than problems, and these calls would race with the others for the whole batch. Skip an empty
 * share, or give it as begin = end = n: any begin = end that is not 0 and not above n is empty, and does
 * nothing. */
typedef struct mho_call {
  size_t begin;         /**< first problem */
  size_t end;           /**< one past the last; 0: as many as there are, whatever `begin` */
  unsigned slot;        /**< one for each concurrent call */
  uint64_t stream;      /**< of modelled randomness, such as an SNR point */
  uint64_t first;       /**< the global number of problem 0, below 2^48 */
  void* queue;          /**< a device's stream: NULL in this version */
  uint64_t reserved[4]; /**< 0 */
} mho_call;

/** How much room to make. */
typedef struct mho_shape {
  size_t problems;                 /**< of a batch, at most */
  size_t rx;                       /**< receive antennas */
  size_t tx;                       /**< streams */
  size_t uses;                     /**< received vectors a problem, at most; 0 means 1 */
  unsigned slots;                  /**< concurrent calls, at most; 0 means 1 */
  unsigned bits;                   /**< most bits a symbol that llr, bits, prior_llr will have; 0: none */
  mho_form is;                     /**< of what will be prepared */
  int32_t coloured_noise;          /**< not 0: noise other than scalar and per problem will come */
  size_t problems_per_noise_entry; /**< of that; 0 means 1 */
  uint64_t reserved[4];            /**< 0 */
} mho_shape;

/** Bits of mho_capabilities::native. */
enum {
  MHO_NATIVE_ESTIMATE = 1, /**< the kind itself makes estimates, */
  MHO_NATIVE_VARIANCE = 2, /**< variances, */
  MHO_NATIVE_LLR = 4,      /**< LLRs, */
  MHO_NATIVE_BITS = 8,     /**< decisions */
  MHO_NATIVE_FAILURES = 16 /**< and failed outputs; mho derives the others */
};

/** What a kind of detector can do. */
typedef struct mho_capabilities {
  size_t max_rx; /**< most receive antennas */
  size_t max_tx; /**< most streams */
  uint32_t
      forms; /**< MHO_CHANNEL + MHO_GRAM, of those it takes itself; mho makes the gram form of a channel */
  uint32_t native;         /**< outputs that the kind itself makes: a sum of MHO_NATIVE_* */
  uint8_t more_tx_than_rx; /**< accepts tx > rx */
  uint8_t device_memory;   /**< views may point to an accelerator's memory */
  uint8_t uses_prior;      /**< takes prior_llr */
  uint8_t needs_symbols;   /**< constellations even for the estimate */
  uint8_t randomised;      /**< results depend on mho_call's stream and first */
  uint8_t linear;          /**< has weights */
  uint8_t reserved[26];    /**< 0 */
} mho_capabilities;

/** A kind of detector. Strings belong to the list it is from. */
typedef struct mho_kind {
  const char* name;     /**< for mho_detector_new */
  const char* summary;  /**< one line */
  mho_capabilities can; /**< of its detectors */
  size_t options;       /**< how many it has */
} mho_kind;

/** Types of options. */
enum {
  MHO_BOOLEAN = 0,  /**< mho_options_set_boolean */
  MHO_INTEGER = 1,  /**< mho_options_set_integer */
  MHO_NUMBER = 2,   /**< mho_options_set_number or _integer */
  MHO_STRING = 3,   /**< mho_options_set_string */
  MHO_INTEGERS = 4, /**< mho_options_set_integers */
  MHO_NUMBERS = 5   /**< mho_options_set_numbers or _integers */
};
typedef int32_t mho_option_type; /**< one of these */

/** An option of a kind. Strings belong to the list it is from. */
typedef struct mho_option {
  const char* name;           /**< with the unit in it */
  const char* unit;           /**< "" if it has none */
  const char* doc;            /**< one line */
  const char* standard;       /**< the default, as text; lists as 1,2,3 */
  const char* allowed;        /**< in words: "an integer from 1 to 64" */
  mho_option_type type;       /**< of its value */
  int32_t inherits;           /**< not 0: the default comes from a preset, not from here */
  double low;                 /**< smallest allowed number; -infinity if there is none */
  double high;                /**< largest allowed number */
  const char* const* choices; /**< allowed strings */
  size_t choice_count;        /**< how many; 0: any */
} mho_option;

#endif
