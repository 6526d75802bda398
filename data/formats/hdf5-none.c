/* SPDX-License-Identifier: GPL-3.0-or-later */
/* HDF5 in a build without its library. */
#include "hdf5-private.h"

#include "cj-error.h"

#include <glib/gi18n-lib.h>

struct _CjdHdf5Out
{
  int nothing;
};

gboolean
cjd_hdf5_is_built (void)
{
  return FALSE;
}

GBytes *
cjd_hdf5_tell (GBytes *bytes, gboolean only_names, GError **error)
{
  (void) bytes;
  (void) only_names;
  g_set_error (error, CJ_ERROR, CJ_ERROR_FILE,
               _ ("It is an HDF5 file, and this Cajal was built without the HDF5 library. Install "
                  "one that was built with it, or save the arrays as .npz."));
  return NULL;
}

CjdHdf5Out *
cjd_hdf5_out_new (void)
{
  return g_new0 (CjdHdf5Out, 1);
}

void
cjd_hdf5_out_free (CjdHdf5Out *out)
{
  g_free (out);
}

void
cjd_hdf5_out_add_group (CjdHdf5Out *out, const char *path)
{
  (void) out;
  (void) path;
}

void
cjd_hdf5_out_add_floats (CjdHdf5Out *out, const char *path, const CjShape *shape,
                         const float *numbers)
{
  (void) out;
  (void) path;
  (void) shape;
  (void) numbers;
}

void
cjd_hdf5_out_add_doubles (CjdHdf5Out *out, const char *path, const CjShape *shape,
                          const double *numbers)
{
  (void) out;
  (void) path;
  (void) shape;
  (void) numbers;
}

void
cjd_hdf5_out_add_ints (CjdHdf5Out *out, const char *path, const CjShape *shape,
                       const gint64 *numbers)
{
  (void) out;
  (void) path;
  (void) shape;
  (void) numbers;
}

void
cjd_hdf5_out_add_texts (CjdHdf5Out *out, const char *path, guint rows, guint columns,
                        const char *const *texts)
{
  (void) out;
  (void) path;
  (void) rows;
  (void) columns;
  (void) texts;
}

GBytes *
cjd_hdf5_out_print (CjdHdf5Out *out, GError **error)
{
  (void) out;
  g_set_error (error, CJ_ERROR, CJ_ERROR_FILE,
               _ ("This Cajal was built without the HDF5 library, so it writes no HDF5 files, as "
                  ".nir is one. Install one that was built with it."));
  return NULL;
}
