/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What every figure has to do, asked of each one in the registry. */
#include "cjv-export.h"
#include "sample-frames.h"

#include "cj-error.h"

#include <glib/gstdio.h>
#include <string.h>

/* Fontconfig keeps what it has read until the end; every leak of our own is still found. */
const char *__lsan_default_suppressions (void);

const char *
__lsan_default_suppressions (void)
{
  return "leak:libfontconfig\n";
}

static const double sizes[][2] = { { 960, 320 }, { 520, 400 }, { 260, 200 } };

/* With CAJAL_VIZ_LOOK=FOLDER everything is also written there as PNG, to be looked at. */
static void
look (const char *id, CjvFrame *frame, const char *word)
{
  const CjvFigureInfo *info = cjv_figure_find (id);
  const char *folder = g_getenv ("CAJAL_VIZ_LOOK");

  for (guint k = 0; folder != NULL && k < 2 * G_N_ELEMENTS (sizes); k++)
    {
      g_autofree char *path = g_strdup_printf ("%s/%s%s-%s-%u.png", folder, id, word,
                                               k % 2 ? "dark" : "light", k / 2);
      CjvStyle style;

      cjv_style_init (&style, k % 2);
      g_assert_true (
          cjv_export (info, frame, NULL, &style, sizes[k / 2][0], sizes[k / 2][1], path, NULL));
    }
}

/* TRUE if not all pixels are the same. */
static gboolean
has_picture (CjTensor *pixels)
{
  const guint32 *p = pixels->data;

  for (gint64 i = 1; i < cj_shape_size (&pixels->shape) / 4; i++)
    if (p[i] != p[0])
      return TRUE;
  return FALSE;
}

static gboolean
same (CjTensor *a, CjTensor *b)
{
  return cj_shape_equal (&a->shape, &b->shape)
         && memcmp (a->data, b->data, cj_tensor_bytes (a)) == 0;
}

static void
draw_everywhere (const CjvFigureInfo *info, CjvFrame *frame)
{
  static const double tiny[][2] = { { 120, 90 }, { 40, 300 }, { 16, 16 }, { 3, 2 } };

  for (guint k = 0; k < 2 * (G_N_ELEMENTS (sizes) + G_N_ELEMENTS (tiny)); k++)
    {
      const gboolean small = k / 2 >= G_N_ELEMENTS (sizes);
      const double *size = small ? tiny[k / 2 - G_N_ELEMENTS (sizes)] : sizes[k / 2];
      g_autoptr (CjTensor) pixels = NULL;
      CjvStyle style;

      cjv_style_init (&style, k % 2);
      pixels = cjv_render_tensor (info, frame, NULL, &style, size[0], size[1]);
      g_assert_nonnull (pixels);
      g_assert_cmpint (pixels->shape.dims[0], ==, (gint64) size[1]);
      g_assert_cmpint (pixels->shape.dims[1], ==, (gint64) size[0]);
      if (!small)
        g_assert_true (has_picture (pixels));
    }
}

static void
test_draw (gconstpointer data)
{
  const CjvFigureInfo *info = data;
  g_autoptr (CjvFrame) frame = sample_frame (info->id);
  g_autoptr (CjvFrame) other = other_frame (info->id);
  g_autoptr (CjTensor) light = NULL;
  g_autoptr (CjTensor) again = NULL;
  g_autoptr (CjTensor) dark = NULL;
  g_autoptr (CjTensor) empty = NULL;
  CjvStyle style;

  g_assert_nonnull (frame);
  g_assert_nonnull (other);
  draw_everywhere (info, frame);
  draw_everywhere (info, other);
  cjv_style_init (&style, FALSE);
  light = cjv_render_tensor (info, frame, NULL, &style, 480, 320);
  again = cjv_render_tensor (info, frame, NULL, &style, 480, 320);
  empty = cjv_render_tensor (info, NULL, NULL, &style, 480, 320);
  style.dark = TRUE;
  dark = cjv_render_tensor (info, frame, NULL, &style, 480, 320);
  g_assert_true (same (light, again));
  g_assert_false (same (light, dark));
  g_assert_false (same (light, empty));
  look (info->id, frame, "");
  look (info->id, other, "-other");
}

