/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Made-up frames of attention and of the loss around weights; a part of sample-frames.h. */
#pragma once

/* Dense, with a part of the synapses pruned, and classes; or, with `side` over 0, a convolution. */
static CjvFrame *
frame_synapses (int from, int to, int side)
{
  static const char *const names[] = { "T-shirt", "Trouser", "Pullover", "Dress", "Coat", "Sandal",
                                       "Shirt",   "Sneaker", "Bag",      "Boot",  NULL };
  CjvFrame *frame = cjv_frame_new ();
  const gint64 dims[] = { to, from, side, side };
  CjTensor *weights = tensor (2, dims);
  g_autofree float *sent = g_new (float, from), *answers = g_new (float, to);

  for (int i = 0; i < from * to; i++)
    cj_tensor_f32 (weights)[i] = (float) (bell ((guint32) i) * 0.2);
  for (int i = 0; i < from; i++)
    sent[i] = (float) MAX (bell ((guint32) i + 77), 0);
  for (int i = 0; i < to; i++)
    answers[i] = i == 3 ? 0.9f : 0.01f;
  if (side > 0)
    {
      CjTensor *kernels = tensor (4, dims);

      for (int i = 0; i < from * to * side * side; i++)
        cj_tensor_f32 (kernels)[i] = (float) bell ((guint32) i + 5);
      cjv_frame_take_array (frame, "kernels", kernels);
    }
  else
    {
      CjTensor *kept = cj_tensor_new (CJ_UINT8, &weights->shape);

      for (int i = 0; i < from * to; i++)
        ((guint8 *) kept->data)[i] = fabsf (cj_tensor_f32 (weights)[i]) > 0.08f;
      cjv_frame_take_array (frame, "kept", kept);
      cjv_frame_set_values (frame, "from-values", sent, (gsize) from);
      cjv_frame_set_values (frame, "answers", answers, (gsize) to);
      cjv_frame_set_strings (frame, "to-names", names);
      cjv_frame_set_text (frame, "from-title", "dense1");
    }
  cjv_frame_take_array (frame, "weights", weights);
  cjv_frame_set_text (frame, "title", side > 0 ? "conv1" : "dense2");
  return cjv_frame_seal (frame);
}

/* A membrane that charges and fires every 100 samples, and what goes with it. */
static CjvFrame *
frame_traces (int variables, int samples)
{
  static const char *const names[] = { "v (mV)", "u", "h", "n", NULL };
  CjvFrame *frame = cjv_frame_new ();
  const gint64 dims[] = { variables, samples };
  CjTensor *states = tensor (2, dims);
  g_autofree float *current = g_new (float, samples), *spikes = g_new (float, samples);
  gsize n = 0;

  for (int i = 0; i < samples; i++)
    {
      const int phase = i % 100;

      for (int v = 0; v < variables; v++)
        cj_tensor_f32 (states)[v * samples + i]
            = (float) (v == 0 ? -65 + 15 * (1 - exp (-phase / 30.0)) : exp (-phase / (10.0 * v)));
      current[i] = i > samples / 10 ? 1.5f : 0;
      if (phase == 99)
        spikes[n++] = (float) i * 0.25f;
    }
  cjv_frame_take_array (frame, "states", states);
  cjv_frame_set_values (frame, "current", current, (gsize) samples);
  cjv_frame_set_values (frame, "spikes", spikes, n);
  cjv_frame_set_scalar (frame, "dt", 0.25);
  cjv_frame_set_scalar (frame, "peak", 30);
  cjv_frame_set_scalar (frame, "threshold", -50);
  cjv_frame_set_strings (frame, "names", names);
  cjv_frame_set_text (frame, "current-name", "I (nA)");
  cjv_frame_set_text (frame, "title", "Leaky integrate-and-fire");
  return cjv_frame_seal (frame);
}

