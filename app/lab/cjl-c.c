/* SPDX-License-Identifier: GPL-3.0-or-later */
/* From a project to calls: which ops the answer needs, what of them is known already, and the rest op by op. */
#include "cjl-c-private.h"

#include "cj-error.h"
#include "cj-metrics.h"
#include "cj-ops.h"
#include "file.h"

#include <glib/gi18n-lib.h>
#include <math.h>
#include <string.h>

static void
clear_buffer (gpointer data)
{
  CjlCBuffer *buffer = data;

  g_free (buffer->title);
  g_free (buffer->name);
  g_free (buffer->data);
}

static void
clear_call (gpointer data)
{
  CjlCCall *call = data;

  for (guint i = 0; i < CJL_C_SHAPES; i++)
    g_free (call->shapes[i]);
}

static CjBuilder *
get_builder (const CjlC *c)
{
  return cj_program_get_lowered (c->program)->builder;
}

/* --- which steps --- */

/* What leaves numbers as they are when a network answers, in the order of the memory of the C. */
static gboolean
is_nothing (const CjOpInfo *op)
{
  return op == &cj_op_to_last || op == &cj_op_to_plain || op == &cj_op_noise || op == &cj_op_target
         || op == &cj_op_feedback;
}

/* In int8 a Quantise card says how the numbers before it are to be rounded, in place of what was measured. */
static gboolean
take_levels (CjlC *c, const CjStep *step, int from)
{
  const CjValue *value = cj_builder_get_value (get_builder (c), step->out);
  const CjNode *node = c->project->graph->nodes->pdata[value->node];
  const CjUnaryAttrs *a = step->op.attrs;

  if (!c->int8 || !g_str_equal (node->layer->id, "quantise") || step->op.info != &cj_op_unary)
    return FALSE;
  if (a->kind == CJ_UNARY_CLAMP)
    c->quants[from] = cj_quant_fit (a->a, a->b, CJ_QUANT_MAX_BITS);
  return TRUE;
}

static void
list_steps (CjlC *c)
{
  CjBuilder *b = get_builder (c);
  g_autofree int *root = g_new (int, b->values->len + 1);

  for (guint i = 0; i < b->values->len; i++)
    root[i] = (int) i;
  for (guint i = 0; i < b->steps->len; i++)
    {
      const CjStep *step = &g_array_index (b->steps, CjStep, i);
      CjlCStep mine = { .step = step };

      for (guint k = 0; k < step->op.n_in; k++)
        mine.in[k] = step->in[k] != CJ_NO_VALUE ? root[step->in[k]] : CJ_NO_VALUE;
      if (is_nothing (step->op.info) || take_levels (c, step, mine.in[0]))
        root[step->out] = mine.in[0];
      else
        g_array_append_val (c->steps, mine);
    }
  c->prediction = root[c->prediction];
}

/* An input that only learning looks at: the weight of a way back, the class that a vote learns from. */
static gboolean
is_for_learning (const CjOpInfo *op, guint i)
{
  return (i == 3 && (op == &cj_op_dense || op == &cj_op_conv2d)) || (i == 2 && op == &cj_op_vote);
}

/* From the answer back. */
static void
find_needed (CjlC *c)
{
  c->uses[c->prediction]++;
  for (guint i = c->steps->len; i-- > 0;)
    {
      CjlCStep *step = cjl_c_step (c, i);

      for (guint k = 0; k < step->step->op.n_out; k++)
        step->needed |= c->uses[step->step->out + (int) k] > 0;
      for (guint k = 0; k < step->step->op.n_in && step->needed; k++)
        if (is_for_learning (step->step->op.info, k))
          step->in[k] = CJ_NO_VALUE;
        else if (step->in[k] != CJ_NO_VALUE)
          c->uses[step->in[k]]++;
    }
}

/* --- what is known --- */

