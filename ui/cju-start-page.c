/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cju-start-page.h"

#include "cjd-source.h"
#include "cjl-template.h"
#include "cju-offer.h"
#include "cju-recent.h"
#include "cju-samples.h"

#include <glib/gi18n-lib.h>
#include <math.h>

#define PICTURE_WIDTH 280
#define PICTURE_HEIGHT 132

struct _CjuStartPage
{
  GtkWidget parent;
  GtkWidget *scroller, *offer;
};

G_DEFINE_FINAL_TYPE (CjuStartPage, cju_start_page, GTK_TYPE_WIDGET)

static guint chosen_signal, made_signal;

static CjdDataset *
make_few (const char *id, const char *n)
{
  const CjdSourceInfo *source = cjd_source_find (id);
  g_autofree gpointer params = NULL;

  if (source == NULL)
    return NULL;
  params = g_malloc0 (MAX (source->params_size, 1));
  cj_params_reset (source->params, params);
  cj_params_parse (source->params, params, "samples", n, NULL);
  return source->make (params, NULL);
}

static void
draw_points (GtkDrawingArea *area, cairo_t *cr, int width, int height, gpointer data)
{
  const CjdDataset *dataset = data;
  const float *x = dataset->x->data;
  float largest = 1e-6f;

  (void) area;
  cairo_set_source_rgb (cr, 0.96, 0.95, 0.94);
  cairo_paint (cr);
  for (gsize i = 0; i < 2 * cjd_dataset_get_n_samples (dataset); i++)
    largest = MAX (largest, fabsf (x[i]));
  for (gsize i = 0; i < cjd_dataset_get_n_samples (dataset); i++)
    {
      const gboolean first = cj_tensor_i32 (dataset->y)[i] == 0;
      const double scale = (height / 2.0 - 8) / largest;

      if (first)
        cairo_set_source_rgb (cr, 0.11, 0.44, 0.85);
      else
        cairo_set_source_rgb (cr, 0.9, 0.38, 0);
      cairo_arc (cr, width / 2.0 + x[2 * i] * scale, height / 2.0 - x[2 * i + 1] * scale, 2.6, 0,
                 2 * G_PI);
      cairo_fill (cr);
    }
}

static GtkWidget *
make_picture (const CjlTemplate *info)
{
  g_autoptr (CjdDataset) dataset = make_few (info->source, "240");
  g_autoptr (GdkTexture) texture = dataset != NULL ? cju_samples_draw (dataset, 8, 4, 29) : NULL;
  GtkWidget *picture;

  if (texture != NULL)
    {
      picture = gtk_picture_new_for_paintable (GDK_PAINTABLE (texture));
      gtk_picture_set_content_fit (GTK_PICTURE (picture), GTK_CONTENT_FIT_COVER);
    }
  else
    {
      picture = gtk_drawing_area_new ();
      if (dataset != NULL && dataset->x_shape.n_dims == 2 && dataset->x_shape.dims[1] == 2
          && dataset->x_dtype == CJ_FLOAT32)
        gtk_drawing_area_set_draw_func (GTK_DRAWING_AREA (picture), draw_points,
                                        cjd_dataset_ref (dataset),
                                        (GDestroyNotify) cjd_dataset_unref);
    }
  gtk_widget_set_size_request (picture, PICTURE_WIDTH, PICTURE_HEIGHT);
  return picture;
}

static GtkWidget *
make_label (const char *text, const char *class, gboolean wrap)
{
  GtkWidget *label = gtk_label_new (text);

  gtk_label_set_xalign (GTK_LABEL (label), 0);
  gtk_label_set_wrap (GTK_LABEL (label), wrap);
  gtk_label_set_max_width_chars (GTK_LABEL (label), 32);
  if (class != NULL)
    gtk_widget_add_css_class (label, class);
  return label;
}

static void
on_clicked (GtkButton *button, gpointer data)
{
  g_signal_emit (data, chosen_signal, 0, g_object_get_data (G_OBJECT (button), "template"));
}

