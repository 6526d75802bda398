/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Other data for a network: pictures are resized to what it takes, the last layer is fitted, the batch is
 * made small enough, undo takes all of it back; data choose templates that suit them. */
#include "cjl-adopt.h"
#include "cjl-pace.h"

#include <math.h>

static CjdDataset *
make_pictures (gint64 n, gint64 c, gint64 side, guint n_classes)
{
  const CjShape x_shape = cj_shape4 (n, c, side, side), y_shape = cj_shape1 (n);
  CjTensor *x = cj_tensor_new (CJ_UINT8, &x_shape), *y = cj_tensor_new (CJ_INT32, &y_shape);
  CjdDataset *dataset;

  for (gint64 i = 0; i < n; i++)
    cj_tensor_i32 (y)[i] = (gint32) (i % n_classes);
  dataset = cjd_dataset_new ("pictures", x, y, n_classes, NULL);
  cjd_dataset_split (dataset, CJD_SPLIT_VAL, 0.25, 1);
  return dataset;
}

static CjdDataset *
make_rows (gint64 n)
{
  const CjShape x_shape = cj_shape2 (n, 4), y_shape = cj_shape1 (n);
  CjTensor *y = cj_tensor_new (CJ_INT32, &y_shape);

  for (gint64 i = 0; i < n; i++)
    cj_tensor_i32 (y)[i] = (gint32) (i % 3);
  return cjd_dataset_new ("rows", cj_tensor_new (CJ_FLOAT32, &x_shape), y, 3, NULL);
}

static CjlProject *
make_lenet (void)
{
  g_autoptr (GError) error = NULL;
  CjlProject *project = cjl_template_make (cjl_template_find ("lenet-5"), &error);

  g_assert_no_error (error);
  return project;
}

static void
test_fits (void)
{
  g_autoptr (CjlProject) project = make_lenet ();
  g_autoptr (CjdDataset) base = make_pictures (1000, 1, 28, 10);
  const CjShape before = cj_shape3 (1, 28, 28);
  CjlAdoption adoption;

  cjl_project_adopt (project, "somewhere", base, &before, &adoption);
  g_assert_null (adoption.problem);
  g_assert_false (adoption.resized);
  g_assert_true (adoption.refitted);
  g_assert_cmpint (adoption.batch, ==, 0);
  g_assert_true (g_str_has_suffix (project->data.source, "somewhere"));
  g_assert_true (cjl_project_undo (project));
  g_assert_cmpstr (project->data.source, ==, "glyphs");
  g_assert_null (cjl_project_get_undo_title (project));
}

/* Photographs are shrunk, a few of them make a small batch, and undo brings everything back. */
static void
test_shrinks (void)
{
  g_autoptr (CjlProject) project = make_lenet ();
  g_autoptr (CjdDataset) base = make_pictures (32, 3, 200, 2);
  g_autoptr (GBytes) was = cjl_project_print (project, NULL), now = NULL;
  const CjShape before = cj_shape3 (1, 28, 28);
  const char *size = NULL;
  CjlAdoption adoption;

  cjl_project_adopt (project, "photos", base, &before, &adoption);
  g_assert_null (adoption.problem);
  g_assert_true (adoption.resized);
  g_assert_true (g_variant_lookup (project->data.params, "size", "&s", &size));
  g_assert_cmpstr (size, ==, "28x28");
  g_assert_cmpint (adoption.batch, ==, 16);
  g_assert_cmpint (project->setup->batch, ==, 16);
  cjl_project_undo (project);
  now = cjl_project_print (project, NULL);
  g_assert_true (g_bytes_equal (was, now));
}

