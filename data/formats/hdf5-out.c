/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Writes what the library writes by default: superblock 0, groups as symbol tables, arrays in one piece;
 * texts stand in one global heap, each once. Everything begins on eight bytes. */
#include "hdf5-private.h"

#include <string.h>

#define NOWHERE G_MAXUINT64
#define TREE_K 16 /* half the children of a node */
#define SUPERBLOCK 96

typedef struct _Node Node;

struct _Node
{
  char *name;
  GPtrArray *children; /* of a group, by name; NULL: a data set */
  CjShape shape;
  const char *type; /* key of `types` */
  GByteArray *data; /* numbers; of texts after the heap was laid out */
  GStrv texts;      /* NULL: numbers */
};

struct _CjdHdf5Out
{
  Node *root;
  guint most;          /* children of a group */
  GByteArray *bytes;   /* the file so far */
  GHashTable *numbers; /* text to its number in the heap */
  guint64 heap;
};

/* Datatype messages: class and version, bits, size, properties. */
static const struct
{
  const char *name;
  guint8 size;
  guint8 bytes[24];
} types[] = {
  { "float", 20, { 0x11, 0x20, 0x1f, 0, 4, 0, 0, 0, 0, 0, 32, 0, 23, 8, 0, 23, 127, 0, 0, 0 } },
  { "double", 20, { 0x11, 0x20, 0x3f, 0, 8, 0, 0, 0, 0, 0, 64, 0, 52, 11, 0, 52, 0xff, 3, 0, 0 } },
  { "int", 12, { 0x10, 0x08, 0, 0, 8, 0, 0, 0, 0, 0, 64, 0 } },
  /* of bytes of UTF-8 in a heap */
  { "text", 20, { 0x19, 0x01, 0x01, 0, 16, 0, 0, 0, 0x10, 0, 0, 0, 1, 0, 0, 0, 0, 0, 8, 0 } },
};

static void
free_node (gpointer data)
{
  Node *node = data;

  g_free (node->name);
  g_clear_pointer (&node->children, g_ptr_array_unref);
  g_clear_pointer (&node->data, g_byte_array_unref);
  g_strfreev (node->texts);
  g_free (node);
}

static Node *
new_node (const char *name, gboolean group)
{
  Node *node = g_new0 (Node, 1);

  node->name = g_strdup (name);
  node->children = group ? g_ptr_array_new_with_free_func (free_node) : NULL;
  return node;
}

CjdHdf5Out *
cjd_hdf5_out_new (void)
{
  CjdHdf5Out *out = g_new0 (CjdHdf5Out, 1);

  out->root = new_node ("", TRUE);
  out->bytes = g_byte_array_new ();
  out->numbers = g_hash_table_new (g_str_hash, g_str_equal);
  return out;
}

void
cjd_hdf5_out_free (CjdHdf5Out *out)
{
  g_hash_table_unref (out->numbers);
  free_node (out->root);
  g_clear_pointer (&out->bytes, g_byte_array_unref);
  g_free (out);
}

static Node *
find_child (const Node *group, const char *name)
{
  for (guint i = 0; i < group->children->len; i++)
    if (g_str_equal (((const Node *) group->children->pdata[i])->name, name))
      return group->children->pdata[i];
  return NULL;
}

/* The node at a path, made with the groups on the way. */
static Node *
add_node (CjdHdf5Out *out, const char *path, gboolean group)
{
  g_auto (GStrv) words = g_strsplit (path, "/", -1);
  Node *node = out->root;

  for (guint i = 0; words[i] != NULL; i++)
    {
      Node *child = find_child (node, words[i]);

      g_assert (*words[i] != '\0');
      if (child == NULL)
        {
          child = new_node (words[i], group || words[i + 1] != NULL);
          g_ptr_array_add (node->children, child);
          out->most = MAX (out->most, node->children->len);
        }
      node = child;
    }
  return node;
}

void
cjd_hdf5_out_add_group (CjdHdf5Out *out, const char *path)
{
  add_node (out, path, TRUE);
}

static void
add_numbers (CjdHdf5Out *out, const char *path, const char *type, const CjShape *shape,
             gconstpointer numbers, gsize item)
{
  Node *node = add_node (out, path, FALSE);

  g_return_if_fail (node->children == NULL && node->data == NULL);
  node->type = type;
  node->shape = *shape;
  node->data = g_byte_array_new ();
  g_byte_array_append (node->data, numbers, (guint) ((gsize) cj_shape_size (shape) * item));
  /* the lowest byte first on any machine */
  for (gsize at = 0; G_BYTE_ORDER == G_BIG_ENDIAN && at < node->data->len; at += item)
    for (gsize k = 0; k < item / 2; k++)
      {
        guint8 *a = node->data->data + at + k, *b = node->data->data + at + item - 1 - k;
        const guint8 swapped = *a;

        *a = *b;
        *b = swapped;
      }
}

void
cjd_hdf5_out_add_floats (CjdHdf5Out *out, const char *path, const CjShape *shape,
                         const float *numbers)
{
  add_numbers (out, path, "float", shape, numbers, sizeof *numbers);
}

