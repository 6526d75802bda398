/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Exported pictures: the same bytes whatever was drawn before, in one process and in two; what they
 * carry is found again; plates lay their panels out. */
#define _GNU_SOURCE /* memmem */
#include "cjv-record.h"
#include "sample-frames.h"

#include "cj-error.h"

#include <string.h>

/* Fontconfig keeps what it has read until the end; every leak of our own is still found. */
const char *__lsan_default_suppressions (void);

const char *
__lsan_default_suppressions (void)
{
  return "leak:libfontconfig\n";
}

static const char *const endings[] = { "svg", "pdf", "png" };
static const char *const facts[]
    = { "Software", "Cajal 9", "Step", "12", "Umläute", "<ä> & \"ß\"", NULL };

/* Bytes of every kind, as a record is. */
static GBytes *
make_record (gsize size)
{
  guint8 *data = g_malloc (size);

  for (gsize i = 0; i < size; i++)
    data[i] = (guint8) (noise ((guint32) i) * 256);
  return g_bytes_new_take (data, size);
}

static CjvPlate *
make_plate (guint n, guint columns)
{
  static const char *const ids[] = { "maps", "curves", "confusion", "filters", "scatter" };
  CjvStyle style;
  CjvPlate *plate;

  cjv_style_init (&style, FALSE);
  plate = cjv_plate_new (&style, 500, 0);
  plate->columns = columns;
  plate->letters = n > 1;
  for (guint i = 0; i < n; i++)
    {
      const char *id = ids[i % G_N_ELEMENTS (ids)];

      cjv_plate_add (plate, cjv_figure_find (id), sample_frame (id), NULL);
    }
  return plate;
}

static GBytes *
print (const CjvPlate *plate, const char *ending)
{
  g_autoptr (GBytes) record = make_record (3000);
  const CjvLabel label = { facts, record };
  GError *error = NULL;
  GBytes *bytes = cjv_plate_print (plate, &label, ending, &error);

  g_assert_no_error (error);
  return bytes;
}

/* Drawn twice in a process, with other drawings between. */
static void
test_again (void)
{
  g_autoptr (CjvPlate) plate = make_plate (3, 2), other = make_plate (2, 1);

  for (guint i = 0; i < G_N_ELEMENTS (endings); i++)
    {
      g_autoptr (GBytes) first = print (plate, endings[i]), between = print (other, endings[i]);
      g_autoptr (GBytes) second = print (plate, endings[i]);

      g_assert_true (g_bytes_equal (first, second));
      g_assert_false (g_bytes_equal (first, between));
    }
}

/* Prints what the pictures hash to, after some drawings of another number. */
static void
test_hash (void)
{
  const char *before = g_getenv ("CAJAL_TEST_BEFORE");
  g_autoptr (CjvPlate) plate = make_plate (3, 2), other = make_plate (1, 1);

  if (!g_test_subprocess ())
    return;
  for (int i = 0; i < (before != NULL ? atoi (before) : 0); i++)
    g_bytes_unref (print (other, "svg"));
  for (guint i = 0; i < G_N_ELEMENTS (endings); i++)
    {
      g_autoptr (GBytes) bytes = print (plate, endings[i]);
      g_autofree char *hash = g_compute_checksum_for_bytes (G_CHECKSUM_SHA256, bytes);

      g_print ("%s %s\n", endings[i], hash);
    }
}

/* What a process of its own prints that draws `before` pictures first. */
static char *
run_process (const char *before)
{
  const char *argv[]
      = { "/proc/self/exe", "-q", "-p", "/viz/export/hash", "--GTestSubprocess", NULL };
  g_auto (GStrv) environment
      = g_environ_setenv (g_get_environ (), "CAJAL_TEST_BEFORE", before, TRUE);
  g_autofree char *exe = g_file_read_link ("/proc/self/exe", NULL);
  char *text = NULL;
  int status = -1;

  argv[0] = exe;
  g_assert_true (g_spawn_sync (NULL, (char **) argv, environment, G_SPAWN_DEFAULT, NULL, NULL,
                               &text, NULL, &status, NULL));
  g_assert_cmpint (status, ==, 0);
  return text;
}

static void
test_processes (void)
{
  g_autofree char *one = run_process ("0"), *two = run_process ("3");
  const char *start = strstr (one, "svg "), *other = strstr (two, "svg ");

  g_assert_nonnull (start);
  g_assert_nonnull (strstr (start, "pdf "));
  g_assert_nonnull (strstr (start, "png "));
  g_assert_cmpstr (start, ==, other);
}

static gboolean
contains (GBytes *bytes, const char *what)
{
  gsize size;
  const char *data = g_bytes_get_data (bytes, &size);

  return memmem (data, size, what, strlen (what)) != NULL;
}

