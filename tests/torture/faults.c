/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A bad file system, for LD_PRELOAD: counts the calls that change files below CAJAL_FAULT_ROOT, lets some of
 * them fail, and writes down what would reach the disk.
 *
 *   CAJAL_FAULT=KIND:K   at the K-th call, counted from 1:
 *     once      that call fails with EIO, whichever it is
 *     full      from there on there is no room (ENOSPC)
 *     read-only from there on nothing can be changed (EROFS)
 *     denied    from there on nothing may be opened for writing, renamed or deleted (EACCES)
 *     short     that write writes only half of its bytes, and says so
 *     kill      the process is killed right before it
 *     half      a write writes half of its bytes, then the process is killed
 *   CAJAL_FAULT_COUNT=F  how many calls there were, when the process ends by itself
 *   CAJAL_FAULT_LOG=F    every call with its bytes, in the format that torture.py reads
 */
#define _GNU_SOURCE
#undef _FILE_OFFSET_BITS /* both kinds of every name are defined here */
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

#define MAX_FILES 4096

typedef enum
{
  WRITE,
  OPEN, /* for writing or making */
  SYNC,
  NAME, /* rename, link, mkdir */
  REMOVE,
  CUT
} Kind;

static const struct
{
  const char *name;
  int number;
} faults[] = { { "once", EIO }, { "full", ENOSPC }, { "read-only", EROFS }, { "denied", EACCES },
               { "short", 0 },  { "kill", 0 },      { "half", 0 } };

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER; /* guards what follows */
static char root[PATH_MAX];
static int fault = -1, log_file = -1;
static long at, count;
static unsigned char ours[MAX_FILES]; /* descriptors of files below the root */

#define REAL(name) real_##name
#define GET(name) REAL (name) = (__typeof__ (REAL (name))) dlsym (RTLD_NEXT, #name)

static int (*REAL (open)) (const char *, int, ...);
static int (*REAL (openat)) (int, const char *, int, ...);
static ssize_t (*REAL (write)) (int, const void *, size_t);
static ssize_t (*REAL (pwrite64)) (int, const void *, size_t, off64_t);
static int (*REAL (fsync)) (int);
static int (*REAL (fdatasync)) (int);
static int (*REAL (ftruncate64)) (int, off64_t);
static int (*REAL (rename)) (const char *, const char *);
static int (*REAL (link)) (const char *, const char *);
static int (*REAL (unlink)) (const char *);
static int (*REAL (mkdir)) (const char *, mode_t);
static int (*REAL (close)) (int);

