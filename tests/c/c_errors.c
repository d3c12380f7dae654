#include <math.h>
#include <stdio.h>
#include <string.h>

#include "c_check.h"
#include "c_face.h"

#define CHECK_TEXT(text, expected) check(strcmp((text), (expected)) == 0, text, __FILE__, __LINE__)

static void creation(void) {
  char message[128] = "?";
  mho_detector* d = NULL;
  CHECK(mho_detector_new("mmze", NULL, &d, message, sizeof message) == MHO_UNKNOWN_NAME);
  CHECK_TEXT(message, "unknown detector mmze; the nearest known one is mmse");
  CHECK(d == NULL);
  CHECK(mho_detector_new("mmze", NULL, &d, message, 8) == MHO_UNKNOWN_NAME);
  CHECK_TEXT(message, "unknown");
  CHECK(mho_detector_new(NULL, NULL, &d, message, sizeof message) == MHO_BAD_VALUE);
  CHECK(mho_detector_new("mmse", NULL, NULL, message, sizeof message) == MHO_BAD_VALUE);
  CHECK(mho_detector_new("mmse", NULL, &d, message, sizeof message) == MHO_NONE);
  CHECK_TEXT(message, "");
  mho_detector_free(d);
  mho_detector_free(NULL);

  mho_options* o = NULL;
  CHECK(mho_options_new(NULL) == MHO_BAD_VALUE);
  CHECK(mho_options_new(&o) == MHO_NONE);
  CHECK(mho_options_set_integer(o, NULL, 1) == MHO_BAD_VALUE);
  CHECK(mho_options_set_string(o, "lanes", NULL) == MHO_BAD_VALUE);
  CHECK(mho_options_set_numbers(o, "cycles", NULL, 1) == MHO_BAD_VALUE);
  CHECK(mho_options_set_integer(o, "cycles", 3) == MHO_NONE);
  CHECK(mho_detector_new("analog-zf", o, &d, message, sizeof message) == MHO_BAD_VALUE);
  CHECK(strstr(message, "cycles: must be a list of integers") != NULL);
  CHECK(d == NULL);
  mho_options_free(o);
  CHECK(mho_options_new(&o) == MHO_NONE);
  CHECK(mho_options_set_boolean(o, "cycels", 1) == MHO_NONE);
  CHECK(mho_detector_new("analog-zf", o, &d, message, sizeof message) == MHO_UNKNOWN_NAME);
  CHECK(strstr(message, "cycels: unknown option; the nearest known one is cycles") != NULL);
  mho_options_free(o);
  mho_options_free(NULL);
}

