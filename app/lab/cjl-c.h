/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Networks as C for microcontrollers: a .h and a .c without dependencies but the standard library's mathematics,
 * without heap and without globals that change; all that is computed lies in one arena that the caller gives. In
 * floats, or with products of 8-bit whole numbers whose ranges are calibrated on training samples (cj-quant.h).
 * N numbers go in, K come out. */
#pragma once

#include "cjl-project.h"

G_BEGIN_DECLS

typedef struct
{
  gboolean int8;
} CjlCOptions;

/* What is known of it. */
typedef struct
{
  gint64 flash;       /* bytes of the constants */
  gint64 flash_float; /* the same in floats */
  gint64 arena;       /* bytes of RAM */
  gint64 macs;        /* multiply-adds of an answer */
  guint n_samples;    /* of the data that the next two were measured on; 0: they were not */
  gboolean is_test;   /* they are of the test, else of the validation split */
  double accuracy, accuracy_float; /* shares; in int8 only */
} CjlCFacts;

typedef struct _CjlC CjlC;

/* Everything but the text. In int8 the data set is loaded, for ranges and accuracy, which takes a while. Refuses,
 * by name, what has no form in C. Main thread. You free. */
CjlC *cjl_c_new (CjlProject *project, const CjlCOptions *options, GError **error);
void cjl_c_free (CjlC *c);

const CjlCFacts *cjl_c_get_facts (const CjlC *c);
/* Ids of ops that stay in floats in int8, ended by NULL. Borrowed. */
const char *const *cjl_c_get_left (const CjlC *c);
gint64 cjl_c_get_n_in (const CjlC *c);
gint64 cjl_c_get_n_out (const CjlC *c);
/* Runs it here as the C would run there. `input` is N floats, or N int32 where words go in; any thread, one at a
 * time. */
void cjl_c_run (const CjlC *c, const void *input, float *output);

/* Writes `path` (X.c) and X.h beside it. */
gboolean cjl_c_save (const CjlC *c, const char *path, GError **error);
/* X.h of X.c. You free. */
char *cjl_c_get_header (const char *path);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (CjlC, cjl_c_free)

G_END_DECLS
