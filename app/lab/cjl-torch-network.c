/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The network as a class: its nodes in an order that reads well, the names of what flows between them, the
 * submodules and the statements. */
#include "cjl-torch-private.h"

#include "cj-activation.h"
#include "cj-error.h"

#include <glib/gi18n-lib.h>
#include <stdarg.h>
#include <string.h>

/* --- what describe functions ask --- */

gboolean
cjl_torch_refuse (const CjNode *node, GError **error, const char *format, ...)
{
  g_autofree char *sentence = NULL;
  va_list args;

  va_start (args, format);
  sentence = g_strdup_vprintf (format, args);
  va_end (args);
  /* Translators: id of a node, title of its layer, why it cannot be written as PyTorch */
  g_set_error (error, CJ_ERROR, CJ_ERROR_GRAPH, _ ("“%s” (%s) %s"), node->id,
               _ (node->layer->title), sentence);
  return FALSE;
}

void
cjl_torch_take_word (CjlTorchNode *node, const char *word, char *text)
{
  g_hash_table_replace (node->words, g_strdup (word), text);
}

void
cjl_torch_need (CjlTorchExport *e, const char *pieces)
{
  g_ptr_array_add (e->pieces, g_strdup (pieces));
}

static gconstpointer
find_value (const CjlTorchNode *node, const char *name, const CjParam **param)
{
  *param = cj_params_find (node->node->layer->params, name);
  g_assert (*param != NULL);
  return G_STRUCT_MEMBER_P (node->node->params, (*param)->offset);
}

gboolean
cjl_torch_has (const CjlTorchNode *node, const char *name)
{
  return cj_params_find (node->node->layer->params, name) != NULL;
}

int
cjl_torch_get_int (const CjlTorchNode *node, const char *name)
{
  const CjParam *param;

  return *(const int *) find_value (node, name, &param);
}

int
cjl_torch_get_pair (const CjlTorchNode *node, const char *name, guint which)
{
  const CjParam *param;

  return ((const int *) find_value (node, name, &param))[which];
}

double
cjl_torch_get_float (const CjlTorchNode *node, const char *name)
{
  const CjParam *param;

  return *(const double *) find_value (node, name, &param);
}

gboolean
cjl_torch_get_bool (const CjlTorchNode *node, const char *name)
{
  const CjParam *param;

  return *(const gboolean *) find_value (node, name, &param);
}

const char *
cjl_torch_get_text (const CjlTorchNode *node, const char *name)
{
  const CjParam *param;

  return find_value (node, name, &param);
}

const char *
cjl_torch_get_choice (const CjlTorchNode *node, const char *name)
{
  const CjParam *param;
  const int index = *(const int *) find_value (node, name, &param);

  return param->choices[index];
}

gint64
cjl_torch_get_channels (const CjShape *x)
{
  return x->n_dims == 5 ? x->dims[2] : x->n_dims == 4 ? x->dims[1] : x->dims[x->n_dims - 1];
}

static gboolean
is_value_heard (const CjlTorchExport *e, int value)
{
  for (guint i = 0; i < e->nodes->len; i++)
    {
      const CjlTorchNode *other = e->nodes->pdata[i];

      for (guint port = 0; port < cj_node_get_n_in (other->node); port++)
        if (other->lowered->in[port] == value)
          return TRUE;
    }
  for (guint i = 0; i < e->outputs->len; i++)
    if (g_array_index (e->outputs, int, i) == value)
      return TRUE;
  return FALSE;
}

gboolean
cjl_torch_is_heard (const CjlTorchNode *node, guint port)
{
  return is_value_heard (node->e, node->lowered->out[port]);
}

/* In the order of cj_activation_names. */
static const char *const calls[][2] = {
  { "nn.Identity()", "%s" },
  { "F.relu", "F.relu(%s)" },
  { "F.leaky_relu", "F.leaky_relu(%s)" },
  { "F.elu", "F.elu(%s)" },
  { "F.selu", "F.selu(%s)" },
  { "F.gelu", "F.gelu(%s)" },
  { "partial(F.gelu, approximate=\"tanh\")", "F.gelu(%s, approximate=\"tanh\")" },
  { "F.silu", "F.silu(%s)" },
  { "F.mish", "F.mish(%s)" },
  { "F.hardswish", "F.hardswish(%s)" },
  { "torch.sigmoid", "torch.sigmoid(%s)" },
  { "torch.tanh", "torch.tanh(%s)" },
  { "F.softplus", "F.softplus(%s)" },
};
G_STATIC_ASSERT (G_N_ELEMENTS (calls) == CJ_ACTIVATION_LAST + 1);