/* Every parameter at both of its ends and at every choice, large text and fine screens. */
static void
test_params (gconstpointer data)
{
  const CjvFigureInfo *info = data;
  g_autoptr (CjvFrame) frame = sample_frame (info->id);
  g_autofree gpointer params = cjv_figure_new_params (info);
  CjvStyle style;

  cjv_style_init (&style, FALSE);
  style.font_size = 26;
  style.scale = 2;
  style.high_contrast = TRUE;
  for (const CjParam *p = info->params; p->name != NULL; p++)
    {
      const double ends[] = { p->min, p->max };
      guint n = 2;

      g_assert_nonnull (p->title);
      g_assert_nonnull (p->blurb);
      if (p->kind == CJ_PARAM_CHOICE)
        n = g_strv_length ((char **) p->choices);
      for (guint i = 0; i < n; i++)
        {
          g_autofree char *number = g_strdup_printf ("%g", i < 2 ? ends[i] : 0);
          const char *text = p->kind == CJ_PARAM_CHOICE ? p->choices[i]
                             : p->kind == CJ_PARAM_BOOL ? (i ? "true" : "false")
                                                        : number;
          g_autoptr (CjTensor) pixels = NULL;

          cj_params_reset (info->params, params);
          g_assert_true (cj_params_parse (info->params, params, p->name, text, NULL));
          pixels = cjv_render_tensor (info, frame, params, &style, 500, 360);
          g_assert_nonnull (pixels);
          g_assert_cmpint (pixels->shape.dims[1], ==, 1000);
          g_assert_true (has_picture (pixels));
        }
    }
}

static void
check_svg (const char *text, gsize length)
{
  static const GMarkupParser parser = { NULL };
  GMarkupParseContext *context = g_markup_parse_context_new (&parser, 0, NULL, NULL);
  GError *error = NULL;

  g_assert_true (g_markup_parse_context_parse (context, text, (gssize) length, &error));
  g_assert_no_error (error);
  g_assert_true (g_markup_parse_context_end_parse (context, &error));
  g_assert_no_error (error);
  g_markup_parse_context_free (context);
  g_assert_nonnull (strstr (text, "<title>"));
  g_assert_nonnull (strstr (text, "<desc>"));
}

/* The same number of fields in every line, at least one line of values. */
static void
check_csv (const char *text)
{
  int fields = 0, first = 0, lines = 0;
  gboolean quoted = FALSE;

  for (const char *c = text; *c != '\0'; c++)
    {
      if (*c == '"')
        quoted = !quoted;
      fields += *c == ',' && !quoted;
      if (*c != '\n' || quoted)
        continue;
      g_assert_cmpint (c[-1], ==, '\r');
      first = lines == 0 ? fields : first;
      g_assert_cmpint (fields, ==, first);
      fields = 0;
      lines++;
    }
  g_assert_false (quoted);
  g_assert_cmpint (lines, >, 1);
}

static void
test_export (gconstpointer data)
{
  static const char *const endings[] = { "svg", "pdf", "png", "csv" };
  const CjvFigureInfo *info = data;
  g_autoptr (CjvFrame) frame = sample_frame (info->id);
  g_autofree char *folder = g_dir_make_tmp ("cajal-viz-XXXXXX", NULL);
  CjvStyle style;

  cjv_style_init (&style, FALSE);
  style.scale = 2;
  for (guint i = 0; i < G_N_ELEMENTS (endings); i++)
    {
      g_autofree char *path = g_strdup_printf ("%s/figure.%s", folder, endings[i]);
      g_autofree char *text = NULL;
      GError *error = NULL;
      gsize length;

      g_assert_true (cjv_export (info, frame, NULL, &style, 480, 320, path, &error));
      g_assert_no_error (error);
      g_assert_true (g_file_get_contents (path, &text, &length, NULL));
      g_assert_cmpuint (length, >, 100);
      if (i == 0)
        check_svg (text, length);
      else if (i == 1)
        {
          g_assert_true (g_str_has_prefix (text, "%PDF-"));
          g_assert_nonnull (g_strstr_len (text + length - 16, 16, "%%EOF"));
        }
      else if (i == 2)
        {
          cairo_surface_t *image = cairo_image_surface_create_from_png (path);

          g_assert_cmpint (cairo_image_surface_get_width (image), ==, 960);
          g_assert_cmpint (cairo_image_surface_get_height (image), ==, 640);
          cairo_surface_destroy (image);
        }
      else
        check_csv (text);
      g_assert_cmpint (g_unlink (path), ==, 0);
    }
  g_assert_cmpint (g_rmdir (folder), ==, 0); /* nothing was left over */
}

