/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cjl-robustness.h"

#include "cj-error.h"

#include <glib/gi18n-lib.h>
#include <math.h>
#include <stddef.h>
#include <string.h>

const CjParam cjl_robustness_params[] = {
  { .name = "most",
    .title = N_ ("Largest dose"),
    .blurb = N_ ("Where the curve ends; 0: where that of the damage usually does"),
    .kind = CJ_PARAM_FLOAT,
    .offset = offsetof (CjlRobustnessOptions, most),
    .max = 1000,
    .soft_max = 1,
    .digits = 3 },
  { .name = "doses",
    .title = N_ ("Doses"),
    .blurb = N_ ("Points of the curve"),
    .kind = CJ_PARAM_INT,
    .offset = offsetof (CjlRobustnessOptions, n_doses),
    .preset = 10,
    .min = 2,
    .max = CJL_ROBUSTNESS_MAX_DOSES },
  { .name = "seeds",
    .title = N_ ("Seeds"),
    .blurb = N_ ("How often every dose is drawn"),
    .kind = CJ_PARAM_INT,
    .offset = offsetof (CjlRobustnessOptions, n_seeds),
    .preset = 5,
    .min = 1,
    .max = CJL_ROBUSTNESS_MAX_SEEDS },
  { NULL },
};

void
cjl_robustness_options_init (CjlRobustnessOptions *options)
{
  *options = (CjlRobustnessOptions){
    .what = "unit-loss", .split = CJD_SPLIT_TEST, .n_samples = 1000, .n_doses = 10, .n_seeds = 5
  };
}

/* --- what can be done --- */

const char *
cjl_robustness_get_what (guint index)
{
  const CjDamageInfo *const *damages = cj_damages ();
  const CjAttackInfo *const *attacks = cj_attacks ();
  guint n = 0;

  while (damages[n] != NULL)
    if (n++ == index)
      return damages[index]->id;
  for (guint i = 0; attacks[i] != NULL; i++)
    if (n + i == index)
      return attacks[i]->id;
  return NULL;
}

const char *
cjl_robustness_get_title (const char *what)
{
  const CjDamageInfo *damage = cj_damage_find (what);

  return damage != NULL ? damage->title : cj_attack_find (what)->title;
}

gboolean
cjl_robustness_has_node (const char *what)
{
  const CjDamageInfo *damage = cj_damage_find (what);

  return damage != NULL && damage->target != CJ_DAMAGE_SAMPLES;
}

gboolean
cjl_robustness_has_order (const char *what)
{
  const CjDamageInfo *damage = cj_damage_find (what);

  return damage != NULL && damage->params != NULL
         && cj_params_find (damage->params, "order") != NULL;
}

/* --- the job --- */

typedef struct
{
  CjlNetwork *network;
  CjlRobustness *result; /* so far; not shared */
  CjlJob *job;           /* NULL: at once */
  double begin, share;   /* of the progress */
} Work;

void
cjl_robustness_free (CjlRobustness *self)
{
  g_clear_pointer (&self->dataset, cjd_dataset_unref);
  g_clear_pointer (&self->doses, cj_tensor_unref);
  g_clear_pointer (&self->accuracy, cj_tensor_unref);
  g_free (self->node);
  g_free (self->other);
  g_free (self->title);
  g_free (self);
}

static CjlRobustness *
robustness_new (const CjlNetwork *network, const CjlRobustnessOptions *options)
{
  CjlRobustness *self = g_new0 (CjlRobustness, 1);
  const CjDamageInfo *damage = cj_damage_find (options->what);
  const double most = options->most > 0 ? options->most : damage != NULL ? damage->most : 0.3;
  CjShape shape;

  self->options = *options;
  self->options.what = g_intern_string (options->what);
  self->options.n_doses = CLAMP (options->n_doses, 2, CJL_ROBUSTNESS_MAX_DOSES);
  self->options.n_seeds = CLAMP (options->n_seeds, 1, CJL_ROBUSTNESS_MAX_SEEDS);
  self->node = g_strdup (cjl_robustness_has_node (options->what) ? options->node : NULL);
  self->options.node = self->node;
  self->other = g_strdup (options->other);
  self->options.other = self->other;
  self->dataset = cjd_dataset_ref (network->dataset);
  self->step = network->weights->at.step;
  self->n = MIN (options->n_samples, cjd_dataset_count (network->dataset, options->split));
  self->chance = network->dataset->n_classes > 0 ? 1.0 / network->dataset->n_classes : NAN;
  shape = cj_shape1 (self->options.n_doses);
  self->doses = cj_tensor_new (CJ_FLOAT32, &shape);
  shape = cj_shape2 (self->options.n_seeds, self->options.n_doses);
  self->accuracy = cj_tensor_new (CJ_FLOAT32, &shape);
  for (gint64 i = 0; i < self->options.n_doses; i++)
    cj_tensor_f32 (self->doses)[i] = (float) (most * (double) i / (self->options.n_doses - 1));
  for (gint64 i = 0; i < cj_shape_size (&shape); i++)
    cj_tensor_f32 (self->accuracy)[i] = NAN;
  return self;
}

