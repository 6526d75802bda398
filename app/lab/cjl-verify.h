/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Compares the engine with a folder of reference vectors: manifest.json names the cases, NAME.npz holds
 * one. A layer case has in0, in1 ... (inputs), param.* and buffer.* (parameters and state under the
 * reference's names), cot0, cot1 ... (the loss is Σ out_k cot_k), and what must come out: out*, grad.*,
 * buffer_after.*, each again in float64 under NAME_f64; meta is JSON text in bytes with module,
 * settings, train. A folder without a manifest holds explanations of small networks, one .npz each.
 * Nothing here computes: the cases run through the compiler that trains. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* What came of one case. */
typedef struct
{
  const char *name;
  double error; /* |x − r| where it is largest against its limit */
  double limit; /* that limit: tolerance (1 + max |r|) */
  char *array;  /* where, or NULL if nothing was compared */
  char *note;   /* why it failed, or NULL */
  gboolean pass;
} CjlVerifyRow;

typedef void (*CjlVerifyFunc) (const CjlVerifyRow *row, gpointer data);

typedef struct
{
  guint n_passed, n_failed;
} CjlVerifyCount;

/* Runs every case of the folder and hands each row to `func` as it is there; a case that cannot be run
 * is a row that failed. FALSE only if the manifest cannot be read, or
 * without one no explanations are there. */
gboolean cjl_verify (const char *folder, guint n_threads, CjlVerifyFunc func, gpointer data,
                     CjlVerifyCount *count, GError **error);

G_END_DECLS
