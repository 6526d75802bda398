/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cj-explain-tools.h"

#include "cj-error.h"
#include "cj-rng.h"

#include <glib/gi18n-lib.h>
#include <math.h>
#include <string.h>

const char *const cj_baseline_names[] = { "mean", "black", "blur", "noise", "own", NULL };

#define BLUR_SIGMA 3 /* pixels: nothing that a digit is made of is left */

CjExplainGrid
cj_explain_grid (const CjExplained *network)
{
  const CjShape *shape = cj_explained_get_shape (network);
  const gint64 n = cj_shape_size (shape);

  if (shape->n_dims == 3)
    return (CjExplainGrid){ .c = shape->dims[0],
                            .h = shape->dims[1],
                            .w = shape->dims[2],
                            .channel = shape->dims[1] * shape->dims[2],
                            .pixel = 1,
                            .is_picture = TRUE };
  if (shape->n_dims == 2)
    return (CjExplainGrid){
      .c = shape->dims[1], .h = 1, .w = shape->dims[0], .channel = 1, .pixel = shape->dims[1]
    };
  return (CjExplainGrid){ .c = 1, .h = 1, .w = n, .channel = n, .pixel = 1 };
}

/* Weights of pixels up to three deviations away; their number each side. */
static int
make_bell (float sigma, float *bell, int most)
{
  const int reach = MIN (most, (int) ceilf (3 * sigma));
  float sum = 0;

  for (int i = -reach; i <= reach; i++)
    sum += bell[i + reach] = expf (-0.5f * (float) (i * i) / (sigma * sigma));
  for (int i = 0; i <= 2 * reach; i++)
    bell[i] /= sum;
  return reach;
}

#define MAX_REACH 64

void
cj_explain_blur (const CjExplainGrid *grid, float sigma, const float *x, float *blurred)
{
  const gint64 w = grid->w, h = grid->h;
  float bell[2 * MAX_REACH + 1];
  const int reach = make_bell (sigma, bell, MAX_REACH);
  g_autofree float *rows = g_new (float, (gsize) (w * h));

  for (gint64 c = 0; c < grid->c; c++)
    {
      for (gint64 r = 0; r < h; r++)
        for (gint64 col = 0; col < w; col++)
          {
            float sum = 0;

            for (int i = -reach; i <= reach; i++)
              sum += bell[i + reach]
                     * x[cj_explain_at (grid, c, r * w + CLAMP (col + i, 0, w - 1))];
            rows[r * w + col] = sum;
          }
      for (gint64 r = 0; r < h; r++)
        for (gint64 col = 0; col < w; col++)
          {
            float sum = 0;

            for (int i = -reach; i <= reach; i++)
              sum += bell[i + reach] * rows[CLAMP (r + i, 0, h - 1) * w + col];
            blurred[cj_explain_at (grid, c, r * w + col)] = sum;
          }
    }
}

gboolean
cj_explain_baseline (const CjExplainCall *call, CjBaseline kind, float *baseline, GError **error)
{
  const gint64 n = cj_explained_get_n_features (call->network);
  const CjExplainGrid grid = cj_explain_grid (call->network);
  CjRng rng;

  memset (baseline, 0, sizeof (float) * (gsize) n);
  switch (kind)
    {
    case CJ_BASELINE_BLACK:
      if (call->black != NULL)
        memcpy (baseline, call->black, sizeof (float) * (gsize) n);
      return TRUE;
    case CJ_BASELINE_BLUR:
      cj_explain_blur (&grid, BLUR_SIGMA, call->x, baseline);
      return TRUE;
    case CJ_BASELINE_NOISE:
      cj_rng_init (&rng, call->seed, CJ_RNG_DATA, 0);
      for (gint64 i = 0; i < n; i++)
        baseline[i] = cj_rng_normal (&rng);
      return TRUE;
    case CJ_BASELINE_OWN:
      if (call->baseline == NULL)
        {
          g_set_error (error, CJ_ERROR, CJ_ERROR_PARAM,
                       _ ("wants a baseline of your own, and none was given. Choose a sample as "
                          "baseline, or another kind."));
          return FALSE;
        }
      memcpy (baseline, call->baseline, sizeof (float) * (gsize) n);
      return TRUE;
    case CJ_BASELINE_MEAN:
    default:
      return TRUE;
    }
}

gboolean
cj_explain_go_on (const CjExplainCall *call, double progress)
{
  return call->go_on == NULL || call->go_on (progress, call->data);
}

