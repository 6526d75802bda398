/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cjl-concepts.h"

#include "cj-concept.h"
#include "cj-error.h"
#include "cj-explained.h"
#include "cj-linear-probe.h"
#include "cjl-tap.h"
#include "picture.h"

#include <glib/gi18n-lib.h>
#include <math.h>
#include <string.h>

#define FLOATS ((gint64) 48 << 20) /* of all layers together */
#define STRENGTH 0.01              /* of the ridge of a vector */
#define LEAST 5                    /* examples of a concept, samples of a class */
#define MAX_FILES 100000           /* of a folder that are looked at */
#define READ_SHARE 0.4             /* of the progress */

void
cjl_concept_options_init (CjlConceptOptions *options)
{
  *options = (CjlConceptOptions){ .n_samples = 50, .n_random = 16 };
}

void
cjl_concepts_free (CjlConcepts *self)
{
  g_strfreev (self->concepts);
  g_strfreev (self->layers);
  g_free (self->target);
  g_free (self->origin);
  g_clear_pointer (&self->scores, cj_tensor_unref);
  g_clear_pointer (&self->deviations, cj_tensor_unref);
  g_clear_pointer (&self->p, cj_tensor_unref);
  g_clear_pointer (&self->chance, cj_tensor_unref);
  g_clear_pointer (&self->accuracy, cj_tensor_unref);
  cjd_dataset_unref (self->dataset);
  g_free (self);
}

static CjlConcepts *
concepts_dup (const CjlConcepts *from)
{
  CjlConcepts *self = g_memdup2 (from, sizeof *from);

  self->concepts = g_strdupv (from->concepts);
  self->layers = g_strdupv (from->layers);
  self->target = g_strdup (from->target);
  self->origin = g_strdup (from->origin);
  self->scores = cj_tensor_dup (from->scores);
  self->deviations = cj_tensor_dup (from->deviations);
  self->p = cj_tensor_dup (from->p);
  self->chance = cj_tensor_dup (from->chance);
  self->accuracy = cj_tensor_dup (from->accuracy);
  cjd_dataset_ref (self->dataset);
  return self;
}

/* --- samples --- */

/* A set of samples, as rows of what the network is given. */
typedef struct
{
  GArray *x;      /* float, one row after another */
  GArray *words;  /* gint32, the samples that these are made of, where they are words */
  gint64 n, from; /* samples; where its rows begin among those of all sets */
} Set;

/* All that the question is about: concepts, then random sets, then the class. */
typedef struct
{
  const CjlNetwork *network;
  const CjlConceptOptions *options;
  CjlJob *job;
  CjExplained *explained;
  gint64 width; /* numbers of a row of the network's input */
  guint n_concepts, n_sets;
  Set *sets;
  gint32 target;
  GArray *taps;      /* CjlTap */
  GPtrArray *ids;    /* of their layers; borrowed from the graph */
  GPtrArray *rows;   /* CjTensor [samples of all sets, D] of each layer */
  GPtrArray *slopes; /* CjTensor [samples of the class, D] of each layer */
} Question;

static void
question_clear (Question *q)
{
  for (guint i = 0; i < q->n_sets; i++)
    {
      g_array_unref (q->sets[i].x);
      g_array_unref (q->sets[i].words);
    }
  g_free (q->sets);
  g_clear_pointer (&q->explained, cj_explained_free);
  g_clear_pointer (&q->taps, g_array_unref);
  g_clear_pointer (&q->ids, g_ptr_array_unref);
  g_clear_pointer (&q->rows, g_ptr_array_unref);
  g_clear_pointer (&q->slopes, g_ptr_array_unref);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Question, question_clear)

static gboolean
is_stopped (const Question *q)
{
  return cjl_job_is_cancelled (q->job);
}

/* The number of a class by its name, or by its number; -1: there is none. */
static gint32
find_class (const CjdDataset *dataset, const char *name)
{
  guint64 number;

  for (guint k = 0; k < dataset->n_classes && dataset->class_names != NULL; k++)
    if (g_str_equal (dataset->class_names[k], name))
      return (gint32) k;
  if (dataset->class_names == NULL && dataset->n_classes > 0
      && g_ascii_string_to_unsigned (name, 10, 0, dataset->n_classes - 1, &number, NULL))
    return (gint32) number;
  return -1;
}

