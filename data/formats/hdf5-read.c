/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the HDF5 library finds in a file, told as records. All but cjd_hdf5_tell runs in the cage, in a
 * child of a process with threads: no GLib here, and no error is an error of the program. The library opens
 * an image in memory; it never gets a path. */
#include "cage.h"
#include "hdf5-private.h"

/* hdf5.h would be ours */
#include <H5Dpublic.h>
#include <H5Epublic.h>
#include <H5FDcore.h>
#include <H5Fpublic.h>
#include <H5Gpublic.h>
#include <H5Ipublic.h>
#include <H5Lpublic.h>
#include <H5Opublic.h>
#include <H5PLpublic.h>
#include <H5Ppublic.h>
#include <H5Spublic.h>
#include <H5Tpublic.h>
#include <H5Zpublic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define ONLY_NAMES 1
#define DEFLATES 1100 /* times that deflate makes numbers smaller at best, and some */
#define SPARE ((guint64) 1 << 20)
#define ROWS 256 /* elements of different length that are read at once */
#define MAX_FILTERS 8

/* --- the answer --- */

typedef struct
{
  int out;
  gboolean only_names;
  guint64 size; /* bytes of the file */
  guint64 room; /* bytes of data that it may still unpack to */
  guint n_objects;
  gboolean full;   /* more than is allowed was met */
  gboolean broken; /* the answer cannot be written */
  gsize n;
  guint8 buffer[65536];
} Reader;

static void
flush (Reader *r)
{
  gsize at = 0;

  while (at < r->n && !r->broken)
    {
      const ssize_t done = write (r->out, r->buffer + at, r->n - at);

      if (done <= 0)
        r->broken = TRUE;
      else
        at += (gsize) done;
    }
  r->n = 0;
}

static void
put (Reader *r, const void *bytes, gsize size)
{
  while (size > 0 && !r->broken)
    {
      const gsize part = size < sizeof r->buffer - r->n ? size : sizeof r->buffer - r->n;

      memcpy (r->buffer + r->n, bytes, part);
      r->n += part;
      bytes = (const guint8 *) bytes + part;
      size -= part;
      if (r->n == sizeof r->buffer)
        flush (r);
    }
}

static herr_t
keep_first (unsigned n, const H5E_error2_t *error, void *data)
{
  char *cause = data;

  if (n == 0 && error->desc != NULL)
    snprintf (cause, CJD_HDF5_MAX_CAUSE, "%s", error->desc);
  return 0;
}

/* What the library says of its last failure, the deepest of its sentences. */
static void
get_cause (char *cause)
{
  cause[0] = '\0';
  H5Ewalk2 (H5E_DEFAULT, H5E_WALK_UPWARD, keep_first, cause);
}

static void
put_record (Reader *r, CjdHdf5Record *record, const char *path, const char *cause)
{
  record->path = (guint32) strlen (path);
  record->cause = (guint32) strlen (cause);
  put (r, record, sizeof *record);
  put (r, path, record->path);
  put (r, cause, record->cause);
}

static void
put_end (Reader *r, guint what, const char *cause)
{
  CjdHdf5Record record = { .what = (guint8) what };

  put_record (r, &record, "", cause);
}

/* --- types --- */

/* Numbers of one width, without bits to spare. */
static gboolean
read_number (hid_t type, CjdHdf5Record *record)
{
  static const CjdNpyType ints[2][4]
      = { { CJD_NPY_UINT8, CJD_NPY_UINT16, CJD_NPY_UINT32, CJD_NPY_UINT64 },
          { CJD_NPY_INT8, CJD_NPY_INT16, CJD_NPY_INT32, CJD_NPY_INT64 } };
  static const gsize mantissas[] = { 0, 10, 23, 52 };
  const H5T_class_t class = H5Tget_class (type);
  const gsize size = H5Tget_size (type);
  const guint log = size == 1 ? 0 : size == 2 ? 1 : size == 4 ? 2 : 3;
  gsize sign, exponent, n_exponent, mantissa, n_mantissa;

  if (size != (gsize) 1 << log || H5Tget_offset (type) != 0 || H5Tget_precision (type) != 8 * size)
    return FALSE;
  record->big = H5Tget_order (type) == H5T_ORDER_BE;
  if (class == H5T_INTEGER)
    {
      record->type = (guint8) ints[H5Tget_sign (type) == H5T_SGN_2][log];
      return TRUE;
    }
  if (class != H5T_FLOAT || log == 0
      || H5Tget_fields (type, &sign, &exponent, &n_exponent, &mantissa, &n_mantissa) < 0
      || mantissa != 0 || n_mantissa != mantissas[log] || exponent != n_mantissa
      || sign != 8 * size - 1)
    return FALSE;
  record->type = (guint8) (CJD_NPY_FLOAT16 + log - 1);
  return TRUE;
}

