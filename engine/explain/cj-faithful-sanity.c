/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cj-explain-tools.h"
#include "cj-faithful-private.h"
#include "cj-ops.h"
#include "cj-rng.h"

#include <math.h>
#include <string.h>

/* --- how alike two maps are --- */

static int
compare_values (gconstpointer a, gconstpointer b, gpointer data)
{
  const float *values = data;
  const float x = values[*(const guint32 *) a], y = values[*(const guint32 *) b];

  return x < y ? -1 : x > y;
}

/* Ranks of values, or of their sizes, less their mean, so that they add up to 0. You free. */
static double *
find_ranks (const float *from, gint64 n, gboolean sizes)
{
  g_autofree float *values = g_memdup2 (from, sizeof *from * (gsize) n);
  g_autofree guint32 *order = g_new (guint32, (gsize) n);
  double *ranks = g_new (double, (gsize) n);

  for (gint64 i = 0; i < n; i++)
    {
      order[i] = (guint32) i;
      values[i] = sizes ? fabsf (values[i]) : values[i];
    }
  g_qsort_with_data (order, (gint) n, sizeof *order, compare_values, values);
  for (gint64 begin = 0, end; begin < n; begin = end)
    {
      for (end = begin + 1; end < n && values[order[end]] == values[order[begin]];)
        end++;
      for (gint64 i = begin; i < end; i++)
        ranks[order[i]] = (double) (begin + end - n) / 2;
    }
  return ranks;
}

double
cj_faithful_rank_correlation (const float *a, const float *b, gint64 n, gboolean sizes)
{
  g_autofree double *x = find_ranks (a, n, sizes), *y = find_ranks (b, n, sizes);
  double xx = 0, xy = 0, yy = 0;

  for (gint64 i = 0; i < n; i++)
    {
      xx += x[i] * x[i];
      xy += x[i] * y[i];
      yy += y[i] * y[i];
    }
  return xx > 0 && yy > 0 ? xy / sqrt (xx * yy) : NAN;
}

#define WINDOW 11
#define WINDOW_DEVIATION 1.5
#define K1 0.01
#define K2 0.03

/* The bell of a window of `n` pixels, which adds up to 1. */
static void
make_bell (gint64 n, double *bell)
{
  double sum = 0;

  for (gint64 i = 0; i < n; i++)
    {
      const double at = (double) (2 * i - n + 1) / 2 / WINDOW_DEVIATION;

      sum += bell[i] = exp (-at * at / 2);
    }
  for (gint64 i = 0; i < n; i++)
    bell[i] /= sum;
}

/* Weighted means of the products x y (y NULL: of x) in every window within the picture. You free. */
static double *
find_means (const double *x, const double *y, gint64 h, gint64 w, gint64 window_h, gint64 window_w)
{
  const gint64 rows = h - window_h + 1, columns = w - window_w + 1;
  g_autofree double *across = g_new0 (double, (gsize) (h * columns));
  double *means = g_new0 (double, (gsize) (rows * columns));
  double bell[WINDOW];

  make_bell (window_w, bell);
  for (gint64 r = 0; r < h; r++)
    for (gint64 c = 0; c < columns; c++)
      for (gint64 k = 0; k < window_w; k++)
        {
          const gint64 at = r * w + c + k;

          across[r * columns + c] += bell[k] * x[at] * (y != NULL ? y[at] : 1);
        }
  make_bell (window_h, bell);
  for (gint64 r = 0; r < rows; r++)
    for (gint64 c = 0; c < columns; c++)
      for (gint64 k = 0; k < window_h; k++)
        means[r * columns + c] += bell[k] * across[(r + k) * columns + c];
  return means;
}

/* 0..1 from the smallest to the largest; zeros where all are alike. You free. */
static double *
stretch (const float *from, gint64 n)
{
  double *to = g_new0 (double, (gsize) n);
  float least = from[0], most = from[0];

  for (gint64 i = 1; i < n; i++)
    {
      least = MIN (least, from[i]);
      most = MAX (most, from[i]);
    }
  for (gint64 i = 0; i < n && most > least; i++)
    to[i] = ((double) from[i] - least) / ((double) most - least);
  return to;
}