void
cjd_hdf5_out_add_doubles (CjdHdf5Out *out, const char *path, const CjShape *shape,
                          const double *numbers)
{
  add_numbers (out, path, "double", shape, numbers, sizeof *numbers);
}

void
cjd_hdf5_out_add_ints (CjdHdf5Out *out, const char *path, const CjShape *shape,
                       const gint64 *numbers)
{
  add_numbers (out, path, "int", shape, numbers, sizeof *numbers);
}

void
cjd_hdf5_out_add_texts (CjdHdf5Out *out, const char *path, guint rows, guint columns,
                        const char *const *texts)
{
  Node *node = add_node (out, path, FALSE);
  const guint n = rows * columns;

  g_return_if_fail (node->children == NULL && node->texts == NULL);
  node->type = "text";
  node->shape = rows == 0 && columns == 0 ? cj_shape (0, NULL) : cj_shape2 (rows, columns);
  node->texts = g_new0 (char *, MAX (n, 1) + 1);
  for (guint i = 0; i < (rows == 0 && columns == 0 ? 1 : n); i++)
    node->texts[i] = g_strdup (texts[i]);
}

/* --- bytes --- */

static void
put (CjdHdf5Out *out, guint64 value, guint bytes)
{
  for (guint i = 0; i < bytes; i++)
    {
      const guint8 byte = (guint8) (value >> (8 * i));

      g_byte_array_append (out->bytes, &byte, 1);
    }
}

static void
put_bytes (CjdHdf5Out *out, gconstpointer data, gsize n)
{
  g_byte_array_append (out->bytes, data, (guint) n);
}

static void
put_zeros (CjdHdf5Out *out, gsize n)
{
  for (gsize i = 0; i < n; i++)
    put (out, 0, 1);
}

static guint64
align (CjdHdf5Out *out)
{
  put_zeros (out, (8 - out->bytes->len % 8) % 8);
  return out->bytes->len;
}

/* The head of a message whose `size` bytes follow. */
static void
put_message (CjdHdf5Out *out, guint type, guint size)
{
  put (out, type, 2);
  put (out, (size + 7) / 8 * 8, 2);
  put (out, 0, 4);
}

static guint64
put_header (CjdHdf5Out *out, guint n_messages, guint size)
{
  const guint64 at = align (out);

  put (out, 1, 2);
  put (out, n_messages, 2);
  put (out, 1, 4); /* one link to it */
  put (out, size, 4);
  put (out, 0, 4);
  return at;
}

/* --- texts --- */

static int
compare_names (gconstpointer a, gconstpointer b)
{
  return strcmp ((*(const Node *const *) a)->name, (*(const Node *const *) b)->name);
}

/* Puts groups in order of their names, as symbol tables are, and numbers the texts. */
static void
collect_texts (CjdHdf5Out *out, Node *node, GPtrArray *texts)
{
  if (node->children != NULL)
    g_ptr_array_sort (node->children, compare_names);
  for (guint i = 0; node->children != NULL && i < node->children->len; i++)
    collect_texts (out, node->children->pdata[i], texts);
  for (guint i = 0; node->texts != NULL && node->texts[i] != NULL; i++)
    if (g_hash_table_lookup (out->numbers, node->texts[i]) == NULL)
      {
        g_ptr_array_add (texts, node->texts[i]);
        g_hash_table_insert (out->numbers, node->texts[i], GUINT_TO_POINTER (texts->len));
      }
}

static gsize
pad (gsize n)
{
  return (n + 7) / 8 * 8;
}

/* All texts of the file; what the last does not use is object 0. */
static void
put_heap (CjdHdf5Out *out)
{
  g_autoptr (GPtrArray) texts = g_ptr_array_new ();
  gsize used = 16, size;

  collect_texts (out, out->root, texts);
  g_assert (texts->len < 65536);
  for (guint i = 0; i < texts->len; i++)
    used += 16 + pad (strlen (texts->pdata[i]));
  size = MAX (used + 16, 4096);
  out->heap = align (out);
  put_bytes (out, "GCOL\1\0\0\0", 8);
  put (out, size, 8);
  for (guint i = 0; i < texts->len; i++)
    {
      const gsize n = strlen (texts->pdata[i]);

      put (out, i + 1, 2);
      put (out, 0, 6);
      put (out, n, 8);
      put_bytes (out, texts->pdata[i], n);
      put_zeros (out, pad (n) - n);
    }
  put (out, 0, 8);
  put (out, size - used, 8);
  put_zeros (out, size - used - 16);
}

/* Length, heap and number of each text. */
static void
put_texts (CjdHdf5Out *out, const Node *node)
{
  for (guint i = 0; node->texts[i] != NULL; i++)
    {
      put (out, strlen (node->texts[i]), 4);
      put (out, out->heap, 8);
      put (out, GPOINTER_TO_UINT (g_hash_table_lookup (out->numbers, node->texts[i])), 4);
    }
}

/* --- objects --- */

