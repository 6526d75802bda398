/* SPDX-License-Identifier: GPL-3.0-or-later */
/* cajal-cli train: runs a project. */
#include "cli.h"

#include "cj-error.h"
#include "cjl-figures.h"
#include "cjl-recovery.h"
#include "cjl-refit.h"
#include "file.h"

#include <glib/gi18n-lib.h>
#include <math.h>
#include <signal.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#define NOT_GIVEN G_MININT

typedef struct
{
  char *data, *save;
  char **settings;
  int epochs, steps, threads, seed;
  gint64 from_step; /* NOT_GIVEN: the last */
  gboolean resume, json;
} Options;

static void
options_clear (Options *options)
{
  g_free (options->data);
  g_free (options->save);
  g_strfreev (options->settings);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Options, options_clear)

static volatile sig_atomic_t interrupted;

static void
interrupt (int number)
{
  (void) number;
  interrupted = 1;
}

/* Loss, and what the task is measured by besides: accuracy, R², or nothing. */
static void
print_score (CjScore score, CjTask task)
{
  if (task == CJ_TASK_NONE)
    g_print (_ ("loss %.4g"), score.loss);
  else if (task == CJ_TASK_VALUES)
    g_print (_ ("loss %.4g  R² %.4f"), score.loss, score.accuracy);
  else
    g_print (_ ("loss %.4f  accuracy %6.2f %%"), score.loss, score.accuracy * 100);
}

static void
print_epoch (const CjRunEpoch *e, CjTask task, gboolean json)
{
  GVariantDict dict;

  if (!json)
    {
      g_print (_ ("epoch %3u  "), e->epoch);
      print_score (e->train, task);
      if (isfinite (e->val.loss))
        {
          g_print (_ ("  validation "));
          print_score (e->val, task);
        }
      g_print ("\n");
      return;
    }
  g_variant_dict_init (&dict, NULL);
  g_variant_dict_insert (&dict, "epoch", "x", (gint64) e->epoch);
  g_variant_dict_insert (&dict, "step", "x", (gint64) e->step);
  g_variant_dict_insert (&dict, "loss", "d", e->train.loss);
  g_variant_dict_insert (&dict, "validation-loss", "d", e->val.loss);
  if (task != CJ_TASK_NONE)
    {
      const gboolean values = task == CJ_TASK_VALUES;

      g_variant_dict_insert (&dict, values ? "r2" : "accuracy", "d", e->train.accuracy);
      g_variant_dict_insert (&dict, values ? "validation-r2" : "validation-accuracy", "d",
                             e->val.accuracy);
    }
  if (isfinite (e->val_top))
    g_variant_dict_insert (&dict, "validation-top-5", "d", e->val_top);
  if (isfinite (e->val_f1))
    g_variant_dict_insert (&dict, "validation-f1", "d", e->val_f1);
  if (isfinite (e->val_mse))
    g_variant_dict_insert (&dict, "validation-mse", "d", e->val_mse);
  cli_print_json (g_variant_dict_end (&dict));
}

#define BAR 24             /* characters */
#define PROGRESS_US 100000 /* between two lines */

