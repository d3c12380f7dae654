/** \file
 *  mho for C (C11, and C++): the detectors of mho/detector.hpp with opaque handles, strided views and error
 *  codes.
 *
 *      mho_detector* detector;
 *      mho_detector_new("mmse", NULL, &detector, message, sizeof message);
 *      mho_detector_reserve(detector, &(mho_shape){.problems = 3276, .rx = 64, .tx = 16});
 *      mho_detector_prepare(detector, &channel, NULL);                   // one factorisation a problem
 *      mho_detector_apply(detector, &received, &output, 1, NULL);        // any number of times
 *
 *  Everything is a batch of problems; a problem is one channel matrix with one or more received vectors
 *  (uses). Structures are set to 0 first (`= {0}`), and 0 is every member's default; members called
 * `reserved` stay 0 (MHO_UNSUPPORTED otherwise). A NULL where something is needed gives MHO_BAD_VALUE;
 * functions that return no error then return 0 and do nothing. Nothing throws, prints or aborts; running out
 * of memory is MHO_NO_MEMORY. Complex numbers are pairs (real, imaginary).
 *
 *  Threads: no function touches anything that its arguments do not name, but for the table of kinds, which
 *  has a lock. Objects that only `const` pointers lead to may be shared by any number of threads, but for
 *  detectors: what they allow stands at their functions.
 */
#ifndef MHO_MHO_H
#define MHO_MHO_H

#include <stddef.h>
#include <stdint.h>

#include <mho/config.h>
#include <mho/mho_types.h>

