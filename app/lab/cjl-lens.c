/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cjl-lens.h"

#include "cj-attention-map.h"
#include "cj-error.h"
#include "cjl-attention.h"

#include <glib/gi18n-lib.h>
#include <math.h>
#include <string.h>

struct _CjlLens
{
  GPtrArray *programs; /* CjProgram, from the input up */
  GStrv places;
};

void
cjl_lens_free (CjlLens *self)
{
  g_ptr_array_unref (self->programs);
  g_strfreev (self->places);
  g_free (self);
}

/* --- where the stream can be read --- */

typedef struct
{
  const CjGraph *graph;
  const CjProgram *sketch;
  GArray *attentions; /* CjAttention */
} Search;

/* Whether tokens are changed here by what they see of others, or by what is added to them. */
static gboolean
is_block (const Search *s, const CjNode *node)
{
  if (g_str_equal (node->layer->id, "add"))
    return TRUE;
  for (guint i = 0; i < s->attentions->len; i++)
    if (s->graph->nodes->pdata[g_array_index (s->attentions, CjAttention, i).node] == node)
      return TRUE;
  return FALSE;
}

static gboolean
comes_from (const CjNode *node, const CjNode *from)
{
  if (node == from)
    return TRUE;
  for (guint i = 0; node != NULL && i < cj_node_get_n_in (node); i++)
    if (node->from[i].node != NULL && comes_from (node->from[i].node, from))
      return TRUE;
  return FALSE;
}

/* What the stream was before a node: of a sum, the part that the others are made from. */
static CjNode *
get_before (const CjNode *node)
{
  CjNode *before = node->from[0].node;

  for (guint i = 1; before != NULL && i < cj_node_get_n_in (node); i++)
    if (g_str_equal (node->layer->id, "add") && node->from[i].node != NULL
        && comes_from (before, node->from[i].node))
      before = node->from[i].node;
  return before;
}

static const CjShape *
get_shape (const Search *s, const CjNode *node)
{
  const CjLowered *lowered = cj_program_get_lowered (s->sketch);
  const CjLoweredNode *made = &lowered->nodes[cj_graph_get_index (s->graph, node)];

  return made->valid ? cj_builder_get_shape (lowered->builder, made->out[0]) : NULL;
}

/* The nodes after which the stream can be read, from the input up; `*tail` is the first node behind the
 * last of them. Empty: there is no such stack. */
static GPtrArray *
find_places (const Search *s, CjNode **tail)
{
  const CjLowered *lowered = cj_program_get_lowered (s->sketch);
  GPtrArray *places = g_ptr_array_new ();
  CjNode *node = NULL;
  const CjShape *stream;

  if (lowered->prediction != CJ_NO_VALUE)
    node = s->graph->nodes
               ->pdata[cj_builder_get_value (lowered->builder, lowered->prediction)->node];
  for (*tail = NULL; node != NULL && !is_block (s, node); node = node->from[0].node)
    *tail = node;
  stream = node != NULL && *tail != NULL ? get_shape (s, node) : NULL;
  for (gboolean more = TRUE; more && stream != NULL && node != NULL; node = get_before (node))
    {
      const CjShape *shape = get_shape (s, node);

      more = is_block (s, node);
      if (shape == NULL || !cj_shape_equal (shape, stream) || node->layer->role != CJ_ROLE_LAYER)
        break;
      g_ptr_array_insert (places, 0, node);
    }
  return places;
}

/* The network with its end behind `place`. */
static CjProgram *
compile_place (const CjGraph *graph, const CjDataSpec *spec, const char *place, const char *tail,
               GError **error)
{
  g_autoptr (CjGraph) wired = cj_graph_dup (graph);

  if (!cj_graph_connect (wired, cj_graph_find (wired, place), 0, cj_graph_find (wired, tail), 0,
                         error))
    return NULL;
  return cj_program_new (wired, CJ_PURPOSE_INFER, spec, 1, error);
}

CjlLens *
cjl_lens_new (const CjGraph *graph, const CjDataSpec *spec, GError **error)
{
  g_autoptr (CjProgram) sketch = cj_program_new_sketch (graph, CJ_PURPOSE_PROBE, spec, 1, error);
  g_autoptr (GArray) attentions = sketch != NULL ? cj_attention_find (sketch) : NULL;
  const Search search = { graph, sketch, attentions };
  g_autoptr (GPtrArray) places = NULL;
  g_autoptr (CjlLens) self = NULL;
  CjNode *tail = NULL;

  if (sketch == NULL)
    return NULL;
  places = attentions->len > 0 ? find_places (&search, &tail) : g_ptr_array_new ();
  if (places->len < 2 || tail == NULL)
    {
      g_set_error (error, CJ_ERROR, CJ_ERROR_GRAPH,
                   _ ("The network is no stack of blocks with attention that layers behind it "
                      "answer from. Try it on the template “Letter by letter”."));
      return NULL;
    }
  self = g_new0 (CjlLens, 1);
  self->programs = g_ptr_array_new_with_free_func ((GDestroyNotify) cj_program_free);
  self->places = g_new0 (char *, places->len + 1);
  for (guint i = 0; i < places->len; i++)
    {
      const char *place = ((const CjNode *) places->pdata[i])->id;
      CjProgram *program = compile_place (graph, spec, place, tail->id, error);

      if (program == NULL)
        return NULL;
      g_ptr_array_add (self->programs, program);
      self->places[i] = g_strdup (place);
    }
  return g_steal_pointer (&self);
}

