/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cju-methods.h"

#include "cju-access.h"
#include "cju-options.h"

#include <adwaita.h>
#include <glib/gi18n-lib.h>

/* One explainer of the list. */
typedef struct
{
  CjuMethods *owner; /* not owned */
  const CjExplainerInfo *info;
  gpointer params;
  CjuOptions options;
  GtkWidget *row, *mark; /* the switch */
  GPtrArray *rows;       /* of the settings; not owned */
  gboolean suits;
} Method;

struct _CjuMethods
{
  GtkWidget parent;
  GtkWidget *button, *list;
  GPtrArray *methods; /* Method */
};

G_DEFINE_FINAL_TYPE (CjuMethods, cju_methods, GTK_TYPE_WIDGET)

static guint changed_signal;

/* What is looked at first: quick, and of different kinds. */
static gboolean
is_preset (const CjExplainerInfo *info)
{
  static const char *const ids[]
      = { "gradient", "integrated-gradients", "grad-cam", "lrp", "occlusion", "attention-rollout" };

  for (guint i = 0; i < G_N_ELEMENTS (ids); i++)
    if (g_str_equal (ids[i], info->id))
      return TRUE;
  return FALSE;
}

static void
free_method (gpointer data)
{
  Method *method = data;

  g_ptr_array_unref (method->rows);
  g_free (method->params);
  g_free (method);
}

static gboolean
is_chosen (const Method *method)
{
  return method->suits && gtk_switch_get_active (GTK_SWITCH (method->mark));
}

static void
show_count (CjuMethods *self)
{
  g_autofree char *label = NULL;
  guint n = 0;

  for (guint i = 0; i < self->methods->len; i++)
    n += is_chosen (self->methods->pdata[i]);
  label = g_strdup_printf (g_dngettext (GETTEXT_PACKAGE, "%u method", "%u methods", n), n);
  gtk_menu_button_set_label (GTK_MENU_BUTTON (self->button), label);
}

static void
tell (CjuMethods *self)
{
  show_count (self);
  g_signal_emit (self, changed_signal, 0);
}

static void
set_param (gpointer data, const char *name, const char *text)
{
  Method *method = data;

  if (cj_params_parse (method->info->params, method->params, name, text, NULL)
      && is_chosen (method))
    tell (method->owner);
}

static char *
print_param (gpointer data, const char *name)
{
  const Method *method = data;

  return cj_params_print (cj_params_find (method->info->params, name), method->params);
}

/* The rows of the settings say what is set. */
static void
fill_rows (Method *method)
{
  for (guint i = 0; i < method->rows->len; i++)
    adw_expander_row_remove (ADW_EXPANDER_ROW (method->row), method->rows->pdata[i]);
  g_ptr_array_set_size (method->rows, 0);
  for (const CjParam *p = method->info->params; p != NULL && p->name != NULL; p++)
    {
      GtkWidget *row = cju_options_make_row (&method->options, p);

      adw_expander_row_add_row (ADW_EXPANDER_ROW (method->row), row);
      g_ptr_array_add (method->rows, row);
    }
}

/* A row with a switch, that opens on its settings where it has any. */
static void
make_row (Method *method)
{
  const CjExplainerInfo *info = method->info;

  method->mark = gtk_switch_new ();
  gtk_switch_set_active (GTK_SWITCH (method->mark), is_preset (info));
  gtk_widget_set_valign (method->mark, GTK_ALIGN_CENTER);
  cju_access_name (method->mark, _ (info->title));
  if (info->params != NULL)
    {
      method->row = adw_expander_row_new ();
      adw_expander_row_set_subtitle (ADW_EXPANDER_ROW (method->row), _ (info->blurb));
      adw_expander_row_add_action (ADW_EXPANDER_ROW (method->row), method->mark);
      fill_rows (method);
    }
  else
    {
      method->row = adw_action_row_new ();
      adw_action_row_set_subtitle (ADW_ACTION_ROW (method->row), _ (info->blurb));
      adw_action_row_add_suffix (ADW_ACTION_ROW (method->row), method->mark);
      adw_action_row_set_activatable_widget (ADW_ACTION_ROW (method->row), method->mark);
    }
  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (method->row), _ (info->title));
  g_signal_connect_swapped (method->mark, "notify::active", G_CALLBACK (tell), method->owner);
}

static void
fill_list (CjuMethods *self)
{
  for (const CjExplainerInfo *const *info = cj_explainers (); *info != NULL; info++)
    {
      Method *method = g_new0 (Method, 1);

      method->owner = self;
      method->info = *info;
      method->params = cj_explainer_new_params (*info);
      method->options = (CjuOptions){ set_param, print_param, method };
      method->rows = g_ptr_array_new ();
      method->suits = TRUE;
      make_row (method);
      gtk_list_box_append (GTK_LIST_BOX (self->list), method->row);
      g_ptr_array_add (self->methods, method);
    }
}

static void
cju_methods_dispose (GObject *object)
{
  CjuMethods *self = CJU_METHODS (object);

  g_clear_pointer (&self->button, gtk_widget_unparent);
  g_clear_pointer (&self->methods, g_ptr_array_unref);
  G_OBJECT_CLASS (cju_methods_parent_class)->dispose (object);
}

