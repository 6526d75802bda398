/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cju-patience.h"

#include <glib/gi18n-lib.h>

#define PATIENCE_MS 300

struct _CjuPatience
{
  AdwToastOverlay *toasts; /* borrowed */
  AdwToast *toast;
  guint source; /* 0: it is said */
};

static gboolean
tell (gpointer data)
{
  CjuPatience *self = data;

  self->source = 0;
  adw_toast_overlay_add_toast (self->toasts, g_object_ref (self->toast));
  return G_SOURCE_REMOVE;
}

CjuPatience *
cju_patience_new (AdwToastOverlay *toasts, const char *text, const char *action, const char *target)
{
  CjuPatience *self = g_new0 (CjuPatience, 1);

  self->toasts = toasts;
  self->toast = adw_toast_new (text);
  adw_toast_set_timeout (self->toast, 0);
  adw_toast_set_button_label (self->toast, _ ("Cancel"));
  adw_toast_set_action_name (self->toast, action);
  if (target != NULL)
    adw_toast_set_action_target (self->toast, "s", target);
  self->source = g_timeout_add (PATIENCE_MS, tell, self);
  return self;
}

void
cju_patience_free (CjuPatience *self)
{
  if (self->source == 0)
    adw_toast_dismiss (self->toast);
  g_clear_handle_id (&self->source, g_source_remove);
  g_object_unref (self->toast);
  g_free (self);
}