/* Appends a sample of the data, as the network is given it. */
static gboolean
add_sample (const Question *q, Set *set, CjFeed *feed, guint32 place, GError **error)
{
  const CjShape shape = cjd_dataset_get_x_shape (q->network->dataset);
  const CjShape one = cj_shape_batched (&shape, 1);
  g_autoptr (CjTensor) x
      = cj_tensor_new (q->network->dataset->x_dtype == CJ_INT32 ? CJ_INT32 : CJ_FLOAT32, &one);
  const CjDataSpec spec = cjl_data_spec (q->network->dataset, 1);
  const CjShape y_shape = cj_shape_batched (&spec.y_shape, 1);
  g_autoptr (CjTensor) y = cj_tensor_new (spec.y_dtype, &y_shape);

  feed->fill (feed, &place, 1, 0, 0, x, y);
  if (feed->problem != NULL)
    {
      g_set_error_literal (error, CJ_ERROR, CJ_ERROR_FILE, feed->problem);
      return FALSE;
    }
  g_array_set_size (set->x, (guint) ((set->n + 1) * q->width));
  cj_explained_read (q->explained, x->data, 1, (float *) set->x->data + set->n * q->width);
  if (cj_explained_has_words (q->explained))
    g_array_append_vals (set->words, x->data, (guint) cj_shape_size (&shape));
  set->n++;
  return TRUE;
}

/* Adds samples of a split in an order drawn from the seed: of a class, or of any but `without`. */
static gboolean
add_samples (const Question *q, Set *set, CjdSplit split, gint32 class, gint32 without,
             guint64 stream, GError **error)
{
  CjdDataset *dataset = q->network->dataset;
  g_autoptr (CjFeed) feed = cjd_dataset_new_feed (dataset, split);
  g_autoptr (GArray) places = g_array_new (FALSE, FALSE, sizeof (guint32));
  guint32 place = 0;
  CjRng rng;

  for (gsize i = 0; i < cjd_dataset_get_n_samples (dataset); i++)
    {
      const gint32 own = cjd_dataset_get_class (dataset, i);

      if (dataset->split[i] != split)
        continue;
      if (class >= 0 ? own == class : own != without)
        g_array_append_val (places, place);
      place++;
    }
  cj_rng_init (&rng, q->options->seed, CJ_RNG_SHUFFLE, stream);
  cj_rng_shuffle (&rng, (guint32 *) places->data, places->len);
  for (guint i = 0; i < places->len && set->n < q->options->n_samples; i++)
    if (is_stopped (q) || !add_sample (q, set, feed, g_array_index (places, guint32, i), error))
      return FALSE;
  return TRUE;
}

/* Adds a picture of a file as the pictures of the data are. */
static gboolean
add_picture (const Question *q, Set *set, const char *path, GError **error)
{
  const CjdDataset *dataset = q->network->dataset;
  const CjShape shape = cjd_dataset_get_x_shape (dataset);
  const gint64 plane = shape.dims[1] * shape.dims[2], size = shape.dims[0] * plane;
  g_autofree guint8 *bytes = g_malloc ((gsize) size);
  g_autofree float *x = g_new (float, size);
  CjdPicture picture;

  if (!cjd_picture_load (path, TRUE, &picture, error))
    return FALSE;
  cjd_picture_fit (&picture, (guint) shape.dims[0], (guint) shape.dims[1], (guint) shape.dims[2],
                   bytes);
  cjd_picture_clear (&picture);
  for (gint64 i = 0; i < size; i++)
    {
      const gint64 c = i / plane;

      x[i] = ((float) bytes[i] / 255 - dataset->mean[c]) / dataset->std[c];
    }
  g_array_set_size (set->x, (guint) ((set->n + 1) * q->width));
  cj_explained_read (q->explained, x, 1, (float *) set->x->data + set->n * q->width);
  set->n++;
  return TRUE;
}

static int
compare_names (gconstpointer a, gconstpointer b)
{
  return strcmp (*(const char *const *) a, *(const char *const *) b);
}

