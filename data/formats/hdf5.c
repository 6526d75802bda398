/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Superblock, object headers, groups, heaps. */
#include "hdf5-private.h"

#include "cj-error.h"
#include "file.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#define MAX_MESSAGES 65536
#define MAX_BLOCKS 1024 /* of a header */
#define MAX_NAME 1024
#define SIGNATURE "\x89HDF\r\n\x1a\n"

/* A part of a global heap. */
typedef struct
{
  const guint8 *data;
  gsize size;
} Piece;

typedef struct
{
  char *name;
  guint64 address; /* of its header; none for a link to elsewhere */
} Link;

static void
free_link (gpointer data)
{
  g_free (((Link *) data)->name);
  g_free (data);
}

gboolean
cjd_hdf5_refuse (const CjdHdf5 *file, guint64 address, GError **error)
{
  g_set_error (error, CJ_ERROR, CJ_ERROR_FILE,
               _ ("It is damaged or cut off at byte %llu of %zu. Get it again from where it came."),
               (unsigned long long) (address + file->base), file->size);
  return FALSE;
}

gboolean
cjd_hdf5_refuse_kind (const char *what, GError **error)
{
  g_set_error (error, CJ_ERROR, CJ_ERROR_FILE,
               /* Translators: %s is what a file has, as “links in a heap” */
               _ ("It has %s, which is not read. Write it with h5py as it does by default."), what);
  return FALSE;
}

gboolean
cjd_hdf5_take_sign (CjdHdf5Cursor *c, const char *sign)
{
  if (c->size - c->at < 4 || memcmp (c->data + c->at, sign, 4) != 0)
    return FALSE;
  c->at += 4;
  return TRUE;
}

CjdHdf5Cursor
cjd_hdf5_at_sized (const CjdHdf5 *file, guint64 address, guint64 size)
{
  CjdHdf5Cursor c = { .data = file->data };

  if (address > file->size - file->base || size > file->size - file->base - address)
    {
      c.bad = TRUE;
      return c;
    }
  c.data += file->base + address;
  c.size = (gsize) size;
  return c;
}

CjdHdf5Cursor
cjd_hdf5_at (const CjdHdf5 *file, guint64 address)
{
  const guint64 room = file->size - file->base;

  return cjd_hdf5_at_sized (file, address, address <= room ? room - address : 1);
}

/* --- headers --- */

typedef struct
{
  guint64 address, size;
} Block;

/* How the messages of a header are written. */
typedef struct
{
  guint version;
  gboolean ordered; /* version 2: two more bytes each */
} Form;

/* The messages of one block; further blocks are appended to `blocks`. */
static gboolean
read_block (CjdHdf5 *file, CjdHdf5Cursor c, const Form *form, GArray *messages, GArray *blocks)
{
  const guint head = form->version == 1 ? 8 : form->ordered ? 6 : 4;

  while (!c.bad && c.size - c.at >= head && messages->len < MAX_MESSAGES)
    {
      CjdHdf5Message m = { .type = (guint) cjd_hdf5_take (&c, form->version == 1 ? 2 : 1) };
      guint flags;

      m.size = (gsize) cjd_hdf5_take (&c, 2);
      flags = (guint) cjd_hdf5_take (&c, 1);
      cjd_hdf5_skip (&c, form->version == 1 ? 3 : form->ordered ? 2 : 0);
      m.shared = (flags & 2) != 0;
      m.data = c.data + c.at;
      cjd_hdf5_skip (&c, m.size);
      if (c.bad)
        return FALSE;
      if (m.type == CJD_HDF5_CONTINUATION)
        {
          CjdHdf5Cursor to = { .data = m.data, .size = m.size };
          Block block = { cjd_hdf5_take (&to, file->offset), 0 };

          block.size = cjd_hdf5_take (&to, file->length);
          if (to.bad || blocks->len == MAX_BLOCKS)
            return FALSE;
          g_array_append_val (blocks, block);
        }
      else
        g_array_append_val (messages, m);
    }
  return !c.bad && messages->len < MAX_MESSAGES;
}

