/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Made-up frames of the figures of spikes; a part of sample-frames.h. */
#pragma once

/* Units that fire more or less, in two populations. */
static CjvFrame *
frame_raster (int moments, int units, gboolean groups)
{
  static const char *const names[] = { "excitatory", "inhibitory", NULL };
  CjvFrame *frame = cjv_frame_new ();
  const gint64 dims[] = { moments, units };
  CjTensor *spikes = tensor (2, dims);
  g_autofree float *group = g_new (float, units);

  for (int u = 0; u < units; u++)
    group[u] = u >= units * 4 / 5;
  for (int t = 0; t < moments; t++)
    for (int u = 0; u < units; u++)
      cj_tensor_f32 (spikes)[t * units + u]
          = noise ((guint32) (t * units + u))
            < (group[u] > 0 ? 0.3 : 0.12) * (1 + sin (t / 4.0)) * noise ((guint32) u + 9);
  cjv_frame_take_array (frame, "spikes", spikes);
  if (groups)
    {
      cjv_frame_set_values (frame, "groups", group, (gsize) units);
      cjv_frame_set_strings (frame, "group-names", names);
      cjv_frame_set_text (frame, "time-unit", "ms");
      cjv_frame_set_scalar (frame, "dt", 2);
    }
  cjv_frame_set_scalar (frame, "unit", units / 3);
  cjv_frame_set_text (frame, "title", "lif1");
  return cjv_frame_seal (frame);
}

/* `opens`: with the conductances behind them. */
static CjvFrame *
frame_membrane (int units, int moments, gboolean opens)
{
  CjvFrame *frame = cjv_frame_new ();
  const gint64 dims[] = { units, moments };
  CjTensor *v = tensor (2, dims), *spikes = tensor (2, dims), *threshold = tensor (2, dims);
  CjTensor *opened[2] = { tensor (2, dims), tensor (2, dims) };
  g_autofree float *numbers = g_new (float, units);

  for (int u = 0; u < units; u++)
    {
      double potential = 0, raised = 0, g[2] = { 0, 0 };

      numbers[u] = (float) (u * 7);
      for (int t = 0; t < moments; t++)
        {
          const int at = u * moments + t;

          potential = 0.9 * potential + 0.3 * noise ((guint32) at);
          for (int side = 0; side < 2; side++)
            {
              g[side] = 0.9 * g[side] + noise ((guint32) (2 * at + side)) / (1 + side);
              cj_tensor_f32 (opened[side])[at] = (float) g[side];
            }
          cj_tensor_f32 (v)[at] = (float) potential;
          cj_tensor_f32 (threshold)[at] = (float) (1 + raised);
          cj_tensor_f32 (spikes)[at] = potential > 1 + raised;
          raised = 0.95 * raised + (potential > 1 + raised ? 0.2 : 0);
          potential -= cj_tensor_f32 (spikes)[at] > 0 ? 1 : 0;
        }
    }
  cjv_frame_take_array (frame, "membrane", v);
  cjv_frame_take_array (frame, "spikes", spikes);
  cjv_frame_take_array (frame, "threshold", threshold);
  if (opens)
    {
      cjv_frame_take_array (frame, "excitation", opened[0]);
      cjv_frame_take_array (frame, "inhibition", opened[1]);
    }
  else
    {
      cj_tensor_unref (opened[0]);
      cj_tensor_unref (opened[1]);
    }
  cjv_frame_set_values (frame, "units", numbers, (gsize) units);
  cjv_frame_set_text (frame, "title", "lif1");
  return cjv_frame_seal (frame);
}

static double
falling (int i)
{
  return floor (200 * exp (-i / 6.0) * (0.8 + 0.4 * noise ((guint32) i)));
}

static double
falling_smooth (int i)
{
  return 200 * exp (-i / 6.0);
}

static double
half_places (int i)
{
  return 2 * i + 1;
}

