/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cj-file.h"

#include "cj-error.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gi18n-lib.h>
#include <glib/gstdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#define PREFIX ".cajal-"
#define SUFFIX ".part"
#define TRIES 8 /* at a hidden file that others replace meanwhile */

/* What is written beside the file. */
typedef struct
{
  char *path, *place, *folder; /* as it was asked for, without links, and where that lies */
  char *part;
  int fd;
} Draft;

static gboolean
refuse (const Draft *draft, int number, GError **error)
{
  g_set_error (error, CJ_ERROR, CJ_ERROR_FILE, _ ("%s: The file cannot be written: %s."),
               draft->path, g_strerror (number));
  return FALSE;
}

/* The name is one for each file and person, so that what is left behind does not become more. */
static char *
dup_part (const char *place, const char *folder)
{
  g_autofree char *name = g_path_get_basename (place);
  g_autofree char *key = g_strdup_printf ("%u %s", (guint) geteuid (), name);
  g_autofree char *sum = g_compute_checksum_for_string (G_CHECKSUM_SHA256, key, -1);
  g_autofree char *file = g_strdup_printf (PREFIX "%.16s" SUFFIX, sum);

  return g_build_filename (folder, file, NULL);
}

/* Whether the open file is still what has the name, ours alone, and plain. */
static gboolean
is_there (int fd, const char *path)
{
  struct stat mine, its;

  return fstat (fd, &mine) == 0 && lstat (path, &its) == 0 && S_ISREG (mine.st_mode)
         && mine.st_dev == its.st_dev && mine.st_ino == its.st_ino && mine.st_nlink == 1
         && mine.st_uid == geteuid ();
}

/* Opens the hidden file, which is locked while it is written; 0, or the number of what went wrong. */
static int
open_part (Draft *draft)
{
  for (int i = 0; i < TRIES; i++)
    {
      draft->fd = g_open (draft->part,
                          O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY, 0666);
      if (draft->fd < 0 && errno == ELOOP
          && g_unlink (draft->part) == 0) /* a link that is not ours */
        continue;
      if (draft->fd < 0)
        return errno;
      /* a file system without locks has none to wait for */
      if (flock (draft->fd, LOCK_EX | LOCK_NB) != 0 && errno == EWOULDBLOCK)
        {
          close (draft->fd);
          draft->fd = -1;
          return EBUSY;
        }
      if (is_there (draft->fd, draft->part))
        return ftruncate (draft->fd, 0) == 0 ? 0 : errno;
      close (draft->fd);
      draft->fd = -1;
      g_unlink (draft->part);
    }
  return EBUSY;
}

static int
write_bytes (int fd, const char *bytes, gsize size)
{
  while (size > 0)
    {
      const gssize n = write (fd, bytes, MIN (size, 1 << 30));

      if (n < 0 && errno != EINTR)
        return errno;
      bytes += MAX (n, 0);
      size -= (gsize) MAX (n, 0);
    }
  return 0;
}

/* 0 if the file holds these bytes and no more. */
static int
compare_bytes (int fd, const char *bytes, gsize size)
{
  const gsize room = 1 << 18;
  g_autofree char *there = g_malloc (room);
  struct stat about;

  if (fstat (fd, &about) != 0)
    return errno;
  if ((guint64) about.st_size != size)
    return EIO;
  for (gsize at = 0; at < size;)
    {
      const gssize n = pread (fd, there, MIN (room, size - at), (off_t) at);

      if (n < 0 && errno == EINTR)
        continue;
      if (n <= 0 || memcmp (there, bytes + at, (gsize) n) != 0)
        return n < 0 ? errno : EIO;
      at += (gsize) n;
    }
  return 0;
}

