/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Writing through the HDF5 library, into memory. The same content gives the same bytes: no times are kept. */
#include "hdf5-private.h"

#include "cj-error.h"

#include <glib/gi18n-lib.h>

/* hdf5.h would be ours */
#include <H5Dpublic.h>
#include <H5Epublic.h>
#include <H5FDcore.h>
#include <H5Fpublic.h>
#include <H5Gpublic.h>
#include <H5Lpublic.h>
#include <H5Ppublic.h>
#include <H5Spublic.h>
#include <H5Tpublic.h>

#define STEP (1 << 16) /* bytes by which the image grows */

struct _CjdHdf5Out
{
  hid_t file;
  hid_t link; /* how names are made: groups on the way too */
  hid_t set, group;
  gboolean failed;
};

pthread_mutex_t cjd_hdf5_lock = PTHREAD_MUTEX_INITIALIZER;

static void
enter (void)
{
  pthread_mutex_lock (&cjd_hdf5_lock);
  H5Eset_auto2 (H5E_DEFAULT, NULL, NULL); /* of this thread */
}

static void
leave (void)
{
  pthread_mutex_unlock (&cjd_hdf5_lock);
}

CjdHdf5Out *
cjd_hdf5_out_new (void)
{
  CjdHdf5Out *out = g_new0 (CjdHdf5Out, 1);
  hid_t how;

  enter ();
  how = H5Pcreate (H5P_FILE_ACCESS);
  H5Pset_fapl_core (how, STEP, 0);
  out->file = H5Fcreate ("image", H5F_ACC_TRUNC, H5P_DEFAULT, how);
  H5Pclose (how);
  out->link = H5Pcreate (H5P_LINK_CREATE);
  H5Pset_create_intermediate_group (out->link, 1);
  H5Pset_char_encoding (out->link, H5T_CSET_UTF8);
  out->set = H5Pcreate (H5P_DATASET_CREATE);
  H5Pset_obj_track_times (out->set, FALSE);
  out->group = H5Pcreate (H5P_GROUP_CREATE);
  H5Pset_obj_track_times (out->group, FALSE);
  out->failed = out->file < 0;
  leave ();
  return out;
}

void
cjd_hdf5_out_free (CjdHdf5Out *out)
{
  enter ();
  H5Pclose (out->link);
  H5Pclose (out->set);
  H5Pclose (out->group);
  if (out->file >= 0)
    H5Fclose (out->file);
  leave ();
  g_free (out);
}

void
cjd_hdf5_out_add_group (CjdHdf5Out *out, const char *path)
{
  hid_t group;

  enter ();
  group = H5Gcreate2 (out->file, path, out->link, out->group, H5P_DEFAULT);
  out->failed |= group < 0;
  if (group >= 0)
    H5Gclose (group);
  leave ();
}

/* `type` in the file, `memory` as the elements are here. */
static void
add (CjdHdf5Out *out, const char *path, const CjShape *shape, hid_t type, hid_t memory,
     const void *elements)
{
  hsize_t dims[CJ_MAX_DIMS];
  hid_t space, set;

  for (guint i = 0; i < shape->n_dims; i++)
    dims[i] = (hsize_t) shape->dims[i];
  space = shape->n_dims > 0 ? H5Screate_simple ((int) shape->n_dims, dims, NULL)
                            : H5Screate (H5S_SCALAR);
  set = H5Dcreate2 (out->file, path, type, space, out->link, out->set, H5P_DEFAULT);
  out->failed |= set < 0;
  if (set >= 0 && cj_shape_size (shape) > 0)
    out->failed |= H5Dwrite (set, memory, H5S_ALL, H5S_ALL, H5P_DEFAULT, elements) < 0;
  if (set >= 0)
    H5Dclose (set);
  H5Sclose (space);
}

void
cjd_hdf5_out_add_floats (CjdHdf5Out *out, const char *path, const CjShape *shape,
                         const float *numbers)
{
  enter ();
  add (out, path, shape, H5T_IEEE_F32LE, H5T_NATIVE_FLOAT, numbers);
  leave ();
}

void
cjd_hdf5_out_add_doubles (CjdHdf5Out *out, const char *path, const CjShape *shape,
                          const double *numbers)
{
  enter ();
  add (out, path, shape, H5T_IEEE_F64LE, H5T_NATIVE_DOUBLE, numbers);
  leave ();
}

void
cjd_hdf5_out_add_ints (CjdHdf5Out *out, const char *path, const CjShape *shape,
                       const gint64 *numbers)
{
  enter ();
  add (out, path, shape, H5T_STD_I64LE, H5T_NATIVE_INT64, numbers);
  leave ();
}

void
cjd_hdf5_out_add_texts (CjdHdf5Out *out, const char *path, guint rows, guint columns,
                        const char *const *texts)
{
  const CjShape shape = rows + columns > 0 ? cj_shape2 (rows, columns) : cj_shape (0, NULL);
  hid_t type;

  enter ();
  type = H5Tcopy (H5T_C_S1);
  H5Tset_size (type, H5T_VARIABLE);
  H5Tset_cset (type, H5T_CSET_UTF8);
  add (out, path, &shape, type, type, texts);
  H5Tclose (type);
  leave ();
}

GBytes *
cjd_hdf5_out_print (CjdHdf5Out *out, GError **error)
{
  g_autofree void *image = NULL;
  ssize_t size = -1;

  enter ();
  if (!out->failed && H5Fflush (out->file, H5F_SCOPE_LOCAL) >= 0)
    size = H5Fget_file_image (out->file, NULL, 0);
  image = size >= 0 ? g_try_malloc ((gsize) size) : NULL;
  if (image != NULL && H5Fget_file_image (out->file, image, (gsize) size) != size)
    g_clear_pointer (&image, g_free);
  leave ();
  if (image != NULL)
    return g_bytes_new_take (g_steal_pointer (&image), (gsize) size);
  g_set_error (error, CJ_ERROR, CJ_ERROR_MEMORY,
               _ ("The HDF5 file could not be put together; there may be too little memory."));
  return NULL;
}
