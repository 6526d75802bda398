/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The catalogue of damage: what is done to the samples, the weights or the units of a network that has
 * learned, by dose. A dose is 0 where nothing is done. For one seed damage is progressive: what a dose
 * takes away, a larger dose takes away as well. N samples, D features, U units. */
#pragma once

#include "cj-catalogue.h"
#include "cj-param.h"
#include "cj-rng.h"
#include "cj-tensor.h"

G_BEGIN_DECLS

typedef enum
{
  CJ_DAMAGE_SAMPLES, /* alters what the network is shown */
  CJ_DAMAGE_WEIGHTS, /* alters learned numbers */
  CJ_DAMAGE_UNITS,   /* alters what units answer */
  CJ_DAMAGE_HEADS    /* alters what heads of attention say */
} CjDamageTarget;

/* What is damaged. */
typedef struct
{
  double dose;
  gconstpointer params; /* struct of the damage's own table */
  guint64 seed;

  /* Of samples: rows x [n, D], the first of them number `begin` of all. */
  float *x;
  gint64 n, begin;
  const CjShape *sample;          /* of one: C H W, or what it is */
  const float *low, *high, *unit; /* [D]: as in CjAttackCall */

  /* Of weights: one learned tensor, number `tensor` of those that are damaged. */
  float *weights;
  gint64 size;
  guint tensor;

  /* Of units: the answer of unit u becomes gain[u] · answer + offset[u]; both come as 1 and 0. Of heads the
   * same, without offsets: NULL. */
  float *gain, *offset;
  gint64 n_units;
  guint layer;             /* number of the layer among those that are damaged */
  const float *importance; /* [U], or NULL where no damage asked for it */
  float scale;             /* a usual answer of the layer: its deviation over samples */
} CjDamageCall;

#define CJ_DAMAGE_ABI 1

typedef struct
{
  guint abi;         /* CJ_DAMAGE_ABI, in a plugin */
  gsize size;        /* sizeof (CjDamageInfo), in a plugin; new fields come last */
  const char *id;    /* kebab-case, never changes */
  const char *title; /* two or three words */
  const char *blurb; /* one sentence */
  const char *formula;
  const char *source;
  CjDamageTarget target;
  const char *dose; /* what the dose is, in a few words */
  gboolean share;   /* the dose is shown in per cent */
  double most;      /* the dose where a curve ends as a preset */
  int version;
  const CjParam *params; /* ends with a name of NULL; NULL: none */
  gsize params_size;

  void (*run) (CjDamageCall *call);
} CjDamageInfo;

extern CjCatalogue cj_damage_catalogue;

const CjDamageInfo *const *cj_damages (void); /* ends with NULL */
const CjDamageInfo *cj_damage_find (const char *id);

/* A parameter struct with the presets, to be freed with g_free. */
gpointer cj_damage_new_params (const CjDamageInfo *info);

/* --- for damages --- */

/* In which order units or weights are hit. */
typedef enum
{
  CJ_DAMAGE_RANDOM,
  CJ_DAMAGE_STRONGEST, /* the most important first */
  CJ_DAMAGE_WEAKEST,
  CJ_DAMAGE_CLUSTERED /* side by side, from a place drawn at random */
} CjDamageOrder;

/* Fields of the parameter row of damages that take units by an order; the file adds the offset. */
#define CJ_DAMAGE_UNIT_ORDER                                                                       \
  .name = "order", .title = "Order",                                                               \
  .blurb = "Which units go first; the importance of a unit is how much the loss leans on its "     \
           "answers",                                                                              \
  .kind = CJ_PARAM_CHOICE, .max = CJ_DAMAGE_CLUSTERED, .choices = cj_damage_orders,                \
  .flags = CJ_PARAM_LIVE

extern const char *const cj_damage_orders[]; /* titles, ended by NULL */

/* The numbers 0..n-1 in the order in which they are hit; `importance` [n] may be NULL for those that need
 * none. You free. */
guint32 *cj_damage_list (CjDamageOrder order, const float *importance, gint64 n, guint64 seed,
                         guint64 stream);

/* How many of n a share hits: rounded, all at 1. */
gint64 cj_damage_count (double share, gint64 n);

/* Units, or heads, as many as the dose says and in that order: they answer `answer` to everything; heads, which have
 * no offset, 0. */
void cj_damage_hold (const CjDamageCall *call, CjDamageOrder order, float answer);

/* Brings row `i` of a call for samples to what features can be. */
void cj_damage_clip (const CjDamageCall *call, gint64 i);

G_END_DECLS
