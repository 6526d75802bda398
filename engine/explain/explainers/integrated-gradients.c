/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cj-explain-tools.h"

#include <math.h>
#include <stddef.h>
#include <string.h>

typedef enum
{
  RULE_AUTO,
  RULE_MIDPOINT,
  RULE_ADAPTIVE
} Rule;

typedef struct
{
  int steps, baseline, rule;
} Params;

static const char *const rules[] = { "auto", "midpoint", "adaptive", NULL };

static const CjParam params[] = {
  { .name = "steps",
    .title = "Steps",
    .blurb = "Places on the way from the baseline to the sample where the gradient is taken",
    .kind = CJ_PARAM_INT,
    .offset = offsetof (Params, steps),
    .preset = 64,
    .min = 1,
    .max = 4096,
    .soft_min = 16,
    .soft_max = 256 },
  { CJ_BASELINE_ROW, .blurb = "What the sample is compared with",
    .offset = offsetof (Params, baseline) },
  { .name = "rule",
    .title = "Rule",
    .blurb = "Where the places lie: midpoint, all equally far apart; adaptive, closer where the "
             "answer is steep; auto, adaptive where midpoint misses more than 1 %",
    .kind = CJ_PARAM_CHOICE,
    .offset = offsetof (Params, rule),
    .preset = RULE_AUTO,
    .max = RULE_ADAPTIVE,
    .choices = rules },
  { NULL },
};

#define MOST 8      /* places whose slopes are found at once */
#define TOGETHER 2  /* cells that are cut at once: three places each */
#define COARSE 4    /* the way begins as a fourth of the steps */
#define ENOUGH 0.01 /* of the difference of the answers */

/* The straight way from the baseline to the sample. D features. */
typedef struct
{
  const CjExplainCall *call;
  const float *base;
  gint64 n;             /* D */
  float *rows, *slopes; /* [MOST, D] */
  double *sum;          /* [D]: of the slopes, by their weights */
  double from, to;      /* progress */
} Way;

static void
set_row (const Way *way, gint64 k, double at)
{
  for (gint64 i = 0; i < way->n; i++)
    way->rows[k * way->n + i] = way->base[i] + (float) at * (way->call->x[i] - way->base[i]);
}

/* Adds the slopes at up to MOST places; how steep the answer is there along the way goes to `along`. */
static void
add_places (const Way *way, const double *at, const double *weights, gint64 count, double *along)
{
  for (gint64 k = 0; k < count; k++)
    set_row (way, k, at[k]);
  cj_explained_slope (way->call->network, way->rows, count, &way->call->target, NULL, way->slopes,
                      NULL);
  for (gint64 k = 0; k < count; k++)
    {
      along[k] = 0;
      for (gint64 i = 0; i < way->n; i++)
        {
          const double slope = way->slopes[k * way->n + i];

          way->sum[i] += weights[k] * slope;
          along[k] += slope * (way->call->x[i] - way->base[i]);
        }
    }
}

static gboolean
go_on (const Way *way, double done)
{
  return cj_explain_go_on (way->call, way->from + (way->to - way->from) * done);
}

/* A part of the way: how steep the answer is in its middle, and what it is at both ends. */
typedef struct
{
  double begin, size, along, first, last;
} Cell;

/* The way in cells of one size. FALSE: stopped. */
static gboolean
cut_evenly (const Way *way, Cell *cells, gint64 count, double done)
{
  const double size = 1 / (double) count;
  double at[MOST], weights[MOST], along[MOST];

  for (gint64 begin = 0; begin < count; begin += MOST)
    {
      const gint64 many = MIN (MOST, count - begin);

      for (gint64 k = 0; k < many; k++)
        {
          at[k] = ((double) (begin + k) + 0.5) * size;
          weights[k] = size;
        }
      add_places (way, at, weights, many, along);
      for (gint64 k = 0; k < many; k++)
        cells[begin + k] = (Cell){ (double) (begin + k) * size, size, along[k], 0, 0 };
      if (!go_on (way, done * (double) (begin + many) / (double) count))
        return FALSE;
    }
  return TRUE;
}

/* Fills in the answers at the ends of cells of one size. */
static void
find_ends (const Way *way, Cell *cells, gint64 count)
{
  g_autofree float *answers = g_new (float, (gsize) count + 1);

  for (gint64 begin = 0; begin <= count; begin += MOST)
    {
      const gint64 many = MIN (MOST, count + 1 - begin);

      for (gint64 k = 0; k < many; k++)
        set_row (way, k, (double) (begin + k) / (double) count);
      cj_explained_ask (way->call->network, way->rows, many, &way->call->target, answers + begin);
    }
  for (gint64 k = 0; k < count; k++)
    {
      cells[k].first = answers[k];
      cells[k].last = answers[k + 1];
    }
}

/* The cell but `other` in which the slope in the middle says least of what the answer does. */
static gint64
find_worst (const Cell *cells, gint64 count, gint64 other)
{
  double most = -1;
  gint64 worst = -1;

  for (gint64 k = 0; k < count; k++)
    {
      const double missing = fabs (cells[k].along * cells[k].size - cells[k].last + cells[k].first);

      if (k != other && !(missing <= most)) /* what is not a number is as bad as can be */
        {
          most = missing;
          worst = k;
        }
    }
  return worst;
}

