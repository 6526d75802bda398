/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What RNN, LSTM and GRU share: layers on top of each other, one or two directions. N batch, T moments,
 * I inputs, H units, P numbers passed on (H, or fewer with a projection), L layers, D directions. */
#pragma once

#include "cj-layer.h"

G_BEGIN_DECLS

typedef struct
{
  int units, output, layers;
  gboolean bidirectional, bias;
  double dropout;
  int activation; /* of RNN: tanh, relu */
  int projection; /* of LSTM, 0: none */
} CjRecurrentParams;

enum
{
  CJ_RECURRENT_SEQUENCE,
  CJ_RECURRENT_LAST
};

/* Fields of rows of a table over CjRecurrentParams. */
extern const char *const cj_recurrent_outputs[];

#define CJ_RECURRENT_UNITS                                                                         \
  .name = "units", .title = "Units", .blurb = "How many cells a layer has", .kind = CJ_PARAM_INT,  \
  .offset = G_STRUCT_OFFSET (CjRecurrentParams, units), .preset = 64, .min = 1, .max = 16384,      \
  .soft_max = 512, .flags = CJ_PARAM_RESHAPES | CJ_PARAM_LOG

#define CJ_RECURRENT_OUTPUT                                                                        \
  .name = "output", .title = "Output",                                                             \
  .blurb = "The answer at every time step, or the last one of each direction",                     \
  .kind = CJ_PARAM_CHOICE, .offset = G_STRUCT_OFFSET (CjRecurrentParams, output),                  \
  .choices = cj_recurrent_outputs, .max = CJ_RECURRENT_LAST, .flags = CJ_PARAM_RESHAPES

#define CJ_RECURRENT_LAYERS                                                                        \
  .name = "layers", .title = "Layers", .blurb = "How many layers hear one another in turn",        \
  .kind = CJ_PARAM_INT, .offset = G_STRUCT_OFFSET (CjRecurrentParams, layers), .preset = 1,        \
  .min = 1, .max = 16, .soft_max = 4, .flags = CJ_PARAM_RESHAPES

#define CJ_RECURRENT_BIDIRECTIONAL                                                                 \
  .name = "bidirectional", .title = "Both directions",                                             \
  .blurb = "A second set of cells reads from the end to the beginning", .kind = CJ_PARAM_BOOL,     \
  .offset = G_STRUCT_OFFSET (CjRecurrentParams, bidirectional), .max = 1,                          \
  .flags = CJ_PARAM_RESHAPES

#define CJ_RECURRENT_BIAS                                                                          \
  .name = "bias", .title = "Bias", .blurb = "Adds learned offsets to every gate",                  \
  .kind = CJ_PARAM_BOOL, .offset = G_STRUCT_OFFSET (CjRecurrentParams, bias), .preset = TRUE,      \
  .max = 1, .flags = CJ_PARAM_RESHAPES | CJ_PARAM_ADVANCED

#define CJ_RECURRENT_DROPOUT                                                                       \
  .name = "dropout", .title = "Dropout",                                                           \
  .blurb = "Share of the numbers silenced between layers in each step", .kind = CJ_PARAM_FLOAT,    \
  .offset = G_STRUCT_OFFSET (CjRecurrentParams, dropout), .max = 0.99, .soft_max = 0.5,            \
  .digits = 2, .flags = CJ_PARAM_ADVANCED

/* Ports of a layer without cells of its own: x, h0; y, h. */
extern const CjPort cj_recurrent_inputs[], cj_recurrent_outs[];

/* Builds the stack on in[0] [N, T, I] with first states in[1] h0 [L D, N, P] and, for an LSTM, in[2] c0
 * [L D, N, H]. out[0]: y [N, T, D P], or [N, D P] of the last moment; out[1]: h [L D, N, P]; for an
 * LSTM out[2]: c [L D, N, H]. Parameters are named as in PyTorch: weight_ih_l0 [G H, I], weight_hh_l0
 * [G H, P], bias_ih_l0, bias_hh_l0 [G H], weight_hr_l0 [P, H], then _l1 ..., with _reverse behind. */
gboolean cj_recurrent_build (CjLayerBuild *build, CjCell cell, GError **error);

G_END_DECLS
