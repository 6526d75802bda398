/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What layers of spiking neurons share. Their in[0] is a current [N, T, ...] and they have one neuron for
 * each of its numbers; out[0] are spikes, out[1] the membrane before its reset, both shaped so. */
#pragma once

#include "cj-layer.h"

G_BEGIN_DECLS

typedef struct
{
  double beta, tau, dt, threshold;
  double synapse;               /* ms */
  double adapt_tau, adapt_jump; /* ms */
  int refractory;
  int reset; /* CjReset, without CJ_RESET_NONE */
  gboolean attached, scaled, learn_decay, learn_threshold;
  int surrogate; /* CjSurrogate */
  double slope, height;
  int window;
  int through; /* CjSpikingTime */
} CjSpikingParams;

/* How gradients go through time. */
typedef enum
{
  CJ_SPIKING_BPTT,
  CJ_SPIKING_EPROP
} CjSpikingTime;

extern const char *const cj_spiking_resets[], *const cj_spiking_surrogates[],
                                                  *const cj_spiking_times[];

#define CJ_SPIKING_OFFSET(field) G_STRUCT_OFFSET (CjSpikingParams, field)

#define CJ_SPIKING_BETA                                                                            \
  .name = "beta", .title = "Decay β",                                                              \
  .blurb = "Share of the membrane that is left after one time step", .kind = CJ_PARAM_FLOAT,       \
  .offset = CJ_SPIKING_OFFSET (beta), .preset = 0.9, .max = 1, .soft_min = 0.5, .digits = 4

#define CJ_SPIKING_TAU                                                                             \
  .name = "tau", .title = "Time constant τ",                                                       \
  .blurb = "How long the membrane remembers: β is then e^(−dt / τ); 0 takes β as it is",           \
  .unit = "ms", .kind = CJ_PARAM_FLOAT, .offset = CJ_SPIKING_OFFSET (tau), .max = 100000,          \
  .soft_max = 100, .digits = 2

/* Of other tables, which add the offset. */
#define CJ_SPIKING_MOMENT                                                                          \
  .name = "dt", .title = "Time step dt",                                                           \
  .blurb = "How long a time step is, for times in milliseconds", .unit = "ms",                     \
  .kind = CJ_PARAM_FLOAT, .preset = 1, .min = 0.001, .max = 10000, .soft_max = 10, .digits = 3,    \
  .flags = CJ_PARAM_ADVANCED
#define CJ_SPIKING_DT CJ_SPIKING_MOMENT, .offset = CJ_SPIKING_OFFSET (dt)

#define CJ_SPIKING_THRESHOLD                                                                       \
  .name = "threshold", .title = "Threshold θ",                                                     \
  .blurb = "A membrane above it fires a spike and is reset", .kind = CJ_PARAM_FLOAT,               \
  .offset = CJ_SPIKING_OFFSET (threshold), .preset = 1, .min = 0.001, .max = 1000, .soft_max = 4,  \
  .digits = 3

#define CJ_SPIKING_RESET                                                                           \
  .name = "reset", .title = "Reset",                                                               \
  .blurb = "After a spike the threshold is taken off the membrane, or the membrane starts at 0",   \
  .kind = CJ_PARAM_CHOICE, .offset = CJ_SPIKING_OFFSET (reset), .choices = cj_spiking_resets,      \
  .max = CJ_RESET_ZERO

#define CJ_SPIKING_REFRACTORY                                                                      \
  .name = "refractory", .title = "Refractory period",                                              \
  .blurb = "Time steps after a spike in which nothing moves the membrane", .kind = CJ_PARAM_INT,   \
  .offset = CJ_SPIKING_OFFSET (refractory), .max = 10000, .soft_max = 10

#define CJ_SPIKING_SURROGATE                                                                       \
  .name = "surrogate", .title = "Surrogate gradient",                                              \
  .blurb                                                                                           \
      = "What stands for the slope of a spike when the network learns: a spike itself has none",   \
  .kind = CJ_PARAM_CHOICE, .offset = CJ_SPIKING_OFFSET (surrogate),                                \
  .choices = cj_spiking_surrogates, .max = CJ_SURROGATE_STRAIGHT

#define CJ_SPIKING_SLOPE                                                                           \
  .name = "slope", .title = "Slope",                                                               \
  .blurb = "How steep the surrogate is; 0 takes what is usual: 25 of fast-sigmoid and sigmoid, "   \
           "2 of arctan, 1 of triangle",                                                           \
  .kind = CJ_PARAM_FLOAT, .offset = CJ_SPIKING_OFFSET (slope), .max = 1000, .soft_max = 50,        \
  .digits = 2, .flags = CJ_PARAM_ADVANCED

#define CJ_SPIKING_HEIGHT                                                                          \
  .name = "height", .title = "Height",                                                             \
  .blurb = "Multiplies the surrogate, which keeps gradients of long sequences from growing",       \
  .kind = CJ_PARAM_FLOAT, .offset = CJ_SPIKING_OFFSET (height), .preset = 1, .min = 0.001,         \
  .max = 100, .soft_max = 1, .digits = 3, .flags = CJ_PARAM_ADVANCED