static void
begin (void)
{
  const char *text = getenv ("CAJAL_FAULT"), *folder = getenv ("CAJAL_FAULT_ROOT");
  const char *record = getenv ("CAJAL_FAULT_LOG");

  GET (open);
  GET (openat);
  GET (write);
  GET (pwrite64);
  GET (fsync);
  GET (fdatasync);
  GET (ftruncate64);
  GET (rename);
  GET (link);
  GET (unlink);
  GET (mkdir);
  GET (close);
  snprintf (root, sizeof root, "%s", folder != NULL ? folder : "/nowhere/");
  if (record != NULL)
    log_file = REAL (open) (record, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  for (size_t i = 0; text != NULL && i < sizeof faults / sizeof faults[0]; i++)
    if (strncmp (text, faults[i].name, strlen (faults[i].name)) == 0
        && text[strlen (faults[i].name)] == ':')
      {
        fault = (int) i;
        at = atol (text + strlen (faults[i].name) + 1);
      }
}

static void __attribute__ ((constructor)) load (void)
{
  static pthread_once_t once = PTHREAD_ONCE_INIT;

  pthread_once (&once, begin);
}

static void __attribute__ ((destructor)) unload (void)
{
  const char *path = getenv ("CAJAL_FAULT_COUNT");
  FILE *file = path != NULL ? fopen (path, "w") : NULL;

  if (file == NULL)
    return;
  fprintf (file, "%ld\n", count);
  fclose (file);
}

static int
is_ours (const char *path)
{
  char whole[PATH_MAX], folder[PATH_MAX] = "";

  if (path[0] != '/' && getcwd (folder, sizeof folder) == NULL)
    return 0;
  if (snprintf (whole, sizeof whole, "%s%s%s", folder, path[0] != '/' ? "/" : "", path)
      >= (int) sizeof whole)
    return 0;
  return strncmp (whole, root, strlen (root)) == 0;
}

static int
is_our_file (int fd)
{
  return fd >= 0 && fd < MAX_FILES && ours[fd];
}

static int
is_kind (const char *name)
{
  return fault >= 0 && strcmp (faults[fault].name, name) == 0;
}

/* Counts a call; the number it fails with, or 0. Locked. */
static int
meet (Kind kind)
{
  const long now = ++count;

  if (fault < 0 || now < at)
    return 0;
  if (is_kind ("kill") && now == at)
    kill (getpid (), SIGKILL);
  if (is_kind ("once"))
    return now == at ? EIO : 0;
  if (is_kind ("full"))
    return kind == WRITE || kind == OPEN || kind == NAME || kind == CUT ? ENOSPC : 0;
  if (is_kind ("read-only"))
    return kind == SYNC ? 0 : EROFS;
  if (is_kind ("denied"))
    return kind == OPEN || kind == NAME || kind == REMOVE ? EACCES : 0;
  return 0;
}

static void
put (const void *bytes, size_t size)
{
  if (log_file >= 0 && REAL (write) (log_file, bytes, size) != (ssize_t) size)
    abort ();
}

static void __attribute__ ((format (printf, 1, 2))) note (const char *format, ...)
{
  char text[2 * PATH_MAX + 100];
  va_list list;

  va_start (list, format);
  vsnprintf (text, sizeof text, format, list);
  va_end (list);
  put (text, strlen (text));
}

static unsigned long
get_inode (int fd)
{
  struct stat about;

  return fstat (fd, &about) == 0 ? about.st_ino : 0;
}

static int
open_file (int folder, const char *path, int flags, mode_t mode)
{
  const int writes = (flags & O_ACCMODE) != O_RDONLY || (flags & O_CREAT) != 0;
  int fd, number, there;
  struct stat about;

  load ();
  if (!is_ours (path))
    return REAL (openat) (folder, path, flags, mode);
  pthread_mutex_lock (&lock);
  number = writes ? meet (OPEN) : 0;
  there = stat (path, &about) == 0;
  if (is_kind ("full") && number != 0 && there && (flags & O_TRUNC) == 0)
    number = 0; /* opening takes no room */
  errno = number;
  fd = number == 0 ? REAL (openat) (folder, path, flags, mode) : -1;
  if (fd >= 0 && fd < MAX_FILES)
    {
      ours[fd] = 1;
      if (writes)
        note ("O %lu %d %d %s\n", get_inode (fd), !there, (flags & O_TRUNC) != 0, path);
    }
  pthread_mutex_unlock (&lock);
  return fd;
}

static mode_t
get_mode (int flags, va_list list)
{
  return (flags & (O_CREAT | O_TMPFILE)) != 0 ? va_arg (list, mode_t) : 0;
}

#define OPEN_BODY(folder)                                                                          \
  va_list list;                                                                                    \
  mode_t mode;                                                                                     \
                                                                                                   \
  va_start (list, flags);                                                                          \
  mode = get_mode (flags, list);                                                                   \
  va_end (list);                                                                                   \
  return open_file (folder, path, flags, mode);

int
open (const char *path, int flags, ...)
{
  OPEN_BODY (AT_FDCWD)
}

int
open64 (const char *path, int flags, ...)
{
  OPEN_BODY (AT_FDCWD)
}

int
openat (int folder, const char *path, int flags, ...)
{
  OPEN_BODY (folder)
}

int
openat64 (int folder, const char *path, int flags, ...)
{
  OPEN_BODY (folder)
}

int
creat (const char *path, mode_t mode)
{
  return open_file (AT_FDCWD, path, O_WRONLY | O_CREAT | O_TRUNC, mode);
}

/* `offset` −1: where the file stands. */
static ssize_t
write_file (int fd, const void *bytes, size_t size, off64_t offset)
{
  int number = 0, halved = 0;
  ssize_t done;

  load ();
  if (!is_our_file (fd))
    return offset < 0 ? REAL (write) (fd, bytes, size) : REAL (pwrite64) (fd, bytes, size, offset);
  pthread_mutex_lock (&lock);
  number = meet (WRITE);
  halved = (is_kind ("short") || is_kind ("half")) && count == at && size > 1;
  if (halved)
    size /= 2;
  if (number != 0)
    {
      errno = number;
      done = -1;
    }
  else
    {
      const off64_t from = offset < 0 ? lseek (fd, 0, SEEK_CUR) : offset;

      done
          = offset < 0 ? REAL (write) (fd, bytes, size) : REAL (pwrite64) (fd, bytes, size, offset);
      if (done > 0 && log_file >= 0)
        {
          note ("W %lu %lld %zd\n", get_inode (fd), (long long) from, done);
          put (bytes, (size_t) done);
        }
    }
  if (halved && is_kind ("half"))
    kill (getpid (), SIGKILL);
  pthread_mutex_unlock (&lock);
  return done;
}

ssize_t
write (int fd, const void *bytes, size_t size)
{
  return write_file (fd, bytes, size, -1);
}

ssize_t
pwrite (int fd, const void *bytes, size_t size, off_t offset)
{
  return write_file (fd, bytes, size, offset);
}

ssize_t
pwrite64 (int fd, const void *bytes, size_t size, off64_t offset)
{
  return write_file (fd, bytes, size, offset);
}

static int
sync_file (int fd, int (*sync) (int))
{
  int number;

  if (!is_our_file (fd))
    return sync (fd);
  pthread_mutex_lock (&lock);
  number = meet (SYNC);
  if (number == 0)
    note ("S %lu\n", get_inode (fd));
  pthread_mutex_unlock (&lock);
  errno = number;
  return number == 0 ? 0 : -1; /* the page cache is as good here, and quicker */
}

int
fsync (int fd)
{
  load ();
  return sync_file (fd, REAL (fsync));
}

int
fdatasync (int fd)
{
  load ();
  return sync_file (fd, REAL (fdatasync));
}

static int
cut_file (int fd, off64_t size)
{
  int number, status = -1;

  load ();
  if (!is_our_file (fd))
    return REAL (ftruncate64) (fd, size);
  pthread_mutex_lock (&lock);
  number = meet (CUT);
  if (is_kind ("full") && size == 0)
    number = 0;
  errno = number;
  if (number == 0)
    status = REAL (ftruncate64) (fd, size);
  if (status == 0)
    note ("T %lu %lld\n", get_inode (fd), (long long) size);
  pthread_mutex_unlock (&lock);
  return status;
}

int
ftruncate (int fd, off_t size)
{
  return cut_file (fd, size);
}

int
ftruncate64 (int fd, off64_t size)
{
  return cut_file (fd, size);
}

static int
name_file (const char *from, const char *to, int (*name) (const char *, const char *), char letter)
{
  int number, status = -1;

  if (!is_ours (to))
    return name (from, to);
  pthread_mutex_lock (&lock);
  number = meet (NAME);
  if (is_kind ("full") && letter == 'R')
    number = 0; /* a new name in the place of an old one takes no room */
  errno = number;
  if (number == 0)
    status = name (from, to);
  if (status == 0)
    note ("%c %s\t%s\n", letter, from, to);
  pthread_mutex_unlock (&lock);
  return status;
}

int
rename (const char *from, const char *to)
{
  load ();
  return name_file (from, to, REAL (rename), 'R');
}

int
link (const char *from, const char *to)
{
  load ();
  return name_file (from, to, REAL (link), 'L');
}

int
unlink (const char *path)
{
  int number, status = -1;

  load ();
  if (!is_ours (path))
    return REAL (unlink) (path);
  pthread_mutex_lock (&lock);
  number = meet (REMOVE);
  errno = number;
  if (number == 0)
    status = REAL (unlink) (path);
  if (status == 0)
    note ("U %s\n", path);
  pthread_mutex_unlock (&lock);
  return status;
}

int
remove (const char *path)
{
  const int status = unlink (path);

  return status != 0 && errno == EISDIR ? rmdir (path) : status;
}

int
mkdir (const char *path, mode_t mode)
{
  int number, status = -1;
  struct stat about;

  load ();
  if (!is_ours (path) || stat (path, &about) == 0)
    return REAL (mkdir) (path, mode);
  pthread_mutex_lock (&lock);
  number = meet (NAME);
  errno = number;
  if (number == 0)
    status = REAL (mkdir) (path, mode);
  if (status == 0)
    note ("M %s\n", path);
  pthread_mutex_unlock (&lock);
  return status;
}

int
close (int fd)
{
  load ();
  if (fd >= 0 && fd < MAX_FILES)
    ours[fd] = 0;
  return REAL (close) (fd);
}
