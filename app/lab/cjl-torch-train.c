/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The training loop: optimizer, schedule and what else the setup asks for; what cannot be said is a remark. */
#include "cjl-torch-private.h"

#include "cj-error.h"
#include "cj-metrics.h"
#include "cjd-tasks.h"

#include <glib/gi18n-lib.h>
#include <string.h>

static void
set_flag (CjlTorchExport *e, const char *flag, gboolean on)
{
  if (on)
    g_hash_table_add (e->flags, g_strdup (flag));
}

static gboolean
has_flag (const CjlTorchExport *e, const char *flag)
{
  return g_hash_table_contains (e->flags, flag);
}

static void
set_word (CjlTorchExport *e, const char *word, const char *text)
{
  g_hash_table_replace (e->words, g_strdup (word), g_strdup (text));
}

/* --- the optimizer --- */

/* What a parameter of an optimizer is called in PyTorch; NULL: it is said otherwise. */
static const struct
{
  const char *optimizer, *call, *arguments;
} optimizers[] = {
  { "sgd", "torch.optim.SGD",
    "momentum={momentum} dampening={dampening} weight_decay={decay} nesterov={nesterov}" },
  { "adam", "torch.optim.Adam",
    "betas=({beta1}, {beta2}) eps={epsilon} weight_decay={decay} amsgrad={amsgrad}" },
  { "adamw", "torch.optim.AdamW",
    "betas=({beta1}, {beta2}) eps={epsilon} weight_decay={decay} amsgrad={amsgrad}" },
  { "adamax", "torch.optim.Adamax", "betas=({beta1}, {beta2}) eps={epsilon} weight_decay={decay}" },
  { "nadam", "torch.optim.NAdam",
    "betas=({beta1}, {beta2}) eps={epsilon} weight_decay={decay} momentum_decay={momentum-decay}" },
  { "rmsprop", "torch.optim.RMSprop",
    "alpha={alpha} eps={epsilon} weight_decay={decay} momentum={momentum} centered={centered}" },
  { "adagrad", "torch.optim.Adagrad",
    "lr_decay={rate-decay} initial_accumulator_value={first} eps={epsilon} weight_decay={decay}" },
  { "adadelta", "torch.optim.Adadelta", "rho={rho} eps={epsilon} weight_decay={decay}" },
  { "lion", "Lion", "betas=({beta1}, {beta2}) weight_decay={decay}" },
};

/* A value of the setup as Python has it; NULL: there is none of that name. */
static char *
print_value (const CjTrainSetup *setup, const char *prefix, const char *name)
{
  g_autofree char *full = g_strconcat (prefix, name, NULL);
  const CjParam *param = cj_train_setup_find (setup, full);
  g_autofree char *text = param != NULL ? cj_train_setup_print (setup, full) : NULL;

  if (text == NULL)
    return NULL;
  if (param->kind == CJ_PARAM_BOOL)
    return g_strdup (g_str_equal (text, "true") ? "True" : "False");
  return param->kind == CJ_PARAM_FLOAT ? cjl_torch_print_number (g_ascii_strtod (text, NULL))
                                       : g_steal_pointer (&text);
}

static char *
fill_arguments (const CjlTorchExport *e, const char *text)
{
  GString *out = g_string_new (NULL);

  while (*text != '\0')
    {
      const char *end = *text == '{' ? strchr (text, '}') : NULL;
      g_autofree char *name = end != NULL ? g_strndup (text + 1, (gsize) (end - text - 1)) : NULL;
      g_autofree char *value = name == NULL ? NULL
                               : g_str_equal (name, "decay") && has_flag (e, "decoupled")
                                   ? g_strdup ("0.0")
                               : g_str_equal (name, "decay")
                                   ? print_value (e->project->setup, "optimizer.", "weight-decay")
                                   : print_value (e->project->setup, "optimizer.", name);

      g_string_append (out, value != NULL ? value : "");
      if (end == NULL)
        g_string_append_c (out, *text);
      text = end != NULL ? end + 1 : text + 1;
    }
  return g_string_free (out, FALSE);
}

static gboolean
is_true (const CjTrainSetup *setup, const char *name)
{
  g_autofree char *text = cj_train_setup_print (setup, name);

  return g_strcmp0 (text, "true") == 0;
}

