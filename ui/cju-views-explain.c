/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Why did it say that: explainers of the chosen sample side by side, and of others held beside it. */
#include "cju-view-state.h"
#include "cju-view-tools.h"

#include "cjl-explain-units.h"
#include "cju-access.h"
#include "cju-methods.h"

#include <glib/gi18n-lib.h>
#include <math.h>

#define MOST_HELD 7      /* samples beside the chosen one */
#define UNITS_HEIGHT 320 /* px: of the list of units, before it scrolls */

typedef struct
{
  CjdSplit split;
  gsize index;
  gint64 target;
} Held;

typedef struct
{
  GtkWidget *methods, *target, *hold, *release;
  CjuLayerChoice layer;
  char *classes; /* what the list of targets was made of */
  GArray *held;  /* Held */
  CjuViewJob job;
  CjlExplanations *all;
  CjlNetwork *asked, *network; /* that the job asks, and that gave `all` */
  GtkWidget *units, *place;    /* a button with the list of units behind it, and what it is of */
  GtkListBox *list;
  GArray *found; /* CjlUnitShare, as the list has them, or NULL */
  CjlJob *finding;
  guint64 begun;       /* step of the weights that it was last begun with */
  guint revision;      /* of the drawing then */
  CjdDataset *dataset; /* of the answer and of what is held, or NULL */
  gsize sample;
  CjdSplit split;
  CjTensor *own;     /* picture of one's own that it was begun with, or NULL */
  gboolean anew;     /* something was changed by hand */
  gboolean measured; /* it was begun with measures: not while the network learns */
} State;

static void
free_state (gpointer data)
{
  State *state = data;

  cju_view_job_clear (&state->job);
  cju_layer_choice_clear (&state->layer);
  g_clear_pointer (&state->finding, cjl_job_abandon);
  g_clear_pointer (&state->found, g_array_unref);
  g_clear_pointer (&state->asked, cjl_network_free);
  g_clear_pointer (&state->network, cjl_network_free);
  g_clear_pointer (&state->all, cjl_explanations_unref);
  g_clear_pointer (&state->own, cj_tensor_unref);
  g_clear_pointer (&state->dataset, cjd_dataset_unref);
  g_array_unref (state->held);
  g_free (state->classes);
  g_free (state);
}

static gboolean
has_answers (CjuDocument *document)
{
  const CjLowered *lowered = cju_document_get_lowered (document);

  return lowered == NULL || lowered->prediction != CJ_NO_VALUE;
}

/* --- the lists --- */

/* The last layer that makes maps is where most is told apart and places are still known. */
static guint
find_preset (CjuDocument *document, GStrv nodes)
{
  const guint n = g_strv_length (nodes);

  (void) document;
  return n > 0 ? n - 1 : 0;
}

#define MOST_CLASSES 256

static void
follow_classes (CjuView *view)
{
  State *state = cju_view_get_state (view);
  const CjdDataset *dataset = cju_document_get_dataset (cju_view_get_document (view));
  const guint n = dataset != NULL ? MIN (dataset->n_classes, MOST_CLASSES) : 0;
  g_autofree char *names = dataset != NULL && dataset->class_names != NULL
                               ? g_strjoinv ("\n", dataset->class_names)
                               : g_strdup_printf ("%u", n);
  const guint at = gtk_drop_down_get_selected (GTK_DROP_DOWN (state->target));
  g_autoptr (GtkStringList) list = NULL;

  if (g_strcmp0 (names, state->classes) == 0)
    return;
  g_free (state->classes);
  state->classes = g_steal_pointer (&names);
  list = gtk_string_list_new (NULL);
  gtk_string_list_append (list, _ ("What it says"));
  gtk_string_list_append (list, _ ("What it is"));
  for (guint i = 0; i < n; i++)
    {
      g_autofree char *number = g_strdup_printf ("%u", i);

      gtk_string_list_append (list,
                              dataset->class_names != NULL ? dataset->class_names[i] : number);
    }
  gtk_drop_down_set_model (GTK_DROP_DOWN (state->target), G_LIST_MODEL (list));
  if (at < 2) /* what it says, or is, of whatever classes */
    gtk_drop_down_set_selected (GTK_DROP_DOWN (state->target), at);
  gtk_widget_set_visible (state->target, n > 0);
}

