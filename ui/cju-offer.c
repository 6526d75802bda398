/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cju-offer.h"

#include "cjd-folders.h"
#include "cjl-zoo.h"
#include "cju-access.h"
#include "cju-data.h"
#include "cju-picture.h"
#include "cju-task.h"

#include <adwaita.h>
#include <glib/gi18n-lib.h>

#define COLUMNS 4
#define ROWS 3
#define TILE 48
#define MAX_OFFERS 6
#define FEW                                                                                        \
  100 /* training samples a class, for which a network that was trained is offered first */

struct _CjuOffer
{
  GtkWidget parent;
  GtkWidget *box, *spinner, *picture, *title, *words, *buttons;
  GCancellable *reading;
  char *path;
  CjdDataset *base;
};

G_DEFINE_FINAL_TYPE (CjuOffer, cju_offer, GTK_TYPE_WIDGET)

static guint made_signal;

/* What a worker finds. */
typedef struct
{
  char *path;
  CjdDataset *base;
  const CjlTemplate **templates;
} Found;

static void
free_found (gpointer data)
{
  Found *found = data;

  g_free (found->path);
  g_free (found->templates);
  g_clear_pointer (&found->base, cjd_dataset_unref);
  g_free (found);
}

static void
read_thread (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  Found *found = data;
  g_autoptr (CjlProject) project = cjl_project_new ();
  CjlDataChoice choice = cjl_data_choice_copy (&project->data);
  GError *error = NULL;

  (void) source;
  (void) cancellable;
  g_free (choice.source);
  choice.source = g_strdup (found->path);
  found->base = cjl_data_load_base (&choice, &error);
  cjl_data_choice_clear (&choice);
  if (found->base != NULL)
    found->templates = cjl_templates_for (found->base);
  if (error != NULL)
    g_task_return_error (task, error);
  else
    g_task_return_boolean (task, TRUE);
}

static void
on_button (GtkButton *button, gpointer data)
{
  CjuOffer *self = data;
  const CjlTemplate *info = g_object_get_data (G_OBJECT (button), "template");
  const CjlZooNet *net = cjl_zoo_find (info->id);
  g_autoptr (GError) error = NULL;
  g_autoptr (CjlProject) project
      = net != NULL ? cjl_zoo_teach (net, self->path, self->base, &error)
                    : cjl_template_make_for (info, self->path, self->base, &error);

  if (project != NULL)
    g_signal_emit (self, made_signal, 0, project);
  else
    gtk_label_set_text (GTK_LABEL (self->words), error->message);
}

/* Whether a layer says what kind of network it is in. */
static gboolean
is_telling (const CjLayerInfo *layer)
{
  static const char *const categories[] = { "dense", "attention", "recurrent", "graph", "spiking" };

  for (guint i = 0; i < G_N_ELEMENTS (categories); i++)
    if (g_str_equal (layer->category, categories[i]))
      return TRUE;
  return g_str_has_prefix (layer->id, "conv-");
}

/* "2 × Conv 2D, 3 × Dense", in the order of the network. You free. */
static char *
print_layers (const CjlTemplate *info)
{
  g_autoptr (CjlProject) project = cjl_template_make (info, NULL);
  const GPtrArray *nodes = project != NULL ? project->graph->nodes : NULL;
  GString *text = g_string_new (NULL);

  for (guint i = 0; nodes != NULL && i < nodes->len; i++)
    {
      const CjLayerInfo *layer = ((const CjNode *) nodes->pdata[i])->layer;
      guint n = 0;

      for (guint k = 0; k < nodes->len; k++)
        {
          n += ((const CjNode *) nodes->pdata[k])->layer == layer;
          if (k < i && ((const CjNode *) nodes->pdata[k])->layer == layer)
            break; /* counted where it came first */
          if (k + 1 == nodes->len && is_telling (layer))
            g_string_append_printf (text, "%s%u × %s", text->len > 0 ? ", " : "", n,
                                    _ (layer->title));
        }
    }
  return g_string_free (text, FALSE);
}

