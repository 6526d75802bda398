/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Pictures that know where they come from: whatever a figure is drawn of comes back from the file, and
 * gives the same file again; damage is a sentence. */
#include "../viz/sample-frames.h"

#include "cj-error.h"
#include "cjl-figure-file.h"
#include "cjl-json.h"
#include "cjl-plate.h"
#include "zip.h"

#include <glib/gstdio.h>
#include <string.h>

/* Fontconfig keeps what it has read until the end; every leak of our own is still found. */
const char *__lsan_default_suppressions (void);

const char *
__lsan_default_suppressions (void)
{
  return "leak:libfontconfig\n";
}

static const char *const endings[] = { "svg", "pdf", "png", "npz" };

typedef struct
{
  char *folder;
} Fixture;

static void
set_up (Fixture *fixture, gconstpointer data)
{
  (void) data;
  fixture->folder = g_dir_make_tmp ("cajal-figure-XXXXXX", NULL);
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GDir) dir = g_dir_open (fixture->folder, 0, NULL);
  const char *name;

  (void) data;
  while ((name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *path = g_build_filename (fixture->folder, name, NULL);

      g_unlink (path);
    }
  g_assert_cmpint (g_rmdir (fixture->folder), ==, 0);
  g_free (fixture->folder);
}

static char *
get_path (const Fixture *fixture, const char *name, const char *ending)
{
  g_autofree char *file = g_strdup_printf ("%s.%s", name, ending);

  return g_build_filename (fixture->folder, file, NULL);
}

static GBytes *
read_file (const char *path)
{
  char *data;
  gsize size;

  g_assert_true (g_file_get_contents (path, &data, &size, NULL));
  return g_bytes_new_take (data, size);
}

static GVariant *
make_source (void)
{
  g_autoptr (CjlProject) project = cjl_project_new ();

  cjl_project_begin (project);
  cjl_project_set_title (project, "Größer “als” <1> & mehr");
  cjl_project_commit (project, "Title", NULL);
  project->learned = g_variant_ref_sink (g_variant_new_parsed ("{'began': <int64 1701230706>}"));
  return cjl_source_new (project, 1234);
}

static CjvPlate *
make_plate (const CjvFigureInfo *info, gboolean two)
{
  CjvStyle style;
  CjvPlate *plate;
  CjvPanel *panel;

  cjv_style_init (&style, two);
  style.scale = 1.25;
  style.colors = two ? CJV_COLORS_PRINT : CJV_COLORS_PRESET;
  plate = cjv_plate_new (&style, 410.5, two ? 0 : 300.25);
  panel = cjv_plate_add (plate, info, sample_frame (info->id), cjv_figure_new_params (info));
  if (!two)
    return plate;
  panel->caption = g_strdup ("Ein Satz, “zitiert”.");
  panel->about = g_variant_ref_sink (g_variant_new_parsed ("{'node': <'conv1'>, 'a': <int64 3>}"));
  panel = cjv_plate_add (plate, info, other_frame (info->id), NULL);
  panel->ratio = 0.4;
  panel->span = 2;
  plate->columns = 2;
  plate->letters = TRUE;
  return plate;
}

/* Every figure, by itself and with another frame on a plate, through every kind of file. */
static void
test_again (Fixture *fixture, gconstpointer data)
{
  const CjvFigureInfo *info = data;
  g_autoptr (GVariant) source = make_source ();
  g_autofree char *says = cjl_json_print (source, FALSE);

  for (guint two = 0; two < 2; two++)
    {
      g_autoptr (CjvPlate) plate = make_plate (info, two);

      for (guint i = 0; i < G_N_ELEMENTS (endings); i++)
        {
          g_autofree char *path = get_path (fixture, "one", endings[i]);
          g_autofree char *again = get_path (fixture, "two", endings[i]);
          g_autoptr (GVariant) source_read = NULL;
          g_autofree char *said = NULL;
          g_autoptr (CjvPlate) read = NULL;
          g_autoptr (GBytes) first = NULL, second = NULL;
          GError *error = NULL;

          g_assert_true (cjl_figure_save (plate, source, path, &error));
          g_assert_no_error (error);
          g_assert_true (cjl_figure_is_file (path));
          read = cjl_figure_load (path, &source_read, &error);
          g_assert_no_error (error);
          said = cjl_json_print (source_read, FALSE);
          g_assert_cmpstr (said, ==, says);
          g_assert_cmpuint (read->panels->len, ==, two + 1);
          g_assert_true (cjl_figure_save (read, source_read, again, &error));
          g_assert_no_error (error);
          first = read_file (path);
          second = read_file (again);
          g_assert_true (g_bytes_equal (first, second));
        }
    }
}

