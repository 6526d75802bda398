/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tar.h"

#include "cj-error.h"

#include <archive.h>
#include <archive_entry.h>
#include <glib/gi18n-lib.h>

#define BLOCK 65536
#define MAX_PIECES 100000

/* The content of an entry, at most `room` bytes; NULL: it is larger, or damaged. */
static GBytes *
read_entry (struct archive *archive, gsize room)
{
  GByteArray *bytes = g_byte_array_new ();
  guint8 block[BLOCK];
  la_ssize_t n;

  while ((n = archive_read_data (archive, block, sizeof block)) > 0 && (gsize) n <= room)
    {
      g_byte_array_append (bytes, block, (guint) n);
      room -= (gsize) n;
    }
  if (n == 0)
    return g_byte_array_free_to_bytes (bytes);
  g_byte_array_unref (bytes);
  return NULL;
}

GPtrArray *
cjd_tar_load (const char *path, gsize max_bytes, GError **error)
{
  struct archive *archive = archive_read_new ();
  g_autoptr (GPtrArray) pieces = cjd_pieces_new ();
  struct archive_entry *entry;
  gsize room = max_bytes;
  int status;

  archive_read_support_format_tar (archive);
  archive_read_support_filter_gzip (archive);
  status = archive_read_open_filename (archive, path, BLOCK);
  while (status == ARCHIVE_OK && (status = archive_read_next_header (archive, &entry)) == ARCHIVE_OK
         && pieces->len < MAX_PIECES)
    {
      const char *name = archive_entry_pathname (entry);
      GBytes *bytes;

      if (archive_entry_filetype (entry) != AE_IFREG || name == NULL
          || !g_utf8_validate (name, -1, NULL))
        continue;
      bytes = read_entry (archive, room);
      if (bytes == NULL)
        {
          status = ARCHIVE_FATAL;
          break;
        }
      room -= g_bytes_get_size (bytes);
      cjd_pieces_add (pieces, g_str_has_prefix (name, "./") ? name + 2 : name, bytes);
    }
  archive_read_free (archive);
  if (status == ARCHIVE_EOF)
    return g_steal_pointer (&pieces);
  g_set_error (error, CJ_ERROR, CJ_ERROR_FILE,
               _ ("“%s” is no archive that can be read, or unpacks to more than %d MiB"), path,
               (int) (max_bytes >> 20));
  return NULL;
}
