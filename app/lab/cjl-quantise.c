/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cjl-quantise.h"

#include "cj-error.h"
#include "cj-quant.h"
#include "cjl-arrange.h"
#include "cjl-responses.h"

#include <glib/gi18n-lib.h>
#include <math.h>
#include <string.h>

#define SAMPLES 500 /* of training, on which ranges are calibrated */
#define BATCH 20
#define MOST_VALUES 2000 /* of one source that a sample adds, evenly taken */

/* Where numbers come from that go into products, and what they are like. */
typedef struct
{
  char *from; /* id of a node */
  guint port;
  GArray *values; /* float */
  CjQuant quant;
} Source;

/* A layer whose product is one of levels. */
typedef struct
{
  char *node;
  guint source;
} Product;

typedef struct
{
  GArray *sources, *products;
} Places;

static void
places_clear (Places *places)
{
  for (guint i = 0; i < places->sources->len; i++)
    {
      g_free (g_array_index (places->sources, Source, i).from);
      g_array_unref (g_array_index (places->sources, Source, i).values);
    }
  for (guint i = 0; i < places->products->len; i++)
    g_free (g_array_index (places->products, Product, i).node);
  g_array_unref (places->sources);
  g_array_unref (places->products);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Places, places_clear)

void
cjl_quantise_options_init (CjlQuantiseOptions *options)
{
  *options = (CjlQuantiseOptions){ 8, 99.99 };
}

/* --- where --- */

static guint
find_source (GArray *sources, const CjNode *from, guint port)
{
  Source source;
  guint i = 0;

  for (; i < sources->len; i++)
    {
      const Source *s = &g_array_index (sources, Source, i);

      if (s->port == port && g_str_equal (s->from, from->id))
        return i;
    }
  source = (Source){ g_strdup (from->id), port, g_array_new (FALSE, FALSE, sizeof (float)), { 0 } };
  g_array_append_val (sources, source);
  return i;
}

/* Whether the node is one product of its input with its own weight, and nothing else has weights there. */
static gboolean
is_product (const CjLowered *lowered, const CjNode *node, guint index)
{
  CjBuilder *b = lowered->builder;
  guint n = 0;

  for (guint i = 0; i < b->steps->len; i++)
    {
      const CjStep *step = &g_array_index (b->steps, CjStep, i);
      const CjOpInfo *op = step->op.info;
      const CjValue *weight;

      if (cj_builder_get_value (b, step->out)->node != index)
        continue;
      if (op == &cj_op_recurrent || op == &cj_op_spikes || op == &cj_op_matmul
          || op == &cj_op_attention)
        return FALSE;
      if (op != &cj_op_dense && op != &cj_op_conv2d)
        continue;
      weight = cj_builder_get_value (b, step->in[1]);
      if (weight->kind != CJ_VALUE_PARAM || ++n > 1)
        return FALSE;
    }
  return n == 1 && node->from[0].node != NULL && cj_node_get_n_in (node) == 1;
}

static gboolean
is_quantised (const CjNode *node)
{
  while (node != NULL && g_str_equal (node->layer->id, "flatten"))
    node = node->from[0].node;
  return node != NULL
         && (g_str_equal (node->layer->id, "quantise")
             || g_str_equal (node->layer->category, "spiking"));
}

static gboolean
find_places (Places *places, const CjProgram *program, const CjGraph *graph, GError **error)
{
  const CjLowered *lowered = cj_program_get_lowered (program);

  for (guint i = 0; i < graph->nodes->len; i++)
    {
      const CjNode *node = graph->nodes->pdata[i];
      Product product;

      if (node->layer->role != CJ_ROLE_LAYER || node->muted || !lowered->nodes[i].valid
          || !is_product (lowered, node, i) || is_quantised (node->from[0].node))
        continue;
      product = (Product){ g_strdup (node->id),
                           find_source (places->sources, node->from[0].node, node->from[0].port) };
      g_array_append_val (places->products, product);
    }
  if (places->products->len > 0)
    return TRUE;
  g_set_error (error, CJ_ERROR, CJ_ERROR_GRAPH,
               _ ("The network has no dense layer or convolution of numbers, so there is nothing "
                  "to be quantised."));
  return FALSE;
}

