/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "zip.h"

#include "cj-error.h"

#include <archive.h>
#include <archive_entry.h>
#include <glib/gi18n-lib.h>

#define MAX_PIECES 10000
#define MAX_PIECE ((gsize) 1 << 31) /* unpacked */
#define EPOCH 315532800 /* 1980, the first date a zip can hold: equal contents give equal bytes */

struct _CjdLater
{
  gint ref_count; /* atomic */
  gsize size;
  CjdPrint print;
  gpointer data;
  GDestroyNotify free;
};

static void
unref_later (CjdLater *later)
{
  if (!g_atomic_int_dec_and_test (&later->ref_count))
    return;
  later->free (later->data);
  g_free (later);
}

static void
free_piece (gpointer data)
{
  CjdPiece *piece = data;

  g_free (piece->name);
  g_clear_pointer (&piece->bytes, g_bytes_unref);
  g_clear_pointer (&piece->later, unref_later);
  g_free (piece);
}

GPtrArray *
cjd_pieces_new (void)
{
  return g_ptr_array_new_with_free_func (free_piece);
}

void
cjd_pieces_add (GPtrArray *pieces, const char *name, GBytes *bytes)
{
  CjdPiece *piece = g_new0 (CjdPiece, 1);

  piece->name = g_strdup (name);
  piece->bytes = bytes;
  g_ptr_array_add (pieces, piece);
}

void
cjd_pieces_add_later (GPtrArray *pieces, const char *name, gsize size, CjdPrint print,
                      gpointer data, GDestroyNotify free)
{
  CjdPiece *piece = g_new0 (CjdPiece, 1);

  piece->name = g_strdup (name);
  piece->later = g_new0 (CjdLater, 1);
  *piece->later = (CjdLater){ 1, size, print, data, free };
  g_ptr_array_add (pieces, piece);
}

void
cjd_pieces_share (GPtrArray *pieces, const char *name, const CjdPiece *from)
{
  CjdPiece *piece = g_new0 (CjdPiece, 1);

  piece->name = g_strdup (name);
  if (from->bytes != NULL)
    piece->bytes = g_bytes_ref (from->bytes);
  else
    {
      piece->later = from->later;
      g_atomic_int_inc (&piece->later->ref_count);
    }
  g_ptr_array_add (pieces, piece);
}

const CjdPiece *
cjd_pieces_find (const GPtrArray *pieces, const char *name)
{
  for (guint i = 0; i < pieces->len; i++)
    if (g_str_equal (((CjdPiece *) pieces->pdata[i])->name, name))
      return pieces->pdata[i];
  return NULL;
}

gsize
cjd_piece_get_size (const CjdPiece *piece)
{
  return piece->bytes != NULL ? g_bytes_get_size (piece->bytes) : piece->later->size;
}

GBytes *
cjd_piece_dup (const CjdPiece *piece)
{
  return piece->bytes != NULL ? g_bytes_ref (piece->bytes)
                              : piece->later->print (piece->later->data);
}

GBytes *
cjd_pieces_dup (const GPtrArray *pieces, const char *name)
{
  const CjdPiece *piece = cjd_pieces_find (pieces, name);

  return piece != NULL ? cjd_piece_dup (piece) : NULL;
}

static la_ssize_t
append (struct archive *archive, void *data, const void *buffer, size_t length)
{
  (void) archive;
  g_byte_array_append (data, buffer, (guint) length);
  return (la_ssize_t) length;
}

static gboolean
write_piece (struct archive *archive, const CjdPiece *piece, gboolean stored)
{
  struct archive_entry *entry = archive_entry_new ();
  g_autoptr (GBytes) bytes = cjd_piece_dup (piece);
  gsize size;
  const void *data = g_bytes_get_data (bytes, &size);
  gboolean done;

  if (stored)
    archive_write_zip_set_compression_store (archive);
  else
    archive_write_zip_set_compression_deflate (archive);
  archive_entry_set_pathname (entry, piece->name);
  archive_entry_set_size (entry, (la_int64_t) size);
  archive_entry_set_filetype (entry, AE_IFREG);
  archive_entry_set_perm (entry, 0644);
  archive_entry_set_mtime (entry, EPOCH, 0);
  done = archive_write_header (archive, entry) == ARCHIVE_OK
         && archive_write_data (archive, data, size) == (la_ssize_t) size;
  archive_entry_free (entry);
  return done;
}

GBytes *
cjd_zip_print (const GPtrArray *pieces, GError **error)
{
  struct archive *archive = archive_write_new ();
  g_autoptr (GByteArray) out = g_byte_array_new ();
  gboolean done;

  archive_write_set_format_zip (archive);
  archive_write_set_options (archive, "zip:!experimental");
  archive_write_set_bytes_in_last_block (archive, 1);
  done = archive_write_open (archive, out, NULL, append, NULL) == ARCHIVE_OK;
  for (guint i = 0; i < pieces->len && done; i++)
    {
      const CjdPiece *piece = pieces->pdata[i];

      done = write_piece (archive, piece,
                          i == 0 || g_str_has_suffix (piece->name, ".safetensors")
                              || g_str_has_suffix (piece->name, ".png"));
    }
  done = done && archive_write_close (archive) == ARCHIVE_OK;
  if (!done)
    g_set_error (error, CJ_ERROR, CJ_ERROR_FILE, _ ("The container could not be packed: %s."),
                 archive_error_string (archive));
  archive_write_free (archive);
  return done ? g_byte_array_free_to_bytes (g_steal_pointer (&out)) : NULL;
}

