/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Items are added while others read, from several threads: none is lost, none comes twice. */
#include "cj-catalogue.h"

#include <stddef.h>

#define N_THREADS 4
#define N_ITEMS 50

typedef struct
{
  int number;
  const char *id;
} Thing;

static const Thing first = { 1, "first" }, copy = { 2, "first" };
static const Thing *const built_in[] = { &first, NULL };
static CjCatalogue things = { (gpointer) built_in, offsetof (Thing, id) };

static guint
count (gconstpointer const *items)
{
  guint n = 0;

  while (items[n] != NULL)
    n++;
  return n;
}

static void
test_add (void)
{
  static const Thing second = { 2, "second" };
  CjCatalogue own = { (gpointer) built_in, offsetof (Thing, id) };
  gconstpointer const *before = cj_catalogue_get (&own);
  g_autoptr (GError) error = NULL;

  g_assert_true (cj_catalogue_find (&own, "first") == &first);
  g_assert_null (cj_catalogue_find (&own, "second"));
  g_assert_true (cj_catalogue_add (&own, &second, &error));
  g_assert_true (cj_catalogue_find (&own, "second") == &second);
  g_assert_cmpuint (count (before), ==, 1); /* what was read stays */
  g_assert_false (cj_catalogue_add (&own, &copy, &error));
  g_assert_cmpstr (error->message, ==, "“first” is there already. Take one of the two away.");
  g_assert_cmpuint (count (cj_catalogue_get (&own)), ==, 2);
  g_free ((gconstpointer *) own.items - 1);
}

static gpointer
add_many (gpointer data)
{
  for (guint i = 0; i < N_ITEMS; i++)
    {
      Thing *thing = g_new0 (Thing, 1);
      const guint before = count (cj_catalogue_get (&things));

      thing->id = g_strdup_printf ("%u-%u", GPOINTER_TO_UINT (data), i);
      g_assert_true (cj_catalogue_add (&things, thing, NULL));
      g_assert_true (cj_catalogue_find (&things, thing->id) == thing);
      g_assert_cmpuint (count (cj_catalogue_get (&things)), >, before);
    }
  return NULL;
}

static void
test_threads (void)
{
  GThread *threads[N_THREADS];

  for (guint i = 0; i < N_THREADS; i++)
    threads[i] = g_thread_new ("add", add_many, GUINT_TO_POINTER (i));
  for (guint i = 0; i < N_THREADS; i++)
    g_thread_join (threads[i]);
  g_assert_cmpuint (count (cj_catalogue_get (&things)), ==, 1 + N_THREADS * N_ITEMS);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/engine/base/catalogue/add", test_add);
  g_test_add_func ("/engine/base/catalogue/threads", test_threads);
  return g_test_run ();
}