/* Heads that look back, each in its way. */
static CjvFrame *
frame_attention (int heads, const char *text)
{
  CjvFrame *frame = cjv_frame_new ();
  const gint64 t = g_utf8_strlen (text, -1), dims[] = { heads, t, t };
  CjTensor *weights = tensor (3, dims);
  g_auto (GStrv) tokens = g_new0 (char *, t + 1);

  for (gint64 i = 0; i < heads * t; i++)
    {
      float *row = cj_tensor_f32 (weights) + i * t, sum = 0;

      for (gint64 j = 0; j <= i % t; j++)
        sum += row[j]
            = (float) exp (-fabs ((double) (i % t - j - i / t * 3)) / (1.0 + (double) (i / t))
                           + bell ((guint32) (i * t + j)));
      for (gint64 j = 0; j <= i % t; j++)
        row[j] /= sum;
    }
  for (gint64 i = 0; i < t; i++, text = g_utf8_next_char (text))
    tokens[i] = g_strndup (text, (gsize) (g_utf8_next_char (text) - text));
  cjv_frame_take_array (frame, "weights", weights);
  cjv_frame_set_strings (frame, "tokens", (const char *const *) tokens);
  cjv_frame_set_scalar (frame, "query", (double) (t / 2));
  cjv_frame_set_text (frame, "title", "block2");
  return cjv_frame_seal (frame);
}

static CjvFrame *
frame_patches (int heads, int side)
{
  CjvFrame *frame = cjv_frame_new ();
  g_autoptr (CjvFrame) maps = frame_maps (heads, side), picture = frame_maps (3, 4 * side);

  cjv_frame_set_array (frame, "maps", (CjTensor *) cjv_frame_get_array (maps, "maps"));
  cjv_frame_set_array (frame, "picture", (CjTensor *) cjv_frame_get_array (picture, "maps"));
  cjv_frame_set_scalar (frame, "query", heads > 1 ? side + 2 : -1);
  cjv_frame_set_text (frame, "title", "block2");
  return cjv_frame_seal (frame);
}

static CjvFrame *
frame_heads (int layers, int heads)
{
  static const char *const names[] = { "block1", "block2", "block3", "block4", NULL };
  CjvFrame *frame = cjv_frame_new ();
  const gint64 dims[] = { layers, heads };
  CjTensor *entropy = tensor (2, dims), *distance = tensor (2, dims), *loss = tensor (2, dims);

  for (int i = 0; i < layers * heads; i++)
    {
      cj_tensor_f32 (entropy)[i] = (float) (5 * noise ((guint32) i));
      cj_tensor_f32 (distance)[i] = (float) (20 * noise ((guint32) i + 99));
      cj_tensor_f32 (loss)[i] = (float) (0.05 * bell ((guint32) i) + 0.04);
    }
  cj_tensor_f32 (loss)[layers * heads - 1] = NAN;
  cjv_frame_take_array (frame, "entropy", entropy);
  cjv_frame_take_array (frame, "distance", distance);
  cjv_frame_take_array (frame, "loss", loss);
  cjv_frame_set_scalar (frame, "whole-loss", 1.9);
  if (layers <= 4)
    cjv_frame_set_strings (frame, "layers", names);
  return cjv_frame_seal (frame);
}

static CjvFrame *
frame_lens (int layers, const char *text)
{
  CjvFrame *frame = cjv_frame_new ();
  const gint64 t = g_utf8_strlen (text, -1), dims[] = { layers, t };
  CjTensor *probability = tensor (2, dims);
  g_auto (GStrv) tokens = g_new0 (char *, t + 1), guesses = g_new0 (char *, layers *t + 1);

  for (gint64 i = 0; i < t; i++)
    tokens[i] = g_strndup (text + i, 1);
  for (gint64 i = 0; i < layers * t; i++)
    {
      cj_tensor_f32 (probability)[i] = (float) noise ((guint32) i);
      guesses[i] = g_strdup (tokens[noise ((guint32) i + 7) < 0.4 ? (i + 1) % t : i * 7 % t]);
    }
  cjv_frame_take_array (frame, "probability", probability);
  cjv_frame_set_strings (frame, "tokens", (const char *const *) tokens);
  cjv_frame_set_strings (frame, "targets", (const char *const *) tokens + 1);
  cjv_frame_set_strings (frame, "guesses", (const char *const *) guesses);
  cjv_frame_set_text (frame, "title", "Step 1200");
  return cjv_frame_seal (frame);
}