/* --- asking --- */

/* The answer that is chosen to be explained. */
static gint64
get_target (const State *state)
{
  const guint at = gtk_drop_down_get_selected (GTK_DROP_DOWN (state->target));

  if (at == 1)
    return CJL_TARGET_TRUE;
  return at < 2 || at == GTK_INVALID_LIST_POSITION ? CJL_TARGET_PREDICTED : (gint64) at - 2;
}

static CjlExplainRequest *
make_request (CjuView *view)
{
  CjuDocument *document = cju_view_get_document (view);
  State *state = cju_view_get_state (view);
  CjlExplainRequest *request = cjl_explain_request_new ();
  const gint64 wanted = get_target (state);

  cju_methods_add_to (CJU_METHODS (state->methods), request);
  request->layer = g_strdup (cju_layer_choice_get (&state->layer));
  if (state->own != NULL)
    {
      CjShape shape = state->own->shape; /* without the batch of one */
      CjTensor *picture;

      shape.n_dims--;
      for (guint i = 0; i < shape.n_dims; i++)
        shape.dims[i] = state->own->shape.dims[i + 1];
      picture = cj_tensor_dup (state->own);
      picture->shape = shape;
      cjl_explain_request_take_picture (request, picture, cju_document_get_own_name (document),
                                        wanted == CJL_TARGET_TRUE ? CJL_TARGET_PREDICTED : wanted);
    }
  else
    cjl_explain_request_add_sample (request, state->split, state->sample, wanted);
  for (guint i = 0; i < state->held->len; i++)
    {
      const Held *held = &g_array_index (state->held, Held, i);

      if (state->own != NULL || held->index != state->sample || held->split != state->split
          || held->target != wanted)
        cjl_explain_request_add_sample (request, held->split, held->index, held->target);
    }
  if (state->held->len > 0) /* of methods whose baseline is one's own */
    {
      request->baseline_split = g_array_index (state->held, Held, 0).split;
      request->baseline = (gint64) g_array_index (state->held, Held, 0).index;
    }
  return request;
}

/* With the newest weights, once they are newer, or another sample is chosen, or something was changed. */
static void
start (CjuView *view)
{
  CjuDocument *document = cju_view_get_document (view);
  State *state = cju_view_get_state (view);
  CjlSession *session = cju_document_get_session (document);
  CjTensor *own = cju_document_get_own (document);
  const gboolean rests = cju_document_get_state (document).status != CJ_RUN_TRAINING;
  g_autoptr (CjCheckpoint) weights = NULL;
  g_autoptr (CjlExplainRequest) request = NULL;

  if (session == NULL || cju_document_get_dataset (document) == NULL)
    return;
  weights = cj_runner_dup_snapshot (cjl_session_get_runner (session));
  if (weights == NULL
      || (weights->at.step == state->begun && !state->anew
          && state->revision == cju_document_get_project (document)->graph->revision
          && (state->measured || !rests) && state->sample == cju_document_get_sample (document)
          && state->split == cju_document_get_split (document) && state->own == own))
    return;
  state->begun = weights->at.step;
  state->revision = cju_document_get_project (document)->graph->revision;
  state->sample = cju_document_get_sample (document);
  state->split = cju_document_get_split (document);
  state->anew = FALSE;
  state->measured = rests;
  g_clear_pointer (&state->dataset, cjd_dataset_unref);
  state->dataset = cjd_dataset_ref (cju_document_get_dataset (document));
  g_clear_pointer (&state->own, cj_tensor_unref);
  state->own = own != NULL ? cj_tensor_ref (own) : NULL;
  request = make_request (view);
  request->measured = rests;
  g_clear_pointer (&state->asked, cjl_network_free);
  state->asked = cjl_network_new (cju_document_get_project (document)->graph,
                                  cju_document_get_dataset (document), weights);
  cju_view_job_take (&state->job, cjl_explain_start (state->asked->graph, state->asked->dataset,
                                                     state->asked->weights, request));
}

