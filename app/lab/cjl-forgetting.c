/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cjl-forgetting.h"

#include <glib/gi18n-lib.h>
#include <math.h>
#include <string.h>

guint
cjl_forgetting_count_tasks (const GArray *epochs)
{
  return epochs != NULL && epochs->len > 0
             ? g_array_index (epochs, CjRunEpoch, epochs->len - 1).n_tasks
             : 0;
}

void
cjl_forgetting_matrix (const GArray *epochs, guint n_tasks, float *matrix)
{
  for (guint i = 0; i < n_tasks * n_tasks; i++)
    matrix[i] = NAN;
  for (guint e = 0; e < epochs->len; e++)
    {
      const CjRunEpoch *epoch = &g_array_index (epochs, CjRunEpoch, e);

      if (epoch->n_tasks != n_tasks || epoch->task >= n_tasks)
        continue;
      for (guint j = 0; j < n_tasks; j++)
        matrix[epoch->task * n_tasks + j] = epoch->tasks[j];
    }
}

CjvFrame *
cjl_forgetting_frame (const float *matrices, guint n_runs, guint n_tasks, const char *const *names,
                      const char *provenance)
{
  const gint64 dims[] = { n_runs, n_tasks, n_tasks };
  const CjShape shape = cj_shape (3, dims);
  CjTensor *accuracy = cj_tensor_new (CJ_FLOAT32, &shape);
  CjvFrame *frame = cjv_frame_new ();

  memcpy (accuracy->data, matrices, cj_tensor_bytes (accuracy));
  cjv_frame_take_array (frame, "accuracy", accuracy);
  if (names != NULL)
    cjv_frame_set_strings (frame, "runs", names);
  cjv_frame_set_provenance (frame, provenance);
  return cjv_frame_seal (frame);
}

CjvFrame *
cjl_forgetting_frame_of_runs (const GArray *const *runs, const char *const *names, guint n_runs)
{
  const guint t = n_runs > 0 ? cjl_forgetting_count_tasks (runs[0]) : 0;
  g_autofree float *matrices = g_new (float, n_runs *t *t + 1);
  g_autoptr (GPtrArray) shown = g_ptr_array_new ();
  g_autofree char *provenance = NULL;

  if (t == 0)
    return NULL;
  for (guint r = 0; r < n_runs; r++)
    if (cjl_forgetting_count_tasks (runs[r]) == t)
      {
        cjl_forgetting_matrix (runs[r], t, matrices + shown->len * t * t);
        g_ptr_array_add (shown, (gpointer) names[r]);
      }
  g_ptr_array_add (shown, NULL);
  provenance = g_strdup_printf (
      _ ("validation samples, step %llu"),
      (unsigned long long) g_array_index (runs[0], CjRunEpoch, runs[0]->len - 1).step);
  return cjl_forgetting_frame (matrices, shown->len - 1, t, (const char *const *) shown->pdata,
                               provenance);
}