/* A bowl with a ripple; holes where it is not measured yet, and the way of a run. */
static CjvFrame *
frame_landscape (int side, int path, gboolean coarse)
{
  CjvFrame *frame = cjv_frame_new ();
  const gint64 dims[] = { side, side }, axis[] = { side }, way[] = { path, 2 }, when[] = { path };
  CjTensor *loss = tensor (2, dims), *x = tensor (1, axis), *y = tensor (1, axis);

  for (int i = 0; i < side; i++)
    cj_tensor_f32 (x)[i] = cj_tensor_f32 (y)[i] = (float) (2.0 * i / (side - 1) - 1);
  for (int i = 0; i < side * side; i++)
    {
      const double a = cj_tensor_f32 (x)[i % side], b = cj_tensor_f32 (y)[i / side];
      const gboolean known = !coarse || (i % side % 4 == 0 && i / side % 4 == 0) || i < side * 4;

      cj_tensor_f32 (loss)[i]
          = known ? (float) (0.2 + 3 * a * a + b * b + 0.2 * sin (5 * a + 3 * b)) : NAN;
    }
  cjv_frame_take_array (frame, "loss", loss);
  cjv_frame_take_array (frame, "x", x);
  cjv_frame_take_array (frame, "y", y);
  if (path > 0)
    {
      CjTensor *places = tensor (2, way), *steps = tensor (1, when);

      for (int i = 0; i < path; i++)
        {
          const double t = 1 - (double) i / (path - 1);

          cj_tensor_f32 (places)[2 * i] = (float) (0.8 * t);
          cj_tensor_f32 (places)[2 * i + 1] = (float) (0.5 * sin (4 * t));
          cj_tensor_f32 (steps)[i] = (float) (100 * i);
        }
      cjv_frame_take_array (frame, "path", places);
      cjv_frame_take_array (frame, "steps", steps);
    }
  cjv_frame_set_text (frame, "x-label", "first direction of the run, 81 %");
  cjv_frame_set_text (frame, "y-label", "second direction of the run, 12 %");
  return cjv_frame_seal (frame);
}

static CjvFrame *
frame_interpolation (gboolean held)
{
  CjvFrame *frame = cjv_frame_new ();
  float x[29], loss[29], val[29];

  for (int i = 0; i < 29; i++)
    {
      x[i] = (float) (-0.2 + 1.4 * i / 28);
      loss[i] = held || i < 20 ? (float) (0.3 + 2 * exp (-3 * x[i]) + 0.1 * sin (9 * x[i])) : NAN;
      val[i] = loss[i] + 0.2f * x[i];
    }
  cjv_frame_set_values (frame, "x", x, 29);
  cjv_frame_set_values (frame, "loss", loss, 29);
  if (held)
    cjv_frame_set_values (frame, "held", val, 29);
  return cjv_frame_seal (frame);
}

static CjvFrame *
frame_alignment (int n_layers, int n_moments)
{
  CjvFrame *frame = cjv_frame_new ();
  const gint64 dims[2] = { n_layers, n_moments };
  CjTensor *angle = tensor (2, dims);
  g_autofree float *steps = g_new (float, n_moments);
  g_autoptr (GStrvBuilder) names = g_strv_builder_new ();
  g_auto (GStrv) layers = NULL;

  for (int l = 0; l < n_layers; l++)
    {
      g_autofree char *name = g_strdup_printf ("dense%d", l + 1);

      g_strv_builder_add (names, name);
      for (int p = 0; p < n_moments; p++)
        cj_tensor_f32 (angle)[l * n_moments + p]
            = l == 1 && p < 3 ? NAN : (float) (88 - 12 * l - 30 * (1 - exp (-p / 4.0)));
    }
  for (int p = 0; p < n_moments; p++)
    steps[p] = (float) (400 * p);
  layers = g_strv_builder_end (names);
  cjv_frame_take_array (frame, "angle", angle);
  cjv_frame_set_values (frame, "step", steps, (gsize) n_moments);
  cjv_frame_set_strings (frame, "layers", (const char *const *) layers);
  cjv_frame_set_text (frame, "rule", "Feedback alignment");
  return cjv_frame_seal (frame);
}

static CjvFrame *
frame_curvature (gboolean whole)
{
  CjvFrame *frame = cjv_frame_new ();
  const float values[] = { 31.2f, 17.5f, -9.1f, 8.8f, 6.5f };
  const float errors[] = { 0.02f, 0.4f, 1.5f, 1.1f, 2 };

  cjv_frame_set_values (frame, "values", values, whole ? 5 : 2);
  cjv_frame_set_values (frame, "errors", errors, whole ? 5 : 2);
  if (whole)
    {
      cjv_frame_set_scalar (frame, "noise-scale", 482);
      cjv_frame_set_scalar (frame, "noise-error", 61);
      cjv_frame_set_scalar (frame, "slope", 0.013);
      cjv_frame_set_scalar (frame, "noise", 6.3);
    }
  return cjv_frame_seal (frame);
}
