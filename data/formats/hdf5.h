/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The part of HDF5 that models and recordings use: groups, and data sets of numbers, of texts and of rows
 * of numbers of different length. "HDF5 File Format Specification", version 3.0, The HDF Group. Read are
 * superblocks 0 to 3, object headers 1 and 2, groups of symbol tables and of links in their header, data
 * in one piece or in chunks (version 1 B-trees; deflate, shuffle, Fletcher's sum); what is stored
 * otherwise is refused by name. A reader of our own: each address, count and size in a file is checked
 * against the bytes there are, so a hostile file is a sentence. Written is what the library writes by
 * default: superblock 0, symbol tables, data in one piece.
 * Paths are names with / between them; "" is the root. */
#pragma once

#include "npz.h"

G_BEGIN_DECLS

#define CJD_HDF5_MAX_BYTES ((gsize) 1 << 31) /* of a file, and of what a data set unpacks to */
#define CJD_HDF5_MAX_NAMES 100000            /* in a group */

typedef struct _CjdHdf5 CjdHdf5;
typedef struct _CjdHdf5Set CjdHdf5Set;

typedef enum
{
  CJD_HDF5_NONE, /* there is nothing, or nothing that is read */
  CJD_HDF5_GROUP,
  CJD_HDF5_SET
} CjdHdf5Kind;

typedef enum
{
  CJD_HDF5_NUMBERS,
  CJD_HDF5_TEXTS,
  CJD_HDF5_ROWS /* of numbers, each with a length of its own */
} CjdHdf5Content;

/* Whether a file begins as one. */
gboolean cjd_hdf5_is (gconstpointer bytes, gsize size);

/* Errors are sentences without the file's name; of load with it. For one thread at a time. You free. */
CjdHdf5 *cjd_hdf5_parse (GBytes *bytes, GError **error);
CjdHdf5 *cjd_hdf5_load (const char *path, GError **error);
void cjd_hdf5_free (CjdHdf5 *file);

CjdHdf5Kind cjd_hdf5_get_kind (CjdHdf5 *file, const char *path);

/* The names in a group, in the order of the file. You free. */
GStrv cjd_hdf5_list (CjdHdf5 *file, const char *path, GError **error);

/* A data set with its numbers unpacked; it does not outlive the file. You free. */
CjdHdf5Set *cjd_hdf5_open (CjdHdf5 *file, const char *path, GError **error);
void cjd_hdf5_set_free (CjdHdf5Set *set);
CjdHdf5Content cjd_hdf5_set_get_content (const CjdHdf5Set *set);
const CjShape *cjd_hdf5_set_get_shape (const CjdHdf5Set *set);

/* All numbers of a set of numbers; the numbers of row `index` of a set of rows. They outlive the set.
 * You free. */
CjdNpyArray *cjd_hdf5_set_dup_array (const CjdHdf5Set *set, GError **error);
CjdNpyArray *cjd_hdf5_set_dup_row (const CjdHdf5Set *set, gint64 index, GError **error);

/* Text `index` of a set of texts, UTF-8. You free. */
char *cjd_hdf5_set_dup_text (const CjdHdf5Set *set, gint64 index, GError **error);

/* --- writing --- */

typedef struct _CjdHdf5Out CjdHdf5Out;

CjdHdf5Out *cjd_hdf5_out_new (void);
void cjd_hdf5_out_free (CjdHdf5Out *out);
/* Adds a data set at a path, and the groups on the way; a path once. Texts have the shape `rows` ×
 * `columns`, or none where both are 0 and there is one. `doubles` are size of shape. */
void cjd_hdf5_out_add_group (CjdHdf5Out *out, const char *path);
void cjd_hdf5_out_add_floats (CjdHdf5Out *out, const char *path, const CjShape *shape,
                              const float *numbers);
void cjd_hdf5_out_add_doubles (CjdHdf5Out *out, const char *path, const CjShape *shape,
                               const double *numbers);
void cjd_hdf5_out_add_ints (CjdHdf5Out *out, const char *path, const CjShape *shape,
                            const gint64 *numbers);
void cjd_hdf5_out_add_texts (CjdHdf5Out *out, const char *path, guint rows, guint columns,
                             const char *const *texts);
/* The file. You unref. */
GBytes *cjd_hdf5_out_print (CjdHdf5Out *out);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (CjdHdf5, cjd_hdf5_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (CjdHdf5Set, cjd_hdf5_set_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (CjdHdf5Out, cjd_hdf5_out_free)

G_END_DECLS