/* --- calibration --- */

static void
look (Places *places, const CjProgram *program, const CjGraph *graph, guint n)
{
  for (guint k = 0; k < places->sources->len; k++)
    {
      Source *source = &g_array_index (places->sources, Source, k);
      const int index = cj_graph_get_index (graph, cj_graph_find (graph, source->from));
      g_autoptr (CjTensor) x = cj_program_dup_output (program, (guint) index, source->port);
      gint64 size;

      if (x == NULL || x->dtype != CJ_FLOAT32)
        continue;
      size = cj_shape_size (&x->shape) / x->shape.dims[0] * n;
      for (gint64 i = 0, step = MAX (1, size / ((gint64) MOST_VALUES * n)); i < size; i += step)
        g_array_append_val (source->values, cj_tensor_f32 (x)[i]);
    }
}

static gboolean
calibrate (Places *places, CjProgram *program, const CjlNetwork *network,
           const CjlQuantiseOptions *options, GError **error)
{
  g_autoptr (CjFeed) feed = cjd_dataset_new_feed (network->dataset, CJD_SPLIT_TRAIN);
  g_autofree guint32 *index = NULL, *place = NULL;
  const gsize n_all
      = cjl_samples_spread (network->dataset, CJD_SPLIT_TRAIN, SAMPLES, &index, &place);

  for (gsize first = 0; first < n_all; first += BATCH)
    {
      const guint n = (guint) MIN (BATCH, n_all - first);
      guint32 indices[BATCH];

      for (guint i = 0; i < BATCH; i++)
        indices[i] = place[first + MIN (i, n - 1)];
      feed->fill (feed, indices, BATCH, 0, 0, cj_program_get_x (program),
                  cj_program_get_y (program));
      if (feed->problem != NULL)
        {
          g_set_error (error, CJ_ERROR, CJ_ERROR_FILE, "%s", feed->problem);
          return FALSE;
        }
      cj_program_forward (program, FALSE, n, 0, 0);
      look (places, program, network->graph, n);
    }
  for (guint k = 0; k < places->sources->len; k++)
    {
      Source *source = &g_array_index (places->sources, Source, k);

      source->quant = cj_quant_fit_values ((float *) (void *) source->values->data,
                                           source->values->len, options->percentile, options->bits);
    }
  return TRUE;
}

/* --- the network --- */

static gboolean
set_number (CjGraph *graph, CjNode *node, const char *name, double value, GError **error)
{
  char text[G_ASCII_DTOSTR_BUF_SIZE];

  return cj_graph_set_param (graph, node, name, g_ascii_dtostr (text, sizeof text, value), error);
}

static gboolean
put_nodes (CjGraph *graph, const Places *places, const CjlQuantiseOptions *options, GError **error)
{
  g_autoptr (GPtrArray) nodes = g_ptr_array_new ();

  for (guint k = 0; k < places->sources->len; k++)
    {
      const Source *source = &g_array_index (places->sources, Source, k);
      CjNode *from = cj_graph_find (graph, source->from);
      CjNode *node = cj_graph_add (graph, cj_layer_find ("quantise"), NULL, error);

      if (node == NULL || !cj_graph_connect (graph, from, source->port, node, 0, error)
          || !set_number (graph, node, "bits", options->bits, error)
          || !set_number (graph, node, "low", cj_quant_get_low (&source->quant), error)
          || !set_number (graph, node, "high", cj_quant_get_high (&source->quant), error))
        return FALSE;
      cj_graph_put_node (graph, node, from->block);
      g_ptr_array_add (nodes, node);
    }
  for (guint k = 0; k < places->products->len; k++)
    {
      const Product *product = &g_array_index (places->products, Product, k);

      if (!cj_graph_connect (graph, nodes->pdata[product->source], 0,
                             cj_graph_find (graph, product->node), 0, error))
        return FALSE;
    }
  cjl_arrange_levels (graph);
  return TRUE;
}

