/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The inspector with nothing selected: what the network learns from, how it is read and normalised, and
 * how training samples are varied. */
#include "cju-inspector-private.h"

#include "cju-access.h"
#include "cjd-augment.h"
#include "cjd-source.h"
#include "cju-data.h"
#include "cju-picture.h"

#include <glib/gi18n-lib.h>

#define N_TILES 8
#define TILE 60

static const CjlProject *
get_project (CjuInspector *self)
{
  return cju_document_get_project (self->document);
}

void
cju_inspector_clear_data (CjuInspector *self)
{
  g_clear_pointer (&self->shown, g_free);
  g_clear_pointer (&self->source, g_free);
  for (guint i = 0; self->steps != NULL && self->steps[i] != NULL; i++)
    g_free (self->steps[i]);
  g_clear_pointer (&self->steps, g_free);
  self->facts = self->norm = self->preview = self->chain = self->features = NULL;
}

/* Values of the parameters that a table knows. */
static void
read_values (const CjParam *table, GVariant *params, gpointer values)
{
  GVariantIter iter;
  const char *name;
  GVariant *value;

  cj_params_reset (table, values);
  g_variant_iter_init (&iter, params);
  while (g_variant_iter_next (&iter, "{&sv}", &name, &value))
    {
      g_autoptr (GVariant) owned = value;

      if (g_variant_is_of_type (value, G_VARIANT_TYPE_STRING)
          && cj_params_find (table, name) != NULL)
        cj_params_parse (table, values, name, g_variant_get_string (value, NULL), NULL);
    }
}

/* The chain of augmentations as the project has it; NULL if it cannot be read. You unref. */
static CjdAugmenter *
read_chain (CjuInspector *self)
{
  const CjShape picture = cj_shape3 (1, 1, 1);

  return cjd_augmenter_parse (get_project (self)->data.augment, &picture, NULL);
}

void
cju_inspector_read_data (CjuInspector *self)
{
  const CjlDataChoice *choice = &get_project (self)->data;
  const CjdSourceInfo *source = cjd_source_find (choice->source);
  const CjdAugmentInfo *const *all = cjd_augmentations ();
  g_autoptr (CjdAugmenter) chain = read_chain (self);
  guint n = 0;

  cjd_read_options_init (&self->read);
  read_values (cjd_read_params, choice->params, &self->read);
  if (source != NULL && self->source == NULL)
    self->source = g_malloc0 (MAX (source->params_size, 1));
  if (source != NULL && source->params != NULL)
    read_values (source->params, choice->params, self->source);
  while (all[n] != NULL)
    n++;
  if (self->steps == NULL)
    {
      self->steps = g_new0 (gpointer, n + 1);
      for (guint i = 0; i < n; i++)
        {
          self->steps[i] = g_malloc0 (MAX (all[i]->params_size, 1));
          cj_params_reset (all[i]->params, self->steps[i]);
        }
    }
  for (guint i = 0; i < n && chain != NULL; i++)
    for (guint step = 0; step < cjd_augmenter_get_n (chain); step++)
      if (cjd_augmenter_get_info (chain, step) == all[i])
        memcpy (self->steps[i], cjd_augmenter_get_params (chain, step), all[i]->params_size);
}

/* --- what follows from the data --- */

void
cju_inspector_show_facts (CjuInspector *self)
{
  const CjdDataset *dataset = cju_document_get_dataset (self->document);
  g_autofree char *found = dataset != NULL ? cju_data_describe (dataset) : NULL;
  g_autofree char *norm = dataset != NULL ? cju_data_print_norm (dataset) : NULL;
  g_autoptr (GString) text = g_string_new (found != NULL ? found : _ ("Loading…"));

  if (self->facts == NULL)
    return;
  if (dataset != NULL)
    g_string_append_printf (text, _ ("\n%'u to train, %'u to validate, %'u to test."),
                            (guint) cjd_dataset_count (dataset, CJD_SPLIT_TRAIN),
                            (guint) cjd_dataset_count (dataset, CJD_SPLIT_VAL),
                            (guint) cjd_dataset_count (dataset, CJD_SPLIT_TEST));
  if (dataset != NULL && dataset->note != NULL)
    g_string_append_printf (text, "\n%s", dataset->note);
  gtk_label_set_text (GTK_LABEL (self->facts), text->str);
  if (self->norm != NULL)
    adw_expander_row_set_subtitle (ADW_EXPANDER_ROW (self->norm), norm != NULL ? norm : "");
  cju_inspector_show_preview (self);
}