static gboolean
add_numbers (CjlC *c, int value)
{
  const CjValue *v = cj_builder_get_value (get_builder (c), value);
  const CjProgramParam *param = v->kind == CJ_VALUE_PARAM || v->kind == CJ_VALUE_STATE
                                    ? cj_program_find_param (c->program, v->name)
                                    : NULL;

  if (param == NULL)
    return FALSE;
  c->values[value] = cjl_c_add_const (c, CJL_C_FLOAT, param->size, v->name,
                                      g_memdup2 (cj_program_get_param_data (c->program, param),
                                                 sizeof (float) * (gsize) param->size));
  return TRUE;
}

/* Inputs from outside, and learned numbers. */
static gboolean
list_values (CjlC *c, GError **error)
{
  const CjLowered *lowered = cj_program_get_lowered (c->program);

  for (guint i = 0; i < c->n_values; i++)
    {
      const CjValue *v = cj_builder_get_value (get_builder (c), (int) i);
      const CjNode *node;

      if (c->uses[i] == 0 || v->kind == CJ_VALUE_RESULT || add_numbers (c, (int) i))
        continue;
      if ((int) i == lowered->x)
        {
          c->values[i] = c->input;
          continue;
        }
      node = c->project->graph->nodes->pdata[v->node];
      g_set_error (error, CJ_ERROR, CJ_ERROR_GRAPH,
                   _ ("“%s” needs more than the sample itself, which the C export does not "
                      "know. Take it out of what leads to the answer."),
                   node->id);
      return FALSE;
    }
  return TRUE;
}

/* A step whose inputs are all known: its numbers take its place. */
static gboolean
know_step (CjlC *c, const CjlCStep *step)
{
  const CjOp *op = &step->step->op;
  const void *in[CJ_OP_MAX_IN] = { NULL };
  float *out[CJ_OP_MAX_OUT] = { NULL };

  if (op->n_in == 0 || op->info->twin == NULL)
    return FALSE;
  for (guint i = 0; i < op->n_in; i++)
    {
      in[i] = step->in[i] != CJ_NO_VALUE ? cjl_c_numbers (c, step->in[i]) : NULL;
      if (in[i] == NULL && step->in[i] != CJ_NO_VALUE)
        return FALSE;
    }
  for (guint k = 0; k < op->n_out; k++)
    out[k] = g_new0 (float, cj_shape_size (&op->out_shape[k]));
  op->info->twin (op, in, out);
  for (guint k = 0; k < op->n_out; k++)
    cjl_c_set (
        c, k, cjl_c_add_const (c, CJL_C_FLOAT, cj_shape_size (&op->out_shape[k]), "known", out[k]));
  return TRUE;
}

/* --- op by op --- */

static const CjlCOp *
find_op (const CjOpInfo *info)
{
  for (const CjlCOp *op = cjl_c_ops (); op->op != NULL; op++)
    if (op->op == info)
      return op;
  return NULL;
}

/* The steps of one sample must not be those of several. */
static gboolean
check_step (const CjlC *c, const CjlCStep *step, GError **error)
{
  g_autofree char *sentence = NULL;

  if (find_op (step->step->op.info) != NULL)
    return TRUE;
  sentence
      = g_strdup_printf (_ ("has the operation “%s”, which the C export does not know. Take it "
                            "out, or put another layer in its place."),
                         step->step->op.info->id);
  return cjl_c_refuse (c, step, error, sentence);
}

static void
note_left (CjlC *c, const CjOpInfo *op)
{
  if (!c->int8 || op == &cj_op_reshape)
    return;
  for (guint i = 0; i < c->left->len; i++)
    if (g_str_equal (c->left->pdata[i], op->id))
      return;
  g_ptr_array_add (c->left, (gpointer) op->id);
}

static gboolean
write_steps (CjlC *c, GError **error)
{
  for (c->step = 0; c->step < c->steps->len; c->step++)
    {
      const CjlCStep *step = cjl_c_step (c, c->step);
      const CjlCOp *op;

      if (!step->needed || step->done || know_step (c, step))
        continue;
      if (!check_step (c, step, error))
        return FALSE;
      op = find_op (step->step->op.info);
      c->macs += step->step->op.macs;
      if (c->int8 && op->write_s8 != NULL && op->write_s8 (c, step))
        continue;
      if (!op->write (c, step, error))
        return FALSE;
      note_left (c, op->op);
    }
  return TRUE;
}