/* Fonts are embedded, text is text, and nothing tells the time. */
static void
test_pdf (void)
{
  g_autoptr (CjvPlate) plate = make_plate (1, 1);
  g_autoptr (GBytes) bytes = print (plate, "pdf");

  g_assert_true (contains (bytes, "/FontFile"));
  g_assert_true (contains (bytes, "/FontDescriptor"));
  g_assert_false (contains (bytes, "/Type3"));
  g_assert_false (contains (bytes, "CreationDate"));
  g_assert_false (contains (bytes, "ModDate"));
  g_assert_true (contains (bytes, "/EmbeddedFiles"));
}

static GBytes *
print_dated (const CjvPlate *plate, const char *date, const char *ending)
{
  const char *const dated[] = { CJV_FACT_DATE, date, NULL };
  const CjvLabel label = { dated, NULL };
  GError *error = NULL;
  GBytes *bytes = cjv_plate_print (plate, &label, ending, &error);

  g_assert_no_error (error);
  return bytes;
}

/* Every format has the date of the label where its readers look for one; no other words become one. */
static void
test_date (void)
{
  static const char time[] = "tIME\x07\xe7\x0b\x1d\x04\x05\x06"; /* 2023-11-29 04:05:06 */
  static const char *const places[] = { "<dc:date>", "CreationDate", "tIME" };
  g_autoptr (CjvPlate) plate = make_plate (1, 1);
  g_autoptr (GBytes) svg = print_dated (plate, "2023-11-29T04:05:06Z", "svg");
  g_autoptr (GBytes) pdf = print_dated (plate, "2023-11-29T04:05:06Z", "pdf");
  g_autoptr (GBytes) png = print_dated (plate, "2023-11-29T05:05:06+01", "png");

  g_assert_true (contains (svg, "<dc:date>2023-11-29T04:05:06Z</dc:date>"));
  g_assert_true (contains (pdf, "/CreationDate (D:20231129040506Z)"));
  g_assert_true (contains (png, time));
  g_assert_false (contains (pdf, "ModDate"));
  for (guint i = 0; i < G_N_ELEMENTS (endings); i++)
    {
      g_autoptr (GBytes) none = print_dated (plate, "last <Tuesday>", endings[i]);

      g_assert_false (contains (none, places[i]));
    }
}

/* 96 px an inch, times the scale, in pixels a metre. */
static void
test_png_resolution (void)
{
  static const guint8 expected[] = { 'p', 'H', 'Y', 's', 0, 0, 0x2e, 0x23, 0, 0, 0x2e, 0x23, 1 };
  g_autoptr (CjvPlate) plate = make_plate (1, 1);
  g_autoptr (GBytes) bytes = NULL;
  gsize size;

  plate->style.scale = 300.0 / 96;
  bytes = print (plate, "png");
  g_assert_nonnull (memmem (g_bytes_get_data (bytes, &size), g_bytes_get_size (bytes), expected,
                            sizeof expected));
}

/* Ids begin at 1 and every one that is used is there. */
static void
test_svg_ids (void)
{
  g_autoptr (CjvPlate) plate = make_plate (2, 1);
  g_autoptr (GBytes) bytes = print (plate, "svg");
  g_autofree char *text = g_strndup (g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes));
  g_autoptr (GRegex) used = g_regex_new ("(?:url\\(#|href=\"#)(i[0-9]+)", 0, 0, NULL);
  g_autoptr (GMatchInfo) match = NULL;
  guint n = 0;

  g_assert_nonnull (strstr (text, "id=\"i1\""));
  g_assert_null (strstr (text, "id=\"surface"));
  g_assert_null (strstr (text, "id=\"glyph"));
  for (g_regex_match (used, text, 0, &match); g_match_info_matches (match);
       g_match_info_next (match, NULL))
    {
      g_autofree char *id = g_match_info_fetch (match, 1);
      g_autofree char *there = g_strdup_printf ("id=\"%s\"", id);

      g_assert_nonnull (strstr (text, there));
      n++;
    }
  g_assert_cmpuint (n, >, 10);
}

static void
test_record (void)
{
  static const gsize sizes[] = { 1, 2, 1000, 300000 };
  g_autoptr (CjvPlate) plate = make_plate (1, 1);

  for (guint i = 0; i < G_N_ELEMENTS (endings); i++)
    for (guint k = 0; k < G_N_ELEMENTS (sizes); k++)
      {
        g_autoptr (GBytes) record = make_record (sizes[k]), found = NULL, bytes = NULL;
        const CjvLabel label = { facts, record };
        GError *error = NULL;

        bytes = cjv_plate_print (plate, &label, endings[i], NULL);
        g_assert_true (cjv_record_is_picture (bytes));
        found = cjv_record_find (bytes, &error);
        g_assert_no_error (error);
        g_assert_true (g_bytes_equal (found, record));
      }
}

static void
refuse (GBytes *bytes, const char *words)
{
  GError *error = NULL;

  g_assert_null (cjv_record_find (bytes, &error));
  g_assert_error (error, CJ_ERROR, CJ_ERROR_FILE);
  g_assert_nonnull (strstr (error->message, words));
  g_error_free (error);
}