static void
test_words (gconstpointer data)
{
  const CjvFigureInfo *info = data;
  g_autoptr (CjvFrame) frame = sample_frame (info->id);
  g_autofree char *words = cjv_figure_print_words (info, frame, NULL);
  g_autofree char *none = cjv_figure_print_words (info, NULL, NULL);
  g_autofree char *csv = cjv_figure_print_csv (info, NULL, NULL);

  g_test_message ("%s: %s", info->id, words);
  g_assert_true (g_str_has_suffix (words, "."));
  g_assert_true (g_utf8_validate (words, -1, NULL));
  g_assert_nonnull (strstr (none, info->empty));
  g_assert_cmpstr (csv, ==, "");
  g_assert_nonnull (info->title);
  g_assert_nonnull (info->blurb);
  g_assert_true (cjv_figure_find (info->id) == info);
  for (const CjvWant *want = info->wants; want->name != NULL; want++)
    {
      g_assert_nonnull (want->blurb);
      g_assert_true (want->kind != CJV_WANT_ARRAY || want->shape != NULL);
    }
}

static void
test_hit (gconstpointer data)
{
  const CjvFigureInfo *info = data;
  g_autoptr (CjvFrame) frame = sample_frame (info->id);
  CjvStyle style;
  CjvHit hit;
  int found = 0;

  cjv_style_init (&style, FALSE);
  for (double y = -8; y < 340; y += 16)
    for (double x = -8; x < 500; x += 16)
      if (cjv_figure_hit (info, frame, NULL, &style, 480, 320, x, y, &hit))
        {
          found++;
          g_assert_nonnull (hit.text);
          g_assert_true (g_utf8_validate (hit.text, -1, NULL));
          g_assert_true (hit.width > 0 && hit.height > 0);
          cjv_hit_clear (&hit);
        }
      else
        g_assert_null (hit.text);
  g_assert_cmpint (found, >, 5);
  g_assert_false (cjv_figure_hit (info, NULL, NULL, &style, 480, 320, 200, 200, &hit));
  g_assert_false (cjv_figure_hit (info, frame, NULL, &style, 480, 320, -1, 1e9, &hit));
}

/* The sample frame with the values of every array replaced by what `make` gives. */
static CjvFrame *
spoiled (const CjvFigureInfo *info, CjvFrame *frame, float (*make) (gint64 i))
{
  CjvFrame *bad = cjv_frame_new ();

  for (const CjvWant *want = info->wants; want->name != NULL; want++)
    {
      const CjTensor *array = cjv_frame_get_array (frame, want->name);
      CjTensor *copy;

      if (array == NULL)
        continue;
      copy = cj_tensor_new (CJ_FLOAT32, &array->shape);
      for (gint64 i = 0; i < cj_shape_size (&array->shape); i++)
        cj_tensor_f32 (copy)[i] = make (i);
      cjv_frame_take_array (bad, want->name, copy);
    }
  return cjv_frame_seal (bad);
}

static float
make_nan (gint64 i)
{
  (void) i;
  return NAN;
}

static float
make_infinite (gint64 i)
{
  return i % 2 ? INFINITY : -INFINITY;
}

static float
make_huge (gint64 i)
{
  return i % 3 == 0 ? 3.4e38f : i % 3 == 1 ? -3.4e38f : 1e-38f;
}

static float
make_constant (gint64 i)
{
  (void) i;
  return 7;
}

static float
make_zero (gint64 i)
{
  (void) i;
  return 0;
}

