/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A zip container as a list of named pieces, in order. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef struct
{
  char *name;
  GBytes *bytes;
} CjlPiece;

/* An array that owns its CjlPiece. */
GPtrArray *cjl_pieces_new (void);
void cjl_pieces_add (GPtrArray *pieces, const char *name, GBytes *bytes); /* takes the bytes */
GBytes *cjl_pieces_find (const GPtrArray *pieces, const char *name);      /* borrowed, or NULL */

/* Writes a zip into memory; the first piece is stored, the others deflated unless their name ends in
 * .safetensors. */
GBytes *cjl_archive_print (const GPtrArray *pieces, GError **error);

/* Reads a zip of at most `max_bytes` unpacked in all. */
GPtrArray *cjl_archive_parse (GBytes *bytes, gsize max_bytes, GError **error);

G_END_DECLS
