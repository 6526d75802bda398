/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Files are replaced whole: links, modes, read-only files, what killed programs left, two at once. */
#include "cj-file.h"

#include "cj-error.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

typedef struct
{
  char *folder, *path;
} Place;

static void
set_up (Place *place, gconstpointer data)
{
  (void) data;
  place->folder = g_dir_make_tmp ("cajal-file-XXXXXX", NULL);
  place->path = g_build_filename (place->folder, "p.cajal", NULL);
}

/* How many files are in the folder. */
static guint
count (const Place *place)
{
  g_autoptr (GDir) dir = g_dir_open (place->folder, 0, NULL);
  guint n = 0;

  while (g_dir_read_name (dir) != NULL)
    n++;
  return n;
}

static void
tear_down (Place *place, gconstpointer data)
{
  g_autoptr (GDir) dir = g_dir_open (place->folder, 0, NULL);
  const char *name;

  (void) data;
  while ((name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *path = g_build_filename (place->folder, name, NULL);

      g_unlink (path);
    }
  g_rmdir (place->folder);
  g_free (place->folder);
  g_free (place->path);
}

static void
write_text (const char *path, const char *text)
{
  g_autoptr (GError) error = NULL;

  g_assert_true (cj_file_write (path, text, strlen (text), NULL, NULL, &error));
  g_assert_no_error (error);
}

static void
assert_text (const char *path, const char *text)
{
  g_autofree char *there = NULL;

  g_assert_true (g_file_get_contents (path, &there, NULL, NULL));
  g_assert_cmpstr (there, ==, text);
}

static void
test_replace (Place *place, gconstpointer data)
{
  struct stat about;

  (void) data;
  write_text (place->path, "one");
  assert_text (place->path, "one");
  g_assert_cmpint (g_chmod (place->path, 0640), ==, 0);
  write_text (place->path, "another");
  assert_text (place->path, "another");
  g_assert_cmpint (stat (place->path, &about), ==, 0);
  g_assert_cmpuint (about.st_mode & 07777, ==, 0640);
  write_text (place->path, "");
  assert_text (place->path, "");
  g_assert_cmpuint (count (place), ==, 1);
}

/* A link stays one, and what it leads to is replaced. */
static void
test_link (Place *place, gconstpointer data)
{
  g_autofree char *link = g_build_filename (place->folder, "link", NULL);
  struct stat about;

  (void) data;
  write_text (place->path, "one");
  g_assert_cmpint (symlink ("p.cajal", link), ==, 0);
  write_text (link, "two");
  assert_text (place->path, "two");
  g_assert_cmpint (lstat (link, &about), ==, 0);
  g_assert_true (S_ISLNK (about.st_mode));
}

static gboolean
forbid (gpointer data, GError **error)
{
  g_set_error (error, CJ_ERROR, CJ_ERROR_FILE, "%s", (const char *) data);
  return FALSE;
}

/* Who is asked before the old file goes may keep it; places where nothing can be, and folders, refuse. */
static void
test_refuse (Place *place, gconstpointer data)
{
  static const struct
  {
    const char *name, *reason;
  } cases[] = { { "none/p.cajal", "cannot be written: No such file" },
                { "p.cajal/q.cajal", "cannot be written: Not a directory" },
                { "", "cannot be written: Is a directory" } };
  g_autoptr (GError) error = NULL;

  (void) data;
  write_text (place->path, "one");
  g_assert_false (cj_file_write (place->path, "two", 3, forbid, "It is mine.", &error));
  g_assert_cmpstr (error->message, ==, "It is mine.");
  assert_text (place->path, "one");
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *path = g_build_filename (place->folder, cases[i].name, NULL);

      g_clear_error (&error);
      g_assert_false (cj_file_write (path, "two", 3, NULL, NULL, &error));
      g_assert_nonnull (strstr (error->message, cases[i].reason));
      g_assert_true (g_str_has_prefix (error->message, path));
    }
  g_assert_cmpuint (count (place), ==, 1);
}

