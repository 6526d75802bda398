/* SPDX-License-Identifier: GPL-3.0-or-later */
/* cajal-cli bench: training and inference speed of the templates' networks on one batch of random
 * numbers that lies in memory. A training step is everything the trainer does in one: forward, loss,
 * score, backward, optimizer. */
#include "cli.h"

#include "cj-error.h"
#include "cj-trainer.h"
#include "cjl-pace.h"

#include <glib/gi18n-lib.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define WINDOWS 7

typedef struct
{
  const char *name; /* as templates name it */
  int batch;
  CjShape x;
  guint n_words; /* x holds so many words, y one for each of them; 0: numbers and a class */
  guint n_classes;
  const char *setup;
  double spikes;       /* x is 1 with this probability, else 0; 0: normal numbers */
  const char *network; /* as templates write it; NULL: that of the template of this name */
} Task;

static const Task tasks[] = {
  { "mlp", 64, { 1, { 784 } }, 0, 10, "optimizer=sgd learning-rate=0.01" },
  { "lenet", 64, { 3, { 1, 28, 28 } }, 0, 10, "optimizer=adam learning-rate=0.001" },
  { "fashion", 64, { 3, { 1, 28, 28 } }, 0, 10, "optimizer=adam learning-rate=0.001" },
  { "vgg", 64, { 3, { 3, 32, 32 } }, 0, 10, "optimizer=adam learning-rate=0.001" },
  { "resnet20", 128, { 3, { 3, 32, 32 } }, 0, 10, "optimizer=sgd learning-rate=0.01" },
  { "vit", 64, { 3, { 3, 32, 32 } }, 0, 10, "optimizer=adamw learning-rate=0.001" },
  { "gpt", 16, { 1, { 128 } }, 65, 65, "optimizer=adamw learning-rate=0.001" },
  { "snn",
    64,
    { 2, { 25, 784 } },
    0,
    10,
    "optimizer=adam learning-rate=0.001",
    0.2,
    "input, dense 100, lif, dense 10, lif, spike-readout, cross-entropy" },
  { "tiny", 10, { 1, { 2 } }, 0, 2, "optimizer=sgd optimizer.momentum=0 learning-rate=0.03" },
};

/* What is measured of a task. */
typedef enum
{
  ALL,   /* what follows */
  TRAIN, /* training steps */
  INFER, /* answers; no trainer is there */
  START, /* the first training step alone */
  N_PARTS
} Part;

static const char *const part_names[N_PARTS] = { "all", "train", "infer", "start" };

typedef struct
{
  int threads, batch;
  double window; /* seconds */
  Part part;
  gboolean json;
} Options;

typedef struct
{
  double median, best; /* seconds a step */
} Times;

typedef struct
{
  CjFeed base;
  const Task *task;
  gboolean filled;
} Batch;

/* The numbers are drawn once and stay. */
static void
fill_batch (CjFeed *feed, const guint32 *indices, guint n, guint64 epoch, guint64 seed, CjTensor *x,
            CjTensor *y)
{
  Batch *batch = (Batch *) feed;
  const guint n_words = batch->task->n_words;
  CjRng rng;

  (void) indices;
  (void) n;
  if (batch->filled)
    return;
  cj_rng_init (&rng, seed, CJ_RNG_TEST, epoch);
  for (gint64 i = 0; i < cj_shape_size (&x->shape); i++)
    if (n_words > 0)
      cj_tensor_i32 (x)[i] = (gint32) cj_rng_below (&rng, n_words);
    else if (batch->task->spikes > 0)
      cj_tensor_f32 (x)[i] = (double) cj_rng_uniform (&rng) < batch->task->spikes;
    else
      cj_tensor_f32 (x)[i] = cj_rng_normal (&rng);
  for (gint64 i = 0; y != NULL && i < cj_shape_size (&y->shape); i++)
    cj_tensor_i32 (y)[i] = (gint32) cj_rng_below (&rng, batch->task->n_classes);
  batch->filled = TRUE;
}

static double
get_seconds (clockid_t clock)
{
  struct timespec t;

  clock_gettime (clock, &t);
  return (double) t.tv_sec + 1e-9 * (double) t.tv_nsec;
}

/* Seconds since this process began, 0 where the system does not tell. */
static double
get_age (void)
{
  g_autofree char *text = NULL;
  const char *rest;
  double ticks = 0;

  if (!g_file_get_contents ("/proc/self/stat", &text, NULL, NULL))
    return 0;
  rest = strrchr (text, ')');
  for (guint field = 2; rest != NULL && field < 22; field++)
    rest = strchr (rest + 1, ' ');
  if (rest == NULL)
    return 0;
  ticks = g_ascii_strtod (rest, NULL);
  return get_seconds (CLOCK_BOOTTIME) - ticks / (double) sysconf (_SC_CLK_TCK);
}

