/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "file.h"

#include "cj-error.h"
#include "cj-file.h"
#include "cj-memory.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gi18n-lib.h>
#include <glib/gstdio.h>
#include <sys/stat.h>
#include <unistd.h>

/* Opens a plain file and tells its size; -1 with an error. */
static int
open_plain (const char *path, gsize *size, GError **error)
{
  /* A pipe without a writer must not hold us up. */
  const int fd = g_open (path, O_RDONLY | O_CLOEXEC | O_NONBLOCK, 0);
  struct stat about;

  if (fd < 0)
    {
      g_set_error (error, CJ_ERROR, CJ_ERROR_FILE, _ ("%s: The file cannot be opened: %s."), path,
                   g_strerror (errno));
      return -1;
    }
  if (fstat (fd, &about) == 0 && S_ISREG (about.st_mode))
    {
      *size = (gsize) about.st_size;
      return fd;
    }
  g_set_error (error, CJ_ERROR, CJ_ERROR_FILE, _ ("%s: This is no plain file."), path);
  close (fd);
  return -1;
}

/* Reads up to `n` bytes; -1 with an error. */
static gssize
read_bytes (int fd, const char *path, guint8 *to, gsize n, GError **error)
{
  gsize got = 0;
  gssize step = 1;

  while (got < n && step != 0)
    {
      step = read (fd, to + got, n - got);
      if (step < 0 && errno != EINTR)
        {
          g_set_error (error, CJ_ERROR, CJ_ERROR_FILE,
                       _ ("%s: The file cannot be read beyond byte %zu: %s."), path, got,
                       g_strerror (errno));
          return -1;
        }
      got += (gsize) MAX (step, 0);
    }
  return (gssize) got;
}

GBytes *
cjd_file_read (const char *path, gsize max, GError **error)
{
  gsize size = 0;
  const int fd = open_plain (path, &size, error);
  g_autofree guint8 *bytes = NULL;
  gssize got;

  if (fd < 0)
    return NULL;
  if (size > max)
    {
      g_set_error (error, CJ_ERROR, CJ_ERROR_FILE,
                   _ ("%s: The file is larger than the %zu MiB that are read."), path, max >> 20);
      close (fd);
      return NULL;
    }
  /* what is made of them is no smaller */
  bytes = cj_memory_fits (2 * (gint64) size) ? g_try_malloc (size + 1) : NULL;
  if (bytes == NULL)
    {
      g_set_error (error, CJ_ERROR, CJ_ERROR_MEMORY,
                   _ ("%s: There is no memory for its %zu bytes."), path, size);
      close (fd);
      return NULL;
    }
  got = read_bytes (fd, path, bytes, size + 1, error);
  close (fd);
  if (got < 0)
    return NULL;
  if ((gsize) got != size)
    {
      g_set_error (
          error, CJ_ERROR, CJ_ERROR_FILE,
          _ ("%s: The file changed its size while it was read. Try again when it is whole."), path);
      return NULL;
    }
  return g_bytes_new_take (g_steal_pointer (&bytes), size);
}

GBytes *
cjd_file_read_start (const char *path, gsize n, GError **error)
{
  gsize size = 0;
  const int fd = open_plain (path, &size, error);
  g_autofree guint8 *bytes = fd >= 0 ? g_malloc (MIN (size, n) + 1) : NULL;
  gssize got;

  if (fd < 0)
    return NULL;
  got = read_bytes (fd, path, bytes, MIN (size, n), error);
  close (fd);
  return got >= 0 ? g_bytes_new_take (g_steal_pointer (&bytes), (gsize) got) : NULL;
}

static gboolean
refuse_writing (const char *path, int number, GError **error)
{
  g_set_error (error, CJ_ERROR, CJ_ERROR_FILE, _ ("%s: The file cannot be written: %s."), path,
               g_strerror (number));
  return FALSE;
}

gboolean
cjd_file_can_write (const char *path, GError **error)
{
  g_autofree char *folder = g_path_get_dirname (path);
  struct stat about;
  gboolean there;

  if (*path == '\0')
    return refuse_writing (path, ENOENT, error);
  there = stat (path, &about) == 0;
  if (there && !S_ISREG (about.st_mode))
    {
      if (S_ISDIR (about.st_mode))
        return refuse_writing (path, EISDIR, error);
      g_set_error (error, CJ_ERROR, CJ_ERROR_FILE, _ ("%s: This is no plain file."), path);
      return FALSE;
    }
  if (stat (folder, &about) != 0)
    return refuse_writing (path, errno, error);
  if (!S_ISDIR (about.st_mode))
    return refuse_writing (path, ENOTDIR, error);
  if (faccessat (AT_FDCWD, folder, W_OK | X_OK, AT_EACCESS) == 0
      || (there && faccessat (AT_FDCWD, path, W_OK, AT_EACCESS) == 0))
    return TRUE;
  return refuse_writing (path, errno, error);
}

gboolean
cjd_file_write (const char *path, const char *bytes, gsize size, GError **error)
{
  return cjd_file_can_write (path, error) && cj_file_write (path, bytes, size, NULL, NULL, error);
}