/* The chosen sample as it is, and what training makes of it. */
void
cju_inspector_show_preview (CjuInspector *self)
{
  CjdDataset *dataset = cju_document_get_dataset (self->document);
  g_autoptr (CjTensor) x = NULL, many = NULL;
  g_autoptr (GdkPaintable) texture = NULL;
  CjShape shape;

  if (self->preview == NULL)
    return;
  x = cju_document_dup_picture (self->document);
  gtk_widget_set_visible (self->preview, x != NULL && dataset->augmenter != NULL);
  if (x == NULL || dataset->augmenter == NULL)
    return;
  shape = x->shape;
  shape.dims[0] = N_TILES;
  many = cj_tensor_new (CJ_FLOAT32, &shape);
  cjd_dataset_preview (dataset, x->data, N_TILES, many->data);
  memcpy (many->data, x->data, cj_tensor_bytes (x)); /* the first is as it was */
  texture = cju_picture_sheet (many, 4, TILE);
  gtk_picture_set_paintable (GTK_PICTURE (self->preview), texture);
}

/* --- how data are read --- */

static gboolean
concerns (const CjParam *param, const CjdDataset *dataset, gboolean made)
{
  static const char *const of_files[] = { "label", "length", "memory", NULL };
  const gboolean pictures = dataset->x_shape.n_dims == 4;

  if (g_str_equal (param->name, "words"))
    return g_strcmp0 (dataset->reader, "numpy") == 0 && dataset->x_shape.n_dims == 2;
  if (g_str_equal (param->name, "size") || g_str_equal (param->name, "channels"))
    return pictures;
  if (g_strv_contains (of_files, param->name))
    return !made
           && (g_str_equal (param->name, "label")
                   ? dataset->x_shape.n_dims == 2 && dataset->x_dtype != CJ_INT32
               : g_str_equal (param->name, "length")
                   ? g_strcmp0 (dataset->reader, "numpy") != 0 && dataset->x_dtype == CJ_INT32
                   : pictures);
  return dataset->x_dtype != CJ_INT32;
}

/* Rows on tasks stand by themselves. */
static gboolean
is_of_tasks (const CjParam *param)
{
  return g_str_has_prefix (param->name, "task") || g_str_equal (param->name, "heads");
}

/* A row that opens, for rows of a table; NULL where none concerns the data. */
static GtkWidget *
make_section (CjuInspector *self, const char *title, const CjParam *table, gconstpointer values,
              const CjdDataset *dataset, const CjdSourceInfo *source, gboolean tasks)
{
  const gboolean reading = table == cjd_read_params;
  GtkWidget *section = NULL;

  for (const CjParam *p = table; p != NULL && p->name != NULL; p++)
    {
      if (reading
          && (dataset == NULL || !concerns (p, dataset, source != NULL) || is_of_tasks (p) != tasks
              || (source != NULL && cj_params_find (source->params, p->name) != NULL)))
        continue;
      if (section == NULL)
        section = adw_expander_row_new ();
      adw_expander_row_add_row (ADW_EXPANDER_ROW (section),
                                cju_inspector_make_row (self, table, p, "data.", values));
    }
  if (section != NULL)
    adw_preferences_row_set_title (ADW_PREFERENCES_ROW (section), title);
  return section;
}

static GtkWidget *
make_browse (void)
{
  GtkWidget *row = adw_action_row_new (), *button = gtk_button_new_with_mnemonic (_ ("_Browse…"));

  gtk_actionable_set_action_name (GTK_ACTIONABLE (button), "win.browse");
  gtk_widget_set_valign (button, GTK_ALIGN_CENTER);
  cju_access_tip (button, _ ("See, relabel and leave out samples (Ctrl+B)"));
  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (row), _ ("Samples"));
  adw_action_row_add_suffix (ADW_ACTION_ROW (row), button);
  adw_action_row_set_activatable_widget (ADW_ACTION_ROW (row), button);
  cju_access_name (button, _ ("Browse samples"));
  return row;
}