/* The whole of an older answer stays until the new one is whole, so that nothing flickers while the network
 * learns; a new question is answered map by map. */
static void
take (CjuView *view, CjlExplanations *fresh, gboolean done)
{
  State *state = cju_view_get_state (view);
  const gboolean same = state->all != NULL && state->all->n_rows == fresh->n_rows
                        && state->all->n_methods == fresh->n_methods
                        && state->all->step != fresh->step;

  if (same && !done)
    {
      cjl_explanations_unref (fresh);
      return;
    }
  g_clear_pointer (&state->all, cjl_explanations_unref);
  state->all = fresh;
  if (state->asked != NULL)
    {
      g_clear_pointer (&state->network, cjl_network_free);
      state->network = g_steal_pointer (&state->asked);
    }
  cju_view_refresh (view);
}

static void
follow (CjuView *view)
{
  State *state = cju_view_get_state (view);
  CjuDocument *document = cju_view_get_document (view);
  const CjLowered *lowered = cju_document_get_lowered (document);
  const CjdDataset *dataset = cju_document_get_dataset (document);

  cju_layer_choice_follow (&state->layer, view);
  follow_classes (view);
  if (lowered != NULL && dataset != NULL)
    cju_methods_follow (CJU_METHODS (state->methods), lowered, dataset);
  gtk_widget_set_sensitive (state->release, state->held->len > 0);
}

/* What was said of other data says nothing of these, and their samples cannot be held beside them. */
static void
follow_data (CjuView *view)
{
  State *state = cju_view_get_state (view);

  if (state->dataset == NULL
      || state->dataset == cju_document_get_dataset (cju_view_get_document (view)))
    return;
  g_clear_pointer (&state->dataset, cjd_dataset_unref);
  g_clear_pointer (&state->all, cjl_explanations_unref);
  g_clear_pointer (&state->network, cjl_network_free);
  g_array_set_size (state->held, 0);
  state->anew = TRUE;
  cju_view_refresh (view);
}

/* Whether the job answers what is no longer asked. */
static gboolean
is_outdated (CjuView *view)
{
  const State *state = cju_view_get_state (view);
  CjuDocument *document = cju_view_get_document (view);

  return state->anew || state->sample != cju_document_get_sample (document)
         || state->split != cju_document_get_split (document)
         || state->own != cju_document_get_own (document);
}

/* --- a place that is clicked --- */

static void
choose_unit (CjuView *view, const CjlUnitShare *unit)
{
  cju_document_choose_unit (cju_view_get_document (view), unit->node, unit->unit,
                            MAX (unit->row, 0), MAX (unit->column, 0));
}

static void
on_unit (CjuView *view, GtkListBoxRow *row)
{
  const State *state = cju_view_get_state (view);
  const int at = gtk_list_box_row_get_index (row);

  if (state->found == NULL || at < 0 || (guint) at >= state->found->len)
    return;
  choose_unit (view, &g_array_index (state->found, CjlUnitShare, at));
  gtk_menu_button_popdown (GTK_MENU_BUTTON (state->units));
}

static void
add_unit (const State *state, const CjlUnitShare *unit)
{
  GtkWidget *row = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 18);
  g_autofree char *name = cjl_unit_print (unit);
  g_autofree char *share = g_strdup_printf ("%+.3g", unit->share);
  GtkWidget *words = gtk_label_new (name), *number = gtk_label_new (share);

  gtk_label_set_xalign (GTK_LABEL (words), 0);
  gtk_widget_set_hexpand (words, TRUE);
  gtk_widget_add_css_class (number, "numeric");
  gtk_widget_add_css_class (number, unit->share < 0 ? "error" : "accent");
  gtk_box_append (GTK_BOX (row), words);
  gtk_box_append (GTK_BOX (row), number);
  gtk_list_box_append (state->list, row);
}

