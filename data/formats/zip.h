/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A zip container as a list of named pieces, in order. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Content that is printed when it is wanted, from what does not change. */
typedef struct _CjdLater CjdLater;

typedef GBytes *(*CjdPrint) (gconstpointer data);

typedef struct
{
  char *name;
  GBytes *bytes; /* NULL: */
  CjdLater *later;
} CjdPiece;

/* An array that owns its CjdPiece. */
GPtrArray *cjd_pieces_new (void);
void cjd_pieces_add (GPtrArray *pieces, const char *name, GBytes *bytes); /* takes the bytes */
/* A piece of about `size` bytes that `print (data)` makes of what does not change any more, whenever it
 * is wanted, on any thread; so it costs nothing to hand it to another one. Takes `data`, which any
 * thread may free. */
void cjd_pieces_add_later (GPtrArray *pieces, const char *name, gsize size, CjdPrint print,
                           gpointer data, GDestroyNotify free);
/* The content of a piece of another array, under a name; nothing is copied. */
void cjd_pieces_share (GPtrArray *pieces, const char *name, const CjdPiece *piece);
const CjdPiece *cjd_pieces_find (const GPtrArray *pieces, const char *name); /* borrowed, or NULL */

gsize cjd_piece_get_size (const CjdPiece *piece); /* bytes, or about so many */
/* The content, printed now if need be; that of a piece by name, or NULL. You unref. */
GBytes *cjd_piece_dup (const CjdPiece *piece);
GBytes *cjd_pieces_dup (const GPtrArray *pieces, const char *name);

/* Writes a zip into memory; the first piece is stored, the others deflated unless their name ends in
 * .safetensors. Of those printed later there is one at a time. */
GBytes *cjd_zip_print (const GPtrArray *pieces, GError **error);

/* Reads a zip of at most `max_bytes` unpacked in all. */
GPtrArray *cjd_zip_parse (GBytes *bytes, gsize max_bytes, GError **error);

/* The first member with that name among those at the start of a zip, which may be cut off behind it; NULL:
 * there is none, or it unpacks to more than `max_bytes`. You unref. */
GBytes *cjd_zip_find (GBytes *start, const char *name, gsize max_bytes);

G_END_DECLS
