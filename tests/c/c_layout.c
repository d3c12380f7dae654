#include <stddef.h>
#include <stdio.h>

#include "c_face.h"

/* A line a structure: its name and size; a line a member: its offset and size. */
#define STRUCTURE(s) fprintf(to, #s " %zu\n", sizeof(s))
#define MEMBER(s, m) fprintf(to, #s "." #m " %zu %zu\n", offsetof(s, m), sizeof(((s*)0)->m))

static void inputs_and_outputs(FILE* to) {
  STRUCTURE(mho_view);
  MEMBER(mho_view, data);
  MEMBER(mho_view, planes);
  MEMBER(mho_view, extent);
  MEMBER(mho_view, stride);
  MEMBER(mho_view, first);
  MEMBER(mho_view, type);
  MEMBER(mho_view, scale);
  STRUCTURE(mho_noise);
  MEMBER(mho_noise, is);
  MEMBER(mho_noise, value);
  MEMBER(mho_noise, values);
  MEMBER(mho_noise, problems_per_entry);
  STRUCTURE(mho_channel_batch);
  MEMBER(mho_channel_batch, matrix);
  MEMBER(mho_channel_batch, noise);
  MEMBER(mho_channel_batch, is);
  MEMBER(mho_channel_batch, reserved);
  STRUCTURE(mho_received_batch);
  MEMBER(mho_received_batch, vectors);
  MEMBER(mho_received_batch, prior_llr);
  MEMBER(mho_received_batch, symbols);
  MEMBER(mho_received_batch, symbol_count);
  MEMBER(mho_received_batch, rule);
  MEMBER(mho_received_batch, reserved);
  STRUCTURE(mho_output);
  MEMBER(mho_output, estimate);
  MEMBER(mho_output, variance);
  MEMBER(mho_output, llr);
  MEMBER(mho_output, bits);
  MEMBER(mho_output, state);
  MEMBER(mho_output, states);
  MEMBER(mho_output, saturated);
  MEMBER(mho_output, reserved);
}

static void calls_and_kinds(FILE* to) {
  STRUCTURE(mho_call);
  MEMBER(mho_call, begin);
  MEMBER(mho_call, end);
  MEMBER(mho_call, slot);
  MEMBER(mho_call, stream);
  MEMBER(mho_call, first);
  MEMBER(mho_call, queue);
  MEMBER(mho_call, reserved);
  STRUCTURE(mho_shape);
  MEMBER(mho_shape, problems);
  MEMBER(mho_shape, rx);
  MEMBER(mho_shape, tx);
  MEMBER(mho_shape, uses);
  MEMBER(mho_shape, slots);
  MEMBER(mho_shape, bits);
  MEMBER(mho_shape, is);
  MEMBER(mho_shape, coloured_noise);
  MEMBER(mho_shape, problems_per_noise_entry);
  MEMBER(mho_shape, reserved);
  STRUCTURE(mho_capabilities);
  MEMBER(mho_capabilities, max_rx);
  MEMBER(mho_capabilities, max_tx);
  MEMBER(mho_capabilities, forms);
  MEMBER(mho_capabilities, native);
  MEMBER(mho_capabilities, more_tx_than_rx);
  MEMBER(mho_capabilities, device_memory);
  MEMBER(mho_capabilities, uses_prior);
  MEMBER(mho_capabilities, needs_symbols);
  MEMBER(mho_capabilities, randomised);
  MEMBER(mho_capabilities, linear);
  MEMBER(mho_capabilities, reserved);
  STRUCTURE(mho_kind);
  MEMBER(mho_kind, name);
  MEMBER(mho_kind, summary);
  MEMBER(mho_kind, can);
  MEMBER(mho_kind, options);
  STRUCTURE(mho_option);
  MEMBER(mho_option, name);
  MEMBER(mho_option, unit);
  MEMBER(mho_option, doc);
  MEMBER(mho_option, standard);
  MEMBER(mho_option, allowed);
  MEMBER(mho_option, type);
  MEMBER(mho_option, inherits);
  MEMBER(mho_option, low);
  MEMBER(mho_option, high);
  MEMBER(mho_option, choices);
  MEMBER(mho_option, choice_count);
}

void c_layout(FILE* to) {
  inputs_and_outputs(to);
  calls_and_kinds(to);
}
