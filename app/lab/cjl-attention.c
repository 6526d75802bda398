/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cjl-attention.h"

#include "cj-error.h"
#include "cjl-write.h"

#include <glib/gi18n-lib.h>
#include <math.h>
#include <string.h>

const char *const cjl_attention_kinds[] = { "heads", "mean", "rollout", "flow", NULL };

static void
layer_free (gpointer data)
{
  CjlAttentionLayer *layer = data;

  g_clear_pointer (&layer->maps, cj_tensor_unref);
  g_free (layer->name);
  g_free (layer->node);
  g_free (layer);
}

/* Takes the maps. */
static void
add_layer (GPtrArray *layers, const char *node, const char *name, gboolean self, CjTensor *maps)
{
  CjlAttentionLayer *layer = g_new0 (CjlAttentionLayer, 1);

  layer->node = g_strdup (node);
  layer->name = g_strdup (name);
  layer->self = self;
  layer->maps = maps;
  g_ptr_array_add (layers, layer);
}

GPtrArray *
cjl_attention_read (const CjGraph *graph, const CjProgram *program)
{
  GPtrArray *layers = g_ptr_array_new_with_free_func (layer_free);
  g_autoptr (GArray) all = cj_attention_find (program);

  for (guint i = 0; i < all->len; i++)
    {
      const CjAttention *a = &g_array_index (all, CjAttention, i);
      const CjNode *node = graph->nodes->pdata[a->node];
      g_autofree char *name = a->index > 0 ? g_strdup_printf ("%s (%u)", node->id, a->index + 1)
                                           : g_strdup (node->id);

      add_layer (layers, node->id, name, a->self, cj_attention_dup_weights (program, a));
    }
  return layers;
}

GPtrArray *
cjl_attention_crop (const GPtrArray *layers, gint64 n)
{
  GPtrArray *cropped = g_ptr_array_new_with_free_func (layer_free);

  for (guint i = 0; i < layers->len; i++)
    {
      const CjlAttentionLayer *from = layers->pdata[i];
      const gint64 heads = from->maps->shape.dims[1], t = from->maps->shape.dims[2];
      const gint64 s = from->maps->shape.dims[3], rows = MIN (n, t), columns = MIN (n, s);
      const CjShape shape = cj_shape4 (1, heads, rows, columns);
      CjTensor *maps = cj_tensor_new (CJ_FLOAT32, &shape);

      for (gint64 row = 0; row < heads * rows; row++)
        memcpy (cj_tensor_f32 (maps) + row * columns,
                cj_tensor_f32 (from->maps) + (row / rows * t + row % rows) * s,
                sizeof (float) * (gsize) columns);
      add_layer (cropped, from->node, from->name, from->self, maps);
    }
  return cropped;
}

/* --- tokens --- */

char *
cjl_attention_print_letter (const char *letter)
{
  const gunichar c = g_utf8_get_char (letter);

  if (c == ' ')
    return g_strdup ("␣");
  if (c == '\n')
    return g_strdup ("⏎");
  return g_unichar_isprint (c) ? g_strdup (letter) : g_strdup ("·");
}

GStrv
cjl_attention_name_tokens (const CjdDataset *dataset, const CjTensor *x)
{
  const gint64 n = cj_shape_size (&x->shape);
  GStrv tokens;

  if (x->dtype != CJ_INT32 || x->shape.n_dims != 2 || !cjl_write_suits (dataset))
    return NULL;
  tokens = g_new0 (char *, n + 1);
  for (gint64 i = 0; i < n; i++)
    tokens[i] = cjl_attention_print_letter (
        dataset->class_names[CLAMP (cj_tensor_i32 (x)[i], 0, (gint32) dataset->n_classes - 1)]);
  return tokens;
}

