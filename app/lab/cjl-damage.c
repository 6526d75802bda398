/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cjl-damage.h"

#include "cj-code.h"
#include "cj-error.h"
#include "cj-heads.h"
#include "cjl-damage-private.h"
#include "cjl-tap.h"

#include <glib/gi18n-lib.h>
#include <math.h>
#include <string.h>

#define LOOK 400     /* samples from which importance and usual answers are measured */
#define MAX_GATES 64 /* layers that are damaged together */
#define BATCH CJL_DAMAGE_BATCH

/* A place where the answers of units are multiplied and added to, by two inputs of the graph's own. */
typedef struct
{
  CjlTap tap; /* of the node whose answers they are */
  char *gain_id, *offset_id;
  CjShape shape;                     /* with the batch */
  float *gain, *offset, *importance; /* U each */
  float scale;
  CjTensor *answers; /* [LOOK, U]: means over places, while the layer is looked at */
  double sparseness, dimensions;
} Gate;

/* The heads of one attention, silenced where the projection out hears them. */
typedef struct
{
  char *out; /* name of its weight, [E, H D] */
  CjHeads heads;
  float *gain, *importance; /* H each */
} HeadGate;

struct _CjlDamaged
{
  const CjlNetwork *network;
  const CjDamageInfo *info;
  gpointer params;
  char *node; /* or NULL */
  CjGraph *graph;
  GArray *gates; /* Gate */
  GArray *heads; /* HeadGate */
  CjInputSpec inputs[2 * MAX_GATES];
  CjProgram *program; /* that answers */
  CjlRange range;
  CjShape sample;
};

static void
gate_clear (gpointer data)
{
  Gate *gate = data;

  g_free (gate->gain_id);
  g_free (gate->offset_id);
  g_free (gate->gain);
  g_free (gate->offset);
  g_free (gate->importance);
  g_clear_pointer (&gate->answers, cj_tensor_unref);
}

static void
head_gate_clear (gpointer data)
{
  HeadGate *gate = data;

  g_free (gate->out);
  g_free (gate->gain);
  g_free (gate->importance);
}

void
cjl_damaged_free (CjlDamaged *self)
{
  g_clear_pointer (&self->heads, g_array_unref);
  g_clear_pointer (&self->program, cj_program_free);
  g_clear_pointer (&self->graph, cj_graph_free);
  g_clear_pointer (&self->gates, g_array_unref);
  cjl_range_clear (&self->range);
  g_free (self->params);
  g_free (self->node);
  g_free (self);
}

/* --- where units are silenced --- */

/* The only node that reads the answers of `node`, or NULL. */
static CjNode *
find_reader (const CjGraph *graph, const CjNode *node)
{
  CjNode *found = NULL;

  for (guint i = 0; i < graph->nodes->len; i++)
    {
      CjNode *other = graph->nodes->pdata[i];

      for (guint k = 0; k < cj_node_get_n_in (other); k++)
        if (other->from[k].node == node)
          {
            if (found != NULL || cj_node_get_n_in (other) != 1)
              return NULL;
            found = other;
          }
    }
  return found;
}

/* Whether what a layer makes of a silent unit is to be silent as well: activations, normalisation, pools. */
static gboolean
is_aftermath (const CjNode *node)
{
  static const char *const categories[]
      = { "activation", "normalisation", "pooling", "regularisation", NULL };

  return node->layer->role == CJ_ROLE_LAYER && g_strv_contains (categories, node->layer->category);
}

/* Where the answers of a layer leave for the next. */
static CjNode *
find_end (const CjGraph *graph, CjNode *node)
{
  CjNode *next = find_reader (graph, node);

  while (next != NULL && is_aftermath (next))
    {
      node = next;
      next = find_reader (graph, node);
    }
  return node;
}

static gboolean
has_weights (const CjProgram *program, const CjNode *node)
{
  g_autofree char *prefix = g_strconcat (node->id, ".", NULL);

  for (guint i = 0; i < cj_program_get_n_params (program); i++)
    {
      const CjProgramParam *p = cj_program_get_param (program, i);

      if (!p->state && p->shape.n_dims > 1 && g_str_has_prefix (p->name, prefix))
        return TRUE;
    }
  return FALSE;
}

gboolean
cjl_damage_suits (const CjGraph *graph, const CjNode *node)
{
  (void) graph;
  return cjl_tap_suits (node);
}

