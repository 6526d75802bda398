/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cjl-runs.h"

#include <math.h>

/* Three arrays of R rows that end in NaN where a run is shorter. */
typedef struct
{
  CjTensor *step, *loss, *accuracy;
  gint64 width;
} Rows;

static void
rows_init (Rows *rows, gint64 n, gint64 width)
{
  const CjShape shape = cj_shape2 (n, MAX (width, 1));
  CjTensor **tensors[] = { &rows->step, &rows->loss, &rows->accuracy };

  rows->width = MAX (width, 1);
  for (guint k = 0; k < G_N_ELEMENTS (tensors); k++)
    {
      *tensors[k] = cj_tensor_new (CJ_FLOAT32, &shape);
      for (gint64 i = 0; i < cj_shape_size (&shape); i++)
        cj_tensor_f32 (*tensors[k])[i] = NAN;
    }
}

static void
put (Rows *rows, gint64 row, gint64 i, guint64 step, double loss, double accuracy)
{
  const gint64 at = row * rows->width + i;

  cj_tensor_f32 (rows->step)[at] = (float) step;
  cj_tensor_f32 (rows->loss)[at] = (float) loss;
  cj_tensor_f32 (rows->accuracy)[at] = (float) accuracy;
}

static void
put_epochs (Rows *train, Rows *val, gint64 row, const GArray *epochs)
{
  for (guint i = 0; epochs != NULL && i < epochs->len; i++)
    {
      const CjRunEpoch *epoch = &g_array_index (epochs, CjRunEpoch, i);

      if (train != NULL)
        put (train, row, i, epoch->step, epoch->train.loss, epoch->train.accuracy);
      put (val, row, i, epoch->step, epoch->val.loss, epoch->val.accuracy);
    }
}

static void
take (CjvFrame *frame, Rows *rows, const char *step, const char *loss, const char *accuracy)
{
  cjv_frame_take_array (frame, step, rows->step);
  cjv_frame_take_array (frame, loss, rows->loss);
  cjv_frame_take_array (frame, accuracy, rows->accuracy);
}

GArray *
cjl_thin_points (const GArray *points, guint most)
{
  GArray *thin = g_array_new (FALSE, FALSE, sizeof (CjRunPoint));
  const guint n = MIN (MAX (most / 2, 1), points->len);

  if (points->len <= most)
    {
      g_array_append_vals (thin, points->data, points->len);
      return thin;
    }
  for (guint k = 0; k < n; k++)
    {
      const guint begin = (guint) ((guint64) points->len * k / n);
      const guint end = (guint) ((guint64) points->len * (k + 1) / n);
      guint least = begin, largest = begin;

      for (guint i = begin + 1; i < end; i++)
        {
          const float loss = g_array_index (points, CjRunPoint, i).loss;

          if (!(loss >= g_array_index (points, CjRunPoint, least).loss))
            least = i;
          if (loss > g_array_index (points, CjRunPoint, largest).loss)
            largest = i;
        }
      g_array_append_val (thin, g_array_index (points, CjRunPoint, MIN (least, largest)));
      if (least != largest)
        g_array_append_val (thin, g_array_index (points, CjRunPoint, MAX (least, largest)));
    }
  return thin;
}

CjvFrame *
cjl_runs_frame (const GArray *points, const GArray *epochs, const GPtrArray *past,
                guint steps_per_epoch, double now)
{
  const guint n_past = MIN (past != NULL ? past->len : 0, CJL_RUNS_MAX - 1);
  const gboolean fine = points != NULL && points->len > 0;
  const gboolean begun = fine || epochs->len > 0;
  const gint64 n = n_past + (begun ? 1 : 0);
  gint64 most = fine ? points->len : epochs->len, most_epochs = epochs->len;
  CjvFrame *frame = cjv_frame_new ();
  GStrvBuilder *names = g_strv_builder_new ();
  g_auto (GStrv) all = NULL;
  Rows train, val;

  for (guint i = 0; i < n_past; i++)
    {
      const CjlPastRun *run = past->pdata[i];

      most = MAX (most, run->epochs->len);
      most_epochs = MAX (most_epochs, run->epochs->len);
    }
  if (n > 0)
    {
      rows_init (&train, n, most);
      rows_init (&val, n, most_epochs);
      if (begun)
        {
          for (guint i = 0; fine && i < points->len; i++)
            {
              const CjRunPoint *point = &g_array_index (points, CjRunPoint, i);

              put (&train, 0, i, point->step, point->loss, point->accuracy);
            }
          put_epochs (fine ? NULL : &train, &val, 0, epochs);
          g_strv_builder_add (names, "now");
        }
      for (guint i = 0; i < n_past; i++)
        {
          const CjlPastRun *run = past->pdata[i];

          put_epochs (&train, &val, i + (begun ? 1 : 0), run->epochs);
          g_strv_builder_add (names, run->name);
        }
      take (frame, &train, "step", "train-loss", "train-accuracy");
      if (most_epochs > 0)
        take (frame, &val, "val-step", "val-loss", "val-accuracy");
      else
        {
          cj_tensor_unref (val.step);
          cj_tensor_unref (val.loss);
          cj_tensor_unref (val.accuracy);
        }
    }
  all = g_strv_builder_end (names);
  g_strv_builder_unref (names);
  cjv_frame_set_strings (frame, "runs", (const char *const *) all);
  if (isfinite (now))
    cjv_frame_set_scalar (frame, "now", now);
  if (steps_per_epoch > 0)
    cjv_frame_set_scalar (frame, "steps-per-epoch", steps_per_epoch);
  return cjv_frame_seal (frame);
}