/* MiB that this process holds and that no file backs: heap, stacks and arenas, but neither code nor
 * libraries, which processes share. The kernel keeps no high-water mark of these alone, so whoever wants
 * the peak looks when most is held. 0 where the system does not tell. */
static double
get_memory (void)
{
  g_autofree char *text = NULL;
  const char *line;

  if (!g_file_get_contents ("/proc/self/status", &text, NULL, NULL))
    return 0;
  line = strstr (text, "\nRssAnon:");
  return line != NULL ? g_ascii_strtod (line + strlen ("\nRssAnon:"), NULL) / 1024 : 0;
}

static int
compare_doubles (const void *a, const void *b)
{
  const double x = *(const double *) a, y = *(const double *) b;

  return x < y ? -1 : x > y;
}

static void
run_infer (gpointer program)
{
  cj_program_forward (program, FALSE, cj_program_get_batch (program), 0, 0);
}

static void
run_train (gpointer trainer)
{
  CjStepReport report;

  cj_trainer_step (trainer, &report, NULL);
}

/* Windows of equal numbers of calls, after one of warming up. */
static Times
measure (void (*run) (gpointer), gpointer data, double window)
{
  double seconds[WINDOWS], begin = get_seconds (CLOCK_MONOTONIC);
  guint n = 0;

  do
    run (data);
  while (++n < 3 || get_seconds (CLOCK_MONOTONIC) - begin < window);
  for (guint i = 0; i < WINDOWS; i++)
    {
      begin = get_seconds (CLOCK_MONOTONIC);
      for (guint k = 0; k < n; k++)
        run (data);
      seconds[i] = (get_seconds (CLOCK_MONOTONIC) - begin) / n;
    }
  qsort (seconds, WINDOWS, sizeof *seconds, compare_doubles);
  return (Times){ seconds[WINDOWS / 2], seconds[0] };
}

/* Of the template of this name where the task has none of its own; NULL if there is no such one. */
static const char *
find_network (const Task *task)
{
  const CjlTemplate *t = cjl_templates ();

  if (task->network != NULL)
    return task->network;
  while (t->id != NULL && g_strcmp0 (t->task, task->name) != 0)
    t++;
  return t->id != NULL ? t->network : NULL;
}

/* The network, its last layer made to fit the task's classes. */
static CjGraph *
draw_network (const Task *task, const CjDataSpec *spec, GError **error)
{
  const char *network = find_network (task);
  g_autoptr (CjGraph) graph = cj_graph_new ();
  g_autoptr (CjLowered) lowered = NULL;

  if (network == NULL)
    {
      g_set_error (error, CJ_ERROR, CJ_ERROR_PARAM,
                   _ ("No template of this build is measured as “%s”. “cajal-cli templates” names "
                      "what there is."),
                   task->name);
      return NULL;
    }
  if (!cjl_graph_add_text (graph, network, error))
    return NULL;
  lowered = cj_lower (graph, spec);
  for (guint i = 0; i < lowered->problems->len; i++)
    {
      const CjProblem *problem = lowered->problems->pdata[i];
      g_auto (GStrv) pair = g_strsplit (problem->set != NULL ? problem->set : "", "=", 2);

      if (g_strv_length (pair) == 2
          && !cj_graph_set_param (graph, cj_graph_find (graph, problem->node), pair[0], pair[1],
                                  error))
        return NULL;
    }
  return g_steal_pointer (&graph);
}

/* Multiply-adds of one sample in the first product, whose input gets no gradient. */
static gint64
count_first (const CjGraph *graph, CjProgram *program)
{
  const CjLowered *lowered = cj_program_get_lowered (program);
  g_autoptr (GPtrArray) order = cj_graph_sort (graph);

  for (guint i = 0; i < order->len; i++)
    {
      const gint64 macs = lowered->nodes[cj_graph_get_index (graph, order->pdata[i])].macs;

      if (macs > 0)
        return macs / cj_program_get_batch (program);
    }
  return 0;
}

static GVariant *
make_pair (double train, double infer)
{
  GVariantDict dict;

  g_variant_dict_init (&dict, NULL);
  g_variant_dict_insert (&dict, "train", "d", train);
  g_variant_dict_insert (&dict, "infer", "d", infer);
  return g_variant_dict_end (&dict);
}

