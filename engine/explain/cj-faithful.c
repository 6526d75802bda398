/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cj-faithful.h"

#include "cj-explain-tools.h"
#include "cj-faithful-private.h"
#include "cj-rng.h"

#include <math.h>
#include <string.h>

#define TOGETHER 32 /* rows that are asked about at once */

/* Where the streams of each measure begin, apart from those of the explainers. */
#define STREAM_TIES G_GUINT64_CONSTANT (0x100000000)
#define STREAM_PERTURBATIONS G_GUINT64_CONSTANT (0x200000000)
#define STREAM_NEIGHBOURS G_GUINT64_CONSTANT (0x300000000)

double *
cj_faithful_sum_pixels (const CjExplained *network, const CjTensor *map, gboolean absolute)
{
  const CjExplainGrid grid = cj_explain_grid (network);
  const gint64 pixels = grid.h * grid.w, size = cj_shape_size (&map->shape);
  double *sum = g_new0 (double, (gsize) pixels);

  g_assert (size == pixels || size == cj_explained_get_n_features (network));
  for (gint64 i = 0; i < pixels; i++)
    for (gint64 c = 0; c < (size == pixels ? 1 : grid.c); c++)
      {
        const float v = cj_tensor_f32 (map)[size == pixels ? i : cj_explain_at (&grid, c, i)];

        sum[i] += absolute ? fabsf (v) : v;
      }
  return sum;
}

/* --- curves --- */

/* How sure the network is of the target of rows [n, D]. */
static void
ask_sure (const CjExplainCall *call, const float *rows, gint64 n, float *sure)
{
  const gint64 size = cj_explained_get_n_scores (call->network);
  const CjExplainRivals rivals = cj_explain_rivals (call);
  g_autofree float *scores = NULL;

  if (call->target.value != CJ_NO_VALUE || rivals.k < 2)
    {
      cj_explained_ask (call->network, rows, n, &call->target, sure);
      return;
    }
  scores = g_new (float, (gsize) (n * size));
  cj_explained_score (call->network, rows, n, scores);
  for (gint64 i = 0; i < n; i++)
    {
      const float *row = scores + i * size, own = row[call->target.index];
      double sum = 0;

      for (gint64 k = 0; k < rivals.k; k++)
        sum += exp ((double) row[rivals.first + k * rivals.step] - own);
      sure[i] = (float) (1 / sum);
    }
}

static int
compare_descending (gconstpointer a, gconstpointer b, gpointer data)
{
  const double *values = data;
  const double x = values[*(const guint32 *) a], y = values[*(const guint32 *) b];

  return x > y ? -1 : x < y;
}

/* Pixels from the one that the map holds most of; equal ones in a drawn order. You free. */
static guint32 *
rank_pixels (const CjExplainCall *call, const CjTensor *map, gint64 pixels)
{
  g_autofree double *values = cj_faithful_sum_pixels (call->network, map, FALSE);
  guint32 *order = g_new (guint32, (gsize) pixels);
  CjRng rng;

  for (gint64 i = 0; i < pixels; i++)
    order[i] = (guint32) i;
  cj_rng_init (&rng, call->seed, CJ_RNG_DATA, STREAM_TIES);
  cj_rng_shuffle (&rng, order, (gsize) pixels);
  g_qsort_with_data (order, (gint) pixels, sizeof *order, compare_descending, values);
  return order;
}

/* From `from` to `to` in n steps, the first pixels of the order first; half the work that begins at
 * `progress`. FALSE: stopped. */
static gboolean
walk (const CjExplainCall *call, const guint32 *order, const float *from, const float *to, guint n,
      double progress, float *sure)
{
  const CjExplainGrid grid = cj_explain_grid (call->network);
  const gint64 d = cj_explained_get_n_features (call->network), pixels = grid.h * grid.w;
  g_autofree float *rows = g_new (float, (gsize) (TOGETHER * d));
  g_autofree float *row = g_memdup2 (from, sizeof (float) * (gsize) d);
  gint64 changed = 0;

  for (guint begin = 0; begin <= n; begin += TOGETHER)
    {
      const guint many = MIN (TOGETHER, n + 1 - begin);

      for (guint k = 0; k < many; k++)
        {
          for (; changed < pixels * (begin + k) / n; changed++)
            for (gint64 c = 0; c < grid.c; c++)
              {
                const gint64 at = cj_explain_at (&grid, c, order[changed]);

                row[at] = to[at];
              }
          memcpy (rows + k * d, row, sizeof (float) * (gsize) d);
        }
      ask_sure (call, rows, many, sure + begin);
      if (!cj_explain_go_on (call, progress + 0.5 * (begin + many) / (n + 1)))
        return FALSE;
    }
  return TRUE;
}

