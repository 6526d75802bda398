/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Cases of optimizers, schedules and initialisers: a training setup is filled in under the engine's own
 * names, and the trainer, the setup's clock and the compiler's first weights are compared. */
#include "cjl-verify-private.h"

#include "cj-error.h"
#include "cj-trainer.h"

#include <glib/gi18n-lib.h>
#include <math.h>
#include <string.h>

/* Sets a value of the setup; the first mistake stays in the case. */
static void
set_text (CjlVerifyCase *c, CjTrainSetup *setup, const char *name, const char *text)
{
  if (c->mistake == NULL && !cj_train_setup_set (setup, name, text, &c->mistake))
    g_prefix_error (&c->mistake, "%s: ", name);
}

static void
set_number (CjlVerifyCase *c, CjTrainSetup *setup, const char *name, double value)
{
  char text[G_ASCII_DTOSTR_BUF_SIZE];

  set_text (c, setup, name, g_ascii_dtostr (text, sizeof text, value));
}

/* A setting of the reference under our name, where the reference has it. */
static void
copy_number (CjlVerifyCase *c, CjTrainSetup *setup, const char *name, const char *setting,
             guint index)
{
  const double value = cjl_verify_number (c, setting, index, NAN);

  if (isfinite (value))
    set_number (c, setup, name, value);
}

static void
copy_bool (CjlVerifyCase *c, CjTrainSetup *setup, const char *name, const char *setting)
{
  set_text (c, setup, name, cjl_verify_bool (c, setting, FALSE) ? "true" : "false");
}

/* The number that follows a word in the name of the case, or 0: clipping is told only there. */
static double
find_in_name (const CjlVerifyCase *c, const char *word)
{
  const char *at = strstr (c->name, word);

  return at != NULL ? g_ascii_strtod (at + strlen (word), NULL) : 0;
}

/* --- schedules --- */

typedef struct
{
  const char *name; /* the reference's */
  const char *id;   /* ours */
  void (*fill) (CjlVerifyCase *c, CjTrainSetup *setup, double rate);
} Schedule;

static void
fill_step (CjlVerifyCase *c, CjTrainSetup *setup, double rate)
{
  (void) rate;
  copy_number (c, setup, "schedule.period", "step_size", 0);
  copy_number (c, setup, "schedule.gamma", "gamma", 0);
}

/* The milestones are told by the name of the case only: multistep_2_5_9. */
static void
fill_multi_step (CjlVerifyCase *c, CjTrainSetup *setup, double rate)
{
  const char *list = strpbrk (c->name, "0123456789");
  g_autofree char *text = g_strdelimit (g_strdup (list != NULL ? list : ""), "_", ' ');

  (void) rate;
  set_text (c, setup, "schedule.milestones", text);
  copy_number (c, setup, "schedule.gamma", "gamma", 0);
}

static void
fill_exponential (CjlVerifyCase *c, CjTrainSetup *setup, double rate)
{
  (void) rate;
  copy_number (c, setup, "schedule.gamma", "gamma", 0);
}

static void
fill_cosine (CjlVerifyCase *c, CjTrainSetup *setup, double rate)
{
  copy_number (c, setup, "schedule.period", "T_max", 0);
  set_number (c, setup, "schedule.last", cjl_verify_number (c, "eta_min", 0, 0) / rate);
}

static void
fill_restarts (CjlVerifyCase *c, CjTrainSetup *setup, double rate)
{
  copy_number (c, setup, "schedule.period", "T_0", 0);
  copy_number (c, setup, "schedule.growth", "T_mult", 0);
  set_text (c, setup, "schedule.restart", "true");
  set_number (c, setup, "schedule.last", cjl_verify_number (c, "eta_min", 0, 0) / rate);
}

static void
fill_warmup (CjlVerifyCase *c, CjTrainSetup *setup, double rate)
{
  (void) rate;
  copy_number (c, setup, "warmup", "total_iters", 0);
  copy_number (c, setup, "warmup-start", "start_factor", 0);
}