/* The answer as cajal-cli predict gives it: shares of classes, or values. */
static void
write_answer (CjlC *c)
{
  g_autoptr (CjMetrics) metrics = cj_metrics_new (c->program);
  const CjShape *shape = cj_builder_get_shape (get_builder (c), c->prediction);
  const int n = (int) cj_shape_size (shape);
  const gboolean classes = metrics->task == CJ_TASK_CLASSES && shape->n_dims == 2;
  const channels_shape softmax = { 1, n, 1 };
  const move_shape all = { .size = { 1, 1, 1, 1, 1, n }, .from = { [5] = 1 }, .to = { [5] = 1 } };
  const int scores = cjl_c_value (c, c->prediction);
  const CjlCPlace place = cjl_c_buffer (c, scores)->place;

  if (classes || place != CJL_C_ROOM)
    {
      c->output = cjl_c_add_room (c, CJL_C_FLOAT, n);
      if (classes)
        cjl_c_call (c, "softmax", &softmax, scores, c->output);
      else
        cjl_c_call (c, "move", &all, scores, c->output);
    }
  else
    c->output = scores;
  cjl_c_buffer (c, c->output)->place = CJL_C_OUTPUT;
  c->classes = classes;
}

/* --- the whole --- */

static gboolean
compile (CjlC *c, GError **error)
{
  CjlProject *project = c->project;

  if (cjl_project_get_weights (project)->len == 0)
    {
      g_set_error (error, CJ_ERROR, CJ_ERROR_GRAPH,
                   _ ("The project has no weights yet. Train it first."));
      return FALSE;
    }
  if (!cjl_intake_read (&c->intake, project, error))
    return FALSE;
  c->intake.spec.batch = 1;
  c->program = cj_program_new (project->graph, CJ_PURPOSE_PROBE, &c->intake.spec, 1, error);
  if (c->program == NULL)
    return FALSE;
  cj_program_init (c->program, (guint64) project->setup->seed);
  cjl_project_apply_weights (project, c->program);
  c->prediction = cj_program_get_lowered (c->program)->prediction;
  if (c->prediction != CJ_NO_VALUE && cj_program_get_x (c->program) != NULL)
    return TRUE;
  g_set_error (error, CJ_ERROR, CJ_ERROR_GRAPH,
               _ ("The network has no answer that comes from the data. Wire the data to it."));
  return FALSE;
}

static void
make_room (CjlC *c)
{
  const CjTensor *x = cj_program_get_x (c->program);
  const CjlCBuffer input = { .place = CJL_C_INPUT,
                             .type = x->dtype == CJ_INT32 ? CJL_C_INT32 : CJL_C_FLOAT,
                             .n = cj_shape_size (&x->shape),
                             .title = g_strdup ("input") };

  c->n_values = get_builder (c)->values->len;
  c->values = g_new (int, c->n_values + 1);
  c->floats = g_new (int, c->n_values + 1);
  c->uses = g_new0 (guint, c->n_values + 1);
  c->quants = g_new0 (CjQuant, c->n_values + 1);
  for (guint i = 0; i <= c->n_values; i++)
    c->values[i] = c->floats[i] = CJL_C_NONE;
  g_array_append_val (c->buffers, input);
  c->input = 0;
}

static gboolean
check_numbers (const CjlC *c, GError **error)
{
  for (guint i = 0; i < c->buffers->len; i++)
    {
      const CjlCBuffer *b = cjl_c_buffer (c, (int) i);

      for (gint64 k = 0; b->place == CJL_C_CONST && b->type == CJL_C_FLOAT && k < b->n; k++)
        if (!isfinite (((const float *) b->data)[k]))
          {
            g_set_error (error, CJ_ERROR, CJ_ERROR_GRAPH,
                         _ ("“%s” has numbers that are not finite. Go back to an earlier "
                            "checkpoint."),
                         b->title);
            return FALSE;
          }
    }
  return TRUE;
}

