/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* `variant`, from now on in one piece, so that several threads may read it. GLib keeps a new container as its
 * parts until its bytes are first asked for, and frees the parts then, also under the hands of another
 * thread that goes through them. What is taken out of a settled one is settled. The thread that made it,
 * before others know it. */
GVariant *cj_variant_settle (GVariant *variant);

G_END_DECLS
