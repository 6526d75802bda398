/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A zip container as a list of named pieces, in order. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef struct
{
  char *name;
  GBytes *bytes;
} CjdPiece;

/* An array that owns its CjdPiece. */
GPtrArray *cjd_pieces_new (void);
void cjd_pieces_add (GPtrArray *pieces, const char *name, GBytes *bytes); /* takes the bytes */
GBytes *cjd_pieces_find (const GPtrArray *pieces, const char *name);      /* borrowed, or NULL */

/* Writes a zip into memory; the first piece is stored, the others deflated unless their name ends in
 * .safetensors. */
GBytes *cjd_zip_print (const GPtrArray *pieces, GError **error);

/* Reads a zip of at most `max_bytes` unpacked in all. */
GPtrArray *cjd_zip_parse (GBytes *bytes, gsize max_bytes, GError **error);

G_END_DECLS
