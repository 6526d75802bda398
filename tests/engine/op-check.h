/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One op alone, asked for everything that an op promises. */
#pragma once

#include "cj-blas.h"
#include "cj-builder.h"
#include "cj-ops.h"

typedef struct
{
  CjShape shape;
  CjDtype dtype;
  gboolean given;   /* FALSE: an optional input left out */
  int below;        /* integers are drawn from 0 .. below - 1; such floats get no gradient */
  double low, high; /* floats are drawn evenly from here where low < high, else normal */
} OpCheckInput;

/* The library that ops are given, as the program gives it to large ones; NULL: none. */
extern const CjBlas *op_check_blas;

/* Draws inputs and holds the op, in training, against its twin; the same bits with chunks in any order and without
 * optional outputs; gradients along random directions against central differences of the twin, all
 * outputs together and each alone; gradients that are added to. Fails the test. */
void op_check (const char *what, const CjOpInfo *info, gconstpointer attrs, const OpCheckInput *in,
               guint n_in, guint64 seed);

/* The op refuses these inputs with a sentence that matches the pattern. */
void op_check_refuses (const CjOpInfo *info, gconstpointer attrs, const OpCheckInput *in,
                       guint n_in, const char *pattern);
