/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "onnx-canvas.h"

#include "cj-error.h"
#include "cjl-format.h"
#include "cjl-network.h"
#include "cjl-onnx-export.h"
#include "cjl-onnx-import.h"
#include "cjl-template.h"
#include "onnx-text.h"

#include <math.h>
#include <string.h>

#define LIMIT 1e-4 /* of the largest number */

static int
compare_words (gconstpointer a, gconstpointer b)
{
  return strcmp (*(const char *const *) a, *(const char *const *) b);
}

char *
onnx_canvas_list_kinds (const CjGraph *graph)
{
  g_autoptr (GPtrArray) words = g_ptr_array_new_with_free_func (g_free);
  GString *list = g_string_new (NULL);

  for (guint i = 0; i < graph->nodes->len; i++)
    {
      const CjNode *node = graph->nodes->pdata[i];

      if (node->kept != NULL)
        g_ptr_array_add (words, g_strdup ("(placeholder)"));
      else if (g_str_equal (node->layer->id, "onnx-operator"))
        {
          g_auto (GStrv) parts = g_strsplit (node->params, "@", 2);

          g_ptr_array_add (words, g_strdup_printf ("[%s]", parts[0]));
        }
      else if (node->layer->role == CJ_ROLE_LAYER)
        g_ptr_array_add (words, g_strdup (node->layer->id));
    }
  g_ptr_array_sort (words, compare_words);
  for (guint i = 0, n = 1; i < words->len; i += n)
    {
      for (n = 1; i + n < words->len && g_str_equal (words->pdata[i], words->pdata[i + n]); n++)
        ;
      g_string_append_printf (list, "%s%s", i > 0 ? " " : "", (const char *) words->pdata[i]);
      if (n > 1)
        g_string_append_printf (list, " %u", n);
    }
  return g_string_free (list, FALSE);
}

static void
compare (const char *name, const GPtrArray *is, const GPtrArray *should)
{
  g_assert_cmpuint (is->len, ==, should->len);
  for (guint k = 0; k < is->len; k++)
    {
      const CjArray *a = is->pdata[k], *b = should->pdata[k];
      double most = 0, away = 0;

      g_assert_true (cj_dims_equal (&a->dims, &b->dims));
      for (gint64 i = 0; i < a->size; i++)
        {
          const double difference = fabs (cj_array_get (a, i) - cj_array_get (b, i));

          g_assert_true (isfinite (difference));
          most = fmax (most, fabs (cj_array_get (b, i)));
          away = fmax (away, difference);
        }
      g_assert_cmpfloat (most, >, 0);
      if (away > LIMIT * most)
        g_test_fail_printf ("%s: output %u is off by %g of %g", name, k, away, most);
    }
}

gboolean
onnx_canvas_can_train (CjlProject *project, GError **error)
{
  g_autoptr (CjdDataset) dataset = cjl_data_load (&project->data, error);
  g_autoptr (CjLowered) lowered = dataset != NULL ? cjl_project_lower (project, dataset, 2) : NULL;

  return lowered != NULL && cj_lowered_can_train (lowered, error);
}

char *
onnx_canvas_check_bytes (const char *name, GBytes *bytes, const char *kinds)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (CjdOnnx) model = cjd_onnx_parse (bytes, NULL, &error);
  g_autoptr (CjlProject) project = NULL;
  g_autoptr (GPtrArray) inputs = NULL, should = NULL;
  g_autofree char *is_kinds = NULL;

  g_assert_no_error (error);
  project = cjl_onnx_parse (bytes, NULL, name, NULL, &error);
  g_assert_no_error (error);
  is_kinds = onnx_canvas_list_kinds (project->graph);
  if (kinds != NULL && !g_str_equal (is_kinds, kinds))
    {
      g_test_message ("%s: is “%s”, should be “%s”", name, is_kinds, kinds);
      g_test_fail ();
    }
  for (gint64 samples = 1; samples < 4; samples += 2)
    {
      g_autoptr (GPtrArray) is = NULL;

      inputs = onnx_text_inputs (model, samples);
      should = cjl_onnx_run (model, (CjArray *const *) inputs->pdata, inputs->len, NULL, &error);
      g_assert_no_error (error);
      is = cjl_onnx_answer_on_canvas (model, (CjArray *const *) inputs->pdata, inputs->len, &error);
      if (is == NULL)
        g_error ("%s: %s", name, error->message);
      compare (name, is, should);
      g_clear_pointer (&inputs, g_ptr_array_unref);
      g_clear_pointer (&should, g_ptr_array_unref);
    }
  return g_steal_pointer (&is_kinds);
}

void
onnx_canvas_check_cases (const OnnxCase *cases, guint n)
{
  for (guint i = 0; i < n; i++)
    {
      g_autoptr (GBytes) bytes = onnx_text_print (cases[i].text);

      g_free (onnx_canvas_check_bytes (cases[i].name, bytes, cases[i].kinds));
    }
}

void
onnx_canvas_check_exported (const char *source, const char *params, const char *network,
                            const char *kinds)
{
  g_autoptr (CjlProject) project = cjl_project_new ();
  g_auto (GStrv) words = g_strsplit (params, " ", -1);
  g_autoptr (GBytes) bytes = NULL;
  g_autoptr (GError) error = NULL;
  GVariantDict dict;

  g_variant_dict_init (&dict, NULL);
  for (guint i = 0; words[i] != NULL; i++)
    {
      g_auto (GStrv) pair = g_strsplit (words[i], "=", 2);

      g_variant_dict_insert (&dict, pair[0], "s", pair[1]);
    }
  cjl_project_begin (project);
  cjl_project_set_data (project, source, g_variant_dict_end (&dict));
  cjl_project_commit (project, "Make", NULL);
  cjl_graph_add_text (project->graph, network, &error);
  g_assert_no_error (error);
  bytes = cjl_onnx_print (project, &error);
  g_assert_no_error (error);
  g_free (onnx_canvas_check_bytes (network, bytes, kinds));
}
