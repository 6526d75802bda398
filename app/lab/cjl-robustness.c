/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cjl-robustness.h"

#include "cjl-sweep.h"

#include <glib/gi18n-lib.h>
#include <stddef.h>

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

CjlDamaged *
cjl_robustness_damage (const CjlNetwork *network, const char *what, int order, const char *node,
                       GError **error)
{
  const CjDamageInfo *damage = cj_damage_find (what);
  g_autofree gpointer params = cj_damage_new_params (damage);

  if (cjl_robustness_has_order (what))
    *(int *) ((char *) params + cj_params_find (damage->params, "order")->offset) = order;
  return cjl_damaged_new (network, damage, params, node, error);
}

char *
cjl_robustness_print (const char *what, int order, const char *node)
{
  GString *text = g_string_new (_ (cjl_robustness_get_title (what)));

  if (node != NULL) /* Translators: a kind of damage in a layer */
    g_string_append_printf (text, _ (" in %s"), node);
  if (cjl_robustness_has_order (what) && order != CJ_DAMAGE_RANDOM)
    g_string_append_printf (text, ", %s", _ (cj_damage_orders[order]));
  return g_string_free (text, FALSE);
}

/* --- the job --- */

void
cjl_robustness_free (CjlRobustness *self)
{
  cjl_curve_clear (&self->curve);
  g_free (self->node);
  g_free (self->other);
  g_free (self->title);
  g_free (self);
}

static CjlRobustness *
robustness_new (const CjlNetwork *network, const CjlRobustnessOptions *options)
{
  CjlRobustness *self = g_new0 (CjlRobustness, 1);
  CjlRobustnessOptions *o = &self->options;
  const CjDamageInfo *damage = cj_damage_find (options->what);
  const double most = options->most > 0 ? options->most : damage != NULL ? damage->most : 0.3;

  *o = *options;
  o->what = g_intern_string (options->what);
  o->n_doses = CLAMP (options->n_doses, 2, CJL_ROBUSTNESS_MAX_DOSES);
  o->n_seeds = CLAMP (options->n_seeds, 1, CJL_ROBUSTNESS_MAX_SEEDS);
  self->node = g_strdup (cjl_robustness_has_node (options->what) ? options->node : NULL);
  o->node = self->node;
  self->other = g_strdup (options->other);
  o->other = self->other;
  cjl_curve_init (&self->curve, network, o->split, o->n_samples, o->n_doses, o->n_seeds);
  for (guint i = 0; i < o->n_doses; i++)
    cj_tensor_f32 (self->curve.x)[i] = (float) (most * (double) i / (o->n_doses - 1));
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
  self->curve = cjl_curve_copy (&from->curve);
  return self;
}

/* One measurement; FALSE as of its functions. */
static gboolean
measure (const CjlRobustness *result, const CjlNetwork *network, CjlDamaged *damaged, double dose,
         guint64 seed, CjlJobPart *part, CjlAttacked *score, GError **error)
{
  const CjlRobustnessOptions *o = &result->options;
  const gsize n = result->curve.n;
  const CjAttackInfo *attack = cj_attack_find (o->what);
  g_autofree gpointer params = NULL;

  if (damaged != NULL)
    return cjl_damaged_measure (damaged, o->split, n, dose, seed, cjl_job_part_go_on, part, score,
                                error);
  params = cj_attack_new_params (attack);
  cj_params_set_float (attack->params, params, "epsilon", dose);
  return cjl_attack_measure (network, o->split, n, attack, params, seed, cjl_job_part_go_on, part,
                             score, error);
}

/* The network of the other project, on the samples of this one. You free. */
static CjlNetwork *
load_other (CjlRobustness *result, const CjlNetwork *network, GError **error)
{
  g_autoptr (CjlProject) project = cjl_project_load (result->other, error);
  CjlNetwork *other
      = project != NULL ? cjl_network_new_project (project, network->dataset, error) : NULL;

  if (other == NULL)
    return NULL;
  result->title = g_strdup (project->title);
  result->curve.step = other->weights->at.step;
  return other;
}

static gboolean
fill (CjlJob *job, gpointer order, gpointer data, GError **error)
{
  CjlRobustness *result = data;
  const CjlRobustnessOptions *o = &result->options;
  const CjlNetwork *network = order;
  CjlJobPart part = { .job = job, .share = 1.0 / (o->n_seeds * o->n_doses) };
  g_autoptr (CjlNetwork) other = NULL;
  g_autoptr (CjlDamaged) damaged = NULL;

  if (result->other != NULL)
    {
      other = load_other (result, network, error);
      if (other == NULL)
        return FALSE;
      network = other;
    }
  if (!cjl_curve_check (&result->curve, error))
    return FALSE;
  if (cj_damage_find (o->what) != NULL)
    {
      damaged = cjl_robustness_damage (network, o->what, o->order, o->node, error);
      if (damaged == NULL)
        return FALSE;
      if (!cjl_damaged_get_code (damaged, &result->code))
        result->code = (CjlCode){ 0 };
    }
  for (guint s = 0; s < o->n_seeds; s++)
    for (guint i = 0; i < o->n_doses; i++)
      {
        CjlAttacked score;

        part.begin = (double) (s * o->n_doses + i) * part.share;
        if (!measure (result, network, damaged, (double) cj_tensor_f32 (result->curve.x)[i], s + 1,
                      &part, &score, error))
          return FALSE;
        cjl_curve_put (&result->curve, s, i, score.accuracy);
        cjl_job_leave_copy (job, result, (CjlDupFunc) robustness_dup);
      }
  return TRUE;
}

static const CjlSweep sweep
    = { fill, (GDestroyNotify) cjl_network_free, (GDestroyNotify) cjl_robustness_free };

CjlJob *
cjl_robustness_start (CjlNetwork *network, const CjlRobustnessOptions *options)
{
  return cjl_sweep_start (&sweep, network, robustness_new (network, options));
}

CjlRobustness *
cjl_robustness_project (CjlProject *project, CjdDataset *dataset,
                        const CjlRobustnessOptions *options, GError **error)
{
  CjlNetwork *network = cjl_network_new_project (project, dataset, error);

  if (network == NULL)
    return NULL;
  return cjl_sweep_run (&sweep, network, robustness_new (network, options), error);
}

/* --- frames --- */

/* The damage, with a name of the network in front of it, and how distributed its code is. */
static char *
print_line (const CjlRobustness *self, const char *name)
{
  const CjlRobustnessOptions *o = &self->options;
  g_autofree char *what = cjl_robustness_print (o->what, o->order, self->node);
  GString *text = g_string_new (NULL);

  if (name != NULL)
    g_string_printf (text, "%s: ", name);
  g_string_append (text, what);
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
  const CjDamageInfo *damage = cj_damage_find (all[0]->options.what);
  const CjlCurve *curves[CJL_ROBUSTNESS_MAX_LINES];
  g_autoptr (GPtrArray) lines = g_ptr_array_new_with_free_func (g_free);
  CjvFrame *frame;

  for (guint i = 0; i < n; i++)
    {
      curves[i] = &all[i]->curve;
      g_ptr_array_add (lines, print_line (all[i], names != NULL ? names[i] : NULL));
    }
  g_ptr_array_add (lines, NULL);
  frame = cjl_curve_frame (curves, n, _ ("Dose and response"),
                           damage != NULL ? _ (damage->dose)
                                          : _ ("strength ε, in units of the data"));
  cjv_frame_set_scalar (frame, "x-share", damage != NULL && damage->share);
  cjv_frame_set_strings (frame, "lines", (const char *const *) lines->pdata);
  return cjv_frame_seal (frame);
}
