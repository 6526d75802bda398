/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The rasteriser of synapses against cairo, and which synapses are drawn. */
#include "cjv-synapses.h"

#include <math.h>

#define F 30
#define U 10
#define WIDTH 400
#define HEIGHT 300

static const CjvColumn from = { .x = 30, .top = 10, .pitch = 9, .radius = 4 };
static const CjvColumn to = { .x = 370, .top = 20, .pitch = 26, .radius = 8 };

/* Weights of both signs and of every size, a fifth of them pruned. */
static CjvSynapses
make (float *weights, guint8 *kept)
{
  for (int i = 0; i < F * U; i++)
    {
      kept[i] = i % 5 != 3;
      weights[i] = kept[i] ? (float) sin (i * 12.9898) : 0;
    }
  return (CjvSynapses){ .n_from = F, .n_to = U, .weights = weights, .kept = kept };
}

static void
test_pick (void)
{
  float weights[F * U];
  guint8 kept[F * U];
  const CjvSynapses all = make (weights, kept);
  CjvSynapsePick pick;
  guint pruned = 0, stronger = 0;

  cjv_synapses_pick (&all, 0, F, 0, U, -1, -1, 40, &pick);
  g_assert_cmpint (pick.n, ==, F * U);
  g_assert_cmpint (pick.n_pruned, ==, F * U / 5);
  for (guint i = 0; i < pick.shown->len; i++)
    {
      const CjvSynapse *s = &g_array_index (pick.shown, CjvSynapse, i);

      if (s->pruned)
        {
          g_assert_cmpint (kept[s->to * F + s->from], ==, 0);
          pruned++;
        }
      else
        {
          g_assert_cmpfloat (s->weight, ==, weights[s->to * F + s->from]);
          if (i > pruned)
            g_assert_cmpfloat (fabsf (s->weight), >=, fabsf (s[-1].weight));
        }
    }
  g_assert_cmpint (pick.shown->len - pruned, ==, 40);
  g_assert_cmpint (pruned, <=, 10);
  g_assert_cmpint (pruned, >, 5);
  for (int i = 0; i < F * U; i++)
    stronger += fabsf (weights[i]) > fabsf (g_array_index (pick.shown, CjvSynapse, pruned).weight);
  g_assert_cmpint (stronger, ==, 39);
  cjv_synapse_pick_clear (&pick);

  cjv_synapses_pick (&all, 0, 5, 0, U, 3, -1, 100, &pick);
  g_assert_cmpint (pick.n, ==, U);
  for (guint i = 0; i < pick.shown->len; i++)
    g_assert_cmpint (g_array_index (pick.shown, CjvSynapse, i).from, ==, 3);
  cjv_synapse_pick_clear (&pick);
}

/* Nothing to see, or nothing that is a number: nothing is drawn. */
static void
test_empty (void)
{
  const float weights[] = { 0, NAN, INFINITY, 0 };
  const CjvSynapses all = { .n_from = 2, .n_to = 2, .weights = weights };
  CjvStyle style;
  CjvSynapsePick pick;
  guint32 pixels[16] = { 7 };

  cjv_style_init (&style, FALSE);
  cjv_synapses_pick (&all, 0, 2, 0, 2, -1, -1, 8, &pick);
  g_assert_cmpint (pick.shown->len, ==, 0);
  g_assert_cmpfloat (pick.strongest, ==, 1);
  cjv_synapses_paint (&pick, &from, &to, &style, 1, pixels, 4, 4, 4);
  g_assert_cmpint (pixels[0], ==, 0);
  g_assert_null (cjv_synapses_find (&pick, &from, &to, CJV_SYNAPSE_ANY, 100, 100, 9));
  cjv_synapse_pick_clear (&pick);
}

/* Mean difference of a channel, of 255, between our pixels and cairo's. */
static double
compare (const CjvSynapsePick *pick, gboolean dark, double scale)
{
  const int width = (int) (WIDTH * scale), height = (int) (HEIGHT * scale);
  cairo_surface_t *image = cairo_image_surface_create (CAIRO_FORMAT_ARGB32, width, height);
  cairo_t *cr = cairo_create (image);
  g_autofree guint32 *pixels = g_new (guint32, (gsize) width * (gsize) height);
  const guint8 *ours = (const guint8 *) pixels, *theirs;
  double sum = 0;
  CjvStyle style;

  cjv_style_init (&style, dark);
  cairo_scale (cr, scale, scale);
  cjv_synapses_draw (pick, &from, &to, &style, cr);
  cairo_destroy (cr);
  cairo_surface_flush (image);
  cjv_synapses_paint (pick, &from, &to, &style, scale, pixels, width, height, (gsize) width);
  theirs = cairo_image_surface_get_data (image);
  for (int y = 0; y < height; y++)
    for (int x = 0; x < 4 * width; x++)
      sum += abs (ours[y * 4 * width + x] - theirs[y * cairo_image_surface_get_stride (image) + x]);
  cairo_surface_destroy (image);
  return sum / (4.0 * width * height);
}

