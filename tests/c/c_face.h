/* What the tests of the C face do in C; c_face_test.cpp compares it with the C++ face. */
#ifndef C_FACE_H
#define C_FACE_H

#include <mho/mho.h>
#include <stdio.h>

#ifdef __cplusplus
extern "C" {
#endif

enum layout { ROWS, COLUMNS, PLANES, PLANE_POINTERS };

/* A batch, how to run it, and where the results go: [step][problem][use].. */
struct c_run {
  const char* kind;
  const int64_t* cycles; /* of analogue kinds */
  size_t cycle_count;
  const char* target;
  size_t problems, rx, tx, uses;
  const void* h;  /* in the layout */
  const void* y;  /* rows */
  mho_element in; /* what h and y are of; as MHO_CI16 both have this scale */
  float in_scale;
  enum layout layout;
  float n0;
  const float* covariance; /* of all problems; or NULL: n0 */
  int fused;
  uint64_t stream, first;
  unsigned parts; /* calls on as many slots, one after the other */
  const char* modulation;
  mho_demapper rule;
  float *estimate, *variance;
  void* llr;
  mho_element llr_type;
  float llr_scale;
  uint64_t* saturated; /* raised by all steps; or NULL */
  uint8_t* bits;
  mho_status* state;
  float* weights; /* or NULL */
};

mho_error c_detect(const struct c_run* run);

/* Each prints what fails and returns how many did. */
int c_errors(void);
int c_lists(void);
int c_constellations(void);
int c_ranges(void);
int c_reserves(void);

/* Sizes and offsets of all public structures. */
void c_layout(FILE* to);

#ifdef __cplusplus
}
#endif
#endif