/* Pictures without a record, cut off anywhere before its end, and other things. */
static void
test_record_refusals (void)
{
  g_autoptr (CjvPlate) plate = make_plate (1, 1);
  g_autoptr (GBytes) text = g_bytes_new_static ("hello", 5);

  refuse (text, "no picture that Cajal writes");
  for (guint i = 0; i < G_N_ELEMENTS (endings); i++)
    {
      g_autoptr (GBytes) bare = cjv_plate_print (plate, NULL, endings[i], NULL);
      g_autoptr (GBytes) whole = print (plate, endings[i]);

      refuse (bare, "No figure of Cajal");
      for (gsize share = 1; share < 8; share++)
        {
          g_autoptr (GBytes) cut
              = g_bytes_new_from_bytes (whole, 0, g_bytes_get_size (whole) * share / 64);
          GError *error = NULL;
          g_autoptr (GBytes) found = cjv_record_find (cut, &error);

          g_assert_null (found);
          g_assert_error (error, CJ_ERROR, CJ_ERROR_FILE);
          g_error_free (error);
        }
    }
}

/* Rows begin where the one above ends; a span takes its columns; a height that is given is kept. */
static void
test_layout (void)
{
  g_autoptr (CjvPlate) plate = make_plate (3, 2);
  double natural;

  ((CjvPanel *) plate->panels->pdata[2])->span = 2;
  natural = cjv_plate_get_height (plate);
  g_assert_cmpfloat (natural, >, 300);
  g_assert_cmpint (cjv_plate_find (plate, 100, 80), ==, 0);
  g_assert_cmpint (cjv_plate_find (plate, 400, 80), ==, 1);
  g_assert_cmpint (cjv_plate_find (plate, 100, natural - 20), ==, 2);
  g_assert_cmpint (cjv_plate_find (plate, 400, natural - 20), ==, 2);
  g_assert_cmpint (cjv_plate_find (plate, 100, natural + 20), ==, -1);
  ((CjvPanel *) plate->panels->pdata[2])->caption = g_strdup ("Words below.");
  g_assert_cmpfloat (cjv_plate_get_height (plate), >, natural + 10);
  plate->height = 200;
  g_assert_cmpfloat (cjv_plate_get_height (plate), ==, 200);
  g_assert_cmpint (cjv_plate_find (plate, 400, 185), ==, -1); /* where the caption stands */
  g_assert_cmpint (cjv_plate_find (plate, 400, 160), ==, 2);
  g_assert_cmpstr (cjv_plate_get_letter (plate, 2), ==, "c");
  plate->letters = FALSE;
  g_assert_cmpstr (cjv_plate_get_letter (plate, 2), ==, "");
}

static void
test_dup (void)
{
  g_autoptr (CjvPlate) plate = make_plate (3, 2), copy = NULL;
  g_autoptr (GBytes) first = print (plate, "svg"), second = NULL;

  copy = cjv_plate_dup (plate);
  second = print (copy, "svg");
  g_assert_true (g_bytes_equal (first, second));
}

/* Maps for print and grey: lightness rises all the way, and the sign keeps its middle. */
static void
test_colors (void)
{
  static const CjvMap maps[]
      = { CJV_MAP_SEQUENTIAL, CJV_MAP_GREY, CJV_MAP_SIGNED_PRINT, CJV_MAP_SIGNED_GREY };
  CjvStyle style;

  cjv_style_init (&style, FALSE);
  for (guint i = 0; i < G_N_ELEMENTS (maps); i++)
    for (int t = 8; t <= 255; t += 8)
      g_assert_cmpfloat (cjv_color_luminance (cjv_map_color (maps[i], &style, t / 255.0)), >,
                         cjv_color_luminance (cjv_map_color (maps[i], &style, (t - 8) / 255.0)));
  style.colors = CJV_COLORS_PRINT;
  g_assert_cmpint (cjv_style_map (&style, CJV_MAP_SIGNED), ==, CJV_MAP_SIGNED_PRINT);
  g_assert_cmpint (cjv_style_map (&style, CJV_MAP_SEQUENTIAL), ==, CJV_MAP_SEQUENTIAL);
  style.colors = CJV_COLORS_GREY;
  g_assert_true (cjv_map_is_signed (cjv_style_map (&style, CJV_MAP_SIGNED)));
  g_assert_cmpint (cjv_style_map (&style, CJV_MAP_SEQUENTIAL), ==, CJV_MAP_GREY);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/viz/export/again", test_again);
  g_test_add_func ("/viz/export/hash", test_hash);
  g_test_add_func ("/viz/export/processes", test_processes);
  g_test_add_func ("/viz/export/pdf", test_pdf);
  g_test_add_func ("/viz/export/date", test_date);
  g_test_add_func ("/viz/export/png-resolution", test_png_resolution);
  g_test_add_func ("/viz/export/svg-ids", test_svg_ids);
  g_test_add_func ("/viz/record/found", test_record);
  g_test_add_func ("/viz/record/refusals", test_record_refusals);
  g_test_add_func ("/viz/plate/layout", test_layout);
  g_test_add_func ("/viz/plate/dup", test_dup);
  g_test_add_func ("/viz/style/colors", test_colors);
  return g_test_run ();
}