gboolean
cjl_attention_find_place (const CjTensor *picture, gint64 t, CjAttentionPlace *place)
{
  const gint64 h = picture != NULL && picture->shape.n_dims == 4 ? picture->shape.dims[2] : 0;
  const gint64 w = h > 0 ? picture->shape.dims[3] : 0;

  /* no or one token before the patches, which are as wide as high */
  for (gint64 first = 0; first < 2 && w > 0; first++)
    for (gint64 side = 1; side <= MIN (h, w); side++)
      if (h % side == 0 && w % side == 0 && h / side * (w / side) == t - first)
        {
          *place = (CjAttentionPlace){ first, w / side };
          return TRUE;
        }
  return FALSE;
}

/* --- maps --- */

static const CjlAttentionLayer *
get_layer (const CjlAttentionScene *scene)
{
  return scene->layers->pdata[MIN (scene->layer, scene->layers->len - 1)];
}

/* The layers below and at the chosen one whose tokens are the same; fewer than one: none. You free the
 * array, not the tensors. */
static GPtrArray *
list_stack (const CjlAttentionScene *scene)
{
  const CjlAttentionLayer *top = get_layer (scene);
  GPtrArray *stack = g_ptr_array_new ();

  for (guint i = 0; i <= MIN (scene->layer, scene->layers->len - 1) && top->self; i++)
    {
      const CjlAttentionLayer *layer = scene->layers->pdata[i];

      if (layer->self && layer->maps->shape.dims[2] == top->maps->shape.dims[2])
        g_ptr_array_add (stack, layer->maps);
    }
  return stack;
}

typedef struct
{
  GPtrArray *stack; /* CjTensor */
  gint64 query;
} FlowOrder;

static void
flow_order_free (gpointer data)
{
  FlowOrder *order = data;

  g_ptr_array_unref (order->stack);
  g_free (order);
}

static gboolean
is_cancelled (gpointer job)
{
  return cjl_job_is_cancelled (job);
}

static gpointer
run_flow (CjlJob *job, gpointer data, GError **error)
{
  const FlowOrder *order = data;

  (void) error;
  return cj_attention_flow ((CjTensor *const *) order->stack->pdata, order->stack->len, 0,
                            order->query, is_cancelled, job);
}

CjlJob *
cjl_attention_start_flow (const CjlAttentionScene *scene)
{
  g_autoptr (GPtrArray) stack = list_stack (scene);
  const CjTensor *top = stack->len > 0 ? stack->pdata[stack->len - 1] : NULL;
  const gint64 t = top != NULL ? top->shape.dims[2] : 0;
  FlowOrder *order;

  if (scene->query >= t)
    return NULL;
  order = g_new0 (FlowOrder, 1);
  order->query = scene->query >= 0 ? scene->query : t - 1;
  order->stack = g_ptr_array_new_with_free_func ((GDestroyNotify) cj_tensor_unref);
  for (guint i = 0; i < stack->len; i++)
    g_ptr_array_add (order->stack, cj_tensor_ref (stack->pdata[i]));
  return cjl_job_new (run_flow, order, flow_order_free, (GDestroyNotify) cj_tensor_unref);
}

/* Flow from the query as the only row, the others 0: [1, T, T]. */
static CjTensor *
dup_flow (const CjlAttentionScene *scene, const GPtrArray *stack, GError **error)
{
  const CjTensor *top = stack->pdata[stack->len - 1];
  const gint64 t = top->shape.dims[2], query = scene->query >= 0 ? scene->query : t - 1;
  const CjShape shape = cj_shape3 (1, t, t);
  g_autoptr (CjTensor) flow = NULL;
  CjTensor *map;

  if (query >= t)
    {
      g_set_error (error, CJ_ERROR, CJ_ERROR_PARAM,
                   _ ("There is no token %d. There are %d, counted from 0."), (int) query, (int) t);
      return NULL;
    }
  map = cj_tensor_new (CJ_FLOAT32, &shape);
  flow = scene->flow != NULL && cj_shape_size (&scene->flow->shape) == t
             ? cj_tensor_ref ((CjTensor *) scene->flow)
             : cj_attention_flow ((CjTensor *const *) stack->pdata, stack->len, 0, query, NULL,
                                  NULL);
  memcpy (cj_tensor_f32 (map) + query * t, flow->data, cj_tensor_bytes (flow));
  return map;
}

