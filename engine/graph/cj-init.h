/* SPDX-License-Identifier: GPL-3.0-or-later */
/* How a parameter starts. Fans are those of one unit: what it hears and what hears it. */
#pragma once

#include "cj-rng.h"
#include "cj-tensor.h"

G_BEGIN_DECLS

typedef enum
{
  CJ_INIT_ZEROS,
  CJ_INIT_ONES,
  CJ_INIT_CONSTANT,  /* scale */
  CJ_INIT_FAN_IN,    /* uniform in ±1/sqrt (fan_in), the habit of the field for dense and conv */
  CJ_INIT_UNIFORM,   /* ±scale */
  CJ_INIT_NORMAL,    /* deviation scale */
  CJ_INIT_TRUNCATED, /* normal of deviation scale, cut at two deviations */
  CJ_INIT_GLOROT_UNIFORM, /* Glorot and Bengio, 2010; times scale */
  CJ_INIT_GLOROT_NORMAL,
  CJ_INIT_HE_UNIFORM, /* He et al., 2015, gain sqrt 2; times scale */
  CJ_INIT_HE_NORMAL,
  CJ_INIT_LECUN_NORMAL,   /* LeCun et al., 1998; times scale */
  CJ_INIT_ORTHOGONAL,     /* Saxe et al., 2014; rows (or columns) orthonormal, times scale */
  CJ_INIT_HE_UNIFORM_OUT, /* as He, by fan_out: keeps the size of gradients, not of signals */
  CJ_INIT_HE_NORMAL_OUT,
  CJ_INIT_LECUN_UNIFORM
} CjInitKind;

#define CJ_INIT_LAST CJ_INIT_LECUN_UNIFORM

typedef struct
{
  CjInitKind kind;
  gint64 fan_in, fan_out;
  double scale; /* 0 means 1, but for CJ_INIT_CONSTANT */
} CjInit;

/* One way to begin, for people. */
typedef struct
{
  const char *id, *title, *blurb, *formula;
  const char *source; /* paper, or NULL */
} CjInitInfo;

/* In the order of CjInitKind, CJ_INIT_LAST + 1 of them. */
extern const CjInitInfo cj_inits[];

/* Their ids for CJ_PARAM_CHOICE, in the order of CjInitKind, NULL-terminated. */
extern const char *const cj_init_names[];

/* Fills `size` numbers of a tensor of `shape` from the stream. */
void cj_init_fill (const CjInit *init, const CjShape *shape, CjRng *rng, float *out);

/* Whether a tensor of two dimensions and more that begins so connects units: a table of words or places does
 * not, each of its rows is a value of its own. */
static inline gboolean
cj_init_connects (const CjInit *init)
{
  return init->fan_in > 0 || init->kind != CJ_INIT_NORMAL;
}

G_END_DECLS