/* Puts a gate behind a node: all that read it read the gate. */
static gboolean
insert_gate (CjlDamaged *self, CjNode *node, guint number, Gate *gate, GError **error)
{
  const CjLayerInfo *input = cj_layer_find ("input");
  g_autofree char *times = g_strdup_printf ("damage%u-times", number);
  g_autofree char *plus = g_strdup_printf ("damage%u-plus", number);
  CjNode *gain, *offset, *product, *sum;

  gate->gain_id = g_strdup_printf ("damage%u-gain", number);
  gate->offset_id = g_strdup_printf ("damage%u-offset", number);
  gain = cj_graph_add (self->graph, input, gate->gain_id, error);
  offset = gain != NULL ? cj_graph_add (self->graph, input, gate->offset_id, error) : NULL;
  product = offset != NULL ? cj_graph_add (self->graph, cj_layer_find ("multiply"), times, error)
                           : NULL;
  sum = product != NULL ? cj_graph_add (self->graph, cj_layer_find ("add"), plus, error) : NULL;
  if (sum == NULL)
    return FALSE;
  for (guint i = 0; i < self->graph->nodes->len; i++)
    {
      CjNode *reader = self->graph->nodes->pdata[i];

      for (guint k = 0; k < cj_node_get_n_in (reader); k++)
        if (reader->from[k].node == node && reader->from[k].port == 0
            && !cj_graph_connect (self->graph, sum, 0, reader, k, error))
          return FALSE;
    }
  return cj_graph_connect (self->graph, node, 0, product, 0, error)
         && cj_graph_connect (self->graph, gain, 0, product, 1, error)
         && cj_graph_connect (self->graph, product, 0, sum, 0, error)
         && cj_graph_connect (self->graph, offset, 0, sum, 1, error);
}

/* One number a unit, the mean over its places, of the samples of a batch that begin at `begin`. */
static void
note_answers (Gate *gate, const CjTensor *a, gsize begin)
{
  const gint64 units = gate->tap.units, places = gate->tap.h * gate->tap.w;
  const gint64 inner = gate->tap.tokens ? 1 : places;

  for (gint64 i = 0; i < cj_shape_size (&a->shape); i++)
    cj_tensor_f32 (
        gate->answers)[((gint64) begin + i / (units * places)) * units + i / inner % units]
        += cj_tensor_f32 (a)[i] / (float) places;
}

/* Of the samples that were noted. */
static void
judge_code (Gate *gate, gsize n)
{
  const gint64 units = gate->tap.units;
  const CjShape shape = cj_shape2 ((gint64) n, units);
  g_autoptr (CjTensor) rows = cj_tensor_new (CJ_FLOAT32, &shape);
  gint64 counted = 0;

  memcpy (rows->data, gate->answers->data, cj_tensor_bytes (rows));
  gate->sparseness = 0;
  for (gint64 i = 0; i < (gint64) n; i++)
    {
      const double s = cj_sparseness (cj_tensor_f32 (rows) + i * units, units, 1);

      gate->sparseness += isfinite (s) ? s : 0;
      counted += isfinite (s);
    }
  gate->sparseness = counted > 0 ? gate->sparseness / (double) counted : NAN;
  gate->dimensions = n > 1 ? cj_participation_ratio (rows) : NAN;
  g_clear_pointer (&gate->answers, cj_tensor_unref);
}

/* Mean of |a · dL/da| over samples, P. Molchanov et al., "Pruning convolutional neural networks for resource
 * efficient inference" (2017), equation 8 with the sizes added up; and the deviation of the answers. */