/* "nesterov=False" and its like say what is so anyway. */
static gboolean
says_nothing (const char *argument)
{
  static const char *const presets[] = { "momentum=0.0",
                                         "dampening=0.0",
                                         "nesterov=False",
                                         "amsgrad=False",
                                         "centered=False",
                                         "lr_decay=0.0",
                                         "initial_accumulator_value=0.0",
                                         "weight_decay=0.0" };

  for (guint i = 0; i < G_N_ELEMENTS (presets); i++)
    if (g_str_equal (presets[i], argument))
      return TRUE;
  return FALSE;
}

static gboolean
plan_optimizer (CjlTorchExport *e, GError **error)
{
  const CjTrainSetup *setup = e->project->setup;
  const char *id = setup->optimizer->id;

  set_flag (e, "decoupled", is_true (setup, "optimizer.decoupled"));
  if (g_str_equal (id, "nadam") && is_true (setup, "optimizer.old-correction"))
    g_string_append (e->remarks,
                     _ ("NAdam corrects its momentum as PyTorch does, not in the old way.\n"));
  for (guint i = 0; i < G_N_ELEMENTS (optimizers); i++)
    if (g_str_equal (optimizers[i].optimizer, id))
      {
        g_autofree char *arguments = fill_arguments (e, optimizers[i].arguments);

        set_word (e, "OPTIMIZER", optimizers[i].call);
        set_word (e, "ARGUMENTS", arguments);
        return TRUE;
      }
  g_set_error (error, CJ_ERROR, CJ_ERROR_PARAM,
               _ ("The optimizer “%s” has nothing in PyTorch. Choose another one."),
               _ (setup->optimizer->title));
  return FALSE;
}

/* Arguments are separated by spaces that are in no brackets. */
static void
put_optimizer (const CjlTorchExport *e, GString *out)
{
  const char *at = g_hash_table_lookup (e->words, "ARGUMENTS");
  g_autoptr (GString) line = g_string_new ("return ");
  g_autoptr (GString) rates = g_string_new (NULL);

  for (guint i = 0; i < e->nodes->len; i++)
    {
      const CjlTorchNode *node = e->nodes->pdata[i];
      g_autofree char *rate = cjl_torch_print_number (node->node->rate);

      if (node->node->rate != 1 && (node->init != NULL || node->row->init != NULL))
        g_string_append_printf (rates, "%s\"%s\": %s", rates->len > 0 ? ", " : "", node->name,
                                rate);
    }
  g_string_append_printf (line, "%s(%s, lr=LEARNING_RATE",
                          (const char *) g_hash_table_lookup (e->words, "OPTIMIZER"),
                          rates->len > 0 ? "groups" : "model.parameters()");
  while (*at != '\0')
    {
      int depth = 0;
      const char *end = at;
      g_autofree char *argument = NULL;

      for (; *end != '\0' && (*end != ' ' || depth > 0); end++)
        depth += (*end == '(') - (*end == ')');
      argument = g_strndup (at, (gsize) (end - at));
      if (!says_nothing (argument))
        g_string_append_printf (line, ", %s", argument);
      at = *end == ' ' ? end + 1 : end;
    }
  g_string_append_c (line, ')');
  g_string_append (out, "\n\ndef make_optimizer(model):\n"
                        "    \"\"\"The optimizer, set as in Cajal.\"\"\"\n");
  if (rates->len > 0)
    {
      g_autofree char *table = g_strdup_printf ("rates = {%s}", rates->str);

      cjl_torch_put_line (out, 4, table, "factors on the learning rate");
      g_string_append (out, "    groups = [\n"
                            "        {\"params\": module.parameters(), "
                            "\"scale\": rates.get(name, 1.0)}\n"
                            "        for name, module in model.named_children()\n    ]\n");
    }
  cjl_torch_put_line (out, 4, line->str, NULL);
}

/* --- the schedule --- */

