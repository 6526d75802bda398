/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Made-up frames of the figures "energy", "accuracy-energy" and "balance". Included by sample-frames.h. */

/* Layers of which the first moves most weights; every second hears spikes if `spiking`. */
static CjvFrame *
frame_energy (guint n, gboolean spiking)
{
  static const char *const columns[]
      = { "compute",   "weights",      "activations",      "multiply-adds",
          "additions", "weight-bytes", "activation-bytes", "rates" };
  CjvFrame *frame = cjv_frame_new ();
  g_autofree float *values = g_new (float, n);
  g_autoptr (GPtrArray) names = g_ptr_array_new_with_free_func (g_free);

  for (guint c = 0; c < G_N_ELEMENTS (columns); c++)
    {
      for (guint i = 0; i < n; i++)
        {
          const float macs = 235200 / (float) (1 + 3 * i);
          const gboolean spikes = spiking && i % 2 == 1;

          values[i] = c == 0   ? macs * (spikes ? 0.9f : 4.6f)
                      : c == 1 ? macs * 40 / (float) (1 + i)
                      : c == 2 ? 3e5f
                      : c == 3 ? (spikes ? 0 : macs)
                      : c == 4 ? (spikes ? macs : 0)
                      : c == 5 ? 4 * macs
                      : c == 6 ? 5000
                               : (spikes ? 0.07f : NAN);
        }
      cjv_frame_set_values (frame, columns[c], values, n);
    }
  for (guint i = 0; i < n; i++)
    g_ptr_array_add (names, g_strdup_printf (spiking && i % 2 == 0 ? "lif%u" : "dense%u", i + 1));
  g_ptr_array_add (names, NULL);
  cjv_frame_set_strings (frame, "layers", (const char *const *) names->pdata);
  cjv_frame_set_text (frame, "note", "mean of 64 test samples");
  return cjv_frame_seal (frame);
}

/* A dense version, one of each sparsity, one in 8 bits and, if there are, some in spikes. */
static CjvFrame *
frame_versions (guint n_spiking)
{
  static const char *const versions[]
      = { "As it is, in floats",  "Pruned as it is", "Pruned anew", "In 8 bits",
          "Pruned and in 8 bits", "In spikes",       NULL };
  static const float sparsities[] = { 0.5f, 0.8f, 0.9f, 0.95f };
  const guint n = 2 + G_N_ELEMENTS (sparsities) + n_spiking;
  CjvFrame *frame = cjv_frame_new ();
  g_autofree float *columns = g_new (float, 3 * n);
  g_autoptr (GPtrArray) settings = g_ptr_array_new_with_free_func (g_free);

  for (guint i = 0; i < n; i++)
    {
      const guint kind = i == 0                           ? 0
                         : i <= G_N_ELEMENTS (sparsities) ? 2
                         : i + n_spiking + 1 == n         ? 3
                                                          : 5;
      const float s = kind == 2 ? sparsities[i - 1] : 0;
      const float t = kind == 5 ? 5 * (float) (1 << (i - G_N_ELEMENTS (sparsities) - 2)) : 0;

      columns[i] = kind == 0   ? 1.28e7f
                   : kind == 2 ? 1.4e7f * (1 - s)
                   : kind == 3 ? 3e6f
                               : 1e7f + 3e5f * t;
      columns[n + i] = kind == 2   ? 0.97f - s * s * s * s * 0.3f
                       : kind == 5 ? 0.975f - 0.6f / t
                                   : 0.975f;
      columns[2 * n + i] = (float) kind;
      g_ptr_array_add (settings, kind == 2   ? g_strdup_printf ("%.0f %%", (double) s * 100)
                                 : kind == 5 ? g_strdup_printf ("%.0f moments", (double) t)
                                             : g_strdup (""));
    }
  g_ptr_array_add (settings, NULL);
  if (n_spiking == 0)
    {
      columns[1] = NAN; /* not measured yet */
      cjv_frame_set_text (frame, "missing", "“conv1” has no counterpart among spikes.");
    }
  cjv_frame_set_values (frame, "energies", columns, n);
  cjv_frame_set_values (frame, "accuracies", columns + n, n);
  cjv_frame_set_values (frame, "kinds", columns + 2 * n, n);
  cjv_frame_set_strings (frame, "versions", versions);
  cjv_frame_set_strings (frame, "settings", (const char *const *) settings->pdata);
  cjv_frame_set_text (frame, "note", "500 test samples");
  return cjv_frame_seal (frame);
}

/* Layers ever better in balance; the units of the first, with `n` points. */
static CjvFrame *
frame_balance (guint l, guint n)
{
  CjvFrame *frame = cjv_frame_new ();
  g_autofree float *columns = g_new (float, 4 * l), *units = g_new (float, n + 1);
  g_autoptr (GPtrArray) names = g_ptr_array_new_with_free_func (g_free);
  const CjShape shape = cj_shape2 (n, 2);
  CjTensor *points = n > 0 ? cj_tensor_new (CJ_FLOAT32, &shape) : NULL;

  for (guint i = 0; i < l; i++)
    {
      columns[i] = 4 / (float) (1 + i);
      columns[l + i] = columns[i] * (0.5f + 0.5f * (float) i / (float) l);
      columns[2 * l + i] = i == 1 ? NAN : 0.3f + 0.6f * (float) i / (float) l;
      columns[3 * l + i] = 0.3f / (float) (1 + i);
      g_ptr_array_add (names, g_strdup_printf ("dense%u", i + 1));
    }
  g_ptr_array_add (names, NULL);
  for (guint i = 0; i < n; i++)
    {
      const float e = 1 + 6 * (float) noise (i), by = 0.3f + 0.5f * (float) noise (7000 + i);

      cj_tensor_f32 (points)[2 * i] = e;
      cj_tensor_f32 (points)[2 * i + 1] = e * by;
      units[i] = (float) i;
    }
  cjv_frame_set_values (frame, "excitation", columns, l);
  cjv_frame_set_values (frame, "inhibition", columns + l, l);
  cjv_frame_set_values (frame, "correlations", columns + 2 * l, l);
  cjv_frame_set_values (frame, "rests", columns + 3 * l, l);
  cjv_frame_set_strings (frame, "layers", (const char *const *) names->pdata);
  if (n > 0)
    {
      cjv_frame_take_array (frame, "points", points);
      cjv_frame_set_values (frame, "units", units, n);
    }
  cjv_frame_set_scalar (frame, "chosen", 0);
  cjv_frame_set_text (frame, "note", "validation sample 3");
  return cjv_frame_seal (frame);
}