/* The strongest unit is shown by the other views. */
static void
show_units (CjuView *view)
{
  State *state = cju_view_get_state (view);
  const CjlUnitShare *first = NULL;
  GtkListBoxRow *row;

  while ((row = gtk_list_box_get_row_at_index (state->list, 0)) != NULL)
    gtk_list_box_remove (state->list, GTK_WIDGET (row));
  for (guint i = 0; i < state->found->len; i++)
    {
      const CjlUnitShare *unit = &g_array_index (state->found, CjlUnitShare, i);

      add_unit (state, unit);
      if (first == NULL || fabs (unit->share) > fabs (first->share))
        first = unit;
    }
  gtk_widget_set_sensitive (state->units, first != NULL);
  if (first == NULL)
    {
      cju_view_tell (view, _ ("No unit passed anything on from here."));
      return;
    }
  choose_unit (view, first);
  gtk_menu_button_popup (GTK_MENU_BUTTON (state->units));
}

static void
poll_units (CjuView *view)
{
  State *state = cju_view_get_state (view);
  GArray *found;

  if (state->finding == NULL || !cjl_job_is_done (state->finding))
    return;
  found = cjl_job_take_result (state->finding);
  g_clear_pointer (&state->finding, cjl_job_abandon);
  if (found == NULL) /* the explanations have told why */
    return;
  g_clear_pointer (&state->found, g_array_unref);
  state->found = found;
  show_units (view);
}

static void
pick (CjuView *view, const CjvHit *hit)
{
  State *state = cju_view_get_state (view);
  const CjlExplainedRow *row;
  gint64 r;

  if (state->all == NULL || state->network == NULL || hit->index < 0 || hit->series < 0)
    return;
  r = hit->series / (state->all->n_methods + 1);
  if (r >= state->all->n_rows)
    return;
  row = &state->all->rows[r];
  /* Translators: the heading of a list of units */
  g_autofree char *title = g_strdup_printf (_ ("What mattered there, %s"), row->title);

  gtk_label_set_text (GTK_LABEL (state->place), title);
  g_clear_pointer (&state->finding, cjl_job_abandon);
  state->finding = cjl_units_start (
      cjl_network_new (state->network->graph, state->network->dataset, state->network->weights),
      row, hit->index);
}

static GtkWidget *
make_units (CjuView *view)
{
  State *state = cju_view_get_state (view);
  GtkWidget *popover = gtk_popover_new (), *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 6);
  GtkWidget *scroller = gtk_scrolled_window_new ();

  state->list = GTK_LIST_BOX (gtk_list_box_new ());
  gtk_list_box_set_selection_mode (state->list, GTK_SELECTION_NONE);
  cju_access_name (GTK_WIDGET (state->list),
                   _ ("Units that mattered at the place that was clicked"));
  g_signal_connect_object (state->list, "row-activated", G_CALLBACK (on_unit), view,
                           G_CONNECT_SWAPPED);
  gtk_scrolled_window_set_policy (GTK_SCROLLED_WINDOW (scroller), GTK_POLICY_NEVER,
                                  GTK_POLICY_AUTOMATIC);
  gtk_scrolled_window_set_max_content_height (GTK_SCROLLED_WINDOW (scroller), UNITS_HEIGHT);
  gtk_scrolled_window_set_propagate_natural_height (GTK_SCROLLED_WINDOW (scroller), TRUE);
  gtk_scrolled_window_set_child (GTK_SCROLLED_WINDOW (scroller), GTK_WIDGET (state->list));
  state->place = gtk_label_new (NULL);
  gtk_widget_add_css_class (state->place, "heading");
  gtk_box_append (GTK_BOX (box), state->place);
  gtk_box_append (GTK_BOX (box), scroller);
  gtk_popover_set_child (GTK_POPOVER (popover), box);
  state->units = gtk_menu_button_new ();
  gtk_menu_button_set_icon_name (GTK_MENU_BUTTON (state->units), "view-list-symbolic");
  cju_access_name (state->units, _ ("Units that mattered there"));
  gtk_menu_button_set_popover (GTK_MENU_BUTTON (state->units), popover);
  cju_access_tip (state->units,
                  _ ("Which units passed on what stands at the place that was clicked; "
                     "choose one to see it in the other views"));
  gtk_widget_set_sensitive (state->units, FALSE); /* until a place is clicked */
  return state->units;
}

