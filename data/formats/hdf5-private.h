/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Shared by hdf5.c and hdf5-set.c. */
#pragma once

#include "hdf5.h"

G_BEGIN_DECLS

struct _CjdHdf5
{
  GBytes *bytes;
  const guint8 *data;
  gsize size;
  guint offset, length; /* bytes of an address and of a length */
  guint64 base, root;   /* what addresses count from; header of the root */
  GHashTable *heaps;    /* address of a global heap to its GArray of Pieces by number */
  gsize n_pieces;       /* in all heaps that were read */
};

/* A place in the file, or in a part of it. What lies behind its end reads as 0 and makes it bad. */
typedef struct
{
  const guint8 *data;
  gsize size, at;
  gboolean bad;
} CjdHdf5Cursor;

typedef struct
{
  guint type;
  gboolean shared; /* the message is elsewhere */
  const guint8 *data;
  gsize size;
} CjdHdf5Message;

enum
{
  CJD_HDF5_DATASPACE = 0x01,
  CJD_HDF5_LINK_INFO = 0x02,
  CJD_HDF5_DATATYPE = 0x03,
  CJD_HDF5_LINK = 0x06,
  CJD_HDF5_LAYOUT = 0x08,
  CJD_HDF5_FILTERS = 0x0b,
  CJD_HDF5_CONTINUATION = 0x10,
  CJD_HDF5_SYMBOLS = 0x11
};

#define CJD_HDF5_MAX_DEPTH 16 /* levels of a B-tree */

static inline guint64
cjd_hdf5_take (CjdHdf5Cursor *c, guint bytes)
{
  guint64 value = 0;

  if (bytes > c->size - c->at)
    {
      c->bad = TRUE;
      c->at = c->size;
      return 0;
    }
  for (guint i = 0; i < bytes; i++)
    value |= (guint64) c->data[c->at + i] << (8 * i);
  c->at += bytes;
  return value;
}

static inline void
cjd_hdf5_skip (CjdHdf5Cursor *c, guint64 bytes)
{
  if (bytes > c->size - c->at)
    {
      c->bad = TRUE;
      bytes = c->size - c->at;
    }
  c->at += (gsize) bytes;
}

/* Whether a signature of four letters stands there; it is taken then. */
gboolean cjd_hdf5_take_sign (CjdHdf5Cursor *c, const char *sign);

/* From an address to the end of the file, or `size` bytes of it; bad if there are not as many. */
CjdHdf5Cursor cjd_hdf5_at (const CjdHdf5 *file, guint64 address);
CjdHdf5Cursor cjd_hdf5_at_sized (const CjdHdf5 *file, guint64 address, guint64 size);

/* An error that names a byte. Always FALSE. */
gboolean cjd_hdf5_refuse (const CjdHdf5 *file, guint64 address, GError **error);
/* An error that names what is stored in a way that is not read. Always FALSE. */
gboolean cjd_hdf5_refuse_kind (const char *what, GError **error);

/* The messages (CjdHdf5Message) of the object at a path. You unref. */
GArray *cjd_hdf5_get_messages (CjdHdf5 *file, const char *path, GError **error);
const CjdHdf5Message *cjd_hdf5_find_message (const GArray *messages, guint type);

/* Object `index` of the global heap at `address`; FALSE: there is none. */
gboolean cjd_hdf5_find_piece (CjdHdf5 *file, guint64 address, guint index, const guint8 **data,
                              gsize *size);

/* Called for each record of a B-tree of version 1: behind its key of `key` bytes, with its child. FALSE
 * stops. */
typedef gboolean (*CjdHdf5Visit) (CjdHdf5 *file, CjdHdf5Cursor key, guint64 child, gpointer data,
                                  GError **error);
gboolean cjd_hdf5_walk (CjdHdf5 *file, guint64 address, guint type, gsize key, CjdHdf5Visit visit,
                        gpointer data, GError **error);

G_END_DECLS
