/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

#define CJD_JSON_MAX_DEPTH 64
#define CJD_JSON_MAX_BYTES ((gsize) 64 << 20)
#define CJD_JSON_MAX_VALUES 4000000

/* To be asked before json-glib parses text from outside: refuses what is empty, no UTF-8, has strings that
 * do not end or hold broken escapes, is nested deeper than CJD_JSON_MAX_DEPTH (its parser would run out of stack), or so large that the tree it makes, some
 * hundred bytes a value, would fill the memory. */
gboolean cjd_json_check (const char *text, gsize length, GError **error);

G_END_DECLS
