/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cj-explain-tools.h"

#include "cj-error.h"

#include <glib/gi18n-lib.h>
#include <math.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

typedef struct
{
  int toward, steps;
  double rate, margin;
} Params;

static const CjParam params[] = {
  { .name = "toward",
    .title = "Toward",
    .blurb
    = "Number of the score that is to win, counted from 0; −1: the one that is nearest to it",
    .kind = CJ_PARAM_INT,
    .offset = offsetof (Params, toward),
    .preset = -1,
    .min = -1,
    .max = 100000 },
  { .name = "steps",
    .title = "Steps",
    .blurb = "How many steps are tried at most",
    .kind = CJ_PARAM_INT,
    .offset = offsetof (Params, steps),
    .preset = 200,
    .min = 1,
    .max = 10000,
    .soft_max = 1000 },
  { .name = "rate",
    .title = "Step",
    .blurb = "Length of a step, as a share of the length of the sample",
    .kind = CJ_PARAM_FLOAT,
    .offset = offsetof (Params, rate),
    .preset = 0.02,
    .min = 0.0001,
    .max = 1,
    .soft_max = 0.2,
    .digits = 4,
    .flags = CJ_PARAM_LOG },
  { .name = "margin",
    .title = "Margin",
    .blurb = "By how much the other score must win",
    .kind = CJ_PARAM_FLOAT,
    .offset = offsetof (Params, margin),
    .preset = 0.1,
    .min = 0,
    .max = 100,
    .soft_max = 5,
    .digits = 2 },
  { NULL },
};

typedef struct
{
  const CjExplainCall *call;
  const Params *p;
  gint64 n;
  CjExplainRivals rivals; /* classes of the moment that is asked about */
  CjExplainTarget other;  /* that is to win */
  float *row, *scores;
} Search;

/* The score of class `i`. */
static gint64
get_index (const Search *s, gint64 i)
{
  return s->rivals.first + i * s->rivals.step;
}

/* By how much the other score wins over all else with the change `share` of `change`. */
static double
ask (Search *s, const float *change, double share)
{
  double most = -INFINITY;

  for (gint64 i = 0; i < s->n; i++)
    s->row[i] = s->call->x[i] + (float) share * change[i];
  cj_explained_score (s->call->network, s->row, 1, s->scores);
  for (gint64 i = 0; i < s->rivals.k; i++)
    if (get_index (s, i) != s->other.index)
      most = MAX (most, s->scores[get_index (s, i)]);
  return s->scores[s->other.index] - most;
}

/* Steps along the slope of the difference of the two scores until the other wins, within the range of
 * values that the sample and black have. FALSE: stopped, or not found. */
static gboolean
walk (Search *s, float *change, gboolean *found)
{
  g_autofree float *up = g_new (float, (gsize) s->n), *down = g_new (float, (gsize) s->n);
  float least = INFINITY, most = -INFINITY;
  double length = 0;

  for (gint64 i = 0; i < s->n; i++)
    {
      const float black = s->call->black != NULL ? s->call->black[i] : s->call->x[i];

      least = MIN (least, MIN (s->call->x[i], black));
      most = MAX (most, MAX (s->call->x[i], black));
      length += (double) s->call->x[i] * s->call->x[i];
    }
  length = MAX (sqrt (length), 1e-3 * sqrt ((double) s->n));
  for (int step = 0; step < s->p->steps; step++)
    {
      double norm = 0;

      if (ask (s, change, 1) >= s->p->margin)
        {
          *found = TRUE;
          return TRUE;
        }
      cj_explained_slope (s->call->network, s->row, 1, &s->other, NULL, up, NULL);
      cj_explained_slope (s->call->network, s->row, 1, &s->call->target, NULL, down, NULL);
      for (gint64 i = 0; i < s->n; i++)
        {
          up[i] -= down[i];
          norm += (double) up[i] * up[i];
        }
      for (gint64 i = 0; i < s->n && norm > 0; i++)
        change[i]
            = CLAMP (s->row[i] + (float) (s->p->rate * length / sqrt (norm)) * up[i], least, most)
              - s->call->x[i];
      if (norm == 0 || !cj_explain_go_on (s->call, 0.8 * (step + 1) / s->p->steps))
        return norm == 0;
    }
  return TRUE;
}

static int
compare_sizes (gconstpointer a, gconstpointer b, gpointer data)
{
  const float *change = data;
  const float x = fabsf (change[*(const guint32 *) a]), y = fabsf (change[*(const guint32 *) b]);

  return x < y ? -1 : x > y;
}