static void
test_paint (void)
{
  float weights[F * U];
  guint8 kept[F * U];
  CjvSynapses all = make (weights, kept);
  CjvSynapsePick pick;

  /* whole lines: the same to a share of a grey level */
  for (int i = 0; i < F * U; i++)
    weights[i] = fabsf (weights[i]);
  all.kept = NULL;
  cjv_synapses_pick (&all, 0, F, 0, U, -1, -1, 60, &pick);
  for (int k = 0; k < 4; k++)
    g_assert_cmpfloat (compare (&pick, k % 2 == 1, k < 2 ? 1 : 2), <, 1);
  cjv_synapse_pick_clear (&pick);

  /* dashes begin where cairo's do and are as long, but along x */
  all = make (weights, kept);
  cjv_synapses_pick (&all, 0, F, 0, U, -1, -1, 60, &pick);
  g_assert_cmpfloat (compare (&pick, FALSE, 1), <, 4);
  cjv_synapse_pick_clear (&pick);
}

/* Halves that two threads paint meet as if one had painted the whole. */
static void
test_halves (void)
{
  const CjvColumn left = { .x = 30, .top = 5, .pitch = 1.4, .radius = 1 };
  const CjvColumn right = { .x = 370, .top = 5, .pitch = 7, .radius = 2 };
  const guint n = 200 * 40;
  g_autofree float *weights = g_new (float, n);
  g_autofree guint32 *all = g_new (guint32, WIDTH * HEIGHT), *strip = g_new (guint32, WIDTH * 40);
  const CjvSynapses synapses = { .n_from = 200, .n_to = 40, .weights = weights };
  CjvColumn a = left, b = right;
  CjvSynapsePick pick;
  CjvStyle style;
  int most = 0;

  cjv_style_init (&style, FALSE);
  for (guint i = 0; i < n; i++)
    weights[i] = (float) sin (i * 12.9898);
  cjv_synapses_pick (&synapses, 0, 200, 0, 40, -1, -1, n, &pick);
  cjv_synapses_paint (&pick, &left, &right, &style, 1, all, WIDTH, HEIGHT, WIDTH);
  a.top -= HEIGHT / 2 - 10;
  b.top -= HEIGHT / 2 - 10;
  cjv_synapses_paint (&pick, &a, &b, &style, 1, strip, WIDTH, 40, WIDTH);
  for (int i = 0; i < 4 * WIDTH * 40; i++)
    most = MAX (most, abs (((const guint8 *) strip)[i]
                           - ((const guint8 *) (all + (HEIGHT / 2 - 10) * WIDTH))[i]));
  g_assert_cmpint (most, <=, 2);
  cjv_synapse_pick_clear (&pick);
}

static void
test_find (void)
{
  float weights[F * U] = { 0 };
  const CjvSynapses all = { .n_from = F, .n_to = U, .weights = weights };
  const double middle = (from.x + from.radius + to.x - to.radius) / 2;
  CjvSynapsePick pick;
  const CjvSynapse *found;
  gint64 begin, end;

  weights[4 * F + 20] = -2;
  weights[1 * F + 1] = 1;
  cjv_synapses_pick (&all, 0, F, 0, U, -1, -1, 60, &pick);
  found = cjv_synapses_find (&pick, &from, &to, CJV_SYNAPSE_ANY, middle,
                             (cjv_column_get_y (&from, 20) + cjv_column_get_y (&to, 4)) / 2 + 2, 4);
  g_assert_nonnull (found);
  g_assert_cmpint (found->from, ==, 20);
  g_assert_cmpint (found->to, ==, 4);
  g_assert_null (cjv_synapses_find (&pick, &from, &to, CJV_SYNAPSE_ANY, middle, 0, 4));
  g_assert_null (cjv_synapses_find (&pick, &from, &to, CJV_SYNAPSE_ANY, 2, 15, 400));
  cjv_synapse_pick_clear (&pick);

  cjv_column_find (&from, F, 100, &begin, &end);
  g_assert_cmpint (begin, ==, 0);
  g_assert_cmpint (end, ==, 10);
  cjv_column_find (&(CjvColumn){ .top = -45, .pitch = 9 }, F, 20, &begin, &end);
  g_assert_cmpint (begin, ==, 5);
  g_assert_cmpint (end, ==, 8);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/viz/synapses/pick", test_pick);
  g_test_add_func ("/viz/synapses/empty", test_empty);
  g_test_add_func ("/viz/synapses/paint", test_paint);
  g_test_add_func ("/viz/synapses/halves", test_halves);
  g_test_add_func ("/viz/synapses/find", test_find);
  return g_test_run ();
}
