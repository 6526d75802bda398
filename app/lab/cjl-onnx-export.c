/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The model: what goes in, the ops on the way to the prediction, what comes out, and what is said of it. */
#include "cjl-onnx-export-private.h"

#include "cj-error.h"
#include "cj-metrics.h"
#include "cj-ops.h"
#include "cj-runner.h"
#include "cjd-folders.h"
#include "cjl-json.h"

#include <glib/gi18n-lib.h>

#define PRODUCER "Cajal"

/* --- the table of ops --- */

static const CjlOnnxOp *const tables[]
    = { cjl_onnx_ops_dense,     cjl_onnx_ops_pictures, cjl_onnx_ops_numbers, cjl_onnx_ops_order,
        cjl_onnx_ops_sequences, cjl_onnx_ops_spikes,   cjl_onnx_ops_refused };

static const CjlOnnxOp *
find_op (const char *id)
{
  for (guint i = 0; i < G_N_ELEMENTS (tables); i++)
    for (const CjlOnnxOp *op = tables[i]; op->op != NULL; op++)
      if (g_str_equal (op->op->id, id))
        return op;
  return NULL;
}

const char *
cjl_onnx_find_op (const char *id)
{
  const CjlOnnxOp *op = find_op (id);

  return op == NULL ? NULL : op->write != NULL ? "exported" : _ (op->reason);
}

/* --- the network --- */