static void
poll_explanations (CjuView *view)
{
  State *state = cju_view_get_state (view);
  CjlExplanations *fresh;

  if (is_outdated (view))
    cjl_job_cancel (state->job.job);
  fresh = cju_view_job_poll (&state->job, view);
  if (fresh != NULL && state->dataset != NULL)
    take (view, fresh, state->job.job == NULL);
  else if (fresh != NULL)
    cjl_explanations_unref (fresh);
}

static void
tick (CjuView *view)
{
  State *state = cju_view_get_state (view);

  follow_data (view);
  poll_units (view);
  if (state->job.job != NULL)
    {
      poll_explanations (view);
      return;
    }
  follow (view);
  start (view);
}

static CjvFrame *
make (CjuView *view)
{
  const State *state = cju_view_get_state (view);

  return state->all != NULL && state->all->n_methods > 0 ? cjl_explanations_frame (state->all)
                                                         : NULL;
}

/* --- controls --- */

static void
on_changed (CjuView *view)
{
  ((State *) cju_view_get_state (view))->anew = TRUE;
}

static void
on_hold (CjuView *view)
{
  State *state = cju_view_get_state (view);
  const Held held = { state->split, state->sample, get_target (state) };

  if (state->own != NULL || state->held->len >= MOST_HELD)
    {
      cju_view_tell (view, state->own != NULL
                               ? _ ("Only samples of the data can be held.")
                               : _ ("No more samples can be held. Release them first."));
      return;
    }
  for (guint i = 0; i < state->held->len; i++)
    if (g_array_index (state->held, Held, i).index == held.index
        && g_array_index (state->held, Held, i).split == held.split
        && g_array_index (state->held, Held, i).target == held.target)
      return;
  g_array_append_val (state->held, held);
  cju_view_tell (view, _ ("This stays; choose another sample or class to compare it with."));
  state->anew = TRUE;
}

static void
on_release (CjuView *view)
{
  State *state = cju_view_get_state (view);

  g_array_set_size (state->held, 0);
  state->anew = TRUE;
}

/* --- files --- */

static const char *const splits[CJD_N_SPLITS] = { "train", "val", "test" };

static void
save (CjuView *view, GVariantDict *controls)
{
  const State *state = cju_view_get_state (view);
  GVariantBuilder held;

  g_variant_dict_insert_value (controls, "methods",
                               cju_methods_save (CJU_METHODS (state->methods)));
  g_variant_builder_init (&held, G_VARIANT_TYPE ("av"));
  for (guint i = 0; i < state->held->len; i++)
    {
      const Held *one = &g_array_index (state->held, Held, i);
      GVariantDict dict;

      g_variant_dict_init (&dict, NULL);
      g_variant_dict_insert (&dict, "split", "s", splits[one->split]);
      g_variant_dict_insert (&dict, "sample", "x", (gint64) one->index);
      g_variant_dict_insert (&dict, "target", "x", one->target);
      g_variant_builder_add (&held, "v", g_variant_dict_end (&dict));
    }
  g_variant_dict_insert_value (controls, "held", g_variant_builder_end (&held));
}

/* One sample that was held, if the data have it. */
static void
load_held (State *state, CjdDataset *dataset, GVariant *one)
{
  Held held = { .split = CJD_SPLIT_VAL };
  gint64 sample = -1;
  const char *split = "";

  if (!g_variant_is_of_type (one, G_VARIANT_TYPE_VARDICT))
    return;
  g_variant_lookup (one, "split", "&s", &split);
  g_variant_lookup (one, "sample", "x", &sample);
  g_variant_lookup (one, "target", "x", &held.target);
  for (guint i = 0; i < CJD_N_SPLITS; i++)
    if (g_str_equal (splits[i], split))
      held.split = (CjdSplit) i;
  if (sample < 0 || (gsize) sample >= cjd_dataset_count (dataset, held.split)
      || held.target < CJL_TARGET_TRUE || held.target >= (gint64) dataset->n_classes
      || state->held->len >= MOST_HELD)
    return;
  held.index = (gsize) sample;
  g_array_append_val (state->held, held);
}