/* Adds pictures of a folder, evenly taken in the order of their names. */
static gboolean
add_folder (const Question *q, Set *set, const char *path, GError **error)
{
  const CjShape shape = cjd_dataset_get_x_shape (q->network->dataset);
  g_autoptr (GDir) folder = g_dir_open (path, 0, error);
  g_autoptr (GPtrArray) names = g_ptr_array_new_with_free_func (g_free);
  const char *name;
  guint n;

  if (folder == NULL)
    return FALSE;
  if (shape.n_dims != 3 || q->network->dataset->n_channels != shape.dims[0])
    {
      g_set_error (error, CJ_ERROR, CJ_ERROR_PARAM,
                   _ ("%s is a folder, but this network does not look at pictures. Name a class of "
                      "the data instead."),
                   path);
      return FALSE;
    }
  while ((name = g_dir_read_name (folder)) != NULL && names->len < MAX_FILES)
    if (cjd_picture_is_name (name))
      g_ptr_array_add (names, g_build_filename (path, name, NULL));
  g_ptr_array_sort (names, compare_names);
  n = MIN (names->len, q->options->n_samples);
  for (guint i = 0; i < n; i++)
    if (is_stopped (q) || !add_picture (q, set, names->pdata[(guint64) i * names->len / n], error))
      return FALSE;
  return TRUE;
}

/* "val:3,8,train:12": samples of splits by their numbers; a split holds until the next is named. */
static gboolean
add_chosen (const Question *q, Set *set, const char *text, GError **error)
{
  static const char *const splits[CJD_N_SPLITS] = { "train", "val", "test" };
  g_auto (GStrv) words = g_strsplit (text, ",", 0);
  CjdSplit split = CJD_SPLIT_VAL;

  for (guint i = 0; words[i] != NULL && i < q->options->n_samples; i++)
    {
      const char *number = g_strstrip (words[i]);
      g_autoptr (CjFeed) feed = NULL;
      guint64 place = 0;

      for (int k = 0; k < CJD_N_SPLITS; k++)
        if (g_str_has_prefix (number, splits[k]) && number[strlen (splits[k])] == ':')
          {
            split = (CjdSplit) k;
            number += strlen (splits[k]) + 1;
            break;
          }
      feed = cjd_dataset_new_feed (q->network->dataset, split);
      if (feed->n_samples == 0
          || !g_ascii_string_to_unsigned (number, 10, 0, feed->n_samples - 1, &place, NULL))
        {
          /* Translators: what was typed, "train", "val" or "test", how many samples that has */
          g_set_error (error, CJ_ERROR, CJ_ERROR_PARAM,
                       _ ("“%s” is no sample of %s, which has %d, counted from 0."), number,
                       splits[split], (int) feed->n_samples);
          return FALSE;
        }
      if (is_stopped (q) || !add_sample (q, set, feed, (guint32) place, error))
        return FALSE;
    }
  return TRUE;
}

/* Where the samples of a set of one's own begin in "round=val:3,8"; NULL: it is none. */
static const char *
find_chosen (const CjdDataset *dataset, const char *name)
{
  const char *sign = find_class (dataset, name) < 0 && !g_file_test (name, G_FILE_TEST_IS_DIR)
                         ? strchr (name, '=')
                         : NULL;

  return sign != NULL ? sign + 1 : NULL;
}

/* How a concept is called: its class, the end of its path, what stands before its samples. You free. */
static char *
name_concept (const CjdDataset *dataset, const char *name)
{
  const char *chosen = find_chosen (dataset, name);

  if (chosen != NULL)
    return g_strndup (name, (gsize) (chosen - 1 - name));
  return find_class (dataset, name) >= 0 ? g_strdup (name) : g_path_get_basename (name);
}

static gboolean
check_set (const Set *set, const char *name, GError **error)
{
  if (set->n >= LEAST)
    return TRUE;
  /* Translators: a folder or a class, and a number */
  g_set_error (error, CJ_ERROR, CJ_ERROR_PARAM,
               _ ("“%s” has fewer than %d examples. Show more of them."), name, LEAST);
  return FALSE;
}

