/* SPDX-License-Identifier: GPL-3.0-or-later */
/* GVariant dictionaries as JSON with sorted keys, so that equal things give equal text. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Strings, int64, double, boolean, av and a{sv}; numbers that are not finite become null. */
char *cjl_json_print (GVariant *data, gboolean pretty);

/* The other way; null members are left out. At most 64 levels deep. Result is a full reference. */
GVariant *cjl_json_parse (const char *text, gssize length, GError **error);

G_END_DECLS