typedef struct
{
  double cold_start, memory;       /* s, MiB */
  Times train, infer;              /* 0: not measured */
  double train_flops, infer_flops; /* a sample */
  gint64 n_params;
} Result;

/* Samples a second, and how long one takes where it comes alone. */
static void
print_times (const char *what, gint64 batch, Times times, double flops)
{
  const double n = (double) batch;

  if (times.best <= 0)
    return;
  g_print ("  %s %10.1f (best %10.1f) samples/s %6.1f GFLOP/s", what, n / times.median,
           n / times.best, n / times.best * flops / 1e9);
  if (batch == 1)
    g_print (" %8.1f (best %8.1f) µs", times.median * 1e6, times.best * 1e6);
}

static void
print_line (const Task *task, gint64 batch, const Result *r)
{
  g_print ("%-9s %5lld", task->name, (long long) batch);
  print_times ("train", batch, r->train, r->train_flops);
  print_times ("infer", batch, r->infer, r->infer_flops);
  if (r->memory > 0)
    g_print ("  %6.1f MiB", r->memory);
  if (r->train.best <= 0 && r->cold_start > 0)
    g_print ("  %6.1f ms", r->cold_start * 1e3);
  g_print ("\n");
}

static void
print_result (const Task *task, gint64 batch, const Options *options, const Result *r)
{
  const double n = (double) batch;
  GVariantDict dict;

  if (!options->json)
    {
      print_line (task, batch, r);
      return;
    }
  g_variant_dict_init (&dict, NULL);
  g_variant_dict_insert (&dict, "task", "s", task->name);
  g_variant_dict_insert (&dict, "threads", "x", (gint64) cli_get_threads (options->threads));
  g_variant_dict_insert (&dict, "batch", "x", batch);
  g_variant_dict_insert (&dict, "params", "x", r->n_params);
  g_variant_dict_insert_value (&dict, "flops_per_sample",
                               make_pair (r->train_flops, r->infer_flops));
  if (r->cold_start > 0)
    g_variant_dict_insert (&dict, "cold_start_s", "d", r->cold_start);
  if (r->memory > 0)
    g_variant_dict_insert (&dict, "peak_anon_mib", "d", r->memory);
  if (r->train.best > 0)
    {
      g_variant_dict_insert (&dict, "train_samples_per_s", "d", n / r->train.median);
      g_variant_dict_insert (&dict, "train_best", "d", n / r->train.best);
      g_variant_dict_insert (&dict, "train_step_us", "d", r->train.median * 1e6);
      g_variant_dict_insert (&dict, "train_step_best_us", "d", r->train.best * 1e6);
    }
  if (r->infer.best > 0)
    {
      g_variant_dict_insert (&dict, "infer_samples_per_s", "d", n / r->infer.median);
      g_variant_dict_insert (&dict, "infer_best", "d", n / r->infer.best);
      g_variant_dict_insert (&dict, "infer_us", "d", r->infer.median * 1e6);
      g_variant_dict_insert (&dict, "infer_best_us", "d", r->infer.best * 1e6);
    }
  if (r->train.best > 0 && r->infer.best > 0)
    g_variant_dict_insert_value (&dict, "gflops",
                                 make_pair (n / r->train.best * r->train_flops / 1e9,
                                            n / r->infer.best * r->infer_flops / 1e9));
  cli_print_json (g_variant_dict_end (&dict));
}

static gboolean
apply_setup (CjTrainSetup *setup, const char *text, GError **error)
{
  g_auto (GStrv) words = g_strsplit (text, " ", -1);

  for (guint i = 0; words[i] != NULL; i++)
    {
      g_auto (GStrv) pair = g_strsplit (words[i], "=", 2);

      if (!cj_train_setup_set (setup, pair[0], pair[1], error))
        return FALSE;
    }
  return TRUE;
}

static gboolean
bench_training (CjProgram *program, CjTrainSetup *setup, Batch *batch, const Options *options,
                Result *result, GError **error)
{
  g_autoptr (CjTrainer) trainer = NULL;
  CjStepReport report;

  cj_program_init (program, 1);
  trainer = cj_trainer_new (program, setup, &batch->base, error);
  if (trainer == NULL || !cj_trainer_step (trainer, &report, error))
    return FALSE;
  result->cold_start = get_age ();
  result->memory = get_memory ();
  if (options->part != START)
    result->train = measure (run_train, trainer, options->window);
  result->memory = MAX (result->memory, get_memory ());
  return TRUE;
}

