/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cjl-attack.h"

#include "cj-error.h"

#include <glib/gi18n-lib.h>
#include <math.h>
#include <string.h>

#define BATCH 100 /* samples that go forward and back together */
#define PIECE 500 /* samples that are changed before the network is asked again */

/* What features can be and what a unit of the data is to the network. Pixels are from 0 to 1; other numbers
 * have no bounds. */
typedef struct
{
  float *low, *high, *unit; /* D each */
} Range;

static void
range_clear (Range *range)
{
  g_free (range->low);
  g_free (range->high);
  g_free (range->unit);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Range, range_clear)

static Range
range_new (const CjdDataset *dataset)
{
  const CjShape sample = cjd_dataset_get_x_shape (dataset);
  const gint64 d = cj_shape_size (&sample), plane = d / MAX (dataset->n_channels, 1);
  Range range = { g_new (float, d + 1), g_new (float, d + 1), g_new (float, d + 1) };

  for (gint64 i = 0; i < d; i++)
    {
      const gint64 c = i / plane;

      range.unit[i] = 1 / dataset->std[c];
      range.low[i] = sample.n_dims == 3 ? -dataset->mean[c] / dataset->std[c] : -INFINITY;
      range.high[i] = sample.n_dims == 3 ? (1 - dataset->mean[c]) / dataset->std[c] : INFINITY;
    }
  return range;
}

typedef struct
{
  double begin, share; /* of all samples */
  gboolean (*go_on) (double progress, gpointer data);
  gpointer data;
} Part;

static gboolean
go_on (double progress, gpointer data)
{
  const Part *part = data;

  return part->go_on == NULL || part->go_on (part->begin + part->share * progress, part->data);
}

/* Counts the answers to the rows x [n, D]. */
static void
judge (CjProgram *program, const float *x, const gint32 *y, gint64 n, CjlAttacked *sum)
{
  CjTensor *to = cj_program_get_x (program);
  const gint64 d = cj_shape_size (&to->shape) / BATCH;

  for (gint64 begin = 0; begin < n; begin += BATCH)
    {
      const gint64 rows = MIN (BATCH, n - begin);
      CjShape shape;
      const float *z;

      for (gint64 i = 0; i < BATCH; i++)
        memcpy (cj_tensor_f32 (to) + i * d, x + (begin + MIN (i, rows - 1)) * d,
                sizeof (float) * (gsize) d);
      cj_program_forward (program, FALSE, rows, 0, 0);
      z = cj_program_get_prediction (program, &shape);
      for (gint64 i = 0; i < rows; i++, z += shape.dims[1])
        {
          gint64 best = 0;
          double all = 0;

          for (gint64 k = 1; k < shape.dims[1]; k++)
            best = z[k] > z[best] ? k : best;
          for (gint64 k = 0; k < shape.dims[1]; k++)
            all += exp ((double) z[k] - z[best]);
          if (y[begin + i] < 0)
            continue;
          sum->n++;
          sum->accuracy += best == y[begin + i];
          sum->confidence += best != y[begin + i] ? 1 / all : 0;
        }
    }
}

gboolean
cjl_attack_measure (const CjlNetwork *network, CjdSplit split, gsize n, const CjAttackInfo *info,
                    gconstpointer params, guint64 seed,
                    gboolean (*func) (double progress, gpointer data), gpointer data,
                    CjlAttacked *attacked, GError **error)
{
  g_autoptr (CjProgram) program = cjl_network_compile (network, CJ_PURPOSE_EXPLAIN, BATCH, error);
  g_autoptr (CjProgram) answers
      = program != NULL ? cjl_network_compile (network, CJ_PURPOSE_INFER, BATCH, error) : NULL;
  g_autoptr (CjFeed) feed = cjd_dataset_new_feed (network->dataset, split);
  g_autofree gpointer presets = params == NULL ? cj_attack_new_params (info) : NULL;
  CjShape scores, shape = cj_shape_batched (&feed->x_shape, PIECE);
  g_autoptr (CjTensor) x = NULL, y = NULL;
  g_autofree float *out = NULL;

  *attacked = (CjlAttacked){ 0 };
  if (answers == NULL || !cj_attack_check (program, error))
    return FALSE;
  cj_program_get_prediction (answers, &scores);
  g_return_val_if_fail (scores.n_dims == 2, FALSE); /* one class a sample */
  g_auto (Range) range = range_new (network->dataset);
  CjAttackCall call = { program,   NULL,       NULL,       0,
                        range.low, range.high, range.unit, params != NULL ? params : presets,
                        seed,      go_on,      NULL };

  x = cj_tensor_new (CJ_FLOAT32, &shape);
  shape = cj_shape1 (PIECE);
  y = cj_tensor_new (CJ_INT32, &shape);
  out = g_new (float, cj_shape_size (&x->shape));
  n = n > 0 ? MIN (n, feed->n_samples) : feed->n_samples;
  for (gsize begin = 0; begin < n; begin += PIECE)
    {
      const guint rows = (guint) MIN (PIECE, n - begin);
      Part part = { (double) begin / (double) n, (double) rows / (double) n, func, data };
      guint32 indices[PIECE];

      for (guint i = 0; i < rows; i++)
        indices[i] = (guint32) begin + i;
      feed->fill (feed, indices, rows, 0, 0, x, y);
      call.x = cj_tensor_f32 (x);
      call.y = cj_tensor_i32 (y);
      call.n = rows;
      call.seed = seed + begin;
      call.data = &part;
      if (!info->run (&call, out))
        return FALSE;
      judge (answers, out, call.y, rows, attacked);
    }
  if (feed->problem != NULL)
    {
      g_set_error_literal (error, CJ_ERROR, CJ_ERROR_FILE, feed->problem);
      return FALSE;
    }
  attacked->confidence /= (double) attacked->n - attacked->accuracy; /* NAN where none is wrong */
  attacked->accuracy /= (double) MAX (attacked->n, 1);
  return TRUE;
}