static float
make_mixed (gint64 i)
{
  return i % 5 == 0 ? NAN : i % 7 == 0 ? -INFINITY : (float) bell ((guint32) i);
}

static void
use_all (const CjvFigureInfo *info, CjvFrame *frame, guint n_sizes)
{
  g_autofree char *words = cjv_figure_print_words (info, frame, NULL);
  g_autofree char *csv = cjv_figure_print_csv (info, frame, NULL);
  CjvStyle style;

  g_assert_cmpstr (words, !=, "");
  g_assert_nonnull (csv);
  cjv_style_init (&style, TRUE);
  for (guint k = 0; k < n_sizes; k++)
    {
      g_autoptr (CjTensor) pixels
          = cjv_render_tensor (info, frame, NULL, &style, sizes[k][0], sizes[k][1]);

      g_assert_nonnull (pixels);
      g_assert_true (has_picture (pixels));
    }
  for (double y = 1; y < 200; y += 39)
    for (double x = 1; x < 260; x += 39)
      {
        CjvHit hit;

        if (cjv_figure_hit (info, frame, NULL, &style, 260, 200, x, y, &hit))
          cjv_hit_clear (&hit);
      }
}

static void
test_bad_numbers (gconstpointer data)
{
  static float (*const makers[]) (gint64)
      = { make_nan, make_infinite, make_huge, make_constant, make_zero, make_mixed };
  const CjvFigureInfo *info = data;
  g_autoptr (CjvFrame) frame = sample_frame (info->id);

  for (guint i = 0; i < G_N_ELEMENTS (makers); i++)
    {
      g_autoptr (CjvFrame) bad = spoiled (info, frame, makers[i]);
      g_autofree char *word = g_strdup_printf ("-bad%u", i);

      use_all (info, bad, G_N_ELEMENTS (sizes));
      look (info->id, bad, word);
    }
}

/* Pictures that belong together make a row each, the first of them apart. */
static void
test_groups (void)
{
  const CjvFigureInfo *info = cjv_figure_find ("contact-sheet");
  const CjShape shape = cj_shape4 (24, 1, 6, 6);
  CjvFrame *open = cjv_frame_new ();
  g_autoptr (CjTensor) images = cj_tensor_new (CJ_FLOAT32, &shape);
  g_autoptr (CjvFrame) frame = NULL;
  double x_of[8] = { 0 }, y_of[3] = { 0 };
  gboolean seen[24] = { FALSE };
  CjvStyle style;

  cjv_frame_set_array (open, "images", images);
  cjv_frame_set_scalar (open, "group", 8);
  frame = cjv_frame_seal (open);
  cjv_style_init (&style, FALSE);
  for (double y = 0; y < 480; y += 3)
    for (double x = 0; x < 640; x += 3)
      {
        CjvHit hit;

        if (!cjv_figure_hit (info, frame, NULL, &style, 640, 480, x, y, &hit))
          continue;
        g_assert_true (x_of[hit.index % 8] == 0 || x_of[hit.index % 8] == hit.x);
        g_assert_true (y_of[hit.index / 8] == 0 || y_of[hit.index / 8] == hit.y);
        x_of[hit.index % 8] = hit.x;
        y_of[hit.index / 8] = hit.y;
        seen[hit.index] = TRUE;
        cjv_hit_clear (&hit);
      }
  for (guint i = 0; i < 24; i++)
    g_assert_true (seen[i]);
  g_assert_cmpfloat (x_of[1] - x_of[0], >, x_of[2] - x_of[1] + 4);
}

/* Arrays of every number of dimensions, empty and of one element, where others are expected. */
static void
test_bad_shapes (gconstpointer data)
{
  const CjvFigureInfo *info = data;

  for (guint n_dims = 0; n_dims <= CJ_MAX_DIMS; n_dims++)
    for (gint64 side = 0; side < 4; side++)
      {
        const gint64 dims[CJ_MAX_DIMS] = { side, side, side, side, side, side };
        g_autoptr (CjvFrame) frame = cjv_frame_new ();

        for (const CjvWant *want = info->wants; want->name != NULL; want++)
          if (want->kind == CJV_WANT_ARRAY)
            cjv_frame_take_array (frame, want->name, tensor (n_dims, dims));
        use_all (info, frame, 1);
      }
}