static void
clear (CjlOnnxExport *e)
{
  g_clear_pointer (&e->program, cj_program_free);
  g_clear_pointer (&e->more, cj_lowered_free);
  g_clear_pointer (&e->out, cjd_onnx_out_free);
  g_clear_pointer (&e->used, g_hash_table_unref);
  g_clear_pointer (&e->kept, g_ptr_array_unref);
  g_clear_pointer (&e->draws, g_ptr_array_unref);
  g_free (e->needed);
  g_free (e->constant);
  g_free (e->live);
  g_free (e->skipped);
  g_free (e->names);
  cjl_intake_clear (&e->intake);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (CjlOnnxExport, clear)

/* Compiled for two samples, and the ops for three besides. Values of weights only are worked out by running it
 * on nothing. */
static gboolean
compile (CjlOnnxExport *e, GError **error)
{
  CjDataSpec spec = e->intake.spec;
  const CjProblem *problem;

  spec.batch = 2;
  e->program = cj_program_new (e->project->graph, CJ_PURPOSE_PROBE, &spec, 1, error);
  if (e->program == NULL)
    return FALSE;
  cj_program_init (e->program, (guint64) e->project->setup->seed);
  if (cjl_project_apply_weights (e->project, e->program) == 0
      && cjl_project_get_weights (e->project)->len > 0)
    {
      g_set_error (error, CJ_ERROR, CJ_ERROR_GRAPH,
                   _ ("The weights are of another network. Train it for a step."));
      return FALSE;
    }
  cj_program_forward (e->program, FALSE, spec.batch, 0, 0);
  e->lowered = cj_program_get_lowered (e->program);
  problem = cj_lowered_get_error (e->lowered);
  if (problem != NULL)
    {
      g_set_error_literal (error, CJ_ERROR, CJ_ERROR_GRAPH, problem->sentence);
      return FALSE;
    }
  spec.batch = 3;
  e->more = cj_lower (e->project->graph, &spec);
  e->prediction = e->lowered->prediction;
  if (e->prediction == CJ_NO_VALUE || e->lowered->x == CJ_NO_VALUE || e->prediction == e->lowered->x
      || e->lowered->builder->values->len != e->more->builder->values->len)
    {
      g_set_error (error, CJ_ERROR, CJ_ERROR_GRAPH,
                   _ ("The network has no layers between its input and its readout."));
      return FALSE;
    }
  return TRUE;
}

/* What the prediction hangs on, and what of it hangs on weights only. */
static void
look_through (CjlOnnxExport *e)
{
  const GArray *values = e->lowered->builder->values, *steps = e->lowered->builder->steps;

  e->needed = g_new0 (gboolean, values->len);
  e->constant = g_new0 (gboolean, values->len);
  e->names = g_new0 (char *, values->len);
  e->live = g_new0 (gboolean, MAX (steps->len, 1));
  e->skipped = g_new0 (gboolean, MAX (steps->len, 1));
  for (guint i = 0; i < values->len; i++)
    {
      const CjValueKind kind = cjl_onnx_get_value (e, (int) i)->kind;

      e->constant[i] = kind == CJ_VALUE_PARAM || kind == CJ_VALUE_STATE;
    }
  for (guint i = 0; i < steps->len; i++)
    {
      const CjStep *step = &g_array_index (steps, CjStep, i);
      gboolean constant = step->op.n_in > 0;

      for (guint k = 0; k < step->op.n_in; k++)
        constant &= step->in[k] == CJ_NO_VALUE || e->constant[step->in[k]];
      for (guint k = 0; k < step->op.n_out; k++)
        e->constant[step->out + (int) k] = constant;
    }
  e->needed[e->prediction] = TRUE;
  for (guint i = steps->len; i-- > 0;)
    {
      const CjStep *step = &g_array_index (steps, CjStep, i);
      gboolean needed = FALSE;

      for (guint k = 0; k < step->op.n_out; k++)
        needed |= e->needed[step->out + (int) k];
      e->live[i] = needed && !e->constant[step->out];
      for (guint k = 0; k < step->op.n_in && needed; k++)
        if (step->in[k] != CJ_NO_VALUE)
          e->needed[step->in[k]] = TRUE;
    }
}

/* Everything that is refused, before anything is made. */
static gboolean
check_ops (CjlOnnxExport *e, GError **error)
{
  const GArray *steps = e->lowered->builder->steps;

  for (guint i = 0; i < steps->len; i++)
    {
      const CjStep *step = &g_array_index (steps, CjStep, i);
      const CjlOnnxOp *op = find_op (step->op.info->id);
      const CjStep *joined;

      if (!e->live[i])
        continue;
      e->step = step;
      if (op == NULL || op->write == NULL)
        return cjl_onnx_refuse (e, error, "%s",
                                op != NULL ? _ (op->reason)
                                           : _ ("is of a plugin's own making, which no other "
                                                "program would know."));
      joined = cjl_onnx_find_share (e, step);
      if (joined == NULL)
        joined = cjl_onnx_find_range (e, step);
      if (joined == NULL)
        joined = cjl_onnx_find_spread (e, step);
      if (joined != NULL)
        e->skipped[joined - (const CjStep *) (void *) steps->data] = TRUE;
    }
  e->step = NULL;
  return TRUE;
}

/* --- what goes in --- */

/* x normalised as in training: (x / 255 - mean) / std, which is x · scale + shift, of every channel: a batch
 * normalisation whose mean is 0 and variance 1, for not every program stretches other products over channels. */
static void
normalise (CjlOnnxExport *e)
{
  const CjlIntake *in = &e->intake;
  const double most = in->dtype == CJ_UINT8 ? 255 : 1;
  const gint64 c = in->n_channels > 0 ? in->shape.dims[0] : 0;
  const CjShape shape = cj_shape1 (c);
  g_autofree float *numbers = g_new (float, 4 * c + 1);
  static const char *const names[] = { "scale", "shift", "zeros", "ones" };
  const char *x[4];

  for (gint64 i = 0; i < c; i++)
    {
      const gint64 k = i / (c / in->n_channels); /* a channel may be that of several */

      numbers[i] = (float) (1 / (most * (double) in->std[k]));
      numbers[c + i] = (float) (-(double) in->mean[k] / (double) in->std[k]);
      numbers[2 * c + i] = 0;
      numbers[3 * c + i] = 1;
    }
  e->names[e->lowered->x] = (char *) "input";
  if (c == 0)
    return;
  for (guint i = 0; i < 4; i++)
    {
      g_autofree char *name = g_strdup_printf ("input/%s", names[i]);

      x[i] = cjl_onnx_floats (e, name, &shape, numbers + i * c);
    }
  e->names[e->lowered->x]
      = (char *) cjl_onnx_add (e, "BatchNormalization", cjl_onnx_name (e, "input/normalised"),
                               "input", x[0], x[1], x[2], x[3], NULL);
  cjd_onnx_out_set_float (e->out, "epsilon", 0);
}

static const char *
describe_input (const CjlOnnxExport *e)
{
  return e->intake.dtype == CJ_UINT8 ? "pixels from 0 to 255, channels first; the model normalises"
         : e->intake.dtype == CJ_INT32 ? "words, each the number of a symbol"
                                       : "numbers as they stand in the data; the model normalises";
}

static void
write_input (CjlOnnxExport *e)
{
  const CjShape shape = cj_shape_batched (&e->intake.shape, CJD_ONNX_FREE);

  g_hash_table_add (e->used, (char *) "input");
  cjd_onnx_out_add_input (e->out, "input",
                          e->intake.dtype == CJ_INT32 ? CJD_ONNX_INT64 : CJD_ONNX_FLOAT, &shape,
                          describe_input (e));
  normalise (e);
}

/* --- what comes out --- */

CjlOnnxEnd
cjl_onnx_find_end (const CjlOnnxExport *e, int *axis)
{
  const GArray *steps = e->lowered->builder->steps;

  for (guint i = 0; i < steps->len; i++)
    {
      const CjStep *step = &g_array_index (steps, CjStep, i);

      if (step->op.n_in == 0 || step->in[0] != e->prediction)
        continue;
      if (step->op.info == &cj_op_cross_entropy)
        {
          *axis = ((const CjCrossEntropyAttrs *) step->op.attrs)->axis;
          return CJL_ONNX_SOFTMAX;
        }
      if (step->op.info == &cj_op_pair_loss
          && ((const CjPairLossAttrs *) step->op.attrs)->kind == CJ_PAIR_BCE_LOGITS)
        return CJL_ONNX_SIGMOID;
    }
  return CJL_ONNX_VALUES;
}

static const char *
get_scores_name (CjlOnnxEnd end)
{
  return end == CJL_ONNX_VALUES ? "output" : "scores";
}

static void
write_outputs (CjlOnnxExport *e)
{
  const CjShape shape = cjl_onnx_get_shape (e, e->prediction);
  int axis = -1;
  const CjlOnnxEnd end = cjl_onnx_find_end (e, &axis);
  const char *scores = get_scores_name (end);

  if (!g_str_equal (e->names[e->prediction], scores))
    cjl_onnx_add (e, "Identity", scores, e->names[e->prediction], NULL);
  if (end != CJL_ONNX_VALUES)
    {
      cjl_onnx_add (e, end == CJL_ONNX_SOFTMAX ? "Softmax" : "Sigmoid", "probabilities", scores,
                    NULL);
      if (end == CJL_ONNX_SOFTMAX)
        cjd_onnx_out_set_int (e->out, "axis", axis);
      cjd_onnx_out_add_output (e->out, "probabilities", CJD_ONNX_FLOAT, &shape,
                               end == CJL_ONNX_SOFTMAX ? "a share for each class; they sum to 1"
                                                       : "a probability for each value");
    }
  cjd_onnx_out_add_output (e->out, scores, CJD_ONNX_FLOAT, &shape,
                           end == CJL_ONNX_VALUES ? "what the network gives, as its data have it"
                                                  : "the same before they become probabilities");
}

/* --- what is said of it --- */

static void
note_numbers (CjlOnnxExport *e, const char *key, const float *numbers, guint n)
{
  g_autoptr (GString) text = g_string_new ("[");
  char number[G_ASCII_DTOSTR_BUF_SIZE];

  for (guint i = 0; i < n; i++)
    g_string_append_printf (text, "%s%s", i > 0 ? ", " : "",
                            g_ascii_formatd (number, sizeof number, "%.9g", (double) numbers[i]));
  g_string_append_c (text, ']');
  cjd_onnx_out_add_note (e->out, key, text->str);
}

static void
note_setup (CjlOnnxExport *e)
{
  static const char *const names[]
      = { "optimizer", "schedule", "rule", "learning-rate", "batch", "epochs", "seed" };
  g_autoptr (GArray) epochs = cjl_project_read_history (e->project);
  const CjRunEpoch *last
      = epochs->len > 0 ? &g_array_index (epochs, CjRunEpoch, epochs->len - 1) : NULL;
  g_autofree char *steps
      = g_strdup_printf ("%llu", last != NULL ? (unsigned long long) last->step : 0ull);

  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_autofree char *key = g_strdup_printf ("training.%s", names[i]);
      g_autofree char *text = cj_train_setup_print (e->project->setup, names[i]);

      if (text != NULL)
        cjd_onnx_out_add_note (e->out, key, text);
    }
  cjd_onnx_out_add_note (e->out, "training.steps", steps);
}