static void
test_read_only (Place *place, gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  (void) data;
  if (geteuid () == 0)
    {
      g_test_skip ("root may write everything");
      return;
    }
  write_text (place->path, "one");
  g_assert_cmpint (g_chmod (place->path, 0400), ==, 0);
  g_assert_false (cj_file_write (place->path, "two", 3, NULL, NULL, &error));
  g_assert_nonnull (strstr (error->message, g_strerror (EACCES)));
  assert_text (place->path, "one");
}

static char *
find_part (const Place *place)
{
  g_autoptr (GDir) dir = g_dir_open (place->folder, 0, NULL);
  const char *name;

  while ((name = g_dir_read_name (dir)) != NULL)
    if (g_str_has_prefix (name, ".cajal-"))
      return g_build_filename (place->folder, name, NULL);
  return NULL;
}

static gboolean
leave (gpointer data, GError **error)
{
  const Place *place = data;
  g_autofree char *part = find_part (place), *copy = g_strconcat (part, "-", NULL);

  g_assert_cmpint (g_rename (part, copy), ==, 0); /* as it was when the program was killed */
  g_set_error (error, CJ_ERROR, CJ_ERROR_FILE, "killed");
  return FALSE;
}

/* What a killed program left is used again by the next one for the same file, or swept away. */
static void
test_left (Place *place, gconstpointer data)
{
  g_autofree char *left = NULL, *part = NULL;

  (void) data;
  g_assert_false (cj_file_write (place->path, "half", 4, leave, place, NULL));
  left = find_part (place);
  part = g_strndup (left, strlen (left) - 1);
  g_assert_cmpint (g_rename (left, part), ==, 0);
  write_text (place->path, "two");
  assert_text (place->path, "two");
  g_assert_cmpuint (count (place), ==, 1);
  g_assert_true (g_file_set_contents (part, "half", -1, NULL));
  cj_file_sweep (place->folder);
  g_assert_cmpuint (count (place), ==, 1);
}

/* Another program that writes the same file has the hidden one: the second is told, and sweeping leaves it. */
static gboolean
meanwhile (gpointer data, GError **error)
{
  const Place *place = data;
  GError *local = NULL;

  (void) error;
  g_assert_false (cj_file_write (place->path, "second", 6, NULL, NULL, &local));
  g_assert_nonnull (strstr (local->message, "Another program is writing the file."));
  g_error_free (local);
  cj_file_sweep (place->folder);
  return TRUE;
}

static void
test_two (Place *place, gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  (void) data;
  g_assert_true (cj_file_write (place->path, "first", 5, meanwhile, place, &error));
  g_assert_no_error (error);
  assert_text (place->path, "first");
  g_assert_cmpuint (count (place), ==, 1);
}

/* A link or a pipe that somebody put under the hidden name is never followed. */
static void
test_planted (Place *place, gconstpointer data)
{
  g_autofree char *left = NULL, *part = NULL, *victim = NULL;

  (void) data;
  victim = g_build_filename (place->folder, "victim", NULL);
  g_assert_true (g_file_set_contents (victim, "whole", -1, NULL));
  g_assert_false (cj_file_write (place->path, "half", 4, leave, place, NULL));
  left = find_part (place);
  part = g_strndup (left, strlen (left) - 1);
  g_unlink (left);
  g_assert_cmpint (symlink (victim, part), ==, 0);
  write_text (place->path, "two");
  assert_text (victim, "whole");
  g_assert_cmpint (link (victim, part), ==, 0);
  write_text (place->path, "three");
  assert_text (victim, "whole");
  assert_text (place->path, "three");
}

#define ADD(name, function)                                                                        \
  g_test_add ("/engine/base/file/" name, Place, NULL, set_up, function, tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  ADD ("replace", test_replace);
  ADD ("link", test_link);
  ADD ("refuse", test_refuse);
  ADD ("read-only", test_read_only);
  ADD ("left", test_left);
  ADD ("two", test_two);
  ADD ("planted", test_planted);
  return g_test_run ();
}