gboolean
cj_explain_ask (const CjExplainCall *call, const CjExplainRows *rows, gint64 n, double from,
                double to)
{
  const gint64 d = cj_explained_get_n_features (call->network);
  const gint64 width = rows->all ? cj_explained_get_n_scores (call->network) : 1;
  g_autofree float *x = g_new (float, (gsize) (CJ_EXPLAIN_TOGETHER * d));
  g_autofree float *answers = g_new (float, (gsize) (CJ_EXPLAIN_TOGETHER * width));

  for (gint64 begin = 0; begin < n; begin += CJ_EXPLAIN_TOGETHER)
    {
      const gint64 many = MIN (CJ_EXPLAIN_TOGETHER, n - begin);

      for (gint64 k = 0; k < many; k++)
        {
          memcpy (x + k * d, call->x, sizeof (float) * (gsize) d);
          rows->make (begin + k, x + k * d, rows->data);
        }
      if (rows->all)
        cj_explained_score (call->network, x, many, answers);
      else
        cj_explained_ask (call->network, x, many, &call->target, answers);
      for (gint64 k = 0; k < many; k++)
        rows->take (begin + k, answers + k * width, rows->data);
      if (!cj_explain_go_on (call, from + (to - from) * (double) (begin + many) / (double) n))
        return FALSE;
    }
  return TRUE;
}

CjTensor *
cj_explain_new_map (const CjExplained *network)
{
  return cj_tensor_new (CJ_FLOAT32, cj_explained_get_shape (network));
}

void
cj_explain_weigh (const float *x, const float *base, float *map, gint64 n)
{
  for (gint64 i = 0; i < n; i++)
    map[i] *= x[i] - (base != NULL ? base[i] : 0);
}

CjExplainRivals
cj_explain_rivals (const CjExplainCall *call)
{
  const CjShape shape = cj_explained_get_score_shape (call->network);
  const gint64 last = shape.n_dims > 0 ? shape.dims[shape.n_dims - 1] : 1;

  if (shape.n_dims > 2) /* [K, H, W]: classes of places */
    {
      const gint64 places = cj_shape_size (&shape) / shape.dims[0];

      return (CjExplainRivals){ shape.dims[0], call->target.index % places, places };
    }
  return (CjExplainRivals){ last, call->target.index / last * last, 1 };
}

CjTensor *
cj_explain_slope (const CjExplainCall *call, const CjExplainPass *pass, double *answer)
{
  CjTensor *map = cj_explain_new_map (call->network);
  float value;

  cj_explained_slope (call->network, call->x, 1, &call->target, pass, cj_tensor_f32 (map), &value);
  *answer = value;
  return map;
}

gboolean
cj_explain_find_layer (const CjExplainCall *call, int *layer, GError **error)
{
  const CjLowered *lowered = cj_program_get_lowered (cj_explained_get_program (call->network));

  *layer = call->layer;
  for (guint i = 0; i < lowered->n_nodes && call->layer == CJ_NO_VALUE; i++)
    for (guint k = 0; lowered->nodes[i].valid && k < lowered->nodes[i].n_out; k++)
      {
        const int value = lowered->nodes[i].out[k];
        const CjShape *shape = cj_builder_get_shape (lowered->builder, value);

        /* values are numbered in the order in which they are made */
        if (value != lowered->x && value > *layer && shape->n_dims == 4
            && shape->dims[2] * shape->dims[3] > 1)
          *layer = value;
      }
  if (*layer == CJ_NO_VALUE || cj_builder_get_shape (lowered->builder, *layer)->n_dims != 4)
    {
      g_set_error (
          error, CJ_ERROR, CJ_ERROR_PARAM,
          _ ("looks at the maps of a layer, and this one has none. Choose a convolution, or "
             "what follows one."));
      return FALSE;
    }
  return TRUE;
}

CjTensor *
cj_explain_enlarge (const CjExplainGrid *grid, const CjTensor *coarse)
{
  const CjShape shape = cj_shape3 (1, grid->h, grid->w);
  const gint64 h = coarse->shape.dims[0], w = coarse->shape.dims[1];
  CjTensor *map = cj_tensor_new (CJ_FLOAT32, &shape);

  for (gint64 r = 0; r < grid->h; r++)
    for (gint64 c = 0; c < grid->w; c++)
      {
        const double y
            = CLAMP (((double) r + 0.5) * (double) h / (double) grid->h - 0.5, 0, (double) (h - 1));
        const double x
            = CLAMP (((double) c + 0.5) * (double) w / (double) grid->w - 0.5, 0, (double) (w - 1));
        const gint64 top = (gint64) y, left = (gint64) x;
        const gint64 below = MIN (top + 1, h - 1), right = MIN (left + 1, w - 1);
        const double v = y - (double) top, u = x - (double) left;
        const float *from = cj_tensor_f32 (coarse);

        cj_tensor_f32 (map)[r * grid->w + c]
            = (float) ((1 - v) * ((1 - u) * from[top * w + left] + u * from[top * w + right])
                       + v * ((1 - u) * from[below * w + left] + u * from[below * w + right]));
      }
  return map;
}