static CjlRobustness *
robustness_dup (const CjlRobustness *from)
{
  CjlRobustness *self = g_memdup2 (from, sizeof *from);

  self->node = g_strdup (from->node);
  self->options.node = self->node;
  self->other = g_strdup (from->other);
  self->options.other = self->other;
  self->title = g_strdup (from->title);
  self->dataset = cjd_dataset_ref (from->dataset);
  self->doses = cj_tensor_ref (from->doses);
  self->accuracy = cj_tensor_dup (from->accuracy);
  return self;
}

static gboolean
go_on (double progress, gpointer data)
{
  const Work *work = data;

  if (work->job == NULL)
    return TRUE;
  cjl_job_set_progress (work->job, work->begin + work->share * progress);
  return !cjl_job_is_cancelled (work->job);
}

/* One measurement; FALSE as of its functions. */
static gboolean
measure (Work *work, CjlDamaged *damaged, double dose, guint64 seed, CjlAttacked *score,
         GError **error)
{
  const CjlRobustnessOptions *o = &work->result->options;
  const CjAttackInfo *attack = cj_attack_find (o->what);
  g_autofree gpointer params = NULL;

  if (damaged != NULL)
    return cjl_damaged_measure (damaged, o->split, work->result->n, dose, seed, go_on, work, score,
                                error);
  params = cj_attack_new_params (attack);
  cj_params_set_float (attack->params, params, "epsilon", dose);
  return cjl_attack_measure (work->network, o->split, work->result->n, attack, params, seed, go_on,
                             work, score, error);
}

/* Puts the network of the other project in the place of this one; its samples stay. */
static gboolean
take_other (Work *work, GError **error)
{
  CjlRobustness *result = work->result;
  g_autoptr (CjlProject) project = cjl_project_load (result->other, error);
  CjlNetwork *network
      = project != NULL ? cjl_network_new_project (project, work->network->dataset, error) : NULL;

  if (network == NULL)
    return FALSE;
  result->title = g_strdup (project->title);
  result->step = network->weights->at.step;
  cjl_network_free (work->network);
  work->network = network;
  return TRUE;
}

/* Fills the result; FALSE and an error, or stopped. */
static gboolean
run (Work *work, GError **error)
{
  CjlRobustness *result = work->result;
  const CjlRobustnessOptions *o = &result->options;
  const CjDamageInfo *damage = cj_damage_find (o->what);
  g_autofree gpointer params = damage != NULL ? cj_damage_new_params (damage) : NULL;
  g_autoptr (CjlDamaged) damaged = NULL;

  if (result->other != NULL && !take_other (work, error))
    return FALSE;
  if (result->n == 0)
    {
      g_set_error (error, CJ_ERROR, CJ_ERROR_PARAM,
                   _ ("The split has no samples. Choose another, or keep a share of the data for "
                      "it."));
      return FALSE;
    }
  if (damage != NULL && cjl_robustness_has_order (o->what))
    *(int *) ((char *) params + cj_params_find (damage->params, "order")->offset) = o->order;
  if (damage != NULL)
    damaged = cjl_damaged_new (work->network, damage, params, o->node, error);
  if (damage != NULL && damaged == NULL)
    return FALSE;
  if (damaged != NULL && !cjl_damaged_get_code (damaged, &result->code))
    result->code = (CjlCode){ 0 };
  work->share = 1.0 / (o->n_seeds * o->n_doses);
  for (guint s = 0; s < o->n_seeds; s++)
    {
      for (guint i = 0; i < o->n_doses; i++)
        {
          CjlAttacked score;

          work->begin = (double) (s * o->n_doses + i) * work->share;
          if (!measure (work, damaged, (double) cj_tensor_f32 (result->doses)[i], s + 1, &score,
                        error))
            return FALSE;
          cj_tensor_f32 (result->accuracy)[s * o->n_doses + i] = (float) score.accuracy;
          if (work->job != NULL)
            cjl_job_leave (work->job, robustness_dup (result));
        }
    }
  return TRUE;
}

static gpointer
run_job (CjlJob *job, gpointer data, GError **error)
{
  Work *work = data;

  work->job = job;
  if (!run (work, error) && *error != NULL)
    return NULL;
  return robustness_dup (work->result);
}

static void
free_work (gpointer data)
{
  Work *work = data;

  cjl_robustness_free (work->result);
  cjl_network_free (work->network);
  g_free (work);
}

