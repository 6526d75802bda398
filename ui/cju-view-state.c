/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cju-view-state.h"

#include "cjl-json.h"

#define PATIENCE 1200 /* frames, until lists that stay without what is named are given up */

/* A control that is kept. */
typedef struct
{
  char *key;
  GtkWidget *control; /* not owned: it lives as long as the view */
  const char *const *ids;
} Kept;

/* What is to be set, and what of it was. */
typedef struct
{
  GVariant *controls;
  GHashTable *done; /* keys */
  gboolean own;     /* what the view adds itself is set */
  guint tries;
} Coming;

static void
free_kept (gpointer data)
{
  g_free (((Kept *) data)->key);
  g_free (data);
}

static void
free_coming (gpointer data)
{
  Coming *coming = data;

  g_variant_unref (coming->controls);
  g_hash_table_unref (coming->done);
  g_free (coming);
}

static GPtrArray *
get_kept (CjuView *view)
{
  GPtrArray *kept = g_object_get_data (G_OBJECT (view), "kept");

  if (kept == NULL)
    {
      kept = g_ptr_array_new_with_free_func (free_kept);
      g_object_set_data_full (G_OBJECT (view), "kept", kept, (GDestroyNotify) g_ptr_array_unref);
    }
  return kept;
}

void
cju_view_keep (CjuView *view, const char *key, GtkWidget *control, const char *const *ids)
{
  Kept *kept = g_new (Kept, 1);

  *kept = (Kept){ g_strdup (key), control, ids };
  g_ptr_array_add (get_kept (view), kept);
}

/* What item `i` of a list is called; NULL: there is none. Borrowed. */
static const char *
get_item (const Kept *kept, guint i)
{
  GListModel *model = gtk_drop_down_get_model (GTK_DROP_DOWN (kept->control));

  if (model == NULL || i >= g_list_model_get_n_items (model))
    return NULL;
  if (kept->ids != NULL && i < g_strv_length ((char **) kept->ids))
    return kept->ids[i];
  return gtk_string_list_get_string (GTK_STRING_LIST (model), i);
}

static GVariant *
save_control (const Kept *kept)
{
  GtkWidget *control = kept->control;
  const char *item;

  if (GTK_IS_DROP_DOWN (control))
    {
      item = get_item (kept, gtk_drop_down_get_selected (GTK_DROP_DOWN (control)));
      return item != NULL ? g_variant_new_string (item) : NULL;
    }
  if (GTK_IS_CHECK_BUTTON (control))
    return g_variant_new_boolean (gtk_check_button_get_active (GTK_CHECK_BUTTON (control)));
  if (GTK_IS_SPIN_BUTTON (control))
    return g_variant_new_double (gtk_spin_button_get_value (GTK_SPIN_BUTTON (control)));
  return g_variant_new_string (gtk_editable_get_text (GTK_EDITABLE (control)));
}

GVariant *
cju_view_save_controls (CjuView *view)
{
  const CjuViewInfo *info = cju_view_get_info (view);
  const GPtrArray *all = get_kept (view);
  GVariantDict dict;

  g_variant_dict_init (&dict, NULL);
  for (guint i = 0; i < all->len; i++)
    {
      const Kept *kept = all->pdata[i];
      GVariant *value = save_control (kept);

      if (value != NULL)
        g_variant_dict_insert_value (&dict, kept->key, value);
    }
  if (info->save != NULL)
    info->save (view, &dict);
  return g_variant_ref_sink (g_variant_dict_end (&dict));
}

/* FALSE: the list has no such item yet. */
static gboolean
load_list (const Kept *kept, const char *text)
{
  const char *item;

  for (guint i = 0; (item = get_item (kept, i)) != NULL; i++)
    if (g_str_equal (item, text))
      {
        gtk_drop_down_set_selected (GTK_DROP_DOWN (kept->control), i);
        return TRUE;
      }
  return FALSE;
}

/* FALSE: it has to wait. A value of another kind says nothing. */
static gboolean
load_control (const Kept *kept, GVariant *value)
{
  GtkWidget *control = kept->control;
  const gboolean text = g_variant_is_of_type (value, G_VARIANT_TYPE_STRING);

  if (GTK_IS_DROP_DOWN (control))
    return !text || load_list (kept, g_variant_get_string (value, NULL));
  if (GTK_IS_CHECK_BUTTON (control) && g_variant_is_of_type (value, G_VARIANT_TYPE_BOOLEAN))
    gtk_check_button_set_active (GTK_CHECK_BUTTON (control), g_variant_get_boolean (value));
  else if (GTK_IS_SPIN_BUTTON (control) && g_variant_is_of_type (value, G_VARIANT_TYPE_DOUBLE))
    gtk_spin_button_set_value (GTK_SPIN_BUTTON (control), g_variant_get_double (value));
  else if (GTK_IS_SPIN_BUTTON (control) && g_variant_is_of_type (value, G_VARIANT_TYPE_INT64))
    gtk_spin_button_set_value (GTK_SPIN_BUTTON (control), (double) g_variant_get_int64 (value));
  else if (GTK_IS_EDITABLE (control) && !GTK_IS_SPIN_BUTTON (control) && text)
    gtk_editable_set_text (GTK_EDITABLE (control), g_variant_get_string (value, NULL));
  return TRUE;
}