static gboolean
read_base (hid_t type, CjdHdf5Record *record)
{
  const hid_t base = H5Tget_super (type);
  const gboolean good = base >= 0 && read_number (base, record);

  if (base >= 0)
    H5Tclose (base);
  return good;
}

static gboolean
read_type (hid_t type, CjdHdf5Record *record)
{
  switch (H5Tget_class (type))
    {
    case H5T_INTEGER:
    case H5T_FLOAT:
      return read_number (type, record);
    case H5T_ENUM: /* names of numbers, as h5py has truth values */
      return read_base (type, record) && cjd_hdf5_get_width (record->type) == H5Tget_size (type);
    case H5T_STRING:
      record->content = CJD_HDF5_TEXTS;
      return H5Tis_variable_str (type) > 0
             || (H5Tget_size (type) > 0 && H5Tget_size (type) <= CJD_HDF5_MAX_TEXT);
    case H5T_VLEN:
      record->content = CJD_HDF5_ROWS;
      return read_base (type, record);
    default:
      return FALSE;
    }
}

static gboolean
read_shape (hid_t space, CjdHdf5Record *record)
{
  hsize_t dims[CJ_MAX_DIMS];
  guint64 n = 1;
  const int rank = H5Sget_simple_extent_ndims (space);

  if (H5Sget_simple_extent_type (space) == H5S_NULL || rank < 0 || rank > CJ_MAX_DIMS
      || H5Sget_simple_extent_dims (space, dims, NULL) < 0)
    return FALSE;
  record->n_dims = (guint8) rank;
  for (int i = 0; i < rank; i++)
    {
      if (dims[i] > 0 && n > CJD_HDF5_MAX_BYTES / dims[i])
        return FALSE;
      n *= dims[i];
      record->dims[i] = (gint64) dims[i];
    }
  return TRUE;
}

static guint64
count_elements (const CjdHdf5Record *record)
{
  guint64 n = 1;

  for (guint i = 0; i < record->n_dims; i++)
    n *= (guint64) record->dims[i];
  return n;
}

/* --- layout --- */

/* The filters of a data set are those that need no plugin; the name of another goes into `cause`. */
static gboolean
check_filters (hid_t how, char *cause)
{
  const int n = H5Pget_nfilters (how);

  for (int i = 0; i < n && i < MAX_FILTERS; i++)
    {
      guint flags, config;
      gsize n_values = 0;
      const H5Z_filter_t filter = H5Pget_filter2 (how, (guint) i, &flags, &n_values, NULL,
                                                  CJD_HDF5_MAX_CAUSE, cause, &config);

      if (filter != H5Z_FILTER_DEFLATE && filter != H5Z_FILTER_SHUFFLE
          && filter != H5Z_FILTER_FLETCHER32)
        return FALSE;
    }
  cause[0] = '\0';
  return n >= 0 && n <= MAX_FILTERS;
}

static guint
check_layout (const Reader *r, hid_t set, guint64 bytes, char *cause)
{
  const hid_t how = H5Dget_create_plist (set);
  const H5D_layout_t layout = how >= 0 ? H5Pget_layout (how) : H5D_LAYOUT_ERROR;
  guint trouble = CJD_HDF5_FINE;

  if (layout == H5D_VIRTUAL)
    trouble = CJD_HDF5_VIRTUAL;
  else if (layout != H5D_COMPACT && layout != H5D_CONTIGUOUS && layout != H5D_CHUNKED)
    {
      get_cause (cause);
      trouble = CJD_HDF5_DAMAGED;
    }
  else if (H5Pget_external_count (how) != 0)
    trouble = CJD_HDF5_EXTERNAL;
  else if (!check_filters (how, cause))
    trouble = CJD_HDF5_PACKED;
  else if (bytes > r->room || bytes > r->size * DEFLATES + SPARE)
    trouble = CJD_HDF5_TOO_LARGE;
  else if (bytes > SPARE && H5Dget_storage_size (set) == 0)
    trouble = CJD_HDF5_UNWRITTEN;
  if (how >= 0)
    H5Pclose (how);
  return trouble;
}

/* --- elements --- */

