/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What is put before a network to find out what its units want, as D. H. Hubel and T. N. Wiesel,
 * "Receptive fields of single neurones in the cat's striate cortex", J. Physiol. 148, 1959, put it before
 * a cat: gratings, bars and spots of light on an even ground. C channels, H W picture. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef enum
{
  CJ_STIMULUS_GRATING, /* cos (2π (f u - phase)) */
  CJ_STIMULUS_BAR,     /* one bar of light half a cycle wide, phase cycles off the middle */
  CJ_STIMULUS_SPOT,    /* a disc of light */
  CJ_STIMULUS_N_KINDS
} CjStimulusKind;

/* A value. A grating drifts when it is shown at phases over one cycle, one after another. */
typedef struct
{
  CjStimulusKind kind;
  double orientation; /* of stripes and bars, degrees anticlockwise from level */
  double frequency;   /* f, cycles a pixel */
  double phase;       /* cycles */
  double contrast;    /* -1..1; below 0 light and dark change places */
  double size;        /* px: diameter of the window, length of the bar, diameter of the spot; 0: the
                         whole picture */
  double x, y;        /* its middle, in columns and rows from the middle of the first pixel */
} CjStimulus;

/* What it is drawn on: the value of the even ground and how far full contrast goes from it, [C] each, as
 * the network takes its input. Borrowed. */
typedef struct
{
  gint64 c, h, w;
  const float *ground, *reach;
} CjScreen;

/* -1 (dark) .. 1 (light) at column x, row y, without the contrast; edges are a pixel soft. */
double cj_stimulus_eval (const CjStimulus *stimulus, double x, double y);

/* ground + contrast · reach · what cj_stimulus_eval gives, [C, H, W]. Any thread. */
void cj_stimulus_draw (const CjStimulus *stimulus, const CjScreen *screen, float *out);

G_END_DECLS