static gboolean
plan_schedule (CjlTorchExport *e, GError **error)
{
  static const char *const known[]
      = { "constant",  "cosine",  "cyclic",     "exponential", "multi-step",
          "one-cycle", "plateau", "polynomial", "step",        NULL };
  const CjTrainSetup *setup = e->project->setup;
  const char *id = setup->schedule->id, *momentum = setup->optimizer->momentum;
  const gboolean cycle = g_str_equal (id, "one-cycle");
  g_autofree char *shape = cj_train_setup_print (setup, "schedule.shape");
  g_autofree char *anneal = cj_train_setup_print (setup, "schedule.anneal");
  g_autofree char *growth = cj_train_setup_print (setup, "schedule.growth");
  g_autofree char *rise = print_value (setup, "schedule.", "rise");
  g_autofree char *middle = g_strdup_printf ("2 * %s * n_steps - 2", rise != NULL ? rise : "0.0");
  const gboolean three = is_true (setup, "schedule.three-phase");

  if (!g_strv_contains (known, id))
    {
      g_set_error (error, CJ_ERROR, CJ_ERROR_PARAM,
                   _ ("The schedule “%s” has nothing in PyTorch. Choose another one."),
                   _ (setup->schedule->title));
      return FALSE;
    }
  for (const CjParam *p = setup->schedule->params; p != NULL && p->name != NULL; p++)
    {
      g_autofree char *value = print_value (setup, "schedule.", p->name);

      set_word (e, p->name, value);
      if (g_str_equal (p->name, "period") || g_str_equal (p->name, "last"))
        set_flag (e, p->name, g_ascii_strtod (value, NULL) != 0);
    }
  set_word (e, "middle", three ? middle : "n_steps - 1");
  set_word (e, "third", three ? "first" : "last");
  set_word (e, "MOMENTUM",
            g_strcmp0 (momentum, "beta1") == 0
                ? "group[\"betas\"] = (momentum, group[\"betas\"][1])"
                : "group[\"momentum\"] = momentum");
  set_flag (e, "momentum", cycle && momentum != NULL && is_true (setup, "schedule.momentum"));
  set_flag (e, "linear", g_strcmp0 (anneal, "linear") == 0);
  set_flag (e, "restart", is_true (setup, "schedule.restart"));
  set_flag (e, "grows", growth != NULL && g_ascii_strtod (growth, NULL) >= 1.001);
  set_flag (e, "plateau", g_str_equal (id, "plateau"));
  set_flag (e, g_strcmp0 (shape, "triangular2") == 0 ? "triangular2" : "exp-range",
            shape != NULL && !g_str_equal (shape, "triangular"));
  return TRUE;
}

/* --- what is measured --- */

static void
plan_measures (CjlTorchExport *e)
{
  g_autoptr (CjMetrics) metrics = cj_metrics_new (e->program);
  const gboolean accuracy = metrics->task == CJ_TASK_CLASSES || metrics->task == CJ_TASK_SEQUENCE;
  const gboolean by_accuracy = accuracy && e->project->setup->judge == CJ_JUDGE_ACCURACY;
  const CjShape *z = cj_builder_get_shape (e->lowered->builder, e->lowered->prediction);
  const char *first = e->outputs->len > 1 ? "output[0]" : "output";
  g_autofree char *right = g_strdup_printf ("(%s.argmax(%d) == y)", first, z->n_dims == 4 ? 1 : -1);

  set_flag (e, "accuracy", accuracy);
  set_word (e, "RIGHT", right);
  set_word (e, "AND_ACCURACY", accuracy ? " and accuracy" : "");
  set_word (e, "JUDGE",
            by_accuracy ? "best is None or accuracy > best" : "best is None or val_loss < best");
  set_word (e, "JUDGED", by_accuracy ? "accuracy" : "val_loss");
  set_word (e, "REPORT_MORE", accuracy ? ", accuracy {accuracy:.2%}" : "");
  set_word (e, "SCORES", e->outputs->len > 1 ? "model(x)[0]" : "model(x)");
}

/* Which piece answers to files. */
static void
plan_predict (CjlTorchExport *e)
{
  const CjdDataset *dataset = e->dataset;
  const CjShape x = cjd_dataset_get_x_shape (dataset);
  const CjShape *z = cj_builder_get_shape (e->lowered->builder, e->lowered->prediction);
  const gboolean picture
      = x.n_dims == 3 && (x.dims[0] == 1 || x.dims[0] == 3) && dataset->x_dtype != CJ_INT32;
  const gboolean text = dataset->x_dtype == CJ_INT32 && dataset->class_names != NULL
                        && dataset->n_words == dataset->n_classes && z->n_dims == 3
                        && z->dims[2] == (gint64) dataset->n_classes;
  const gboolean table = g_str_equal (g_hash_table_lookup (e->words, "READER"), "read-table");

  set_flag (e, "text", text);
  set_word (e, "PREDICT",
            text                                         ? "predict-text encode"
            : has_flag (e, "accuracy") && z->n_dims == 2 ? "predict-classes"
                                                         : "predict-values");
  set_word (e, "INPUTS",
            text      ? ""
            : picture ? "inputs-pictures"
            : table   ? "inputs-table"
                      : "inputs-npy");
  set_word (e, "WHAT",
            text      ? "texts"
            : picture ? "pictures, or samples in .npy files"
            : table   ? "tables as that of the training"
                      : "samples in .npy files");
}