static gboolean
contains (GBytes *bytes, const char *what)
{
  g_autofree char *text = g_strndup (g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes));

  return strstr (text, what) != NULL;
}

/* What other programs read. */
static void
test_facts (Fixture *fixture, gconstpointer data)
{
  g_autoptr (CjvPlate) plate = make_plate (cjv_figure_find ("maps"), TRUE);
  g_autoptr (GVariant) source = make_source ();
  g_autofree char *path = get_path (fixture, "facts", "svg");
  g_autoptr (GBytes) svg = NULL;
  const char *hash;

  (void) data;
  g_assert_true (cjl_figure_save (plate, source, path, NULL));
  svg = read_file (path);
  g_assert_true (g_variant_lookup (source, "sha256", "&s", &hash));
  g_assert_cmpuint (strlen (hash), ==, 64);
  g_assert_true (contains (svg, hash));
  g_assert_true (contains (svg, "<cajal:fact name=\"Step\">1234</cajal:fact>"));
  g_assert_true (contains (svg, "<cajal:fact name=\"Seed\">"));
  g_assert_true (contains (svg, "<cajal:fact name=\"Creation Time\">2023-11-29T04:05:06Z<"));
  g_assert_true (contains (svg, "Größer “als” &lt;1&gt; &amp; mehr"));
  g_assert_true (contains (svg, "maps 1 ({&quot;a&quot;:3,&quot;node&quot;:&quot;conv1&quot;}"));
}

/* The hash is that of what counts. */
static void
test_hash (Fixture *fixture, gconstpointer data)
{
  g_autoptr (CjlProject) project = cjl_project_new ();
  g_autofree char *empty = cjl_project_hash (project), *moved = NULL, *title = NULL, *other = NULL;
  CjNode *node;

  (void) fixture;
  (void) data;
  cjl_project_begin (project);
  cjl_project_set_title (project, "another");
  cjl_project_commit (project, "Title", NULL);
  title = cjl_project_hash (project);
  g_assert_cmpstr (title, ==, empty);
  g_assert_true (cjl_project_set (project, "seed", "77", NULL));
  other = cjl_project_hash (project);
  g_assert_cmpstr (other, !=, empty);
  node = cj_graph_add (project->graph, cj_layer_find ("input"), NULL, NULL);
  g_free (empty);
  empty = cjl_project_hash (project);
  g_assert_cmpstr (other, !=, empty);
  node->x += 50;
  moved = cjl_project_hash (project);
  g_assert_cmpstr (moved, ==, empty);
}

/* A project says when its run began, as long as there is one and its date is one. */
static void
test_date (Fixture *fixture, gconstpointer data)
{
  static const char *const none[]
      = { "{'began': <int64 9223372036854775807>}", "{'began': <'x'>}" };
  g_autoptr (CjlProject) project = cjl_project_new ();
  g_autoptr (GVariant) bare = cjl_source_new (project, 0), dated = make_source ();
  const char *date;

  (void) fixture;
  (void) data;
  g_assert_false (g_variant_lookup (bare, "date", "&s", &date));
  g_assert_true (g_variant_lookup (dated, "date", "&s", &date));
  g_assert_cmpstr (date, ==, "2023-11-29T04:05:06Z");
  for (guint i = 0; i < G_N_ELEMENTS (none); i++)
    {
      g_autoptr (GVariant) source = NULL;

      g_clear_pointer (&project->learned, g_variant_unref);
      project->learned = g_variant_ref_sink (g_variant_new_parsed (none[i]));
      source = cjl_source_new (project, 0);
      g_assert_false (g_variant_lookup (source, "date", "&s", &date));
    }
}

/* The numbers beside the picture. */
static void
test_data (Fixture *fixture, gconstpointer data)
{
  g_autoptr (CjvPlate) one = make_plate (cjv_figure_find ("maps"), FALSE);
  g_autoptr (CjvPlate) two = make_plate (cjv_figure_find ("maps"), TRUE);
  static const char *const names[] = { "x.v2.csv", "x.v2.npz", "y-a.csv", "y-b.csv", "y.npz" };
  g_autofree char *x = get_path (fixture, "x.v2", "svg"), *y = get_path (fixture, "y", "svg");

  (void) data;
  g_assert_true (cjl_figure_save_data (one, NULL, x, NULL));
  g_assert_true (cjl_figure_save_data (two, NULL, y, NULL));
  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_autofree char *path = g_build_filename (fixture->folder, names[i], NULL);

      g_assert_true (g_file_test (path, G_FILE_TEST_IS_REGULAR));
    }
}

