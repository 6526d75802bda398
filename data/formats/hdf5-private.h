/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Between hdf5.c and what reads files for it: hdf5-read.c, or hdf5-none.c in a build without the library. */
#pragma once

#include "hdf5.h"

#include <pthread.h>

G_BEGIN_DECLS

#define CJD_HDF5_MAX_DEPTH 32  /* of groups within groups */
#define CJD_HDF5_MAX_NAME 1024 /* bytes */
#define CJD_HDF5_MAX_TEXT 65536
#define CJD_HDF5_MAX_CAUSE 200

/* Why the numbers of a data set are not there. */
typedef enum
{
  CJD_HDF5_FINE,
  CJD_HDF5_DAMAGED, /* the library says why */
  CJD_HDF5_OTHER_TYPE,
  CJD_HDF5_OTHER_SHAPE,
  CJD_HDF5_TOO_LARGE,
  CJD_HDF5_UNWRITTEN,
  CJD_HDF5_VIRTUAL,
  CJD_HDF5_EXTERNAL,
  CJD_HDF5_PACKED, /* by the filter that is named */
  CJD_HDF5_N_TROUBLES
} CjdHdf5Trouble;

/* What a record is. */
enum
{
  CJD_HDF5_OBJECT,
  CJD_HDF5_FAILED, /* the file ends here for the library, which says why */
  CJD_HDF5_TOO_MANY,
  CJD_HDF5_END
};

/* A file is told as records, groups before what is in them. Behind a record stand its path and its cause,
 * then, of a data set, `size` bytes: numbers as they are, or for each element its length in 8 bytes and its
 * bytes. */
typedef struct
{
  guint8 what;
  guint8 kind;    /* CjdHdf5Kind */
  guint8 trouble; /* CjdHdf5Trouble */
  guint8 content; /* CjdHdf5Content */
  guint8 type;    /* CjdNpyType of numbers */
  guint8 big;     /* bytes of a number from the highest */
  guint8 n_dims;
  guint32 path, cause; /* bytes */
  gint64 dims[CJ_MAX_DIMS];
  guint64 size;
} CjdHdf5Record;

/* The records of a file, as many as there are: nobody vouches for them. Without numbers where only names
 * are wanted. NULL: nothing can be read at all. Any thread. You unref. */
GBytes *cjd_hdf5_tell (GBytes *bytes, gboolean only_names, GError **error);

/* Held around every call of the library, as not every build of it locks itself, and while a child is made,
 * which would inherit its locks as they are. */
extern pthread_mutex_t cjd_hdf5_lock;

/* Bytes of a number. */
static inline guint
cjd_hdf5_get_width (CjdNpyType type)
{
  static const guint8 widths[] = {
    [CJD_NPY_FLOAT16] = 2, [CJD_NPY_FLOAT32] = 4, [CJD_NPY_FLOAT64] = 8, [CJD_NPY_INT8] = 1,
    [CJD_NPY_INT16] = 2,   [CJD_NPY_INT32] = 4,   [CJD_NPY_INT64] = 8,   [CJD_NPY_UINT16] = 2,
    [CJD_NPY_UINT32] = 4,  [CJD_NPY_UINT64] = 8,  [CJD_NPY_UINT8] = 1,   [CJD_NPY_BOOL] = 1,
  };

  return widths[type];
}

G_END_DECLS
