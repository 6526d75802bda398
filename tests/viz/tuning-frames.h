/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Made-up frames of the figures of tuning; a part of sample-frames.h. */
#pragma once

static void
set_numbers (CjvFrame *frame, const char *name, int n, double (*of) (int i))
{
  g_autofree float *values = g_new (float, n);

  for (int i = 0; i < n; i++)
    values[i] = (float) of (i);
  cjv_frame_set_values (frame, name, values, (gsize) n);
}

static double
bell_of_twelve (int i)
{
  return 2.4 * exp (-(i - 4) * (i - 4) / 5.0);
}

static double
half_cosine (int i)
{
  return MAX (0, 3 * cos (2 * G_PI * (i - 1) / 8));
}

static double
powers (int i)
{
  return 0.03 * pow (1.47, i);
}

static double
sides (int i)
{
  return 2 * pow (1.6, i);
}

static double
saturating (int i)
{
  return 2.4 * (1 - exp (-i / 2.0)) - 0.1 * i;
}

static double
few (int i)
{
  return 0.5 * noise ((guint32) i);
}

/* Curves of a simple cell; without the sizes as long as they are not known. */
static CjvFrame *
frame_tuning (gboolean sizes)
{
  CjvFrame *frame = cjv_frame_new ();
  g_autoptr (CjvFrame) picture = frame_maps (1, 32);
  const CjTensor *maps = cjv_frame_get_array (picture, "maps");
  const gint64 side[] = { 32, 32 };
  CjTensor *stimulus = tensor (2, side);

  memcpy (stimulus->data, maps->data, cj_tensor_bytes (stimulus));
  cjv_frame_take_array (frame, "stimulus", stimulus);
  set_numbers (frame, "orientation", 12, bell_of_twelve);
  set_numbers (frame, "frequency", 8, bell_of_twelve);
  set_numbers (frame, "frequencies", 8, powers);
  set_numbers (frame, "phase", 8, half_cosine);
  if (sizes)
    {
      set_numbers (frame, "size", 7, saturating);
      set_numbers (frame, "light", 7, few);
      set_numbers (frame, "dark", 7, bell_of_twelve);
      set_numbers (frame, "sizes", 7, sides);
      set_numbers (frame, "before-orientation", 12, few);
      set_numbers (frame, "before-frequency", 8, few);
      set_numbers (frame, "before-phase", 8, few);
      set_numbers (frame, "before-size", 7, few);
      cjv_frame_set_scalar (frame, "width", 22);
      cjv_frame_set_scalar (frame, "modulation", 1.54);
    }
  cjv_frame_set_scalar (frame, "preferred", 60);
  cjv_frame_set_scalar (frame, "selectivity", 0.62);
  cjv_frame_set_scalar (frame, "best-frequency", 0.14);
  cjv_frame_set_text (frame, "title", "conv1, unit 3");
  return cjv_frame_seal (frame);
}

/* Units of one layer, or of two moments of it. */
static CjvFrame *
frame_population (int n, gboolean compared)
{
  CjvFrame *frame = cjv_frame_new ();
  g_autofree float *preferred = g_new (float, n), *selectivity = g_new (float, n);
  g_autofree float *frequency = g_new (float, n), *modulation = g_new (float, n);
  g_autofree float *phase = g_new (float, n), *size = g_new (float, n), *weak = g_new (float, n);
  g_autofree float *series = g_new (float, n);
  const char *const names[] = { "conv1, step 1496", "conv1, untrained", NULL };

  for (int i = 0; i < n; i++)
    {
      const gboolean before = compared && i >= n / 2;
      const double s = before ? 0.2 : 0.5;

      preferred[i] = (float) (180 * noise ((guint32) i));
      selectivity[i] = (float) CLAMP (s + 0.1 * bell ((guint32) i), 0, 1);
      frequency[i] = (float) (0.12 * exp (0.4 * bell ((guint32) (i + n))));
      modulation[i] = (float) CLAMP (1.2 + 0.3 * bell ((guint32) (i + 2 * n)), 0, 2);
      series[i] = before;
      phase[i] = (float) (360 * noise ((guint32) (i + 3 * n)));
      size[i] = (float) (3 + 20 * noise ((guint32) (i + 4 * n)));
      weak[i] = (float) (0.3 * noise ((guint32) (i + 5 * n)));
      if (i % 13 == 5) /* silent */
        preferred[i] = selectivity[i] = frequency[i] = modulation[i] = NAN;
    }
  cjv_frame_set_values (frame, "preferred", preferred, (gsize) n);
  cjv_frame_set_values (frame, "selectivity", selectivity, (gsize) n);
  cjv_frame_set_values (frame, "frequency", frequency, (gsize) n);
  cjv_frame_set_values (frame, "modulation", modulation, (gsize) n);
  cjv_frame_set_scalar (frame, "unit", 3);
  if (compared)
    {
      cjv_frame_set_values (frame, "phase", phase, (gsize) n);
      cjv_frame_set_values (frame, "size", size, (gsize) n);
      cjv_frame_set_values (frame, "before-preferred", phase, (gsize) n);
      cjv_frame_set_values (frame, "before-selectivity", weak, (gsize) n);
      cjv_frame_set_values (frame, "series", series, (gsize) n);
      cjv_frame_set_strings (frame, "names", names);
    }
  cjv_frame_set_text (frame, "title", "conv1");
  return cjv_frame_seal (frame);
}