static gboolean
bench_answers (const CjGraph *graph, const CjDataSpec *spec, Batch *batch, const Options *options,
               Result *result, GError **error)
{
  g_autoptr (CjProgram) infer
      = cj_program_new (graph, CJ_PURPOSE_INFER, spec, cli_get_threads (options->threads), error);

  if (infer == NULL)
    return FALSE;
  cj_program_init (infer, 1);
  batch->filled = FALSE;
  fill_batch (&batch->base, NULL, (guint) spec->batch, 0, 0, cj_program_get_x (infer),
              cj_program_get_y (infer));
  result->infer = measure (run_infer, infer, options->window);
  return TRUE;
}

static gboolean
bench (const Task *task, const Options *options, GError **error)
{
  const gint64 size = options->batch > 0 ? options->batch : task->batch;
  CjDataSpec spec = { .batch = size,
                      .x_shape = task->x,
                      .has_y = TRUE,
                      .y_dtype = CJ_INT32,
                      .n_classes = task->n_classes };
  Batch batch = { .base = { .n_samples = 64 * (gsize) size, .fill = fill_batch }, .task = task };
  g_autoptr (CjTrainSetup) setup = cj_train_setup_new ();
  g_autoptr (CjGraph) graph = NULL;
  g_autoptr (CjProgram) program = NULL;
  CjProgramCost cost;
  Result result = { 0 };

  if (task->n_words > 0)
    {
      spec.x_dtype = CJ_INT32;
      spec.y_shape = task->x;
    }
  graph = draw_network (task, &spec, error);
  if (graph == NULL || !apply_setup (setup, task->setup, error))
    return FALSE;
  setup->batch = (int) size;
  program
      = cj_program_new (graph, CJ_PURPOSE_TRAIN, &spec, cli_get_threads (options->threads), error);
  if (program == NULL
      || (options->part != INFER
          && !bench_training (program, setup, &batch, options, &result, error)))
    return FALSE;
  cost = cj_program_get_cost (program);
  result.n_params = cost.n_params;
  result.infer_flops = 2.0 * (double) cost.macs;
  result.train_flops = 2.0 * (double) (3 * cost.macs - count_first (graph, program));
  g_clear_pointer (&program, cj_program_free);
  if ((options->part == ALL || options->part == INFER)
      && !bench_answers (graph, &spec, &batch, options, &result, error))
    return FALSE;
  print_result (task, size, options, &result);
  return TRUE;
}

static const Task *
find_task (const char *name)
{
  for (guint i = 0; i < G_N_ELEMENTS (tasks); i++)
    if (g_str_equal (tasks[i].name, name))
      return &tasks[i];
  return NULL;
}

/* What the templates' `work` is taken from: the whole training of each in samples of the yardstick, which
 * is measured before and after, so that other work on the machine matters less. */
static int
print_work (const Options *options)
{
  const CjlTemplate *yardstick = cjl_pace_yardstick ();
  const guint threads = cli_get_threads (options->threads);
  GError *error = NULL;

  for (const CjlTemplate *t = cjl_templates (); t->id != NULL; t++)
    {
      g_autoptr (CjlProject) project = cjl_template_make (t, &error);
      g_autoptr (CjdDataset) dataset
          = project != NULL ? cjl_data_load (&project->data, &error) : NULL;
      double pace, rate;

      if (dataset == NULL)
        return cli_fail (error);
      pace = cjl_pace_measure (yardstick, options->window, threads);
      rate = cjl_pace_measure (t, options->window, threads);
      pace = (pace + cjl_pace_measure (yardstick, options->window, threads)) / 2;
      if (rate > 0)
        g_print ("%-12s %.2e\n", t->id,
                 (double) cjd_dataset_count (dataset, CJD_SPLIT_TRAIN) * project->setup->epochs
                     / rate * pace);
    }
  return 0;
}

/* A task in a process of its own, so that neither its start nor its memory is that of another. The child
 * prints the result. */
static int
run_child (const Task *task, const Options *options)
{
  char window[G_ASCII_DTOSTR_BUF_SIZE];
  g_autofree char *self = g_file_read_link ("/proc/self/exe", NULL);
  g_autofree char *threads = g_strdup_printf ("--threads=%d", options->threads);
  g_autofree char *batch = g_strdup_printf ("--batch=%d", options->batch);
  g_autofree char *length
      = g_strconcat ("--window=", g_ascii_dtostr (window, sizeof window, options->window), NULL);
  g_autofree char *part = g_strconcat ("--only=", part_names[options->part], NULL);
  char *command[] = { self != NULL ? self : (char *) "cajal-cli",
                      (char *) cli_bench.name,
                      (char *) task->name,
                      threads,
                      batch,
                      length,
                      part,
                      options->json ? (char *) "--json" : NULL,
                      NULL };
  GError *error = NULL;
  int status;

  if (!g_spawn_sync (NULL, command, NULL,
                     G_SPAWN_CHILD_INHERITS_STDIN | (self == NULL ? G_SPAWN_SEARCH_PATH : 0), NULL,
                     NULL, NULL, NULL, &status, &error))
    return cli_fail (error);
  return g_spawn_check_wait_status (status, NULL) ? 0 : 1;
}

