/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Modules of PyTorch: every layer has a row or is refused by name, and what is refused leaves no file. */
#include "cj-layer.h"
#include "cjl-format.h"
#include "cjl-template.h"
#include "cjl-torch.h"

#include <glib/gstdio.h>
#include <string.h>

static void
test_every_layer (void)
{
  const CjLayerInfo *const *layers = cj_layers ();

  for (guint i = 0; layers[i] != NULL; i++)
    {
      gboolean known;
      const char *refusal = cjl_torch_get_refusal (layers[i]->id, &known);

      if (layers[i]->role == CJ_ROLE_LOSS)
        continue;
      if (!known)
        g_error ("%s has no row in cjl-torch-layers.c or cjl-torch-sequences.c", layers[i]->id);
      if (refusal != NULL)
        {
          g_assert_true (g_str_has_suffix (refusal, "."));
          g_assert_cmpuint (strlen (refusal), >, 20);
        }
    }
}

/* Exports into a folder of its own, which must be empty after a refusal. */
static void
assert_refused (CjlProject *project, const char *says)
{
  g_autofree char *folder = g_dir_make_tmp ("cajal-torch-XXXXXX", NULL);
  g_autofree char *path = g_build_filename (folder, "model.py", NULL);
  g_auto (CjlExported) done = { 0 };
  GError *error = NULL;

  g_assert_false (cjl_export (project, path, NULL, &done, &error));
  g_assert_nonnull (error);
  if (strstr (error->message, says) == NULL)
    g_error ("“%s” does not say “%s”", error->message, says);
  g_error_free (error);
  g_assert_cmpint (g_rmdir (folder), ==, 0);
}

static CjlProject *
make_project (const char *template, const char *name, const char *value)
{
  GError *error = NULL;
  CjlProject *project = cjl_template_make (cjl_template_find (template), &error);

  g_assert_no_error (error);
  if (name != NULL)
    cjl_project_set (project, name, value, &error);
  g_assert_no_error (error);
  return project;
}

static void
test_refusals (void)
{
  g_autoptr (CjlProject) rule = make_project ("playground", "rule", "feedback-alignment");
  g_autoptr (CjlProject) node = make_project ("playground", "dense2.rule", "oja");
  g_autoptr (CjlProject) layer = make_project ("playground", NULL, NULL);
  g_autoptr (CjlProject) empty = cjl_project_new ();
  GError *error = NULL;

  assert_refused (rule, "Feedback alignment");
  assert_refused (node, "“dense2”");
  cjl_project_begin (layer);
  cj_graph_add_chain (layer->graph, cj_graph_find (layer->graph, "dense2"),
                      "label-overlay, goodness", &error);
  g_assert_no_error (error);
  cj_graph_connect (layer->graph, cj_graph_find (layer->graph, "goodness1"), 0,
                    cj_graph_find (layer->graph, "dense3"), 0, &error);
  g_assert_no_error (error);
  cjl_project_commit (layer, "Overlay", NULL);
  assert_refused (layer, "“label1” (Label overlay)");
  assert_refused (empty, "");
}

/* What only training has is said in the note and in the file. */
static void
test_note (void)
{
  g_autoptr (CjlProject) project = make_project ("playground", "attack", "pgd");
  g_autofree char *folder = g_dir_make_tmp ("cajal-torch-XXXXXX", NULL);
  g_autofree char *path = g_build_filename (folder, "model.py", NULL);
  g_auto (CjlExported) done = { 0 };
  g_autofree char *text = NULL;
  GError *error = NULL;

  cjl_export (project, path, NULL, &done, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (done.files->len, ==, 2);
  g_assert_nonnull (strstr (done.note, "pgd"));
  g_file_get_contents (path, &text, NULL, &error);
  g_assert_no_error (error);
  g_assert_nonnull (strstr (text, "Not as in Cajal:\nBatches are not attacked (pgd)"));
  for (guint i = 0; i < done.files->len; i++)
    g_assert_cmpint (g_remove (done.files->pdata[i]), ==, 0);
  g_assert_cmpint (g_remove (path), ==, 0);
  g_assert_cmpint (g_rmdir (folder), ==, 0);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/lab/torch/every-layer", test_every_layer);
  g_test_add_func ("/lab/torch/refusals", test_refusals);
  g_test_add_func ("/lab/torch/note", test_note);
  return g_test_run ();
}