#ifdef __cplusplus
/** A function that never throws, for C++. */
#define MHO_NOEXCEPT noexcept
extern "C" {
#else
/** A function that never throws, for C++. */
#define MHO_NOEXCEPT
#endif

/** "1.0.0": of the library that is linked; MHO_VERSION_MAJOR and so on are those of the header. */
MHO_API const char* mho_version(void) MHO_NOEXCEPT;
/** The enumerator's name without MHO_, in lower case: "too_large"; "?" for a number that is none. */
MHO_API const char* mho_error_name(mho_error e) MHO_NOEXCEPT;
/** What it means, in a sentence. */
MHO_API const char* mho_error_message(mho_error e) MHO_NOEXCEPT;
/** The enumerator's name without MHO_STATUS_, in lower case: "not_converged"; "?" for a number that is none.
 */
MHO_API const char* mho_status_name(mho_status s) MHO_NOEXCEPT;
/** What it means, in a sentence. */
MHO_API const char* mho_status_message(mho_status s) MHO_NOEXCEPT;
/** The instruction set that the option `target` = "auto" stands for on this machine, such as "avx2", ended by
 * 0 and cut to `size` bytes. Errors: MHO_NO_MEMORY, MHO_BAD_VALUE. */
MHO_API mho_error mho_standard_target(char* name, size_t size) MHO_NOEXCEPT;

/** \name Options of a detector
 *  Names and values that a new detector gets; what is not set keeps its default. What there is:
 * mho_kinds_option. Names, types and ranges are checked by mho_detector_new. One thread at a time may change
 * an object.
 *  \{ */
typedef struct mho_options mho_options; /**< names and values */
/** No options. Free it with mho_options_free. Errors: MHO_NO_MEMORY, MHO_BAD_VALUE. */
MHO_API mho_error mho_options_new(mho_options** made) MHO_NOEXCEPT;
/** NULL is fine. */
MHO_API void mho_options_free(mho_options* o) MHO_NOEXCEPT;
/** A boolean: 0, or anything else. Errors, of all of these: MHO_NO_MEMORY, MHO_BAD_VALUE (NULL). */
MHO_API mho_error mho_options_set_boolean(mho_options* o, const char* name, int value) MHO_NOEXCEPT;
/** An integer; a number where one is due. */
MHO_API mho_error mho_options_set_integer(mho_options* o, const char* name, int64_t value) MHO_NOEXCEPT;
/** A number. */
MHO_API mho_error mho_options_set_number(mho_options* o, const char* name, double value) MHO_NOEXCEPT;
/** A string, copied. */
MHO_API mho_error mho_options_set_string(mho_options* o, const char* name, const char* value) MHO_NOEXCEPT;
/** A list of integers, copied. */
MHO_API mho_error mho_options_set_integers(mho_options* o, const char* name, const int64_t* values,
                                           size_t count) MHO_NOEXCEPT;
/** A list of numbers, copied. */
MHO_API mho_error mho_options_set_numbers(mho_options* o, const char* name, const double* values,
                                          size_t count) MHO_NOEXCEPT;
/** \} */

/** \name Constellations
 *  Square Gray QAM (mho/constellation.hpp). Immutable: any number of threads may use one, until it is freed.
 *  \{ */
typedef struct mho_constellation mho_constellation; /**< immutable */
/** name: qpsk, 16qam, 64qam, 256qam, 1024qam, 4096qam. message: NULL, or where the sentence goes that says
 * what was wrong and what is allowed ("" if nothing was), ended by 0 and cut to message_size bytes. Errors:
 *  MHO_UNKNOWN_NAME, MHO_UNSUPPORTED (no such mapping), MHO_BAD_VALUE, MHO_NO_MEMORY; *made is NULL then. */
MHO_API mho_error mho_constellation_new(const char* name, mho_mapping labels, mho_constellation** made,
                                        char* message, size_t message_size) MHO_NOEXCEPT;
/** NULL is fine. No call that was given it may be running. */
MHO_API void mho_constellation_free(mho_constellation* c) MHO_NOEXCEPT;
/** How many points. */
MHO_API size_t mho_constellation_size(const mho_constellation* c) MHO_NOEXCEPT;
/** Bits a symbol. */
MHO_API unsigned mho_constellation_bits(const mho_constellation* c) MHO_NOEXCEPT;
/** All points as pairs, of unit average energy, indexed by label (the bits read as a binary number, the first
 * most significant). Lives as long as the constellation. */
MHO_API const float* mho_constellation_points(const mho_constellation* c) MHO_NOEXCEPT;
/** Bits, one a byte, to `symbols` pairs. */
MHO_API void mho_constellation_map(const mho_constellation* c, const uint8_t* bits, size_t symbols,
                                   float* out) MHO_NOEXCEPT;
/** Hard decisions on `symbols` pairs: bits, one a byte, 0 or 1. */
MHO_API void mho_constellation_slice(const mho_constellation* c, const float* in, size_t symbols,
                                     uint8_t* bits) MHO_NOEXCEPT;
/** ln P(bit = 0) / P(bit = 1) of every bit of `symbols` pairs, each symbol + CN(0, its variance). Errors:
 *  MHO_UNSUPPORTED (no such rule), MHO_BAD_VALUE. */
MHO_API mho_error mho_constellation_llr(const mho_constellation* c, const float* in, const float* variance,
                                        size_t symbols, mho_demapper rule, float* llr) MHO_NOEXCEPT;
/** \} */

/** \name Kinds of detectors
 *  A list as it was when it was made. Immutable: any number of threads may read one, until it is freed.
 *  \{ */
typedef struct mho_kinds mho_kinds; /**< a list of kinds */
/** All kinds: the built-in ones in their fixed order, then registered ones. Errors: MHO_NO_MEMORY,
 * MHO_BAD_VALUE. */
MHO_API mho_error mho_kinds_new(mho_kinds** made) MHO_NOEXCEPT;
/** NULL is fine. What the list gave out ends with it. */
MHO_API void mho_kinds_free(mho_kinds* k) MHO_NOEXCEPT;
/** How many. */
MHO_API size_t mho_kinds_count(const mho_kinds* k) MHO_NOEXCEPT;
/** A kind's name, summary, abilities and number of options. Errors: MHO_BAD_RANGE (there are not so many). */
MHO_API mho_error mho_kinds_kind(const mho_kinds* k, size_t kind, mho_kind* out) MHO_NOEXCEPT;
/** One of its options. Errors: MHO_BAD_RANGE. */
MHO_API mho_error mho_kinds_option(const mho_kinds* k, size_t kind, size_t option,
                                   mho_option* out) MHO_NOEXCEPT;
/** \} */

/** \name Detectors
 *  \{ */
typedef struct mho_detector mho_detector; /**< one prepared batch, and what it takes to detect on it */
/** A new detector of a kind ("mmse", "analog-zf"); options: NULL for the defaults, copied. message as in
 *  mho_constellation_new. Errors: MHO_UNKNOWN_NAME (kind or option; the message names the nearest),
 * MHO_BAD_VALUE (an option's), MHO_NO_MEMORY; *made is NULL then. Any thread, any time. */
MHO_API mho_error mho_detector_new(const char* kind, const mho_options* options, mho_detector** made,
                                   char* message, size_t message_size) MHO_NOEXCEPT;
/** NULL is fine. No other call on it may be running. */
MHO_API void mho_detector_free(mho_detector* d) MHO_NOEXCEPT;
/** What it can do. Any thread. */
MHO_API mho_error mho_detector_capabilities(const mho_detector* d, mho_capabilities* out) MHO_NOEXCEPT;
/** How many outputs a call yields: 1, or one a requested cycle. Any thread. */
MHO_API size_t mho_detector_steps(const mho_detector* d) MHO_NOEXCEPT;
/** Makes room and forgets what was prepared. The only call that allocates, but for those of analogue
 * detectors whose circuit allocates (docs/analogue-model.md). rx and tx are exact from here on,
 *  problems and uses upper limits. Errors: MHO_BAD_SHAPE, MHO_TOO_LARGE, MHO_UNSUPPORTED, MHO_NO_MEMORY. What
 * is refused for its shape alone leaves what was reserved and prepared. No other call on the detector may be
 * running. */
MHO_API mho_error mho_detector_reserve(mho_detector* d, const mho_shape* room) MHO_NOEXCEPT;
/** Digests channels and noise. which: NULL for the whole batch on slot 0. A singular or non-finite problem is
 * no error: mho_detector_apply reports it. Errors: MHO_BAD_SHAPE, MHO_BAD_RANGE, MHO_TOO_LARGE,
 * MHO_UNSUPPORTED, and nothing is written then; MHO_NO_MEMORY where analogue circuits allocate, and then the
 * range is not prepared, or outputs hold part of the results. Calls of prepare, apply and detect on disjoint
 * ranges with different slots may run at once. */
MHO_API mho_error mho_detector_prepare(mho_detector* d, const mho_channel_batch* channel,
                                       const mho_call* which) MHO_NOEXCEPT;
/** Detects received vectors on prepared channels, any number of times; `into` are mho_detector_steps outputs.
 *  Errors: as mho_detector_prepare, and MHO_NOT_PREPARED, MHO_OVERLAP. Threads: as there. */
MHO_API mho_error mho_detector_apply(const mho_detector* d, const mho_received_batch* received,
                                     const mho_output* into, size_t outputs,
                                     const mho_call* which) MHO_NOEXCEPT;
/** Both in one, for channels that are used once; with one use a problem nothing may stay prepared, and it may
 * round otherwise. Errors and threads: as theirs. */
MHO_API mho_error mho_detector_detect(mho_detector* d, const mho_channel_batch* channel,
                                      const mho_received_batch* received, const mho_output* into,
                                      size_t outputs, const mho_call* which) MHO_NOEXCEPT;
/** The weights of a linear detector: cf32 [problem, tx, rx] ([problem, tx, tx] in the gram form), estimate =
 * W y; failed problems give zeros. Errors: MHO_UNSUPPORTED (not linear), and as mho_detector_apply. Threads:
 * as there. */
MHO_API mho_error mho_detector_weights(const mho_detector* d, const mho_view* w,
                                       const mho_call* which) MHO_NOEXCEPT;
/** What mho_detector_prepare found of a problem. No prepare of that problem may be running. */
MHO_API mho_status mho_detector_prepared(const mho_detector* d, size_t problem) MHO_NOEXCEPT;
/** \} */

#ifdef __cplusplus
}
#endif
#endif