#define CJ_SPIKING_ATTACHED                                                                        \
  .name = "attached", .title = "Gradient through reset",                                           \
  .blurb = "Lets the gradient pass the reset as well, which makes learning less steady",           \
  .kind = CJ_PARAM_BOOL, .offset = CJ_SPIKING_OFFSET (attached), .max = 1,                         \
  .flags = CJ_PARAM_ADVANCED

#define CJ_SPIKING_SCALED                                                                          \
  .name = "scaled", .title = "Scale the current",                                                  \
  .blurb                                                                                           \
      = "Multiplies the current by 1 − β, so that a steady one is what the membrane settles at",   \
  .kind = CJ_PARAM_BOOL, .offset = CJ_SPIKING_OFFSET (scaled), .max = 1,                           \
  .flags = CJ_PARAM_ADVANCED

#define CJ_SPIKING_LEARN_DECAY                                                                     \
  .name = "learn-decay", .title = "Learn β",                                                       \
  .blurb = "Every neuron has a decay of its own, which is learned", .kind = CJ_PARAM_BOOL,         \
  .offset = CJ_SPIKING_OFFSET (learn_decay), .max = 1,                                             \
  .flags = CJ_PARAM_RESHAPES | CJ_PARAM_ADVANCED

#define CJ_SPIKING_LEARN_THRESHOLD                                                                 \
  .name = "learn-threshold", .title = "Learn θ",                                                   \
  .blurb = "Every neuron has a threshold of its own, which is learned", .kind = CJ_PARAM_BOOL,     \
  .offset = CJ_SPIKING_OFFSET (learn_threshold), .max = 1,                                         \
  .flags = CJ_PARAM_RESHAPES | CJ_PARAM_ADVANCED

#define CJ_SPIKING_WINDOW                                                                          \
  .name = "window", .title = "Gradient window",                                                    \
  .blurb                                                                                           \
      = "Cuts the gradient after that many time steps, so that it only explains the near past; "   \
        "0 cuts nowhere",                                                                          \
  .kind = CJ_PARAM_INT, .offset = CJ_SPIKING_OFFSET (window), .max = 100000, .soft_max = 100,      \
  .flags = CJ_PARAM_ADVANCED

#define CJ_SPIKING_SYNAPSE                                                                         \
  .name = "synapse", .title = "Synaptic time constant",                                            \
  .blurb = "How long the current of a spike lasts", .unit = "ms", .kind = CJ_PARAM_FLOAT,          \
  .offset = CJ_SPIKING_OFFSET (synapse), .preset = 5, .min = 0.01, .max = 100000, .soft_max = 50,  \
  .digits = 2

#define CJ_SPIKING_ADAPT_TAU                                                                       \
  .name = "adapt-tau", .title = "Adaptation time constant",                                        \
  .blurb = "How long a neuron is harder to excite after a spike", .unit = "ms",                    \
  .kind = CJ_PARAM_FLOAT, .offset = CJ_SPIKING_OFFSET (adapt_tau), .preset = 200, .min = 0.01,     \
  .max = 1000000, .soft_max = 2000, .digits = 2

#define CJ_SPIKING_ADAPT_JUMP                                                                      \
  .name = "adapt-jump", .title = "Adaptation", .blurb = "How much a spike raises the threshold",   \
  .kind = CJ_PARAM_FLOAT, .offset = CJ_SPIKING_OFFSET (adapt_jump), .preset = 0.1, .max = 100,     \
  .soft_max = 2, .digits = 3

#define CJ_SPIKING_THROUGH                                                                         \
  .name = "through-time", .title = "Through time",                                                 \
  .blurb                                                                                           \
      = "Gradients go back along all paths (bptt), or stay with each neuron's own traces, as a "   \
        "brain could do it (e-prop)",                                                              \
  .kind = CJ_PARAM_CHOICE, .offset = CJ_SPIKING_OFFSET (through), .choices = cj_spiking_times,     \
  .max = CJ_SPIKING_EPROP

extern const CjPort cj_spiking_inputs[], cj_spiking_outputs[];

/* What is more than a LIF neuron with the fields above. */
typedef enum
{
  CJ_SPIKING_PERFECT = 1 << 0,   /* no leak */
  CJ_SPIKING_CURRENT = 1 << 1,   /* a synaptic current */
  CJ_SPIKING_ADAPTS = 1 << 2,    /* an adaptive threshold */
  CJ_SPIKING_RECURRENT = 1 << 3, /* weights between the neurons, "weight" [U, U] */
  CJ_SPIKING_SILENT = 1 << 4     /* no spikes: out[0] is the membrane */
} CjSpikingTraits;

/* Builds the neurons; learned parameters are "decay" and "threshold" [U]. Fields that a layer has no row
 * for are left at 0 and mean nothing. */
gboolean cj_spiking_build (CjLayerBuild *build, CjSpikingTraits traits, GError **error);

/* The slope of the surrogate: the parameter, or what is usual of its kind. */
double cj_spiking_get_slope (const CjSpikingParams *params);

/* Refuses input 0, which should last, and names an encoder. Always FALSE. */
gboolean cj_spiking_refuse (CjLayerBuild *build, GError **error);

G_END_DECLS
