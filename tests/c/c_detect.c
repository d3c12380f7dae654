#include <stdlib.h>

#include "c_face.h"

static size_t bytes_of(mho_element e) {
  if (e == MHO_CF32) return 8;
  if (e == MHO_I16) return 2;
  return e == MHO_I8 ? 1 : 4;
}

static mho_view channel_layout(const struct c_run* r, void** planes) {
  if (r->layout == COLUMNS) return mho_column_major(r->h, r->in, r->problems, r->rx, r->tx);
  if (r->layout == PLANES) return mho_problem_fastest(r->h, r->in, r->problems, r->rx, r->tx);
  if (r->layout == ROWS) return mho_row_major(r->h, r->in, r->problems, r->rx, r->tx);
  for (size_t p = 0; p < r->rx * r->tx; ++p) planes[p] = (char*)r->h + p * r->problems * bytes_of(r->in);
  return mho_plane_pointers(planes, r->in, r->problems, r->rx, r->tx, 0);
}

static mho_view scaled(mho_view v, float scale) {
  v.scale = scale;
  return v;
}

static mho_error detect_on(mho_detector* d, const struct c_run* r, const mho_constellation* qam,
                           mho_output* into, void** planes) {
  const size_t steps = mho_detector_steps(d), vectors = r->problems * r->uses;
  const size_t labels = r->tx * mho_constellation_bits(qam);
  const mho_shape room = {.problems = r->problems,
                          .rx = r->rx,
                          .tx = r->tx,
                          .uses = r->uses,
                          .slots = r->parts,
                          .bits = mho_constellation_bits(qam),
                          .coloured_noise = r->covariance != NULL,
                          .problems_per_noise_entry = r->problems};
  mho_error e = mho_detector_reserve(d, &room);
  if (e != MHO_NONE) return e;

  mho_channel_batch channel = {.matrix = scaled(channel_layout(r, planes), r->in_scale),
                               .noise = {.value = r->n0}};
  if (r->covariance != NULL) {
    channel.noise.is = MHO_NOISE_COVARIANCE;
    channel.noise.values = mho_row_major(r->covariance, MHO_CF32, 1, r->rx, r->rx);
    channel.noise.problems_per_entry = r->problems;
  }
  const mho_received_batch received = {
      .vectors = scaled(mho_row_major(r->y, r->in, r->problems, r->uses, r->rx), r->in_scale),
      .symbols = &qam,
      .symbol_count = 1,
      .rule = r->rule};
  for (size_t s = 0; s < steps; ++s) {
    mho_output* o = &into[s];
    *o = (mho_output){.states = vectors};
    o->estimate = mho_row_major(r->estimate + 2 * s * vectors * r->tx, MHO_CF32, r->problems, r->uses, r->tx);
    o->variance = mho_row_major(r->variance + s * vectors * r->tx, MHO_F32, r->problems, r->uses, r->tx);
    char* llr = (char*)r->llr + s * vectors * labels * bytes_of(r->llr_type);
    o->llr = scaled(mho_row_major(llr, r->llr_type, r->problems, r->uses, labels), r->llr_scale);
    o->saturated = r->saturated;
    o->bits = mho_row_major(r->bits + s * vectors * labels, MHO_U8, r->problems, r->uses, labels);
    o->state = r->state + s * vectors;
  }
  for (unsigned part = 0; part < r->parts && e == MHO_NONE; ++part) {
    const mho_call which = {.begin = r->problems * part / r->parts,
                            .end = r->problems * (part + 1) / r->parts,
                            .slot = part,
                            .stream = r->stream,
                            .first = r->first};
    if (r->fused) {
      e = mho_detector_detect(d, &channel, &received, into, steps, &which);
    } else {
      e = mho_detector_prepare(d, &channel, &which);
      if (e == MHO_NONE) e = mho_detector_apply(d, &received, into, steps, &which);
    }
  }
  if (e != MHO_NONE || r->weights == NULL) return e;
  const mho_view weights = mho_row_major(r->weights, MHO_CF32, r->problems, r->tx, r->rx);
  return mho_detector_weights(d, &weights, NULL);
}

mho_error c_detect(const struct c_run* r) {
  mho_options* options = NULL;
  mho_detector* d = NULL;
  mho_constellation* qam = NULL;
  mho_output* into = NULL;
  void** planes = malloc(r->rx * r->tx * sizeof *planes);
  mho_error e = planes == NULL ? MHO_NO_MEMORY : mho_options_new(&options);
  if (e == MHO_NONE && r->cycle_count > 0)
    e = mho_options_set_integers(options, "cycles", r->cycles, r->cycle_count);
  if (e == MHO_NONE && r->target != NULL) e = mho_options_set_string(options, "target", r->target);
  if (e == MHO_NONE) e = mho_detector_new(r->kind, options, &d, NULL, 0);
  if (e == MHO_NONE) e = mho_constellation_new(r->modulation, MHO_THREE_GPP, &qam, NULL, 0);
  if (e == MHO_NONE) {
    into = malloc(mho_detector_steps(d) * sizeof *into);
    e = into == NULL ? MHO_NO_MEMORY : detect_on(d, r, qam, into, planes);
  }
  free(into);
  free(planes);
  mho_constellation_free(qam);
  mho_detector_free(d);
  mho_options_free(options);
  return e;
}
