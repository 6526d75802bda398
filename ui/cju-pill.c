/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cju-pill.h"

#include "cju-access.h"
#include <glib/gi18n-lib.h>
#include <math.h>

#define ROOM 560 /* pixels; where there are fewer, speed and time left are away */

typedef enum
{
  EPOCH,
  LOSS,
  METRIC,
  RATE,
  LEFT,
  STATUS,
  N_PARTS
} Part;

typedef struct
{
  CjuDocument *document;
  GtkWidget *box, *parts[N_PARTS];
} Pill;

static const char *const tips[N_PARTS] = {
  N_ ("Passes over the training samples: the one under way, and how many there will be"),
  N_ ("Mean loss of the epoch so far, or of the step that is shown"),
  N_ ("Measured on the validation samples, which the network does not learn from, after each "
      "epoch"),
  N_ ("Training samples a second, smoothed over a second"),
  N_ ("Until the last epoch is done, at this speed"),
  N_ ("What the run is doing"),
};

static void
set (Pill *self, Part part, const char *markup)
{
  gtk_widget_set_visible (self->parts[part], markup != NULL);
  if (markup != NULL)
    gtk_label_set_markup (GTK_LABEL (self->parts[part]), markup);
}

/* "42 s left", "3 min left". */
static char *
print_time (double seconds)
{
  if (seconds < 90)
    return g_strdup_printf (_ ("%.0f s left"), seconds);
  return seconds < 5400 ? g_strdup_printf (_ ("%.0f min left"), seconds / 60)
                        : g_strdup_printf (_ ("%.1f h left"), seconds / 3600);
}

static const char *
get_status (const CjRunState *state)
{
  if (state->status == CJ_RUN_FAILED)
    return _ ("stopped: the loss is no longer a number");
  if (state->status == CJ_RUN_SEEKING)
    return _ ("computing…");
  if (state->step < state->last)
    return _ ("in the past");
  if (state->status == CJ_RUN_FINISHED)
    return _ ("finished");
  return state->status == CJ_RUN_PAUSED ? _ ("paused") : NULL;
}

/* Classes have an accuracy, values an R². */
static gboolean
has_classes (Pill *self)
{
  const CjdDataset *dataset = cju_document_get_dataset (self->document);

  return dataset == NULL || dataset->y->dtype != CJ_FLOAT32;
}

static void
update (Pill *self)
{
  const CjRunState state = cju_document_get_state (self->document);
  GtkWidget *around = gtk_widget_get_parent (self->box);
  const gboolean roomy = around == NULL || gtk_widget_get_width (around) >= ROOM;
  const gboolean running = state.status == CJ_RUN_TRAINING && state.rate > 0 && roomy;
  const guint n = MAX (state.n_epochs, 1);
  g_autofree char *epoch
      = g_strdup_printf (_ ("<b>Epoch %u</b> / %u"), MIN (state.epoch + 1, n), n);
  g_autofree char *number
      = g_strdup_printf (state.score.loss < 1e5 ? "%.3f" : "%.3g", state.score.loss);
  g_autofree char *loss = g_strdup_printf (_ ("loss <b>%s</b>"), number);
  g_autofree char *metric
      = !isfinite (state.val.accuracy)
            ? g_strdup_printf (_ ("validation loss <b>%.3f</b>"), state.val.loss)
        : has_classes (self)
            ? g_strdup_printf (_ ("validation <b>%.1f %%</b>"), state.val.accuracy * 100)
            : g_strdup_printf (_ ("validation R² <b>%.3f</b>"), state.val.accuracy);
  g_autofree char *rate = g_strdup_printf (_ ("%'.0f samples/s"), state.rate);
  g_autofree char *left = print_time (state.seconds_left);

  gtk_widget_set_visible (self->box, state.step > 0 || state.last > 0);
  set (self, EPOCH, epoch);
  set (self, LOSS, isfinite (state.score.loss) ? loss : NULL);
  set (self, METRIC, isfinite (state.val.loss) ? metric : NULL);
  set (self, RATE, running ? rate : NULL);
  set (self, LEFT, running && isfinite (state.seconds_left) ? left : NULL);
  set (self, STATUS, get_status (&state));
}

static void
free_pill (gpointer data, GObject *box)
{
  Pill *self = data;

  (void) box;
  g_signal_handlers_disconnect_by_data (self->document, self);
  g_object_unref (self->document);
  g_free (self);
}

GtkWidget *
cju_pill_new (CjuDocument *document)
{
  Pill *self = g_new0 (Pill, 1);

  self->document = g_object_ref (document);
  self->box = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 14);
  gtk_widget_add_css_class (self->box, "pill-status");
  gtk_widget_add_css_class (self->box, "numeric");
  for (guint i = 0; i < N_PARTS; i++)
    {
      self->parts[i] = gtk_label_new (NULL);
      cju_access_tip (self->parts[i], _ (tips[i]));
      gtk_box_append (GTK_BOX (self->box), self->parts[i]);
    }
  gtk_widget_add_css_class (self->parts[STATUS], "dim-label");
  gtk_widget_set_halign (self->box, GTK_ALIGN_CENTER);
  gtk_widget_set_valign (self->box, GTK_ALIGN_START);
  gtk_widget_set_margin_top (self->box, 10);
  g_signal_connect_swapped (document, "ticked", G_CALLBACK (update), self);
  g_object_weak_ref (G_OBJECT (self->box), free_pill, self);
  update (self);
  return self->box;
}
