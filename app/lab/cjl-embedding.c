/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cjl-embedding.h"

#include "cj-error.h"
#include "cj-pca.h"
#include "cjl-responses.h"

#include <glib/gi18n-lib.h>
#include <stddef.h>
#include <string.h>

#define BATCH 32
G_STATIC_ASSERT (CJL_EMBED_MAX <= CJ_MAP_MAX);
#define MAX_FLOATS ((gint64) 16 << 20) /* of the layer's answers together */
#define FIRST_COMPONENTS 50            /* t-SNE sees that many, as its authors advise */
#define LEAVE_EVERY 10                 /* iterations between partial results */
#define COLLECT_SHARE 0.2              /* of the progress bar, before the iterations */

static const char *const methods[CJL_EMBED_N_METHODS] = { "PCA", "t-SNE", "UMAP" };
static const char *const ids[] = { "pca", "t-sne", "umap", NULL };
static const char *const settings[CJL_EMBED_N_METHODS]
    = { "iterations=500", "perplexity=30 iterations=500",
        "neighbours=15 min-distance=0.1 start=spectral iterations=500" };
static const char *const starts[] = { "spectral", "pca", "random", NULL };

const CjParam cjl_embed_params[] = {
  { .name = "method",
    .title = N_ ("Method"),
    .blurb = N_ ("How samples are laid out in the plane"),
    .kind = CJ_PARAM_CHOICE,
    .offset = offsetof (CjlEmbedOptions, method),
    .preset = CJL_EMBED_TSNE,
    .choices = ids },
  { .name = "perplexity",
    .title = N_ ("Perplexity"),
    .blurb = N_ ("About how many neighbours of a sample count"),
    .kind = CJ_PARAM_FLOAT,
    .offset = offsetof (CjlEmbedOptions, perplexity),
    .preset = 30,
    .min = 2,
    .max = 500,
    .soft_min = 5,
    .soft_max = 100,
    .digits = 0,
    .when = "method=t-sne" },
  { .name = "neighbours",
    .title = N_ ("Neighbours"),
    .blurb = N_ ("Few show what is near, many the whole"),
    .kind = CJ_PARAM_INT,
    .offset = offsetof (CjlEmbedOptions, n_neighbours),
    .preset = 15,
    .min = 2,
    .max = 200,
    .soft_min = 2,
    .soft_max = 100,
    .when = "method=umap" },
  { .name = "min-distance",
    .title = N_ ("Least distance"),
    .blurb = N_ ("How near two points may come"),
    .kind = CJ_PARAM_FLOAT,
    .offset = offsetof (CjlEmbedOptions, min_distance),
    .preset = 0.1,
    .max = 1,
    .digits = 2,
    .when = "method=umap" },
  { .name = "start",
    .title = N_ ("Start"),
    .blurb = N_ ("Where the samples lie at first: on the smoothest functions of the graph of "
                 "neighbours, on their principal components, or anywhere"),
    .kind = CJ_PARAM_CHOICE,
    .offset = offsetof (CjlEmbedOptions, start),
    .preset = CJ_UMAP_SPECTRAL,
    .choices = starts,
    .when = "method=umap" },
  { .name = "iterations",
    .title = N_ ("Iterations"),
    .blurb = N_ ("Of t-SNE and UMAP: how often all points are moved"),
    .kind = CJ_PARAM_INT,
    .offset = offsetof (CjlEmbedOptions, n_iterations),
    .preset = 500,
    .min = 10,
    .max = 5000,
    .soft_min = 100,
    .soft_max = 2000 },
  { NULL },
};

void
cjl_embed_options_init (CjlEmbedOptions *options)
{
  *options = (CjlEmbedOptions){ .split = CJD_SPLIT_VAL, .n_samples = 1000 };
  cj_params_reset (cjl_embed_params, options);
}

const char *
cjl_embed_method_get_name (CjlEmbedMethod method)
{
  return methods[method];
}

static gboolean
parse_setting (const char *word, CjlEmbedOptions *options, GError **error)
{
  g_auto (GStrv) pair = g_strsplit (word, "=", 2);
  const CjParam *param = cj_params_find (cjl_embed_params, pair[0]);

  if (param != NULL && param != cjl_embed_params && pair[1] != NULL
      && cj_params_applies (cjl_embed_params, param, options))
    return cj_params_parse (cjl_embed_params, options, pair[0], pair[1], error);
  /* Translators: what was typed, a method, and what can be set of it */
  g_set_error (error, CJ_ERROR, CJ_ERROR_PARAM, _ ("“%s” is no setting of %s. It has: %s."), word,
               methods[options->method], settings[options->method]);
  return FALSE;
}