static void calls(void) {
  float h[2 * 4 * 2] = {0}, y[2 * 4] = {0}, x[2 * 2], variance[2];
  h[0] = h[6] = 1; /* rows (1, 0), (0, 1), then zeros */
  mho_status state[1];
  mho_detector* d = NULL;
  CHECK(mho_detector_new("mmse", NULL, &d, NULL, 0) == MHO_NONE);
  mho_channel_batch channel = {.matrix = mho_row_major(h, MHO_CF32, 1, 4, 2), .noise = {.value = 0.5f}};
  mho_received_batch received = {.vectors = mho_row_major(y, MHO_CF32, 1, 1, 4)};
  mho_output into = {.estimate = mho_row_major(x, MHO_CF32, 1, 1, 2),
                     .variance = mho_row_major(variance, MHO_F32, 1, 1, 2),
                     .state = state,
                     .states = 1};
  CHECK(mho_detector_prepare(d, &channel, NULL) == MHO_BAD_SHAPE); /* nothing reserved */
  CHECK(mho_detector_apply(d, &received, &into, 1, NULL) == MHO_BAD_SHAPE);

  mho_shape room = {.problems = 1, .rx = 4, .tx = 2};
  CHECK(mho_detector_reserve(NULL, &room) == MHO_BAD_VALUE);
  CHECK(mho_detector_reserve(d, NULL) == MHO_BAD_VALUE);
  room.is = 7;
  CHECK(mho_detector_reserve(d, &room) == MHO_UNSUPPORTED);
  room.is = 0;
  room.reserved[2] = 1;
  CHECK(mho_detector_reserve(d, &room) == MHO_UNSUPPORTED);
  room.reserved[2] = 0;
  room.problems = SIZE_MAX;
  CHECK(mho_detector_reserve(d, &room) == MHO_NO_MEMORY);
  room.problems = 1;
  CHECK(mho_detector_reserve(d, &room) == MHO_NONE);
  CHECK(mho_detector_apply(d, &received, &into, 1, NULL) == MHO_NOT_PREPARED);

  mho_call which = {.slot = 1};
  CHECK(mho_detector_prepare(d, &channel, &which) == MHO_BAD_RANGE);
  CHECK(mho_detector_apply(d, &received, &into, 1, &which) == MHO_BAD_RANGE);
  which = (mho_call){.reserved = {1}};
  CHECK(mho_detector_prepare(d, &channel, &which) == MHO_UNSUPPORTED);
  channel.matrix.type = 99;
  CHECK(mho_detector_prepare(d, &channel, NULL) == MHO_UNSUPPORTED);
  channel.matrix.type = MHO_U8;
  CHECK(mho_detector_prepare(d, &channel, NULL) == MHO_UNSUPPORTED);
  channel.matrix.type = MHO_CF32;
  channel.noise.is = -1;
  CHECK(mho_detector_prepare(d, &channel, NULL) == MHO_UNSUPPORTED);
  channel.noise.is = MHO_NOISE_SCALAR;
  channel.matrix.extent[2] = 3;
  CHECK(mho_detector_prepare(d, &channel, NULL) == MHO_BAD_SHAPE);
  channel.matrix.extent[2] = 2;
  CHECK(mho_detector_prepare(d, &channel, NULL) == MHO_NONE);
  CHECK(mho_detector_prepared(d, 0) == MHO_STATUS_OK);

  CHECK(mho_detector_apply(d, &received, &into, 2, NULL) == MHO_BAD_SHAPE);
  CHECK(mho_detector_apply(d, &received, NULL, 1, NULL) == MHO_BAD_VALUE);
  const mho_constellation* none[3] = {NULL, NULL, NULL};
  received.symbols = none;
  received.symbol_count = 3;
  CHECK(mho_detector_apply(d, &received, &into, 1, NULL) == MHO_BAD_SHAPE);
  received.symbol_count = 1;
  CHECK(mho_detector_apply(d, &received, &into, 1, NULL) == MHO_BAD_VALUE);
  received.symbols = NULL;
  CHECK(mho_detector_apply(d, &received, &into, 1, NULL) == MHO_BAD_VALUE);
  received.symbol_count = 0;
  received.rule = 2;
  CHECK(mho_detector_apply(d, &received, &into, 1, NULL) == MHO_UNSUPPORTED);
  received.rule = MHO_MAX_LOG;
  into.estimate.data = y;
  CHECK(mho_detector_apply(d, &received, &into, 1, NULL) == MHO_OVERLAP);
  into.estimate.data = x;

  /* By hand: G = I, so MMSE's unbiased estimate is y and its variance N0. */
  y[0] = 0.25f, y[1] = -1, y[2] = 3, y[3] = 0.5f;
  CHECK(mho_detector_apply(d, &received, &into, 1, NULL) == MHO_NONE);
  CHECK(state[0] == MHO_STATUS_OK);
  for (int i = 0; i < 4; ++i) CHECK(fabsf(x[i] - y[i]) < 1e-6f);
  CHECK(fabsf(variance[0] - 0.5f) < 1e-6f && fabsf(variance[1] - 0.5f) < 1e-6f);

  /* A failed problem is no failed call. */
  h[0] = NAN;
  CHECK(mho_detector_detect(d, &channel, &received, &into, 1, NULL) == MHO_NONE);
  CHECK(state[0] == MHO_STATUS_NOT_FINITE);
  CHECK(x[0] == 0 && isinf(variance[0]));
  mho_detector_free(d);
}

int c_errors(void) {
  failures = 0;
  creation();
  calls();
  CHECK_TEXT(mho_error_name(MHO_TOO_LARGE), "too_large");
  CHECK_TEXT(mho_error_name(-1), "?");
  CHECK_TEXT(mho_error_name(11), "?");
  CHECK_TEXT(mho_error_message(11), "no error of mho's");
  CHECK_TEXT(mho_status_name(MHO_STATUS_UNSTABLE), "unstable");
  CHECK_TEXT(mho_status_name(200), "?");
  for (mho_error e = MHO_NONE; e <= MHO_NO_MEMORY; ++e) {
    CHECK(strcmp(mho_error_name(e), "?") != 0);
    CHECK(strcmp(mho_error_message(e), mho_error_message(11)) != 0);
  }
  for (int s = 0; s < 256; ++s) {
    const int named = strcmp(mho_status_name((mho_status)s), "?") != 0;
    CHECK(named == (strcmp(mho_status_message((mho_status)s), mho_status_message(200)) != 0));
  }
  char version[32], target[16];
  snprintf(version, sizeof version, "%d.%d.%d", MHO_VERSION_MAJOR, MHO_VERSION_MINOR, MHO_VERSION_PATCH);
  CHECK_TEXT(mho_version(), version);
  CHECK(mho_standard_target(target, sizeof target) == MHO_NONE && target[0] != '\0');
  CHECK(mho_standard_target(NULL, 3) == MHO_BAD_VALUE);
  return failures;
}