/* Texts of one length each, as they are told. */
static guint8 *
spread_texts (const guint8 *from, guint64 n, gsize width, guint64 *size)
{
  guint8 *to = malloc ((gsize) n * (width + 8) + 1);
  gsize at = 0;

  for (guint64 i = 0; to != NULL && i < n; i++)
    {
      const char *text = (const char *) from + i * width;
      const guint64 length = strnlen (text, width);

      memcpy (to + at, &length, 8);
      memcpy (to + at + 8, text, (gsize) length);
      at += 8 + (gsize) length;
    }
  *size = at;
  return to;
}

/* A data set whose elements all have `width` bytes. */
static guint
tell_fixed (Reader *r, hid_t set, hid_t type, gsize width, CjdHdf5Record *record, const char *path,
            char *cause)
{
  const guint64 n = count_elements (record);
  guint8 *bytes = malloc ((gsize) n * width + 1), *spread = NULL;
  guint trouble = CJD_HDF5_FINE;

  record->size = n * width;
  if (bytes == NULL)
    trouble = CJD_HDF5_TOO_LARGE;
  else if (H5Dread (set, type, H5S_ALL, H5S_ALL, H5P_DEFAULT, bytes) < 0)
    {
      get_cause (cause);
      trouble = CJD_HDF5_DAMAGED;
    }
  else if (record->content == CJD_HDF5_TEXTS
           && (spread = spread_texts (bytes, n, width, &record->size)) == NULL)
    trouble = CJD_HDF5_TOO_LARGE;
  if (trouble == CJD_HDF5_FINE)
    {
      put_record (r, record, path, "");
      put (r, spread != NULL ? spread : bytes, (gsize) record->size);
      r->room -= record->size < r->room ? record->size : r->room;
    }
  free (spread);
  free (bytes);
  return trouble;
}

/* Bytes that grow. */
typedef struct
{
  guint8 *data;
  gsize size, room;
} Pile;

static gboolean
pile_up (Pile *pile, const void *bytes, gsize size, guint64 most)
{
  if (size > most || pile->size > most - size)
    return FALSE;
  if (pile->room - pile->size < size)
    {
      const gsize room = 2 * (pile->size + size) + 4096;
      guint8 *more = realloc (pile->data, room);

      if (more == NULL)
        return FALSE;
      pile->data = more;
      pile->room = room;
    }
  if (size > 0)
    memcpy (pile->data + pile->size, bytes, size);
  pile->size += size;
  return TRUE;
}

static gboolean
pile_element (Pile *pile, const void *bytes, guint64 size, guint64 most)
{
  return pile_up (pile, &size, 8, most) && pile_up (pile, bytes, (gsize) size, most);
}

/* Some elements of different length of a set that was made one row long. FALSE: they do not fit. */
static gboolean
pile_rows (Pile *pile, const CjdHdf5Record *record, const void *read, gsize n, guint64 most)
{
  const char *const *texts = read;
  const hvl_t *rows = read;

  for (gsize i = 0; i < n; i++)
    if (record->content == CJD_HDF5_TEXTS)
      {
        if (!pile_element (pile, texts[i], texts[i] != NULL ? strlen (texts[i]) : 0, most))
          return FALSE;
      }
    else if (rows[i].len > most
             || !pile_element (pile, rows[i].p,
                               (guint64) rows[i].len
                                   * (rows[i].p != NULL ? cjd_hdf5_get_width (record->type) : 0),
                               most))
      return FALSE;
  return TRUE;
}

/* Elements `from` and on of a set with `n` of them, in row-major order, in as few rows as they stand in. */
static gboolean
select_rows (hid_t space, const CjdHdf5Record *record, guint64 from, gsize *n)
{
  hsize_t start[CJ_MAX_DIMS], count[CJ_MAX_DIMS];
  guint64 left = from;

  if (record->n_dims == 0)
    return H5Sselect_all (space) >= 0;
  for (guint i = record->n_dims; i-- > 0;)
    {
      start[i] = left % (guint64) record->dims[i];
      left /= (guint64) record->dims[i];
      count[i] = 1;
    }
  left = (guint64) record->dims[record->n_dims - 1] - start[record->n_dims - 1];
  *n = left < *n ? (gsize) left : *n;
  count[record->n_dims - 1] = *n;
  return H5Sselect_hyperslab (space, H5S_SELECT_SET, start, NULL, count, NULL) >= 0;
}