/* The first block of a header, its messages only; FALSE: there is no header. */
static gboolean
begin_header (CjdHdf5 *file, guint64 address, Form *form, CjdHdf5Cursor *first)
{
  CjdHdf5Cursor c = cjd_hdf5_at (file, address);
  guint64 size;

  if (cjd_hdf5_take_sign (&c, "OHDR"))
    {
      guint flags;

      form->version = (guint) cjd_hdf5_take (&c, 1);
      flags = (guint) cjd_hdf5_take (&c, 1);
      form->ordered = (flags & 4) != 0;
      cjd_hdf5_skip (&c, (flags & 0x20) != 0 ? 16 : 0);
      cjd_hdf5_skip (&c, (flags & 0x10) != 0 ? 4 : 0);
      size = cjd_hdf5_take (&c, 1u << (flags & 3));
      if (form->version != 2)
        return FALSE;
    }
  else
    {
      form->version = (guint) cjd_hdf5_take (&c, 1);
      cjd_hdf5_skip (&c, 7); /* reserved, number of messages, references */
      size = cjd_hdf5_take (&c, 4);
      cjd_hdf5_skip (&c, 4);
      if (form->version != 1)
        return FALSE;
    }
  if (c.bad || size > c.size - c.at)
    return FALSE;
  *first = (CjdHdf5Cursor){ .data = c.data + c.at, .size = (gsize) size };
  return TRUE;
}

static GArray *
read_header (CjdHdf5 *file, guint64 address, GError **error)
{
  g_autoptr (GArray) messages = g_array_new (FALSE, TRUE, sizeof (CjdHdf5Message));
  g_autoptr (GArray) blocks = g_array_new (FALSE, TRUE, sizeof (Block));
  Form form = { 0 };
  CjdHdf5Cursor c;

  if (!begin_header (file, address, &form, &c) || !read_block (file, c, &form, messages, blocks))
    {
      cjd_hdf5_refuse (file, address, error);
      return NULL;
    }
  for (guint i = 0; i < blocks->len; i++)
    {
      const Block block = g_array_index (blocks, Block, i);

      c = cjd_hdf5_at_sized (file, block.address, block.size);
      if (form.version == 2)
        {
          c.bad |= !cjd_hdf5_take_sign (&c, "OCHK") || c.size < 8;
          c.size -= c.bad ? 0 : 4; /* the sum behind the messages */
        }
      if (c.bad || !read_block (file, c, &form, messages, blocks))
        {
          cjd_hdf5_refuse (file, block.address, error);
          return NULL;
        }
    }
  return g_steal_pointer (&messages);
}

const CjdHdf5Message *
cjd_hdf5_find_message (const GArray *messages, guint type)
{
  for (guint i = 0; i < messages->len; i++)
    if (g_array_index (messages, CjdHdf5Message, i).type == type)
      return &g_array_index (messages, CjdHdf5Message, i);
  return NULL;
}

/* --- B-trees --- */

typedef struct
{
  guint type;
  gsize key;
  CjdHdf5Visit visit;
  gpointer data;
  gsize budget; /* nodes that a file of this size can hold */
} Walk;

static gboolean
walk_node (CjdHdf5 *file, Walk *walk, guint64 address, int level, GError **error)
{
  CjdHdf5Cursor c = cjd_hdf5_at (file, address);
  guint type, n, at;

  if (!cjd_hdf5_take_sign (&c, "TREE") || walk->budget == 0)
    return cjd_hdf5_refuse (file, address, error);
  walk->budget--;
  type = (guint) cjd_hdf5_take (&c, 1);
  at = (guint) cjd_hdf5_take (&c, 1);
  n = (guint) cjd_hdf5_take (&c, 2);
  cjd_hdf5_skip (&c, 2 * file->offset); /* neighbours */
  if (c.bad || type != walk->type || at > CJD_HDF5_MAX_DEPTH || (level >= 0 && (int) at != level))
    return cjd_hdf5_refuse (file, address, error);
  for (guint i = 0; i < n; i++)
    {
      const CjdHdf5Cursor key = { .data = c.data + c.at, .size = walk->key };
      guint64 child;

      cjd_hdf5_skip (&c, walk->key);
      child = cjd_hdf5_take (&c, file->offset);
      if (c.bad)
        return cjd_hdf5_refuse (file, address, error);
      if (at > 0 ? !walk_node (file, walk, child, (int) at - 1, error)
                 : !walk->visit (file, key, child, walk->data, error))
        return FALSE;
    }
  return TRUE;
}

gboolean
cjd_hdf5_walk (CjdHdf5 *file, guint64 address, guint type, gsize key, CjdHdf5Visit visit,
               gpointer data, GError **error)
{
  Walk walk = { type, key, visit, data, file->size / 24 + 1 };

  return walk_node (file, &walk, address, -1, error);
}

/* --- groups --- */

typedef struct
{
  GPtrArray *links;
  CjdHdf5Cursor heap; /* of names */
} Symbols;