static guint
get_width (void)
{
  struct winsize size;

  return ioctl (STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0 ? size.ws_col : 80;
}

/* One line, written over: how much of the run is done, where it stands, how fast it goes and how long
 * it will take. The bar gives way where the terminal is narrow. */
static void
print_progress (const CjRunState *state, CjTask task)
{
  const double share = (double) state->step / (double) MAX (state->n_steps, 1);
  const int left = isfinite (state->seconds_left) ? (int) state->seconds_left : -1;
  g_autofree char *time = left >= 3600 ? g_strdup_printf (_ ("%d:%02d:%02d left"), left / 3600,
                                                          left / 60 % 60, left % 60)
                          : left >= 0  ? g_strdup_printf (_ ("%d:%02d left"), left / 60, left % 60)
                                       : g_strdup ("");
  const guint width = get_width ();
  g_autofree char *score
      = task == CJ_TASK_NONE || task == CJ_TASK_VALUES
            ? g_strdup_printf (_ ("loss %.4g"), state->score.loss)
            : g_strdup_printf (_ ("loss %.4f  %s%.2f %%"), state->score.loss,
                               width > 90 ? _ ("accuracy ") : "", state->score.accuracy * 100);
  g_autofree char *text
      = g_strdup_printf (_ ("%3.0f %%  epoch %u/%u  %s  %.0f%s  %s"), share * 100,
                         MIN (state->epoch + 1, state->n_epochs), state->n_epochs, score,
                         state->rate, width > 90 ? _ (" samples/s") : _ ("/s"), time);
  const int room = (int) width - (int) g_utf8_strlen (text, -1) - 4;
  const guint bar = (guint) CLAMP (room, 0, BAR);
  const guint filled = (guint) CLAMP (share * bar, 0, bar);
  g_autofree char *full = g_strnfill (filled, '#'), *rest = g_strnfill (bar - filled, '.');

  if (bar >= 4)
    g_printerr ("\r\033[K[%s%s] %s", full, rest, text);
  else
    {
      g_autofree char *start
          = g_utf8_substring (text, 0, MIN (g_utf8_strlen (text, -1), (glong) width - 1));

      g_printerr ("\r\033[K%s", start);
    }
}

/* What the network's answers are compared with. */
static CjTask
find_task (const CjlProject *project, const CjdDataset *dataset)
{
  const CjDataSpec spec = cjl_data_spec (dataset, 1);
  g_autoptr (CjProgram) program = cj_program_new (project->graph, CJ_PURPOSE_INFER, &spec, 1, NULL);
  g_autoptr (CjMetrics) metrics = program != NULL ? cj_metrics_new (program) : NULL;

  return metrics != NULL ? metrics->task : CJ_TASK_NONE;
}

/* What is known of frozen layers, once it is. */
static void
print_features (CjlSession *session, char **told)
{
  if (*told != NULL)
    return;
  *told = cjl_session_print_features (session);
  if (*told != NULL)
    g_printerr ("cajal-cli: %s\n", *told);
}

/* Trains to the end of the run, `steps` steps, or Ctrl-C; prints every epoch. */
static gboolean
run_session (CjlProject *project, CjlSession *session, const Options *options, GError **error)
{
  CjRunner *runner = cjl_session_get_runner (session);
  const gboolean terminal = isatty (STDERR_FILENO);
  const CjTask task = find_task (project, cjl_session_get_dataset (session));
  g_autofree char *told = NULL; /* of frozen layers */
  gint64 next = 0;
  guint printed = cjl_session_read_epochs (session)->len;
  CjRunState state;
  g_autofree char *failure = NULL;

  cj_runner_watch (runner, FALSE);
  cj_runner_train (runner, options->steps > 0 ? (guint64) options->steps : G_MAXUINT64);
  do
    {
      const GArray *epochs;

      g_usleep (options->steps > 0 ? 500 : 20000);
      if (interrupted)
        cj_runner_pause (runner);
      state = cj_runner_get_state (runner);
      print_features (session, &told);
      cjl_project_keep_run (project, session, CJL_KEEP_INTERVAL);
      epochs = cjl_session_read_epochs (session);
      if (terminal && printed < epochs->len)
        g_printerr ("\r\033[K");
      for (; printed < epochs->len; printed++)
        print_epoch (&g_array_index (epochs, CjRunEpoch, printed), task, options->json);
      if (terminal && state.status == CJ_RUN_TRAINING && g_get_monotonic_time () >= next)
        {
          print_progress (&state, task);
          next = g_get_monotonic_time () + PROGRESS_US;
        }
    }
  while (state.status == CJ_RUN_TRAINING);
  if (terminal)
    g_printerr ("\r\033[K");
  failure = cj_runner_dup_error (runner);
  if (failure == NULL)
    return TRUE;
  state = cj_runner_get_state (runner);
  g_set_error (error, CJ_ERROR, CJ_ERROR_NUMBER,
               _ ("%s “--resume --from-step %llu” goes on from its last good checkpoint."), failure,
               (unsigned long long) state.good);
  return FALSE;
}

/* Says what was done to the project, sentence by sentence. */
static void
print_said (GPtrArray *said)
{
  for (guint i = 0; i < said->len; i++)
    g_printerr ("cajal-cli: %s\n", (const char *) said->pdata[i]);
  g_ptr_array_set_size (said, 0);
}

static gboolean
set_number (CjlProject *project, const char *name, int number, GError **error)
{
  g_autofree char *text = g_strdup_printf ("%d", number);

  return cjl_project_set (project, name, text, error);
}

/* The project on its data, as the options want both. */
static CjdDataset *
apply_options (CjlProject *project, const Options *options, GError **error)
{
  g_autoptr (GPtrArray) said = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (CjdDataset) dataset = NULL;
  gboolean stale = options->data == NULL;

  if (options->data != NULL)
    {
      dataset = cjl_refit_data (project, options->data, said, error);
      if (dataset == NULL)
        return NULL;
    }
  for (guint i = 0; options->settings != NULL && options->settings[i] != NULL; i++)
    {
      g_auto (GStrv) pair = g_strsplit (options->settings[i], "=", 2);

      if (!cjl_project_set (project, pair[0], pair[1] != NULL ? pair[1] : "", error))
        return NULL;
      stale = stale || g_str_has_prefix (pair[0], "data.");
    }
  if ((options->epochs > 0 && !set_number (project, "epochs", options->epochs, error))
      || (options->seed >= 0 && !set_number (project, "seed", options->seed, error)))
    return NULL;
  if (!options->resume)
    cjl_project_begin_anew (project);
  if (stale)
    {
      g_clear_pointer (&dataset, cjd_dataset_unref);
      g_ptr_array_set_size (said, 0);
      dataset = cjl_data_load (&project->data, error);
    }
  if (dataset == NULL)
    return NULL;
  if (cjl_project_refit (project, dataset))
    g_ptr_array_add (
        said,
        dataset->n_classes > 0 ? g_strdup_printf (
            g_dngettext (GETTEXT_PACKAGE, "The last layer is set to fit the %u class of the data.",
                         "The last layer is set to fit the %u classes of the data.",
                         dataset->n_classes),
            dataset->n_classes)
                               : g_strdup (_ ("The last layer is set to fit the data.")));
  print_said (said);
  return g_steal_pointer (&dataset);
}

/* The project as it was at a step of its run. */
static gboolean
go_back (CjlProject *project, guint64 step, int threads, GError **error)
{
  g_autoptr (CjdDataset) dataset = cjl_data_load (&project->data, error);
  g_autoptr (CjlSession) session
      = dataset != NULL ? cjl_session_new (project, dataset, cli_get_threads (threads), error)
                        : NULL;

  if (session == NULL || !cjl_session_branch (session, step, error))
    return FALSE;
  cjl_session_store (session, FALSE);
  return TRUE;
}

static void
print_notice (CjRunner *runner)
{
  g_autofree char *notice = cj_runner_dup_notice (runner);

  if (notice != NULL)
    g_printerr ("cajal-cli: %s\n", notice);
}

/* Changes the project as the options say and trains it; *finished: to the end of the run. */
static gboolean
run_project (CjlProject *project, CjdDataset **dataset, const Options *options, gboolean *finished,
             GError **error)
{
  g_autoptr (CjlSession) session = NULL;

  if (options->from_step >= 0
      && !go_back (project, (guint64) options->from_step, options->threads, error))
    return FALSE;
  *dataset = apply_options (project, options, error);
  if (*dataset == NULL)
    return FALSE;
  session = cjl_session_new (project, *dataset, cli_get_threads (options->threads), error);
  if (session == NULL)
    return FALSE;
  print_notice (cjl_session_get_runner (session));
  if (!run_session (project, session, options, error))
    {
      cjl_session_store (session, FALSE);
      return FALSE;
    }
  *finished = cj_runner_get_state (cjl_session_get_runner (session)).status == CJ_RUN_FINISHED;
  cjl_session_store (session, *finished);
  return TRUE;
}

/* Says where the run is if it could not be saved. */
static gboolean
save_run (CjlProject *project, const char *to, GError **error)
{
  g_autoptr (GError) local = NULL;

  if (cjl_project_save (project, to, &local))
    return TRUE;
  if (error == NULL)
    g_printerr ("cajal-cli: %s\n", local->message);
  cjl_project_keep_stored (project);
  if (cjl_project_get_keep_trouble (project) == NULL)
    g_printerr (_ ("cajal-cli: the run was not saved; “cajal-cli recover” still has its edits and "
                   "what it learned.\n"));
  g_propagate_error (error, g_steal_pointer (&local));
  return FALSE;
}

static gboolean
train (const char *path, const Options *options, GError **error)
{
  const char *to = options->save != NULL ? options->save : path;
  /* rather now than after a night of training */
  const gboolean may = cjd_file_can_write (to, error);
  g_autoptr (CjlProject) project = may ? cli_load_for_change (path, error) : NULL;
  g_autoptr (CjdDataset) dataset = NULL;
  gboolean finished = FALSE;
  g_autoptr (CjMetrics) metrics = NULL;
  CjScore score;

  if (project == NULL)
    return FALSE;
  if (!run_project (project, &dataset, options, &finished, error))
    {
      if (!g_error_matches (*error, CJ_ERROR, CJ_ERROR_NUMBER) || save_run (project, to, NULL))
        cjl_project_forget_unsaved (project);
      return FALSE;
    }
  if (!save_run (project, to, error))
    return FALSE;
  if (!finished || cjd_dataset_count (dataset, CJD_SPLIT_TEST) == 0)
    return TRUE;
  metrics = cjl_score_split (project, dataset, CJD_SPLIT_TEST, &score, error);
  if (metrics == NULL)
    return FALSE;
  cli_print_score ("test", score, metrics, dataset, options->json);
  return TRUE;
}

static gboolean
check (const Options *options, int *status)
{
  return cli_check_number (&cli_train, "--epochs", options->epochs, 0, 1, 100000, status)
         && cli_check_number (&cli_train, "--steps", options->steps, 0, 1, G_MAXINT, status)
         && cli_check_number (&cli_train, "--threads", options->threads, 0, 1, CLI_MAX_THREADS,
                              status)
         && cli_check_number (&cli_train, "--seed", options->seed, NOT_GIVEN, 0, G_MAXINT, status)
         && cli_check_number (&cli_train, "--from-step", (double) options->from_step, NOT_GIVEN, 0,
                              G_MAXINT, status);
}

static int
run_train (int argc, char **argv)
{
  g_auto (Options) options = { .seed = NOT_GIVEN, .from_step = NOT_GIVEN };
  const GOptionEntry entries[] = {
    { "data", 'd', 0, G_OPTION_ARG_FILENAME, &options.data,
      N_ ("Other data: a source's id or a path"), "PATH" },
    { "epochs", 'e', 0, G_OPTION_ARG_INT, &options.epochs, N_ ("Passes over the data"), "N" },
    { "steps", 0, 0, G_OPTION_ARG_INT, &options.steps, N_ ("Stop after so many batches"), "N" },
    { "threads", 't', 0, G_OPTION_ARG_INT, &options.threads, N_ ("Threads; none: all processors"),
      "N" },
    { "seed", 0, 0, G_OPTION_ARG_INT, &options.seed, N_ ("Chooses all random numbers of the run"),
      "N" },
    { "set", 's', 0, G_OPTION_ARG_STRING_ARRAY, &options.settings,
      N_ ("Change node.param or a training value first"), "NAME=VALUE" },
    { "resume", 'r', 0, G_OPTION_ARG_NONE, &options.resume, N_ ("Go on where the run stopped"),
      NULL },
    { "from-step", 0, 0, G_OPTION_ARG_INT64, &options.from_step,
      N_ ("With --resume: go back to this step of the run first"), "K" },
    { "save", 'o', 0, G_OPTION_ARG_FILENAME, &options.save,
      N_ ("Write there, not over the project"), "OUT" },
    { "json", 0, 0, G_OPTION_ARG_NONE, &options.json, N_ ("One JSON object a line"), NULL },
    { NULL },
  };
  GError *error = NULL;
  int status = 0;

  if (!cli_parse_words (&cli_train, entries, &argc, &argv, 1, 1, &status)
      || !check (&options, &status))
    return status;
  if (options.from_step >= 0 && !options.resume)
    {
      g_printerr (_ ("cajal-cli train: --from-step goes with --resume.\n"));
      return 2;
    }
  signal (SIGINT, interrupt);
  if (!train (argv[1], &options, &error))
    status = cli_fail (error);
  return status;
}

const CliCommand cli_train = {
  "train",
  "F.cajal",
  N_ ("Trains and saves it"),
  run_train,
  N_ ("With --data the pictures are resized, and made grey or coloured, to what the network\n"
      "took before; the last layer is set to the number of classes, and both are said. A\n"
      "terminal shows a bar with speed and time left.\n\n"
      "Without --resume a new run begins: from weights that “load” or “transfer” gave the\n"
      "project, else from new ones, but for frozen layers, which keep theirs. Ctrl-C stops after\n"
      "the step under way and saves. The weights that were best on validation are kept; the test\n"
      "samples are measured once, at the end.\n\n"
      "  cajal-cli train F.cajal --data ../mnist --epochs 5 --set learning-rate=0.002"),
};
