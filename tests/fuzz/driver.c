/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Drives a fuzz target without libFuzzer: driver SEEDS COUNT. Every seed, then COUNT mutations of the seeds,
 * the same ones on every machine; speaks TAP. An input that breaks the target is left in the folder for
 * temporary files, and belongs into the seeds once it is mended. */
#include "fuzz.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/time.h>
#include <unistd.h>

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define SANITIZED
#elif defined(__has_feature) /* clang says it so */
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define SANITIZED
#endif
#endif

#ifdef SANITIZED
#define PATIENCE 20
#else
#define PATIENCE 5 /* s of processor time for an input: more is a hang, not a slow machine */
#endif
#define MOST 65536
#define MEMORY ((rlim_t) 4 << 30) /* of the process: no parser may ask for more */

static guint8 input[2 * MOST];
static gsize input_size;
static char *rest; /* where a bad input is left */

/* splitmix64: Steele, Lea and Flood, "Fast splittable pseudorandom number generators", 2014. */
static guint64
draw (guint64 *state)
{
  guint64 z = *state += G_GUINT64_CONSTANT (0x9e3779b97f4a7c15);

  z = (z ^ z >> 30) * G_GUINT64_CONSTANT (0xbf58476d1ce4e5b9);
  z = (z ^ z >> 27) * G_GUINT64_CONSTANT (0x94d049bb133111eb);
  return z ^ z >> 31;
}

static gsize
below (guint64 *state, gsize n)
{
  return n > 0 ? (gsize) (draw (state) % n) : 0;
}

/* Makes room for `n` bytes at `at`, or takes them away. */
static void
make_gap (gsize at, gsize n)
{
  memmove (input + at + n, input + at, input_size - at);
  input_size += n;
}

static void
cut (gsize at, gsize n)
{
  memmove (input + at, input + at + n, input_size - at - n);
  input_size -= n;
}

/* A number that tends to hurt, of 1, 2, 4 or 8 bytes, in either order. */
static void
put_number (guint64 *state)
{
  static const guint64 numbers[]
      = { 0,      1,          0x7f,       0x80,       0xff,       0x7fff,
          0xffff, 0x7fffffff, 0x80000000, 0xffffffff, G_MAXINT64, G_MAXUINT64 };
  const gsize width = (gsize) 1 << below (state, 4);
  const guint64 number = numbers[below (state, G_N_ELEMENTS (numbers))];
  const gboolean big = draw (state) & 1;
  const gsize at = below (state, input_size);

  for (gsize i = 0; i < width && at + i < input_size; i++)
    input[at + i] = (guint8) (number >> 8 * (big ? width - 1 - i : i));
}

/* A piece of one seed put into the input. */
static void
splice (guint64 *state, const GPtrArray *seeds)
{
  gsize size;
  const guint8 *other = g_bytes_get_data (seeds->pdata[below (state, seeds->len)], &size);
  const gsize from = below (state, size), most = 1 + below (state, 64); /* MIN draws twice */
  const gsize n = MIN (most, size - from);
  const gsize at = below (state, input_size + 1);

  if (size == 0 || input_size + n > MOST)
    return;
  make_gap (at, n);
  memcpy (input + at, other + from, n);
}

static void
mutate (guint64 *state, const GPtrArray *seeds)
{
  const gsize at = below (state, input_size), n = 1 + below (state, MIN (input_size - at, 32));

  switch (below (state, 7))
    {
    case 0:
      input[at] ^= (guint8) (1u << below (state, 8));
      break;
    case 1:
      input[at] = (guint8) draw (state);
      break;
    case 2:
      put_number (state);
      break;
    case 3:
      cut (at, MIN (n, input_size - at));
      break;
    case 4: /* again, many times */
      for (gsize i = below (state, 16); i > 0 && input_size + n <= MOST; i--)
        {
          make_gap (at, n);
          memcpy (input + at, input + at + n, n);
        }
      break;
    case 5:
      input_size = at;
      break;
    default:
      splice (state, seeds);
    }
}

static void
leave_input (int signal_number)
{
  FILE *file = fopen (rest, "wb");

  if (file != NULL)
    {
      fwrite (input, 1, input_size, file);
      fclose (file);
      fprintf (stderr, "The input is in %s.\n", rest);
    }
  signal (signal_number, SIG_DFL);
  raise (signal_number);
}

static gint
compare_names (gconstpointer a, gconstpointer b)
{
  return strcmp (*(const char *const *) a, *(const char *const *) b);
}

static GPtrArray *
read_seeds (const char *folder)
{
  GPtrArray *seeds = g_ptr_array_new_with_free_func ((GDestroyNotify) g_bytes_unref);
  g_autoptr (GPtrArray) paths = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
  const char *name;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    g_ptr_array_add (paths, g_build_filename (folder, name, NULL));
  g_ptr_array_sort (paths, compare_names);
  for (guint i = 0; i < paths->len; i++)
    {
      char *bytes;
      gsize size;

      g_assert_true (g_file_get_contents (paths->pdata[i], &bytes, &size, NULL));
      g_assert_cmpuint (size, <=, MOST);
      g_ptr_array_add (seeds, g_bytes_new_take (bytes, size));
    }
  return seeds;
}

static void
take (const GPtrArray *seeds, gsize index)
{
  gsize size;
  const void *bytes = g_bytes_get_data (seeds->pdata[index], &size);

  memcpy (input, bytes, size);
  input_size = size;
}

/* The input as a block of its own, so that the sanitizer sees a read beyond its end. */
static void
run (void)
{
  g_autofree guint8 *block = g_malloc (MAX (input_size, 1));
  const struct itimerval patience = { .it_value = { .tv_sec = PATIENCE } };

  setitimer (ITIMER_PROF, &patience, NULL);
  memcpy (block, input, input_size);
  LLVMFuzzerTestOneInput (block, input_size);
}

static void
limit_memory (void)
{
#ifndef SANITIZED
  const struct rlimit limit = { MEMORY, MEMORY };

  setrlimit (RLIMIT_AS, &limit);
#endif
}

int
main (int argc, char **argv)
{
  g_autofree char *program = g_path_get_basename (argv[0]);
  g_autofree char *name = g_strdup_printf ("cajal-%s-input", program);
  g_autoptr (GPtrArray) seeds = argc > 1 ? read_seeds (argv[1]) : NULL;
  const guint64 count = argc > 2 ? g_ascii_strtoull (argv[2], NULL, 10) : 0;
  guint64 state = 1;

  rest = g_build_filename (g_get_tmp_dir (), name, NULL);
  signal (SIGABRT, leave_input);
  signal (SIGPROF, leave_input);
  signal (SIGSEGV, leave_input);
  signal (SIGTRAP, leave_input);
  limit_memory ();
  LLVMFuzzerInitialize (&argc, &argv);
  printf ("1..2\n%sok 1 %s has seeds\n", seeds != NULL && seeds->len > 0 ? "" : "not ", program);
  if (seeds == NULL || seeds->len == 0)
    return 1;
  for (guint i = 0; i < seeds->len; i++)
    {
      take (seeds, i);
      run ();
    }
  for (guint64 i = 0; i < count; i++)
    {
      take (seeds, below (&state, seeds->len));
      for (gsize k = 1 + below (&state, 6); k > 0; k--)
        if (input_size > 0)
          mutate (&state, seeds);
      run ();
    }
  printf ("ok 2 %s survives %u seeds and %" G_GUINT64_FORMAT " mutations\n", program, seeds->len,
          count);
  g_free (rest);
  return 0;
}