static gboolean
add_concept (const Question *q, guint index, GError **error)
{
  const char *name = q->options->concepts[index];
  const gint32 class = find_class (q->network->dataset, name);
  const char *chosen = find_chosen (q->network->dataset, name);
  g_autofree char *title = name_concept (q->network->dataset, name);
  Set *set = &q->sets[index];
  gboolean good;

  if (class >= 0)
    good = add_samples (q, set, CJD_SPLIT_TRAIN, class, -1, index, error);
  else if (chosen != NULL)
    good = add_chosen (q, set, chosen, error);
  else if (g_file_test (name, G_FILE_TEST_IS_DIR))
    good = add_folder (q, set, name, error);
  else
    {
      g_set_error (
          error, CJ_ERROR, CJ_ERROR_PARAM,
          _ ("“%s” is neither a folder nor a class of %s. Name one of them, or samples, as "
             "“round=val:3,8,20”."),
          name, q->network->dataset->name);
      return FALSE;
    }
  return good && check_set (set, title, error);
}

static gboolean
find_sets (Question *q, GError **error)
{
  const CjlConceptOptions *o = q->options;
  /* what the only concept shows is no chance */
  const gint32 without = q->n_concepts == 1 ? find_class (q->network->dataset, o->concepts[0]) : -2;
  Set *class;
  gint64 from = 0;

  q->n_sets = q->n_concepts + o->n_random + 1;
  q->sets = g_new0 (Set, q->n_sets);
  for (guint i = 0; i < q->n_sets; i++)
    {
      q->sets[i].x = g_array_new (FALSE, TRUE, sizeof (float));
      q->sets[i].words = g_array_new (FALSE, FALSE, sizeof (gint32));
    }
  for (guint i = 0; i < q->n_concepts; i++)
    if (!add_concept (q, i, error))
      return FALSE;
  for (guint i = 0; i < o->n_random; i++)
    if (!add_samples (q, &q->sets[q->n_concepts + i], CJD_SPLIT_TRAIN, -1, without,
                      CJL_CONCEPTS_MAX + i, error)
        || !check_set (&q->sets[q->n_concepts + i], q->network->dataset->name, error))
      return FALSE;
  class = &q->sets[q->n_sets - 1];
  if (!add_samples (q, class, CJD_SPLIT_VAL, q->target, -1, 0, error)
      || (class->n < LEAST && !add_samples (q, class, CJD_SPLIT_TRAIN, q->target, -1, 0, error)))
    return FALSE;
  for (guint i = 0; i < q->n_sets; i++)
    {
      q->sets[i].from = from;
      from += q->sets[i].n;
    }
  return check_set (class, o->target, error);
}

/* --- what the layers make of them --- */

static void
find_taps (Question *q)
{
  const CjGraph *graph = q->network->graph;
  CjProgram *program = cj_explained_get_program (q->explained);
  const CjLowered *lowered = cj_program_get_lowered (program);
  const gint64 batch = cj_explained_get_batch (q->explained);
  const Set *last = &q->sets[q->n_sets - 1];
  g_autoptr (GPtrArray) order = cj_graph_sort (graph);

  for (guint i = 0; i < order->len; i++)
    {
      const CjNode *node = order->pdata[i];
      const guint index = (guint) cj_graph_get_index (graph, node);
      g_autoptr (CjTensor) values = NULL;
      CjlTap tap;

      /* of the answer itself every concept is but a class */
      if (cjl_tap_suits (node) && lowered->nodes[index].valid
          && lowered->nodes[index].out[0] != lowered->prediction)
        values = cj_program_dup_output (program, index, 0);
      if (!cjl_tap_init (&tap, index, values, batch))
        continue;
      g_ptr_array_add (q->ids, node->id);
      g_array_append_val (q->taps, tap);
    }
  cjl_taps_limit ((CjlTap *) q->taps->data, q->taps->len, (gsize) (last->from + 2 * last->n),
                  (double) FLOATS);
  for (guint i = 0; i < q->taps->len; i++)
    {
      const gint64 width = cjl_tap_get_width (&g_array_index (q->taps, CjlTap, i));
      const CjShape all = cj_shape2 (last->from, width), some = cj_shape2 (last->n, width);

      g_ptr_array_add (q->rows, cj_tensor_new (CJ_FLOAT32, &all));
      g_ptr_array_add (q->slopes, cj_tensor_new (CJ_FLOAT32, &some));
    }
}