/* The reference keeps no settings of the two parts: four steps from a tenth, then a cosine. */
static void
fill_warmup_cosine (CjlVerifyCase *c, CjTrainSetup *setup, double rate)
{
  (void) rate;
  set_number (c, setup, "warmup", 4);
  set_number (c, setup, "warmup-start", 0.1);
}

static void
fill_one_cycle (CjlVerifyCase *c, CjTrainSetup *setup, double rate)
{
  set_number (c, setup, "schedule.first", rate / cjl_verify_number (c, "base_lrs", 0, rate / 25));
  copy_bool (c, setup, "schedule.momentum", "cycle_momentum");
  if (strstr (c->name, "linear") != NULL)
    set_text (c, setup, "schedule.anneal", "linear");
  if (strstr (c->name, "threephase") != NULL)
    set_text (c, setup, "schedule.three-phase", "true");
}

static void
fill_cyclic (CjlVerifyCase *c, CjTrainSetup *setup, double rate)
{
  const char *mode = cjl_verify_text (c, "mode");
  const double most = cjl_verify_number (c, "max_lrs", 0, rate);

  set_number (c, setup, "learning-rate", most);
  set_number (c, setup, "schedule.low", cjl_verify_number (c, "base_lrs", 0, 0) / most);
  copy_number (c, setup, "schedule.period", "total_size", 0);
  copy_number (c, setup, "schedule.rise", "step_ratio", 0);
  if (mode != NULL && g_str_equal (mode, "exp_range"))
    {
      set_text (c, setup, "schedule.shape", "exp-range");
      copy_number (c, setup, "schedule.gamma", "gamma", 0);
    }
  else if (mode != NULL)
    set_text (c, setup, "schedule.shape", mode);
}

static void
fill_polynomial (CjlVerifyCase *c, CjTrainSetup *setup, double rate)
{
  (void) rate;
  copy_number (c, setup, "schedule.period", "total_iters", 0);
  copy_number (c, setup, "schedule.power", "power", 0);
}

static void
fill_plateau (CjlVerifyCase *c, CjTrainSetup *setup, double rate)
{
  (void) rate;
  copy_number (c, setup, "schedule.factor", "factor", 0);
  copy_number (c, setup, "schedule.patience", "patience", 0);
  copy_number (c, setup, "schedule.threshold", "threshold", 0);
  copy_number (c, setup, "schedule.cooldown", "cooldown", 0);
}

static const Schedule schedules[] = {
  { "StepLR", "step", fill_step },
  { "MultiStepLR", "multi-step", fill_multi_step },
  { "ExponentialLR", "exponential", fill_exponential },
  { "CosineAnnealingLR", "cosine", fill_cosine },
  { "CosineAnnealingWarmRestarts", "cosine", fill_restarts },
  { "LinearLR", "constant", fill_warmup },
  { "SequentialLR", "cosine", fill_warmup_cosine },
  { "OneCycleLR", "one-cycle", fill_one_cycle },
  { "CyclicLR", "cyclic", fill_cyclic },
  { "PolynomialLR", "polynomial", fill_polynomial },
  { "ReduceLROnPlateau", "plateau", fill_plateau },
};

/* Fails with what cannot be stood for, or hands the mistake on. */
static gboolean
settle (CjlVerifyCase *c, const char *name, gboolean found, GError **error)
{
  const gboolean good = found && c->mistake == NULL;

  if (!found)
    g_set_error (error, CJ_ERROR, CJ_ERROR_GRAPH, _ ("not supported: nothing stands for %s"), name);
  else if (c->mistake != NULL)
    g_propagate_error (error, g_steal_pointer (&c->mistake));
  return good;
}

static gboolean
fill_schedule (CjlVerifyCase *c, CjTrainSetup *setup, GError **error)
{
  const char *name = "";
  double rate = 0.1;
  gboolean found = FALSE;

  g_variant_lookup (c->meta, "scheduler", "&s", &name);
  g_variant_lookup (c->meta, "base_lr", "d", &rate);
  set_number (c, setup, "learning-rate", rate);
  set_text (c, setup, "optimizer", "sgd");
  for (guint i = 0; i < G_N_ELEMENTS (schedules) && !found; i++)
    if (g_str_equal (schedules[i].name, name))
      {
        found = TRUE;
        set_text (c, setup, "schedule", schedules[i].id);
        schedules[i].fill (c, setup, rate);
      }
  return settle (c, name, found, error);
}

