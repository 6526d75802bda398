/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Finds the record again that an exported picture carries. Its bytes come from anywhere: every size is
 * held against the bytes there are. */
#pragma once

#include "cjv-export.h"

G_BEGIN_DECLS

#define CJV_RECORD_MAX_FILE ((gsize) 256 << 20)

#define CJV_RECORD_HEAD ((gsize) 256 << 10) /* bytes in which a PNG names its record */

/* Whether the first CJV_RECORD_HEAD bytes of a file are those of an SVG or PDF, or of a PNG with a record. */
gboolean cjv_record_is_picture (GBytes *bytes);

/* The record in the bytes of an SVG, PDF or PNG, or the bytes themselves where they begin as a zip.
 * Fails with CJ_ERROR_FILE and a sentence: no such picture, none inside, damaged. Any thread. You
 * unref. */
GBytes *cjv_record_find (GBytes *bytes, GError **error);

G_END_DECLS
