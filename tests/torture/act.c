/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a person does at the window, without one: opens, edits, undoes, trains, saves and exports a project
 * through the same functions, and says on its standard output what has begun and what is done, so that who
 * kills it knows what has to come back. Words are commands, done one after the other:
 *
 *   new F | open F | edit N | undo N | train STEP | save | save-as F | export F | state | digest
 *   interval S | wait (for a line) | watch SECONDS | stir SEED (without end)
 *
 * An edit sets title and size of a layer together, the title being its number: state is whole if the two
 * belong together. */
#include "cjl-format.h"
#include "cjl-recovery.h"
#include "cjl-template.h"
#include "safetensors.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define TICK_US 1000

typedef struct
{
  CjlProject *project;
  CjlSession *session;
  CjlSave *save; /* under way */
  GThread *saver;
  gint written; /* atomic: the thread has ended */
  GError *save_error;
  gint64 save_number;
  double interval; /* s between checkpoints */
  gint64 number;   /* of the newest edit ever made */
  guint64
      before; /* steps at the last tick: a checkpoint that is there at the next one is no older */
} Room;

/* In one piece, and before anything else happens. */
static void G_GNUC_PRINTF (1, 2) say (const char *format, ...)
{
  g_autofree char *text = NULL;
  g_autofree char *line = NULL;
  va_list list;

  va_start (list, format);
  text = g_strdup_vprintf (format, list);
  va_end (list);
  line = g_strconcat (text, "\n", NULL);
  if (write (STDOUT_FILENO, line, strlen (line)) < 0)
    exit (3);
}

static void
say_error (GError *error)
{
  say ("error %s", error != NULL && *error->message != '\0' ? error->message : "(no sentence)");
  g_clear_error (&error);
}

static int
get_units (gint64 number)
{
  return (int) (2 + number * 7 % 23);
}

static gint64
get_number (CjlProject *project)
{
  return g_ascii_strtoll (project->title, NULL, 10);
}

static int
read_units (CjlProject *project)
{
  const CjNode *node = cj_graph_find (project->graph, "dense1");
  const CjParam *param = cj_params_find (node->layer->params, "units");
  g_autofree char *text = cj_params_print (param, node->params);

  return atoi (text);
}

static gboolean
is_whole (CjlProject *project)
{
  return read_units (project) == get_units (get_number (project));
}

static void
say_trouble (Room *room)
{
  const char *trouble = cjl_project_get_keep_trouble (room->project);

  if (trouble != NULL)
    say ("trouble %s", trouble);
}

static void
set_number (CjlProject *project, gint64 number)
{
  g_autofree char *title = g_strdup_printf ("%lld", (long long) number);
  g_autofree char *units = g_strdup_printf ("%d", get_units (number));

  cjl_project_begin (project);
  cjl_project_set (project, "title", title, NULL);
  cjl_project_set (project, "dense1.units", units, NULL);
  cjl_project_commit (project, title, NULL);
}

static void
make_new (const char *path)
{
  GError *error = NULL;
  g_autoptr (CjlProject) project = cjl_template_make (cjl_template_find ("playground"), &error);

  set_number (project, 0);
  cjl_project_set (project, "data.samples", "200", NULL);
  cjl_project_set (project, "epochs", "100000", NULL);
  if (!cjl_project_save (project, path, &error))
    say_error (error);
  else
    say ("made %s", path);
}

static gint64
get_last_step (Room *room)
{
  const CjRunState state = cj_runner_get_state (cjl_session_get_runner (room->session));

  return (gint64) state.last;
}

static gboolean
begin_session (Room *room)
{
  GError *error = NULL;
  g_autoptr (CjdDataset) dataset = NULL;

  if (room->session != NULL)
    return TRUE;
  dataset = cjl_data_load (&room->project->data, &error);
  if (dataset != NULL)
    room->session = cjl_session_new (room->project, dataset, 1, &error);
  if (room->session == NULL)
    say_error (error);
  return room->session != NULL;
}