const char *
cjl_torch_get_activation (const CjlTorchNode *node)
{
  return calls[cjl_torch_get_int (node, "activation")][0];
}

#define SIGMOID 10

/* The activation that is put behind the layer's own answer. */
static int
find_activation (const CjlTorchNode *node)
{
  const CjParam *param = cj_params_find (node->node->layer->params, "activation");
  const gboolean inside = g_str_equal (node->node->layer->id, "top-down")
                          || g_str_has_prefix (node->node->layer->id, "transformer-");

  if (param == NULL || param->choices != cj_activation_names || inside)
    return 0;
  return cjl_torch_get_int (node, "activation");
}

char *
cjl_torch_activate (const CjlTorchNode *node, const char *code)
{
  g_auto (GStrv) parts = g_strsplit (calls[find_activation (node)][1], "%s", -1);

  return node->folded ? g_strdup (code) : g_strjoinv (code, parts);
}

const CjlTorchRow *
cjl_torch_find (const char *layer)
{
  const CjlTorchRow *const tables[] = { cjl_torch_rows, cjl_torch_sequence_rows };

  for (guint t = 0; t < G_N_ELEMENTS (tables); t++)
    for (const CjlTorchRow *row = tables[t]; row->layer != NULL; row++)
      if (g_str_equal (row->layer, layer))
        return row;
  return NULL;
}

const char *
cjl_torch_get_refusal (const char *layer, gboolean *known)
{
  const CjlTorchRow *row = cjl_torch_find (layer);

  *known = row != NULL;
  return row != NULL ? row->refusal : NULL;
}

/* --- nodes --- */

static void
free_node (gpointer data)
{
  CjlTorchNode *node = data;

  g_free (node->name);
  g_free (node->init);
  g_free (node->forward);
  g_free (node->targets);
  g_free (node->then);
  g_hash_table_unref (node->words);
  g_free (node);
}

static const CjLoweredNode *
get_lowered (const CjlTorchExport *e, const CjNode *node)
{
  return &e->lowered->nodes[cj_graph_get_index (e->project->graph, node)];
}

static CjlTorchNode *
make_node (CjlTorchExport *e, const CjNode *node, GError **error)
{
  const CjlTorchRow *row = cjl_torch_find (node->layer->id);
  const CjLoweredNode *lowered = get_lowered (e, node);
  CjlTorchNode *made;

  if (row == NULL)
    {
      cjl_torch_refuse (node, error, _ ("is a layer that PyTorch has nothing for."));
      return NULL;
    }
  if (row->refusal != NULL)
    {
      cjl_torch_refuse (node, error, "%s", _ (row->refusal));
      return NULL;
    }
  made = g_new0 (CjlTorchNode, 1);
  made->e = e;
  made->node = node;
  made->row = row;
  made->lowered = lowered;
  made->name = cjl_torch_make_name (node->id);
  made->words = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  if (lowered->in[0] != CJ_NO_VALUE)
    made->x = *cj_builder_get_shape (e->lowered->builder, lowered->in[0]);
  made->y = *cj_builder_get_shape (e->lowered->builder, lowered->out[0]);
  return made;
}

/* The built node that makes a value, and the port; NULL: the data. */
static const CjNode *
find_maker (const CjlTorchExport *e, int value, guint *port)
{
  const GPtrArray *nodes = e->project->graph->nodes;

  for (guint i = 0; i < nodes->len; i++)
    {
      const CjLoweredNode *lowered = &e->lowered->nodes[i];
      const CjNode *node = nodes->pdata[i];

      for (guint k = 0; lowered->valid && !node->muted && k < lowered->n_out; k++)
        if (lowered->out[k] == value)
          {
            *port = k;
            return node;
          }
    }
  return NULL;
}

