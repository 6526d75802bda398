/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Damage by dose: what the network still gets right, over seeds; and how it recovers if it learns on. */
#include "cju-view-state.h"
#include "cju-view-tools.h"

#include "cjl-retraining.h"
#include "cjl-robustness.h"
#include "cju-access.h"

#include <glib/gi18n-lib.h>
#include <math.h>

#define MAX_WHAT 63 /* damages and attacks that have names in files */

typedef struct
{
  GtkWidget *what, *order, *where, *most, *seeds, *after, *keep, *file;
  CjuViewJob job;
  gboolean retrains;       /* the job makes CjlRetraining */
  CjlRobustness *result;   /* the last; or NULL */
  CjlRetraining *recovery; /* shown in its place; or NULL */
  GPtrArray *kept;         /* CjlRobustness that it is compared with, the first kept first */
} State;

static void
free_state (gpointer data)
{
  State *state = data;

  cju_view_job_clear (&state->job);
  g_clear_pointer (&state->result, cjl_robustness_free);
  g_clear_pointer (&state->recovery, cjl_retraining_free);
  g_ptr_array_unref (state->kept);
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

/* The split that is judged on: one that has samples. */
static CjdSplit
get_split (const CjlNetwork *network)
{
  return cjd_dataset_count (network->dataset, CJD_SPLIT_TEST) > 0 ? CJD_SPLIT_TEST : CJD_SPLIT_VAL;
}

static int
get_after (const State *state)
{
  return gtk_widget_get_sensitive (state->after)
             ? gtk_spin_button_get_value_as_int (GTK_SPIN_BUTTON (state->after))
             : 0;
}

static void
begin_retraining (CjuView *view, CjlNetwork *network)
{
  State *state = cju_view_get_state (view);
  CjlRetrainingOptions options;

  cjl_retraining_options_init (&options);
  options.what = get_what (state);
  options.order = (int) gtk_drop_down_get_selected (GTK_DROP_DOWN (state->order));
  options.node = get_node (view);
  options.dose = gtk_range_get_value (GTK_RANGE (state->most));
  options.n_seeds = (guint) gtk_spin_button_get_value_as_int (GTK_SPIN_BUTTON (state->seeds));
  options.n_steps = (guint) get_after (state);
  options.split = get_split (network);
  state->retrains = TRUE;
  cju_view_job_take (
      &state->job,
      cjl_retraining_start (network, cju_document_get_project (cju_view_get_document (view))->setup,
                            &options));
}

/* `other`: path of the project whose network is damaged; NULL: this one. */
static void
begin_doses (CjuView *view, CjlNetwork *network, const char *other)
{
  State *state = cju_view_get_state (view);
  CjlRobustnessOptions options;

  cjl_robustness_options_init (&options);
  options.what = get_what (state);
  options.order = (int) gtk_drop_down_get_selected (GTK_DROP_DOWN (state->order));
  options.node = get_node (view);
  options.most = gtk_range_get_value (GTK_RANGE (state->most));
  options.n_seeds = (guint) gtk_spin_button_get_value_as_int (GTK_SPIN_BUTTON (state->seeds));
  options.split = get_split (network);
  options.other = other;
  state->retrains = FALSE;
  cju_view_job_take (&state->job, cjl_robustness_start (network, &options));
}

static void
begin (CjuView *view)
{
  CjlNetwork *network = cju_view_dup_network (view);

  if (network == NULL)
    return;
  if (get_after (cju_view_get_state (view)) > 0)
    begin_retraining (view, network);
  else
    begin_doses (view, network, NULL);
}

/* Asked for from elsewhere: what is under way has been overtaken. */
static void
again (CjuView *view)
{
  State *state = cju_view_get_state (view);

  cju_view_job_clear (&state->job);
  begin (view);
}

static void
tick (CjuView *view)
{
  State *state = cju_view_get_state (view);
  gpointer fresh = cju_view_job_poll (&state->job, view);

  if (fresh == NULL)
    return;
  g_clear_pointer (&state->recovery, cjl_retraining_free);
  if (state->retrains)
    state->recovery = fresh;
  else
    {
      g_clear_pointer (&state->result, cjl_robustness_free);
      state->result = fresh;
    }
  cju_view_refresh (view);
}

/* The last curve, with those that were kept of the same doses. */
static CjvFrame *
make_doses (const State *state)
{
  const CjlRobustness *all[CJL_ROBUSTNESS_MAX_LINES];
  g_autoptr (GPtrArray) names = g_ptr_array_new_with_free_func (g_free);
  guint n = 0;

  all[n++] = state->result;
  g_ptr_array_add (names,
                   g_strdup (state->result->title != NULL ? state->result->title : _ ("now")));
  for (guint i = state->kept->len; i-- > 0 && n < CJL_ROBUSTNESS_MAX_LINES;)
    {
      const CjlRobustness *kept = state->kept->pdata[i];

      if (!cjl_curve_is_like (&state->result->curve, &kept->curve))
        continue;
      all[n++] = kept;
      g_ptr_array_add (
          names,
          kept->title != NULL
              ? g_strdup (kept->title)
              /* Translators: a curve that was kept, by the step of its network */
              : g_strdup_printf (_ ("kept at step %llu"), (unsigned long long) kept->curve.step));
    }
  if (n == 1 && state->result->title == NULL)
    return cjl_robustness_frame (all, NULL, 1);
  return cjl_robustness_frame (all, (const char *const *) names->pdata, n);
}

static CjvFrame *
make (CjuView *view)
{
  State *state = cju_view_get_state (view);
  CjdDataset *dataset = cju_document_get_dataset (cju_view_get_document (view));

  /* what other data showed says nothing of this */
  if (state->result != NULL && state->result->curve.dataset != dataset)
    g_clear_pointer (&state->result, cjl_robustness_free);
  if (state->recovery != NULL && state->recovery->curve.dataset != dataset)
    g_clear_pointer (&state->recovery, cjl_retraining_free);
  gtk_widget_set_sensitive (state->keep, state->result != NULL);
  cju_figure_view_set_figure (cju_view_get_figure (view),
                              state->recovery != NULL ? "retraining" : "robustness");
  if (state->recovery != NULL)
    return cjl_retraining_frame (state->recovery);
  return state->result != NULL ? make_doses (state) : NULL;
}

static void
keep (CjuView *view)
{
  State *state = cju_view_get_state (view);

  if (state->kept->len + 1 >= CJL_ROBUSTNESS_MAX_LINES)
    g_ptr_array_remove_index (state->kept, 0);
  g_ptr_array_add (state->kept, g_steal_pointer (&state->result));
}

static void
on_keep (CjuView *view)
{
  keep (view);
  cju_view_tell (view, _ ("The curve is kept."));
  cju_view_refresh (view);
}

/* The curve of another project's network, beside those there are. */
static void
on_answer (GtkNativeDialog *dialog, int response, gpointer data)
{
  CjuView *view = data;
  State *state = cju_view_get_state (view);

  if (response == GTK_RESPONSE_ACCEPT && state != NULL)
    {
      g_autoptr (GFile) file = gtk_file_chooser_get_file (GTK_FILE_CHOOSER (dialog));
      g_autofree char *path = g_file_get_path (file);
      CjlNetwork *network = path != NULL ? cju_view_dup_network (view) : NULL;

      if (network != NULL)
        {
          cju_view_job_clear (&state->job);
          if (state->result != NULL)
            keep (view);
          begin_doses (view, network, path);
        }
    }
  g_object_unref (dialog);
}

static void
ask_file (CjuView *view)
{
  GtkWidget *root = GTK_WIDGET (gtk_widget_get_root (GTK_WIDGET (view)));
  GtkFileChooserNative *dialog
      = gtk_file_chooser_native_new (_ ("Project to Compare With"), GTK_WINDOW (root),
                                     GTK_FILE_CHOOSER_ACTION_OPEN, _ ("_Compare"), _ ("_Cancel"));
  GtkFileFilter *filter = gtk_file_filter_new ();

  gtk_file_filter_set_name (filter, _ ("Cajal projects"));
  gtk_file_filter_add_suffix (filter, "cajal");
  gtk_file_chooser_add_filter (GTK_FILE_CHOOSER (dialog), filter);
  g_object_unref (filter);
  g_signal_connect_object (dialog, "response", G_CALLBACK (on_answer), view, 0);
  gtk_native_dialog_show (GTK_NATIVE_DIALOG (dialog));
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
  gtk_widget_set_sensitive (state->after, cjl_retraining_suits (what));
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

/* What the curve is compared with: itself later, or the network of a file. */
static void
add_comparing (CjuView *view, State *state)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 0);

  gtk_widget_add_css_class (box, "linked");
  gtk_box_set_homogeneous (GTK_BOX (box), TRUE);
  /* Translators: keeps a curve, to be compared with others */
  state->keep = gtk_button_new_with_label (_ ("Keep"));
  gtk_widget_set_sensitive (state->keep, FALSE);
  cju_access_tip (state->keep, _ ("Keep the curve: the next ones with the same doses and seeds "
                                  "stand beside it"));
  g_signal_connect_object (state->keep, "clicked", G_CALLBACK (on_keep), view, G_CONNECT_SWAPPED);
  state->file = gtk_button_new_with_label (_ ("Beside…"));
  cju_access_tip (state->file, _ ("Damage the network of another project in the same way, on these "
                                  "samples, and show its curve beside this one"));
  g_signal_connect_object (state->file, "clicked", G_CALLBACK (ask_file), view, G_CONNECT_SWAPPED);
  gtk_box_append (GTK_BOX (box), state->keep);
  gtk_box_append (GTK_BOX (box), state->file);
  cju_view_add_control (view, box);
}