/* One step an epoch, so that the reference's steps are our epochs. */
gboolean
cjl_verify_run_schedule (CjlVerifyCase *c, CjlVerifyRow *row, GError **error)
{
  g_autoptr (CjTrainSetup) setup = cj_train_setup_new ();
  const CjdNpyArray *metric = cjd_npz_find (c->arrays, "metric");
  const gint64 n = cjl_verify_dim (c, "lr", 0);
  g_autofree float *rates = g_new0 (float, n + 1), *momenta = g_new0 (float, n + 1);
  g_autofree char *own = NULL;
  double state[CJ_SCHEDULE_MAX_STATE] = { 0 };

  if (!fill_schedule (c, setup, error))
    return FALSE;
  own = cj_train_setup_print (setup, "optimizer.momentum");
  for (gint64 k = 0; k < n; k++)
    {
      const gboolean validated = metric != NULL && k > 0 && k - 1 < metric->size;
      const CjScheduleTime time = { .step = (guint64) k,
                                    .n_steps = (guint64) n,
                                    .steps_per_epoch = 1,
                                    .loss = validated ? cjd_npy_array_get (metric, k - 1) : NAN,
                                    .validated = validated };
      const CjRate rate = cj_train_setup_get_rate (setup, &time, state);

      rates[k] = (float) rate.rate;
      momenta[k] = (float) (isfinite (rate.momentum) ? rate.momentum : g_ascii_strtod (own, NULL));
    }
  cjl_verify_compare (c, row, "lr", rates, n, CJL_VERIFY_STRICT);
  if (cjl_verify_has (c, "momentum"))
    cjl_verify_compare (c, row, "momentum", momenta, n, CJL_VERIFY_STRICT);
  return TRUE;
}

/* --- optimizers --- */

/* Settings by the reference's names; "betas" is a list. */
static const struct
{
  const char *setting;
  guint index;
  const char *name;
} numbers[] = {
  { "betas", 0, "beta1" },
  { "betas", 1, "beta2" },
  { "eps", 0, "epsilon" },
  { "momentum", 0, "momentum" },
  { "dampening", 0, "dampening" },
  { "alpha", 0, "alpha" },
  { "rho", 0, "rho" },
  { "weight_decay", 0, "weight-decay" },
  { "lr_decay", 0, "rate-decay" },
  { "initial_accumulator_value", 0, "first" },
  { "nesterov", 0, "nesterov" },
  { "amsgrad", 0, "amsgrad" },
  { "centered", 0, "centered" },
  { "momentum_decay", 0, "momentum-decay" },
};

static gboolean
fill_optimizer (CjlVerifyCase *c, CjTrainSetup *setup, GError **error)
{
  const char *name = "", *version = "";
  g_autofree char *id = NULL;
  const CjOptimizerInfo *info;

  g_variant_lookup (c->meta, "optimizer", "&s", &name);
  id = g_ascii_strdown (name, -1);
  info = cj_optimizer_find (id);
  if (info == NULL)
    return settle (c, name, FALSE, error);
  set_text (c, setup, "optimizer", id);
  copy_number (c, setup, "learning-rate", "lr", 0);
  g_variant_lookup (c->meta, "torch", "&s", &version);
  if (g_str_equal (id, "nadam") && g_str_has_prefix (version, "1."))
    set_text (c, setup, "optimizer.old-correction", "true");
  for (guint i = 0; i < G_N_ELEMENTS (numbers); i++)
    {
      g_autofree char *full = g_strconcat ("optimizer.", numbers[i].name, NULL);
      const CjParam *param = cj_train_setup_find (setup, full);

      if (param != NULL && param->kind == CJ_PARAM_BOOL)
        copy_bool (c, setup, full, numbers[i].setting);
      else if (param != NULL)
        copy_number (c, setup, full, numbers[i].setting, numbers[i].index);
    }
  set_number (c, setup, "clip-norm", find_in_name (c, "clipnorm"));
  set_number (c, setup, "clip-value", find_in_name (c, "clipvalue"));
  set_number (c, setup, "batch", (double) cjl_verify_dim (c, "x", 0));
  if (g_str_equal (id, "sgd") || g_str_equal (id, "adagrad") || g_str_equal (id, "adadelta"))
    c->tolerance = CJL_VERIFY_STRICT;
  else
    c->tolerance = CJL_VERIFY_LOOSE;
  return settle (c, name, TRUE, error);
}