/* What was left unsaved is restored, as the window offers. */
static void
open_project (Room *room, const char *path)
{
  GError *error = NULL;
  CjlProject *project = cjl_project_load (path, &error);
  CjlRemains *remains;

  if (project == NULL)
    {
      say_error (error);
      return;
    }
  say ("file %lld %s", (long long) get_number (project), is_whole (project) ? "whole" : "torn");
  remains = cjl_recovery_find (project->uuid);
  if (remains != NULL)
    {
      CjlProject *back = cjl_recovery_restore (remains->uuid, &error);

      say ("remains %u edits step %lld", remains->n_edits, (long long) remains->step);
      if (back == NULL)
        say_error (error);
      else
        {
          cjl_project_unref (project);
          project = back;
        }
      cjl_remains_free (remains);
    }
  room->project = project;
  cjl_project_keep (project, NULL);
  say_trouble (room);
  room->number = MAX (room->number, get_number (project));
  say ("open %lld %s %s", (long long) get_number (project), is_whole (project) ? "whole" : "torn",
       project->path != NULL ? "named" : "nameless");
}

static void
edit (Room *room)
{
  const gint64 number = ++room->number;

  say ("begin %lld", (long long) number);
  set_number (room->project, number);
  if (room->session != NULL)
    cjl_session_refresh (room->session, NULL);
  if (cjl_project_get_keep_trouble (room->project) != NULL)
    say_trouble (room);
  else
    say ("done %lld", (long long) number);
}

static void
travel (Room *room, gboolean back)
{
  say ("begin any");
  if (back)
    cjl_project_undo (room->project);
  else
    cjl_project_redo (room->project);
  if (room->session != NULL)
    cjl_session_refresh (room->session, NULL);
  say ("done %lld", (long long) get_number (room->project));
}

/* --- saving, as the window does --- */

static gpointer
save_thread (gpointer data)
{
  Room *room = data;

  cjl_save_write (room->save, &room->save_error);
  g_atomic_int_set (&room->written, TRUE);
  return NULL;
}

static void
end_save (Room *room)
{
  if (room->save == NULL || !g_atomic_int_get (&room->written))
    return;
  g_thread_join (room->saver);
  if (room->save_error == NULL)
    {
      cjl_save_end (room->save, room->project);
      say ("saved %lld", (long long) room->save_number);
      say_trouble (room);
    }
  else
    say_error (g_steal_pointer (&room->save_error));
  g_clear_pointer (&room->save, cjl_save_free);
}

static void
begin_save (Room *room, const char *path)
{
  g_autofree char *to = g_strdup (path != NULL ? path : room->project->path);

  if (room->save != NULL || to == NULL)
    return;
  if (room->session != NULL)
    {
      cjl_session_settle (room->session);
      while (!cjl_session_try_store (room->session))
        g_usleep (TICK_US);
    }
  room->save_number = get_number (room->project);
  say ("saving %lld", (long long) room->save_number);
  room->written = FALSE;
  room->save = cjl_save_new (room->project, to);
  room->saver = g_thread_new ("save", save_thread, room);
}

static void
save (Room *room, const char *path)
{
  begin_save (room, path);
  while (room->save != NULL)
    {
      end_save (room);
      g_usleep (TICK_US);
    }
}

/* --- training --- */

/* One turn of the window's clock. */
static void
tick (Room *room)
{
  CjRunState state;

  end_save (room);
  if (room->session == NULL)
    return;
  state = cj_runner_get_state (cjl_session_get_runner (room->session));
  cjl_session_settle (room->session);
  if (cjl_project_keep_run (room->project, room->session, room->interval))
    say ("kept %llu", (unsigned long long) room->before);
  room->before = state.last;
}

static gboolean
is_training (Room *room)
{
  return room->session != NULL
         && cj_runner_get_state (cjl_session_get_runner (room->session)).status == CJ_RUN_TRAINING;
}

static void
train (Room *room, gint64 step)
{
  guint64 told = 0;

  if (!begin_session (room))
    return;
  if (get_last_step (room) < step)
    cjl_session_train (room->session, (guint64) (step - get_last_step (room)));
  do
    {
      const guint64 now = (guint64) get_last_step (room);

      if (now >= told + 50)
        {
          say ("step %llu", (unsigned long long) now);
          told = now;
        }
      tick (room);
      g_usleep (TICK_US);
    }
  while (is_training (room));
  tick (room);
  cjl_session_store (room->session, FALSE);
  say ("trained %lld", (long long) get_last_step (room));
}