/* In the order in which they were kept: the choice of a layer may fill the list of its units. FALSE: some
 * have to wait. */
static gboolean
load_all (CjuView *view, Coming *coming)
{
  const GPtrArray *all = get_kept (view);
  const CjuViewInfo *info = cju_view_get_info (view);
  gboolean waits = FALSE;

  for (guint i = 0; i < all->len; i++)
    {
      const Kept *kept = all->pdata[i];
      g_autoptr (GVariant) value = g_variant_lookup_value (coming->controls, kept->key, NULL);

      if (value == NULL || g_hash_table_contains (coming->done, kept->key))
        continue;
      if (load_control (kept, value))
        g_hash_table_add (coming->done, kept->key);
      else
        waits = TRUE;
    }
  if (!coming->own)
    coming->own = info->load == NULL || info->load (view, coming->controls);
  return !waits && coming->own;
}

/* Whether the network is there, and at rest at the step that was asked for. */
static gboolean
is_ready (CjuView *view)
{
  CjuDocument *document = cju_view_get_document (view);
  const CjRunState run = cju_document_get_state (document);

  return cju_document_get_session (document) != NULL && cju_document_get_dataset (document) != NULL
         && run.status != CJ_RUN_SEEKING && !run.compiling;
}

static gboolean
on_frame_clock (GtkWidget *widget, GdkFrameClock *clock, gpointer data)
{
  CjuView *view = CJU_VIEW (widget);
  Coming *coming = data;

  (void) clock;
  if (!gtk_widget_get_mapped (widget) || cju_view_get_state (view) == NULL || !is_ready (view))
    return G_SOURCE_CONTINUE;
  if (!load_all (view, coming) && coming->tries++ < PATIENCE)
    return G_SOURCE_CONTINUE;
  if (cju_view_get_info (view)->again != NULL)
    cju_view_get_info (view)->again (view);
  cju_view_refresh (view);
  g_object_set_data (G_OBJECT (view), "controls-to-come", NULL);
  return G_SOURCE_REMOVE;
}

/* The same as text, in an order that stays. You free. */
static char *
print_controls (CjuView *view)
{
  g_autoptr (GVariant) controls = cju_view_save_controls (view);

  return cjl_json_print (controls, FALSE);
}

void
cju_view_take_from_project (CjuView *view)
{
  CjlProject *project = cju_document_get_project (cju_view_get_document (view));
  g_autoptr (GVariant) controls = cjl_project_dup_view (project, cju_view_get_info (view)->id);
  g_autoptr (GHashTable) done = g_hash_table_new (g_str_hash, g_str_equal);
  Coming coming = { .controls = controls, .done = done };

  if (controls != NULL)
    load_all (view, &coming);
  g_object_set_data_full (G_OBJECT (view), "controls-known", print_controls (view), g_free);
}

void
cju_view_keep_with_project (CjuView *view)
{
  CjlProject *project = cju_document_get_project (cju_view_get_document (view));
  char *text = print_controls (view);
  g_autoptr (GVariant) controls = NULL;

  if (g_strcmp0 (text, g_object_get_data (G_OBJECT (view), "controls-known")) != 0)
    {
      controls = cju_view_save_controls (view);
      cjl_project_put_view (project, cju_view_get_info (view)->id, controls);
    }
  g_object_set_data_full (G_OBJECT (view), "controls-known", text, g_free);
}

void
cju_view_load_controls (CjuView *view, GVariant *controls)
{
  Coming *coming = g_new0 (Coming, 1);
  const guint before = GPOINTER_TO_UINT (g_object_get_data (G_OBJECT (view), "controls-to-come"));

  if (before != 0) /* the newest wins */
    gtk_widget_remove_tick_callback (GTK_WIDGET (view), before);
  coming->controls = g_variant_ref (controls);
  coming->done = g_hash_table_new (g_str_hash, g_str_equal);
  g_object_set_data (G_OBJECT (view), "controls-to-come",
                     GUINT_TO_POINTER (gtk_widget_add_tick_callback (
                         GTK_WIDGET (view), on_frame_clock, coming, free_coming)));
}
