/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cju-scrubber.h"

#include "cju-access.h"

#include <glib/gi18n-lib.h>
#include <math.h>

/* Steps a second to watch by; 0: as fast as it goes. */
static const double speeds[] = { 0, 100, 30, 10, 3, 1 };

typedef struct
{
  CjuDocument *document;
  GtkWidget *box, *scale, *label, *branch, *now, *speed;
  GtkAdjustment *adjustment;
  gboolean quiet; /* the scale moves by itself */
} Scrubber;

static void
update (Scrubber *self)
{
  const CjRunState state = cju_document_get_state (self->document);
  const guint64 wanted = state.target;
  const gboolean past = wanted < state.last;
  g_autofree char *text = NULL;

  gtk_widget_set_sensitive (self->scale, state.last > state.first);
  gtk_widget_set_visible (self->branch, past);
  gtk_widget_set_visible (self->now, past);
  self->quiet = TRUE;
  gtk_adjustment_configure (self->adjustment, (double) wanted, (double) state.first,
                            (double) MAX (state.last, state.first + 1), 1,
                            MAX (state.steps_per_epoch, 1), 0);
  self->quiet = FALSE;
  text = past || state.status == CJ_RUN_FINISHED
             ? g_strdup_printf (_ ("Step %'llu of %'llu"), (unsigned long long) wanted,
                                (unsigned long long) state.last)
             : g_strdup_printf (_ ("Step %'llu"), (unsigned long long) wanted);
  if (state.step != wanted)
    {
      g_autofree char *on_way
          = g_strdup_printf (_ ("%s · shows %'llu"), text, (unsigned long long) state.step);

      g_free (g_steal_pointer (&text));
      text = g_steal_pointer (&on_way);
    }
  gtk_label_set_text (GTK_LABEL (self->label), text);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->scale), GTK_ACCESSIBLE_PROPERTY_VALUE_TEXT,
                                  text, -1);
}

static void
on_value (Scrubber *self)
{
  if (self->quiet)
    return;
  cju_document_seek (self->document,
                     (guint64) llround (gtk_adjustment_get_value (self->adjustment)));
  update (self);
}

static void
on_speed (Scrubber *self)
{
  const guint at = gtk_drop_down_get_selected (GTK_DROP_DOWN (self->speed));

  if (at < G_N_ELEMENTS (speeds))
    cju_document_set_speed (self->document, speeds[at]);
}

static GtkWidget *
make_speed (Scrubber *self)
{
  GtkStringList *list = gtk_string_list_new (NULL);

  gtk_string_list_append (list, _ ("Full speed"));
  for (guint i = 1; i < G_N_ELEMENTS (speeds); i++)
    {
      g_autofree char *text
          = g_strdup_printf (g_dngettext (GETTEXT_PACKAGE, "%.0f step a second",
                                          "%.0f steps a second", (gulong) speeds[i]),
                             speeds[i]);

      gtk_string_list_append (list, text);
    }
  self->speed = gtk_drop_down_new (G_LIST_MODEL (list), NULL);
  gtk_widget_add_css_class (self->speed, "flat");
  cju_access_tip (self->speed, _ ("How fast the network trains, to watch it"));
  cju_access_name (self->speed, _ ("Speed of training"));
  g_signal_connect_swapped (self->speed, "notify::selected", G_CALLBACK (on_speed), self);
  return self->speed;
}

static GtkWidget *
make_button (const char *label, const char *action, const char *tip)
{
  GtkWidget *button = gtk_button_new_with_mnemonic (label);

  cju_access_name_mnemonic (button, label);
  gtk_actionable_set_action_name (GTK_ACTIONABLE (button), action);
  cju_access_tip (button, tip);
  gtk_widget_add_css_class (button, "flat");
  return button;
}

static void
free_scrubber (gpointer data, GObject *box)
{
  Scrubber *self = data;

  (void) box;
  g_signal_handlers_disconnect_by_data (self->document, self);
  g_object_unref (self->document);
  g_free (self);
}

GtkWidget *
cju_scrubber_new (CjuDocument *document)
{
  Scrubber *self = g_new0 (Scrubber, 1);

  self->document = g_object_ref (document);
  self->box = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 6);
  self->adjustment = gtk_adjustment_new (0, 0, 1, 1, 10, 0);
  self->scale = gtk_scale_new (GTK_ORIENTATION_HORIZONTAL, self->adjustment);
  gtk_scale_set_draw_value (GTK_SCALE (self->scale), FALSE);
  gtk_range_set_round_digits (GTK_RANGE (self->scale), 0);
  gtk_widget_set_hexpand (self->scale, TRUE);
  gtk_widget_set_direction (self->scale, GTK_TEXT_DIR_LTR); /* as time runs in the curves */
  cju_access_tip (self->scale,
                  _ ("Drag back through the run: every view shows the network as it was then"));
  cju_access_name (self->scale, _ ("Time of the run"));
  self->label = gtk_label_new (NULL);
  gtk_widget_add_css_class (self->label, "numeric");
  gtk_widget_add_css_class (self->label, "dim-label");
  gtk_label_set_width_chars (GTK_LABEL (self->label), 20);
  gtk_label_set_xalign (GTK_LABEL (self->label), 1);
  self->branch = make_button (_ ("_Branch from Here"), "win.branch",
                              _ ("Go on from this step; the run as it is goes to the history"));
  self->now = make_button (_ ("Back to _Now"), "win.now", _ ("To the last step of the run"));
  gtk_box_append (GTK_BOX (self->box), make_speed (self));
  gtk_box_append (GTK_BOX (self->box), self->scale);
  gtk_box_append (GTK_BOX (self->box), self->label);
  gtk_box_append (GTK_BOX (self->box), self->branch);
  gtk_box_append (GTK_BOX (self->box), self->now);
  gtk_widget_add_css_class (self->box, "scrubber");
  g_signal_connect_swapped (self->adjustment, "value-changed", G_CALLBACK (on_value), self);
  g_signal_connect_swapped (document, "ticked", G_CALLBACK (update), self);
  g_signal_connect_swapped (document, "edited", G_CALLBACK (update), self);
  g_object_weak_ref (G_OBJECT (self->box), free_scrubber, self);
  update (self);
  return self->box;
}