static void
write_notes (CjlOnnxExport *e)
{
  const CjlIntake *in = &e->intake;
  g_autoptr (GVariant) classes = g_variant_lookup_value (in->learned, "classes", NULL);
  g_autofree char *names = classes != NULL && g_variant_n_children (classes) > 0
                               ? cjl_json_print (classes, FALSE)
                               : NULL;
  g_autofree char *source = cjd_folders_dup_name (e->project->data.source);
  int axis;

  cjd_onnx_out_set_producer (e->out, PRODUCER, CAJAL_VERSION);
  cjd_onnx_out_set_doc (e->out, e->project->title);
  cjd_onnx_out_add_note (e->out, "title", e->project->title);
  cjd_onnx_out_add_note (e->out, "cajal.version", CAJAL_VERSION);
  cjd_onnx_out_add_note (e->out, "input", describe_input (e));
  if (in->n_channels > 0)
    {
      note_numbers (e, "mean", in->mean, in->n_channels);
      note_numbers (e, "std", in->std, in->n_channels);
    }
  if (names != NULL)
    cjd_onnx_out_add_note (e->out, "classes", names);
  cjd_onnx_out_add_note (
      e->out, "probabilities",
      (const char *const[]){ "none", "softmax", "sigmoid" }[cjl_onnx_find_end (e, &axis)]);
  cjd_onnx_out_add_note (e->out, "data", source);
  note_setup (e);
}