static gboolean
add_link (GPtrArray *links, const guint8 *name, gsize room, guint64 address)
{
  const gsize size = strnlen ((const char *) name, MIN (room, MAX_NAME + 1));
  Link *link;

  if (size > MAX_NAME || links->len == CJD_HDF5_MAX_NAMES
      || !g_utf8_validate ((const char *) name, (gssize) size, NULL))
    return FALSE;
  link = g_new (Link, 1);
  *link = (Link){ g_strndup ((const char *) name, size), address };
  g_ptr_array_add (links, link);
  return TRUE;
}

static gboolean
visit_symbols (CjdHdf5 *file, CjdHdf5Cursor key, guint64 child, gpointer data, GError **error)
{
  Symbols *symbols = data;
  CjdHdf5Cursor c = cjd_hdf5_at (file, child);
  guint n;

  (void) key;
  if (!cjd_hdf5_take_sign (&c, "SNOD"))
    return cjd_hdf5_refuse (file, child, error);
  cjd_hdf5_skip (&c, 2);
  n = (guint) cjd_hdf5_take (&c, 2);
  for (guint i = 0; i < n; i++)
    {
      const guint64 name = cjd_hdf5_take (&c, file->offset);
      guint64 address = cjd_hdf5_take (&c, file->offset);
      const guint cache = (guint) cjd_hdf5_take (&c, 4);

      cjd_hdf5_skip (&c, 20);
      if (cache == 2) /* a symbolic link */
        address = G_MAXUINT64;
      if (c.bad || name >= symbols->heap.size
          || !add_link (symbols->links, symbols->heap.data + name, symbols->heap.size - name,
                        address))
        return cjd_hdf5_refuse (file, child, error);
    }
  return TRUE;
}

static gboolean
list_symbols (CjdHdf5 *file, const CjdHdf5Message *message, GPtrArray *links, GError **error)
{
  CjdHdf5Cursor m = { .data = message->data, .size = message->size }, c;
  const guint64 tree = cjd_hdf5_take (&m, file->offset), heap = cjd_hdf5_take (&m, file->offset);
  Symbols symbols = { .links = links };
  guint64 size;

  c = cjd_hdf5_at (file, heap);
  if (m.bad || !cjd_hdf5_take_sign (&c, "HEAP"))
    return cjd_hdf5_refuse (file, heap, error);
  cjd_hdf5_skip (&c, 4);
  size = cjd_hdf5_take (&c, file->length);
  cjd_hdf5_skip (&c, file->length);
  symbols.heap = cjd_hdf5_at_sized (file, cjd_hdf5_take (&c, file->offset), size);
  if (c.bad || symbols.heap.bad)
    return cjd_hdf5_refuse (file, heap, error);
  return cjd_hdf5_walk (file, tree, 0, file->length, visit_symbols, &symbols, error);
}

/* A link in the header of a group. */
static gboolean
read_link (CjdHdf5 *file, const CjdHdf5Message *message, GPtrArray *links)
{
  CjdHdf5Cursor c = { .data = message->data, .size = message->size };
  guint flags, type = 0;
  guint64 size, address = G_MAXUINT64;
  const guint8 *name;

  cjd_hdf5_skip (&c, 1);
  flags = (guint) cjd_hdf5_take (&c, 1);
  if ((flags & 8) != 0)
    type = (guint) cjd_hdf5_take (&c, 1);
  cjd_hdf5_skip (&c, (flags & 4) != 0 ? 8 : 0);
  cjd_hdf5_skip (&c, (flags & 0x10) != 0 ? 1 : 0);
  size = cjd_hdf5_take (&c, 1u << (flags & 3));
  name = c.data + c.at;
  cjd_hdf5_skip (&c, size);
  if (type == 0)
    address = cjd_hdf5_take (&c, file->offset);
  return !c.bad && size <= MAX_NAME && add_link (links, name, (gsize) size, address);
}