/* The maps of the kind that is asked for, [G, T, S]. */
static CjTensor *
dup_maps (const CjlAttentionScene *scene, GError **error)
{
  const CjlAttentionLayer *layer = get_layer (scene);
  g_autoptr (GPtrArray) stack = list_stack (scene);
  const gint64 *d = layer->maps->shape.dims;
  CjTensor *maps;

  switch (scene->kind)
    {
    case CJL_ATTENTION_MEAN:
      return cj_attention_mean_heads (layer->maps);
    case CJL_ATTENTION_ROLLOUT:
    case CJL_ATTENTION_FLOW:
      if (stack->len > 0)
        return scene->kind == CJL_ATTENTION_FLOW
                   ? dup_flow (scene, stack, error)
                   : cj_attention_rollout ((CjTensor *const *) stack->pdata, stack->len);
      g_set_error (
          error, CJ_ERROR, CJ_ERROR_PARAM,
          _ ("In “%s” tokens look at others than themselves, which cannot be followed down "
             "to the input. Choose its heads or their mean."),
          layer->name);
      return NULL;
    default:
      maps = cj_tensor_dup (layer->maps);
      maps->shape = cj_shape3 (d[1], d[2], d[3]);
      return maps;
    }
}

static void
put_names (CjvFrame *frame, const CjlAttentionScene *scene)
{
  const char *names[2] = { NULL, NULL };

  if (scene->kind == CJL_ATTENTION_MEAN)
    names[0] = _ ("mean of the heads");
  else if (scene->kind == CJL_ATTENTION_ROLLOUT)
    names[0] = _ ("rollout");
  else if (scene->kind == CJL_ATTENTION_FLOW)
    names[0] = _ ("flow");
  if (names[0] != NULL)
    cjv_frame_set_strings (frame, "names", names);
  cjv_frame_set_text (frame, "title", get_layer (scene)->name);
  if (scene->provenance != NULL)
    cjv_frame_set_provenance (frame, scene->provenance);
}

/* Names for patches: "class", then row and column. */
static GStrv
name_patches (gint64 t, CjAttentionPlace place)
{
  GStrv names = g_new0 (char *, t + 1);

  for (gint64 i = 0; i < t; i++)
    names[i] = i < place.first
                   ? g_strdup (_ ("class"))
                   : g_strdup_printf ("%d,%d", (int) ((i - place.first) / place.columns),
                                      (int) ((i - place.first) % place.columns));
  return names;
}

CjvFrame *
cjl_attention_frame (const CjlAttentionScene *scene, GError **error)
{
  const CjlAttentionLayer *layer = get_layer (scene);
  CjTensor *maps = dup_maps (scene, error);
  CjAttentionPlace place;
  CjvFrame *frame;

  if (maps == NULL)
    return NULL;
  frame = cjv_frame_new ();
  cjv_frame_take_array (frame, "weights", maps);
  if (layer->self && scene->tokens != NULL)
    cjv_frame_set_strings (frame, "tokens", scene->tokens);
  else if (layer->self && cjl_attention_find_place (scene->picture, maps->shape.dims[1], &place))
    {
      g_auto (GStrv) names = name_patches (maps->shape.dims[1], place);

      cjv_frame_set_strings (frame, "tokens", (const char *const *) names);
    }
  if (scene->query >= 0)
    cjv_frame_set_scalar (frame, "query", (double) scene->query);
  put_names (frame, scene);
  return cjv_frame_seal (frame);
}

/* What `query` looks at, of each map, on the patches alone, [G, R, K]; query -1: all on the mean. */
static CjTensor *
cut_patches (const CjTensor *maps, CjAttentionPlace place, gint64 query)
{
  const gint64 n = maps->shape.dims[0], t = maps->shape.dims[1], s = maps->shape.dims[2];
  const gint64 from = query >= 0 ? query : 0, to = query >= 0 ? query + 1 : t;
  const CjShape shape = cj_shape3 (n, (s - place.first) / place.columns, place.columns);
  CjTensor *cut = cj_tensor_new (CJ_FLOAT32, &shape);

  for (gint64 i = 0; i < n; i++)
    for (gint64 j = place.first; j < s; j++)
      {
        double sum = 0;

        for (gint64 q = from; q < to; q++)
          sum += cj_tensor_f32 (maps)[(i * t + q) * s + j];
        cj_tensor_f32 (cut)[i * (s - place.first) + j - place.first]
            = (float) (sum / (double) (to - from));
      }
  return cut;
}