gboolean
cjl_lens_apply (CjlLens *self, const CjCheckpoint *weights)
{
  for (guint i = 0; i < self->programs->len; i++)
    if (!cj_checkpoint_apply (weights, self->programs->pdata[i]))
      return FALSE;
  return TRUE;
}

void
cjl_lens_apply_project (CjlLens *self, CjlProject *project)
{
  for (guint i = 0; i < self->programs->len; i++)
    {
      cj_program_init (self->programs->pdata[i], (guint64) project->setup->seed);
      cjl_project_apply_weights (project, self->programs->pdata[i]);
    }
}

/* --- reading --- */

void
cjl_lens_reading_free (CjlLensReading *self)
{
  g_clear_pointer (&self->shares, cj_tensor_unref);
  g_strfreev (self->places);
  g_free (self->guesses);
  g_free (self);
}

/* The likeliest of scores [K], and how likely it is. */
static gint32
find_best (const float *scores, gint64 k, float *share)
{
  gint32 best = 0;
  double sum = 0;

  for (gint64 i = 1; i < k; i++)
    if (scores[i] > scores[best])
      best = (gint32) i;
  for (gint64 i = 0; i < k; i++)
    sum += exp ((double) scores[i] - scores[best]);
  *share = (float) (1 / sum);
  return best;
}

CjlLensReading *
cjl_lens_read (CjlLens *self, const CjTensor *x, gint64 n)
{
  CjlLensReading *reading = g_new0 (CjlLensReading, 1);
  CjShape shape;

  reading->n_places = self->programs->len;
  reading->places = g_strdupv (self->places);
  for (guint i = 0; i < self->programs->len; i++)
    {
      CjProgram *program = self->programs->pdata[i];
      const float *scores;

      memcpy (cj_program_get_x (program)->data, x->data, cj_tensor_bytes (x));
      cj_program_forward (program, FALSE, 1, 0, 0);
      scores = cj_program_get_prediction (program, &shape);
      if (i == 0) /* all answer alike */
        {
          CjShape of;

          reading->n_classes = shape.dims[shape.n_dims - 1];
          reading->n_tokens = MIN (n, cj_shape_size (&shape) / reading->n_classes);
          of = cj_shape2 (reading->n_places, reading->n_tokens);
          reading->shares = cj_tensor_new (CJ_FLOAT32, &of);
          reading->guesses = g_new0 (gint32, reading->n_places * reading->n_tokens + 1);
        }
      for (gint64 t = 0; t < reading->n_tokens; t++)
        {
          const gint64 at = i * reading->n_tokens + t;

          reading->guesses[at] = find_best (scores + t * reading->n_classes, reading->n_classes,
                                            &cj_tensor_f32 (reading->shares)[at]);
        }
    }
  return reading;
}

static char *
print_class (const CjdDataset *dataset, gint32 class)
{
  if (dataset->class_names == NULL || class < 0 || class >= (gint32) dataset->n_classes)
    return g_strdup_printf ("%d", class);
  /* the name of a letter is the letter */
  return dataset->x_dtype == CJ_INT32 ? cjl_attention_print_letter (dataset->class_names[class])
                                      : g_strdup (dataset->class_names[class]);
}

CjvFrame *
cjl_lens_frame (const CjlLensReading *reading, const CjdDataset *dataset, const char *const *tokens,
                const gint32 *truth, const char *title, const char *provenance)
{
  const gint64 n = reading->n_tokens;
  g_auto (GStrv) guesses = g_new0 (char *, reading->n_places *n + 1);
  g_auto (GStrv) targets = g_new0 (char *, n + 1), read = g_new0 (char *, n + 1);
  CjvFrame *frame = cjv_frame_new ();

  for (gint64 i = 0; i < reading->n_places * n; i++)
    guesses[i] = print_class (dataset, reading->guesses[i]);
  for (gint64 t = 0; t < n && truth != NULL; t++)
    targets[t] = truth[t] >= 0 ? print_class (dataset, truth[t]) : g_strdup ("");
  for (gint64 t = 0; t < n && tokens != NULL && tokens[t] != NULL; t++)
    read[t] = g_strdup (tokens[t]);
  cjv_frame_set_array (frame, "probability", reading->shares);
  cjv_frame_set_strings (frame, "guesses", (const char *const *) guesses);
  cjv_frame_set_strings (frame, "layers", (const char *const *) reading->places);
  if (tokens != NULL)
    cjv_frame_set_strings (frame, "tokens", (const char *const *) read);
  if (truth != NULL)
    cjv_frame_set_strings (frame, "targets", (const char *const *) targets);
  if (title != NULL)
    cjv_frame_set_text (frame, "title", title);
  if (provenance != NULL)
    cjv_frame_set_provenance (frame, provenance);
  return cjv_frame_seal (frame);
}
