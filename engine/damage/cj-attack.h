/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The catalogue of attacks: small changes of samples that a network is wrong about. An attack climbs the
 * loss of the true classes by its slopes at the samples. N samples, D features of one; features are the
 * numbers that the network reads, `unit` of them is 1 in the data's own measure (a pixel from 0 to 1). */
#pragma once

#include "cj-catalogue.h"
#include "cj-param.h"
#include "cj-program.h"

G_BEGIN_DECLS

/* One attack on some samples. */
typedef struct
{
  CjProgram *program; /* of CJ_PURPOSE_EXPLAIN with a loss of classes; weights are in it */
  const float *x;     /* [N, D] */
  const gint32 *y;    /* [N]: the true classes */
  gint64 n;
  const float *low, *high; /* [D]: the least and most that a feature can be */
  const float *unit;       /* [D] */
  gconstpointer params;    /* struct of the attack's own table */
  guint64 seed;
  gboolean (*go_on) (double progress, gpointer data); /* FALSE stops; NULL: never asked */
  gpointer data;
} CjAttackCall;

#define CJ_ATTACK_ABI 1

typedef struct
{
  guint abi;         /* CJ_ATTACK_ABI, in a plugin */
  gsize size;        /* sizeof (CjAttackInfo), in a plugin; new fields come last */
  const char *id;    /* kebab-case, never changes */
  const char *title; /* two or three words */
  const char *blurb; /* one sentence */
  const char *formula;
  const char *source; /* paper */
  int version;
  const CjParam
      *params; /* ends with a name of NULL; the first is "epsilon", in units of the data */
  gsize params_size;
  gboolean together; /* samples share their change, so all are to be given at once */

  /* Writes the changed samples into out [N, D]. FALSE: stopped. Slow: for a worker. */
  gboolean (*run) (const CjAttackCall *call, float *out);
} CjAttackInfo;

extern CjCatalogue cj_attack_catalogue;

const CjAttackInfo *const *cj_attacks (void); /* ends with NULL */
const CjAttackInfo *cj_attack_find (const char *id);

/* A parameter struct with the presets, to be freed with g_free. */
gpointer cj_attack_new_params (const CjAttackInfo *info);

/* Whether a program can be attacked: float32 samples, one class each, a loss, and a way back to the
 * samples. The error says what is missing. */
gboolean cj_attack_check (CjProgram *program, GError **error);

/* --- for attacks --- */

/* Slopes of the loss at rows x [n, D] of the call, which are samples begin .. begin + n; n is at most the
 * program's batch. Each row's slope is that of its own loss, up to a factor above 0 that all rows share. */
void cj_attack_slopes (const CjAttackCall *call, const float *x, gint64 begin, gint64 n,
                       float *slopes);

/* Brings rows [n, D] back to at most `epsilon` units from their samples in any feature, and to what
 * features can be. */
void cj_attack_project (const CjAttackCall *call, double epsilon, gint64 begin, gint64 n,
                        float *rows);

/* D of the call. */
gint64 cj_attack_get_n_features (const CjAttackCall *call);

G_END_DECLS