/* The arrays x and y as data. */
typedef struct
{
  CjFeed feed;
  CjTensor *x, *y;
} Feed;

static void
fill_batch (CjFeed *feed, const guint32 *indices, guint n, guint64 epoch, guint64 seed, CjTensor *x,
            CjTensor *y)
{
  const Feed *self = (const Feed *) feed;
  const gsize n_x = (gsize) cj_shape_size (&feed->x_shape);
  const gsize n_y = (gsize) cj_shape_size (&feed->y_shape);

  (void) epoch;
  (void) seed;
  for (guint i = 0; i < n; i++)
    {
      memcpy (cj_tensor_f32 (x) + i * n_x, cj_tensor_f32 (self->x) + indices[i] * n_x,
              sizeof (float) * n_x);
      memcpy (cj_tensor_f32 (y) + i * n_y, cj_tensor_f32 (self->y) + indices[i] * n_y,
              sizeof (float) * n_y);
    }
}

static void
free_feed (CjFeed *feed)
{
  Feed *self = (Feed *) feed;

  g_clear_pointer (&self->x, cj_tensor_unref);
  g_clear_pointer (&self->y, cj_tensor_unref);
  g_free (self);
}

static CjFeed *
make_feed (const CjlVerifyCase *c, GError **error)
{
  const CjdNpyArray *x = cjd_npz_find (c->arrays, "x"), *y = cjd_npz_find (c->arrays, "y");
  Feed *self;

  if (x == NULL || y == NULL || x->shape.n_dims != 2 || y->shape.n_dims != 2)
    {
      g_set_error (error, CJ_ERROR, CJ_ERROR_FILE, _ ("x or y is missing or no table"));
      return NULL;
    }
  self = g_new0 (Feed, 1);
  self->feed = (CjFeed){ .n_samples = (gsize) x->shape.dims[0],
                         .x_shape = cj_shape1 (x->shape.dims[1]),
                         .y_shape = cj_shape1 (y->shape.dims[1]),
                         .y_dtype = CJ_FLOAT32,
                         .fill = fill_batch,
                         .free = free_feed };
  self->x = cjd_npy_array_dup_tensor (x, error);
  self->y = self->x != NULL ? cjd_npy_array_dup_tensor (y, error) : NULL;
  if (self->y != NULL && self->x->dtype == CJ_FLOAT32 && self->y->dtype == CJ_FLOAT32)
    return &self->feed;
  if (error != NULL && *error == NULL)
    g_set_error (error, CJ_ERROR, CJ_ERROR_FILE, _ ("x or y is not of floats"));
  free_feed (&self->feed);
  return NULL;
}

/* loss = mean ((tanh (x wᵀ + b) − y)²) */
static CjProgram *
compile (const CjlVerifyCase *c, const CjFeed *feed, GError **error)
{
  g_autoptr (CjGraph) graph = cj_graph_new ();
  g_autofree char *chain
      = g_strdup_printf ("input, dense %d activation=tanh, mse", (int) feed->y_shape.dims[0]);
  const CjDataSpec spec = { .batch = (gint64) feed->n_samples,
                            .x_shape = feed->x_shape,
                            .y_shape = feed->y_shape,
                            .y_dtype = CJ_FLOAT32,
                            .has_y = TRUE };

  if (cj_graph_add_chain (graph, NULL, chain, error) == NULL)
    return NULL;
  return cj_program_new (graph, CJ_PURPOSE_TRAIN, &spec, c->n_threads, error);
}