static void
say_digest (Room *room)
{
  GPtrArray *weights = cjl_project_get_weights (room->project);
  g_autoptr (GBytes) bytes = cjd_safetensors_print (weights);
  g_autofree char *sum = g_compute_checksum_for_bytes (G_CHECKSUM_SHA256, bytes);

  say ("digest %s", sum);
}

/* What the journal and the file together say of the run, whatever is drawn. */
static void
say_state (Room *room)
{
  if (!begin_session (room))
    return;
  say ("state %lld %s step %lld", (long long) get_number (room->project),
       is_whole (room->project) ? "whole" : "torn", (long long) get_last_step (room));
}

static void
export_to (Room *room, const char *path)
{
  g_auto (CjlExported) done = { 0 };
  GError *error = NULL;

  say ("exporting");
  if (cjl_export (room->project, path, NULL, &done, &error))
    say ("exported");
  else
    say_error (error);
}

/* Anything, for ever. */
static void
stir (Room *room, guint32 seed, const char *other)
{
  GRand *random = g_rand_new_with_seed (seed);

  begin_session (room);
  for (;;)
    {
      const int action = g_rand_int_range (random, 0, 100);

      if (action < 40)
        edit (room);
      else if (action < 50)
        travel (room, TRUE);
      else if (action < 55)
        travel (room, FALSE);
      else if (action < 67)
        begin_save (room, NULL);
      else if (action < 77 && room->session != NULL && !is_training (room))
        cjl_session_train (room->session, (guint64) g_rand_int_range (random, 20, 400));
      else if (action < 80 && is_training (room))
        cj_runner_pause (cjl_session_get_runner (room->session));
      else if (action < 84)
        export_to (room, other);
      for (int i = g_rand_int_range (random, 0, 20); i >= 0; i--)
        {
          tick (room);
          g_usleep (TICK_US);
        }
    }
}

static void
watch (Room *room, double seconds)
{
  const gint64 end = g_get_monotonic_time () + (gint64) (seconds * G_USEC_PER_SEC);

  while (g_get_monotonic_time () < end)
    {
      tick (room);
      g_usleep (TICK_US);
    }
}

static void
wait_for_line (void)
{
  char byte = 0;

  say ("waiting");
  while (read (STDIN_FILENO, &byte, 1) == 1 && byte != '\n')
    ;
}

/* How many words the command took. */
static int
act (Room *room, char **words)
{
  const char *word = words[0], *more = words[1] != NULL ? words[1] : "";
  const int n = atoi (more);

  if (g_str_equal (word, "new"))
    make_new (more);
  else if (g_str_equal (word, "open"))
    open_project (room, more);
  else if (g_str_equal (word, "interval"))
    room->interval = g_ascii_strtod (more, NULL);
  else if (g_str_equal (word, "wait"))
    {
      wait_for_line ();
      return 1;
    }
  else if (room->project == NULL)
    return g_strv_length (words);
  else if (g_str_equal (word, "edit"))
    for (int i = 0; i < n; i++)
      edit (room);
  else if (g_str_equal (word, "undo"))
    for (int i = 0; i < n; i++)
      travel (room, TRUE);
  else if (g_str_equal (word, "train"))
    train (room, n);
  else if (g_str_equal (word, "save-as"))
    save (room, more);
  else if (g_str_equal (word, "export"))
    export_to (room, more);
  else if (g_str_equal (word, "watch"))
    watch (room, g_ascii_strtod (more, NULL));
  else if (g_str_equal (word, "stir"))
    stir (room, (guint32) n, words[2]);
  else
    {
      if (g_str_equal (word, "save"))
        save (room, NULL);
      else if (g_str_equal (word, "digest"))
        say_digest (room);
      else if (g_str_equal (word, "state"))
        say_state (room);
      else
        g_error ("%s is no command", word);
      return 1;
    }
  return 2;
}

int
main (int argc, char **argv)
{
  Room room = { .interval = CJL_KEEP_INTERVAL };

  for (int i = 1; i < argc;)
    i += act (&room, argv + i);
  g_clear_pointer (&room.session, cjl_session_free);
  g_clear_pointer (&room.project, cjl_project_unref);
  say ("end");
  return 0;
}