static gboolean
check_size (const CjlC *c, GError **error)
{
  gint64 most = 0;

  for (guint i = 0; i < c->buffers->len; i++)
    most = MAX (most, cjl_c_buffer (c, (int) i)->n);
  if (c->facts.flash <= CJL_C_MOST_BYTES && most < G_MAXINT32 / 4 && c->arena < G_MAXINT32)
    return TRUE;
  g_set_error (
      error, CJ_ERROR, CJ_ERROR_GRAPH,
      _ ("The network would be %.0f MB of numbers and %.0f MB of memory, and %.0f MB is the "
         "most that is written as C. Export it as ONNX."),
      (double) c->facts.flash / 1048576, (double) c->arena / 1048576,
      (double) CJL_C_MOST_BYTES / 1048576);
  return FALSE;
}

static gboolean
build (CjlC *c, GError **error)
{
  g_autoptr (CjdDataset) dataset = NULL;

  if (!compile (c, error))
    return FALSE;
  make_room (c);
  list_steps (c);
  find_needed (c);
  if (!list_values (c, error))
    return FALSE;
  for (guint i = 0; i < c->steps->len; i++) /* before anything slow */
    if (cjl_c_step (c, i)->needed && c->int8 && !check_step (c, cjl_c_step (c, i), error))
      return FALSE;
  if (c->int8)
    {
      dataset = cjl_data_load (&c->project->data, error);
      if (dataset == NULL || !cjl_c_calibrate (c, dataset, error))
        return FALSE;
    }
  if (!write_steps (c, error))
    return FALSE;
  write_answer (c);
  g_ptr_array_add (c->left, NULL);
  cjl_c_plan (c);
  cjl_c_find_facts (c, dataset);
  return check_numbers (c, error) && check_size (c, error);
}

CjlC *
cjl_c_new (CjlProject *project, const CjlCOptions *options, GError **error)
{
  g_autoptr (CjlC) c = g_new0 (CjlC, 1);

  c->project = cjl_project_ref (project);
  c->int8 = options->int8;
  c->steps = g_array_new (FALSE, FALSE, sizeof (CjlCStep));
  c->buffers = g_array_new (FALSE, FALSE, sizeof (CjlCBuffer));
  c->calls = g_array_new (FALSE, FALSE, sizeof (CjlCCall));
  g_array_set_clear_func (c->buffers, clear_buffer);
  g_array_set_clear_func (c->calls, clear_call);
  c->left = g_ptr_array_new ();
  return build (c, error) ? g_steal_pointer (&c) : NULL;
}

void
cjl_c_free (CjlC *c)
{
  g_array_unref (c->steps);
  g_array_unref (c->buffers);
  g_array_unref (c->calls);
  g_ptr_array_unref (c->left);
  g_clear_pointer (&c->program, cj_program_free);
  cjl_intake_clear (&c->intake);
  g_free (c->values);
  g_free (c->floats);
  g_free (c->uses);
  g_free (c->quants);
  cjl_project_unref (c->project);
  g_free (c);
}

const CjlCFacts *
cjl_c_get_facts (const CjlC *c)
{
  return &c->facts;
}

const char *const *
cjl_c_get_left (const CjlC *c)
{
  return (const char *const *) c->left->pdata;
}

gint64
cjl_c_get_n_in (const CjlC *c)
{
  return cjl_c_buffer (c, c->input)->n;
}

gint64
cjl_c_get_n_out (const CjlC *c)
{
  return cjl_c_buffer (c, c->output)->n;
}

char *
cjl_c_get_header (const char *path)
{
  const gsize length = g_str_has_suffix (path, ".c") ? strlen (path) - 2 : strlen (path);

  return g_strdup_printf ("%.*s.h", (int) length, path);
}

gboolean
cjl_c_save (const CjlC *c, const char *path, GError **error)
{
  g_autofree char *header = cjl_c_get_header (path), *file = g_path_get_basename (header);
  g_autofree char *base = g_strndup (file, strlen (file) - 2);
  g_autofree char *declared = cjl_c_print_header (c, base), *source = cjl_c_print_source (c, base);

  return cjd_file_can_write (path, error)
         && cjd_file_write (header, declared, strlen (declared), error)
         && cjd_file_write (path, source, strlen (source), error);
}