/* Runs a batch of rows; of the class with the slopes of its score at every layer. */
static void
read_batch (Question *q, const Set *set, gint64 begin, gint64 n)
{
  const CjExplainTarget target = { CJ_NO_VALUE, q->target };
  CjProgram *program = cj_explained_get_program (q->explained);
  const CjLowered *lowered = cj_program_get_lowered (program);
  const gboolean of_class = set == &q->sets[q->n_sets - 1];
  g_autofree float *unused = g_new (float, n * q->width);

  if (set->words->len > 0)
    cj_explained_stand_on (
        q->explained, (const gint32 *) set->words->data + begin * (set->words->len / set->n), n);
  cj_explained_slope (q->explained, (const float *) set->x->data + begin * q->width, n, &target,
                      NULL, unused, NULL);
  if (q->taps->len == 0)
    find_taps (q);
  for (guint i = 0; i < q->taps->len; i++)
    {
      const CjlTap *tap = &g_array_index (q->taps, CjlTap, i);
      const gint64 width = cjl_tap_get_width (tap);
      CjTensor *to = of_class ? q->slopes->pdata[i] : q->rows->pdata[i];
      const int value = lowered->nodes[tap->node].out[0];
      g_autoptr (CjTensor) values = of_class ? cj_program_dup_value_gradient (program, value)
                                             : cj_program_dup_value (program, value);

      if (values != NULL)
        cjl_tap_read (tap, values, (gsize) n, of_class,
                      cj_tensor_f32 (to) + ((of_class ? 0 : set->from) + begin) * width);
    }
}

static gboolean
read_layers (Question *q, GError **error)
{
  const gint64 batch = cj_explained_get_batch (q->explained);

  for (guint i = 0; i < q->n_sets; i++)
    {
      for (gint64 begin = 0; begin < q->sets[i].n; begin += batch)
        {
          if (is_stopped (q))
            return FALSE;
          read_batch (q, &q->sets[i], begin, MIN (batch, q->sets[i].n - begin));
        }
      cjl_job_set_progress (q->job, READ_SHARE * (i + 1) / (double) q->n_sets);
    }
  if (q->taps->len > 0)
    return TRUE;
  g_set_error (error, CJ_ERROR, CJ_ERROR_GRAPH,
               _ ("The network has no layer before its answer to look for concepts in."));
  return FALSE;
}

/* --- vectors and scores --- */

/* The score of the vector from the samples of set b to those of set a. */
static double
score_pair (const Question *q, guint layer, const Set *a, const Set *b, double *accuracy)
{
  const CjTensor *rows = q->rows->pdata[layer], *slopes = q->slopes->pdata[layer];
  const gint64 width = rows->shape.dims[1];
  const CjShape shape = cj_shape2 (a->n + b->n, width);
  g_autoptr (CjTensor) x = cj_tensor_new (CJ_FLOAT32, &shape);
  g_autofree float *direction = g_new (float, width);

  memcpy (x->data, cj_tensor_f32 (rows) + a->from * width, sizeof (float) * (gsize) (a->n * width));
  memcpy (cj_tensor_f32 (x) + a->n * width, cj_tensor_f32 (rows) + b->from * width,
          sizeof (float) * (gsize) (b->n * width));
  if (!cj_probe_direction (x, a->n, STRENGTH, direction, accuracy))
    return NAN;
  return cj_concept_score (cj_tensor_f32 (slopes), slopes->shape.dims[0], width, direction);
}

/* Mean and deviation of those that are numbers, which are moved to the front; how many. */
static guint
condense (double *values, guint n, double *mean, double *deviation)
{
  double sum = 0, square = 0;
  guint kept = 0;

  for (guint i = 0; i < n; i++)
    if (isfinite (values[i]))
      values[kept++] = values[i];
  for (guint i = 0; i < kept; i++)
    sum += values[i] / kept;
  for (guint i = 0; i < kept; i++)
    square += (values[i] - sum) * (values[i] - sum);
  *mean = kept > 0 ? sum : NAN;
  *deviation = kept > 1 ? sqrt (square / (kept - 1)) : NAN;
  return kept;
}