/* Marks what a value is made of. */
static void
mark_sources (const CjlTorchExport *e, int value, GHashTable *wanted)
{
  guint port;
  const CjNode *maker = find_maker (e, value, &port);

  if (maker == NULL || maker->layer->role == CJ_ROLE_INPUT
      || !g_hash_table_add (wanted, (gpointer) maker))
    return;
  for (guint k = 0; k < cj_node_get_n_in (maker); k++)
    if (get_lowered (e, maker)->in[k] != CJ_NO_VALUE)
      mark_sources (e, get_lowered (e, maker)->in[k], wanted);
}

static gboolean
is_ready (const CjlTorchExport *e, const CjNode *node, GHashTable *wanted, GHashTable *done)
{
  for (guint k = 0; k < cj_node_get_n_in (node); k++)
    {
      guint port;
      const int value = get_lowered (e, node)->in[k];
      const CjNode *maker = value != CJ_NO_VALUE ? find_maker (e, value, &port) : NULL;

      if (maker != NULL && g_hash_table_contains (wanted, maker)
          && !g_hash_table_contains (done, maker))
        return FALSE;
    }
  return TRUE;
}

static gboolean
hears (const CjlTorchExport *e, const CjNode *node, const CjNode *source)
{
  for (guint k = 0; k < cj_node_get_n_in (node); k++)
    for (guint port = 0; port < get_lowered (e, source)->n_out; port++)
      if (get_lowered (e, node)->in[k] == get_lowered (e, source)->out[port])
        return TRUE;
  return FALSE;
}

/* Whether something can follow a node at once. */
static gboolean
leads_on (const CjlTorchExport *e, const CjNode *node, GHashTable *wanted, GHashTable *done)
{
  const GPtrArray *nodes = e->project->graph->nodes;
  gboolean found = FALSE;

  g_hash_table_add (done, (gpointer) node);
  for (guint i = 0; i < nodes->len && !found; i++)
    found = g_hash_table_contains (wanted, nodes->pdata[i])
            && !g_hash_table_contains (done, nodes->pdata[i]) && hears (e, nodes->pdata[i], node)
            && is_ready (e, nodes->pdata[i], wanted, done);
  g_hash_table_remove (done, node);
  return found;
}

/* The next statement: one that goes on from the last, first those that end at a join, so that what they make
 * is there when the long way comes to it; else the first that can be. */
static const CjNode *
choose_next (const CjlTorchExport *e, const GPtrArray *order, GHashTable *wanted, GHashTable *done,
             const CjNode *last)
{
  const CjNode *best = NULL;
  int best_rank = -1;

  for (guint i = 0; i < order->len; i++)
    {
      const CjNode *node = order->pdata[i];
      int rank = 0;

      if (!g_hash_table_contains (wanted, node) || g_hash_table_contains (done, node)
          || !is_ready (e, node, wanted, done))
        continue;
      if (last != NULL && hears (e, node, last))
        rank = leads_on (e, node, wanted, done) ? 1 : 2;
      if (rank > best_rank)
        {
          best = node;
          best_rank = rank;
        }
    }
  return best;
}

static gboolean
find_nodes (CjlTorchExport *e, GError **error)
{
  g_autoptr (GPtrArray) order = cj_graph_sort (e->project->graph);
  g_autoptr (GHashTable) wanted = g_hash_table_new (NULL, NULL);
  g_autoptr (GHashTable) done = g_hash_table_new (NULL, NULL);
  const CjNode *last = NULL;

  for (guint i = 0; i < e->outputs->len; i++)
    mark_sources (e, g_array_index (e->outputs, int, i), wanted);
  while ((last = choose_next (e, order, wanted, done, last)) != NULL)
    {
      CjlTorchNode *node = make_node (e, last, error);

      if (node == NULL)
        return FALSE;
      g_hash_table_add (done, (gpointer) last);
      g_ptr_array_add (e->nodes, node);
    }
  return TRUE;
}

/* --- names of values --- */