static void
look_at_units (GArray *gates, CjProgram *program, CjFeed *feed)
{
  const gsize n = MIN (feed->n_samples, LOOK) / BATCH * BATCH;
  g_autofree double *sums = g_new0 (double, gates->len + 1);
  g_autofree double *squares = g_new0 (double, gates->len + 1);
  guint32 indices[BATCH];

  for (gsize begin = 0; begin < n; begin += BATCH)
    {
      for (guint i = 0; i < BATCH; i++)
        indices[i] = (guint32) (begin + i);
      feed->fill (feed, indices, BATCH, 0, 0, cj_program_get_x (program),
                  cj_program_get_y (program));
      cj_program_skip_parameters (program, TRUE);
      cj_program_forward (program, FALSE, BATCH, 0, 0);
      cj_program_backward (program);
      for (guint g = 0; g < gates->len; g++)
        {
          Gate *gate = &g_array_index (gates, Gate, g);
          const int value = cj_program_get_lowered (program)->nodes[gate->tap.node].out[0];
          g_autoptr (CjTensor) a = cj_program_dup_value (program, value);
          g_autoptr (CjTensor) slope = cj_program_dup_value_gradient (program, value);
          const gint64 units = gate->tap.units, size = a != NULL ? cj_shape_size (&a->shape) : 0;
          const gint64 inner = gate->tap.tokens ? 1 : gate->tap.h * gate->tap.w;

          if (a != NULL)
            note_answers (gate, a, begin);
          for (gint64 i = 0; i < size && slope != NULL; i++)
            {
              const double answer = (double) cj_tensor_f32 (a)[i];

              gate->importance[i / inner % units]
                  += (float) fabs (answer * (double) cj_tensor_f32 (slope)[i]);
              sums[g] += answer / (double) size / (double) (n / BATCH);
              squares[g] += answer * answer / (double) size / (double) (n / BATCH);
            }
        }
    }
  for (guint g = 0; g < gates->len; g++)
    {
      g_array_index (gates, Gate, g).scale = (float) sqrt (MAX (squares[g] - sums[g] * sums[g], 0));
      judge_code (&g_array_index (gates, Gate, g), n);
    }
}

/* Nodes whose units are hit, as places in the graph. */
static GArray *
list_places (CjlDamaged *self, const CjProgram *program)
{
  const CjLowered *lowered = cj_program_get_lowered (program);
  GArray *places = g_array_new (FALSE, FALSE, sizeof (guint));

  for (guint i = 0; i < self->graph->nodes->len && places->len < MAX_GATES; i++)
    {
      CjNode *node = self->graph->nodes->pdata[i];
      const gboolean wanted
          = self->node != NULL ? g_str_equal (node->id, self->node) : has_weights (program, node);
      const guint end = (guint) cj_graph_get_index (self->graph, find_end (self->graph, node));
      gboolean known = FALSE;

      for (guint k = 0; k < places->len; k++)
        known = known || g_array_index (places, guint, k) == end;
      if (wanted && !known && cjl_tap_suits (node) && lowered->nodes[end].valid
          && lowered->nodes[end].n_out > 0
          && (self->node != NULL || lowered->nodes[end].out[0] != lowered->prediction))
        g_array_append_val (places, end);
    }
  return places;
}

static gboolean
add_gates (CjlDamaged *self, CjProgram *program, GError **error)
{
  g_autoptr (GArray) places = list_places (self, program);
  g_autoptr (CjFeed) feed = cjd_dataset_new_feed (self->network->dataset, CJD_SPLIT_TRAIN);
  g_autoptr (GPtrArray) nodes = g_ptr_array_new ();

  for (guint i = 0; i < places->len; i++)
    {
      const guint place = g_array_index (places, guint, i);
      g_autoptr (CjTensor) values = cj_program_dup_output (program, place, 0);
      Gate gate = { .shape = values != NULL ? values->shape : cj_shape1 (0) };

      if (!cjl_tap_init (&gate.tap, place, values, BATCH))
        continue;
      gate.gain = g_new (float, gate.tap.units);
      gate.offset = g_new (float, gate.tap.units);
      gate.importance = g_new0 (float, gate.tap.units);
      gate.answers = cj_tensor_new (CJ_FLOAT32, &(CjShape){ 2, { LOOK, gate.tap.units } });
      g_array_append_val (self->gates, gate);
      g_ptr_array_add (nodes, self->graph->nodes->pdata[place]);
    }
  if (self->gates->len == 0)
    {
      g_set_error (error, CJ_ERROR, CJ_ERROR_PARAM,
                   _ ("There are no units that could be silenced. Choose a layer with units, such "
                      "as Dense or Conv 2D."));
      return FALSE;
    }
  look_at_units (self->gates, program, feed);
  for (guint i = 0; i < nodes->len; i++)
    {
      Gate *gate = &g_array_index (self->gates, Gate, i);

      if (!insert_gate (self, nodes->pdata[i], i + 1, gate, error))
        return FALSE;
      self->inputs[2 * i] = (CjInputSpec){ gate->gain_id, gate->shape, CJ_FLOAT32, FALSE };
      self->inputs[2 * i + 1] = (CjInputSpec){ gate->offset_id, gate->shape, CJ_FLOAT32, FALSE };
    }
  return TRUE;
}