/* Takes back the smallest parts of the change, more and more of them as long as the other still wins, then
 * shortens the rest. */
static void
shrink (Search *s, float *change)
{
  g_autofree guint32 *order = g_new (guint32, (gsize) s->n);
  g_autofree float *kept = g_new (float, (gsize) s->n);
  gint64 low = 0, high = s->n;
  double enough = 1, few = 0;

  for (gint64 i = 0; i < s->n; i++)
    order[i] = (guint32) i;
  g_qsort_with_data (order, (int) s->n, sizeof (guint32), compare_sizes, change);
  while (low + 1 < high) /* `low` may be taken back */
    {
      const gint64 middle = (low + high) / 2;

      memcpy (kept, change, sizeof (float) * (gsize) s->n);
      for (gint64 i = 0; i < middle; i++)
        kept[order[i]] = 0;
      if (ask (s, kept, 1) >= s->p->margin)
        low = middle;
      else
        high = middle;
    }
  for (gint64 i = 0; i < low; i++)
    change[order[i]] = 0;
  for (int i = 0; i < 20; i++)
    {
      const double middle = (enough + few) / 2;

      if (ask (s, change, middle) >= s->p->margin)
        enough = middle;
      else
        few = middle;
    }
  for (gint64 i = 0; i < s->n; i++)
    change[i] *= (float) enough;
}

static gboolean
choose_other (Search *s, GError **error)
{
  double most = -INFINITY;

  s->other = (CjExplainTarget){ CJ_NO_VALUE, get_index (s, s->p->toward) };
  if (s->rivals.k < 2 || s->call->target.value != CJ_NO_VALUE || s->p->toward >= s->rivals.k
      || s->other.index == s->call->target.index)
    {
      g_set_error (error, CJ_ERROR, CJ_ERROR_PARAM,
                   _ ("looks for a change that makes another class win: the network must have two "
                      "scores or more, and the two classes must differ."));
      return FALSE;
    }
  cj_explained_score (s->call->network, s->call->x, 1, s->scores);
  for (gint64 i = 0; i < s->rivals.k && s->p->toward < 0; i++)
    {
      const gint64 at = get_index (s, i);

      if (at != s->call->target.index && !(s->scores[at] <= most))
        {
          most = s->scores[at];
          s->other.index = at;
        }
    }
  return TRUE;
}

static gboolean
run (const CjExplainCall *call, CjExplanation *explanation, GError **error)
{
  const gint64 n = cj_explained_get_n_features (call->network);
  const gint64 k = cj_explained_get_n_scores (call->network);
  g_autofree float *row = g_new (float, (gsize) n), *scores = g_new (float, (gsize) k);
  g_autoptr (CjTensor) map = cj_explain_new_map (call->network);
  Search search = { .call = call,
                    .p = call->params,
                    .n = n,
                    .rivals = cj_explain_rivals (call),
                    .row = row,
                    .scores = scores };
  gboolean found = FALSE;

  if (!choose_other (&search, error) || !walk (&search, cj_tensor_f32 (map), &found))
    return FALSE;
  if (!found)
    {
      g_set_error (
          error, CJ_ERROR, CJ_ERROR_NUMBER,
          _ ("found no change that makes class %lld win in %d steps. Give it more or longer "
             "steps, or another class."),
          (long long) ((search.other.index - search.rivals.first) / search.rivals.step),
          search.p->steps);
      return FALSE;
    }
  shrink (&search, cj_tensor_f32 (map));
  ask (&search, cj_tensor_f32 (map), 1);
  explanation->base_answer = scores[call->target.index];
  cj_explained_score (call->network, call->x, 1, scores);
  explanation->answer = scores[call->target.index];
  explanation->map = g_steal_pointer (&map);
  return TRUE;
}

const CjExplainerInfo cj_explainer_counterfactual = {
  .abi = CJ_EXPLAINER_ABI,
  .size = sizeof (CjExplainerInfo),
  .id = "counterfactual",
  .title = "Counterfactual",
  .blurb = "The smallest change found that makes another class win",
  .formula
  = "R = x′ − x, f_other (x′) ≥ f_k (x′) + margin for all k; fewest features, then shortest",
  .source
  = "Wachter, Mittelstadt and Russell, 2018: Counterfactual explanations without opening the "
    "black box",
  .traits = CJ_EXPLAIN_SIGNED | CJ_EXPLAIN_SLOPE,
  .version = 1,
  .params = params,
  .params_size = sizeof (Params),
  .run = run,
};