/* Filters that are more and more noise. */
static CjvFrame *
frame_gabor (int n, int side)
{
  CjvFrame *frame = cjv_frame_new ();
  const gint64 dims[] = { n, side, side };
  CjTensor *filters = tensor (3, dims), *fits = tensor (3, dims);
  g_autofree float *r2 = g_new (float, n), *angle = g_new (float, n);

  for (int k = 0; k < n; k++)
    {
      for (int i = 0; i < side * side; i++)
        {
          const double x = i % side - side / 2.0, y = i / side - side / 2.0, a = k * 0.5;
          const double fit = exp (-(x * x + y * y) / 8) * cos (x * sin (a) + y * cos (a) + k);

          cj_tensor_f32 (fits)[k * side * side + i] = (float) fit;
          cj_tensor_f32 (filters)[k * side * side + i]
              = (float) (fit + 0.3 * k / n * bell ((guint32) (k * side * side + i)));
        }
      r2[k] = k == n - 1 ? NAN : (float) (1 - (double) k / n);
      angle[k] = (float) fmod (k * 0.5 * 180 / G_PI, 180);
    }
  cjv_frame_take_array (frame, "filters", filters);
  cjv_frame_take_array (frame, "fits", fits);
  cjv_frame_set_values (frame, "r2", r2, (gsize) n);
  cjv_frame_set_values (frame, "orientation", angle, (gsize) n);
  if (side > 7)
    {
      for (int k = 0; k < n; k++)
        r2[k] *= 0.4f;
      cjv_frame_set_values (frame, "before-r2", r2, (gsize) n);
    }
  cjv_frame_set_scalar (frame, "good", 0.6);
  cjv_frame_set_text (frame, "title", "conv1.weight");
  return cjv_frame_seal (frame);
}

/* Pictures that were made, and places of the data, of `c` channels. */
static CjvFrame *
frame_ideal (int n, int examples, int c)
{
  CjvFrame *frame = cjv_frame_new ();
  const char *const names[3] = { "pictures", "most", "least" };
  const char *const answers[3] = { "answers", "most-answers", "least-answers" };

  for (int r = 0; r < (examples > 0 ? 3 : 1); r++)
    {
      const int count = r == 0 ? n : examples, side = r == 0 ? 28 : 12;
      const gint64 dims[] = { count, c, side, side };
      CjTensor *pictures = tensor (4, dims);
      g_autofree float *values = g_new (float, count);

      for (int i = 0; i < count * c * side * side; i++)
        {
          const double x = i % side - side / 2.0, y = i / side % side - side / 2.0;

          cj_tensor_f32 (pictures)[i]
              = (float) (0.5 + 0.4 * cos (x * 0.7 + r + i / (side * side)) * exp (-y * y / 60));
        }
      for (int i = 0; i < count; i++)
        values[i] = (float) (r == 2 ? -0.2 - 0.1 * i : 4.0 - r - 0.2 * i);
      cjv_frame_take_array (frame, names[r], pictures);
      cjv_frame_set_values (frame, answers[r], values, (gsize) count);
      if (r == 1)
        cjv_frame_set_values (frame, "most-samples", values, (gsize) count);
    }
  cjv_frame_set_scalar (frame, "pixels", 1);
  cjv_frame_set_text (frame, "title", "conv2, unit 3");
  return cjv_frame_seal (frame);
}

static CjvFrame *
frame_field (int side, int c)
{
  CjvFrame *frame = cjv_frame_new ();
  const gint64 picture[] = { c, side, side };
  CjTensor *input = c > 0 ? tensor (3, picture) : NULL;
  const gint64 dims[] = { side, side };
  CjTensor *field = tensor (2, dims);
  const float box[] = { side / 4.0f, side / 4.0f, side / 2.0f, side / 2.0f };

  for (int i = 0; i < side * side; i++)
    {
      const double x = i % side - side / 2.0, y = i / side - side / 2.0;

      cj_tensor_f32 (field)[i] = (float) exp (-(x * x + y * y) * 20 / (side * side));
    }
  for (int i = 0; i < c * side * side; i++)
    cj_tensor_f32 (input)[i] = (float) (0.5 + 0.5 * sin (i % side * 0.4 + i / side * 0.2));
  if (input != NULL)
    cjv_frame_take_array (frame, "input", input);
  cjv_frame_set_scalar (frame, "pixels", 1);
  cjv_frame_take_array (frame, "field", field);
  cjv_frame_set_values (frame, "box", box, 4);
  cjv_frame_set_scalar (frame, "radius", side / 9.0);
  cjv_frame_set_text (frame, "title", "conv2, unit 3");
  return cjv_frame_seal (frame);
}