/* --- heads --- */

/* Mean of |Σ a · dL/da| over samples, of all that a head says: Michel, Levy and Neubig (2019), equation 2. */
static void
look_at_heads (GArray *gates, CjProgram *program, CjFeed *feed)
{
  const gsize n = MIN (feed->n_samples, LOOK) / BATCH * BATCH;
  guint32 indices[BATCH];

  for (gsize begin = 0; begin < n; begin += BATCH)
    {
      for (guint i = 0; i < BATCH; i++)
        indices[i] = (guint32) (begin + i);
      feed->fill (feed, indices, BATCH, 0, 0, cj_program_get_x (program),
                  cj_program_get_y (program));
      cj_program_skip_parameters (program, TRUE);
      cj_program_forward (program, FALSE, BATCH, 0, 0);
      cj_program_backward (program);
      for (guint g = 0; g < gates->len; g++)
        {
          const HeadGate *gate = &g_array_index (gates, HeadGate, g);
          g_autoptr (CjTensor) a = cj_program_dup_value (program, gate->heads.said);
          g_autoptr (CjTensor) slope = cj_program_dup_value_gradient (program, gate->heads.said);
          const gint64 places = a != NULL ? a->shape.dims[1] : 0;

          for (gint64 i = 0; slope != NULL && i < BATCH * gate->heads.n_heads; i++)
            {
              const gint64 head = i % gate->heads.n_heads, sample = i / gate->heads.n_heads;
              double sum = 0;

              for (gint64 t = 0; t < places; t++)
                for (gint64 d = 0; d < gate->heads.width; d++)
                  {
                    const gint64 at
                        = ((sample * places + t) * gate->heads.n_heads + head) * gate->heads.width
                          + d;

                    sum += (double) cj_tensor_f32 (a)[at] * (double) cj_tensor_f32 (slope)[at];
                  }
              gate->importance[head] += (float) fabs (sum);
            }
        }
    }
}

static gboolean
add_heads (CjlDamaged *self, CjProgram *program, GError **error)
{
  g_autoptr (CjFeed) feed = cjd_dataset_new_feed (self->network->dataset, CJD_SPLIT_TRAIN);
  g_autoptr (GArray) all = cj_heads_list (cj_program_get_lowered (program));

  for (guint i = 0; i < all->len; i++)
    {
      const CjHeads *heads = &g_array_index (all, CjHeads, i);
      const CjNode *node = self->graph->nodes->pdata[heads->node];
      HeadGate gate = { .heads = *heads };

      if (self->node != NULL && !g_str_equal (node->id, self->node))
        continue;
      gate.out = g_strdup (heads->out);
      gate.gain = g_new (float, heads->n_heads);
      gate.importance = g_new0 (float, heads->n_heads);
      g_array_append_val (self->heads, gate);
    }
  if (self->heads->len == 0)
    {
      g_set_error (error, CJ_ERROR, CJ_ERROR_PARAM,
                   _ ("There are no heads that could be silenced. Choose a layer with attention, "
                      "or lesion units."));
      return FALSE;
    }
  look_at_heads (self->heads, program, feed);
  return TRUE;
}

/* --- making it --- */

static gboolean
compile (CjlDamaged *self, GError **error)
{
  CjDataSpec spec = cjl_data_spec (self->network->dataset, BATCH);

  spec.inputs = self->inputs;
  spec.n_inputs = 2 * self->gates->len;
  self->program = cj_program_new (self->graph, CJ_PURPOSE_INFER, &spec, 1, error);
  if (self->program == NULL)
    return FALSE;
  if (cj_checkpoint_apply (self->network->weights, self->program))
    return TRUE;
  g_set_error (error, CJ_ERROR, CJ_ERROR_GRAPH,
               _ ("The weights are of another network. Train it for a step."));
  return FALSE;
}

/* Whether there is anything of the kind to be damaged, and answers to be judged. */
static gboolean
check (CjlDamaged *self, CjProgram *program, GError **error)
{
  const CjNode *node = self->node != NULL ? cj_graph_find (self->graph, self->node) : NULL;

  if (!cj_attack_check (program, error))
    return FALSE;
  if (self->node != NULL && node == NULL)
    {
      g_set_error (error, CJ_ERROR, CJ_ERROR_PARAM,
                   _ ("There is no layer “%s”. Choose one of the network."), self->node);
      return FALSE;
    }
  if (self->info->target == CJ_DAMAGE_WEIGHTS && node != NULL && !has_weights (program, node))
    {
      g_set_error (error, CJ_ERROR, CJ_ERROR_PARAM,
                   _ ("“%s” has no weights. Choose a layer that learns."), self->node);
      return FALSE;
    }
  return TRUE;
}

