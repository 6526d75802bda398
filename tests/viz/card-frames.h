/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Made-up frames of the figures "card", "robustness" and "retraining". Included by sample-frames.h. */

/* `n_seeds` seeds, of which `n_done` are done, with curves or without. */
static CjvFrame *
frame_card (guint n_seeds, guint n_done, gboolean curves)
{
  static const char *const values[]
      = { "Error without attack", "Error at ε = 0.25", "Neurons", NULL };
  static const char *const lines[] = { "lesioned at random", "the strongest first", NULL };
  const float published[] = { NAN, 0.999f, 138 }, low[] = { 0, 0.99f, 130 };
  const float high[] = { 0.08f, 1, INFINITY }, shares[] = { 1, 1, 0 };
  const float middle[] = { 0.072f, 0.982f, 141 };
  const gint64 p = 9, all[] = { 2, n_seeds, p };
  CjvFrame *frame = cjv_frame_new ();
  CjTensor *measured = tensor (2, (const gint64[]){ 3, n_seeds }), *of = tensor (3, all);
  CjTensor *papers = tensor (2, (const gint64[]){ 2, p });
  float x[9];

  for (guint i = 0; i < 3; i++)
    for (guint k = 0; k < n_seeds; k++)
      cj_tensor_f32 (measured)[i * n_seeds + k]
          = k < n_done ? middle[i] * (float) (1 + 0.004 * bell (i * 31 + k)) : NAN;
  for (gint64 i = 0; i < p; i++)
    {
      x[i] = (float) i / 10;
      for (guint line = 0; line < 2; line++)
        {
          const double y = 0.98 / (1 + exp (9 * (x[i] - 0.7 + 0.3 * line)));

          cj_tensor_f32 (papers)[line * p + i] = line == 0 && i % 2 == 1 ? (float) y : NAN;
          for (guint k = 0; k < n_seeds; k++)
            cj_tensor_f32 (of)[(line * n_seeds + k) * p + i]
                = k < n_done ? (float) (y + 0.02 * bell ((guint32) (line * 999 + k * 50 + i)))
                             : NAN;
        }
    }
  cjv_frame_take_array (frame, "measured", measured);
  cjv_frame_set_values (frame, "published", published, 3);
  cjv_frame_set_values (frame, "low", low, 3);
  cjv_frame_set_values (frame, "high", high, 3);
  cjv_frame_set_values (frame, "shares", shares, 3);
  cjv_frame_set_strings (frame, "values", values);
  if (curves)
    {
      cjv_frame_set_array (frame, "curves", of);
      cjv_frame_set_array (frame, "published-curves", papers);
      cjv_frame_set_values (frame, "x", x, (gsize) p);
      cjv_frame_set_axis_label (frame, "curves", 2, "share of the units that is gone");
      cjv_frame_set_axis_label (frame, "curves", 0, "accuracy");
      cjv_frame_set_scalar (frame, "curves-share", 1);
      cjv_frame_set_strings (frame, "lines", lines);
    }
  cj_tensor_unref (of);
  cj_tensor_unref (papers);
  cjv_frame_set_scalar (frame, "seeds", n_seeds);
  cjv_frame_set_scalar (frame, "seeds-done", n_done);
  cjv_frame_set_scalar (frame, "reproduced", n_done < n_seeds ? NAN : 0);
  cjv_frame_set_text (frame, "title", "A quarter of grey undoes it");
  cjv_frame_set_text (frame, "claim", "One small step makes a network wrong about every digit");
  cjv_frame_set_text (frame, "source", "Goodfellow, Shlens and Szegedy, 2014");
  cjv_frame_set_provenance (frame, "MNIST, seeds 1 to 3");
  return cjv_frame_seal (frame);
}

/* Recovery of a damaged network at nine steps. */
static CjvFrame *
frame_retraining (guint n_seeds)
{
  const gint64 p = 9, all[] = { 1, n_seeds, p };
  CjvFrame *frame = cjv_frame_new ();
  CjTensor *of = tensor (3, all);
  float x[9];

  for (gint64 i = 0; i < p; i++)
    x[i] = 40 * (float) i;
  for (guint k = 0; k < n_seeds; k++)
    for (gint64 i = 0; i < p; i++)
      cj_tensor_f32 (of)[k * p + i]
          = (float) (0.95 - 0.35 * exp (-x[i] / 60) + 0.02 * bell ((guint32) (k * 50 + i)));
  cjv_frame_take_array (frame, "curves", of);
  cjv_frame_set_values (frame, "x", x, (gsize) p);
  cjv_frame_set_axis_label (frame, "curves", 2, "steps of training after the damage");
  cjv_frame_set_axis_label (frame, "curves", 0, "right answers");
  cjv_frame_set_scalar (frame, "curves-share", 1);
  cjv_frame_set_scalar (frame, "chance", 0.1);
  cjv_frame_set_scalar (frame, "before", 0.98);
  cjv_frame_set_strings (frame, "lines",
                         (const char *const[]){ "Lesion of units in dense1, 50 %", NULL });
  cjv_frame_set_text (frame, "note", "1000 test samples, 5 seeds");
  return cjv_frame_seal (frame);
}

/* Two networks at nine doses. */
static CjvFrame *
frame_robustness (guint n_lines, guint n_seeds, guint n_done)
{
  static const char *const lines[] = { "Lesion of units: plain", "with dropout", NULL };
  const gint64 p = 9, all[] = { n_lines, n_seeds, p };
  CjvFrame *frame = cjv_frame_new ();
  CjTensor *of = tensor (3, all);
  float x[9];

  for (gint64 i = 0; i < p; i++)
    x[i] = (float) i / 10;
  for (guint line = 0; line < n_lines; line++)
    for (guint k = 0; k < n_seeds; k++)
      for (gint64 i = 0; i < p; i++)
        cj_tensor_f32 (of)[(line * n_seeds + k) * p + i]
            = k < n_done || i < 4 ? (float) (0.98 / (1 + exp (9 * (x[i] - 0.6 - 0.2 * line)))
                                             + 0.03 * bell ((guint32) (line * 999 + k * 50 + i)))
                                  : NAN;
  cjv_frame_take_array (frame, "curves", of);
  cjv_frame_set_values (frame, "x", x, (gsize) p);
  cjv_frame_set_axis_label (frame, "curves", 2, "share of the units");
  cjv_frame_set_axis_label (frame, "curves", 0, "right answers");
  cjv_frame_set_scalar (frame, "curves-share", 1);
  cjv_frame_set_scalar (frame, "x-share", 1);
  cjv_frame_set_scalar (frame, "chance", 0.1);
  cjv_frame_set_strings (frame, "lines", lines);
  cjv_frame_set_text (frame, "note", "5 seeds, 1000 samples");
  return cjv_frame_seal (frame);
}