static void
cju_methods_class_init (CjuMethodsClass *class)
{
  G_OBJECT_CLASS (class)->dispose = cju_methods_dispose;
  gtk_widget_class_set_layout_manager_type (GTK_WIDGET_CLASS (class), GTK_TYPE_BIN_LAYOUT);
  changed_signal = g_signal_new ("changed", CJU_TYPE_METHODS, G_SIGNAL_RUN_LAST, 0, NULL, NULL,
                                 NULL, G_TYPE_NONE, 0);
}

static void
cju_methods_init (CjuMethods *self)
{
  GtkWidget *popover = gtk_popover_new (), *scroll = gtk_scrolled_window_new ();

  self->methods = g_ptr_array_new_with_free_func (free_method);
  self->list = gtk_list_box_new ();
  gtk_list_box_set_selection_mode (GTK_LIST_BOX (self->list), GTK_SELECTION_NONE);
  gtk_widget_add_css_class (self->list, "boxed-list");
  gtk_scrolled_window_set_policy (GTK_SCROLLED_WINDOW (scroll), GTK_POLICY_NEVER,
                                  GTK_POLICY_AUTOMATIC);
  gtk_scrolled_window_set_child (GTK_SCROLLED_WINDOW (scroll), self->list);
  gtk_widget_set_size_request (scroll, 460, 420);
  gtk_popover_set_child (GTK_POPOVER (popover), scroll);
  self->button = gtk_menu_button_new ();
  gtk_menu_button_set_popover (GTK_MENU_BUTTON (self->button), popover);
  cju_access_tip (self->button, _ ("Which methods are asked, and how each is set"));
  gtk_widget_set_parent (self->button, GTK_WIDGET (self));
  fill_list (self);
  show_count (self);
}

GtkWidget *
cju_methods_new (void)
{
  return g_object_new (CJU_TYPE_METHODS, NULL);
}

void
cju_methods_follow (CjuMethods *self, const CjLowered *lowered, const CjdDataset *dataset)
{
  for (guint i = 0; i < self->methods->len; i++)
    {
      Method *method = self->methods->pdata[i];

      method->suits = cjl_explain_suits (method->info, lowered, dataset);
      gtk_widget_set_visible (method->row, method->suits);
    }
  show_count (self);
}

void
cju_methods_add_to (CjuMethods *self, CjlExplainRequest *request)
{
  for (guint i = 0; i < self->methods->len; i++)
    {
      const Method *method = self->methods->pdata[i];
      const CjlExplainMethod one
          = { method->info, g_memdup2 (method->params, method->info->params_size) };

      if (is_chosen (method))
        g_array_append_val (request->methods, one);
      else
        g_free (one.params);
    }
}

GVariant *
cju_methods_save (CjuMethods *self)
{
  GVariantDict chosen;

  g_variant_dict_init (&chosen, NULL);
  for (guint i = 0; i < self->methods->len; i++)
    {
      Method *method = self->methods->pdata[i];
      GVariantDict params;

      if (!is_chosen (method))
        continue;
      g_variant_dict_init (&params, NULL);
      for (const CjParam *p = method->info->params; p != NULL && p->name != NULL; p++)
        {
          g_autofree char *text = print_param (method, p->name);

          g_variant_dict_insert (&params, p->name, "s", text);
        }
      g_variant_dict_insert_value (&chosen, method->info->id, g_variant_dict_end (&params));
    }
  return g_variant_dict_end (&chosen);
}

static void
load_params (Method *method, GVariant *params)
{
  for (const CjParam *p = method->info->params; p != NULL && p->name != NULL; p++)
    {
      const char *text;

      if (g_variant_lookup (params, p->name, "&s", &text))
        cj_params_parse (method->info->params, method->params, p->name, text, NULL);
    }
  if (method->info->params != NULL)
    fill_rows (method);
}

void
cju_methods_load (CjuMethods *self, GVariant *chosen)
{
  g_auto (GStrv) ids = g_variant_is_of_type (chosen, G_VARIANT_TYPE_STRING)
                           ? g_strsplit (g_variant_get_string (chosen, NULL), ",", -1)
                           : NULL;

  for (guint i = 0; ids != NULL && ids[i] != NULL; i++)
    g_strstrip (ids[i]);
  if (ids == NULL && !g_variant_is_of_type (chosen, G_VARIANT_TYPE_VARDICT))
    return;
  for (guint i = 0; i < self->methods->len; i++)
    {
      Method *method = self->methods->pdata[i];
      g_autoptr (GVariant) params
          = ids == NULL ? g_variant_lookup_value (chosen, method->info->id, G_VARIANT_TYPE_VARDICT)
                        : NULL;

      if (params != NULL)
        load_params (method, params);
      gtk_switch_set_active (
          GTK_SWITCH (method->mark),
          params != NULL
              || (ids != NULL && g_strv_contains ((const char *const *) ids, method->info->id)));
    }
  tell (self);
}
