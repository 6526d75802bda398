/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cj-lower.h"

#include "cj-card.h"
#include "cj-error.h"
#include "cj-ops.h"
#include "cj-rule.h"

#include <glib/gi18n-lib.h>
#include <stdarg.h>
#include <string.h>

static void
free_problem (gpointer data)
{
  CjProblem *problem = data;

  g_free (problem->node);
  g_free (problem->sentence);
  g_free (problem->set);
  g_free (problem);
}

CjProblem *
cj_lowered_add_problem (CjLowered *self, CjProblemKind kind, const CjNode *node, guint port,
                        char *sentence)
{
  CjProblem *problem = g_new0 (CjProblem, 1);

  problem->kind = kind;
  problem->node = node != NULL ? g_strdup (node->id) : NULL;
  problem->port = port;
  problem->sentence = sentence;
  g_ptr_array_add (self->problems, problem);
  return problem;
}

static int
get_x (CjLowered *self, const CjDataSpec *spec)
{
  const CjShape shape = cj_shape_batched (&spec->x_shape, spec->batch);

  if (self->x == CJ_NO_VALUE)
    self->x = cj_builder_add_input (self->builder, spec->x_dtype, &shape);
  return self->x;
}

static int
get_y (CjLowered *self, const CjDataSpec *spec)
{
  const CjShape shape = cj_shape_batched (&spec->y_shape, spec->batch);

  if (self->y == CJ_NO_VALUE && spec->has_y)
    self->y = cj_builder_add_input (self->builder, spec->y_dtype, &shape);
  return self->y;
}

static void
lower_input (CjLowered *self, const CjNode *node, const CjDataSpec *spec, CjLoweredNode *out)
{
  out->valid = TRUE;
  for (guint i = 0; i < spec->n_inputs; i++)
    if (g_str_equal (spec->inputs[i].node, node->id))
      {
        out->out[0] = self->inputs[i]
            = cj_builder_add_input (self->builder, spec->inputs[i].dtype, &spec->inputs[i].shape);
        return;
      }
  out->out[0] = get_x (self, spec);
}

/* Values on the input ports. FALSE if the node cannot be built; says so unless what is before it has
 * the problem. */
static gboolean
collect (CjLowered *self, const CjGraph *graph, const CjNode *node, const CjDataSpec *spec,
         CjLoweredNode *out)
{
  for (guint port = 0; port < CJ_LAYER_MAX_IN; port++)
    out->in[port] = CJ_NO_VALUE;
  for (guint port = 0; port < cj_node_get_n_in (node); port++)
    {
      const CjWire *wire = &node->from[port];
      const CjPort *info = cj_layer_get_input (node->layer, port);

      if (wire->node != NULL)
        {
          const CjLoweredNode *from = &self->nodes[cj_graph_get_index (graph, wire->node)];

          if (!from->valid || wire->port >= from->n_out)
            return FALSE;
          out->in[port] = from->out[wire->port];
        }
      else if (g_str_equal (info->name, "target"))
        {
          out->in[port] = get_y (self, spec);
          if (out->in[port] == CJ_NO_VALUE && node->layer->role == CJ_ROLE_LOSS)
            return FALSE;
        }
      else if (info->kind != CJ_PORT_OPTIONAL)
        {
          cj_lowered_add_problem (
              self, CJ_PROBLEM_NOTE, node, port,
              g_strdup_printf (_ ("%s “%s” has nothing on its input “%s” and is ignored. Wire "
                                  "it to a layer or to the data."),
                               _ (node->layer->title), node->id, _ (info->title)));
          return FALSE;
        }
    }
  return TRUE;
}

/* A loss that gives many numbers can be looked at, but nothing learns from it. `looks_at` is what it
 * judges. */
static void
add_loss (CjLowered *self, const CjNode *node, int looks_at, int loss)
{
  if (cj_builder_get_shape (self->builder, loss)->n_dims > 0)
    {
      cj_lowered_add_problem (
          self, CJ_PROBLEM_NOTE, node, 0,
          g_strdup_printf (_ ("%s “%s” keeps its losses apart, so nothing learns from it. "
                              "Choose mean as its reduction."),
                           _ (node->layer->title), node->id));
      return;
    }
  if (self->losses->len == 0)
    self->prediction = looks_at;
  g_array_append_val (self->losses, loss);
}

/* A layer that is lesioned says nothing, and nothing goes back through it: its answers, times 0. Answers in whole
 * numbers are names of things; they stay. */