static guint64
put_set (CjdHdf5Out *out, const Node *node)
{
  const guint space = 8 + 8 * node->shape.n_dims;
  const guint64 data = align (out);
  guint64 at, size;
  guint type = 0;

  if (node->texts != NULL)
    put_texts (out, node);
  else
    put_bytes (out, node->data->data, node->data->len);
  size = out->bytes->len - data;
  while (!g_str_equal (types[type].name, node->type))
    type++;
  at = put_header (out, 4, 4 * 8 + space + 24 + 8 + 24);
  put_message (out, CJD_HDF5_DATASPACE, space);
  put (out, 1, 1);
  put (out, node->shape.n_dims, 7);
  for (guint i = 0; i < node->shape.n_dims; i++)
    put (out, (guint64) node->shape.dims[i], 8);
  put_message (out, CJD_HDF5_DATATYPE, 24);
  put_bytes (out, types[type].bytes, 24);
  put_message (out, 0x05,
               8); /* no value to fill with; room is made late, and filled if there is one */
  put (out, 0x00020202, 8);
  put_message (out, CJD_HDF5_LAYOUT, 24);
  put (out, 0x0103, 2);
  put (out, size > 0 ? data : NOWHERE, 8);
  put (out, size, 8);
  put (out, 0, 6);
  return at;
}

static guint
get_leaf_k (const CjdHdf5Out *out)
{
  return MAX (4, (out->most + 1) / 2);
}

static void
put_tree (CjdHdf5Out *out, gboolean full, guint64 leaf, guint64 last)
{
  put_bytes (out, "TREE\0\0", 6);
  put (out, full ? 1 : 0, 2);
  put (out, NOWHERE, 8);
  put (out, NOWHERE, 8);
  put (out, 0, 8);
  put (out, full ? leaf : 0, 8);
  put (out, full ? last : 0, 8);
  put_zeros (out, (2 * TREE_K + 1) * 8 + 2 * TREE_K * 8 - 24);
}

static guint64 put_node (CjdHdf5Out *out, Node *node);

static guint64
put_group (CjdHdf5Out *out, Node *node)
{
  const guint n = node->children->len;
  g_autofree guint64 *headers = g_new0 (guint64, n + 1), *names = g_new0 (guint64, n + 1);
  guint64 data, heap, leaf, tree, at;

  for (guint i = 0; i < n; i++)
    headers[i] = put_node (out, node->children->pdata[i]);
  data = align (out);
  put_zeros (out, 8); /* the name that is none */
  for (guint i = 0; i < n; i++)
    {
      const char *name = ((const Node *) node->children->pdata[i])->name;

      names[i] = out->bytes->len - data;
      put_bytes (out, name, strlen (name) + 1);
      align (out);
    }
  heap = out->bytes->len;
  put_bytes (out, "HEAP\0\0\0\0", 8);
  put (out, heap - data, 8);
  put (out, 1, 8); /* nothing is free */
  put (out, data, 8);
  leaf = align (out);
  put_bytes (out, "SNOD\1\0", 6);
  put (out, n, 2);
  for (guint i = 0; i < n; i++)
    {
      put (out, names[i], 8);
      put (out, headers[i], 8);
      put_zeros (out, 24);
    }
  put_zeros (out, (gsize) (2 * get_leaf_k (out) - n) * 40);
  tree = align (out);
  put_tree (out, n > 0, leaf, n > 0 ? names[n - 1] : 0);
  at = put_header (out, 1, 8 + 16);
  put_message (out, CJD_HDF5_SYMBOLS, 16);
  put (out, tree, 8);
  put (out, heap, 8);
  return at;
}

static guint64
put_node (CjdHdf5Out *out, Node *node)
{
  return node->children != NULL ? put_group (out, node) : put_set (out, node);
}

/* Into the room kept for it, when the root and the end are known. */
static void
put_superblock (CjdHdf5Out *out, guint64 root)
{
  g_autoptr (GByteArray) rest = out->bytes;
  const guint64 end = rest->len;

  out->bytes = g_byte_array_new ();
  put_bytes (out, "\x89HDF\r\n\x1a\n", 8);
  put (out, 0, 5);
  put (out, 0x0808, 3); /* bytes of addresses and lengths */
  put (out, get_leaf_k (out), 2);
  put (out, TREE_K, 2);
  put (out, 0, 4);
  put (out, 0, 8);
  put (out, NOWHERE, 8);
  put (out, end, 8);
  put (out, NOWHERE, 8);
  put (out, 0, 8);
  put (out, root, 8);
  put_zeros (out, 24);
  g_assert (out->bytes->len == SUPERBLOCK);
  put_bytes (out, rest->data + SUPERBLOCK, rest->len - SUPERBLOCK);
}

GBytes *
cjd_hdf5_out_print (CjdHdf5Out *out)
{
  guint64 root;

  g_byte_array_set_size (out->bytes, 0);
  g_hash_table_remove_all (out->numbers);
  put_zeros (out, SUPERBLOCK);
  put_heap (out);
  root = put_node (out, out->root);
  align (out);
  put_superblock (out, root);
  return g_bytes_new (out->bytes->data, out->bytes->len);
}