static gpointer
draw_all (gpointer data)
{
  GPtrArray *pictures = g_ptr_array_new_with_free_func ((GDestroyNotify) cj_tensor_unref);
  CjvFrame *const *frames = data;
  CjvStyle style;

  cjv_style_init (&style, FALSE);
  for (guint i = 0; cjv_figures ()[i] != NULL; i++)
    g_ptr_array_add (pictures,
                     cjv_render_tensor (cjv_figures ()[i], frames[i], NULL, &style, 300, 200));
  return pictures;
}

/* Several threads draw the same frames at once and get the same pixels. */
static void
test_threads (void)
{
  CjvFrame *frames[64] = { NULL };
  GThread *threads[3];
  GPtrArray *first;

  for (guint i = 0; cjv_figures ()[i] != NULL; i++)
    frames[i] = sample_frame (cjv_figures ()[i]->id);
  for (guint k = 0; k < G_N_ELEMENTS (threads); k++)
    threads[k] = g_thread_new ("draw", draw_all, frames);
  first = draw_all (frames);
  for (guint k = 0; k < G_N_ELEMENTS (threads); k++)
    {
      GPtrArray *pictures = g_thread_join (threads[k]);

      for (guint i = 0; i < pictures->len; i++)
        g_assert_true (same (pictures->pdata[i], first->pdata[i]));
      g_ptr_array_unref (pictures);
    }
  g_ptr_array_unref (first);
  for (guint i = 0; frames[i] != NULL; i++)
    cjv_frame_free (frames[i]);
}

static void
test_export_refusals (void)
{
  const CjvFigureInfo *info = cjv_figures ()[0];
  g_autofree char *folder = g_dir_make_tmp ("cajal-viz-XXXXXX", NULL);
  g_autofree char *wrong = g_build_filename (folder, "figure.gif", NULL);
  g_autofree char *nowhere = g_build_filename (folder, "no", "figure.png", NULL);
  GError *error = NULL;
  CjvStyle style;

  cjv_style_init (&style, FALSE);
  g_assert_false (cjv_export (info, NULL, NULL, &style, 100, 100, wrong, &error));
  g_assert_error (error, CJ_ERROR, CJ_ERROR_FILE);
  g_assert_nonnull (strstr (error->message, "figure.gif"));
  g_clear_error (&error);
  g_assert_false (cjv_export (info, NULL, NULL, &style, 100, 100, nowhere, &error));
  g_assert_error (error, CJ_ERROR, CJ_ERROR_FILE);
  g_clear_error (&error);
  style.scale = 1000;
  g_assert_false (cjv_export (info, NULL, NULL, &style, 5000, 5000, nowhere, &error));
  g_assert_error (error, CJ_ERROR, CJ_ERROR_MEMORY);
  g_clear_error (&error);
  g_assert_cmpint (g_rmdir (folder), ==, 0);
}

int
main (int argc, char **argv)
{
  static const struct
  {
    const char *name;
    GTestDataFunc run;
  } tests[] = {
    { "draw", test_draw },
    { "params", test_params },
    { "export", test_export },
    { "words", test_words },
    { "hit", test_hit },
    { "bad-numbers", test_bad_numbers },
    { "bad-shapes", test_bad_shapes },
  };

  g_test_init (&argc, &argv, NULL);
  for (guint i = 0; cjv_figures ()[i] != NULL; i++)
    for (guint k = 0; k < G_N_ELEMENTS (tests); k++)
      {
        g_autofree char *path
            = g_strdup_printf ("/viz/%s/%s", cjv_figures ()[i]->id, tests[k].name);

        g_test_add_data_func (path, cjv_figures ()[i], tests[k].run);
      }
  g_test_add_func ("/viz/figures/contact-sheet/groups", test_groups);
  g_test_add_func ("/viz/export/refusals", test_export_refusals);
  g_test_add_func ("/viz/threads", test_threads);
  return g_test_run ();
}