/* A data set whose elements have lengths of their own. */
static guint
tell_rows (Reader *r, hid_t set, hid_t type, hid_t space, CjdHdf5Record *record, const char *path,
           char *cause)
{
  const guint64 n = count_elements (record);
  union
  {
    char *texts[ROWS];
    hvl_t rows[ROWS];
  } read;
  guint trouble = CJD_HDF5_FINE;
  Pile pile = { 0 };
  gsize part = 0;

  for (guint64 at = 0; at < n && trouble == CJD_HDF5_FINE; at += part)
    {
      hid_t memory;

      part = n - at < ROWS ? (gsize) (n - at) : ROWS;
      memset (&read, 0, sizeof read);
      if (!select_rows (space, record, at, &part))
        trouble = CJD_HDF5_DAMAGED;
      memory = H5Screate_simple (1, (const hsize_t[]){ part }, NULL);
      if (trouble != CJD_HDF5_FINE || H5Dread (set, type, memory, space, H5P_DEFAULT, &read) < 0)
        {
          get_cause (cause);
          trouble = CJD_HDF5_DAMAGED;
        }
      else
        {
          if (!pile_rows (&pile, record, &read, part, r->room))
            trouble = CJD_HDF5_TOO_LARGE;
          H5Dvlen_reclaim (type, memory, H5P_DEFAULT, &read);
        }
      H5Sclose (memory);
    }
  if (trouble == CJD_HDF5_FINE)
    {
      record->size = pile.size;
      put_record (r, record, path, "");
      put (r, pile.data, pile.size);
      r->room -= pile.size;
    }
  free (pile.data);
  return trouble;
}

/* --- objects --- */

static void
tell_set (Reader *r, hid_t set, const char *path)
{
  CjdHdf5Record record = { .kind = CJD_HDF5_SET };
  const hid_t type = H5Dget_type (set), space = H5Dget_space (set);
  const gsize width = type >= 0 ? H5Tget_size (type) : 0;
  const gboolean rows
      = type >= 0 && (H5Tget_class (type) == H5T_VLEN || H5Tis_variable_str (type) > 0);
  char cause[CJD_HDF5_MAX_CAUSE] = "";
  guint trouble = CJD_HDF5_FINE;

  if (type < 0 || space < 0)
    {
      get_cause (cause);
      trouble = CJD_HDF5_DAMAGED;
    }
  else if (!read_type (type, &record) || width == 0)
    trouble = CJD_HDF5_OTHER_TYPE;
  else if (!read_shape (space, &record)
           || count_elements (&record) > CJD_HDF5_MAX_BYTES / (width + 8))
    trouble = CJD_HDF5_OTHER_SHAPE;
  else if (!r->only_names)
    trouble = check_layout (r, set, count_elements (&record) * width, cause);
  if (trouble == CJD_HDF5_FINE && !r->only_names)
    trouble = rows ? tell_rows (r, set, type, space, &record, path, cause)
                   : tell_fixed (r, set, type, width, &record, path, cause);
  if (trouble != CJD_HDF5_FINE || r->only_names)
    {
      record = (CjdHdf5Record){ .kind = CJD_HDF5_SET, .trouble = (guint8) trouble };
      put_record (r, &record, path, cause);
    }
  if (type >= 0)
    H5Tclose (type);
  if (space >= 0)
    H5Sclose (space);
}

static gboolean tell_group (Reader *r, hid_t group, const char *path, guint depth);

typedef struct
{
  Reader *r;
  const char *path; /* of the group */
  guint depth;
} Place;

/* One link of a group. Others than to an object of the file lead nowhere. */
static herr_t
tell_link (hid_t group, const char *name, const H5L_info_t *info, void *data)
{
  const Place *place = data;
  Reader *r = place->r;
  CjdHdf5Record record = { .kind = CJD_HDF5_NONE };
  char path[CJD_HDF5_MAX_DEPTH * CJD_HDF5_MAX_NAME], cause[CJD_HDF5_MAX_CAUSE];
  gboolean good = TRUE;
  hid_t object;

  if (++r->n_objects > CJD_HDF5_MAX_NAMES || place->depth == CJD_HDF5_MAX_DEPTH
      || strlen (name) >= CJD_HDF5_MAX_NAME)
    {
      r->full = TRUE;
      return -1;
    }
  snprintf (path, sizeof path, "%s%s%s", place->path, *place->path != '\0' ? "/" : "", name);
  if (info->type != H5L_TYPE_HARD)
    {
      put_record (r, &record, path, "");
      return r->broken ? -1 : 0;
    }
  object = H5Oopen (group, name, H5P_DEFAULT);
  switch (object >= 0 ? H5Iget_type (object) : H5I_BADID)
    {
    case H5I_GROUP:
      good = tell_group (r, object, path, place->depth + 1);
      break;
    case H5I_DATASET:
      tell_set (r, object, path);
      break;
    case H5I_DATATYPE:
      put_record (r, &record, path, "");
      break;
    default:
      get_cause (cause);
      record = (CjdHdf5Record){ .kind = CJD_HDF5_SET, .trouble = CJD_HDF5_DAMAGED };
      put_record (r, &record, path, cause);
    }
  if (object >= 0)
    H5Oclose (object);
  return good && !r->broken ? 0 : -1;
}