static void
score_layer (CjlConcepts *self, const Question *q, guint layer)
{
  const guint n = q->options->n_random, n_layers = q->taps->len;
  const Set *random = q->sets + q->n_concepts;
  g_autofree double *chance = g_new (double, n), *scores = g_new (double, n);
  double mean, deviation;
  guint n_chance;

  for (guint r = 0; r < n; r++)
    chance[r] = score_pair (q, layer, &random[r], &random[(r + 1) % n], NULL);
  n_chance = condense (chance, n, &mean, &deviation);
  cj_tensor_f32 (self->chance)[layer] = (float) mean;
  for (guint c = 0; c < q->n_concepts && !is_stopped (q); c++)
    {
      const guint at = c * n_layers + layer;
      double accuracy = 0, own;
      guint n_scores;

      for (guint r = 0; r < n; r++)
        {
          scores[r] = score_pair (q, layer, &q->sets[c], &random[r], &own);
          accuracy += isfinite (scores[r]) ? own : 0;
        }
      n_scores = condense (scores, n, &mean, &deviation);
      cj_tensor_f32 (self->scores)[at] = (float) mean;
      cj_tensor_f32 (self->deviations)[at] = (float) deviation;
      cj_tensor_f32 (self->p)[at] = (float) cj_welch_test (scores, n_scores, chance, n_chance);
      cj_tensor_f32 (self->accuracy)[at] = (float) (n_scores > 0 ? accuracy / n_scores : NAN);
    }
}

static CjTensor *
nothing_new (gint64 a, gint64 b)
{
  const CjShape shape = b > 0 ? cj_shape2 (a, b) : cj_shape1 (a);
  CjTensor *out = cj_tensor_new (CJ_FLOAT32, &shape);

  for (gint64 i = 0; i < cj_shape_size (&shape); i++)
    cj_tensor_f32 (out)[i] = NAN;
  return out;
}

static CjlConcepts *
concepts_new (const Question *q)
{
  CjlConcepts *self = g_new0 (CjlConcepts, 1);
  const gint64 c = q->n_concepts, l = q->taps->len;

  self->dataset = cjd_dataset_ref (q->network->dataset);
  self->target = g_strdup (q->options->target);
  self->concepts = g_new0 (char *, c + 1);
  self->layers = g_new0 (char *, l + 1);
  for (gint64 i = 0; i < c; i++)
    self->concepts[i] = name_concept (self->dataset, q->options->concepts[i]);
  for (gint64 i = 0; i < l; i++)
    self->layers[i] = g_strdup (q->ids->pdata[i]);
  self->scores = nothing_new (c, l);
  self->deviations = nothing_new (c, l);
  self->p = nothing_new (c, l);
  self->accuracy = nothing_new (c, l);
  self->chance = nothing_new (l, 0);
  /* Translators: data set, a number of samples, a class, a number of random sets, a step */
  self->origin
      = g_strdup_printf (_ ("%s, %d samples of %s, %u random sets, step %llu"), self->dataset->name,
                         (int) q->sets[q->n_sets - 1].n, self->target, q->options->n_random,
                         (unsigned long long) q->network->weights->at.step);
  return self;
}

static gboolean
open_network (Question *q, GError **error)
{
  const CjDataSpec spec = cjl_data_spec (q->network->dataset, 1);
  CjShape scores;

  q->explained = cj_explained_new (q->network->graph, &spec, 1, error);
  if (q->explained == NULL)
    return FALSE;
  if (!cj_checkpoint_apply (q->network->weights, cj_explained_get_program (q->explained)))
    {
      g_set_error (error, CJ_ERROR, CJ_ERROR_GRAPH,
                   _ ("The weights are of another network. Train it for a step."));
      return FALSE;
    }
  cj_explained_forget (q->explained);
  q->width = cj_explained_get_n_features (q->explained);
  scores = cj_explained_get_score_shape (q->explained);
  q->target = find_class (q->network->dataset, q->options->target);
  if (q->target >= 0 && scores.n_dims == 1 && q->target < scores.dims[0])
    return TRUE;
  if (scores.n_dims != 1 || q->network->dataset->n_classes == 0)
    g_set_error (error, CJ_ERROR, CJ_ERROR_GRAPH,
                 _ ("The network does not tell classes apart, so no class leans on a concept."));
  else
    g_set_error (error, CJ_ERROR, CJ_ERROR_PARAM,
                 _ ("There is no class “%s” in %s. Choose one of its classes."), q->options->target,
                 q->network->dataset->name);
  return FALSE;
}

