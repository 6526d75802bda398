/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Editing: one stack of edits over drawing, training setup, data and title. */
#include "cjl-project-private.h"

#include "cj-error.h"
#include "cjd-edits.h"
#include "cjd-reader.h"
#include "cjd-source.h"

#include <string.h>

void
cjl_edit_free (gpointer data)
{
  CjlEdit *edit = data;

  g_free (edit->title);
  g_free (edit->merge);
  g_clear_pointer (&edit->graph, cj_patch_free);
  g_clear_pointer (&edit->before, g_variant_unref);
  g_clear_pointer (&edit->after, g_variant_unref);
  g_free (edit);
}

GVariant *
cjl_project_save_rest (CjlProject *self)
{
  GVariantDict data, root;

  g_variant_dict_init (&data, NULL);
  g_variant_dict_insert (&data, "source", "s", self->data.source);
  g_variant_dict_insert_value (&data, "params", self->data.params);
  g_variant_dict_insert (&data, "augment", "s", self->data.augment);
  if (*self->data.edits != '\0')
    g_variant_dict_insert (&data, "edits", "s", self->data.edits);
  g_variant_dict_insert (&data, "validation-share", "d", self->data.val_share);
  g_variant_dict_insert (&data, "test-share", "d", self->data.test_share);
  g_variant_dict_insert (&data, "seed", "x", (gint64) self->data.seed);
  g_variant_dict_init (&root, NULL);
  g_variant_dict_insert (&root, "title", "s", self->title);
  g_variant_dict_insert_value (&root, "data", g_variant_dict_end (&data));
  g_variant_dict_insert_value (&root, "training", cj_train_setup_save (self->setup));
  return g_variant_dict_end (&root);
}

static void
load_data (CjlProject *self, GVariant *data)
{
  g_autoptr (GVariant) params = g_variant_lookup_value (data, "params", G_VARIANT_TYPE_VARDICT);
  const char *source, *augment, *edits = "";
  gint64 whole;

  if (g_variant_lookup (data, "source", "&s", &source))
    {
      g_free (self->data.source);
      self->data.source = g_strdup (source);
    }
  if (params != NULL)
    {
      g_variant_unref (self->data.params);
      self->data.params = g_steal_pointer (&params);
    }
  if (g_variant_lookup (data, "augment", "&s", &augment))
    {
      g_free (self->data.augment);
      self->data.augment = g_strdup (augment);
    }
  g_variant_lookup (data, "edits", "&s", &edits);
  g_free (self->data.edits);
  self->data.edits = g_strdup (edits);
  if (g_variant_lookup (data, "test-share", "d", &self->data.test_share))
    self->data.test_share = CLAMP (self->data.test_share, 0, 0.9);
  if (g_variant_lookup (data, "validation-share", "d", &self->data.val_share))
    self->data.val_share = CLAMP (self->data.val_share, 0, 0.9);
  if (g_variant_lookup (data, "seed", "x", &whole))
    self->data.seed = (int) CLAMP (whole, 0, G_MAXINT32);
}

gboolean
cjl_project_load_rest (CjlProject *self, GVariant *root, GError **error)
{
  g_autoptr (GVariant) data = g_variant_lookup_value (root, "data", G_VARIANT_TYPE_VARDICT);
  g_autoptr (GVariant) setup = g_variant_lookup_value (root, "training", G_VARIANT_TYPE_VARDICT);
  const char *title;

  if (g_variant_lookup (root, "title", "&s", &title))
    {
      g_free (self->title);
      self->title = g_strdup (title);
    }
  if (data != NULL)
    load_data (self, data);
  return setup == NULL || cj_train_setup_load (self->setup, setup, error);
}

void
cjl_project_begin (CjlProject *self)
{
  CjlProjectFull *full = cjl_project_full (self);

  if (full->depth++ > 0)
    return;
  cj_graph_begin (self->graph);
  full->at_begin = g_variant_ref_sink (cjl_project_save_rest (self));
}