/* Three cells from each of up to TOGETHER; the one in the middle keeps its place, the others go to `more`. */
static void
cut_in_three (const Way *way, Cell *const *cells, gint64 count, Cell *more)
{
  double at[3 * TOGETHER], weights[3 * TOGETHER], along[3 * TOGETHER];
  float answers[2 * TOGETHER];

  for (gint64 k = 0; k < count; k++)
    for (int i = 0; i < 3; i++)
      {
        at[3 * k + i] = cells[k]->begin + (i + 0.5) / 3 * cells[k]->size;
        weights[3 * k + i] = cells[k]->size / 3 - (i == 1 ? cells[k]->size : 0);
      }
  add_places (way, at, weights, 3 * count, along);
  for (gint64 k = 0; k < 2 * count; k++)
    set_row (way, k, cells[k / 2]->begin + (double) (k % 2 + 1) / 3 * cells[k / 2]->size);
  cj_explained_ask (way->call->network, way->rows, 2 * count, &way->call->target, answers);
  for (gint64 k = 0; k < count; k++)
    {
      const Cell whole = *cells[k];
      const double size = whole.size / 3;

      more[2 * k] = (Cell){ whole.begin, size, along[3 * k], whole.first, answers[2 * k] };
      *cells[k]
          = (Cell){ whole.begin + size, size, whole.along, answers[2 * k], answers[2 * k + 1] };
      more[2 * k + 1] = (Cell){ whole.begin + 2 * size, size, along[3 * k + 2], answers[2 * k + 1],
                                whole.last };
    }
}

/* `steps` cells, of which those that miss most are cut: a quarter of them to begin with. */
static gboolean
add_adaptive (const Way *way, gint64 steps)
{
  gint64 count = MAX (steps / COARSE, 1);
  g_autofree Cell *cells = g_new (Cell, (gsize) steps + 2 * TOGETHER);

  if (!cut_evenly (way, cells, count, (double) count / (double) steps))
    return FALSE;
  find_ends (way, cells, count);
  while (count + 2 <= steps)
    {
      const gint64 worst = find_worst (cells, count, -1);
      const gint64 next = count + 4 <= steps ? find_worst (cells, count, worst) : -1;
      Cell *const cut[TOGETHER] = { &cells[worst], next < 0 ? NULL : &cells[next] };
      const gint64 many = next < 0 ? 1 : 2;

      cut_in_three (way, cut, many, cells + count);
      count += 2 * many;
      if (!go_on (way, (double) count / (double) steps))
        return FALSE;
    }
  return TRUE;
}

/* How far what the features get together is from the difference of the answers. */
static double
find_missing (const Way *way, double difference)
{
  double sum = 0;

  for (gint64 i = 0; i < way->n; i++)
    sum += way->sum[i] * (way->call->x[i] - way->base[i]);
  return fabs (sum - difference);
}

/* FALSE: stopped. */
static gboolean
integrate (Way *way, const Params *p, double difference)
{
  g_autofree Cell *cells = g_new (Cell, (gsize) p->steps);
  g_autofree double *even = NULL;
  double missing;

  if (p->rule == RULE_ADAPTIVE)
    return add_adaptive (way, p->steps);
  way->to = p->rule == RULE_AUTO ? 0.5 : 1;
  if (!cut_evenly (way, cells, p->steps, 1))
    return FALSE;
  missing = find_missing (way, difference);
  if (p->rule == RULE_MIDPOINT || missing <= ENOUGH * fabs (difference))
    return TRUE;
  even = g_memdup2 (way->sum, sizeof (double) * (gsize) way->n);
  memset (way->sum, 0, sizeof (double) * (gsize) way->n);
  way->from = 0.5;
  way->to = 1;
  if (!add_adaptive (way, p->steps))
    return FALSE;
  if (find_missing (way, difference) > missing)
    memcpy (way->sum, even, sizeof (double) * (gsize) way->n);
  return TRUE;
}

static gboolean
run (const CjExplainCall *call, CjExplanation *explanation, GError **error)
{
  const Params *p = call->params;
  const gint64 n = cj_explained_get_n_features (call->network);
  g_autofree float *base = g_new (float, (gsize) n), *rows = g_new (float, (gsize) (MOST * n));
  g_autofree float *slopes = g_new (float, (gsize) (MOST * n));
  g_autofree double *sum = g_new0 (double, (gsize) n);
  Way way = { call, base, n, rows, slopes, sum, 0, 1 };
  float answers[2];

  g_return_val_if_fail (cj_explained_get_batch (call->network) >= MOST, FALSE);
  if (!cj_explain_baseline (call, (CjBaseline) p->baseline, base, error))
    return FALSE;
  cj_explained_ask (call->network, call->x, 1, &call->target, &answers[0]);
  cj_explained_ask (call->network, base, 1, &call->target, &answers[1]);
  if (!integrate (&way, p, (double) answers[0] - answers[1]))
    return FALSE;
  explanation->map = cj_explain_new_map (call->network);
  for (gint64 i = 0; i < n; i++)
    cj_tensor_f32 (explanation->map)[i] = (float) (sum[i] * (call->x[i] - base[i]));
  explanation->answer = answers[0];
  explanation->base_answer = answers[1];
  return TRUE;
}

const CjExplainerInfo cj_explainer_integrated_gradients = {
  .abi = CJ_EXPLAINER_ABI,
  .size = sizeof (CjExplainerInfo),
  .id = "integrated-gradients",
  .title = "Integrated gradients",
  .blurb = "The gradient, gathered on the straight way from a baseline to the sample",
  .formula = "R = (x − x₀) ∫₀¹ ∂f / ∂x (x₀ + a (x − x₀)) da; Σ R = f (x) − f (x₀)",
  .source = "Sundararajan, Taly and Yan, 2017: Axiomatic attribution for deep networks",
  .traits = CJ_EXPLAIN_SIGNED | CJ_EXPLAIN_COMPLETE,
  .version = 2,
  .params = params,
  .params_size = sizeof (Params),
  .run = run,
};