CjvFrame *
cjl_attention_patches_frame (const CjlAttentionScene *given, GError **error)
{
  const CjlAttentionLayer *layer = get_layer (given);
  const gint64 t = layer->maps->shape.dims[2];
  CjlAttentionScene scene = *given;
  g_autoptr (CjTensor) maps = NULL;
  CjAttentionPlace place;
  CjvFrame *frame;

  if (!layer->self || !cjl_attention_find_place (scene.picture, t, &place))
    {
      g_set_error (error, CJ_ERROR, CJ_ERROR_PARAM,
                   _ ("The tokens of “%s” are no patches of a picture. Draw figure “attention”."),
                   layer->name);
      return NULL;
    }
  /* the class token is what the network answers from */
  scene.query = scene.query >= t ? -1 : scene.query;
  if (scene.query < 0 && place.first > 0)
    scene.query = 0;
  maps = dup_maps (&scene, error);
  if (maps == NULL)
    return NULL;
  frame = cjv_frame_new ();
  cjv_frame_take_array (frame, "maps", cut_patches (maps, place, scene.query));
  cjv_frame_set_array (frame, "picture", (CjTensor *) scene.picture);
  if (scene.query >= place.first)
    cjv_frame_set_scalar (frame, "query", (double) (scene.query - place.first));
  put_names (frame, &scene);
  return cjv_frame_seal (frame);
}

CjvFrame *
cjl_attention_heads_frame (const CjlAttentionScene *scene, CjTensor *losses, double whole)
{
  const GPtrArray *layers = scene->layers;
  CjvFrame *frame = cjv_frame_new ();
  g_autoptr (GPtrArray) names = g_ptr_array_new ();
  gint64 most = 0;
  CjTensor *entropy, *distance;
  CjShape shape;

  for (guint i = 0; i < layers->len; i++)
    most = MAX (most, ((const CjlAttentionLayer *) layers->pdata[i])->maps->shape.dims[1]);
  shape = cj_shape2 (layers->len, most);
  entropy = cj_tensor_new (CJ_FLOAT32, &shape);
  distance = cj_tensor_new (CJ_FLOAT32, &shape);
  for (guint i = 0; i < layers->len; i++)
    {
      const CjlAttentionLayer *layer = layers->pdata[i];
      const gint64 heads = layer->maps->shape.dims[1];
      g_autofree double *bits = g_new0 (double, heads), *far = g_new0 (double, heads);
      CjAttentionPlace place = { 0, 0 };

      if (layer->self
          && cjl_attention_find_place (scene->picture, layer->maps->shape.dims[2], &place))
        cjv_frame_set_text (frame, "unit", _ ("patches"));
      cj_attention_measure (layer->maps, place, bits, far);
      for (gint64 h = 0; h < most; h++)
        {
          cj_tensor_f32 (entropy)[i * most + h] = h < heads ? (float) bits[h] : NAN;
          /* of other tokens it cannot be told how far they are */
          cj_tensor_f32 (distance)[i * most + h] = h < heads && layer->self ? (float) far[h] : NAN;
        }
      g_ptr_array_add (names, layer->name);
    }
  g_ptr_array_add (names, NULL);
  cjv_frame_take_array (frame, "entropy", entropy);
  cjv_frame_take_array (frame, "distance", distance);
  if (losses != NULL)
    cjv_frame_set_array (frame, "loss", losses);
  if (isfinite (whole))
    cjv_frame_set_scalar (frame, "whole-loss", whole);
  cjv_frame_set_strings (frame, "layers", (const char *const *) names->pdata);
  if (scene->provenance != NULL)
    cjv_frame_set_provenance (frame, scene->provenance);
  return cjv_frame_seal (frame);
}