static void
silence (CjLowered *self, CjLoweredNode *out)
{
  const CjUnaryAttrs nothing = { CJ_UNARY_AFFINE, 0, 0 };

  for (guint i = 0; i < out->n_out; i++)
    if (cj_builder_get_value (self->builder, out->out[i])->dtype == CJ_FLOAT32)
      out->out[i] = cj_builder_emit (self->builder, &cj_op_unary, &nothing, &out->out[i], 1, NULL);
}

/* The scores that a loss looks at, where those of other heads can be taken away: they go through a softmax,
 * with a class of the data as the target, and nothing is meant for all classes. Else CJ_NO_VALUE. */
static int
find_scores (const CjLowered *self, const CjDataSpec *spec)
{
  const CjStep *step = &g_array_index (self->builder->steps, CjStep, self->builder->steps->len - 1);
  const CjCrossEntropyAttrs *a = step->op.attrs;

  return step->op.info == &cj_op_cross_entropy && !a->logs && a->smoothing == 0
                 && step->in[1] == self->y && step->op.in_shape[0].n_dims == 2
                 && step->op.in_shape[0].dims[1] == spec->n_classes
             ? step->in[0]
             : CJ_NO_VALUE;
}

/* Builds a loss that was just built anew, on the scores of one head a row. */
static void
add_heads (CjLowered *self, const CjNode *node, const CjDataSpec *spec, CjLayerBuild *build,
           guint n_values, guint n_steps)
{
  const int scores = find_scores (self, spec);
  int in[2] = { scores, self->y };
  CjHeadsAttrs attrs = { .n_classes = spec->n_classes };
  char *note = g_steal_pointer (&build->note);

  if (scores == CJ_NO_VALUE)
    {
      build->note = note;
      cj_lowered_add_problem (
          self, CJ_PROBLEM_NOTE, node, 0,
          g_strdup_printf (_ ("%s “%s” sees the scores of all tasks: only a Cross-entropy without "
                              "label smoothing can be kept to the head of one task."),
                           _ (node->layer->title), node->id));
      return;
    }
  memcpy (attrs.heads, spec->heads, spec->n_classes);
  cj_builder_truncate (self->builder, n_values, n_steps);
  build->in[0] = cj_builder_emit (self->builder, &cj_op_heads, &attrs, in, 2, NULL);
  if (!node->layer->build (build, NULL))
    g_assert_not_reached (); /* it did before, on the same shapes */
  g_free (build->note);
  build->note = note;
}

static void
lower_node (CjLowered *self, const CjGraph *graph, const CjNode *node, const CjDataSpec *spec)
{
  CjLoweredNode *out = &self->nodes[cj_graph_get_index (graph, node)];
  CjLayerBuild build = { .builder = self->builder,
                         .node = node->id,
                         .params = node->params,
                         .n_in = cj_node_get_n_in (node),
                         .n_classes = spec->n_classes,
                         .n_words = spec->n_words };
  guint n_values, n_steps;
  g_autoptr (GError) error = NULL;

  out->n_out = cj_layer_get_n_out (node->layer);
  if (node->layer->role == CJ_ROLE_INPUT)
    {
      lower_input (self, node, spec, out);
      return;
    }
  if (node->kept != NULL)
    {
      const char *kind = "";

      g_variant_lookup (node->kept, "layer", "&s", &kind);
      cj_lowered_add_problem (
          self, CJ_PROBLEM_ERROR, node, 0,
          g_strdup_printf (_ ("“%s” is a layer “%s”, which is not installed. Install its "
                              "plugin, or delete the card."),
                           node->id, kind));
      return;
    }
  if (!collect (self, graph, node, spec, out))
    return;
  if (node->muted && node->layer->role == CJ_ROLE_LAYER)
    {
      for (guint i = 0; i < out->n_out; i++)
        out->out[i] = out->in[0];
      out->valid = TRUE;
      if (node->lesioned)
        silence (self, out);
      return;
    }
  n_values = self->builder->values->len;
  n_steps = self->builder->steps->len;
  for (guint i = 0; i < CJ_LAYER_MAX_IN; i++)
    build.in[i] = out->in[i];
  if (!node->layer->build (&build, &error))
    {
      CjProblem *problem = cj_lowered_add_problem (
          self, CJ_PROBLEM_ERROR, node, build.mend_port,
          /* Translators: kind of a layer, its name, what is wrong, as “expects pictures …” */
          g_strdup_printf (_ ("%s “%s” %s"), _ (node->layer->title), node->id, error->message));

      problem->mend = build.mend;
      problem->set = build.set;
      g_free (build.note);
      cj_builder_truncate (self->builder, n_values, n_steps);
      return;
    }
  if (node->layer->role == CJ_ROLE_LOSS && spec->heads != NULL && self->y != CJ_NO_VALUE)
    add_heads (self, node, spec, &build, n_values, n_steps);
  if (build.note != NULL)
    cj_lowered_add_problem (
        self, CJ_PROBLEM_NOTE, node, 0,
        /* Translators: kind of a layer, its name, what is wrong, as “expects pictures …” */
        g_strdup_printf (_ ("%s “%s” %s"), _ (node->layer->title), node->id, build.note));
  g_free (build.note);
  for (guint i = n_steps; i < self->builder->steps->len; i++)
    out->macs += g_array_index (self->builder->steps, CjStep, i).op.macs;
  for (guint i = 0; i < out->n_out; i++)
    out->out[i] = build.out[i];
  out->valid = TRUE;
  if (node->lesioned && node->layer->role == CJ_ROLE_LAYER)
    silence (self, out);
  if (node->layer->role == CJ_ROLE_LOSS)
    add_loss (self, node, build.in[0], out->out[0]);
}

