/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Says that something takes its time, as soon as it does, and offers to call it off. Main thread. */
#pragma once

#include <adwaita.h>

G_BEGIN_DECLS

typedef struct _CjuPatience CjuPatience;

/* `text` stands on `toasts` after a moment, with a button for the action that calls it off; `target`, which
 * may be NULL, is the action's. Free it when it is over; `toasts` must be there until then. */
CjuPatience *cju_patience_new (AdwToastOverlay *toasts, const char *text, const char *action,
                               const char *target);
void cju_patience_free (CjuPatience *patience);

G_END_DECLS