static void
add_button (CjuOffer *self, const CjlTemplate *info, gboolean first)
{
  GtkWidget *button = gtk_button_new (), *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 0);
  g_autofree char *layers = cjl_zoo_find (info->id) != NULL
                                ? g_strdup (_ ("frozen body, new last layer"))
                                : print_layers (info);
  g_autofree char *words = g_strdup_printf (_ ("%s: %s"), _ (info->title), _ (info->blurb));
  GtkWidget *title = gtk_label_new (_ (info->title)), *caption = gtk_label_new (layers);

  gtk_widget_add_css_class (caption, "caption");
  gtk_box_append (GTK_BOX (box), title);
  gtk_box_append (GTK_BOX (box), caption);
  gtk_button_set_child (GTK_BUTTON (button), box);

  if (first)
    gtk_widget_add_css_class (button, "suggested-action");
  cju_access_tip (button, _ (info->blurb));
  cju_access_name (button, words);
  g_object_set_data (G_OBJECT (button), "template", (gpointer) info);
  g_signal_connect (button, "clicked", G_CALLBACK (on_button), self);
  gtk_flow_box_append (GTK_FLOW_BOX (self->buttons), button);
  gtk_widget_set_focusable (gtk_widget_get_parent (button), FALSE);
  if (first)
    gtk_widget_grab_focus (button);
}

/* Pictures from all over the data. */
static GdkPaintable *
draw (const CjdDataset *base)
{
  const gsize n = cjd_dataset_get_n_samples (base);
  const int shown = (int) MIN (n, COLUMNS * ROWS);
  g_autoptr (CjTensor) many = NULL;

  for (int i = 0; i < shown; i++)
    {
      g_autoptr (CjTensor) x = cju_picture_read (base, (gsize) i * n / (gsize) shown);

      if (x == NULL)
        return NULL;
      if (many == NULL)
        {
          CjShape shape = x->shape;

          shape.dims[0] = shown;
          many = cj_tensor_new (CJ_FLOAT32, &shape);
        }
      memcpy ((char *) many->data + (gsize) i * cj_tensor_bytes (x), x->data, cj_tensor_bytes (x));
    }
  return many != NULL ? cju_picture_sheet (many, COLUMNS, TILE) : NULL;
}

/* So few that a network from scratch learns little of them. */
static gboolean
is_few (const CjdDataset *base)
{
  return cjd_dataset_count (base, CJD_SPLIT_TRAIN) <= (gsize) FEW * MAX (base->n_classes, 1);
}

static void
show_found (CjuOffer *self, const Found *found)
{
  const CjlZooNet *net = is_few (found->base) ? cjl_zoo_choose (found->base) : NULL;
  g_autoptr (GdkPaintable) texture = draw (found->base);
  g_autofree char *sentence = cju_data_describe (found->base);
  g_autoptr (GString) words = g_string_new (sentence);

  g_string_append_c (words, '.');
  if (found->base->note != NULL)
    g_string_append_printf (words, " %s", found->base->note);
  g_string_append_printf (words, "\n%s",
                          found->templates[0] != NULL
                              ? _ ("Choose what is to learn from it:")
                              : _ ("No ready experiment can learn from it. Begin with an empty "
                                   "project and build a network that can."));
  gtk_label_set_text (GTK_LABEL (self->title), found->base->name);
  gtk_label_set_text (GTK_LABEL (self->words), words->str);
  gtk_image_set_from_paintable (GTK_IMAGE (self->picture), texture);
  gtk_widget_set_visible (self->picture, texture != NULL);
  if (net != NULL)
    add_button (self, &net->experiment, TRUE);
  for (guint i = 0; found->templates[i] != NULL && i + (net != NULL) < MAX_OFFERS; i++)
    add_button (self, found->templates[i], net == NULL && i == 0);
}

static void
read_done (GObject *object, GAsyncResult *result, gpointer data)
{
  CjuOffer *self = CJU_OFFER (object);
  Found *found = g_task_get_task_data (G_TASK (result));
  g_autoptr (GError) error = NULL;

  (void) data;
  g_task_propagate_boolean (G_TASK (result), &error);
  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED) || self->box == NULL)
    return;
  gtk_spinner_stop (GTK_SPINNER (self->spinner));
  gtk_widget_set_visible (self->spinner, FALSE);
  if (error != NULL)
    {
      gtk_label_set_text (GTK_LABEL (self->words), error->message);
      return;
    }
  self->base = cjd_dataset_ref (found->base);
  show_found (self, found);
}