/* The links of a group; NULL and no error if the object is none. */
static GPtrArray *
list_links (CjdHdf5 *file, guint64 address, GError **error)
{
  g_autoptr (GArray) messages = read_header (file, address, error);
  g_autoptr (GPtrArray) links = g_ptr_array_new_with_free_func (free_link);
  gboolean is_group = FALSE;

  for (guint i = 0; messages != NULL && i < messages->len; i++)
    {
      const CjdHdf5Message *m = &g_array_index (messages, CjdHdf5Message, i);
      CjdHdf5Cursor c = { .data = m->data, .size = m->size };

      is_group |= m->type == CJD_HDF5_SYMBOLS || m->type == CJD_HDF5_LINK
                  || m->type == CJD_HDF5_LINK_INFO;
      if (m->type == CJD_HDF5_SYMBOLS && !list_symbols (file, m, links, error))
        return NULL;
      if (m->type == CJD_HDF5_LINK && !read_link (file, m, links))
        {
          cjd_hdf5_refuse (file, address, error);
          return NULL;
        }
      if (m->type != CJD_HDF5_LINK_INFO)
        continue;
      cjd_hdf5_skip (&c, 1);
      cjd_hdf5_skip (&c, (cjd_hdf5_take (&c, 1) & 1) != 0 ? 8 : 0);
      if (cjd_hdf5_take (&c, file->offset) != G_MAXUINT64 >> (64 - 8 * file->offset))
        {
          cjd_hdf5_refuse_kind (_ ("a group with its links in a heap"), error);
          return NULL;
        }
    }
  return is_group ? g_steal_pointer (&links) : NULL;
}

/* The header of the object at a path; FALSE without an error if there is none. */
static gboolean
find_object (CjdHdf5 *file, const char *path, guint64 *address, GError **error)
{
  g_auto (GStrv) words = g_strsplit (path, "/", -1);

  *address = file->root;
  for (guint i = 0; words[i] != NULL; i++)
    {
      g_autoptr (GPtrArray) links = NULL;
      gboolean found = FALSE;

      if (*words[i] == '\0')
        continue;
      links = list_links (file, *address, error);
      for (guint k = 0; links != NULL && k < links->len && !found; k++)
        {
          const Link *link = links->pdata[k];

          if ((found = g_str_equal (link->name, words[i])))
            *address = link->address;
        }
      if (!found || *address == G_MAXUINT64)
        return FALSE;
    }
  return TRUE;
}

GArray *
cjd_hdf5_get_messages (CjdHdf5 *file, const char *path, GError **error)
{
  g_autoptr (GError) inner = NULL;
  guint64 address;

  if (find_object (file, path, &address, &inner))
    return read_header (file, address, error);
  if (inner != NULL)
    g_propagate_error (error, g_steal_pointer (&inner));
  else
    g_set_error (error, CJ_ERROR, CJ_ERROR_FILE, _ ("There is no “%s” in it."), path);
  return NULL;
}

CjdHdf5Kind
cjd_hdf5_get_kind (CjdHdf5 *file, const char *path)
{
  g_autoptr (GArray) messages = cjd_hdf5_get_messages (file, path, NULL);

  if (messages == NULL)
    return CJD_HDF5_NONE;
  if (cjd_hdf5_find_message (messages, CJD_HDF5_LAYOUT) != NULL)
    return CJD_HDF5_SET;
  return cjd_hdf5_find_message (messages, CJD_HDF5_SYMBOLS) != NULL
                 || cjd_hdf5_find_message (messages, CJD_HDF5_LINK) != NULL
                 || cjd_hdf5_find_message (messages, CJD_HDF5_LINK_INFO) != NULL
             ? CJD_HDF5_GROUP
             : CJD_HDF5_NONE;
}

GStrv
cjd_hdf5_list (CjdHdf5 *file, const char *path, GError **error)
{
  g_autoptr (GError) inner = NULL;
  g_autoptr (GPtrArray) links = NULL;
  GPtrArray *names;
  guint64 address;

  if (find_object (file, path, &address, &inner))
    links = list_links (file, address, &inner);
  if (links == NULL && inner == NULL)
    g_set_error (&inner, CJ_ERROR, CJ_ERROR_FILE, _ ("There is no group “%s” in it."), path);
  if (links == NULL)
    {
      g_propagate_error (error, g_steal_pointer (&inner));
      return NULL;
    }
  names = g_ptr_array_new ();
  for (guint i = 0; i < links->len; i++)
    g_ptr_array_add (names, g_strdup (((const Link *) links->pdata[i])->name));
  g_ptr_array_add (names, NULL);
  return (GStrv) g_ptr_array_free (names, FALSE);
}

/* --- global heaps --- */