static void
keep_controls (CjuView *view, State *state)
{
  static const char *ids[MAX_WHAT + 1];
  static const char *const places[] = { "selected", "all", NULL };

  for (guint i = 0; i < MAX_WHAT; i++)
    ids[i] = cjl_robustness_get_what (i);
  cju_view_keep (view, "what", state->what, ids);
  cju_view_keep (view, "where", state->where, places);
  cju_view_keep (view, "order", state->order, cj_damage_orders);
  cju_view_keep (view, "seeds", state->seeds, NULL);
  cju_view_keep (view, "train", state->after, NULL);
}

static void
build (CjuView *view)
{
  State *state = g_new0 (State, 1);

  state->kept = g_ptr_array_new_with_free_func ((GDestroyNotify) cjl_robustness_free);
  cju_view_take_state (view, state, free_state);
  add_lists (view, state);
  state->most = gtk_scale_new_with_range (GTK_ORIENTATION_HORIZONTAL, 0.01, 1, 0.01);
  gtk_scale_set_draw_value (GTK_SCALE (state->most), TRUE);
  gtk_scale_set_format_value_func (GTK_SCALE (state->most), print_dose, state, NULL);
  cju_access_name (state->most, _ ("The largest dose"));
  cju_access_tip (state->most, _ ("The largest dose; a curve has ten of them. With training "
                                  "afterwards: the dose"));
  cju_view_add_control (view, state->most);
  state->seeds = cju_view_add_number (view, _ ("Seeds"), _ ("How often every dose is drawn"), 1,
                                      CJL_ROBUSTNESS_MAX_SEEDS, 1);
  gtk_spin_button_set_value (GTK_SPIN_BUTTON (state->seeds), 5);
  /* Translators: a number of steps of training */
  state->after
      = cju_view_add_number (view, _ ("Then train"),
                             _ ("Steps of training after the damage: how the network recovers from "
                                "one dose while the lesion stays; 0: none, a curve over doses"),
                             0, 100000, 100);
  cju_view_job_build (&state->job, view, _ ("Damage"),
                      _ ("Measure what the network, as it is now, gets right at every dose; the "
                         "network itself stays whole"),
                      begin);
  add_comparing (view, state);
  keep_controls (view, state);
  g_signal_connect_object (state->what, "notify::selected", G_CALLBACK (on_what), view,
                           G_CONNECT_SWAPPED);
  on_what (view);
}

