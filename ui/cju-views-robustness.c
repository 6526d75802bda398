/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Damage by dose: what the network still gets right, over seeds. */
#include "cju-view-tools.h"

#include "cjl-robustness.h"
#include "cju-access.h"

#include <glib/gi18n-lib.h>
#include <math.h>

typedef struct
{
  GtkWidget *what, *order, *where, *most, *seeds, *keep;
  CjuViewJob job;
  CjlRobustness *result, *kept; /* the last, and what it is compared with; or NULL */
} State;

static void
free_state (gpointer data)
{
  State *state = data;

  cju_view_job_clear (&state->job);
  g_clear_pointer (&state->result, cjl_robustness_free);
  g_clear_pointer (&state->kept, cjl_robustness_free);
  g_free (state);
}

static const char *
get_what (const State *state)
{
  return cjl_robustness_get_what (gtk_drop_down_get_selected (GTK_DROP_DOWN (state->what)));
}

/* The dose where a curve ends as a preset, and the largest that means something. */
static double
get_preset (const char *what)
{
  const CjDamageInfo *damage = cj_damage_find (what);

  return damage != NULL ? damage->most : 0.3;
}

/* The selected layer, if that is what is to be damaged. */
static const char *
get_node (CjuView *view)
{
  const State *state = cju_view_get_state (view);
  const CjNode *node = cju_document_get_selected (cju_view_get_document (view));

  return node != NULL && gtk_drop_down_get_selected (GTK_DROP_DOWN (state->where)) == 0 ? node->id
                                                                                        : NULL;
}

static void
begin (CjuView *view)
{
  State *state = cju_view_get_state (view);
  CjlNetwork *network = cju_view_dup_network (view);
  CjlRobustnessOptions options;

  if (network == NULL)
    return;
  cjl_robustness_options_init (&options);
  options.what = get_what (state);
  options.order = (int) gtk_drop_down_get_selected (GTK_DROP_DOWN (state->order));
  options.node = get_node (view);
  options.most = gtk_range_get_value (GTK_RANGE (state->most));
  options.n_seeds = (guint) gtk_spin_button_get_value_as_int (GTK_SPIN_BUTTON (state->seeds));
  if (cjd_dataset_count (network->dataset, options.split) == 0)
    options.split = CJD_SPLIT_VAL;
  cju_view_job_take (&state->job, cjl_robustness_start (network, &options));
}

static void
tick (CjuView *view)
{
  State *state = cju_view_get_state (view);
  CjlRobustness *fresh = cju_view_job_poll (&state->job, view);

  if (fresh == NULL)
    return;
  g_clear_pointer (&state->result, cjl_robustness_free);
  state->result = fresh;
  cju_view_refresh (view);
}

static CjvFrame *
make (CjuView *view)
{
  State *state = cju_view_get_state (view);
  CjdDataset *dataset = cju_document_get_dataset (cju_view_get_document (view));
  const CjlRobustness *kept = state->kept;

  /* what other data showed says nothing of this */
  if (state->result != NULL && state->result->dataset != dataset)
    g_clear_pointer (&state->result, cjl_robustness_free);
  gtk_widget_set_sensitive (state->keep, state->result != NULL);
  if (state->result == NULL)
    return NULL;
  if (kept == NULL || !cjl_robustness_is_like (state->result, kept))
    return cjl_robustness_frame (state->result, NULL, NULL, NULL);
  return cjl_robustness_frame (state->result, _ ("now"), kept, _ ("kept"));
}

static void
on_keep (CjuView *view)
{
  State *state = cju_view_get_state (view);

  g_clear_pointer (&state->kept, cjl_robustness_free);
  state->kept = g_steal_pointer (&state->result);
  cju_view_tell (view, _ ("The curve is kept: the next one with the same doses and seeds stands "
                          "beside it."));
  cju_view_refresh (view);
}

/* What another kind of damage has and has not. */
static void
on_what (CjuView *view)
{
  State *state = cju_view_get_state (view);
  const char *what = get_what (state);
  const double most = get_preset (what);

  gtk_widget_set_visible (state->order, cjl_robustness_has_order (what));
  gtk_widget_set_visible (state->where, cjl_robustness_has_node (what));
  gtk_range_set_range (GTK_RANGE (state->most), most / 100, most > 1 ? most * 2 : 1);
  gtk_range_set_value (GTK_RANGE (state->most), most);
}