static gboolean
tell_group (Reader *r, hid_t group, const char *path, guint depth)
{
  CjdHdf5Record record = { .kind = CJD_HDF5_GROUP };
  Place place = { r, path, depth };

  put_record (r, &record, path, "");
  return H5Literate (group, H5_INDEX_NAME, H5_ITER_INC, NULL, tell_link, &place) >= 0;
}

/* --- the file --- */

/* The image that the library would copy twice; there is one in the process. */
static void *image;

static void *
take_image (size_t size, H5FD_file_image_op_t op, void *data)
{
  (void) size;
  (void) op;
  (void) data;
  return image;
}

static void *
copy_image (void *to, const void *from, size_t size, H5FD_file_image_op_t op, void *data)
{
  (void) from;
  (void) size;
  (void) op;
  (void) data;
  return to;
}

static void *
resize_image (void *at, size_t size, H5FD_file_image_op_t op, void *data)
{
  (void) at;
  (void) size;
  (void) op;
  (void) data;
  return NULL;
}

static herr_t
leave_image (void *at, H5FD_file_image_op_t op, void *data)
{
  (void) at;
  (void) op;
  (void) data;
  return 0;
}

static hid_t
open_image (const void *bytes, gsize size)
{
  H5FD_file_image_callbacks_t calls
      = { take_image, copy_image, resize_image, leave_image, NULL, NULL, NULL };
  hid_t how, file = -1;

  if (H5Eset_auto2 (H5E_DEFAULT, NULL, NULL) < 0 || H5PLset_loading_state (0) < 0)
    return -1;
  image = (void *) bytes;
  how = H5Pcreate (H5P_FILE_ACCESS);
  if (H5Pset_fapl_core (how, 1 << 20, 0) >= 0 && H5Pset_file_image_callbacks (how, &calls) >= 0
      && H5Pset_file_image (how, image, size) >= 0)
    file = H5Fopen ("image", H5F_ACC_RDONLY, how);
  return file;
}

static void
read_caged (const void *bytes, gsize size, guint flags, int out)
{
  static Reader reader; /* large for a stack */
  const hid_t file = open_image (bytes, size);
  const hid_t root = file >= 0 ? H5Gopen2 (file, "/", H5P_DEFAULT) : -1;
  char cause[CJD_HDF5_MAX_CAUSE];

  reader = (Reader){
    .out = out, .only_names = (flags & ONLY_NAMES) != 0, .size = size, .room = CJD_HDF5_MAX_BYTES
  };
  if (root >= 0 && tell_group (&reader, root, "", 0))
    put_end (&reader, CJD_HDF5_END, "");
  else
    {
      get_cause (cause);
      put_end (&reader, reader.full ? CJD_HDF5_TOO_MANY : CJD_HDF5_FAILED, cause);
    }
  flush (&reader);
}

gboolean
cjd_hdf5_is_built (void)
{
  return TRUE;
}

GBytes *
cjd_hdf5_tell (GBytes *bytes, gboolean only_names, GError **error)
{
  gsize size;
  const void *data = g_bytes_get_data (bytes, &size);
  const guint64 unpacked = size * (guint64) DEFLATES;
  const gsize most = (gsize) MIN (unpacked, CJD_HDF5_MAX_BYTES);
  /* twice: what is read, and the answer that grows */
  const CjdCageLimits limits = { .memory = (64 << 20) + 3 * most,
                                 .output = CJD_HDF5_MAX_BYTES + ((gsize) 1 << 30),
                                 .seconds = 1 + (guint) (size >> 20) };
  GBytes *told;

  pthread_mutex_lock (&cjd_hdf5_lock);
  H5open (); /* children begin with what it sets up */
  told = cjd_cage_run (read_caged, data, size, only_names ? ONLY_NAMES : 0, &limits, error);
  pthread_mutex_unlock (&cjd_hdf5_lock);
  return told;
}
