/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The part of HDF5 that models and recordings use: groups, and data sets of numbers, of texts and of rows
 * of numbers of different length. The HDF5 library reads and writes it. It trusts a file more than we do, so
 * it reads in a cage (cage.h) and its answer is checked; what it does not answer for is a sentence. Links
 * to elsewhere, virtual data sets, data in other files and packing by plugins are refused by name. A build
 * without the library says so.
 * Paths are names with / between them; "" is the root. */
#pragma once

#include "npz.h"

G_BEGIN_DECLS

#define CJD_HDF5_MAX_BYTES ((gsize) 1 << 31) /* of a file, and of what it unpacks to */
#define CJD_HDF5_MAX_NAMES 100000            /* of objects in a file */

/* Immutable. */
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

/* Whether this build has the library. */
gboolean cjd_hdf5_is_built (void);

/* Whether a file begins as one. */
gboolean cjd_hdf5_is (gconstpointer bytes, gsize size);

/* Reads all of a file. Errors are sentences without the file's name; of load with it. Any thread. You
 * free. */
CjdHdf5 *cjd_hdf5_parse (GBytes *bytes, GError **error);
CjdHdf5 *cjd_hdf5_load (const char *path, GError **error);
void cjd_hdf5_free (CjdHdf5 *file);

/* Whether the file at `path` is HDF5 and has data sets of all these paths, up to NULL; no numbers are
 * read. Without the library any HDF5 file has them, so that whoever loads it is told what is missing. */
gboolean cjd_hdf5_has_sets (const char *path, const char *const *paths);

CjdHdf5Kind cjd_hdf5_get_kind (const CjdHdf5 *file, const char *path);

/* The names in a group, in the order of the alphabet. You free. */
GStrv cjd_hdf5_list (const CjdHdf5 *file, const char *path, GError **error);

/* A data set of the file, or why there is none. Borrowed. */
const CjdHdf5Set *cjd_hdf5_get_set (const CjdHdf5 *file, const char *path, GError **error);
CjdHdf5Content cjd_hdf5_set_get_content (const CjdHdf5Set *set);
const CjShape *cjd_hdf5_set_get_shape (const CjdHdf5Set *set);

/* All numbers of a set of numbers; the numbers of row `index` of a set of rows. They outlive the file.
 * You free. */
CjdNpyArray *cjd_hdf5_set_dup_array (const CjdHdf5Set *set, GError **error);
CjdNpyArray *cjd_hdf5_set_dup_row (const CjdHdf5Set *set, gint64 index, GError **error);

/* Text `index` of a set of texts, UTF-8. You free. */
char *cjd_hdf5_set_dup_text (const CjdHdf5Set *set, gint64 index, GError **error);

/* --- writing --- */

typedef struct _CjdHdf5Out CjdHdf5Out;

/* One thread at a time for one file; different files from any thread. */
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
/* The file, once; NULL if something could not be added. You unref. */
GBytes *cjd_hdf5_out_print (CjdHdf5Out *out, GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (CjdHdf5, cjd_hdf5_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (CjdHdf5Out, cjd_hdf5_out_free)

G_END_DECLS