/* Without a loss the prediction is what the last node in order makes. */
static void
find_prediction (CjLowered *self, const CjGraph *graph, const GPtrArray *order)
{
  for (guint i = 0; i < order->len && self->losses->len == 0; i++)
    {
      const CjLoweredNode *node = &self->nodes[cj_graph_get_index (graph, order->pdata[i])];

      if (node->valid && node->n_out > 0)
        self->prediction = node->out[0];
    }
}

static void
forget_loss (CjLowered *self, int value)
{
  for (guint i = 0; i < self->losses->len; i++)
    if (g_array_index (self->losses, int, i) == value)
      g_array_remove_index (self->losses, i--);
}

/* Whether input 1 of a loss is the target and nothing is wired to it. */
static gboolean
takes_y (const CjNode *node)
{
  return g_str_equal (cj_layer_get_input (node->layer, 1)->name, "target")
         && node->from[1].node == NULL;
}

/* The node whose parameter makes the number of scores: `last`, or the one before layers that keep
 * it. *name is its parameter; NULL if there is none. */
static const CjNode *
find_scorer (const CjNode *last, const char **name)
{
  for (; last != NULL; last = last->from[0].node)
    {
      *name = cj_params_find (last->layer->params, "units") != NULL     ? "units"
              : cj_params_find (last->layer->params, "filters") != NULL ? "filters"
                                                                        : NULL;
      if (*name != NULL && !last->muted)
        return last;
      if (!last->muted
          && (g_str_equal (last->layer->id, "glu") /* the one that halves */
              || (!g_str_equal (last->layer->category, "activation")
                  && !g_str_equal (last->layer->category, "normalisation")
                  && !g_str_equal (last->layer->category, "spiking")
                  && !g_str_equal (last->layer->category, "regularisation"))))
        return NULL;
    }
  return NULL;
}

static void
add_class_problem (CjLowered *self, const CjNode *loss, gint64 k, guint n_classes)
{
  const CjNode *last = loss->from[0].node;
  const char *name = NULL;
  const CjNode *scorer = find_scorer (last, &name);
  CjProblem *problem;

  if (scorer == NULL)
    {
      cj_lowered_add_problem (
          self, CJ_PROBLEM_ERROR, loss, 0,
          g_strdup_printf (g_dngettext (GETTEXT_PACKAGE,
                                        "“%s” gives %lld score, but the data has %u "
                                        "classes. Put Dense of %u units before “%s”.",
                                        "“%s” gives %lld scores, but the data has %u "
                                        "classes. Put Dense of %u units before “%s”.",
                                        (gulong) k),
                           last->id, (long long) k, n_classes, n_classes, loss->id))
          ->mend
          = "dense";
      return;
    }
  problem = cj_lowered_add_problem (
      self, CJ_PROBLEM_ERROR, scorer, 0,
      g_strdup_printf (/* Translators: the last %s is the name of a parameter, as “units” or “filters” */
                       g_dngettext (
                           GETTEXT_PACKAGE,
                           "“%s” gives %lld score, but the data has %u classes. Give it %u %s.",
                           "“%s” gives %lld scores, but the data has %u classes. Give it %u %s.",
                           (gulong) k),
                       scorer->id, (long long) k, n_classes, n_classes, name));
  problem->set = g_strdup_printf ("%s=%u", name, n_classes);
}

/* The last layer must fit the classes: says so with the parameter that would. */
static void
check_classes (CjLowered *self, const CjGraph *graph, const CjDataSpec *spec)
{
  for (guint i = 0; i < graph->nodes->len; i++)
    {
      const CjNode *node = graph->nodes->pdata[i];
      const CjLoweredNode *lowered = &self->nodes[i];
      const CjShape *shape;
      gint64 k;

      if (node->layer->role != CJ_ROLE_LOSS || !lowered->valid || spec->n_classes == 0
          || spec->y_dtype != CJ_INT32 || !takes_y (node))
        continue;
      shape = cj_builder_get_shape (self->builder, lowered->in[0]);
      k = shape->n_dims > 1 ? shape->dims[shape->n_dims == 4 ? 1 : shape->n_dims - 1] : 0;
      if (k == 0 || k == spec->n_classes)
        continue;
      add_class_problem (self, node, k, spec->n_classes);
      forget_loss (self, lowered->out[0]);
    }
}

