/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Why did it say that: explainers of the chosen sample side by side, and of others held beside it. */
#include "cju-view-state.h"

#include "cju-access.h"
#include "cju-methods.h"

#include <glib/gi18n-lib.h>
#include <math.h>

#define MOST_HELD 7 /* samples beside the chosen one */
#define UNITS 3     /* that are named when a place is clicked */

typedef struct
{
  CjdSplit split;
  gsize index;
  gint64 target;
} Held;

typedef struct
{
  GtkWidget *methods, *target, *layer, *hold, *release, *progress;
  GStrv layers;  /* ids, as the list has them behind "last" */
  char *classes; /* what the list of targets was made of */
  GArray *held;  /* Held */
  CjlJob *job;
  CjlExplanations *all;
  guint64 begun;       /* step of the weights that it was last begun with */
  guint revision;      /* of the drawing then */
  CjdDataset *dataset; /* of the answer and of what is held, or NULL */
  gsize sample;
  CjdSplit split;
  CjTensor *own;     /* picture of one's own that it was begun with, or NULL */
  gboolean anew;     /* something was changed by hand */
  gboolean measured; /* it was begun with measures: not while the network learns */
  char *failure;     /* that has been told */
} State;

static void
free_state (gpointer data)
{
  State *state = data;

  g_clear_pointer (&state->job, cjl_job_abandon);
  g_clear_pointer (&state->all, cjl_explanations_unref);
  g_clear_pointer (&state->own, cj_tensor_unref);
  g_clear_pointer (&state->dataset, cjd_dataset_unref);
  g_array_unref (state->held);
  g_strfreev (state->layers);
  g_free (state->classes);
  g_free (state->failure);
  g_free (state);
}

static gboolean
has_answers (CjuDocument *document)
{
  const CjLowered *lowered = cju_document_get_lowered (document);

  return lowered == NULL || lowered->prediction != CJ_NO_VALUE;
}

/* --- the lists --- */

/* Nodes that make maps. */
static GStrv
list_layers (CjuDocument *document)
{
  const CjGraph *graph = cju_document_get_project (document)->graph;
  const CjLowered *lowered = cju_document_get_lowered (document);
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();

  for (guint i = 0; lowered != NULL && i < MIN (graph->nodes->len, lowered->n_nodes); i++)
    {
      const CjNode *node = graph->nodes->pdata[i];
      const CjShape *shape = lowered->nodes[i].valid && lowered->nodes[i].n_out > 0
                                 ? cj_builder_get_shape (lowered->builder, lowered->nodes[i].out[0])
                                 : NULL;

      if (shape != NULL && shape->n_dims == 4 && shape->dims[2] * shape->dims[3] > 1
          && node->layer->role == CJ_ROLE_LAYER)
        g_strv_builder_add (builder, node->id);
    }
  return g_strv_builder_end (builder);
}

static void
follow_layers (CjuView *view)
{
  State *state = cju_view_get_state (view);
  GStrv layers = list_layers (cju_view_get_document (view));
  const guint at = gtk_drop_down_get_selected (GTK_DROP_DOWN (state->layer));
  g_autofree char *chosen = state->layers != NULL && at > 0 && at <= g_strv_length (state->layers)
                                ? g_strdup (state->layers[at - 1])
                                : NULL;
  g_autoptr (GtkStringList) list = NULL;
  guint again = 0;

  if (state->layers != NULL
      && g_strv_equal ((const char *const *) state->layers, (const char *const *) layers))
    {
      g_strfreev (layers);
      return;
    }
  g_strfreev (state->layers);
  state->layers = layers;
  list = gtk_string_list_new (NULL);
  gtk_string_list_append (list, _ ("Last layer"));
  for (guint i = 0; layers[i] != NULL; i++)
    {
      gtk_string_list_append (list, layers[i]);
      if (g_strcmp0 (layers[i], chosen) == 0)
        again = i + 1;
    }
  gtk_drop_down_set_model (GTK_DROP_DOWN (state->layer), G_LIST_MODEL (list));
  gtk_drop_down_set_selected (GTK_DROP_DOWN (state->layer), again);
  gtk_widget_set_visible (state->layer, layers[0] != NULL);
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
  const guint layer = gtk_drop_down_get_selected (GTK_DROP_DOWN (state->layer));
  const gint64 wanted = get_target (state);

  cju_methods_add_to (CJU_METHODS (state->methods), request);
  if (layer > 0 && layer <= g_strv_length (state->layers))
    request->layer = g_strdup (state->layers[layer - 1]);
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
  state->job = cjl_explain_start (cju_document_get_project (document)->graph,
                                  cju_document_get_dataset (document), weights, request);
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
  cju_view_refresh (view);
}