static void
add_source (CjuInspector *self)
{
  const CjdSourceInfo *source = cjd_source_find (get_project (self)->data.source);
  const CjdDataset *dataset = cju_document_get_dataset (self->document);
  GtkWidget *group = adw_preferences_group_new ();
  GtkWidget *made = source != NULL ? make_section (self, _ ("How it is made"), source->params,
                                                   self->source, NULL, NULL, FALSE)
                                   : NULL;
  GtkWidget *read = make_section (self, _ ("How it is read"), cjd_read_params, &self->read, dataset,
                                  source, FALSE);
  GtkWidget *tasks = make_section (self, _ ("One task after another"), cjd_read_params, &self->read,
                                   dataset, source, TRUE);

  adw_preferences_group_add (ADW_PREFERENCES_GROUP (group), make_browse ());
  if (made != NULL)
    adw_preferences_group_add (ADW_PREFERENCES_GROUP (group), made);
  if (read != NULL)
    adw_preferences_group_add (ADW_PREFERENCES_GROUP (group), read);
  if (tasks != NULL)
    adw_preferences_group_add (ADW_PREFERENCES_GROUP (group), tasks);
  if (dataset != NULL && dataset->x_dtype != CJ_INT32)
    self->norm = read;
  gtk_box_append (GTK_BOX (self->box), group);
}

/* --- augmentations --- */

static void
set_chain (CjuInspector *self, char *chain, const char *title)
{
  CjlProject *project = cju_document_get_project (self->document);
  g_autofree char *owned = chain;

  cjl_project_begin (project);
  cjl_project_set (project, "data.augment", owned, NULL);
  cjl_project_commit (project, title, NULL);
}

static void
on_enabled (GObject *row, GParamSpec *pspec, gpointer data)
{
  CjuInspector *self = data;
  const CjdAugmentInfo *info = g_object_get_data (row, "augmentation");
  g_autofree char *title = g_strdup_printf (_ ("Turn %s On or Off"), _ (info->title));

  (void) pspec;
  if (!self->showing)
    set_chain (
        self,
        cjd_augment_text_toggle (get_project (self)->data.augment, info->id,
                                 adw_expander_row_get_enable_expansion (ADW_EXPANDER_ROW (row))),
        title);
}

static void
on_move (GtkButton *button, gpointer data)
{
  CjuInspector *self = data;
  const CjdAugmentInfo *info = g_object_get_data (G_OBJECT (button), "augmentation");
  const int places = GPOINTER_TO_INT (g_object_get_data (G_OBJECT (button), "places"));
  g_autofree char *title = g_strdup_printf (_ ("Move %s"), _ (info->title));

  set_chain (self, cjd_augment_text_move (get_project (self)->data.augment, info->id, places),
             title);
}

static GtkWidget *
make_move (CjuInspector *self, const CjdAugmentInfo *info, int places)
{
  GtkWidget *button
      = gtk_button_new_from_icon_name (places < 0 ? "go-up-symbolic" : "go-down-symbolic");
  g_autofree char *words
      = g_strdup_printf (places < 0 ? _ ("Do %s earlier") : _ ("Do %s later"), _ (info->title));

  gtk_widget_set_valign (button, GTK_ALIGN_CENTER);
  gtk_widget_add_css_class (button, "flat");
  cju_access_tip (button, words);
  cju_access_name (button, words);
  g_object_set_data (G_OBJECT (button), "augmentation", (gpointer) info);
  g_object_set_data (G_OBJECT (button), "places", GINT_TO_POINTER (places));
  g_signal_connect (button, "clicked", G_CALLBACK (on_move), self);
  return button;
}