static gboolean
load (CjuView *view, GVariant *controls)
{
  State *state = cju_view_get_state (view);
  g_autoptr (GVariant) methods = g_variant_lookup_value (controls, "methods", NULL);
  g_autoptr (GVariant) list = g_variant_lookup_value (controls, "held", G_VARIANT_TYPE ("av"));
  GVariantIter iter;
  GVariant *one;

  if (state->dataset == NULL) /* nothing was asked yet: the lists are not filled */
    return FALSE;
  if (methods != NULL)
    cju_methods_load (CJU_METHODS (state->methods), methods);
  state->anew = TRUE;
  if (list == NULL)
    return TRUE;
  g_array_set_size (state->held, 0);
  g_variant_iter_init (&iter, list);
  while (g_variant_iter_next (&iter, "v", &one))
    {
      load_held (state, state->dataset, one);
      g_variant_unref (one);
    }
  return TRUE;
}

static void
build (CjuView *view)
{
  static const char *const target_ids[] = { "predicted", "true", NULL };
  const char *const targets[] = { _ ("What it says"), _ ("What it is"), NULL };
  State *state = g_new0 (State, 1);
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 6);

  state->begun = G_MAXUINT64;
  state->held = g_array_new (FALSE, FALSE, sizeof (Held));
  cju_view_take_state (view, state, free_state);
  state->methods = cju_methods_new ();
  cju_view_add_control (view, state->methods);
  g_signal_connect_object (state->methods, "changed", G_CALLBACK (on_changed), view,
                           G_CONNECT_SWAPPED);
  state->target = cju_view_add_list (view, targets, _ ("Which answer is explained"));
  state->layer.maps = TRUE;
  state->layer.preset = find_preset;
  cju_layer_choice_build (&state->layer, view, _ ("Layer whose maps are looked at"));
  g_signal_connect_object (state->target, "notify::selected", G_CALLBACK (on_changed), view,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (state->layer.drop, "notify::selected", G_CALLBACK (on_changed), view,
                           G_CONNECT_SWAPPED);
  cju_view_keep (view, "target", state->target, target_ids);
  cju_view_keep (view, "node", state->layer.drop, NULL);
  state->hold = gtk_button_new_with_label (_ ("Hold"));
  cju_access_tip (state->hold, _ ("Keeps this sample and class beside the next ones; the first is "
                                  "the baseline of methods whose "
                                  "baseline is your own"));
  state->release = gtk_button_new_with_label (_ ("Release"));
  cju_access_tip (state->release, _ ("Shows the chosen sample alone"));
  gtk_widget_set_hexpand (state->hold, TRUE);
  gtk_widget_set_hexpand (state->release, TRUE);
  gtk_box_append (GTK_BOX (box), state->hold);
  gtk_box_append (GTK_BOX (box), state->release);
  gtk_box_append (GTK_BOX (box), make_units (view));
  cju_view_add_control (view, box);
  g_signal_connect_object (state->hold, "clicked", G_CALLBACK (on_hold), view, G_CONNECT_SWAPPED);
  g_signal_connect_object (state->release, "clicked", G_CALLBACK (on_release), view,
                           G_CONNECT_SWAPPED);
  cju_view_job_build (&state->job, view, NULL, _ ("Progress of the explanations"), NULL);
}

const CjuViewInfo cju_view_explain = {
  .id = "explain",
  .title = N_ ("Explain"),
  .blurb = N_ ("What the answer to the chosen sample leaned on; click a place to see which units "
               "mattered there"),
  .figure = "explanations",
  .belongs = has_answers,
  .make = make,
  .picked = pick,
  .build = build,
  .tick = tick,
  .formula
  = "φ says what each part of x adds to the answer f; complete: Σ φ = f (x) − f (x₀); units that "
    "mattered: (a (x) − a (x without the place)) ∂f / ∂a; a place of a picture is a square of 3 × "
    "3 pixels",
  .source
  = "Each explainer has its own; M. Sundararajan, A. Taly, Q. Yan (2017) for completeness; A. "
    "Syed, C. Rager, A. Conmy, “Attribution patching outperforms automated circuit discovery” "
    "(2023), for the units",
  .save = save,
  .load = load,
};
