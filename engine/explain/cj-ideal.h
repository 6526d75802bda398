/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Pictures that drive a unit, a channel, a class or a direction as strongly as they can: activation
 * maximisation by gradient ascent on the input. D. Erhan, Y. Bengio, A. Courville, P. Vincent,
 * "Visualizing higher-layer features of a deep network", 2009; regularised as in C. Olah,
 * A. Mordvintsev, L. Schubert, "Feature visualization", Distill 2017 (jitter, a spectral
 * parametrisation, diversity), A. Mahendran, A. Vedaldi, "Understanding deep image representations by
 * inverting them", CVPR 2015 (total variation) and J. Yosinski et al., "Understanding neural networks
 * through deep visualization", 2015 (blur). N pictures at once, C channels, H W; A numbers that the node
 * answers to one. */
#pragma once

#include "cj-program.h"

G_BEGIN_DECLS

typedef struct
{
  int n_steps;
  double rate; /* of Adam, on the parameters of the picture */
  int jitter;  /* px: every step looks at the picture shifted by up to so much, round its edges */
  double
      blur; /* px: deviation of the bell that the picture is blurred with every 4 steps; 0: off */
  double variation; /* weight of the total variation Σ √(∂x² + ∂y²), against a slope one long */
  double diversity;  /* weight of the likeness of the pictures to each other, see below */
  gboolean spectral; /* parameters are amplitudes of waves over their frequency, not pixels */
  int seed;          /* of the noise at the start and of the jitter */
} CjIdealOptions;

void cj_ideal_options_init (CjIdealOptions *options); /* 128 steps, all but blur and diversity */

/* What is asked. Everything is borrowed. */
typedef struct
{
  CjProgram *program;          /* of CJ_PURPOSE_EXPLAIN and a batch of N, with its weights */
  guint node;                  /* place in the graph of what answers */
  const float *weights;        /* [A]: Σ weights · answer is what grows */
  const float *ground, *reach; /* [C]: pictures lie within ground ± reach */
  const CjIdealOptions *options;
  gboolean (*go_on) (double progress, gpointer data); /* FALSE stops; NULL: never asked */
  gpointer data;
} CjIdealCall;

/* Ascends. A picture is ground + reach · tanh u; u is the inverse Hartley transform (R. N. Bracewell, JOSA
 * 73, 1983: the Fourier transform in real numbers, its own inverse) of parameters times 1 / max (f, 1/√(H W))
 * if spectral, else the parameters themselves. With diversity, Σ over pairs of the cosine between the Gram
 * matrices of what the node answers (of its channels over the places) is taken off. The pictures go to
 * [N, C, H, W], Σ weights · answer to [N], both of the last step that was done. FALSE, and nothing of use, if
 * the program has no pictures as input or the node's answer does not lead back to them. One thread. */
gboolean cj_ideal_run (const CjIdealCall *call, float *pictures, float *answers);

/* The orthonormal Hartley transform of h x w numbers, along rows and columns: its own inverse. */
void cj_hartley (const float *x, gint64 h, gint64 w, float *out);

G_END_DECLS