gboolean
cjl_embed_parse (const char *text, CjlEmbedOptions *options, GError **error)
{
  g_autofree char *lower = g_ascii_strdown (text, -1);
  g_auto (GStrv) words = g_strsplit_set (lower, " \t", -1);
  int method = -1;

  for (int i = 0; i < CJL_EMBED_N_METHODS && words[0] != NULL; i++)
    if (g_str_equal (words[0], ids[i]) || (i == CJL_EMBED_TSNE && g_str_equal (words[0], "tsne")))
      method = i;
  if (method < 0)
    {
      g_set_error (
          error, CJ_ERROR, CJ_ERROR_PARAM,
          _ ("There is no map by “%s”. Choose t-sne, umap or pca, with settings behind it, "
             "as “umap neighbours=30”."),
          text);
      return FALSE;
    }
  options->method = method;
  for (guint i = 1; words[i] != NULL; i++)
    if (*words[i] != '\0' && !parse_setting (words[i], options, error))
      return FALSE;
  return TRUE;
}

void
cjl_embedding_free (CjlEmbedding *self)
{
  g_clear_pointer (&self->map, cj_tensor_unref);
  cjd_dataset_unref (self->dataset);
  g_free (self->node);
  g_free (self->settings);
  g_free (self->index);
  g_free (self->place);
  g_free (self->targets);
  g_free (self);
}

/* What a reader must know to lay out the same. You free. */
static char *
print_settings (const CjlEmbedOptions *o)
{
  if (o->method == CJL_EMBED_UMAP)
    /* Translators: settings of UMAP; where it starts from is one of the words of the command line */
    return g_strdup_printf (_ ("%d neighbours, least distance %g, start %s"), o->n_neighbours,
                            o->min_distance, starts[o->start]);
  if (o->method == CJL_EMBED_TSNE)
    return g_strdup_printf (_ ("perplexity %g"), o->perplexity);
  return NULL;
}

/* Everything but the map; the samples stand evenly spaced in their split. */
static CjlEmbedding *
embedding_new (CjdDataset *dataset, const CjlEmbedOptions *options, gint64 width)
{
  CjlEmbedding *self = g_new0 (CjlEmbedding, 1);
  const gsize most = (gsize) MAX (MAX_FLOATS / MAX (width, 1), 1);

  self->node = g_strdup (options->node);
  self->method = (CjlEmbedMethod) options->method;
  self->settings = print_settings (options);
  self->split = options->split;
  self->n_iterations = (guint) options->n_iterations;
  self->dataset = cjd_dataset_ref (dataset);
  self->n = cjl_samples_spread (dataset, options->split,
                                MIN (most, MIN (options->n_samples, CJL_EMBED_MAX)), &self->index,
                                &self->place);
  if (dataset->n_classes > 0)
    {
      self->targets = g_new0 (gint32, self->n + 1);
      for (gsize i = 0; i < self->n; i++)
        self->targets[i] = cjd_dataset_get_class (dataset, self->index[i]);
    }
  return self;
}

/* The same with another map; takes it. */
static CjlEmbedding *
embedding_dup (const CjlEmbedding *from, CjTensor *map)
{
  CjlEmbedding *self = g_memdup2 (from, sizeof *from);

  self->node = g_strdup (from->node);
  self->settings = g_strdup (from->settings);
  self->dataset = cjd_dataset_ref (from->dataset);
  self->index = g_memdup2 (from->index, (from->n + 1) * sizeof *from->index);
  self->place = g_memdup2 (from->place, (from->n + 1) * sizeof *from->place);
  self->targets = from->targets != NULL
                      ? g_memdup2 (from->targets, (from->n + 1) * sizeof *from->targets)
                      : NULL;
  self->map = map;
  return self;
}

/* Borrows everything. */
typedef struct
{
  CjProgram *program;
  guint node; /* place in the graph */
  CjdDataset *dataset;
  CjlEmbedOptions options;
  guint64 step;
  /* while it is laid out */
  CjlJob *job;
  CjlEmbedding *pattern;
} Work;