static GtkWidget *
make_card (CjuStartPage *self, const CjlTemplate *info)
{
  GtkWidget *button = gtk_button_new (), *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 0);
  GtkWidget *words = gtk_box_new (GTK_ORIENTATION_VERTICAL, 4);
  g_autofree char *foot = g_strdup_printf ("%s · %s", _ (info->category), info->expected);

  gtk_widget_add_css_class (words, "template-words");
  gtk_box_append (GTK_BOX (box), make_picture (info));
  gtk_widget_set_vexpand (gtk_widget_get_first_child (box), TRUE);
  gtk_box_append (GTK_BOX (words), make_label (_ (info->title), "heading", FALSE));
  gtk_box_append (GTK_BOX (words), make_label (_ (info->blurb), NULL, TRUE));
  gtk_box_append (GTK_BOX (words), make_label (foot, "dim-label", FALSE));
  gtk_box_append (GTK_BOX (box), words);
  gtk_button_set_child (GTK_BUTTON (button), box);
  gtk_widget_add_css_class (button, "card");
  gtk_widget_add_css_class (button, "template");
  gtk_widget_set_valign (button, GTK_ALIGN_FILL);
  gtk_widget_set_overflow (button, GTK_OVERFLOW_HIDDEN);
  gtk_widget_set_tooltip_text (button, _ (info->teaches));
  gtk_accessible_update_property (GTK_ACCESSIBLE (button), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                  _ (info->title), GTK_ACCESSIBLE_PROPERTY_DESCRIPTION,
                                  _ (info->blurb), -1);
  g_object_set_data (G_OBJECT (button), "template", (gpointer) info->id);
  g_signal_connect (button, "clicked", G_CALLBACK (on_clicked), self);
  return button;
}

static void
cju_start_page_dispose (GObject *object)
{
  g_clear_pointer (&CJU_START_PAGE (object)->scroller, gtk_widget_unparent);
  G_OBJECT_CLASS (cju_start_page_parent_class)->dispose (object);
}

static void
cju_start_page_class_init (CjuStartPageClass *class)
{
  G_OBJECT_CLASS (class)->dispose = cju_start_page_dispose;
  gtk_widget_class_set_layout_manager_type (GTK_WIDGET_CLASS (class), GTK_TYPE_BIN_LAYOUT);
  chosen_signal = g_signal_new ("chosen", CJU_TYPE_START_PAGE, G_SIGNAL_RUN_LAST, 0, NULL, NULL,
                                NULL, G_TYPE_NONE, 1, G_TYPE_STRING);
  made_signal = g_signal_new ("made", CJU_TYPE_START_PAGE, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                              G_TYPE_NONE, 1, G_TYPE_POINTER);
}

static void
on_made (CjuStartPage *self, CjlProject *project)
{
  g_signal_emit (self, made_signal, 0, project);
}

static void
cju_start_page_init (CjuStartPage *self)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 8), *flow = gtk_flow_box_new ();

  self->scroller = gtk_scrolled_window_new ();
  gtk_widget_set_margin_top (box, 28);
  gtk_widget_set_margin_bottom (box, 28);
  gtk_widget_set_margin_start (box, 48);
  gtk_widget_set_margin_end (box, 48);
  gtk_box_append (GTK_BOX (box),
                  make_label (_ ("What would you like to look into?"), "title-1", TRUE));
  gtk_box_append (GTK_BOX (box),
                  make_label (_ ("Pick an experiment, or drop a project or data of your own "
                                 "anywhere on this window: a folder of pictures, a table, a text."),
                              "dim-label", TRUE));
  gtk_label_set_max_width_chars (GTK_LABEL (gtk_widget_get_last_child (box)), 90);
  self->offer = cju_offer_new ();
  gtk_widget_set_margin_top (self->offer, 12);
  g_signal_connect_swapped (self->offer, "made", G_CALLBACK (on_made), self);
  gtk_box_append (GTK_BOX (box), self->offer);
  gtk_box_append (GTK_BOX (box), cju_recent_new ());
  gtk_flow_box_set_selection_mode (GTK_FLOW_BOX (flow), GTK_SELECTION_NONE);
  gtk_flow_box_set_column_spacing (GTK_FLOW_BOX (flow), 18);
  gtk_flow_box_set_row_spacing (GTK_FLOW_BOX (flow), 18);
  gtk_flow_box_set_max_children_per_line (GTK_FLOW_BOX (flow), 4);
  gtk_flow_box_set_homogeneous (GTK_FLOW_BOX (flow), TRUE);
  gtk_widget_set_margin_top (flow, 12);
  for (const CjlTemplate *t = cjl_templates (); t->id != NULL; t++)
    {
      gtk_flow_box_append (GTK_FLOW_BOX (flow), make_card (self, t));
      gtk_widget_set_focusable (gtk_widget_get_last_child (flow), FALSE);
    }
  gtk_box_append (GTK_BOX (box), flow);
  gtk_scrolled_window_set_child (GTK_SCROLLED_WINDOW (self->scroller), box);
  gtk_widget_set_parent (self->scroller, GTK_WIDGET (self));
}

GtkWidget *
cju_start_page_new (void)
{
  return g_object_new (CJU_TYPE_START_PAGE, NULL);
}

void
cju_start_page_offer (CjuStartPage *self, const char *path)
{
  gtk_adjustment_set_value (
      gtk_scrolled_window_get_vadjustment (GTK_SCROLLED_WINDOW (self->scroller)), 0);
  cju_offer_read (CJU_OFFER (self->offer), path);
}
