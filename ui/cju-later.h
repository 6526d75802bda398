/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Work cut up over turns of the main loop, so that none is long: what a window shows first is drawn before
 * the rest of it is made. Main thread. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef struct _CjuLater CjuLater;

/* A piece of work; gives TRUE to be called again in a later turn. */
typedef gboolean (*CjuLaterFunc) (gpointer owner);

/* `owner` frees it before it goes. */
CjuLater *cju_later_new (gpointer owner);
void cju_later_free (CjuLater *later);

/* Does the work in a turn of its own, after what was added before and after what is to be drawn. */
void cju_later_add (CjuLater *later, CjuLaterFunc func);
/* Does at once what is left, or forgets it. */
void cju_later_finish (CjuLater *later);
void cju_later_clear (CjuLater *later);

G_END_DECLS
