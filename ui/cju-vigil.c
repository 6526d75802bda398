/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cju-vigil.h"

#include "cju-settings.h"

#include <glib/gi18n-lib.h>
#include <math.h>

#define LONG_RUN (30 * G_USEC_PER_SEC)

typedef struct
{
  GtkApplication *application; /* borrowed: it outlives its windows */
  GtkWindow *window;           /* weak */
  guint cookie;                /* of the inhibition, 0: none */
  gint64 since;                /* when training began */
} Vigil;

static void
relax (Vigil *vigil)
{
  if (vigil->cookie != 0)
    gtk_application_uninhibit (vigil->application, vigil->cookie);
  vigil->cookie = 0;
}

static void
free_vigil (gpointer data)
{
  Vigil *vigil = data;

  relax (vigil);
  g_clear_weak_pointer (&vigil->window);
  g_free (vigil);
}

/* "98.2 % on validation after 8 epochs", or what there is to say. */
static char *
print_result (const CjRunState *state)
{
  g_autofree char *epochs = g_strdup_printf (
      g_dngettext (GETTEXT_PACKAGE, "after %u epoch", "after %u epochs", state->n_epochs),
      state->n_epochs);

  if (state->status == CJ_RUN_FAILED)
    return g_strdup (_ ("The loss is no longer a number. A lower learning rate often helps."));
  if (isfinite (state->val.accuracy))
    return g_strdup_printf (_ ("%.1f %% on validation samples %s"), state->val.accuracy * 100,
                            epochs);
  return g_strdup_printf (_ ("Loss %.4g %s"), state->score.loss, epochs);
}

static void
send (Vigil *vigil, CjuDocument *document, const CjRunState *state)
{
  const guint window = gtk_application_window_get_id (GTK_APPLICATION_WINDOW (vigil->window));
  g_autofree char *id = g_strdup_printf ("run-%u", window);
  g_autofree char *body = print_result (state);
  g_autofree char *title = g_strdup_printf (
      state->status == CJ_RUN_FAILED ? _ ("“%s” stopped") : _ ("“%s” has finished training"),
      cju_document_get_project (document)->title);
  g_autoptr (GNotification) notification = g_notification_new (title);

  g_notification_set_body (notification, body);
  g_notification_set_default_action_and_target (notification, "app.show-window", "u", window);
  g_application_send_notification (G_APPLICATION (vigil->application), id, notification);
}

static void
on_tick (CjuDocument *document, gpointer data)
{
  Vigil *vigil = data;
  const CjRunState state = cju_document_get_state (document);
  const gint64 now = g_get_monotonic_time ();

  if (state.status == CJ_RUN_TRAINING)
    {
      if (vigil->cookie == 0 && vigil->since == 0)
        {
          vigil->since = now;
          vigil->cookie = gtk_application_inhibit (vigil->application, vigil->window,
                                                   GTK_APPLICATION_INHIBIT_SUSPEND
                                                       | GTK_APPLICATION_INHIBIT_LOGOUT,
                                                   _ ("A network is training"));
        }
      return;
    }
  relax (vigil);
  if ((state.status == CJ_RUN_FINISHED || state.status == CJ_RUN_FAILED) && vigil->since > 0
      && now - vigil->since >= LONG_RUN && vigil->window != NULL
      && !gtk_window_is_active (vigil->window) && cju_settings_get_flag ("notify"))
    send (vigil, document, &state);
  vigil->since = 0;
}

void
cju_vigil_keep (GtkWindow *window, CjuDocument *document)
{
  Vigil *vigil;

  g_return_if_fail (gtk_window_get_application (window) != NULL);
  vigil = g_new0 (Vigil, 1);
  vigil->application = gtk_window_get_application (window);
  g_set_weak_pointer (&vigil->window, window);
  g_signal_connect (document, "ticked", G_CALLBACK (on_tick), vigil);
  g_object_set_data_full (G_OBJECT (document), "vigil", vigil, free_vigil);
}