void
cju_offer_read (CjuOffer *self, const char *path)
{
  Found *found = g_new0 (Found, 1);
  g_autofree char *name = cjd_folders_dup_name (path);
  g_autoptr (GTask) task = NULL;
  GtkWidget *child;

  if (self->reading != NULL)
    g_cancellable_cancel (self->reading);
  g_clear_object (&self->reading);
  self->reading = g_cancellable_new ();
  g_clear_pointer (&self->base, cjd_dataset_unref);
  g_free (self->path);
  self->path = g_strdup (path);
  found->path = g_strdup (path);
  while ((child = gtk_widget_get_first_child (self->buttons)) != NULL)
    gtk_flow_box_remove (GTK_FLOW_BOX (self->buttons), child);
  gtk_label_set_text (GTK_LABEL (self->title), name);
  gtk_label_set_text (GTK_LABEL (self->words), _ ("Reading…"));
  gtk_widget_set_visible (self->picture, FALSE);
  gtk_widget_set_visible (self->spinner, TRUE);
  gtk_spinner_start (GTK_SPINNER (self->spinner));
  gtk_widget_set_visible (GTK_WIDGET (self), TRUE);
  task = cju_task_new (self, self->reading, read_done, NULL);
  g_task_set_task_data (task, found, free_found);
  g_task_run_in_thread (task, read_thread);
}

static void
cju_offer_dispose (GObject *object)
{
  CjuOffer *self = CJU_OFFER (object);

  if (self->reading != NULL)
    g_cancellable_cancel (self->reading);
  g_clear_object (&self->reading);
  g_clear_pointer (&self->box, gtk_widget_unparent);
  g_clear_pointer (&self->base, cjd_dataset_unref);
  g_clear_pointer (&self->path, g_free);
  G_OBJECT_CLASS (cju_offer_parent_class)->dispose (object);
}

static void
cju_offer_class_init (CjuOfferClass *class)
{
  G_OBJECT_CLASS (class)->dispose = cju_offer_dispose;
  gtk_widget_class_set_layout_manager_type (GTK_WIDGET_CLASS (class), GTK_TYPE_BIN_LAYOUT);
  made_signal = g_signal_new ("made", CJU_TYPE_OFFER, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                              G_TYPE_NONE, 1, G_TYPE_POINTER);
}

static void
cju_offer_init (CjuOffer *self)
{
  GtkWidget *right = gtk_box_new (GTK_ORIENTATION_VERTICAL, 8);

  self->box = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 18);
  self->spinner = gtk_spinner_new ();
  self->picture = gtk_image_new ();
  self->title = gtk_label_new (NULL);
  self->words = gtk_label_new (NULL);
  self->buttons = gtk_flow_box_new ();
  gtk_widget_add_css_class (self->box, "card");
  gtk_widget_add_css_class (self->box, "offer");
  gtk_widget_add_css_class (self->title, "title-3");
  gtk_label_set_xalign (GTK_LABEL (self->title), 0);
  gtk_label_set_xalign (GTK_LABEL (self->words), 0);
  gtk_label_set_wrap (GTK_LABEL (self->words), TRUE);
  gtk_label_set_selectable (GTK_LABEL (self->words), FALSE);
  gtk_flow_box_set_selection_mode (GTK_FLOW_BOX (self->buttons), GTK_SELECTION_NONE);
  gtk_flow_box_set_column_spacing (GTK_FLOW_BOX (self->buttons), 8);
  gtk_flow_box_set_row_spacing (GTK_FLOW_BOX (self->buttons), 8);
  gtk_flow_box_set_min_children_per_line (GTK_FLOW_BOX (self->buttons), 2);
  gtk_flow_box_set_max_children_per_line (GTK_FLOW_BOX (self->buttons), 3);
  gtk_image_set_pixel_size (GTK_IMAGE (self->picture), COLUMNS * (TILE + 4));
  gtk_widget_set_valign (self->picture, GTK_ALIGN_CENTER);
  gtk_widget_set_valign (self->spinner, GTK_ALIGN_CENTER);
  gtk_widget_set_hexpand (right, TRUE);
  gtk_box_append (GTK_BOX (right), self->title);
  gtk_box_append (GTK_BOX (right), self->words);
  gtk_box_append (GTK_BOX (right), self->buttons);
  gtk_box_append (GTK_BOX (self->box), self->spinner);
  gtk_box_append (GTK_BOX (self->box), self->picture);
  gtk_box_append (GTK_BOX (self->box), right);
  gtk_widget_set_parent (self->box, GTK_WIDGET (self));
  gtk_widget_set_visible (GTK_WIDGET (self), FALSE);
}

GtkWidget *
cju_offer_new (void)
{
  return g_object_new (CJU_TYPE_OFFER, NULL);
}