double
cj_faithful_ssim (const float *a, const float *b, gint64 h, gint64 w)
{
  const gint64 window_h = MIN (WINDOW, h - 1 + h % 2), window_w = MIN (WINDOW, w - 1 + w % 2);
  const gint64 n = (h - window_h + 1) * (w - window_w + 1);
  g_autofree double *x = stretch (a, h * w), *y = stretch (b, h * w);
  g_autofree double *mx = find_means (x, NULL, h, w, window_h, window_w);
  g_autofree double *my = find_means (y, NULL, h, w, window_h, window_w);
  g_autofree double *mxx = find_means (x, x, h, w, window_h, window_w);
  g_autofree double *myy = find_means (y, y, h, w, window_h, window_w);
  g_autofree double *mxy = find_means (x, y, h, w, window_h, window_w);
  const double c1 = K1 * K1, c2 = K2 * K2;
  double sum = 0;

  for (gint64 i = 0; i < n; i++)
    {
      const double vx = mxx[i] - mx[i] * mx[i], vy = myy[i] - my[i] * my[i];
      const double covariance = mxy[i] - mx[i] * my[i];

      sum += (2 * mx[i] * my[i] + c1) * (2 * covariance + c2)
             / ((mx[i] * mx[i] + my[i] * my[i] + c1) * (vx + vy + c2));
    }
  return sum / (double) n;
}

/* --- layers that learn --- */

static gboolean
belongs_to (const CjProgramParam *param, const char *node)
{
  const gsize length = strlen (node);

  return strncmp (param->name, node, length) == 0 && param->name[length] == '.';
}

/* The first word of a parameter's name is its node. You free. */
static char *
dup_node (const char *param)
{
  return g_strndup (param, strcspn (param, "."));
}

/* The node that makes features of words, or NULL. You free. */
static char *
dup_words_node (CjExplained *network)
{
  const CjLowered *lowered = cj_program_get_lowered (cj_explained_get_program (network));
  const int words = cj_explained_get_words (network, NULL);

  for (guint i = 0; i < lowered->builder->steps->len && words != CJ_NO_VALUE; i++)
    {
      const CjStep *step = &g_array_index (lowered->builder->steps, CjStep, i);

      if (step->out == words)
        return dup_node (cj_builder_get_value (lowered->builder, step->in[1])->name);
    }
  return NULL;
}

GStrv
cj_faithful_list_layers (CjExplained *network)
{
  CjProgram *program = cj_explained_get_program (network);
  g_autofree char *words = dup_words_node (network);
  GStrvBuilder *builder = g_strv_builder_new ();
  g_autofree char *last = NULL;
  GStrv layers;

  for (guint i = cj_program_get_n_params (program); i-- > 0;)
    {
      const CjProgramParam *param = cj_program_get_param (program, i);
      g_autofree char *node = dup_node (param->name);

      if (param->state || g_strcmp0 (node, last) == 0 || g_strcmp0 (node, words) == 0)
        continue;
      g_strv_builder_add (builder, node);
      g_free (last);
      last = g_steal_pointer (&node);
    }
  layers = g_strv_builder_end (builder);
  g_strv_builder_unref (builder);
  return layers;
}

/* --- weights drawn anew --- */

/* All that the network learned. */
typedef struct
{
  CjExplained *network;
  GPtrArray *numbers; /* float arrays, one a parameter or state */
} Memory;

static void
memory_init (Memory *memory, CjExplained *network)
{
  CjProgram *program = cj_explained_get_program (network);

  memory->network = network;
  memory->numbers = g_ptr_array_new_with_free_func (g_free);
  for (guint i = 0; i < cj_program_get_n_params (program); i++)
    {
      const CjProgramParam *param = cj_program_get_param (program, i);

      g_ptr_array_add (memory->numbers, g_memdup2 (cj_program_get_param_data (program, param),
                                                   sizeof (float) * (gsize) param->size));
    }
}