static void
show_progress (CjuView *view)
{
  State *state = cju_view_get_state (view);
  const double left = state->job != NULL ? cjl_job_get_seconds_left (state->job) : 0;

  /* what is over at once needs no bar */
  gtk_widget_set_opacity (state->progress, isfinite (left) && left > 0.5 ? 1 : 0);
  if (state->job != NULL)
    gtk_progress_bar_set_fraction (GTK_PROGRESS_BAR (state->progress),
                                   cjl_job_get_progress (state->job));
}

static void
follow (CjuView *view)
{
  State *state = cju_view_get_state (view);
  CjuDocument *document = cju_view_get_document (view);
  const CjLowered *lowered = cju_document_get_lowered (document);
  const CjdDataset *dataset = cju_document_get_dataset (document);

  follow_layers (view);
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

static void
tick (CjuView *view)
{
  State *state = cju_view_get_state (view);
  CjlExplanations *fresh;
  gboolean done;

  follow_data (view);
  if (state->job == NULL)
    {
      follow (view);
      start (view);
      return;
    }
  if (is_outdated (view))
    cjl_job_cancel (state->job);
  done = cjl_job_is_done (state->job);
  fresh = cjl_job_take_result (state->job);
  if (fresh != NULL && state->dataset != NULL)
    take (view, fresh, done);
  else if (fresh != NULL)
    cjl_explanations_unref (fresh);
  if (done)
    {
      g_autoptr (GError) error = cjl_job_dup_error (state->job);

      if (error != NULL && g_strcmp0 (error->message, state->failure) != 0)
        {
          g_free (state->failure);
          state->failure = g_strdup (error->message);
          cju_view_tell (view, error->message);
        }
      g_clear_pointer (&state->job, cjl_job_abandon);
    }
  show_progress (view);
}

static CjvFrame *
make (CjuView *view)
{
  const State *state = cju_view_get_state (view);

  return state->all != NULL && state->all->n_methods > 0 ? cjl_explanations_frame (state->all)
                                                         : NULL;
}

/* --- a place that is clicked --- */

/* The channels that added most to the answer where the layer sees the pixel, as text; the strongest goes to
 * *unit. You free. */
static char *
print_units (const CjTensor *shares, gint64 row, gint64 column, gint64 *unit)
{
  const gint64 c = shares->shape.dims[0], h = shares->shape.dims[1], w = shares->shape.dims[2];
  GString *text = g_string_new (NULL);
  gint64 taken[UNITS];

  for (int k = 0; k < MIN (UNITS, c); k++)
    {
      double most = -1;

      for (gint64 i = 0; i < c; i++)
        {
          const double share = fabs (cj_tensor_f32 (shares)[(i * h + row) * w + column]);
          gboolean free = TRUE;

          for (int j = 0; j < k; j++)
            free = free && taken[j] != i;
          if (free && !(share <= most)) /* one is taken even where none is a number */
            {
              most = share;
              taken[k] = i;
            }
        }
      g_string_append_printf (text, "%s%lld (%+.3g)", k > 0 ? ", " : "", (long long) taken[k],
                              (double) cj_tensor_f32 (shares)[(taken[k] * h + row) * w + column]);
    }
  *unit = taken[0];
  return g_string_free (text, FALSE);
}

static void
pick (CjuView *view, const CjvHit *hit)
{
  const State *state = cju_view_get_state (view);
  CjuDocument *document = cju_view_get_document (view);
  const CjlExplainedRow *row;
  gint64 r, pixel_row, pixel_column, unit;
  const gint64 *d;

  if (state->all == NULL || hit->index < 0 || hit->series < 0)
    return;
  r = hit->series / (state->all->n_methods + 1);
  if (r >= state->all->n_rows)
    return;
  row = &state->all->rows[r];
  if (row->shares == NULL || row->x->shape.n_dims != 3)
    return;
  d = row->x->shape.dims;
  pixel_row = hit->index / d[2] * row->shares->shape.dims[1] / d[1];
  pixel_column = hit->index % d[2] * row->shares->shape.dims[2] / d[2];
  g_autofree char *units = print_units (row->shares, pixel_row, pixel_column, &unit);
  g_autofree char *text
      /* Translators: a layer and numbers of its maps with what each added: "conv2: 5 (+0.8), 3 (-0.1)" */
      = g_strdup_printf (_ ("What mattered here in %s: maps %s"), state->all->layer, units);

  cju_document_choose_unit (document, state->all->layer, unit, pixel_row, pixel_column);
  cju_view_tell (view, text);
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

static GtkWidget *
add_list (CjuView *view, const char *name)
{
  GtkWidget *list = gtk_drop_down_new (NULL, NULL);

  cju_access_tip (list, name);
  cju_access_name (list, name);
  cju_view_add_control (view, list);
  g_signal_connect_object (list, "notify::selected", G_CALLBACK (on_changed), view,
                           G_CONNECT_SWAPPED);
  return list;
}

static void
build (CjuView *view)
{
  static const char *const target_ids[] = { "predicted", "true", NULL };
  static const char *const layer_ids[] = { "last", NULL };
  State *state = g_new0 (State, 1);
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 6);

  state->begun = G_MAXUINT64;
  state->held = g_array_new (FALSE, FALSE, sizeof (Held));
  cju_view_take_state (view, state, free_state);
  state->methods = cju_methods_new ();
  cju_view_add_control (view, state->methods);
  g_signal_connect_object (state->methods, "changed", G_CALLBACK (on_changed), view,
                           G_CONNECT_SWAPPED);
  state->target = add_list (view, _ ("Which answer is explained"));
  state->layer = add_list (view, _ ("Layer whose maps are looked at"));
  cju_view_keep (view, "target", state->target, target_ids);
  cju_view_keep (view, "node", state->layer, layer_ids);
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
  cju_view_add_control (view, box);
  g_signal_connect_object (state->hold, "clicked", G_CALLBACK (on_hold), view, G_CONNECT_SWAPPED);
  g_signal_connect_object (state->release, "clicked", G_CALLBACK (on_release), view,
                           G_CONNECT_SWAPPED);
  state->progress = gtk_progress_bar_new ();
  cju_access_name (state->progress, _ ("Progress of the explanations"));
  gtk_widget_set_opacity (state->progress, 0);
  cju_view_add_control (view, state->progress);
}

const CjuViewInfo cju_view_explain = {
  .id = "explain",
  .title = N_ ("Explain"),
  .blurb = N_ ("What the answer to the chosen sample leaned on; click a place to see which maps "
               "mattered there"),
  .figure = "explanations",
  .belongs = has_answers,
  .make = make,
  .picked = pick,
  .build = build,
  .tick = tick,
  .formula
  = "φ says what each part of x adds to the answer f; complete: Σ φ = f (x) − f (x₀). Below a "
    "map: deletion, insertion ∫ p (target) as its highest places go, or come",
  .source
  = "each explainer has a page of its own; L. Shapley (1953) and M. Sundararajan, A. Taly, Q. "
    "Yan (2017) for completeness; V. Petsiuk, A. Das, K. Saenko, “RISE” (2018); J. Adebayo et "
    "al., “Sanity checks for saliency maps” (2018)",
  .save = save,
  .load = load,
};