/* The dose as people read it. */
static char *
print_dose (GtkScale *scale, double value, gpointer data)
{
  const CjDamageInfo *damage = cj_damage_find (get_what (data));

  (void) scale;
  return damage != NULL && damage->share ? g_strdup_printf ("%.0f %%", value * 100)
                                         : g_strdup_printf ("%.2f", value);
}

static void
add_lists (CjuView *view, State *state)
{
  g_autoptr (GPtrArray) titles = g_ptr_array_new ();
  g_autoptr (GPtrArray) orders = g_ptr_array_new ();
  const char *const where[] = { _ ("The selected layer"), _ ("All layers"), NULL };

  for (guint i = 0; cjl_robustness_get_what (i) != NULL; i++)
    g_ptr_array_add (titles, (gpointer) _ (cjl_robustness_get_title (cjl_robustness_get_what (i))));
  g_ptr_array_add (titles, NULL);
  for (guint i = 0; cj_damage_orders[i] != NULL; i++)
    g_ptr_array_add (orders, (gpointer) _ (cj_damage_orders[i]));
  g_ptr_array_add (orders, NULL);
  state->what = cju_view_add_list (view, (const char *const *) titles->pdata,
                                   _ ("What is done to the network"));
  state->where = cju_view_add_list (view, where, _ ("Which layers are damaged"));
  state->order = cju_view_add_list (view, (const char *const *) orders->pdata,
                                    _ ("Which units or synapses are hit first"));
}

static void
build (CjuView *view)
{
  State *state = g_new0 (State, 1);

  cju_view_take_state (view, state, free_state);
  add_lists (view, state);
  state->most = gtk_scale_new_with_range (GTK_ORIENTATION_HORIZONTAL, 0.01, 1, 0.01);
  gtk_scale_set_draw_value (GTK_SCALE (state->most), TRUE);
  gtk_scale_set_format_value_func (GTK_SCALE (state->most), print_dose, state, NULL);
  cju_access_name (state->most, _ ("The largest dose"));
  cju_access_tip (state->most, _ ("The largest dose; a curve has ten of them"));
  cju_view_add_control (view, state->most);
  state->seeds = gtk_spin_button_new_with_range (1, CJL_ROBUSTNESS_MAX_SEEDS, 1);
  gtk_spin_button_set_value (GTK_SPIN_BUTTON (state->seeds), 5);
  cju_access_name (state->seeds, _ ("Seeds"));
  cju_access_tip (state->seeds, _ ("How often every dose is drawn"));
  cju_view_add_control (view, state->seeds);
  cju_view_job_build (&state->job, view, _ ("Damage"),
                      _ ("Measure what the network, as it is now, gets right at every dose; the "
                         "network itself stays whole"),
                      begin);
  state->keep = gtk_button_new_with_label (_ ("Keep for Comparison"));
  gtk_widget_set_sensitive (state->keep, FALSE);
  g_signal_connect_object (state->keep, "clicked", G_CALLBACK (on_keep), view, G_CONNECT_SWAPPED);
  cju_view_add_control (view, state->keep);
  g_signal_connect_object (state->what, "notify::selected", G_CALLBACK (on_what), view,
                           G_CONNECT_SWAPPED);
  on_what (view);
}

const CjuViewInfo cju_view_robustness = {
  .id = "robustness",
  .title = N_ ("Robustness"),
  .blurb
  = N_ ("What the network still gets right at growing doses of lesions, of noise on weights and "
        "samples, and of attacks: the mean over seeds with its 95 % confidence interval. A layer "
        "that is selected on the canvas is damaged alone. Doses are progressive: what a small one "
        "takes away, a large one takes away as well"),
  .figure = "robustness",
  .belongs = cju_view_tells_classes,
  .make = make,
  .build = build,
  .tick = tick,
  .formula = "accuracy (dose) = mean over seeds ± t₀.₉₇₅ s / √S; importance of a unit "
             "Σ |a · ∂L / ∂a|; FGSM x' = clip (x + ε · sign (∂L / ∂x))",
  .source
  = "T. Sejnowski, C. Rosenberg, “Parallel networks that learn to pronounce English text” "
    "(1987); P. Molchanov et al., “Pruning convolutional neural networks for resource "
    "efficient inference” (2017); D. Hendrycks, T. Dietterich, “Benchmarking neural network "
    "robustness to common corruptions and perturbations” (2019); I. Goodfellow, J. Shlens, "
    "C. Szegedy, “Explaining and harnessing adversarial examples” (2014)",
};
