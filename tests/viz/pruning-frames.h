/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Made-up frames of the figure "pruning". Included by sample-frames.h. */

/* Layers that are thinner the later they come, but for the last. */
static CjvFrame *
frame_pruning (guint n)
{
  CjvFrame *frame = cjv_frame_new ();
  g_autofree float *columns = g_new (float, 4 * n);
  g_autoptr (GPtrArray) names = g_ptr_array_new_with_free_func (g_free);

  for (guint i = 0; i < n; i++)
    {
      columns[i] = i + 1 < n ? 0.04f + 0.3f / (float) (1 + i) : 1;
      columns[n + i] = 235200 / (float) (1 + 8 * i);
      columns[2 * n + i] = 300 / (float) (1 + i);
      columns[3 * n + i] = i == 0 ? 12 : 0;
      g_ptr_array_add (names, g_strdup_printf ("dense%u", i + 1));
    }
  g_ptr_array_add (names, NULL);
  cjv_frame_set_values (frame, "kept", columns, n);
  cjv_frame_set_values (frame, "synapses", columns + n, n);
  cjv_frame_set_values (frame, "units", columns + 2 * n, n);
  cjv_frame_set_values (frame, "silent", columns + 3 * n, n);
  cjv_frame_set_strings (frame, "layers", (const char *const *) names->pdata);
  if (n < 10) /* two runs */
    {
      const CjShape shape = cj_shape2 (2, 6);
      CjTensor *left = cj_tensor_new (CJ_FLOAT32, &shape);
      CjTensor *right = cj_tensor_new (CJ_FLOAT32, &shape);

      for (guint i = 0; i < 12; i++)
        {
          cj_tensor_f32 (left)[i] = i == 11 ? NAN : 1 - 0.16f * (float) (i % 6);
          cj_tensor_f32 (right)[i]
              = i == 11 ? NAN : 0.98f - (i < 6 ? 0.004f : 0.02f) * (float) ((i % 6) * (i % 6));
        }
      cjv_frame_take_array (frame, "left", left);
      cjv_frame_take_array (frame, "right", right);
      cjv_frame_set_strings (frame, "runs",
                             (const char *const[]){ "this run", "random, one-shot", NULL });
    }
  return cjv_frame_seal (frame);
}