/* w and b of the chain: the array of either, its parameter of ours. */
static const struct
{
  const char *array, *param;
} learned[] = { { "w", "dense1.weight" }, { "b", "dense1.bias" } };

static gboolean
start (const CjlVerifyCase *c, CjProgram *program, GError **error)
{
  for (guint i = 0; i < G_N_ELEMENTS (learned); i++)
    {
      g_autofree char *name = g_strconcat (learned[i].array, "0", NULL);
      const CjdNpyArray *a = cjd_npz_find (c->arrays, name);
      const CjProgramParam *param = cj_program_find_param (program, learned[i].param);

      if (a == NULL || param == NULL || a->size != param->size)
        {
          g_set_error (error, CJ_ERROR, CJ_ERROR_FILE, _ ("%s is missing or of another size"),
                       name);
          return FALSE;
        }
      for (gint64 k = 0; k < a->size; k++)
        cj_program_get_param_data (program, param)[k] = (float) cjd_npy_array_get (a, k);
    }
  return TRUE;
}

static void
compare_step (const CjlVerifyCase *c, CjlVerifyRow *row, CjProgram *program, guint step)
{
  for (guint i = 0; i < G_N_ELEMENTS (learned); i++)
    {
      const CjProgramParam *param = cj_program_find_param (program, learned[i].param);
      g_autofree char *w = g_strdup_printf ("%s%u", learned[i].array, step);
      g_autofree char *g = g_strdup_printf ("g%s%u", learned[i].array, step);

      cjl_verify_compare (c, row, w, cj_program_get_param_data (program, param), param->size,
                          c->tolerance);
      if (cjl_verify_has (c, g))
        cjl_verify_compare (c, row, g, cj_program_get_param_gradient (program, param), param->size,
                            c->tolerance);
    }
}

static gboolean
run_steps (const CjlVerifyCase *c, CjlVerifyRow *row, CjTrainer *trainer, CjProgram *program,
           GError **error)
{
  const gint64 n = cjl_verify_dim (c, "loss", 0);

  for (guint step = 1; step <= (guint) n; step++)
    {
      g_autofree char *norm = g_strdup_printf ("norm%u", step);
      CjStepReport report;
      float value;

      if (!cj_trainer_step (trainer, &report, error))
        return FALSE;
      value = (float) report.score.loss;
      cjl_verify_compare_part (c, row, "loss", (gint64) step - 1, &value, 1, c->tolerance);
      value = (float) report.norm;
      if (cjl_verify_has (c, norm))
        cjl_verify_compare (c, row, norm, &value, 1, c->tolerance);
      compare_step (c, row, program, step);
    }
  return TRUE;
}

gboolean
cjl_verify_run_optimizer (CjlVerifyCase *c, CjlVerifyRow *row, GError **error)
{
  g_autoptr (CjTrainSetup) setup = cj_train_setup_new ();
  g_autoptr (CjFeed) feed = make_feed (c, error);
  g_autoptr (CjProgram) program = NULL;
  g_autoptr (CjTrainer) trainer = NULL;

  if (feed == NULL || !fill_optimizer (c, setup, error))
    return FALSE;
  program = compile (c, feed, error);
  if (program == NULL || !start (c, program, error))
    return FALSE;
  trainer = cj_trainer_new (program, setup, feed, error);
  return trainer != NULL && run_steps (c, row, trainer, program, error);
}

/* --- initialisers --- */

static const struct
{
  const char *name, *id; /* the reference's, ours */
} inits[] = {
  { "xavier_uniform", "glorot-uniform" },
  { "xavier_normal", "glorot-normal" },
  { "kaiming_uniform_relu", "he-uniform" },
  { "kaiming_normal_relu", "he-normal" },
  { "kaiming_uniform_fanout", "he-uniform-out" },
  { "kaiming_normal_fanout", "he-normal-out" },
  { "orthogonal", "orthogonal" },
  { "default_linear", "fan-in" },
};

/* The first weight of a layer of the shape in the array's name: 256x128 (a dense layer) or 64x32x3x3
 * (a convolution). */