static CjvFrame *
frame_isi (int bins)
{
  CjvFrame *frame = cjv_frame_new ();

  set_numbers (frame, "interval", bins, half_places);
  set_numbers (frame, "count", bins, falling);
  set_numbers (frame, "expected", bins, falling_smooth);
  cjv_frame_set_scalar (frame, "cv", 0.97);
  cjv_frame_set_scalar (frame, "cv2", 1.02);
  cjv_frame_set_scalar (frame, "fano", 1.1);
  cjv_frame_set_scalar (frame, "mean", 12.3);
  cjv_frame_set_text (frame, "time-unit", "ms");
  cjv_frame_set_text (frame, "title", "lif1");
  return cjv_frame_seal (frame);
}

static double
lags (int i)
{
  return i - 20;
}

static double
peaked (int i)
{
  return floor (40 + 60 * exp (-(i - 25) * (i - 25) / 6.0) + 12 * noise ((guint32) i));
}

static double
chance (int i)
{
  return 46 - 0.2 * abs (i - 20);
}

static double
by_stimulus (int i)
{
  return 50 + 3 * noise ((guint32) i + 60);
}

static CjvFrame *
frame_correlogram (gboolean shifted)
{
  CjvFrame *frame = cjv_frame_new ();

  set_numbers (frame, "lag", 41, lags);
  set_numbers (frame, "count", 41, peaked);
  set_numbers (frame, "expected", 41, chance);
  if (shifted)
    set_numbers (frame, "shifted", 41, by_stimulus);
  cjv_frame_set_text (frame, "time-unit", "ms");
  cjv_frame_set_text (frame, "title", "lif1: unit 3 to unit 12");
  cjv_frame_set_text (frame, "note", "812 and 640 spikes");
  return cjv_frame_seal (frame);
}

static CjvFrame *
frame_average (int units, int side, gboolean pictures)
{
  CjvFrame *frame = cjv_frame_new ();
  const gint64 dims[] = { units, 1, side, side }, flat[] = { units, side, 3 * side };
  CjTensor *average = pictures ? tensor (4, dims) : tensor (3, flat);
  g_autofree float *numbers = g_new (float, units), *spikes = g_new (float, units);
  const int wide = pictures ? side : 3 * side;

  for (int i = 0; i < units * side * wide; i++)
    {
      const double x = (i % wide) * 6.0 / wide - 3, y = (i / wide % side) * 6.0 / side - 3;

      cj_tensor_f32 (average)[i]
          = (float) (cos (2 * x + i / (side * wide)) * exp (-(x * x + y * y) / 3)
                     + 0.1 * bell ((guint32) i));
    }
  for (int u = 0; u < units; u++)
    {
      numbers[u] = (float) (u * 3);
      spikes[u] = (float) (1200 - 17 * u);
    }
  cjv_frame_take_array (frame, "average", average);
  cjv_frame_set_values (frame, "units", numbers, (gsize) units);
  cjv_frame_set_values (frame, "spikes", spikes, (gsize) units);
  cjv_frame_set_scalar (frame, "unit", 1);
  cjv_frame_set_text (frame, "title", "lif1");
  cjv_frame_set_text (frame, "note", "500 samples");
  return cjv_frame_seal (frame);
}