/* What the layer answers to every sample, [N, D]; NULL if it was stopped or gives nothing. */
static CjTensor *
collect (Work *work, CjlJob *job, CjlEmbedding **embedding, GError **error)
{
  g_autoptr (CjFeed) feed = cjd_dataset_new_feed (work->dataset, work->options.split);
  g_autoptr (CjTensor) answers = NULL;
  gint64 width = 0;
  guint32 indices[BATCH];

  for (gsize begin = 0; *embedding == NULL || begin < (*embedding)->n; begin += BATCH)
    {
      g_autoptr (CjTensor) out = NULL;
      const gsize n = *embedding == NULL ? 1 : MIN (BATCH, (*embedding)->n - begin);

      if (cjl_job_is_cancelled (job))
        return NULL;
      for (guint i = 0; i < BATCH; i++)
        indices[i] = *embedding == NULL ? 0 : (*embedding)->place[begin + MIN (i, n - 1)];
      feed->fill (feed, indices, BATCH, 0, 0, cj_program_get_x (work->program),
                  cj_program_get_y (work->program));
      cj_program_forward (work->program, FALSE, (gint64) n, 0, 0);
      out = cj_program_dup_output (work->program, work->node, 0);
      if (out == NULL || out->dtype != CJ_FLOAT32 || out->shape.n_dims < 2
          || out->shape.dims[0] != BATCH)
        {
          g_set_error (
              error, CJ_ERROR, CJ_ERROR_GRAPH,
              _ ("“%s” does not give numbers for every sample. Choose a layer that is wired "
                 "to the data."),
              work->options.node);
          return NULL;
        }
      if (*embedding == NULL) /* now its width is known */
        {
          CjShape shape;

          width = cj_shape_size (&out->shape) / BATCH;
          *embedding = embedding_new (work->dataset, &work->options, width);
          shape = cj_shape2 ((gint64) (*embedding)->n, width);
          answers = cj_tensor_new (CJ_FLOAT32, &shape);
          begin = (gsize) -BATCH; /* from the start */
          continue;
        }
      memcpy (cj_tensor_f32 (answers) + (gint64) begin * width, out->data,
              sizeof (float) * n * (gsize) width);
      cjl_job_set_progress (job, COLLECT_SHARE * (double) (begin + n) / (double) (*embedding)->n);
    }
  return g_steal_pointer (&answers);
}

static gboolean
on_step (guint iteration, const CjTensor *map, gpointer data)
{
  Work *work = data;

  work->pattern->iteration = iteration;
  cjl_job_set_progress (
      work->job, COLLECT_SHARE + (1 - COLLECT_SHARE) * iteration / work->options.n_iterations);
  if (work->job != NULL && iteration % LEAVE_EVERY == 0)
    cjl_job_leave (work->job, embedding_dup (work->pattern, cj_tensor_dup (map)));
  return !cjl_job_is_cancelled (work->job);
}

static CjTensor *
lay_out (Work *work, const CjTensor *answers)
{
  const CjlEmbedOptions *o = &work->options;
  const guint n_iterations = (guint) o->n_iterations;
  const CjUmapOptions umap
      = { (guint) o->n_neighbours, o->min_distance, n_iterations, o->seed, (CjUmapStart) o->start };
  const gint64 least = MIN (answers->shape.dims[0], answers->shape.dims[1]);
  g_autoptr (CjTensor) few = NULL;

  if (o->method == CJL_EMBED_PCA)
    return cj_pca (answers, 2, o->seed, work->pattern->shares);
  if (o->method == CJL_EMBED_UMAP)
    return cj_umap (answers, &umap, on_step, work);
  if (answers->shape.dims[1] > FIRST_COMPONENTS)
    few = cj_pca (answers, (guint) MIN (least, FIRST_COMPONENTS), o->seed, NULL);
  return cj_tsne (few != NULL ? few : answers, o->perplexity, n_iterations, o->seed, on_step, work);
}

static gpointer
embed (CjlJob *job, gpointer data, GError **error)
{
  Work *work = data;
  g_autoptr (CjlEmbedding) self = NULL;
  g_autoptr (CjTensor) answers = collect (work, job, &self, error);
  gint64 least;

  if (answers == NULL)
    return NULL;
  least = MIN (answers->shape.dims[0], answers->shape.dims[1]);
  if (self->n < 4 || (work->options.method == CJL_EMBED_PCA && least < 2))
    {
      g_set_error (error, CJ_ERROR, CJ_ERROR_PARAM,
                   _ ("“%s” gives too little to lay out in a plane. Choose a layer of two units or "
                      "more and a split of four samples or more."),
                   work->options.node);
      return NULL;
    }
  self->step = work->step;
  work->job = job;
  work->pattern = self;
  self->map = lay_out (work, answers);
  return g_steal_pointer (&self);
}