/* Heaps do not overlap, so there are no more parts in all of them than the file has room for. */
static GArray *
read_heap (CjdHdf5 *file, guint64 address)
{
  GArray *pieces = g_array_new (FALSE, TRUE, sizeof (Piece));
  CjdHdf5Cursor c = cjd_hdf5_at (file, address);
  guint64 size;

  if (!cjd_hdf5_take_sign (&c, "GCOL"))
    return pieces;
  cjd_hdf5_skip (&c, 4);
  size = cjd_hdf5_take (&c, file->length);
  if (c.bad || size > c.size)
    return pieces;
  c.size = (gsize) size;
  while (!c.bad && c.size - MIN (c.at, c.size) >= 8 + file->length)
    {
      const guint index = (guint) cjd_hdf5_take (&c, 2);
      Piece piece;

      cjd_hdf5_skip (&c, 6);
      piece.size = (gsize) cjd_hdf5_take (&c, file->length);
      piece.data = c.data + c.at;
      if (index == 0 || c.bad || piece.size > c.size - c.at
          || index + file->n_pieces > file->size / 8)
        break;
      file->n_pieces += index >= pieces->len ? index + 1 - pieces->len : 1;
      if (index >= pieces->len)
        g_array_set_size (pieces, index + 1);
      g_array_index (pieces, Piece, index) = piece;
      cjd_hdf5_skip (&c, piece.size + (8 - piece.size % 8) % 8);
    }
  return pieces;
}

gboolean
cjd_hdf5_find_piece (CjdHdf5 *file, guint64 address, guint index, const guint8 **data, gsize *size)
{
  GArray *pieces = g_hash_table_lookup (file->heaps, &address);

  if (pieces == NULL)
    {
      /* a heap takes at least its head, so there are no more than this */
      if (g_hash_table_size (file->heaps) > file->size / 24)
        return FALSE;
      pieces = read_heap (file, address);
      g_hash_table_insert (file->heaps, g_memdup2 (&address, sizeof address), pieces);
    }
  if (index >= pieces->len || g_array_index (pieces, Piece, index).data == NULL)
    return FALSE;
  *data = g_array_index (pieces, Piece, index).data;
  *size = g_array_index (pieces, Piece, index).size;
  return TRUE;
}

/* --- the file --- */

gboolean
cjd_hdf5_is (gconstpointer bytes, gsize size)
{
  return size >= 8 && memcmp (bytes, SIGNATURE, 8) == 0;
}

static gboolean
read_superblock (CjdHdf5 *file)
{
  CjdHdf5Cursor c = { .data = file->data, .size = file->size, .at = 8 };
  const guint version = (guint) cjd_hdf5_take (&c, 1);

  if (version > 3)
    return FALSE;
  if (version < 2)
    cjd_hdf5_skip (&c, 4);
  file->offset = (guint) cjd_hdf5_take (&c, 1);
  file->length = (guint) cjd_hdf5_take (&c, 1);
  if ((file->offset != 4 && file->offset != 8) || (file->length != 4 && file->length != 8))
    return FALSE;
  if (version < 2)
    cjd_hdf5_skip (&c, version == 0 ? 9 : 13);
  else
    cjd_hdf5_skip (&c, 1);
  file->base = cjd_hdf5_take (&c, file->offset);
  cjd_hdf5_skip (&c, 2 * file->offset); /* free space or extension, end */
  if (version < 2)
    cjd_hdf5_skip (&c, 2 * file->offset); /* driver, name of the root */
  file->root = cjd_hdf5_take (&c, file->offset);
  return !c.bad && file->base <= file->size;
}

CjdHdf5 *
cjd_hdf5_parse (GBytes *bytes, GError **error)
{
  g_autoptr (CjdHdf5) file = g_new0 (CjdHdf5, 1);

  file->bytes = g_bytes_ref (bytes);
  file->data = g_bytes_get_data (bytes, &file->size);
  file->heaps
      = g_hash_table_new_full (g_int64_hash, g_int64_equal, g_free, (GDestroyNotify) g_array_unref);
  if (!cjd_hdf5_is (file->data, file->size))
    {
      g_set_error (error, CJ_ERROR, CJ_ERROR_FILE, _ ("It does not begin like an HDF5 file."));
      return NULL;
    }
  if (!read_superblock (file))
    {
      file->base = 0;
      cjd_hdf5_refuse (file, 8, error);
      return NULL;
    }
  return g_steal_pointer (&file);
}

CjdHdf5 *
cjd_hdf5_load (const char *path, GError **error)
{
  g_autoptr (GBytes) bytes = cjd_file_read (path, CJD_HDF5_MAX_BYTES, error);
  CjdHdf5 *file = bytes != NULL ? cjd_hdf5_parse (bytes, error) : NULL;

  if (bytes != NULL && file == NULL)
    g_prefix_error (error, "%s: ", path);
  return file;
}

void
cjd_hdf5_free (CjdHdf5 *file)
{
  g_hash_table_unref (file->heaps);
  g_bytes_unref (file->bytes);
  g_free (file);
}
