/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Settings of what is measured, as text: "jitter=4". They come from parameter tables (cj-param.h). */
#pragma once

#include "cj-param.h"

G_BEGIN_DECLS

/* Sets each "name=value" of a list that ends with NULL (or is NULL). FALSE at the first that is refused,
 * with a sentence that names it. Any thread. */
gboolean cjl_settings_apply (const CjParam *table, gpointer values, const char *const *settings,
                             GError **error);

/* Those of `size` bytes of values that are not preset, "blur=1, jitter=4"; NULL if there is none. You
 * free. */
char *cjl_settings_print (const CjParam *table, gconstpointer values, gsize size);

G_END_DECLS