/* --- all --- */

static void
plan_remarks (CjlTorchExport *e)
{
  const CjTrainSetup *setup = e->project->setup;

  if (setup->pruning.method > 0)
    g_string_append (e->remarks, _ ("Weights are not pruned while this module trains; those that "
                                    "were pruned are 0, and grow again.\n"));
  if (setup->attack > 0)
    g_string_append_printf (e->remarks,
                            _ ("Batches are not attacked (%s) while this module trains.\n"),
                            cj_train_attacks[setup->attack]);
  if (e->dataset->tasks != NULL)
    g_string_append_printf (
        e->remarks,
        _ ("Cajal learned %u tasks one after another; this module learns all classes at once.\n"),
        e->dataset->tasks->n);
  if (setup->continual.remedy > 0)
    g_string_append (e->remarks,
                     _ ("Nothing is done against forgetting while this module trains.\n"));
}

gboolean
cjl_torch_plan_training (CjlTorchExport *e, GError **error)
{
  const CjTrainSetup *setup = e->project->setup;

  set_flag (e, "train", e->losses->len > 0);
  set_flag (e, "warmup", setup->warmup > 0);
  set_flag (e, "clip-norm", setup->clip_norm > 0);
  set_flag (e, "clip-value", setup->clip_value > 0);
  set_flag (e, "average", setup->average > 0);
  set_flag (e, "patience", setup->patience > 0);
  set_flag (e, "keep-best", setup->keep_best);
  set_flag (e, "best", setup->keep_best || setup->patience > 0);
  plan_measures (e);
  plan_predict (e);
  plan_remarks (e);
  return plan_optimizer (e, error) && plan_schedule (e, error);
}

static void
put_number (GString *out, const char *name, double value, gboolean wanted)
{
  g_autofree char *number = cjl_torch_print_number (value);

  if (wanted)
    g_string_append_printf (out, "%s = %s\n", name, number);
}

void
cjl_torch_put_training_constants (CjlTorchExport *e, GString *out)
{
  const CjTrainSetup *setup = e->project->setup;
  g_autofree char *decay = print_value (setup, "optimizer.", "weight-decay");

  if (!has_flag (e, "train"))
    return;
  g_string_append_printf (out, "\n# How it was trained\nEPOCHS = %d\n", setup->epochs);
  g_string_append_printf (out, "BATCH = %d  # of all processes together\n", setup->batch);
  put_number (out, "LEARNING_RATE", setup->learning_rate, TRUE);
  put_number (out, "WARMUP", setup->warmup, setup->warmup > 0);
  put_number (out, "WARMUP_START", setup->warmup_start, setup->warmup > 0);
  put_number (out, "CLIP_NORM", setup->clip_norm, setup->clip_norm > 0);
  put_number (out, "CLIP_VALUE", setup->clip_value, setup->clip_value > 0);
  if (has_flag (e, "decoupled"))
    g_string_append_printf (out, "WEIGHT_DECAY = %s\n", decay);
  put_number (out, "AVERAGE", setup->average, setup->average > 0);
  if (setup->patience > 0)
    g_string_append_printf (out, "PATIENCE = %d  # epochs without a better validation\n",
                            setup->patience);
  g_string_append_printf (out, "SEED = %d\n", setup->seed);
}

void
cjl_torch_put_training (CjlTorchExport *e, GString *out)
{
  const char *schedule = e->project->setup->schedule->id;
  const gboolean lion = g_str_equal (e->project->setup->optimizer->id, "lion");
  g_autofree char *predict
      = g_strdup_printf ("%s %s", (const char *) g_hash_table_lookup (e->words, "PREDICT"),
                         (const char *) g_hash_table_lookup (e->words, "INPUTS"));
  g_autofree char *train = g_strdup_printf (
      "%s rate place evaluate train%s%s%s", schedule, lion ? " lion" : "",
      has_flag (e, "average") ? " average" : "", has_flag (e, "decoupled") ? " shrink" : "");

  if (has_flag (e, "train"))
    {
      put_optimizer (e, out);
      cjl_torch_put_pieces (e, out, train);
    }
  cjl_torch_put_pieces (e, out, predict);
  cjl_torch_put_pieces (e, out, "main");
}
