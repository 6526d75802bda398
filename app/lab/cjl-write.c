/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cjl-write.h"

#include "cj-error.h"
#include "cj-rng.h"
#include "cjl-attention.h"
#include "cjl-network.h"

#include <glib/gi18n-lib.h>
#include <math.h>
#include <string.h>

#define LEAVE_EVERY 8 /* characters between partial results */
#define PACE_MS 80    /* of a character that is looked at */

void
cjl_write_options_init (CjlWriteOptions *options)
{
  *options = (CjlWriteOptions){ .prompt = "", .length = 400, .temperature = 0.8 };
}

void
cjl_writing_free (CjlWriting *self)
{
  g_clear_pointer (&self->attention, g_ptr_array_unref);
  g_clear_pointer (&self->lens, cjl_lens_reading_free);
  g_strfreev (self->seen);
  g_free (self->after);
  g_free (self->text);
  g_free (self->probability);
  g_free (self);
}

gboolean
cjl_write_suits (const CjdDataset *dataset)
{
  const CjShape *x = &dataset->x_shape;
  gint32 *sample;
  gint64 t = 0;

  if (dataset->x_dtype != CJ_INT32 || x->n_dims != 2 || dataset->y->dtype != CJ_INT32
      || !cj_shape_equal (x, &dataset->y->shape) || dataset->class_names == NULL || x->dims[0] == 0)
    return FALSE;
  sample = g_new0 (gint32, x->dims[1]);
  if (cjd_dataset_read (dataset, 0, sample, NULL))
    while (t + 1 < x->dims[1] && cj_tensor_i32 (dataset->y)[t] == sample[t + 1])
      t++;
  g_free (sample);
  return x->dims[1] > 1 && t + 1 == x->dims[1];
}

/* The name of a character is the character. */
static gunichar
get_letter (const CjdDataset *dataset, gint32 code)
{
  const gunichar letter = g_utf8_get_char (dataset->class_names[code]);

  return letter != 0 ? letter : ' ';
}

static gint32
find_code (const CjdDataset *dataset, gunichar letter)
{
  for (guint k = 0; k < dataset->n_classes; k++)
    if (get_letter (dataset, (gint32) k) == letter)
      return (gint32) k;
  return -1;
}

typedef struct
{
  CjdDataset *dataset;
  CjProgram *program;
  const CjGraph *graph;
  CjlLens *lens; /* or NULL */
  CjlWriteOptions options;
  guint64 step;
  gint64 t;           /* the moments that the network sees */
  gint32 *codes;      /* of all characters so far */
  gint64 begin, seen; /* those it saw last */
  guint n, n_given;
  float *probability;
} Writer;

/* Draws from the scores [K]; its probability among those that could be drawn. */
static gint32
draw (const float *scores, gint64 k, const CjlWriteOptions *options, CjRng *rng, float *share)
{
  g_autofree float *p = g_new (float, k);
  double sum = 0, at;
  float largest = -INFINITY, least = -INFINITY;
  gint32 best = 0;

  for (gint64 i = 0; i < k; i++)
    if (scores[i] > largest)
      {
        largest = scores[i];
        best = (gint32) i;
      }
  if (options->top_k > 0 && options->top_k < k)
    {
      memcpy (p, scores, sizeof (float) * (gsize) k);
      for (guint n = 0; n < options->top_k; n++) /* K is small */
        {
          gint64 top = 0;

          for (gint64 i = 1; i < k; i++)
            if (p[i] > p[top])
              top = i;
          least = p[top];
          p[top] = -INFINITY;
        }
    }
  for (gint64 i = 0; i < k; i++)
    {
      p[i] = scores[i] < least          ? 0
             : options->temperature > 0 ? (float) exp ((scores[i] - largest) / options->temperature)
                                        : i == best;
      sum += p[i];
    }
  at = cj_rng_uniform (rng) * sum;
  for (gint64 i = 0; i < k; i++)
    if (p[i] > 0)
      {
        best = (gint32) i;
        at -= p[i];
        if (at < 0)
          break;
      }
  *share = (float) (p[best] / sum);
  return best;
}

/* The scores of the next character, after the characters so far; NULL if the network gives none. */
static const float *
ask (Writer *w, GError **error)
{
  gint32 *x = cj_tensor_i32 (cj_program_get_x (w->program));
  const gint64 seen = MIN (w->n, w->t);
  const gint64 k = w->dataset->n_classes;
  const float *scores;
  CjShape shape;

  /* what comes behind the last one is not heard by a causal network, so any filling will do */
  memset (x, 0, sizeof (gint32) * (gsize) w->t);
  memcpy (x, w->codes + w->n - seen, sizeof (gint32) * (gsize) seen);
  w->begin = w->n - seen;
  w->seen = seen;
  cj_program_forward (w->program, FALSE, 1, 0, 0);
  scores = cj_program_get_prediction (w->program, &shape);
  if (scores == NULL || shape.n_dims != 3 || shape.dims[1] != w->t || shape.dims[2] != k)
    {
      g_set_error (
          error, CJ_ERROR, CJ_ERROR_GRAPH,
          _ ("The network does not give a score to every one of the %d characters at every "
             "time step. End it with Dense of %d units."),
          (int) k, (int) k);
      return NULL;
    }
  return scores + (seen - 1) * k;
}

