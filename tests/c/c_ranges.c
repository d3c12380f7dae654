/* Ranges of a call, and what a refused reserve leaves. */

#include "c_check.h"
#include "c_face.h"

enum { PROBLEMS = 3, RX = 2, TX = 1 };

/* H = (1, 0)^T and y = (p + 1, 0)^T of problem p: zero forcing gives p + 1 exactly. */
static float h[2 * PROBLEMS * RX * TX], y[2 * PROBLEMS * RX], x[2 * PROBLEMS * TX];
static mho_channel_batch channel;
static mho_received_batch received;
static mho_output into;

static mho_detector* new_batch(void) {
  mho_detector* d = NULL;
  mho_shape room = {.problems = PROBLEMS, .rx = RX, .tx = TX, .slots = 2};
  for (int p = 0; p < PROBLEMS; ++p) {
    h[2 * p * RX] = 1;
    y[2 * p * RX] = (float)(p + 1);
  }
  channel =
      (mho_channel_batch){.matrix = mho_row_major(h, MHO_CF32, PROBLEMS, RX, TX), .noise = {.value = 1}};
  received = (mho_received_batch){.vectors = mho_row_major(y, MHO_CF32, PROBLEMS, 1, RX)};
  into = (mho_output){.estimate = mho_row_major(x, MHO_CF32, PROBLEMS, 1, TX)};
  CHECK(mho_detector_new("zf", NULL, &d, NULL, 0) == MHO_NONE);
  CHECK(mho_detector_reserve(d, &room) == MHO_NONE);
  return d;
}

/* Which problems a call writes, a bit each. */
static unsigned written(mho_detector* d, size_t begin, size_t end) {
  const mho_call which = {.begin = begin, .end = end, .slot = 1};
  unsigned bits = 0;
  for (int p = 0; p < PROBLEMS; ++p) x[2 * p] = -9;
  CHECK(mho_detector_apply(d, &received, &into, 1, &which) == MHO_NONE);
  for (int p = 0; p < PROBLEMS; ++p) {
    CHECK(x[2 * p] == -9 || x[2 * p] == (float)(p + 1));
    if (x[2 * p] != -9) bits |= 1u << p;
  }
  return bits;
}

int c_ranges(void) {
  failures = 0;
  mho_detector* d = new_batch();
  /* Empty ranges prepare nothing. */
  for (size_t i = 1; i <= PROBLEMS; ++i) {
    const mho_call empty = {.begin = i, .end = i};
    CHECK(mho_detector_prepare(d, &channel, &empty) == MHO_NONE);
    CHECK(mho_detector_apply(d, &received, &into, 1, &empty) == MHO_NONE);
  }
  CHECK(mho_detector_apply(d, &received, &into, 1, NULL) == MHO_NOT_PREPARED);
  CHECK(mho_detector_prepare(d, &channel, NULL) == MHO_NONE);

  CHECK(written(d, 0, 0) == 7); /* all 0: the whole batch */
  CHECK(written(d, 1, 0) == 6); /* to its end */
  CHECK(written(d, 1, 2) == 2);
  for (size_t i = 1; i <= PROBLEMS; ++i) CHECK(written(d, i, i) == 0);
  const mho_call beyond = {.begin = PROBLEMS + 1, .end = PROBLEMS + 1};
  CHECK(mho_detector_apply(d, &received, &into, 1, &beyond) == MHO_BAD_RANGE);

  /* More workers than problems, as mho_call says it: each problem is written by one of them. */
  for (size_t workers = 1; workers <= 8; ++workers) {
    unsigned times[PROBLEMS] = {0};
    for (size_t w = 0; w < workers; ++w) {
      size_t begin = PROBLEMS * w / workers, end = PROBLEMS * (w + 1) / workers;
      if (begin == end) begin = end = PROBLEMS;
      const unsigned bits = written(d, begin, end);
      for (int p = 0; p < PROBLEMS; ++p) times[p] += bits >> p & 1;
    }
    for (int p = 0; p < PROBLEMS; ++p) CHECK(times[p] == 1);
  }
  mho_detector_free(d);
  return failures;
}

int c_reserves(void) {
  failures = 0;
  mho_detector* d = new_batch();
  CHECK(mho_detector_prepare(d, &channel, NULL) == MHO_NONE);
  /* Each is refused for its shape alone, and what was prepared stays. */
  const mho_shape refused[] = {
      {.problems = PROBLEMS, .rx = 1, .tx = 2},
      {.problems = 0, .rx = RX, .tx = TX},
      {.problems = PROBLEMS, .rx = RX, .tx = TX, .is = 7},
      {.problems = PROBLEMS, .rx = RX, .tx = TX, .reserved = {1}},
      {.problems = PROBLEMS, .rx = RX, .tx = TX, .is = MHO_GRAM, .coloured_noise = 1},
      {.problems = SIZE_MAX, .rx = RX, .tx = TX}};
  const mho_error why[] = {MHO_BAD_SHAPE,   MHO_BAD_SHAPE,   MHO_UNSUPPORTED,
                           MHO_UNSUPPORTED, MHO_UNSUPPORTED, MHO_NO_MEMORY};
  for (size_t i = 0; i < sizeof why / sizeof *why; ++i) {
    CHECK(mho_detector_reserve(d, &refused[i]) == why[i]);
    CHECK(written(d, 0, 0) == 7);
    CHECK(mho_detector_prepared(d, 0) == MHO_STATUS_OK);
  }
  const mho_shape other = {.problems = PROBLEMS, .rx = RX, .tx = TX, .slots = 2};
  CHECK(mho_detector_reserve(d, &other) == MHO_NONE);
  CHECK(mho_detector_apply(d, &received, &into, 1, NULL) == MHO_NOT_PREPARED); /* forgotten */
  mho_detector_free(d);
  return failures;
}
