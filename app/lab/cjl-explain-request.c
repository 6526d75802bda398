/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What is asked of explainers: methods with their settings, samples and pictures with their targets. */
#include "cjl-explain.h"

#include "cj-error.h"

#include <glib/gi18n-lib.h>

#define BACKGROUND 32

static void
clear_method (gpointer data)
{
  g_free (((CjlExplainMethod *) data)->params);
}

static void
clear_row (gpointer data)
{
  CjlExplainRow *row = data;

  g_clear_pointer (&row->picture, cj_tensor_unref);
  g_free (row->name);
}

CjlExplainRequest *
cjl_explain_request_new (void)
{
  CjlExplainRequest *self = g_new0 (CjlExplainRequest, 1);

  self->methods = g_array_new (FALSE, TRUE, sizeof (CjlExplainMethod));
  self->rows = g_array_new (FALSE, TRUE, sizeof (CjlExplainRow));
  g_array_set_clear_func (self->methods, clear_method);
  g_array_set_clear_func (self->rows, clear_row);
  self->baseline = -1;
  self->n_background = BACKGROUND;
  return self;
}

CjlExplainRequest *
cjl_explain_request_dup (const CjlExplainRequest *from)
{
  CjlExplainRequest *self = cjl_explain_request_new ();

  for (guint i = 0; i < from->methods->len; i++)
    {
      CjlExplainMethod method = g_array_index (from->methods, CjlExplainMethod, i);

      method.params = g_memdup2 (method.params, method.info->params_size);
      g_array_append_val (self->methods, method);
    }
  for (guint i = 0; i < from->rows->len; i++)
    {
      CjlExplainRow row = g_array_index (from->rows, CjlExplainRow, i);

      row.picture = row.picture != NULL ? cj_tensor_ref (row.picture) : NULL;
      row.name = g_strdup (row.name);
      g_array_append_val (self->rows, row);
    }
  self->layer = g_strdup (from->layer);
  self->baseline_split = from->baseline_split;
  self->baseline = from->baseline;
  self->measured = from->measured;
  self->n_background = from->n_background;
  self->seed = from->seed;
  return self;
}

void
cjl_explain_request_free (CjlExplainRequest *self)
{
  g_array_unref (self->methods);
  g_array_unref (self->rows);
  g_free (self->layer);
  g_free (self);
}

gboolean
cjl_explain_request_add_method (CjlExplainRequest *self, const char *id,
                                const char *const *settings, GError **error)
{
  CjlExplainMethod method = { .info = cj_explainer_find (id) };

  if (method.info == NULL)
    {
      g_set_error (error, CJ_ERROR, CJ_ERROR_PARAM,
                   _ ("There is no explainer “%s”. “cajal-cli list explainers” names them."), id);
      return FALSE;
    }
  method.params = cj_explainer_new_params (method.info);
  for (guint i = 0; settings != NULL && settings[i] != NULL; i++)
    {
      g_auto (GStrv) pair = g_strsplit (settings[i], "=", 2); /* "" has no parts at all */
      const char *name = pair[0] != NULL ? pair[0] : "";

      if (method.info->params == NULL || cj_params_find (method.info->params, name) == NULL)
        g_set_error (error, CJ_ERROR, CJ_ERROR_PARAM,
                     _ ("Explainer “%s” has no “%s”. “cajal-cli describe %s” names what it has."),
                     id, name, id);
      else if (cj_params_parse (method.info->params, method.params, name,
                                pair[1] != NULL ? pair[1] : "", error))
        continue;
      clear_method (&method);
      return FALSE;
    }
  g_array_append_val (self->methods, method);
  return TRUE;
}

void
cjl_explain_request_add_sample (CjlExplainRequest *self, CjdSplit split, gsize index, gint64 target)
{
  const CjlExplainRow row = { .split = split, .index = index, .target = target };

  g_array_append_val (self->rows, row);
}

void
cjl_explain_request_take_picture (CjlExplainRequest *self, CjTensor *picture, const char *name,
                                  gint64 target)
{
  const CjlExplainRow row = { .picture = picture, .name = g_strdup (name), .target = target };

  g_array_append_val (self->rows, row);
}