/* --- all of it --- */

static gboolean
write_steps (CjlOnnxExport *e, GError **error)
{
  const GArray *steps = e->lowered->builder->steps;
  int axis;

  /* what the model gives is named by what it is, but where it is something else besides */
  g_hash_table_add (e->used, (char *) get_scores_name (cjl_onnx_find_end (e, &axis)));
  g_hash_table_add (e->used, (char *) "probabilities");
  if (e->prediction != e->lowered->x && !e->constant[e->prediction])
    e->names[e->prediction] = (char *) get_scores_name (cjl_onnx_find_end (e, &axis));
  for (guint i = 0; i < steps->len; i++)
    {
      const CjStep *step = &g_array_index (steps, CjStep, i);

      if (!e->live[i] || e->skipped[i])
        continue;
      e->step = step;
      if (!find_op (step->op.info->id)->write (e, step, error))
        return FALSE;
    }
  e->step = NULL;
  return TRUE;
}

static gboolean
write_model (CjlOnnxExport *e, CjlProject *project, GError **error)
{
  e->project = project;
  e->used = g_hash_table_new (g_str_hash, g_str_equal);
  e->kept = g_ptr_array_new_with_free_func (g_free);
  e->draws = g_ptr_array_new ();
  if (!cjl_intake_read (&e->intake, project, error) || !compile (e, error))
    return FALSE;
  look_through (e);
  if (!check_ops (e, error))
    return FALSE;
  e->out = cjd_onnx_out_new (project->title, CJL_ONNX_OPSET);
  write_input (e);
  if (!write_steps (e, error))
    return FALSE;
  write_outputs (e);
  cjd_onnx_out_drop_unread (e->out);
  write_notes (e);
  return TRUE;
}

GBytes *
cjl_onnx_print (CjlProject *project, GError **error)
{
  g_auto (CjlOnnxExport) e = { 0 };

  return write_model (&e, project, error) ? cjd_onnx_out_print (e.out, error) : NULL;
}

gboolean
cjl_onnx_write_samples (CjlProject *project, const char *path, guint n, CjlExported *done,
                        GError **error)
{
  g_auto (CjlOnnxExport) e = { 0 };

  return write_model (&e, project, error) && cjl_onnx_put_samples (&e, path, n, done, error);
}
