/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Made-up frames of the figure "forgetting". Included by sample-frames.h. */

/* Runs that forget the less the later they come; of the first `n_done` tasks of the last one. */
static CjvFrame *
frame_forgetting (guint n_runs, guint n_tasks, guint n_done)
{
  static const char *const names[] = { "Nothing done", "Elastic weights", "Replay of 1 %", NULL };
  const gint64 dims[] = { n_runs, n_tasks, n_tasks };
  const CjShape shape = cj_shape (3, dims);
  CjTensor *accuracy = cj_tensor_new (CJ_FLOAT32, &shape);
  CjvFrame *frame = cjv_frame_new ();

  for (guint r = 0; r < n_runs; r++)
    for (guint i = 0; i < n_tasks; i++)
      for (guint j = 0; j < n_tasks; j++)
        cj_tensor_f32 (accuracy)[(r * n_tasks + i) * n_tasks + j]
            = r + 1 == n_runs && i >= n_done ? NAN
              : j > i                        ? 0.1f + 0.01f * (float) j
                      : 0.98f - 0.09f * (float) (i - j) / (float) (1 + r) - 0.002f * (float) j;
  cjv_frame_take_array (frame, "accuracy", accuracy);
  if (n_runs == 3)
    cjv_frame_set_strings (frame, "runs", names);
  return cjv_frame_seal (frame);
}