int c_lists(void) {
  failures = 0;
  mho_kinds* list = NULL;
  mho_kind kind;
  mho_option option;
  CHECK(mho_kinds_new(NULL) == MHO_BAD_VALUE);
  CHECK(mho_kinds_new(&list) == MHO_NONE);
  CHECK(mho_kinds_kind(list, mho_kinds_count(list), &kind) == MHO_BAD_RANGE);
  int seen = 0;
  for (size_t i = 0; i < mho_kinds_count(list); ++i) {
    CHECK(mho_kinds_kind(list, i, &kind) == MHO_NONE);
    mho_detector* d = NULL;
    mho_capabilities can;
    CHECK(mho_detector_new(kind.name, NULL, &d, NULL, 0) == MHO_NONE);
    CHECK(mho_detector_capabilities(d, &can) == MHO_NONE);
    CHECK(memcmp(&can, &kind.can, sizeof can) == 0);
    mho_detector_free(d);
    CHECK(mho_kinds_option(list, i, kind.options, &option) == MHO_BAD_RANGE);
    if (strcmp(kind.name, "mmse") == 0) {
      ++seen;
      CHECK(kind.can.linear && !kind.can.randomised && (kind.can.native & MHO_NATIVE_ESTIMATE) != 0);
      CHECK(kind.options > 0);
      for (size_t j = 0; j < kind.options; ++j) {
        CHECK(mho_kinds_option(list, i, j, &option) == MHO_NONE);
        if (strcmp(option.name, "lanes") != 0) continue;
        ++seen;
        CHECK(option.type == MHO_STRING && option.choice_count >= 2);
        CHECK(strncmp(option.allowed, "one of ", 7) == 0);
      }
    }
    if (strcmp(kind.name, "analog-zf") == 0) {
      for (size_t j = 0; j < kind.options; ++j) {
        CHECK(mho_kinds_option(list, i, j, &option) == MHO_NONE);
        if (strcmp(option.name, "cycles") != 0) continue;
        ++seen;
        CHECK(option.type == MHO_INTEGERS && option.low == 1 && option.high == 64 && !option.inherits);
        CHECK(option.standard[0] >= '1' && option.standard[0] <= '9');
        CHECK_TEXT(option.allowed, "a list of integers from 1 to 64");
      }
    }
  }
  CHECK(seen == 3);
  mho_kinds_free(list);
  mho_kinds_free(NULL);
  return failures;
}

int c_constellations(void) {
  failures = 0;
  char message[128];
  mho_constellation* c = NULL;
  CHECK(mho_constellation_new("32qam", MHO_THREE_GPP, &c, message, sizeof message) == MHO_UNKNOWN_NAME);
  CHECK(strncmp(message, "32qam: unknown modulation", 25) == 0 && c == NULL);
  CHECK(mho_constellation_new("qpsk", 9, &c, message, sizeof message) == MHO_UNSUPPORTED);
  CHECK(mho_constellation_new("qpsk", MHO_THREE_GPP, &c, message, sizeof message) == MHO_NONE);
  CHECK(mho_constellation_size(c) == 4 && mho_constellation_bits(c) == 2);

  /* 3GPP TS 38.211, 5.1.3: ((1 - 2 b(0)) + j (1 - 2 b(1))) / sqrt(2); LLR = 2 sqrt(2) Re y / variance. */
  const uint8_t bits[4] = {0, 1, 1, 0};
  const float half = 0.70710678f, variance[2] = {0.5f, 2};
  float symbols[4], llr[4];
  uint8_t decided[4];
  mho_constellation_map(c, bits, 2, symbols);
  CHECK(symbols[0] == half && symbols[1] == -half && symbols[2] == -half && symbols[3] == half);
  CHECK(mho_constellation_points(c)[2 * 1] == half && mho_constellation_points(c)[2 * 1 + 1] == -half);
  mho_constellation_slice(c, symbols, 2, decided);
  CHECK(memcmp(bits, decided, sizeof bits) == 0);
  for (mho_demapper rule = MHO_MAX_LOG; rule <= MHO_EXACT; ++rule) {
    CHECK(mho_constellation_llr(c, symbols, variance, 2, rule, llr) == MHO_NONE);
    for (int i = 0; i < 4; ++i) {
      const float expected = 2.82842712f * symbols[i] / variance[i / 2];
      CHECK(fabsf(llr[i] - expected) <= 1e-5f * fabsf(expected));
    }
  }
  CHECK(mho_constellation_llr(c, symbols, variance, 2, 5, llr) == MHO_UNSUPPORTED);
  CHECK(mho_constellation_llr(c, symbols, NULL, 2, MHO_EXACT, llr) == MHO_BAD_VALUE);
  CHECK(mho_constellation_llr(NULL, symbols, variance, 2, MHO_EXACT, llr) == MHO_BAD_VALUE);
  CHECK(mho_constellation_size(NULL) == 0 && mho_constellation_bits(NULL) == 0);
  CHECK(mho_constellation_points(NULL) == NULL);
  mho_constellation_map(NULL, bits, 2, symbols); /* does nothing */
  mho_constellation_slice(NULL, symbols, 2, decided);
  CHECK(memcmp(bits, decided, sizeof bits) == 0);
  mho_constellation_free(c);
  mho_constellation_free(NULL);
  return failures;
}