static CjlConcepts *
measure (const CjlNetwork *network, const CjlConceptOptions *options, CjlJob *job, GError **error)
{
  g_auto (Question) q = { .network = network, .options = options, .job = job };
  CjlConcepts *self;

  q.n_concepts = options->concepts != NULL ? g_strv_length ((char **) options->concepts) : 0;
  if (q.n_concepts == 0 || q.n_concepts > CJL_CONCEPTS_MAX || options->target == NULL)
    {
      g_set_error (error, CJ_ERROR, CJ_ERROR_PARAM,
                   _ ("Name a class to ask about and 1 to %d concepts: folders of pictures, "
                      "classes of the data, or sets of its samples."),
                   CJL_CONCEPTS_MAX);
      return NULL;
    }
  q.taps = g_array_new (FALSE, FALSE, sizeof (CjlTap));
  q.ids = g_ptr_array_new ();
  q.rows = g_ptr_array_new_with_free_func ((GDestroyNotify) cj_tensor_unref);
  q.slopes = g_ptr_array_new_with_free_func ((GDestroyNotify) cj_tensor_unref);
  if (!open_network (&q, error) || !find_sets (&q, error) || !read_layers (&q, error))
    return NULL;
  self = concepts_new (&q);
  for (guint i = 0; i < q.taps->len && !is_stopped (&q); i++)
    {
      score_layer (self, &q, i);
      self->n_done = i + 1;
      cjl_job_set_progress (job, READ_SHARE + (1 - READ_SHARE) * (i + 1) / (double) q.taps->len);
      cjl_job_leave_copy (job, self, (CjlDupFunc) concepts_dup);
    }
  return self;
}

CjlConcepts *
cjl_concepts_measure (const CjlNetwork *network, const CjlConceptOptions *options, GError **error)
{
  return measure (network, options, NULL, error);
}

/* --- the job --- */

typedef struct
{
  CjlNetwork *network;
  CjlConceptOptions options;
  GStrv concepts;
  char *target;
} Order;

static void
order_free (gpointer data)
{
  Order *order = data;

  cjl_network_free (order->network);
  g_strfreev (order->concepts);
  g_free (order->target);
  g_free (order);
}

static gpointer
run (CjlJob *job, gpointer data, GError **error)
{
  const Order *order = data;

  return measure (order->network, &order->options, job, error);
}

CjlJob *
cjl_concepts_start (CjlNetwork *network, const CjlConceptOptions *options)
{
  Order *order = g_new0 (Order, 1);

  order->network = network;
  order->options = *options;
  order->concepts = g_strdupv ((char **) options->concepts);
  order->options.concepts = (const char *const *) order->concepts;
  order->options.target = order->target = g_strdup (options->target);
  return cjl_job_new (run, order, order_free, (GDestroyNotify) cjl_concepts_free);
}

CjvFrame *
cjl_concepts_frame (const CjlConcepts *self)
{
  CjvFrame *frame = cjv_frame_new ();
  /* Translators: the class that is asked about */
  g_autofree char *title = g_strdup_printf (_ ("What %s leans on"), self->target);

  cjv_frame_set_array (frame, "scores", self->scores);
  cjv_frame_set_array (frame, "deviations", self->deviations);
  cjv_frame_set_array (frame, "p", self->p);
  cjv_frame_set_array (frame, "accuracy", self->accuracy);
  cjv_frame_set_array (frame, "chance", self->chance);
  cjv_frame_set_strings (frame, "concepts", (const char *const *) self->concepts);
  cjv_frame_set_strings (frame, "layers", (const char *const *) self->layers);
  cjv_frame_set_text (frame, "title", title);
  cjv_frame_set_provenance (frame, self->origin);
  return cjv_frame_seal (frame);
}