/* Reads the piece at hand of `declared` bytes; *left bytes may still be unpacked. */
static GBytes *
read_piece (struct archive *archive, const char *name, guint64 declared, gsize *left,
            GError **error)
{
  g_autoptr (GByteArray) out = g_byte_array_new ();
  const gsize most = MIN (*left, MAX_PIECE);
  guint8 buffer[65536];
  la_ssize_t n = 1;

  while (n > 0)
    {
      /* what the entry declares first, so that an honest bomb costs nothing */
      if (declared <= most)
        n = archive_read_data (archive, buffer, sizeof buffer);
      if (declared > most || (n > 0 && (gsize) n > most - out->len))
        {
          g_set_error (error, CJ_ERROR, CJ_ERROR_FILE,
                       _ ("“%s” unpacks to more than is allowed. The file is damaged or hostile."),
                       name);
          return NULL;
        }
      if (n > 0)
        g_byte_array_append (out, buffer, (guint) n);
    }
  *left -= out->len;
  if (n < 0)
    {
      g_set_error (error, CJ_ERROR, CJ_ERROR_FILE, _ ("“%s” cannot be unpacked: %s."), name,
                   archive_error_string (archive));
      return NULL;
    }
  return g_byte_array_free_to_bytes (g_steal_pointer (&out));
}

/* Whether a name stays inside of any folder that somebody may unpack it into. */
static gboolean
is_inside (const char *name)
{
  g_auto (GStrv) words = g_strsplit_set (name, "/\\", -1);

  return *name != '/' && *name != '\\' && !g_strv_contains ((const char *const *) words, "..");
}

static gboolean
read_pieces (struct archive *archive, GPtrArray *pieces, gsize left, GError **error)
{
  struct archive_entry *entry;
  int status;

  while ((status = archive_read_next_header (archive, &entry)) == ARCHIVE_OK)
    {
      g_autofree char *name = g_strdup (archive_entry_pathname_utf8 (entry));
      GBytes *bytes;

      if (name == NULL || *name == '\0' || pieces->len >= MAX_PIECES)
        {
          g_set_error (
              error, CJ_ERROR, CJ_ERROR_FILE,
              _ ("The container has an entry without a usable name, or too many of them."));
          return FALSE;
        }
      if (!is_inside (name))
        {
          g_set_error (error, CJ_ERROR, CJ_ERROR_FILE,
                       _ ("The entry “%s” of the container points out of it. The file is damaged "
                          "or hostile."),
                       name);
          return FALSE;
        }
      bytes = read_piece (archive, name,
                          archive_entry_size_is_set (entry) ? (guint64) archive_entry_size (entry)
                                                            : 0,
                          &left, error);
      if (bytes == NULL)
        return FALSE;
      cjd_pieces_add (pieces, name, bytes);
    }
  if (status == ARCHIVE_EOF && pieces->len > 0)
    return TRUE;
  if (archive_error_string (archive) != NULL)
    g_set_error (error, CJ_ERROR, CJ_ERROR_FILE,
                 _ ("The file is no zip container, or is cut off: %s."),
                 archive_error_string (archive));
  else
    g_set_error_literal (error, CJ_ERROR, CJ_ERROR_FILE,
                         _ ("The file is no zip container, or is cut off."));
  return FALSE;
}

GPtrArray *
cjd_zip_parse (GBytes *bytes, gsize max_bytes, GError **error)
{
  struct archive *archive = archive_read_new ();
  g_autoptr (GPtrArray) pieces = cjd_pieces_new ();
  gsize size;
  const void *data = g_bytes_get_data (bytes, &size);
  gboolean done = FALSE;

  archive_read_support_format_zip (archive);
  if (archive_read_open_memory (archive, data, size) == ARCHIVE_OK)
    done = read_pieces (archive, pieces, max_bytes, error);
  else
    g_set_error (error, CJ_ERROR, CJ_ERROR_FILE, _ ("The file is no zip container: %s."),
                 archive_error_string (archive));
  archive_read_free (archive);
  return done ? g_steal_pointer (&pieces) : NULL;
}

GBytes *
cjd_zip_find (GBytes *start, const char *name, gsize max_bytes)
{
  struct archive *archive = archive_read_new ();
  struct archive_entry *entry;
  GBytes *found = NULL;
  gsize size, left = max_bytes;
  const void *data = g_bytes_get_data (start, &size);

  archive_read_support_format_zip_streamable (archive); /* without the list at the end */
  if (archive_read_open_memory (archive, data, size) == ARCHIVE_OK)
    for (guint i = 0; found == NULL && i < MAX_PIECES
                      && archive_read_next_header (archive, &entry) == ARCHIVE_OK;
         i++)
      if (g_strcmp0 (archive_entry_pathname (entry), name) == 0)
        {
          found = read_piece (
              archive, name,
              archive_entry_size_is_set (entry) ? (guint64) archive_entry_size (entry) : 0, &left,
              NULL);
          break;
        }
  archive_read_free (archive);
  return found;
}