/* Whether value `value` of statement `at` is looked at by the next statement alone. */
static gboolean
is_passed_on (const CjlTorchExport *e, int value, guint at)
{
  for (guint i = 0; i < e->nodes->len; i++)
    {
      const CjlTorchNode *node = e->nodes->pdata[i];

      for (guint k = 0; i != at + 1 && k < cj_node_get_n_in (node->node); k++)
        if (node->lowered->in[k] == value)
          return FALSE;
    }
  for (guint i = 0; i < e->outputs->len; i++)
    if (g_array_index (e->outputs, int, i) == value && at + 1 != e->nodes->len)
      return FALSE;
  return TRUE;
}

static void
name_values (CjlTorchExport *e)
{
  const gboolean plain = is_passed_on (e, e->lowered->x, (guint) -1);
  GPtrArray *graph = e->project->graph->nodes;

  for (guint i = 0; i < graph->len && e->input == NULL; i++)
    if (((const CjNode *) graph->pdata[i])->layer->role == CJ_ROLE_INPUT
        && e->lowered->nodes[i].valid)
      e->input
          = plain ? g_strdup ("x") : cjl_torch_make_name (((const CjNode *) graph->pdata[i])->id);
  g_hash_table_insert (e->names, GINT_TO_POINTER (e->lowered->x), g_strdup (e->input));
  for (guint i = 0; i < e->nodes->len; i++)
    {
      const CjlTorchNode *node = e->nodes->pdata[i];

      for (guint port = 0; port < node->lowered->n_out; port++)
        {
          const int value = node->lowered->out[port];
          char *name
              = port == 0 && is_passed_on (e, value, i) ? g_strdup ("x")
                : port == 0
                    ? g_strdup (node->name)
                    : g_strconcat (node->name, "_",
                                   cj_layer_get_output (node->node->layer, port)->name, NULL);

          if (!g_hash_table_contains (e->names, GINT_TO_POINTER (value)))
            g_hash_table_insert (e->names, GINT_TO_POINTER (value), name);
          else
            g_free (name);
        }
    }
}

/* --- losses --- */

/* Appends a value that forward must return, unless it does. */
static guint
add_output (CjlTorchExport *e, int value)
{
  for (guint i = 0; i < e->outputs->len; i++)
    if (g_array_index (e->outputs, int, i) == value)
      return i;
  g_array_append_val (e->outputs, value);
  return e->outputs->len - 1;
}

static gboolean
is_loss (const CjlTorchExport *e, const CjNode *node)
{
  return node->layer->role == CJ_ROLE_LOSS && get_lowered (e, node)->valid;
}

/* The layer before a loss whose softmax or sigmoid the loss does itself; NULL: none. */
static const CjNode *
find_folded (const CjlTorchExport *e, const CjNode *loss)
{
  const gboolean classes = g_str_equal (loss->layer->id, "cross-entropy");
  guint port;
  const CjNode *maker = find_maker (e, get_lowered (e, loss)->in[0], &port);
  CjlTorchNode node = { .node = maker };

  if (maker == NULL || (!classes && !g_str_equal (loss->layer->id, "bce-logits")))
    return NULL;
  if (g_str_equal (maker->layer->id, classes ? "softmax" : "sigmoid"))
    return maker;
  return !classes && find_activation (&node) == SIGMOID ? maker : NULL;
}

/* What the losses look at, the prediction first. */
static void
find_outputs (CjlTorchExport *e)
{
  const GPtrArray *nodes = e->project->graph->nodes;
  guint port;

  if (find_maker (e, e->lowered->prediction, &port) != NULL
      || e->lowered->prediction == e->lowered->x)
    add_output (e, e->lowered->prediction);
  for (guint i = 0; i < nodes->len; i++)
    for (guint k = 0; k < CJ_LAYER_MAX_IN && is_loss (e, nodes->pdata[i]); k++)
      {
        const int value = e->lowered->nodes[i].in[k];

        if (value != CJ_NO_VALUE && k < cj_layer_get_n_in (((CjNode *) nodes->pdata[i])->layer)
            && value != e->lowered->x && value != e->lowered->y)
          add_output (e, value);
      }
}

/* The name of a value in the loss's function. */
static char *
name_port (const CjlTorchExport *e, int value)
{
  if (value == CJ_NO_VALUE || value == e->lowered->y)
    return g_strdup ("y");
  if (value == e->lowered->x)
    return g_strdup ("x");
  if (e->outputs->len == 1)
    return g_strdup ("output");
  for (guint i = 0; i < e->outputs->len; i++)
    if (g_array_index (e->outputs, int, i) == value)
      return i == 0 ? g_strdup ("prediction")
                    : g_strdup (g_hash_table_lookup (e->names, GINT_TO_POINTER (value)));
  return g_strdup ("y");
}