/* The states before of `first` and after of `second`, as one patch; takes both. */
static CjPatch *
join_patches (CjPatch *first, CjPatch *second)
{
  g_autoptr (CjPatch) one = first, two = second;
  GVariantBuilder joined;
  GVariantIter iter;
  const char *id;
  GVariant *pair;

  if (one == NULL || two == NULL)
    return one != NULL ? g_steal_pointer (&one) : g_steal_pointer (&two);
  g_variant_builder_init (&joined, G_VARIANT_TYPE ("a{sv}"));
  g_variant_iter_init (&iter, one->changes);
  while (g_variant_iter_next (&iter, "{&sv}", &id, &pair))
    {
      g_autoptr (GVariant) owned = pair;
      g_autoptr (GVariant) later = g_variant_lookup_value (two->changes, id, NULL);
      g_autoptr (GVariant) before = g_variant_get_child_value (pair, 0);
      g_autoptr (GVariant) after = g_variant_get_child_value (later != NULL ? later : pair, 1);

      g_variant_builder_add (&joined, "{sv}", id, g_variant_new ("(@a{sv}@a{sv})", before, after));
    }
  g_variant_iter_init (&iter, two->changes);
  while (g_variant_iter_next (&iter, "{&sv}", &id, &pair))
    {
      g_autoptr (GVariant) owned = pair;
      g_autoptr (GVariant) earlier = g_variant_lookup_value (one->changes, id, NULL);

      if (earlier == NULL)
        g_variant_builder_add (&joined, "{sv}", id, pair);
    }
  return cj_patch_new (g_variant_builder_end (&joined));
}

void
cjl_project_commit (CjlProject *self, const char *title, const char *merge)
{
  CjlProjectFull *full = cjl_project_full (self);
  CjlEdit *top, *edit;
  const gint64 position = full->undo->len;
  g_autoptr (GVariant) before = NULL, after = NULL;
  CjPatch *patch;

  g_return_if_fail (full->depth > 0);
  if (--full->depth > 0)
    return;
  patch = cj_graph_commit (self->graph);
  before = g_steal_pointer (&full->at_begin);
  after = g_variant_ref_sink (cjl_project_save_rest (self));
  if (patch == NULL && g_variant_equal (before, after))
    return;
  g_ptr_array_set_size (full->redo, 0);
  if (full->saved > position)
    full->saved = -1;
  top = position > 0 ? full->undo->pdata[position - 1] : NULL;
  if (top != NULL && position != full->saved && merge != NULL && g_strcmp0 (top->merge, merge) == 0)
    {
      top->graph = join_patches (top->graph, patch);
      g_variant_unref (top->after);
      top->after = g_steal_pointer (&after);
    }
  else
    {
      edit = g_new0 (CjlEdit, 1);
      edit->title = g_strdup (title);
      edit->merge = g_strdup (merge);
      edit->graph = patch;
      edit->before = g_steal_pointer (&before);
      edit->after = g_steal_pointer (&after);
      g_ptr_array_add (full->undo, edit);
    }
  cjl_keep_edited (self);
  cjl_project_notify (self);
}

/* The edits of a damaged journal may not fit: then the project stays as it is. */
gboolean
cjl_project_travel (CjlProject *self, gboolean back)
{
  CjlProjectFull *full = cjl_project_full (self);
  GPtrArray *from = back ? full->undo : full->redo, *to = back ? full->redo : full->undo;
  const CjlEdit *edit = from->len > 0 ? from->pdata[from->len - 1] : NULL;
  g_autoptr (GVariant) graph = NULL, rest = NULL;

  if (edit == NULL)
    return FALSE;
  graph = g_variant_ref_sink (cj_graph_save (self->graph));
  rest = g_variant_ref_sink (cjl_project_save_rest (self));
  if ((edit->graph == NULL || cj_graph_apply (self->graph, edit->graph, back, NULL))
      && cjl_project_load_rest (self, back ? edit->before : edit->after, NULL))
    {
      g_ptr_array_add (to, g_ptr_array_steal_index (from, from->len - 1));
      return TRUE;
    }
  cj_graph_load (self->graph, graph, NULL);
  cjl_project_load_rest (self, rest, NULL);
  g_ptr_array_set_size (full->undo, 0);
  g_ptr_array_set_size (full->redo, 0);
  full->saved = -1;
  return FALSE;
}

static gboolean
travel (CjlProject *self, gboolean back)
{
  if (!cjl_project_travel (self, back))
    return FALSE;
  cjl_keep_moved (self);
  cjl_project_notify (self);
  return TRUE;
}

gboolean
cjl_project_undo (CjlProject *self)
{
  return travel (self, TRUE);
}

gboolean
cjl_project_redo (CjlProject *self)
{
  return travel (self, FALSE);
}

static const char *
get_title (const GPtrArray *edits)
{
  return edits->len > 0 ? ((const CjlEdit *) edits->pdata[edits->len - 1])->title : NULL;
}

const char *
cjl_project_get_undo_title (CjlProject *self)
{
  return get_title (cjl_project_full (self)->undo);
}