/* A record with figure.json instead of what was there. */
static GBytes *
pack (const char *json)
{
  g_autoptr (GPtrArray) pieces = cjd_pieces_new ();

  cjd_pieces_add (pieces, "figure.json", g_bytes_new (json, strlen (json)));
  return cjd_zip_print (pieces, NULL);
}

#define STYLE                                                                                      \
  "\"style\":{\"font\":\"Sans\",\"font-size\":9,\"line-width\":1,\"scale\":1,\"colors\":0}"
#define PAGE "\"format\":1,\"width\":300,\"height\":200,\"columns\":1," STYLE

#define CELL "\"span\":1,\"ratio\":0"

static void
test_refusals (Fixture *fixture, gconstpointer data)
{
  static const struct
  {
    const char *json, *words;
  } rows[] = {
    { "{}", "damaged" },
    { "{\"format\":7}", "newer Cajal" },
    { "{" PAGE "}", "damaged" },
    { "{" PAGE ",\"panels\":[]}", "damaged" },
    { "{" PAGE ",\"panels\":[7]}", "damaged" },
    { "{" PAGE ",\"panels\":[{" CELL ",\"figure\":\"no:body\"}]}", "no:body" },
    { "{" PAGE ",\"panels\":[{\"ratio\":0,\"figure\":\"maps\",\"span\":999}]}", "damaged" },
    { "{" PAGE ",\"panels\":[{" CELL ",\"figure\":\"maps\",\"arrays\":{\"maps\":[]}}]}",
      "damaged" },
    { "{" PAGE ",\"panels\":[{" CELL ",\"figure\":\"maps\",\"arrays\":{\"../maps\":[]}}]}",
      "damaged" },
    { "{" PAGE ",\"panels\":[{" CELL
      ",\"figure\":\"maps\",\"arrays\":{},\"numbers\":{\"low\":1e300}}]}",
      "damaged" },
    { "{\"format\":1,\"width\":3e9,\"height\":200,\"columns\":1," STYLE ",\"panels\":[{" CELL
      ",\"figure\":\"maps\"}]}",
      "damaged" },
    { "[", "" },
  };

  (void) fixture;
  (void) data;
  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (GBytes) record = pack (rows[i].json);
      GError *error = NULL;

      g_assert_null (cjl_figure_parse (record, NULL, &error));
      g_assert_nonnull (error);
      g_test_message ("%u: %s", i, error->message);
      g_assert_nonnull (strstr (error->message, rows[i].words));
      g_error_free (error);
    }
}

static void
test_lengths (Fixture *fixture, gconstpointer data)
{
  static const struct
  {
    const char *text;
    double px;
  } rows[]
      = { { "640", 640 },   { "640px", 640 }, { "85mm", 321.25984 },  { "8.5 cm", 321.25984 },
          { "3.5in", 336 }, { "240pt", 320 }, { "double", 657.6378 }, { "single", 321.25984 } };
  static const char *const wrong[] = { "", "x", "85m", "-5mm", "99999999", "nan", "inf", "1mm" };
  double px = 7;

  (void) fixture;
  (void) data;
  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_assert_true (cjl_length_parse (rows[i].text, &px, NULL));
      g_assert_cmpfloat_with_epsilon (px, rows[i].px, 1e-3);
    }
  for (guint i = 0; i < G_N_ELEMENTS (wrong); i++)
    {
      GError *error = NULL;

      px = 7;
      g_assert_false (cjl_length_parse (wrong[i], &px, &error));
      g_assert_error (error, CJ_ERROR, CJ_ERROR_PARAM);
      g_assert_cmpfloat (px, ==, 7);
      g_error_free (error);
    }
}

int
main (int argc, char **argv)
{
  static const struct
  {
    const char *path;
    void (*run) (Fixture *fixture, gconstpointer data);
  } tests[]
      = { { "/lab/figure-file/facts", test_facts },       { "/lab/figure-file/hash", test_hash },
          { "/lab/figure-file/date", test_date },         { "/lab/figure-file/data", test_data },
          { "/lab/figure-file/refusals", test_refusals }, { "/lab/plate/lengths", test_lengths } };

  g_test_init (&argc, &argv, NULL);
  for (guint i = 0; cjv_figures ()[i] != NULL; i++)
    {
      g_autofree char *path = g_strdup_printf ("/lab/figure-file/again/%s", cjv_figures ()[i]->id);

      g_test_add (path, Fixture, cjv_figures ()[i], set_up, test_again, tear_down);
    }
  for (guint i = 0; i < G_N_ELEMENTS (tests); i++)
    g_test_add (tests[i].path, Fixture, NULL, set_up, tests[i].run, tear_down);
  return g_test_run ();
}
