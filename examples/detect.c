/* Detects a resource block from C: 12 problems of a 16x4 system, two received vectors each, with MMSE; exits
 * with 1 where a bit is wrong. */
#include <mho/mho.h>

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

enum { PROBLEMS = 12, USES = 2, RX = 16, TX = 4, BITS = 4 };

/* A made-up link: channels, bits, symbols, noise. Yours come from a receiver. */
static float uniform(void) { return (float)rand() / (float)RAND_MAX - 0.5f; }

int main(void) {
  static float h[PROBLEMS][RX][TX][2], y[PROBLEMS][USES][RX][2], x[PROBLEMS][USES][TX][2];
  static uint8_t sent[PROBLEMS][USES][TX * BITS], decided[PROBLEMS][USES][TX * BITS];
  static float llr[PROBLEMS][USES][TX * BITS];
  static mho_status state[PROBLEMS][USES];
  const float n0 = 1e-3f;

  char message[200];
  mho_detector* detector = NULL;
  mho_constellation* qam = NULL;
  if (mho_detector_new("mmse", NULL, &detector, message, sizeof message) != MHO_NONE ||
      mho_constellation_new("16qam", MHO_THREE_GPP, &qam, message, sizeof message) != MHO_NONE) {
    fprintf(stderr, "%s\n", message);
    return 1;
  }

  for (size_t i = 0; i < sizeof sent; ++i) (&sent[0][0][0])[i] = (uint8_t)(rand() & 1);
  for (size_t i = 0; i < sizeof h / sizeof(float); ++i) (&h[0][0][0][0])[i] = 2 * uniform();
  mho_constellation_map(qam, &sent[0][0][0], (size_t)PROBLEMS * USES * TX, &x[0][0][0][0]);
  for (int p = 0; p < PROBLEMS; ++p)
    for (int u = 0; u < USES; ++u)
      for (int i = 0; i < RX; ++i) {
        /* Uniform noise on both parts, of variance n0 together. */
        float* to = y[p][u][i];
        to[0] = sqrtf(6 * n0) * uniform();
        to[1] = sqrtf(6 * n0) * uniform();
        for (int k = 0; k < TX; ++k) {
          const float *a = h[p][i][k], *b = x[p][u][k];
          to[0] += a[0] * b[0] - a[1] * b[1];
          to[1] += a[0] * b[1] + a[1] * b[0];
        }
      }

  /* The only call that allocates. */
  const mho_shape room = {.problems = PROBLEMS, .rx = RX, .tx = TX, .uses = USES, .bits = BITS};
  mho_error e = mho_detector_reserve(detector, &room);

  const mho_channel_batch channel = {.matrix = mho_row_major(h, MHO_CF32, PROBLEMS, RX, TX),
                                     .noise = {.is = MHO_NOISE_SCALAR, .value = n0}};
  if (e == MHO_NONE) e = mho_detector_prepare(detector, &channel, NULL);

  const mho_constellation* symbols[] = {qam};
  const mho_received_batch received = {
      .vectors = mho_row_major(y, MHO_CF32, PROBLEMS, USES, RX), .symbols = symbols, .symbol_count = 1};
  const mho_output output = {.llr = mho_row_major(llr, MHO_F32, PROBLEMS, USES, TX * BITS),
                             .bits = mho_row_major(decided, MHO_U8, PROBLEMS, USES, TX * BITS),
                             .state = &state[0][0],
                             .states = (size_t)PROBLEMS * USES};
  if (e == MHO_NONE) e = mho_detector_apply(detector, &received, &output, 1, NULL);

  size_t errors = 0;
  for (size_t i = 0; i < sizeof sent; ++i) errors += (&sent[0][0][0])[i] != (&decided[0][0][0])[i] ? 1 : 0;
  if (e == MHO_NONE)
    printf("%zu bits, %zu errors, problem 0: %s, first LLR %.1f for a sent %d\n", sizeof sent, errors,
           mho_status_name(state[0][0]), (double)llr[0][0][0], sent[0][0][0]);
  else
    fprintf(stderr, "%s: %s\n", mho_error_name(e), mho_error_message(e));
  mho_constellation_free(qam);
  mho_detector_free(detector);
  return e == MHO_NONE && errors == 0 ? 0 : 1;
}