static void
memory_restore (const Memory *memory)
{
  CjProgram *program = cj_explained_get_program (memory->network);

  for (guint i = 0; i < memory->numbers->len; i++)
    {
      const CjProgramParam *param = cj_program_get_param (program, i);

      memcpy (cj_program_get_param_data (program, param), memory->numbers->pdata[i],
              sizeof (float) * (gsize) param->size);
    }
  cj_explained_forget (memory->network);
}

static void
memory_clear (Memory *memory)
{
  g_clear_pointer (&memory->numbers, g_ptr_array_unref);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Memory, memory_clear)

static void
draw_layer (CjExplained *network, const char *node, guint64 seed)
{
  CjProgram *program = cj_explained_get_program (network);

  for (guint i = 0; i < cj_program_get_n_params (program); i++)
    {
      const CjProgramParam *param = cj_program_get_param (program, i);
      CjRng rng;

      if (!belongs_to (param, node))
        continue;
      cj_rng_init (&rng, seed, CJ_RNG_INIT, i);
      cj_init_fill (&param->init, &param->shape, &rng, cj_program_get_param_data (program, param));
    }
  cj_explained_forget (network);
}

/* --- the check --- */

/* The first map, in the forms that others are compared with. */
typedef struct
{
  const CjTensor *map;
  double *pixels;
  guint32 *places; /* of the numbers that are compared */
  gint64 n;
  gboolean says; /* these are not all the same */
} First;

#define SAME 1e-5 /* of the range of the sample: closer to black is black */

/* Where the sample is not black; all of it where hardly anything is left then. */
static void
find_places (First *first, const CjExplainCall *call)
{
  const CjExplainGrid grid = cj_explain_grid (call->network);
  const gint64 d = cj_explained_get_n_features (call->network);
  const gint64 size = cj_shape_size (&first->map->shape);
  g_autofree float *black = g_new (float, (gsize) d);
  g_autofree guint8 *seen = g_new0 (guint8, (gsize) MAX (d, size));
  float least = call->x[0], most = call->x[0];

  cj_explain_baseline (call, CJ_BASELINE_BLACK, black, NULL);
  for (gint64 i = 0; i < d; i++)
    {
      least = MIN (least, call->x[i]);
      most = MAX (most, call->x[i]);
    }
  for (gint64 i = 0; i < grid.h * grid.w; i++)
    for (gint64 c = 0; c < grid.c; c++)
      {
        const gint64 at = cj_explain_at (&grid, c, i);

        if (fabsf (call->x[at] - black[at]) > SAME * (most - least))
          seen[size == d ? at : i] = 1;
      }
  first->places = g_new (guint32, (gsize) size);
  for (gint64 i = 0; i < size; i++)
    if (seen[i])
      first->places[first->n++] = (guint32) i;
  if (first->n >= 2)
    return;
  first->n = size;
  for (gint64 i = 0; i < size; i++)
    first->places[i] = (guint32) i;
}

/* The numbers that are compared. You free. */
static float *
pick (const First *first, const CjTensor *map)
{
  float *picked = g_new (float, (gsize) first->n);

  for (gint64 i = 0; i < first->n; i++)
    picked[i] = cj_tensor_f32 (map)[first->places[i]];
  return picked;
}

static float *
narrow (const double *from, gint64 n)
{
  float *to = g_new (float, (gsize) n);

  for (gint64 i = 0; i < n; i++)
    to[i] = (float) from[i];
  return to;
}

/* The map of the network as it is now against the first. FALSE: stopped. */
static gboolean
compare (const CjExplainerInfo *info, CjFaithfulPart *part, const First *first, double *rank,
         double *ssim)
{
  const CjExplainGrid grid = cj_explain_grid (part->call->network);
  const gint64 pixels = grid.h * grid.w;
  g_auto (CjExplanation) explanation = { 0 };
  g_autofree double *other = NULL;
  g_autofree float *a = NULL, *b = NULL, *before = NULL, *after = NULL;

  *rank = *ssim = first->says ? 0 : NAN;
  if (!first->says)
    return TRUE;
  if (!cj_faithful_run_again (info, part, part->call->x, &explanation, NULL))
    return !part->stopped;
  other = cj_faithful_sum_pixels (part->call->network, explanation.map, TRUE);
  a = narrow (first->pixels, pixels);
  b = narrow (other, pixels);
  *ssim = cj_faithful_ssim (a, b, grid.h, grid.w);
  before = pick (first, first->map);
  after = pick (first, explanation.map);
  *rank = cj_faithful_rank_correlation (before, after, first->n,
                                        (info->traits & CJ_EXPLAIN_SIGNED) == 0);
  if (isnan (*rank))
    *rank = *ssim = 0;
  return TRUE;
}

