/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cjl-damage-private.h"

#include "cj-adversary.h"
#include "cj-error.h"

#include <glib/gi18n-lib.h>
#include <math.h>
#include <string.h>

#define PIECE 500 /* samples that are changed before the network is asked again */
#define MOST 5000 /* samples that share a change */

void
cjl_range_clear (CjlRange *range)
{
  g_free (range->low);
  g_free (range->high);
  g_free (range->unit);
}

CjlRange
cjl_range_new (const CjFeed *feed)
{
  const gint64 d = cj_shape_size (&feed->x_shape);
  CjlRange range = { g_new (float, d + 1), g_new (float, d + 1), g_new (float, d + 1) };

  cj_feed_get_range (feed, range.low, range.high, range.unit);
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

void
cjl_attacked_add (CjlAttacked *sum, CjProgram *program, const gint32 *y, gint64 n)
{
  CjShape shape;
  const float *z = cj_program_get_prediction (program, &shape);
  const gint64 k = shape.dims[1];

  for (gint64 i = 0; i < n; i++, z += k)
    {
      gint64 best = 0;
      double all = 0;

      for (gint64 c = 1; c < k; c++)
        best = z[c] > z[best] ? c : best;
      for (gint64 c = 0; c < k; c++)
        all += exp ((double) z[c] - (double) z[best]);
      if (y[i] < 0)
        continue;
      sum->n++;
      sum->accuracy += best == y[i];
      sum->confidence += best != y[i] ? 1 / all : 0;
    }
}

void
cjl_attacked_end (CjlAttacked *sum)
{
  sum->confidence /= (double) sum->n - sum->accuracy; /* NAN where none is wrong */
  sum->accuracy /= (double) MAX (sum->n, 1);
}

/* Counts the answers to the rows x [n, D]. */
static void
judge (CjProgram *program, const float *x, const gint32 *y, gint64 n, CjlAttacked *sum)
{
  CjTensor *to = cj_program_get_x (program);
  const gint64 d = cj_shape_size (&to->shape) / CJL_DAMAGE_BATCH;

  for (gint64 begin = 0; begin < n; begin += CJL_DAMAGE_BATCH)
    {
      const gint64 rows = MIN (CJL_DAMAGE_BATCH, n - begin);

      for (gint64 i = 0; i < CJL_DAMAGE_BATCH; i++)
        memcpy (cj_tensor_f32 (to) + i * d, x + (begin + MIN (i, rows - 1)) * d,
                sizeof (float) * (gsize) d);
      cj_program_forward (program, FALSE, rows, 0, 0);
      cjl_attacked_add (sum, program, y + begin, rows);
    }
}

gboolean
cjl_attack_measure (const CjlNetwork *network, CjdSplit split, gsize n, const CjAttackInfo *info,
                    gconstpointer params, guint64 seed,
                    gboolean (*func) (double progress, gpointer data), gpointer data,
                    CjlAttacked *attacked, GError **error)
{
  g_autoptr (CjProgram) program
      = cjl_network_compile (network, CJ_PURPOSE_EXPLAIN, CJL_DAMAGE_BATCH, error);
  g_autoptr (CjProgram) answers
      = program != NULL ? cjl_network_compile (network, CJ_PURPOSE_INFER, CJL_DAMAGE_BATCH, error)
                        : NULL;
  g_autoptr (CjFeed) feed = cjd_dataset_new_feed (network->dataset, split);
  g_autofree gpointer presets = params == NULL ? cj_attack_new_params (info) : NULL;
  g_autofree guint32 *indices = NULL;
  g_autofree float *out = NULL;
  g_autoptr (CjTensor) x = NULL, y = NULL;
  CjShape shape;
  gsize piece;

  *attacked = (CjlAttacked){ 0 };
  if (answers == NULL || !cj_attack_check (program, error))
    return FALSE;
  g_auto (CjlRange) range = cjl_range_new (feed);
  CjAttackCall call = { program,   NULL,       NULL,       0,
                        range.low, range.high, range.unit, params != NULL ? params : presets,
                        seed,      go_on,      NULL };

  n = n > 0 ? MIN (n, feed->n_samples) : feed->n_samples;
  piece = info->together ? MIN (n, MOST) : PIECE;
  n = info->together ? piece : n;
  shape = cj_shape_batched (&feed->x_shape, (gint64) piece);
  x = cj_tensor_new (CJ_FLOAT32, &shape);
  out = g_new (float, cj_shape_size (&shape));
  shape = cj_shape1 ((gint64) piece);
  y = cj_tensor_new (CJ_INT32, &shape);
  indices = g_new (guint32, piece);
  for (gsize begin = 0; begin < n; begin += piece)
    {
      const guint rows = (guint) MIN (piece, n - begin);
      Part part = { (double) begin / (double) n, (double) rows / (double) n, func, data };

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
  cjl_attacked_end (attacked);
  return TRUE;
}