static int
refuse_task (const char *name)
{
  g_printerr (_ ("cajal-cli: there is no task “%s”. Tasks:"), name);
  for (guint k = 0; k < G_N_ELEMENTS (tasks); k++)
    g_printerr (" %s", tasks[k].name);
  g_printerr ("\n");
  return 2;
}

/* Whether `name` is that of a part; NULL: all of them. */
static gboolean
parse_part (const char *name, Part *part)
{
  for (guint i = 0; i < N_PARTS; i++)
    if (name == NULL || g_str_equal (name, part_names[i]))
      {
        *part = (Part) i;
        return TRUE;
      }
  g_printerr (_ ("cajal-cli bench: --only cannot be “%s”. It takes train, infer or start.\n"),
              name);
  return FALSE;
}

static int
run_bench (int argc, char **argv)
{
  Options options = { .window = 0.5 };
  gboolean work = FALSE;
  g_autofree char *part = NULL;
  const GOptionEntry entries[] = {
    { "threads", 't', 0, G_OPTION_ARG_INT, &options.threads, N_ ("Threads; none: all processors"),
      "N" },
    { "batch", 'b', 0, G_OPTION_ARG_INT, &options.batch,
      N_ ("Samples a step; none: the task's own"), "N" },
    { "window", 'w', 0, G_OPTION_ARG_DOUBLE, &options.window,
      N_ ("Length of one measurement; the median and the best of seven count"), "SECONDS" },
    { "only", 0, 0, G_OPTION_ARG_STRING, &part,
      N_ ("Measure only that: train, infer, or start, the first training step"), "PART" },
    { "json", 0, 0, G_OPTION_ARG_NONE, &options.json, N_ ("One JSON object a task"), NULL },
    { "work", 0, 0, G_OPTION_ARG_NONE, &work,
      N_ ("The whole training of each template, in samples of the first one"), NULL },
    { NULL },
  };
  const Task *chosen[64];
  guint n = 0;
  GError *error = NULL;
  int status = 0;

  if (!cli_parse_words (&cli_bench, entries, &argc, &argv, 0, 64, &status)
      || !cli_check_number (&cli_bench, "--threads", options.threads, 0, 1, CLI_MAX_THREADS,
                            &status)
      || !cli_check_number (&cli_bench, "--batch", options.batch, 0, 1, 65536, &status)
      || !cli_check_number (&cli_bench, "--window", options.window, 0.5, 0.001, 3600, &status))
    return status;
  if (!parse_part (part, &options.part))
    return 2;
  if (work)
    return print_work (&options);
  for (int i = 1; i < argc; i++)
    {
      chosen[n] = find_task (argv[i]);
      if (chosen[n++] == NULL)
        return refuse_task (argv[i]);
    }
  for (guint i = 0; argc == 1 && i < G_N_ELEMENTS (tasks); i++)
    if (find_network (&tasks[i]) != NULL)
      chosen[n++] = &tasks[i];
  if (n == 1)
    return bench (chosen[0], &options, &error) ? 0 : cli_fail (error);
  for (guint i = 0; i < n && status == 0; i++)
    status = run_child (chosen[i], &options);
  return status;
}

const CliCommand cli_bench = {
  "bench",
  "[TASK…]",
  N_ ("Measures how fast networks train and answer"),
  run_bench,
  N_ ("TASK is mlp, lenet, fashion, vgg, resnet20, vit, gpt, snn or tiny; without one all are\n"
      "measured, each in a process of its own. The JSON keys: cold_start_s is the time from\n"
      "the start of the program to the end of the first training step, peak_anon_mib the most\n"
      "memory in training that no file backs (RssAnon, looked at after steps), gflops what the\n"
      "products of the network come to. Samples are random numbers in memory.\n\n"
      "  cajal-cli bench mlp --only=start   how soon it trains\n"
      "  cajal-cli bench lenet -b 1         how soon one sample is answered, in µs\n"
      "  cajal-cli bench lenet vgg -t 2"),
};