static void
first_init (First *first, const CjExplainCall *call, const CjTensor *map)
{
  *first = (First){ .map = map };
  first->pixels = cj_faithful_sum_pixels (call->network, map, TRUE);
  find_places (first, call);
  for (gint64 i = 1; i < first->n; i++)
    first->says = first->says
                  || fabsf (cj_tensor_f32 (map)[first->places[i]])
                         != fabsf (cj_tensor_f32 (map)[first->places[0]]);
}

static void
first_clear (First *first)
{
  g_clear_pointer (&first->pixels, g_free);
  g_clear_pointer (&first->places, g_free);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (First, first_clear)

/* Layers one after another, on top of one another or each alone. FALSE: stopped. */
static gboolean
go_down (const CjExplainerInfo *info, CjFaithfulPart whole, const First *first,
         const Memory *memory, const char *const *layers, gboolean alone, CjSanity *sanity)
{
  CjExplained *network = whole.call->network;

  for (guint k = 0; k < sanity->n; k++)
    {
      const double share = (whole.to - whole.from) / sanity->n;
      CjFaithfulPart part = { whole.call, whole.from + share * k, whole.from + share * (k + 1), 0 };

      if (alone)
        memory_restore (memory);
      draw_layer (network, layers[k], whole.call->seed);
      if (!compare (info, &part, first, alone ? &sanity->alone_rank[k] : &sanity->cascade_rank[k],
                    alone ? &sanity->alone_ssim[k] : &sanity->cascade_ssim[k]))
        return FALSE;
    }
  return TRUE;
}

gboolean
cj_faithful_sanity (const CjExplainerInfo *info, const CjExplainCall *call, const CjTensor *map,
                    gboolean alone, CjSanity *sanity)
{
  g_auto (GStrv) layers = cj_faithful_list_layers (call->network);
  g_auto (First) first = { NULL };
  const CjFaithfulPart cascade = { call, 0, alone ? 0.5 : 1, FALSE };
  const CjFaithfulPart single = { call, 0.5, 1, FALSE };
  g_auto (Memory) memory = { NULL };
  gboolean done;

  first_init (&first, call, map);
  memory_init (&memory, call->network);
  sanity->n = g_strv_length (layers);
  sanity->cascade_rank = g_new0 (double, sanity->n + 1);
  sanity->cascade_ssim = g_new0 (double, sanity->n + 1);
  if (alone)
    {
      sanity->alone_rank = g_new0 (double, sanity->n + 1);
      sanity->alone_ssim = g_new0 (double, sanity->n + 1);
    }
  done
      = go_down (info, cascade, &first, &memory, (const char *const *) layers, FALSE, sanity)
        && (!alone
            || go_down (info, single, &first, &memory, (const char *const *) layers, TRUE, sanity));
  memory_restore (&memory);
  if (!done)
    cj_sanity_clear (sanity);
  return done;
}

void
cj_sanity_clear (CjSanity *sanity)
{
  g_clear_pointer (&sanity->cascade_rank, g_free);
  g_clear_pointer (&sanity->cascade_ssim, g_free);
  g_clear_pointer (&sanity->alone_rank, g_free);
  g_clear_pointer (&sanity->alone_ssim, g_free);
}

double
cj_sanity_get_mean (const CjSanity *sanity)
{
  double sum = 0;

  for (guint k = 0; k < sanity->n; k++)
    sum += sanity->cascade_rank[k];
  return sanity->n > 0 ? sum / sanity->n : NAN;
}

CjSanityVerdict
cj_sanity_judge (double mean)
{
  if (isnan (mean))
    return CJ_SANITY_UNKNOWN;
  return mean < CJ_SANITY_LIMIT ? CJ_SANITY_PASSES : CJ_SANITY_FAILS;
}