/* Mode and owner of the file that is replaced; who may not give it away keeps it. */
static int
take_mode (const Draft *draft)
{
  struct stat old, mine;

  if (stat (draft->place, &old) != 0)
    return errno == ENOENT ? 0 : errno;
  if (!S_ISREG (old.st_mode))
    return S_ISDIR (old.st_mode) ? EISDIR : EEXIST;
  if (faccessat (AT_FDCWD, draft->place, W_OK, AT_EACCESS) != 0)
    return errno;
  if (fstat (draft->fd, &mine) != 0)
    return errno;
  if ((old.st_uid != mine.st_uid || old.st_gid != mine.st_gid)
      && fchown (draft->fd, old.st_uid, old.st_gid) != 0)
    g_debug ("%s: %s", draft->path, g_strerror (errno));
  return fchmod (draft->fd, old.st_mode & 07777) == 0 ? 0 : errno;
}

/* Where the folder cannot be opened or knows no syncing, the file system has to do without. */
static int
sync_folder (const char *folder)
{
  const int fd = g_open (folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC, 0);
  int number = 0;

  if (fd < 0)
    return 0;
  if (fsync (fd) != 0 && errno != EINVAL && errno != ENOTSUP && errno != EROFS && errno != EBADF)
    number = errno;
  close (fd);
  return number;
}

static Draft
begin (const char *path)
{
  Draft draft = { .path = g_strdup (path), .fd = -1 };
  char *real = realpath (path, NULL);

  draft.place = real != NULL ? g_strdup (real) : g_strdup (path);
  free (real);
  draft.folder = g_path_get_dirname (draft.place);
  draft.part = dup_part (draft.place, draft.folder);
  return draft;
}

/* Whatever has the hidden name now is another's: this one's is gone, or has become the file. */
static void
end (Draft *draft, gboolean placed)
{
  if (draft->fd >= 0 && !placed && is_there (draft->fd, draft->part))
    g_unlink (draft->part);
  if (draft->fd >= 0)
    close (draft->fd); /* and the lock with it */
  g_free (draft->path);
  g_free (draft->place);
  g_free (draft->folder);
  g_free (draft->part);
}

/* Everything up to the name; 0, or what went wrong. */
static int
fill (Draft *draft, gconstpointer bytes, gsize size)
{
  int number = open_part (draft);

  if (number == 0)
    number = write_bytes (draft->fd, bytes, size);
  if (number == 0)
    number = take_mode (draft);
  if (number == 0 && fsync (draft->fd) != 0 && errno != EINVAL)
    number = errno;
  return number == 0 ? compare_bytes (draft->fd, bytes, size) : number;
}

gboolean
cj_file_write (const char *path, gconstpointer bytes, gsize size, CjFileMay may, gpointer data,
               GError **error)
{
  Draft draft = begin (path);
  int number = fill (&draft, bytes, size);
  gboolean placed = FALSE, done = FALSE;

  if (number == EBUSY)
    g_set_error (error, CJ_ERROR, CJ_ERROR_FILE,
                 _ ("%s: Another program is writing the file. Try again when it has ended."), path);
  else if (number != 0)
    refuse (&draft, number, error);
  else if (may == NULL || may (data, error))
    {
      placed = rename (draft.part, draft.place) == 0;
      number = placed ? sync_folder (draft.folder) : errno;
      done = placed && number == 0;
      if (!placed)
        refuse (&draft, number, error);
      else if (!done)
        g_set_error (error, CJ_ERROR, CJ_ERROR_FILE,
                     _ ("%s: The file is written, but the disk does not say that it will last: %s. "
                        "Save on another disk as well."),
                     path, g_strerror (number));
    }
  end (&draft, placed);
  return done;
}

void
cj_file_sweep (const char *folder)
{
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
  const char *name;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *path = g_build_filename (folder, name, NULL);
      int fd;

      if (!g_str_has_prefix (name, PREFIX) || !g_str_has_suffix (name, SUFFIX))
        continue;
      fd = g_open (path, O_RDWR | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY, 0);
      if (fd < 0)
        continue;
      if (flock (fd, LOCK_EX | LOCK_NB) == 0 && is_there (fd, path))
        g_unlink (path);
      close (fd);
    }
}