CjlDamaged *
cjl_damaged_new (const CjlNetwork *network, const CjDamageInfo *info, gconstpointer params,
                 const char *node, GError **error)
{
  g_autoptr (CjlDamaged) self = g_new0 (CjlDamaged, 1);
  g_autoptr (CjFeed) feed = cjd_dataset_new_feed (network->dataset, CJD_SPLIT_TRAIN);
  g_autoptr (CjProgram) program = NULL;

  self->network = network;
  self->info = info;
  self->node = g_strdup (node);
  self->graph = cj_graph_dup (network->graph);
  self->gates = g_array_new (FALSE, TRUE, sizeof (Gate));
  g_array_set_clear_func (self->gates, gate_clear);
  self->heads = g_array_new (FALSE, TRUE, sizeof (HeadGate));
  g_array_set_clear_func (self->heads, head_gate_clear);
  self->range = cjl_range_new (feed);
  self->sample = cjd_dataset_get_x_shape (network->dataset);
  self->params = cj_damage_new_params (info);
  if (params != NULL && info->params_size > 0)
    memcpy (self->params, params, info->params_size);
  program = cjl_network_compile (network, CJ_PURPOSE_EXPLAIN, BATCH, error);
  if (program == NULL || !check (self, program, error)
      || (info->target == CJ_DAMAGE_UNITS && !add_gates (self, program, error))
      || (info->target == CJ_DAMAGE_HEADS && !add_heads (self, program, error))
      || !compile (self, error))
    return NULL;
  return g_steal_pointer (&self);
}

/* --- damage --- */

static void
damage_weights (CjlDamaged *self, CjDamageCall *call)
{
  g_autofree char *prefix = self->node != NULL ? g_strconcat (self->node, ".", NULL) : NULL;

  cj_checkpoint_apply (self->network->weights, self->program);
  for (guint i = 0; i < cj_program_get_n_params (self->program); i++)
    {
      const CjProgramParam *p = cj_program_get_param (self->program, i);

      if (p->state || p->shape.n_dims < 2
          || (prefix != NULL && !g_str_has_prefix (p->name, prefix)))
        continue;
      call->weights = cj_program_get_param_data (self->program, p);
      call->size = p->size;
      self->info->run (call);
      call->tensor++;
    }
}

static void
damage_units (CjlDamaged *self, CjDamageCall *call)
{
  for (guint g = 0; g < self->gates->len; g++)
    {
      Gate *gate = &g_array_index (self->gates, Gate, g);

      call->gain = gate->gain;
      call->offset = gate->offset;
      call->n_units = gate->tap.units;
      call->layer = g;
      call->importance = gate->importance;
      call->scale = gate->scale;
      for (gint64 u = 0; u < gate->tap.units; u++)
        {
          gate->gain[u] = 1;
          gate->offset[u] = 0;
        }
      self->info->run (call);
    }
}

static void
damage_heads (CjlDamaged *self, CjDamageCall *call)
{
  cj_checkpoint_apply (self->network->weights, self->program);
  for (guint g = 0; g < self->heads->len; g++)
    {
      const HeadGate *gate = &g_array_index (self->heads, HeadGate, g);
      const CjProgramParam *param = cj_program_find_param (self->program, gate->out);
      float *w = cj_program_get_param_data (self->program, param);

      call->gain = gate->gain;
      call->n_units = gate->heads.n_heads;
      call->layer = g;
      call->importance = gate->importance;
      for (gint64 h = 0; h < gate->heads.n_heads; h++)
        gate->gain[h] = 1;
      self->info->run (call);
      for (gint64 i = 0; i < param->size; i++)
        w[i] *= gate->gain[i / gate->heads.width % gate->heads.n_heads];
    }
}