static void
add_augmentation (CjuInspector *self, GtkWidget *group, const CjdAugmentInfo *info, gpointer values,
                  guint place, guint n_on)
{
  GtkWidget *row = adw_expander_row_new ();
  g_autofree char *prefix = g_strdup_printf ("data.augment.%s.", info->id);
  const gboolean on = place < n_on;

  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (row), _ (info->title));
  cju_access_tip (row, _ (info->blurb));
  adw_expander_row_set_show_enable_switch (ADW_EXPANDER_ROW (row), TRUE);
  cju_access_name_inside (row, GTK_TYPE_SWITCH, _ (info->title));
  for (const CjParam *p = info->params; p != NULL && p->name != NULL && on; p++)
    adw_expander_row_add_row (ADW_EXPANDER_ROW (row),
                              cju_inspector_make_row (self, info->params, p, prefix, values));
  if (on && place > 0)
    adw_expander_row_add_action (ADW_EXPANDER_ROW (row), make_move (self, info, -1));
  if (on && place + 1 < n_on)
    adw_expander_row_add_action (ADW_EXPANDER_ROW (row), make_move (self, info, 1));
  adw_expander_row_set_enable_expansion (ADW_EXPANDER_ROW (row), on);
  adw_expander_row_set_expanded (ADW_EXPANDER_ROW (row), FALSE);
  g_object_set_data (G_OBJECT (row), "augmentation", (gpointer) info);
  g_signal_connect (row, "notify::enable-expansion", G_CALLBACK (on_enabled), self);
  adw_preferences_group_add (ADW_PREFERENCES_GROUP (group), row);
}

/* Those that are on, in their order; then those that could be. */
void
cju_inspector_add_augmentations (CjuInspector *self)
{
  const CjdAugmentInfo *const *all = cjd_augmentations ();
  const CjdDataset *dataset = cju_document_get_dataset (self->document);
  GtkWidget *group;
  g_autoptr (CjdAugmenter) chain = read_chain (self);
  const guint n_on = chain != NULL ? cjd_augmenter_get_n (chain) : 0;

  if (dataset == NULL || dataset->x_dtype == CJ_INT32)
    return;
  group = adw_preferences_group_new ();
  adw_preferences_group_set_title (ADW_PREFERENCES_GROUP (group), _ ("Augmentation"));
  adw_preferences_group_set_description (
      ADW_PREFERENCES_GROUP (group),
      _ ("Changes training samples anew in every epoch, in this order"));
  self->preview = gtk_picture_new ();
  gtk_picture_set_can_shrink (GTK_PICTURE (self->preview), TRUE);
  gtk_widget_set_visible (self->preview, FALSE);
  gtk_widget_set_margin_bottom (self->preview, 8);
  cju_access_tip (self->preview, _ ("The chosen sample, and what training makes of it"));
  cju_access_name (self->preview, _ ("The chosen sample, and what training makes of it"));
  gtk_box_append (GTK_BOX (self->box), group);
  adw_preferences_group_add (ADW_PREFERENCES_GROUP (group), self->preview);
  for (guint place = 0; place < n_on; place++)
    for (guint i = 0; all[i] != NULL; i++)
      if (all[i] == cjd_augmenter_get_info (chain, place))
        add_augmentation (self, group, all[i], self->steps[i], place, n_on);
  for (guint i = 0; all[i] != NULL; i++)
    {
      gboolean on = all[i]->pictures_only && dataset->x_shape.n_dims != 4;

      for (guint place = 0; place < n_on; place++)
        on |= all[i] == cjd_augmenter_get_info (chain, place);
      if (!on)
        add_augmentation (self, group, all[i], self->steps[i], n_on, n_on);
    }
  cju_inspector_show_preview (self);
}

void
cju_inspector_add_data (CjuInspector *self)
{
  GtkWidget *head = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 8), *button;
  GtkWidget *title = cju_inspector_add_label (self, _ ("Data"), "title-4");

  g_object_ref (title);
  gtk_box_remove (GTK_BOX (self->box), title);
  button = cju_data_button_new (self->document);
  gtk_widget_set_hexpand (title, TRUE);
  gtk_box_append (GTK_BOX (head), title);
  gtk_box_append (GTK_BOX (head), button);
  g_object_unref (title);
  gtk_box_append (GTK_BOX (self->box), head);
  self->facts = cju_inspector_add_label (self, "", "dim-label");
  add_source (self);
  cju_inspector_show_facts (self);
}