/* Offsets are levels of 32 bits of what products add up to: the scale of the input times that of the weight. */
static void
round_offsets (CjCheckpoint *to, const char *node, const float *scales, double scale)
{
  g_autofree char *name = g_strconcat (node, ".bias", NULL);
  const CjTableEntry *entry = cj_table_find (to->table, name);
  float *bias = entry != NULL ? cj_checkpoint_get_data (to, entry) : NULL;

  for (gint64 u = 0; bias != NULL && u < entry->size; u++)
    {
      const double step = (double) scales[u] * scale;

      bias[u] = (float) (step * rint ((double) bias[u] / step));
    }
}

static CjCheckpoint *
round_weights (const CjCheckpoint *from, const Places *places, int bits)
{
  CjCheckpoint *to = cj_checkpoint_new (from->table, 0, 0);

  to->plan = from->plan;
  to->at.step = from->at.step;
  memcpy (to->weights, cj_checkpoint_get_best_weights (from),
          sizeof (float) * (gsize) from->table->n_weights);
  memcpy (to->states, from->states, sizeof (float) * (gsize) from->table->n_states);
  if (from->flags != NULL)
    memcpy (cj_checkpoint_add_flags (to), from->flags, (gsize) from->table->n_weights);
  for (guint k = 0; k < places->products->len; k++)
    {
      const Product *product = &g_array_index (places->products, Product, k);
      g_autofree char *name = g_strconcat (product->node, ".weight", NULL);
      const CjTableEntry *entry = cj_table_find (to->table, name);
      const gsize units = entry != NULL ? (gsize) entry->shape.dims[0] : 0;
      g_autofree float *scales = g_new (float, units + 1);

      if (entry == NULL)
        continue;
      cj_quant_round_weights (cj_checkpoint_get_data (to, entry), units,
                              (gsize) entry->size / MAX (units, 1), bits, scales);
      round_offsets (to, product->node, scales,
                     g_array_index (places->sources, Source, product->source).quant.scale);
    }
  return to;
}

CjlNetwork *
cjl_quantise_new (const CjlNetwork *network, const CjlQuantiseOptions *options, GError **error)
{
  g_auto (Places) places = { g_array_new (FALSE, FALSE, sizeof (Source)),
                             g_array_new (FALSE, FALSE, sizeof (Product)) };
  g_autoptr (CjProgram) program = cjl_network_compile (network, CJ_PURPOSE_PROBE, BATCH, error);
  g_autoptr (CjGraph) graph = NULL;
  g_autoptr (CjCheckpoint) weights = NULL;

  if (program == NULL || !find_places (&places, program, network->graph, error)
      || !calibrate (&places, program, network, options, error))
    return NULL;
  graph = cj_graph_dup (network->graph);
  if (!put_nodes (graph, &places, options, error))
    return NULL;
  weights = round_weights (network->weights, &places, options->bits);
  return cjl_network_new (graph, network->dataset, weights);
}

CjlProject *
cjl_quantise_new_project (CjlProject *project, const CjlQuantiseOptions *options, GError **error)
{
  g_autoptr (CjdDataset) dataset = cjl_data_load (&project->data, error);
  g_autoptr (CjlNetwork) network
      = dataset != NULL ? cjl_network_new_project (project, dataset, error) : NULL;
  g_autoptr (CjlNetwork) made = network != NULL ? cjl_quantise_new (network, options, error) : NULL;
  g_autofree char *title = NULL;

  if (made == NULL)
    return NULL;
  /* Translators: the title of a project, and a number */
  title = g_strdup_printf (_ ("%s, in %d bits"), project->title, options->bits);
  return cjl_network_make_project (made, project, title, error);
}