static double
find_area (const float *curve, guint n)
{
  double sum = ((double) curve[0] + curve[n]) / 2;

  for (guint i = 1; i < n; i++)
    sum += curve[i];
  return sum / n;
}

gboolean
cj_faithful_curves (const CjExplainCall *call, const CjTensor *map, guint n,
                    CjFaithfulCurves *curves)
{
  const CjExplainGrid grid = cj_explain_grid (call->network);
  const gint64 d = cj_explained_get_n_features (call->network);
  g_autofree guint32 *order = rank_pixels (call, map, grid.h * grid.w);
  g_autofree float *black = g_new (float, (gsize) d), *blank = g_new (float, (gsize) d);

  g_return_val_if_fail (n > 0, FALSE);
  cj_explain_baseline (call, CJ_BASELINE_BLACK, black, NULL);
  cj_explain_baseline (call, grid.is_picture ? CJ_BASELINE_BLUR : CJ_BASELINE_BLACK, blank, NULL);
  curves->n = n;
  curves->deletion = g_new (float, n + 1);
  curves->insertion = g_new (float, n + 1);
  if (!walk (call, order, call->x, black, n, 0, curves->deletion)
      || !walk (call, order, blank, call->x, n, 0.5, curves->insertion))
    {
      cj_faithful_curves_clear (curves);
      return FALSE;
    }
  curves->deletion_area = find_area (curves->deletion, n);
  curves->insertion_area = find_area (curves->insertion, n);
  return TRUE;
}

void
cj_faithful_curves_clear (CjFaithfulCurves *curves)
{
  g_clear_pointer (&curves->deletion, g_free);
  g_clear_pointer (&curves->insertion, g_free);
}

/* --- infidelity --- */

/* Marks a random square, or a random set of features of a random size. */
static void
draw_hidden (const CjExplainGrid *grid, CjRng *rng, guint8 *hidden)
{
  const gint64 pixels = grid->h * grid->w, side = MIN (grid->h, grid->w);

  memset (hidden, 0, (gsize) pixels);
  if (grid->is_picture)
    {
      const gint64 least = MAX (side / 8, 1), most = MAX (side / 2, least);
      const gint64 size = least + cj_rng_below (rng, (guint32) (most - least + 1));
      const gint64 top = cj_rng_below (rng, (guint32) (grid->h - size + 1));
      const gint64 left = cj_rng_below (rng, (guint32) (grid->w - size + 1));

      for (gint64 r = top; r < top + size; r++)
        memset (hidden + r * grid->w + left, 1, (gsize) size);
      return;
    }
  const float share = cj_rng_uniform (rng);

  for (gint64 i = 0; i < pixels; i++)
    hidden[i] = cj_rng_uniform (rng) < share;
}

/* A row with black where it is hidden; what the map says of that. */
static double
hide (const CjExplainCall *call, const CjExplainGrid *grid, const CjTensor *map, gboolean slope,
      const float *black, const guint8 *hidden, float *row)
{
  const gint64 pixels = grid->h * grid->w;
  const gboolean where = cj_shape_size (&map->shape) == pixels && grid->c > 1;
  double said = 0;

  memcpy (row, call->x, sizeof (float) * (gsize) cj_explained_get_n_features (call->network));
  for (gint64 i = 0; i < pixels; i++)
    for (gint64 c = 0; c < grid->c && hidden[i]; c++)
      {
        const gint64 at = cj_explain_at (grid, c, i);
        const double v = cj_tensor_f32 (map)[where ? i : at];

        row[at] = black[at];
        if (slope)
          said += v * ((double) call->x[at] - black[at]);
        else if (!where || c == 0)
          said += v;
      }
  return said;
}