/* What the last character was chosen by. */
static void
look (const Writer *w, CjlWriting *writing)
{
  writing->seen = g_new0 (char *, w->seen + 1);
  for (gint64 i = 0; i < w->seen; i++)
    writing->seen[i] = cjl_attention_print_letter (w->dataset->class_names[w->codes[w->begin + i]]);
  writing->after = g_memdup2 (w->codes + w->begin + 1, sizeof (gint32) * (gsize) w->seen);
  if (w->options.look == CJL_WRITE_ATTENTION)
    {
      g_autoptr (GPtrArray) all = cjl_attention_read (w->graph, w->program);

      writing->attention = cjl_attention_crop (all, w->seen);
    }
  else
    writing->lens = cjl_lens_read (w->lens, cj_program_get_x (w->program), w->seen);
}

static CjlWriting *
print (const Writer *w)
{
  CjlWriting *writing = g_new0 (CjlWriting, 1);
  GString *text = g_string_new (NULL);

  for (guint i = 0; i < w->n; i++)
    g_string_append_unichar (text, get_letter (w->dataset, w->codes[i]));
  writing->step = w->step;
  writing->text = g_string_free (text, FALSE);
  writing->n = w->n;
  writing->n_given = w->n_given;
  writing->n_wanted = w->n_given + w->options.length;
  writing->probability = g_memdup2 (w->probability, sizeof (float) * (w->n + 1));
  if (w->options.look != CJL_WRITE_TEXT && w->seen > 0)
    look (w, writing);
  return writing;
}

static void
read_prompt (Writer *w)
{
  for (const char *c = w->options.prompt; *c != '\0' && w->n < CJL_WRITE_MAX;
       c = g_utf8_next_char (c))
    {
      const gint32 code = find_code (w->dataset, g_utf8_get_char (c));

      if (code >= 0)
        {
          w->probability[w->n] = NAN;
          w->codes[w->n++] = code;
        }
    }
  if (w->n == 0) /* a text begins at a line of its own */
    {
      const gint32 code = find_code (w->dataset, '\n');

      w->probability[0] = NAN;
      w->codes[w->n++] = MAX (code, 0);
    }
  w->n_given = w->n;
}

/* Says how far it is, and now and then what there is; what is looked at at every character. */
static void
tell (CjlJob *job, const Writer *w, guint length)
{
  const gboolean looks = w->options.look != CJL_WRITE_TEXT;

  cjl_job_set_progress (job, (double) (w->n - w->n_given) / length);
  if (looks || (w->n - w->n_given) % LEAVE_EVERY == 0)
    cjl_job_leave (job, print (w));
  for (int i = 0; looks && i < PACE_MS / 10 && !cjl_job_is_cancelled (job); i++)
    g_usleep (10000);
}

static gpointer
write_text (CjlJob *job, Writer *w, GError **error)
{
  const guint length = MIN (w->options.length, CJL_WRITE_MAX);
  CjlWriting *result = NULL;
  CjRng rng;

  w->t = w->dataset->x_shape.dims[1];
  w->codes = g_new0 (gint32, 2 * CJL_WRITE_MAX + 1);
  w->probability = g_new0 (float, 2 * CJL_WRITE_MAX + 1);
  read_prompt (w);
  cj_rng_init (&rng, w->options.seed, CJ_RNG_DATA, 0);
  while (w->n < w->n_given + length && !cjl_job_is_cancelled (job))
    {
      const float *scores = ask (w, error);

      if (scores == NULL)
        break;
      w->codes[w->n]
          = draw (scores, w->dataset->n_classes, &w->options, &rng, &w->probability[w->n]);
      w->n++;
      if (job != NULL)
        tell (job, w, length);
    }
  if (w->n > w->n_given || length == 0)
    result = print (w);
  g_free (w->codes);
  g_free (w->probability);
  return result;
}

static gboolean
check_text (const CjdDataset *dataset, GError **error)
{
  if (cjl_write_suits (dataset))
    return TRUE;
  g_set_error (error, CJ_ERROR, CJ_ERROR_PARAM,
               _ ("“%s” is no text whose next character is to be guessed. Choose the data “text” "
                  "or a text file."),
               dataset->name);
  return FALSE;
}

typedef struct
{
  CjlNetwork *network;
  CjlWriteOptions options;
  char *prompt;
} Order;