/* A network that came in with data that are no pictures, and lays them out as some. */
static void
test_laid_out (void)
{
  g_autoptr (CjlProject) project = make_lenet ();
  g_autoptr (CjdDataset) base = make_pictures (32, 1, 24, 2);
  const CjShape before = cj_shape2 (16, 48);
  const char *size = NULL, *channels = NULL;
  CjlAdoption adoption;
  CjShape shape;

  g_assert_false (cjl_find_pictures (project->graph, &shape));
  while (project->graph->nodes->len > 0)
    cj_graph_remove (project->graph, project->graph->nodes->pdata[0]);
  cj_graph_add_chain (project->graph, NULL,
                      "input, reshape 3x16x16, conv-2d 4, global-avg-pool, dense 5, cross-entropy",
                      NULL);
  g_assert_true (cjl_find_pictures (project->graph, &shape));
  g_assert_true (cj_shape_equal (&shape, &(CjShape){ 3, { 3, 16, 16 } }));
  cjl_project_adopt (project, "photos", base, &before, &adoption);
  g_assert_null (adoption.problem);
  g_assert_true (adoption.resized);
  g_assert_true (g_variant_lookup (project->data.params, "size", "&s", &size)
                 && g_variant_lookup (project->data.params, "channels", "&s", &channels));
  g_assert_cmpstr (size, ==, "16x16");
  g_assert_cmpstr (channels, ==, "colour");
}

static void
test_says_why (void)
{
  g_autoptr (CjlProject) project = make_lenet ();
  g_autoptr (CjdDataset) base = make_rows (300);
  const CjShape before = cj_shape3 (1, 28, 28);
  CjlAdoption adoption;

  cjl_project_adopt (project, "table", base, &before, &adoption);
  g_assert_nonnull (adoption.problem);
  g_free (adoption.problem);
}

static void
test_templates (void)
{
  g_autoptr (CjdDataset) grey = make_pictures (100, 1, 28, 10);
  g_autoptr (CjdDataset) colour = make_pictures (100, 3, 32, 4);
  g_autoptr (CjdDataset) rows = make_rows (100);
  g_autofree const CjlTemplate **for_grey = cjl_templates_for (grey);
  g_autofree const CjlTemplate **for_colour = cjl_templates_for (colour);
  g_autofree const CjlTemplate **for_rows = cjl_templates_for (rows);
  g_autoptr (GError) error = NULL;
  g_autoptr (CjlProject) project = NULL;

  g_assert_cmpstr (for_grey[0]->id, ==, "lenet-5");
  g_assert_cmpstr (for_colour[0]->source, ==, "shapes");
  g_assert_nonnull (for_rows[0]);
  for (guint i = 0; for_rows[i] != NULL; i++)
    g_assert_cmpstr (for_rows[i]->source, !=, "glyphs");
  project = cjl_template_make_for (for_colour[0], "my-folder", colour, &error);
  g_assert_no_error (error);
  g_assert_true (g_str_has_suffix (project->data.source, "my-folder"));
  g_assert_cmpstr (project->title, ==, "pictures");
}

static void
test_augment_values (void)
{
  g_autoptr (CjlProject) project = make_lenet ();
  g_autoptr (GError) error = NULL;

  g_assert_true (cjl_project_set (project, "data.augment", "shift amount=3, flip", &error));
  g_assert_true (cjl_project_set (project, "data.augment.shift.amount", "5", &error));
  g_assert_cmpstr (project->data.augment, ==, "shift amount=5, flip");
  g_assert_false (cjl_project_set (project, "data.augment.shift.amount", "-5", &error));
  g_assert_nonnull (error);
  g_clear_error (&error);
  g_assert_false (cjl_project_set (project, "data.augment.nothing.amount", "5", &error));
  g_assert_nonnull (error);
}

static void
test_pace (void)
{
  const CjlTemplate *playground = cjl_template_find ("playground");

  g_assert_cmpfloat (cjl_pace_measure (playground, 0.01, 1), >, 0);
  g_assert_cmpfloat (cjl_pace_estimate (playground, 1000), >, 0);
  g_assert_cmpfloat_with_epsilon (cjl_pace_estimate (playground, 2000) * 2,
                                  cjl_pace_estimate (playground, 1000), 1e-9);
  g_assert_true (isnan (cjl_pace_estimate (playground, 0)));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/lab/adopt/fits", test_fits);
  g_test_add_func ("/lab/adopt/shrinks", test_shrinks);
  g_test_add_func ("/lab/adopt/laid-out", test_laid_out);
  g_test_add_func ("/lab/adopt/says-why", test_says_why);
  g_test_add_func ("/lab/adopt/templates", test_templates);
  g_test_add_func ("/lab/adopt/augment-values", test_augment_values);
  g_test_add_func ("/lab/adopt/pace", test_pace);
  return g_test_run ();
}
