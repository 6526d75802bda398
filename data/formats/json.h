/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

#define CJD_JSON_MAX_DEPTH 64

/* To be asked before json-glib parses text from outside: refuses empty text and brackets nested deeper
 * than CJD_JSON_MAX_DEPTH, which its parser answers by running out of stack. */
gboolean cjd_json_check (const char *text, gsize length, GError **error);

G_END_DECLS