/* Whether what learns lies before an operator of an imported model, which passes no gradient. */
static void
find_dam (CjLowered *self, const CjGraph *graph)
{
  const guint n = self->builder->values->len;
  g_autofree gboolean *learns = g_new0 (gboolean, n + 1);

  for (guint i = 0; i < n; i++)
    {
      const CjValue *value = cj_builder_get_value (self->builder, (int) i);

      learns[i] = value->kind == CJ_VALUE_PARAM
                  && !((const CjNode *) graph->nodes->pdata[value->node])->frozen;
    }
  for (guint i = 0; i < self->builder->steps->len && self->losses->len > 0; i++)
    {
      const CjStep *step = &g_array_index (self->builder->steps, CjStep, i);
      gboolean any = FALSE;

      for (guint k = 0; k < step->op.n_in; k++)
        any = any || (step->in[k] != CJ_NO_VALUE && learns[step->in[k]]);
      for (guint k = 0; any && k < step->op.n_out; k++)
        learns[step->out + (int) k] = TRUE;
      if (any && step->op.info == &cj_op_card && self->dam == NULL)
        self->dam = g_strdup (((const CjNode *) graph->nodes
                                   ->pdata[cj_builder_get_value (self->builder, step->out)->node])
                                  ->id);
    }
}

CjLowered *
cj_lower (const CjGraph *graph, const CjDataSpec *spec)
{
  CjLowered *self = g_new0 (CjLowered, 1);
  g_autoptr (GPtrArray) order = cj_graph_sort (graph);

  self->builder = cj_builder_new ();
  self->n_nodes = graph->nodes->len;
  self->nodes = g_new0 (CjLoweredNode, graph->nodes->len + 1);
  self->inputs = g_new0 (int, spec->n_inputs + 1);
  for (guint i = 0; i < spec->n_inputs; i++)
    self->inputs[i] = CJ_NO_VALUE;
  self->losses = g_array_new (FALSE, FALSE, sizeof (int));
  self->locals = g_array_new (FALSE, FALSE, sizeof (int));
  self->problems = g_ptr_array_new_with_free_func (free_problem);
  self->x = self->y = self->prediction = CJ_NO_VALUE;
  for (guint i = 0; i < order->len; i++)
    {
      self->builder->node = (guint32) cj_graph_get_index (graph, order->pdata[i]);
      lower_node (self, graph, order->pdata[i], spec);
    }
  find_prediction (self, graph, order);
  find_dam (self, graph);
  check_classes (self, graph, spec);
  if (spec->learning != NULL)
    cj_rules_apply (self, graph, spec->learning);
  return self;
}

void
cj_lowered_free (CjLowered *self)
{
  g_clear_pointer (&self->builder, cj_builder_free);
  g_ptr_array_unref (self->problems);
  g_array_unref (self->losses);
  g_array_unref (self->locals);
  g_free (self->inputs);
  g_free (self->nodes);
  g_free (self->dam);
  g_free (self);
}

const CjProblem *
cj_lowered_get_error (const CjLowered *self)
{
  for (guint i = 0; i < self->problems->len; i++)
    {
      const CjProblem *problem = self->problems->pdata[i];

      if (problem->kind == CJ_PROBLEM_ERROR)
        return problem;
    }
  return NULL;
}

gboolean
cj_lowered_can_train (const CjLowered *self, GError **error)
{
  const CjProblem *problem = cj_lowered_get_error (self);

  if (self->losses->len > 0 && self->dam == NULL)
    return TRUE;
  if (self->losses->len > 0)
    {
      g_set_error (error, CJ_ERROR, CJ_ERROR_GRAPH,
                   _ ("“%s” is an operator of an imported model: it answers, but passes no "
                      "gradient. Freeze the layers before it, or put another layer in its place."),
                   self->dam);
      return FALSE;
    }
  if (problem == NULL && self->problems->len > 0)
    problem = self->problems->pdata[0];
  g_set_error_literal (error, CJ_ERROR, CJ_ERROR_GRAPH,
                       problem != NULL ? problem->sentence
                                       : _ ("No path leads from the data to a loss. Add a loss and "
                                            "wire the last layer to it."));
  return FALSE;
}