/* The layer, or NULL and an error. */
static const CjNode *
find_layer (const CjGraph *graph, const CjlEmbedOptions *options, GError **error)
{
  const CjNode *node = cj_graph_find (graph, options->node);

  if (node == NULL)
    g_set_error (error, CJ_ERROR, CJ_ERROR_GRAPH, _ ("There is no layer “%s” in the network."),
                 options->node);
  return node;
}

typedef struct
{
  CjlNetwork *network;
  CjlEmbedOptions options;
  char *node;
} Order;

static void
order_free (gpointer data)
{
  Order *order = data;

  cjl_network_free (order->network);
  g_free (order->node);
  g_free (order);
}

/* The network is compiled on the job's thread as well. */
static gpointer
run_order (CjlJob *job, gpointer data, GError **error)
{
  const Order *order = data;
  const CjlNetwork *network = order->network;
  const CjNode *node = find_layer (network->graph, &order->options, error);
  g_autoptr (CjProgram) program
      = node != NULL ? cjl_network_compile (network, CJ_PURPOSE_PROBE, BATCH, error) : NULL;
  Work work = { .program = program, .dataset = network->dataset, .options = order->options };

  if (program == NULL)
    return NULL;
  work.node = (guint) cj_graph_get_index (network->graph, node);
  work.step = network->weights->at.step;
  return embed (job, &work, error);
}

CjlJob *
cjl_embedding_start (CjlNetwork *network, const CjlEmbedOptions *options)
{
  Order *order = g_new0 (Order, 1);

  order->network = network;
  order->options = *options;
  order->options.node = order->node = g_strdup (options->node);
  return cjl_job_new (run_order, order, order_free, (GDestroyNotify) cjl_embedding_free);
}

CjlEmbedding *
cjl_embed_project (CjlProject *project, CjdDataset *dataset, const CjlEmbedOptions *options,
                   GError **error)
{
  const CjNode *node = find_layer (project->graph, options, error);
  g_autoptr (CjProgram) program
      = node != NULL
            ? cjl_network_compile_project (project, dataset, CJ_PURPOSE_PROBE, BATCH, error)
            : NULL;
  Work work = { .program = program, .dataset = dataset, .options = *options };

  if (program == NULL)
    return NULL;
  work.node = (guint) cj_graph_get_index (project->graph, node);
  return embed (NULL, &work, error);
}

/* "glyphs, 1000 samples, step 120, perplexity 30". You free. */
static char *
print_origin (const CjlEmbedding *self)
{
  g_autofree char *origin
      = g_strdup_printf (g_dngettext (GETTEXT_PACKAGE, "%s, %zu sample, step %llu",
                                      "%s, %zu samples, step %llu", self->n),
                         self->dataset->name, self->n, (unsigned long long) self->step);

  return self->settings != NULL ? g_strdup_printf ("%s, %s", origin, self->settings)
                                : g_steal_pointer (&origin);
}

CjvFrame *
cjl_embedding_frame (const CjlEmbedding *self, gsize chosen)
{
  CjvFrame *frame = cjv_frame_new ();
  g_autofree float *labels = NULL;
  /* Translators: the method, as t-SNE, and the layer whose activations it lays out */
  g_autofree char *title = g_strdup_printf (_ ("%s of %s"), methods[self->method], self->node);
  g_autofree char *provenance = print_origin (self);

  cjv_frame_set_array (frame, "points", self->map);
  cjv_frame_set_text (frame, "title", title);
  for (gsize i = 0; i < self->n && chosen != G_MAXSIZE; i++)
    if (self->place[i] == chosen)
      cjv_frame_set_scalar (frame, "chosen", (double) i);
  if (self->targets != NULL)
    {
      labels = g_new (float, self->n + 1);
      for (gsize i = 0; i < self->n; i++)
        labels[i] = (float) self->targets[i];
      cjv_frame_set_values (frame, "labels", labels, self->n);
    }
  if (self->dataset->class_names != NULL)
    cjv_frame_set_strings (frame, "classes", (const char *const *) self->dataset->class_names);
  if (self->method == CJL_EMBED_PCA)
    cjv_frame_set_values (frame, "shares",
                          (const float[]){ (float) self->shares[0], (float) self->shares[1] }, 2);
  cjv_frame_set_provenance (frame, provenance);
  return cjv_frame_seal (frame);
}
