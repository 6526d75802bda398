/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cju-start-page.h"

#include "cju-gallery.h"
#include "cju-offer.h"
#include "cju-recent.h"

#include <glib/gi18n-lib.h>

struct _CjuStartPage
{
  GtkWidget parent;
  GtkWidget *scroller, *offer;
};

G_DEFINE_FINAL_TYPE (CjuStartPage, cju_start_page, GTK_TYPE_WIDGET)

static guint chosen_signal, made_signal;

static void
on_chosen (CjuStartPage *self, const char *id)
{
  g_signal_emit (self, chosen_signal, 0, id);
}

static GtkWidget *
make_label (const char *text, const char *class)
{
  GtkWidget *label = gtk_label_new (text);

  gtk_label_set_xalign (GTK_LABEL (label), 0);
  gtk_label_set_wrap (GTK_LABEL (label), TRUE);
  gtk_label_set_max_width_chars (GTK_LABEL (label), 90);
  gtk_widget_add_css_class (label, class);
  return label;
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
on_made (CjuStartPage *self, gpointer project)
{
  g_signal_emit (self, made_signal, 0, project);
}

static void
cju_start_page_init (CjuStartPage *self)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 8), *gallery = cju_gallery_new ();

  self->scroller = gtk_scrolled_window_new ();
  gtk_widget_set_margin_top (box, 28);
  gtk_widget_set_margin_bottom (box, 28);
  gtk_widget_set_margin_start (box, 48);
  gtk_widget_set_margin_end (box, 48);
  gtk_box_append (GTK_BOX (box), make_label (_ ("What would you like to look into?"), "title-1"));
  gtk_box_append (
      GTK_BOX (box),
      make_label (_ ("Pick an experiment, or drop a project or data of your own anywhere "
                     "on this window: folders of pictures, a table, a text."),
                  "dim-label"));
  self->offer = cju_offer_new ();
  gtk_widget_set_margin_top (self->offer, 12);
  gtk_widget_set_margin_top (gallery, 12);
  g_signal_connect_swapped (self->offer, "made", G_CALLBACK (on_made), self);
  g_signal_connect_swapped (gallery, "chosen", G_CALLBACK (on_chosen), self);
  gtk_box_append (GTK_BOX (box), self->offer);
  gtk_box_append (GTK_BOX (box), cju_recent_new ());
  gtk_box_append (GTK_BOX (box), gallery);
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