/* A parabola and a line that cross in two points, and a way between them. */
static CjvFrame *
frame_plane (gboolean crossing)
{
  static const char *const names[] = { "v (mV)", "u", NULL };
  const float bounds[] = { -90, -30, -30, 10 };
  const float fixed[] = { -70, -14, 0, -50, -10, 4 };
  CjvFrame *frame = cjv_frame_new ();
  const gint64 two[] = { 2, 3 }, null[] = { 60, 4 }, way[] = { 200, 2 }, flow[] = { 48, 4 };
  CjTensor *v_null = tensor (2, null), *w_null = tensor (2, null), *path = tensor (2, way);
  CjTensor *arrows = tensor (2, flow), *points = tensor (2, two);

  for (int i = 0; i < 60; i++)
    for (int k = 0; k < 2; k++)
      {
        const double v = -90 + i + k;

        cj_tensor_f32 (v_null)[4 * i + 2 * k] = cj_tensor_f32 (w_null)[4 * i + 2 * k] = (float) v;
        cj_tensor_f32 (v_null)[4 * i + 2 * k + 1]
            = (float) (0.04 * v * v + 5 * v + (crossing ? 140 : 150));
        cj_tensor_f32 (w_null)[4 * i + 2 * k + 1] = (float) (0.2 * v);
      }
  for (int i = 0; i < 200; i++)
    {
      cj_tensor_f32 (path)[2 * i] = i == 120 ? NAN : (float) (-80 + 0.24 * i);
      cj_tensor_f32 (path)[2 * i + 1] = (float) (-14 + 6 * sin (i / 30.0));
    }
  for (int i = 0; i < 48; i++)
    {
      const double v = -86 + 7 * (i % 8), u = -27 + 6 * (i / 8);

      cj_tensor_f32 (arrows)[4 * i] = (float) v;
      cj_tensor_f32 (arrows)[4 * i + 1] = (float) u;
      cj_tensor_f32 (arrows)[4 * i + 2] = (float) (0.04 * v * v + 5 * v + 140 - u);
      cj_tensor_f32 (arrows)[4 * i + 3] = (float) (0.02 * (0.2 * v - u));
    }
  memcpy (cj_tensor_f32 (points), fixed, sizeof fixed);
  cjv_frame_take_array (frame, "way", path);
  cjv_frame_take_array (frame, "v-null", v_null);
  cjv_frame_take_array (frame, "w-null", w_null);
  cjv_frame_take_array (frame, "flow", arrows);
  if (crossing)
    cjv_frame_set_array (frame, "fixed", points);
  cj_tensor_unref (points);
  cjv_frame_set_values (frame, "bounds", bounds, 4);
  cjv_frame_set_strings (frame, "names", names);
  cjv_frame_set_text (frame, "title", "Izhikevich");
  cjv_frame_set_text (frame, "note", crossing ? "I = 0" : "I = 10");
  return cjv_frame_seal (frame);
}

static double
amplitudes (int i)
{
  return i / 10.0;
}

static double
steady_rate (int i)
{
  return i < 12 ? 0 : 8 * sqrt (i - 11);
}

static double
onset_rate (int i)
{
  return i < 12 ? 0 : 14 * sqrt (i - 11);
}

static double
not_yet (int i)
{
  return i % 4 == 0 ? steady_rate (i) : NAN;
}

static CjvFrame *
frame_f_i (gboolean whole)
{
  CjvFrame *frame = cjv_frame_new ();

  set_numbers (frame, "current", 41, amplitudes);
  set_numbers (frame, "steady", 41, whole ? steady_rate : not_yet);
  if (whole)
    set_numbers (frame, "onset", 41, onset_rate);
  cjv_frame_set_text (frame, "current-name", "I (nA)");
  cjv_frame_set_text (frame, "title", "Adaptive exponential");
  return cjv_frame_seal (frame);
}

static double
delays (int i)
{
  return i - 100;
}

static double
window (int i)
{
  return i == 100  ? NAN
         : i > 100 ? 0.01 * exp (-(i - 100) / 20.0)
                   : -0.0105 * exp ((i - 100) / 20.0);
}

static CjvFrame *
frame_window (void)
{
  CjvFrame *frame = cjv_frame_new ();

  set_numbers (frame, "delay", 201, delays);
  set_numbers (frame, "change", 201, window);
  cjv_frame_set_scalar (frame, "balance", 1.05);
  return cjv_frame_seal (frame);
}

/* The frame of a figure of spikes; NULL: it is none. */
static CjvFrame *
spike_frame (const char *id, gboolean other)
{
  if (g_str_equal (id, "raster"))
    return other ? frame_raster (25, 2000, FALSE) : frame_raster (100, 60, TRUE);
  if (g_str_equal (id, "membrane"))
    return other ? frame_membrane (12, 400, TRUE) : frame_membrane (3, 60, FALSE);
  if (g_str_equal (id, "isi"))
    return frame_isi (other ? 5 : 40);
  if (g_str_equal (id, "cross-correlogram"))
    return frame_correlogram (!other);
  if (g_str_equal (id, "spike-triggered-average"))
    return other ? frame_average (3, 12, FALSE) : frame_average (12, 28, TRUE);
  if (g_str_equal (id, "phase-plane"))
    return frame_plane (!other);
  if (g_str_equal (id, "f-i-curve"))
    return frame_f_i (!other);
  if (g_str_equal (id, "stdp-window"))
    return frame_window ();
  return NULL;
}