const char *
cjl_project_get_redo_title (CjlProject *self)
{
  return get_title (cjl_project_full (self)->redo);
}

gboolean
cjl_project_is_modified (CjlProject *self)
{
  const CjlProjectFull *full = cjl_project_full (self);

  return full->undo->len != full->saved || full->stored;
}

void
cjl_project_set_data (CjlProject *self, const char *source, GVariant *params)
{
  GVariant *sunk = g_variant_ref_sink (params != NULL ? params : g_variant_new ("a{sv}", NULL));
  char *copy = g_strdup (source);

  g_free (self->data.source);
  self->data.source = copy;
  g_free (self->data.edits);
  self->data.edits = g_strdup ("");
  g_variant_unref (self->data.params);
  self->data.params = sunk;
}

void
cjl_project_set_title (CjlProject *self, const char *title)
{
  char *copy = g_strdup (title);

  g_free (self->title);
  self->title = copy;
}

/* "augment", "edits", the shares, the seed, or a parameter of the source or of reading files; what it makes of
 * the data shows when they are loaded. */
static gboolean
set_data_value (CjlProject *self, const char *name, const char *text, GError **error)
{
  const CjdSourceInfo *source = cjd_source_find (self->data.source);
  const CjParam *table = source != NULL ? source->params : NULL;
  double *share = g_str_equal (name, "validation-share") ? &self->data.val_share
                  : g_str_equal (name, "test-share")     ? &self->data.test_share
                                                         : NULL;
  GVariantDict dict;
  char *end;

  if (g_str_equal (name, "augment"))
    {
      g_free (self->data.augment);
      self->data.augment = g_strdup (text);
      return TRUE;
    }
  if (g_str_equal (name, "edits"))
    {
      g_autoptr (GArray) edits = cjd_edits_parse (text, error);

      if (edits == NULL)
        return FALSE;
      g_free (self->data.edits);
      self->data.edits = cjd_edits_print (edits);
      return TRUE;
    }
  if (share != NULL)
    {
      const double value = g_ascii_strtod (text, &end);

      if (end != text && *end == '\0' && value >= 0 && value <= 0.9)
        {
          *share = value;
          return TRUE;
        }
      g_set_error (error, CJ_ERROR, CJ_ERROR_PARAM, "A share cannot be “%s”. It is from 0 to 0.9.",
                   text);
      return FALSE;
    }
  if ((table == NULL || cj_params_find (table, name) == NULL)
      && cj_params_find (cjd_read_params, name) == NULL)
    {
      g_set_error (error, CJ_ERROR, CJ_ERROR_PARAM,
                   "The data have no “%s”. There are augment, edits, validation-share, test-share, "
                   "size, channels, label, length, memory, normalise and what “cajal-cli describe "
                   "%s” names.",
                   name, source != NULL ? source->id : "SOURCE");
      return FALSE;
    }
  g_variant_dict_init (&dict, self->data.params);
  g_variant_dict_insert (&dict, name, "s", text);
  g_variant_unref (self->data.params);
  self->data.params = g_variant_ref_sink (g_variant_dict_end (&dict));
  return TRUE;
}

gboolean
cjl_project_set (CjlProject *self, const char *name, const char *text, GError **error)
{
  const char *dot = strrchr (name, '.');
  g_autofree char *id = dot != NULL ? g_strndup (name, (gsize) (dot - name)) : NULL;
  CjNode *node = id != NULL ? cj_graph_find (self->graph, id) : NULL;
  g_autofree char *title = g_strdup_printf ("Change %s", name);
  gboolean done = TRUE;

  cjl_project_begin (self);
  if (node != NULL)
    {
      done = cj_graph_set_param (self->graph, node, dot + 1, text, error);
      if (!done)
        g_prefix_error (error, "“%s”: ", id);
    }
  else if (g_str_equal (name, "title"))
    cjl_project_set_title (self, text);
  else if (g_str_equal (name, "data"))
    cjl_project_set_data (self, text, NULL);
  else if (id != NULL && g_str_equal (id, "data"))
    done = set_data_value (self, dot + 1, text, error);
  else if (id != NULL && !g_str_equal (id, "optimizer") && !g_str_equal (id, "schedule"))
    {
      g_set_error (error, CJ_ERROR, CJ_ERROR_PARAM,
                   "There is no node “%s” in the network. “cajal-cli show” lists them.", id);
      done = FALSE;
    }
  else
    done = cj_train_setup_set (self->setup, name, text, error);
  cjl_project_commit (self, title, NULL);
  return done;
}