/* Gains and offsets for every number of a batch. */
static void
put_gates (CjlDamaged *self)
{
  for (guint g = 0; g < self->gates->len; g++)
    {
      const Gate *gate = &g_array_index (self->gates, Gate, g);
      const gint64 inner = gate->tap.tokens ? 1 : gate->tap.h * gate->tap.w;
      float *gain = cj_tensor_f32 (cj_program_get_input (self->program, 2 * g));
      float *offset = cj_tensor_f32 (cj_program_get_input (self->program, 2 * g + 1));

      for (gint64 i = 0; i < cj_shape_size (&gate->shape); i++)
        {
          gain[i] = gate->gain[i / inner % gate->tap.units];
          offset[i] = gate->offset[i / inner % gate->tap.units];
        }
    }
}

void
cjl_damaged_draw (CjlDamaged *self, double dose, guint64 seed)
{
  CjDamageCall call = { .dose = dose, .params = self->params, .seed = seed };

  if (self->info->target == CJ_DAMAGE_WEIGHTS)
    damage_weights (self, &call);
  if (self->info->target == CJ_DAMAGE_UNITS)
    damage_units (self, &call);
  if (self->info->target == CJ_DAMAGE_HEADS)
    damage_heads (self, &call);
}

gboolean
cjl_damaged_get_code (const CjlDamaged *self, CjlCode *code)
{
  *code = (CjlCode){ 0 };
  for (guint g = 0; g < self->gates->len; g++)
    {
      const Gate *gate = &g_array_index (self->gates, Gate, g);

      code->sparseness += gate->sparseness / self->gates->len;
      code->dimensions += gate->dimensions;
      code->n_units += gate->tap.units;
    }
  return self->gates->len > 0 && isfinite (code->sparseness) && isfinite (code->dimensions);
}

guint
cjl_damaged_count_layers (const CjlDamaged *self)
{
  return self->gates->len;
}

CjlDamagedUnits
cjl_damaged_get_units (const CjlDamaged *self, guint layer)
{
  const Gate *gate = &g_array_index (self->gates, Gate, layer);
  const CjNode *node = self->network->graph->nodes->pdata[gate->tap.node];

  return (CjlDamagedUnits){ node->id, gate->gain, gate->offset, gate->tap.units };
}

const float *
cjl_damaged_get_weights (CjlDamaged *self, const CjProgramParam *param)
{
  const CjProgramParam *own = cj_program_find_param (self->program, param->name);

  return own != NULL && cj_shape_equal (&own->shape, &param->shape)
             ? cj_program_get_param_data (self->program, own)
             : NULL;
}

gboolean
cjl_damaged_measure (CjlDamaged *self, CjdSplit split, gsize n, double dose, guint64 seed,
                     gboolean (*go_on) (double progress, gpointer data), gpointer data,
                     CjlAttacked *score, GError **error)
{
  g_autoptr (CjFeed) feed = cjd_dataset_new_feed (self->network->dataset, split);
  CjTensor *x = cj_program_get_x (self->program), *y = cj_program_get_y (self->program);
  CjDamageCall call = { .dose = dose,
                        .params = self->params,
                        .seed = seed,
                        .sample = &self->sample,
                        .low = self->range.low,
                        .high = self->range.high,
                        .unit = self->range.unit };

  *score = (CjlAttacked){ 0 };
  n = n > 0 ? MIN (n, feed->n_samples) : feed->n_samples;
  cjl_damaged_draw (self, dose, seed);
  for (gsize begin = 0; begin < n; begin += BATCH)
    {
      const gint64 rows = (gint64) MIN (BATCH, n - begin);
      guint32 indices[BATCH];

      for (guint i = 0; i < BATCH; i++)
        indices[i] = (guint32) (begin + MIN (i, (gsize) rows - 1));
      feed->fill (feed, indices, BATCH, 0, 0, x, y);
      if (self->info->target == CJ_DAMAGE_SAMPLES)
        {
          call.x = cj_tensor_f32 (x);
          call.n = rows;
          call.begin = (gint64) begin;
          self->info->run (&call);
        }
      put_gates (self);
      cj_program_forward (self->program, FALSE, rows, 0, 0);
      cjl_attacked_add (score, self->program, cj_tensor_i32 (y), rows);
      if (go_on != NULL && !go_on ((double) (begin + (gsize) rows) / (double) n, data))
        return FALSE;
    }
  if (feed->problem != NULL)
    {
      g_set_error_literal (error, CJ_ERROR, CJ_ERROR_FILE, feed->problem);
      return FALSE;
    }
  cjl_attacked_end (score);
  return TRUE;
}