CjlJob *
cjl_robustness_start (CjlNetwork *network, const CjlRobustnessOptions *options)
{
  Work *work = g_new0 (Work, 1);

  work->network = network;
  work->result = robustness_new (network, options);
  return cjl_job_new (run_job, work, free_work, (GDestroyNotify) cjl_robustness_free);
}

CjlRobustness *
cjl_robustness_project (CjlProject *project, CjdDataset *dataset,
                        const CjlRobustnessOptions *options, GError **error)
{
  g_autoptr (CjlNetwork) network = cjl_network_new_project (project, dataset, error);
  Work work = { .network = network };

  if (network == NULL)
    return NULL;
  work.result = robustness_new (network, options);
  if (!run (&work, error))
    g_clear_pointer (&work.result, cjl_robustness_free);
  return work.result;
}

/* --- frames --- */

gboolean
cjl_robustness_is_like (const CjlRobustness *a, const CjlRobustness *b)
{
  return cj_shape_equal (&a->accuracy->shape, &b->accuracy->shape)
         && memcmp (a->doses->data, b->doses->data, cj_tensor_bytes (a->doses)) == 0;
}

/* "Lesion of units in conv1, strongest first", with a name of the network in front of it, and how
 * distributed its code is. */
static char *
print_line (const CjlRobustness *self, const char *name)
{
  const CjlRobustnessOptions *o = &self->options;
  GString *text = g_string_new (NULL);

  if (name != NULL)
    g_string_printf (text, "%s: ", name);
  g_string_append (text, _ (cjl_robustness_get_title (o->what)));
  if (self->node != NULL) /* Translators: a kind of damage in a layer */
    g_string_append_printf (text, _ (" in %s"), self->node);
  if (cjl_robustness_has_order (o->what) && o->order != CJ_DAMAGE_RANDOM)
    g_string_append_printf (text, ", %s", _ (cj_damage_orders[o->order]));
  if (self->code.n_units > 0)
    /* Translators: how sparse a code is, 0 to 1, in how many dimensions it spreads, of how many units */
    g_string_append_printf (text, _ (" (sparseness %.2f, %.1f dimensions of %lld)"),
                            self->code.sparseness, self->code.dimensions,
                            (long long) self->code.n_units);
  return g_string_free (text, FALSE);
}

CjvFrame *
cjl_robustness_frame (const CjlRobustness *const *all, const char *const *names, guint n)
{
  static const char *const splits[CJD_N_SPLITS]
      = { N_ ("training"), N_ ("validation"), N_ ("test") };
  const CjlRobustness *self = all[0];
  const CjDamageInfo *damage = cj_damage_find (self->options.what);
  const gint64 dims[] = { n, self->accuracy->shape.dims[0], self->accuracy->shape.dims[1] };
  const CjShape shape = cj_shape (3, dims);
  CjTensor *curves = cj_tensor_new (CJ_FLOAT32, &shape);
  g_autoptr (GPtrArray) lines = g_ptr_array_new_with_free_func (g_free);
  const guint seeds = self->options.n_seeds;
  g_autofree char *note = g_strdup_printf (
      g_dngettext (GETTEXT_PACKAGE, "%'zu %s samples, %u seed", "%'zu %s samples, %u seeds", seeds),
      self->n, _ (splits[self->options.split]), seeds);
  g_autofree char *provenance = g_strdup_printf (
      /* Translators: data set, “1,000 test samples, 5 seeds”, step of training */
      _ ("%s, %s, step %llu"), self->dataset->name, note, (unsigned long long) self->step);
  CjvFrame *frame = cjv_frame_new ();

  for (guint i = 0; i < n; i++)
    {
      memcpy ((char *) curves->data + i * cj_tensor_bytes (self->accuracy), all[i]->accuracy->data,
              cj_tensor_bytes (self->accuracy));
      g_ptr_array_add (lines, print_line (all[i], names != NULL ? names[i] : NULL));
    }
  g_ptr_array_add (lines, NULL);
  cjv_frame_take_array (frame, "curves", curves);
  cjv_frame_set_array (frame, "x", self->doses);
  cjv_frame_set_axis_label (frame, "curves", 2,
                            damage != NULL ? _ (damage->dose)
                                           : _ ("strength ε, in units of the data"));
  cjv_frame_set_axis_label (frame, "curves", 0, _ ("right answers"));
  cjv_frame_set_scalar (frame, "curves-share", 1);
  cjv_frame_set_scalar (frame, "x-share", damage != NULL && damage->share);
  if (isfinite (self->chance))
    cjv_frame_set_scalar (frame, "chance", self->chance);
  cjv_frame_set_strings (frame, "lines", (const char *const *) lines->pdata);
  cjv_frame_set_text (frame, "title", _ ("Dose and response"));
  cjv_frame_set_text (frame, "note", note);
  cjv_frame_set_provenance (frame, provenance);
  return cjv_frame_seal (frame);
}