static CjProgram *
draw (const CjlVerifyCase *c, const char *init, const char *shape, GError **error)
{
  g_autoptr (CjGraph) graph = cj_graph_new ();
  g_auto (GStrv) dims = g_strsplit (shape, "x", -1);
  const gboolean picture = g_strv_length (dims) == 4;
  CjDataSpec spec = { .batch = 1 };
  g_autofree char *chain = NULL;
  CjProgram *program;

  if (!picture && g_strv_length (dims) != 2)
    {
      g_set_error (error, CJ_ERROR, CJ_ERROR_FILE, _ ("not supported: weights of shape %s"), shape);
      return NULL;
    }
  chain = picture ? g_strdup_printf ("input, conv-2d filters=%s kernel=%sx%s init=%s", dims[0],
                                     dims[2], dims[3], init)
                  : g_strdup_printf ("input, dense units=%s init=%s", dims[0], init);
  spec.x_shape = picture ? cj_shape3 (atoi (dims[1]), 32, 32) : cj_shape1 (atoi (dims[1]));
  if (cj_graph_add_chain (graph, NULL, chain, error) == NULL)
    return NULL;
  program = cj_program_new (graph, CJ_PURPOSE_INFER, &spec, c->n_threads, error);
  if (program != NULL)
    cj_program_init (program, 1);
  return program;
}

/* Two draws of one distribution differ: deviation and mean by their standard errors, of which five are
 * allowed, the largest number by what the tail of the distribution leaves open. */
static void
compare_moments (CjlVerifyRow *row, const CjdNpyArray *a, const float *w, gint64 n)
{
  const double deviation = cjd_npy_array_get (a, 0), most = cjd_npy_array_get (a, 1);
  const gboolean bounded = most < 2 * deviation; /* uniform */
  const double error = deviation / sqrt ((double) n);
  const double limits[3]
      = { 5 * error, bounded ? 0.002 * most : 0.35 * most, 5 * sqrt (2) * error };
  double sum = 0, squares = 0, moments[3] = { 0 };

  for (gint64 i = 0; i < n; i++)
    {
      sum += w[i];
      squares += (double) w[i] * w[i];
      moments[1] = MAX (moments[1], fabs ((double) w[i]));
    }
  moments[2] = sum / (double) n;
  moments[0] = sqrt (MAX (squares / (double) n - moments[2] * moments[2], 0));
  for (guint i = 0; i < 3; i++)
    {
      const double off = fabs (moments[i] - cjd_npy_array_get (a, i));

      if (row->array == NULL || off / limits[i] > row->error / row->limit)
        {
          g_free (row->array);
          row->array = g_strdup (a->name);
          row->error = off;
          row->limit = limits[i];
        }
      if (!(off <= limits[i]))
        cjl_verify_fail (row, g_strdup_printf (_ ("%s is off"), a->name));
    }
}

gboolean
cjl_verify_run_init (CjlVerifyCase *c, CjlVerifyRow *row, GError **error)
{
  for (guint i = 0; i < c->arrays->len; i++)
    {
      const CjdNpyArray *a = c->arrays->pdata[i];
      g_auto (GStrv) words = g_strsplit (a->name, ".", 2);
      g_autoptr (CjProgram) program = NULL;
      const CjProgramParam *weight;
      const char *id = NULL;

      if (g_str_equal (a->name, "meta"))
        continue;
      for (guint k = 0; k < G_N_ELEMENTS (inits); k++)
        if (g_str_equal (inits[k].name, words[0]))
          id = inits[k].id;
      if (id == NULL || words[1] == NULL || a->size != 3)
        {
          g_set_error (error, CJ_ERROR, CJ_ERROR_GRAPH,
                       _ ("not supported: no initialiser stands for %s"), a->name);
          return FALSE;
        }
      program = draw (c, id, words[1], error);
      if (program == NULL)
        return FALSE;
      weight = cj_program_get_param (program, 0);
      compare_moments (row, a, cj_program_get_param_data (program, weight), weight->size);
    }
  return TRUE;
}