static gboolean
print_losses (CjlTorchExport *e, GError **error)
{
  const GPtrArray *nodes = e->project->graph->nodes;

  for (guint i = 0; i < nodes->len; i++)
    {
      char *ports[CJ_LAYER_MAX_IN] = { NULL };
      CjlTorchNode node = { .e = e, .node = nodes->pdata[i], .lowered = &e->lowered->nodes[i] };
      char *loss;

      if (!is_loss (e, node.node))
        continue;
      node.x = *cj_builder_get_shape (e->lowered->builder, node.lowered->in[0]);
      node.words = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
      for (guint k = 0; k < CJ_LAYER_MAX_IN; k++)
        ports[k] = name_port (e, k < cj_layer_get_n_in (node.node->layer) ? node.lowered->in[k]
                                                                          : CJ_NO_VALUE);
      loss = cjl_torch_print_loss (&node, (const char *const *) ports, error);
      for (guint k = 0; k < CJ_LAYER_MAX_IN; k++)
        g_free (ports[k]);
      g_hash_table_unref (node.words);
      if (loss == NULL)
        return FALSE;
      g_ptr_array_add (e->losses, loss);
    }
  return TRUE;
}

/* Takes the softmax or sigmoid from before a loss that has one inside. */
static gboolean
fold_losses (CjlTorchExport *e, GError **error)
{
  const GPtrArray *nodes = e->project->graph->nodes;

  for (guint i = 0; i < nodes->len; i++)
    {
      const CjNode *folded = is_loss (e, nodes->pdata[i]) ? find_folded (e, nodes->pdata[i]) : NULL;

      for (guint k = 0; folded != NULL && k < e->nodes->len; k++)
        {
          CjlTorchNode *node = e->nodes->pdata[k];

          if (hears (e, node->node, folded))
            return cjl_torch_refuse (folded, error,
                                     _ ("is folded into its loss, and “%s” hears it as well. Give "
                                        "the loss the scores before it."),
                                     node->node->id);
          node->folded = node->folded || node->node == folded;
        }
    }
  return TRUE;
}

/* --- all --- */

/* Two names that become one in Python would be one module. */
static gboolean
check_names (const CjlTorchExport *e, GError **error)
{
  g_autoptr (GHashTable) seen = g_hash_table_new (g_str_hash, g_str_equal);

  for (guint i = 0; i < e->nodes->len; i++)
    {
      const CjlTorchNode *node = e->nodes->pdata[i];

      if (!g_hash_table_add (seen, node->name))
        return cjl_torch_refuse (node->node, error,
                                 _ ("has the name “%s” in Python, and so has another. Rename it."),
                                 node->name);
    }
  return TRUE;
}

gboolean
cjl_torch_plan (CjlTorchExport *e, GError **error)
{
  e->nodes = g_ptr_array_new_with_free_func (free_node);
  e->names = g_hash_table_new_full (NULL, NULL, NULL, g_free);
  e->outputs = g_array_new (FALSE, FALSE, sizeof (int));
  e->losses = g_ptr_array_new_with_free_func (g_free);
  if (e->lowered->prediction == CJ_NO_VALUE || e->lowered->x == CJ_NO_VALUE)
    {
      g_set_error (error, CJ_ERROR, CJ_ERROR_GRAPH,
                   _ ("The network gives no answer to its data. Wire an input to a layer."));
      return FALSE;
    }
  find_outputs (e);
  if (!find_nodes (e, error) || !check_names (e, error))
    return FALSE;
  name_values (e);
  for (guint i = 0; i < e->nodes->len; i++)
    {
      CjlTorchNode *node = e->nodes->pdata[i];

      if (node->row->needs != NULL)
        cjl_torch_need (e, node->row->needs);
      if (node->row->describe != NULL && !node->row->describe (node, error))
        return FALSE;
    }
  return fold_losses (e, error) && print_losses (e, error);
}