gboolean
cj_faithful_infidelity (const CjExplainerInfo *info, const CjExplainCall *call, const CjTensor *map,
                        guint n, double *infidelity)
{
  const CjExplainGrid grid = cj_explain_grid (call->network);
  const gint64 d = cj_explained_get_n_features (call->network);
  const gboolean slope = (info->traits & CJ_EXPLAIN_SLOPE) != 0;
  g_autofree float *rows = g_new (float, (gsize) (TOGETHER * d)), *black = g_new (float, (gsize) d);
  g_autofree guint8 *hidden = g_malloc ((gsize) (grid.h * grid.w));
  double said[TOGETHER], said_square = 0, both = 0, fall_square = 0;
  float answer, answers[TOGETHER];
  CjRng rng;

  cj_explain_baseline (call, CJ_BASELINE_BLACK, black, NULL);
  cj_explained_ask (call->network, call->x, 1, &call->target, &answer);
  for (guint begin = 0; begin < n; begin += TOGETHER)
    {
      const guint many = MIN (TOGETHER, n - begin);

      for (guint k = 0; k < many; k++)
        {
          cj_rng_init (&rng, call->seed, CJ_RNG_DATA, STREAM_PERTURBATIONS + begin + k);
          draw_hidden (&grid, &rng, hidden);
          said[k] = hide (call, &grid, map, slope, black, hidden, rows + k * d);
        }
      cj_explained_ask (call->network, rows, many, &call->target, answers);
      for (guint k = 0; k < many; k++)
        {
          const double fall = (double) answer - answers[k];

          said_square += said[k] * said[k];
          both += said[k] * fall;
          fall_square += fall * fall;
        }
      if (!cj_explain_go_on (call, (double) (begin + many) / n))
        return FALSE;
    }
  /* with β = E [s Δf] / E [s²] the rest is 1 − E [s Δf]² / (E [s²] E [Δf²]) */
  if (!(fall_square > 0))
    *infidelity = NAN;
  else if (said_square > 0)
    *infidelity = MAX (1 - both * both / (said_square * fall_square), 0);
  else
    *infidelity = 1;
  return TRUE;
}

/* --- the explainer again --- */

static gboolean
go_on_within (double progress, gpointer data)
{
  CjFaithfulPart *part = data;

  part->stopped = !cj_explain_go_on (part->call, part->from + (part->to - part->from) * progress);
  return !part->stopped;
}

gboolean
cj_faithful_run_again (const CjExplainerInfo *info, CjFaithfulPart *part, const float *x,
                       CjExplanation *explanation, GError **error)
{
  CjExplainCall call = *part->call;

  call.x = x;
  call.go_on = go_on_within;
  call.data = part;
  return cj_explainer_run (info, &call, explanation, error)
         && go_on_within (1, part); /* also asked after methods that do not */
}

gboolean
cj_faithful_sensitivity (const CjExplainerInfo *info, const CjExplainCall *call,
                         const CjTensor *map, guint n, double radius, double *sensitivity,
                         GError **error)
{
  const gint64 d = cj_explained_get_n_features (call->network), size = cj_shape_size (&map->shape);
  g_autofree float *x = g_new (float, (gsize) d);
  double length = 0, farthest = 0;
  float least = call->x[0], most = call->x[0], reach;

  for (gint64 i = 0; i < d; i++)
    {
      least = MIN (least, call->x[i]);
      most = MAX (most, call->x[i]);
    }
  reach = (float) radius * (most - least);
  for (gint64 i = 0; i < size; i++)
    length += (double) cj_tensor_f32 (map)[i] * cj_tensor_f32 (map)[i];
  for (guint k = 0; k < n; k++)
    {
      CjFaithfulPart part = { call, (double) k / n, (double) (k + 1) / n, FALSE };
      g_auto (CjExplanation) explanation = { 0 };
      double distance = 0;
      CjRng rng;

      cj_rng_init (&rng, call->seed, CJ_RNG_DATA, STREAM_NEIGHBOURS + k);
      for (gint64 i = 0; i < d; i++)
        x[i] = call->x[i] + cj_rng_range (&rng, -reach, reach);
      if (!cj_faithful_run_again (info, &part, x, &explanation, error))
        return FALSE;
      for (gint64 i = 0; i < size; i++)
        {
          const double step = (double) cj_tensor_f32 (explanation.map)[i] - cj_tensor_f32 (map)[i];

          distance += step * step;
        }
      farthest = MAX (farthest, distance);
    }
  *sensitivity = length > 0 ? sqrt (farthest / length) : NAN;
  return TRUE;
}