static void
order_free (gpointer data)
{
  Order *order = data;

  cjl_network_free (order->network);
  g_free (order->prompt);
  g_free (order);
}

/* Whether there is what is to be looked at; makes the lens if it is that. */
static gboolean
prepare_look (const Order *order, const CjProgram *program, CjlLens **lens, GError **error)
{
  const CjlNetwork *network = order->network;
  const CjDataSpec spec = cjl_data_spec (network->dataset, 1);

  if (order->options.look == CJL_WRITE_LENS)
    {
      *lens = cjl_lens_new (network->graph, &spec, error);
      if (*lens == NULL || cjl_lens_apply (*lens, network->weights))
        return *lens != NULL;
      g_set_error (error, CJ_ERROR, CJ_ERROR_GRAPH,
                   _ ("The weights are of another network. Train it for a step."));
      return FALSE;
    }
  if (order->options.look == CJL_WRITE_TEXT
      || cj_attention_is_in (cj_program_get_lowered (program)))
    return TRUE;
  g_set_error (error, CJ_ERROR, CJ_ERROR_GRAPH,
               _ ("The network has no attention to show. Put a Transformer block into it."));
  return FALSE;
}

static gpointer
run (CjlJob *job, gpointer data, GError **error)
{
  const Order *order = data;
  const CjlNetwork *network = order->network;
  const CjPurpose purpose
      = order->options.look == CJL_WRITE_ATTENTION ? CJ_PURPOSE_PROBE : CJ_PURPOSE_INFER;
  g_autoptr (CjProgram) program = check_text (network->dataset, error)
                                      ? cjl_network_compile (network, purpose, 1, error)
                                      : NULL;
  g_autoptr (CjlLens) lens = NULL;
  Writer writer = { .dataset = network->dataset,
                    .program = program,
                    .graph = network->graph,
                    .options = order->options,
                    .step = network->weights->at.step };

  if (program == NULL || !prepare_look (order, program, &lens, error))
    return NULL;
  writer.lens = lens;
  return write_text (job, &writer, error);
}

CjlJob *
cjl_write_start (const CjGraph *graph, CjdDataset *dataset, CjCheckpoint *weights,
                 const CjlWriteOptions *options)
{
  Order *order = g_new0 (Order, 1);

  order->network = cjl_network_new (graph, dataset, weights);
  order->options = *options;
  order->options.prompt = order->prompt = g_strdup (options->prompt);
  return cjl_job_new (run, order, order_free, (GDestroyNotify) cjl_writing_free);
}

CjlWriting *
cjl_write_project (CjlProject *project, CjdDataset *dataset, const CjlWriteOptions *options,
                   GError **error)
{
  g_autoptr (CjProgram) program
      = check_text (dataset, error)
            ? cjl_network_compile_project (project, dataset, CJ_PURPOSE_INFER, 1, error)
            : NULL;
  Writer writer = { .dataset = dataset, .program = program, .options = *options };

  writer.options.look = CJL_WRITE_TEXT;
  return program != NULL ? write_text (NULL, &writer, error) : NULL;
}

CjvFrame *
cjl_writing_frame (const CjlWriting *self)
{
  CjvFrame *frame = cjv_frame_new ();
  g_autofree char *title = g_strdup_printf (_ ("Step %llu"), (unsigned long long) self->step);

  cjv_frame_set_text (frame, "text", self->text);
  cjv_frame_set_values (frame, "probability", self->probability, self->n);
  cjv_frame_set_scalar (frame, "given", self->n_given);
  if (self->step > 0)
    cjv_frame_set_text (frame, "title", title);
  return cjv_frame_seal (frame);
}

/* "Step 120: writes “t”". You free. */
static char *
print_title (const CjlWriting *self, const CjdDataset *dataset)
{
  g_autofree char *letter = cjl_attention_print_letter (
      dataset->class_names[self->after[g_strv_length (self->seen) - 1]]);

  return g_strdup_printf (_ ("Step %llu: writes “%s”"), (unsigned long long) self->step, letter);
}

CjvFrame *
cjl_writing_arcs_frame (const CjlWriting *self, guint layer)
{
  CjlAttentionScene scene
      = { .layers = self->attention, .layer = layer, .tokens = (const char *const *) self->seen };

  if (self->attention == NULL || self->attention->len == 0)
    return NULL;
  scene.query = (gint64) g_strv_length (self->seen) - 1;
  return cjl_attention_frame (&scene, NULL);
}

CjvFrame *
cjl_writing_lens_frame (const CjlWriting *self, const CjdDataset *dataset)
{
  g_autofree char *title = self->lens != NULL ? print_title (self, dataset) : NULL;

  return self->lens != NULL ? cjl_lens_frame (self->lens, dataset, (const char *const *) self->seen,
                                              self->after, title, NULL)
                            : NULL;
}