const CjuViewInfo cju_view_robustness = {
  .id = "robustness",
  .title = N_ ("Robustness"),
  .blurb = N_ (
      "What the network still gets right at growing doses of lesions, of noise on weights and "
      "samples, and of attacks: the mean over seeds with its confidence interval (95 %). A layer "
      "that is selected on the canvas is damaged alone. Doses are progressive: what a small one "
      "takes away, a large one takes away as well. With steps of training afterwards: how what is "
      "left recovers while the lesion stays. Beside a lesion of units stands how distributed "
      "the code of its layer is"),
  .figure = "robustness",
  .belongs = cju_view_tells_classes,
  .make = make,
  .build = build,
  .tick = tick,
  .again = again,
  .formula
  = "accuracy (dose) = mean over seeds ± t₀.₉₇₅ s / √S; importance of a unit "
    "Σ |a · ∂L / ∂a|, of a head |Σ a · ∂L / ∂a|; sparseness (1 − (Σ r / n)² / (Σ r² / n)) / "
    "(1 − 1 / n) over units; dimensions (Σ λ)² / Σ λ²; FGSM x' = clip (x + ε · sign (∂L / ∂x))",
  .source
  = "T. Sejnowski, C. Rosenberg, “Parallel networks that learn to pronounce English text” "
    "(1987); P. Molchanov et al., “Pruning convolutional neural networks for resource "
    "efficient inference” (2017); P. Michel, O. Levy, G. Neubig, “Are sixteen heads really better "
    "than one?” (2019); D. Plaut, “Relearning after damage in connectionist networks” (1996); "
    "W. Vinje, J. Gallant, “Sparse coding and decorrelation in primary visual cortex during "
    "natural vision” (2000); D. Hendrycks, T. Dietterich, “Benchmarking neural network "
    "robustness to common corruptions and perturbations” (2019); I. Goodfellow, J. Shlens, "
    "C. Szegedy, “Explaining and harnessing adversarial examples” (2014)",
};
