/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Who looks at whom in the chosen sample, live; heads can be silenced, and the loss without each be
 * measured. */
#include "cju-view-state.h"
#include "cju-view-tools.h"

#include "cjl-attention.h"
#include "cjl-heads.h"

#include <glib/gi18n-lib.h>
#include <math.h>

#define HEAD_SAMPLES 128                /* for the loss without a head */
#define FLOW_EVERY (2 * G_USEC_PER_SEC) /* while it trains, which needs the processor more */

/* What is shown of it. */
typedef enum
{
  SHOW_MATRIX,
  SHOW_ARCS,
  SHOW_PATCHES,
  SHOW_HEADS,
  SHOW_ANSWER,
  N_SHOWS
} Show;

static const struct
{
  const char *title, *figure;
} shows[N_SHOWS] = {
  [SHOW_MATRIX] = { N_ ("Matrices"), "attention" },
  [SHOW_ARCS] = { N_ ("Arcs over the text"), "attention-arcs" },
  [SHOW_PATCHES] = { N_ ("Heat on the picture"), "attention-patches" },
  [SHOW_HEADS] = { N_ ("Heads compared"), "attention-heads" },
  [SHOW_ANSWER] = { N_ ("Answer"), "bars" },
};

/* From which token, where, the flow was followed. */
typedef struct
{
  gint64 sample, query, t;
  guint64 step;
  guint layer;
} Source;

typedef struct
{
  CjuLayerChoice show, layer, head;
  GtkWidget *kind;
  gint64 query; /* token that was clicked; -1: none */
  CjuViewJob job;
  CjlHeads *heads;
  CjdDataset *measured; /* what the heads were measured with */
  CjlJob *following;    /* of the flow: it is slow */
  CjTensor *flow;       /* [T], the last that was followed */
  Source asked, known;  /* of following, and of flow */
  gint64 followed;      /* monotonic */
} State;

static void
free_state (gpointer data)
{
  State *state = data;

  cju_view_job_clear (&state->job);
  cju_layer_choice_clear (&state->show);
  cju_layer_choice_clear (&state->layer);
  cju_layer_choice_clear (&state->head);
  g_clear_pointer (&state->heads, cjl_heads_free);
  g_clear_pointer (&state->measured, cjd_dataset_unref);
  g_clear_pointer (&state->following, cjl_job_abandon);
  g_clear_pointer (&state->flow, cj_tensor_unref);
  g_free (state);
}

static gboolean
has_attention (CjuDocument *document)
{
  const CjLowered *lowered = cju_document_get_lowered (document);

  return lowered != NULL && cj_attention_is_in (lowered);
}

/* The frame of the probe if it tells of attention. */
static const CjlProbeFrame *
get_probe (CjuView *view)
{
  const CjlProbeFrame *frame = cju_document_get_frame (cju_view_get_document (view));

  return frame != NULL && frame->attention != NULL && frame->attention->len > 0 ? frame : NULL;
}

/* Index of the layer that is shown, of `n`. */
static guint
get_layer (const State *state, guint n)
{
  const int at = cju_layer_choice_get_index (&state->layer);

  return at >= 0 && at < (int) n ? (guint) at : n - 1;
}

/* --- the lists follow the network --- */

/* Whether it can be shown of this network and this sample: text has arcs, pictures have heat. */
static gboolean
suits (CjuView *view, const CjlProbeFrame *frame, Show show)
{
  CjuDocument *document = cju_view_get_document (view);
  const CjdDataset *dataset = cju_document_get_dataset (document);
  const CjlAttentionLayer *first = frame->attention->pdata[0];
  g_autoptr (CjTensor) picture = NULL;
  g_auto (GStrv) tokens = NULL;
  CjAttentionPlace place;

  if (show == SHOW_ARCS)
    {
      tokens = dataset != NULL ? cjl_attention_name_tokens (dataset, frame->x) : NULL;
      return tokens != NULL;
    }
  if (show == SHOW_PATCHES)
    {
      picture = cju_document_dup_picture (document);
      return picture != NULL
             && cjl_attention_find_place (picture, first->maps->shape.dims[2], &place);
    }
  return TRUE;
}

static GStrv
list_shows (CjuView *view)
{
  const CjlProbeFrame *frame = get_probe (view);
  GStrvBuilder *builder = g_strv_builder_new ();
  GStrv titles;

  for (int i = 0; i < N_SHOWS && frame != NULL; i++)
    if (suits (view, frame, (Show) i))
      g_strv_builder_add (builder, _ (shows[i].title));
  titles = g_strv_builder_end (builder);
  g_strv_builder_unref (builder);
  return titles;
}

/* What suits the data best. */
static guint
find_best_show (CjuDocument *document, GStrv titles)
{
  (void) document;
  for (guint i = 0; titles[i] != NULL; i++)
    if (g_str_equal (titles[i], _ (shows[SHOW_ARCS].title))
        || g_str_equal (titles[i], _ (shows[SHOW_PATCHES].title)))
      return i;
  return 0;
}

static GStrv
list_layers (CjuView *view)
{
  const CjlProbeFrame *frame = get_probe (view);
  const guint n = frame != NULL ? frame->attention->len : 0;
  GStrv names = g_new0 (char *, n + 1);

  for (guint i = 0; i < n; i++)
    names[i] = g_strdup (((const CjlAttentionLayer *) frame->attention->pdata[i])->name);
  return names;
}

static guint
find_last (CjuDocument *document, GStrv names)
{
  (void) document;
  return names[0] != NULL ? g_strv_length (names) - 1 : 0;
}

static GStrv
list_heads (CjuView *view)
{
  const CjlProbeFrame *frame = get_probe (view);
  const State *state = cju_view_get_state (view);
  const CjlAttentionLayer *layer
      = frame != NULL ? frame->attention->pdata[get_layer (state, frame->attention->len)] : NULL;
  const gint64 n = layer != NULL ? layer->maps->shape.dims[1] : 0;
  GStrv texts = g_new0 (char *, n + 2);

  texts[0] = g_strdup (_ ("All heads speak"));
  for (gint64 i = 0; i < n; i++)
    texts[i + 1] = g_strdup_printf (_ ("Without head %d"), (int) i + 1);
  return texts;
}

/* The first, all heads. */
static guint
find_first (CjuDocument *document, GStrv texts)
{
  (void) document;
  (void) texts;
  return 0;
}

static Show
get_show (const State *state)
{
  const char *title = cju_layer_choice_get (&state->show);

  for (int i = 0; i < N_SHOWS && title != NULL; i++)
    if (g_str_equal (title, _ (shows[i].title)))
      return (Show) i;
  return SHOW_MATRIX;
}

/* Of a sample without attention there is nothing to list, and what was chosen stays. */
static void
follow (CjuView *view)
{
  State *state = cju_view_get_state (view);

  if (get_probe (view) == NULL)
    return;
  cju_layer_choice_follow (&state->show, view);
  cju_layer_choice_follow (&state->layer, view);
  cju_layer_choice_follow (&state->head, view);
}

/* --- the loss without each head --- */

static void
begin (CjuView *view)
{
  State *state = cju_view_get_state (view);
  CjlNetwork *network = cju_view_dup_network (view);

  if (network == NULL)
    return;
  g_clear_pointer (&state->measured, cjd_dataset_unref);
  state->measured = cjd_dataset_ref (network->dataset);
  cju_view_job_take (&state->job, cjl_heads_start (network, CJD_SPLIT_VAL, HEAD_SAMPLES));
  cju_layer_choice_set (&state->show, _ (shows[SHOW_HEADS].title));
}

static void
follow_job (CjuView *view)
{
  State *state = cju_view_get_state (view);
  CjlHeads *fresh = cju_view_job_poll (&state->job, view);

  if (fresh == NULL)
    return;
  g_clear_pointer (&state->heads, cjl_heads_free);
  state->heads = fresh;
  cju_view_refresh (view);
}

/* --- the flow --- */

static CjlAttentionKind
get_kind (const State *state)
{
  return (CjlAttentionKind) gtk_drop_down_get_selected (GTK_DROP_DOWN (state->kind));
}

/* The token that was clicked; without one that which answers: the class token of a picture, or the
 * last. */
static Source
find_source (CjuView *view, const CjlProbeFrame *probe)
{
  const State *state = cju_view_get_state (view);
  const guint at = get_layer (state, probe->attention->len);
  const CjlAttentionLayer *layer = probe->attention->pdata[at];
  Source source = { .sample = probe->sample,
                    .query = state->query,
                    .t = layer->maps->shape.dims[2],
                    .step = probe->step,
                    .layer = at };

  if (source.query < 0 || source.query >= source.t)
    {
      g_autoptr (CjTensor) picture = cju_document_dup_picture (cju_view_get_document (view));
      CjAttentionPlace place;

      source.query = picture != NULL && cjl_attention_find_place (picture, source.t, &place)
                             && place.first > 0
                         ? 0
                         : source.t - 1;
    }
  return source;
}

static gboolean
is_same (const Source *a, const Source *b)
{
  return a->sample == b->sample && a->query == b->query && a->t == b->t && a->step == b->step
         && a->layer == b->layer;
}

/* One after the other, the newest weights each time; the last stays until there is another. */
static void
follow_flow (CjuView *view)
{
  State *state = cju_view_get_state (view);
  const CjlProbeFrame *probe = get_probe (view);
  CjlAttentionScene scene;
  Source source;

  if (state->following != NULL && cjl_job_is_done (state->following))
    {
      g_clear_pointer (&state->flow, cj_tensor_unref);
      state->flow = cjl_job_take_result (state->following);
      state->known = state->asked;
      state->followed = g_get_monotonic_time ();
      g_clear_pointer (&state->following, cjl_job_abandon);
      cju_view_refresh (view);
    }
  if (probe == NULL || state->following != NULL || get_kind (state) != CJL_ATTENTION_FLOW)
    return;
  source = find_source (view, probe);
  if (state->flow != NULL
      && (is_same (&source, &state->known)
          || (source.step != state->known.step
              && g_get_monotonic_time () - state->followed < FLOW_EVERY)))
    return;
  scene = (CjlAttentionScene){ .layers = probe->attention,
                               .layer = source.layer,
                               .query = source.query };
  state->asked = source;
  state->following = cjl_attention_start_flow (&scene);
}

static void
tick (CjuView *view)
{
  State *state = cju_view_get_state (view);

  follow (view);
  cju_document_wish_attention (cju_view_get_document (view),
                               cju_layer_choice_get_index (&state->layer),
                               cju_layer_choice_get_index (&state->head) - 1);
  follow_job (view);
  follow_flow (view);
}

/* --- frames --- */

/* What is answered at one moment. */
typedef struct
{
  gint64 k, at;        /* numbers, and the moment: the one that was clicked, or the last */
  gboolean classes;    /* scores of classes, as shares of 1; else values */
  gint32 target;       /* the true class, -1: not known */
  float *now, *before; /* before a head was silenced, or NULL */
} Answer;

static float *
dup_row (const CjTensor *answer, const Answer *a)
{
  float *row = g_memdup2 (cj_tensor_f32 (answer) + a->at * a->k, sizeof (float) * (gsize) a->k);
  double sum = 0, top = -INFINITY;

  for (gint64 i = 0; i < a->k; i++)
    top = MAX (top, row[i]);
  for (gint64 i = 0; i < a->k && a->classes; i++)
    sum += row[i] = expf (row[i] - (float) top);
  for (gint64 i = 0; i < a->k && a->classes; i++)
    row[i] = (float) (row[i] / sum);
  return row;
}

/* The class that the data has for the moment, of one of its own samples. */
static gint32
find_target (CjuDocument *document, const CjlProbeFrame *probe, const Answer *a)
{
  const CjTensor *y = cju_document_get_dataset (document)->y;
  const gint64 moments = y->shape.n_dims > 1 ? y->shape.dims[1] : 1;
  gsize sample;

  if (!a->classes || y->dtype != CJ_INT32 || probe->sample < 0
      || !cju_document_find_sample (document, &sample) || a->at >= moments)
    return -1;
  return cj_tensor_i32 (y)[(gint64) sample * moments + a->at];
}

static Answer
read_answer (CjuView *view, const CjlProbeFrame *probe)
{
  CjuDocument *document = cju_view_get_document (view);
  const State *state = cju_view_get_state (view);
  const CjShape *shape = &probe->answer->shape;
  Answer a = { .k = shape->dims[shape->n_dims - 1] };
  const gint64 n = cj_shape_size (shape) / a.k;

  a.classes = cju_document_get_dataset (document)->n_classes == a.k;
  a.at = n > 1 && state->query >= 0 && state->query < n ? state->query : n - 1;
  a.target = find_target (document, probe, &a);
  a.now = dup_row (probe->silenced != NULL ? probe->silenced : probe->answer, &a);
  a.before = probe->silenced != NULL ? dup_row (probe->answer, &a) : NULL;
  return a;
}

/* What was changed, and the loss of this moment by it. You free. */
static char *
print_change (const CjlProbeFrame *probe, const Answer *a)
{
  const guint n = probe->attention->len;
  const CjlAttentionLayer *silenced
      = probe->attention->pdata[MIN ((guint) MAX (probe->wish.layer, 0), n - 1)];
  const char *layer = silenced->name;

  if (a->target < 0 || a->target >= a->k)
    return g_strdup_printf (_ ("%s without head %d; strokes: with it"), layer,
                            probe->wish.head + 1);
  /* Translators: a layer and one of its heads, then the loss of the sample with and without it */
  return g_strdup_printf (_ ("%s without head %d: loss %.3f → %.3f; strokes: with it"), layer,
                          probe->wish.head + 1, -log (MAX (a->before[a->target], 1e-30)),
                          -log (MAX (a->now[a->target], 1e-30)));
}

/* What the network says, and, with a head silenced, what it said before. */
static CjvFrame *
make_answer (CjuView *view, const CjlProbeFrame *probe)
{
  const CjdDataset *dataset = cju_document_get_dataset (cju_view_get_document (view));
  CjvFrame *frame;
  Answer a;

  if (probe->answer == NULL || probe->answer->shape.n_dims < 2)
    return NULL;
  a = read_answer (view, probe);
  frame = cjv_frame_new ();
  cjv_frame_set_values (frame, "values", a.now, (gsize) a.k);
  if (a.target >= 0)
    cjv_frame_set_scalar (frame, "target", a.target);
  if (a.before != NULL)
    {
      g_autofree char *title = print_change (probe, &a);

      cjv_frame_set_values (frame, "before", a.before, (gsize) a.k);
      cjv_frame_set_text (frame, "title", title);
    }
  if (dataset->class_names != NULL && a.classes)
    {
      g_auto (GStrv) names = g_new0 (char *, a.k + 1);

      for (gint64 i = 0; i < a.k; i++)
        names[i] = dataset->x_dtype == CJ_INT32
                       ? cjl_attention_print_letter (dataset->class_names[i])
                       : g_strdup (dataset->class_names[i]);
      cjv_frame_set_strings (frame, "classes", (const char *const *) names);
    }
  g_free (a.now);
  g_free (a.before);
  return cjv_frame_seal (frame);
}

static CjvFrame *
make_frame (CjuView *view, const CjlProbeFrame *probe, const CjlAttentionScene *scene)
{
  State *state = cju_view_get_state (view);
  g_autoptr (GError) error = NULL;

  switch (get_show (state))
    {
    case SHOW_ANSWER:
      return make_answer (view, probe);
    case SHOW_HEADS:
      /* of another network they would say nothing */
      if (state->heads != NULL && state->heads->change->shape.dims[0] == scene->layers->len
          && state->measured == cju_document_get_dataset (cju_view_get_document (view)))
        return cjl_attention_heads_frame (scene, state->heads->change, state->heads->whole);
      return cjl_attention_heads_frame (scene, NULL, NAN);
    case SHOW_PATCHES:
      return cjl_attention_patches_frame (scene, &error);
    default:
      return cjl_attention_frame (scene, &error);
    }
}

/* The flow that is known, of the layer and token it was followed from; FALSE if that is not of this
 * network, or still on its way. */
static gboolean
put_flow (const State *state, CjlAttentionScene *scene)
{
  const CjlAttentionLayer *layer;

  if (state->flow == NULL || state->known.layer >= scene->layers->len)
    return FALSE;
  layer = scene->layers->pdata[state->known.layer];
  scene->layer = state->known.layer;
  scene->query = state->known.query;
  scene->flow = state->flow;
  return layer->maps->shape.dims[2] == state->known.t;
}

static CjvFrame *
make (CjuView *view)
{
  CjuDocument *document = cju_view_get_document (view);
  const CjlProbeFrame *probe = get_probe (view);
  const CjdDataset *dataset = cju_document_get_dataset (document);
  State *state = cju_view_get_state (view);
  const gboolean flow = get_kind (state) == CJL_ATTENTION_FLOW;
  g_autoptr (CjTensor) picture = NULL;
  g_auto (GStrv) tokens = NULL;
  g_autofree char *provenance = NULL;
  CjlAttentionScene scene;

  if (probe == NULL || dataset == NULL || cju_layer_choice_get (&state->show) == NULL)
    return NULL;
  picture = cju_document_dup_picture (document);
  tokens = cjl_attention_name_tokens (dataset, probe->x);
  provenance = g_strdup_printf (
      _ ("%s, sample %d, step %llu"), dataset->name,
      (int) (flow && state->flow != NULL ? state->known.sample : probe->sample),
      (unsigned long long) (flow && state->flow != NULL ? state->known.step : probe->step));
  scene = (CjlAttentionScene){ .layers = probe->attention,
                               .layer = get_layer (state, probe->attention->len),
                               .kind = get_kind (state),
                               .query = state->query,
                               .tokens = (const char *const *) tokens,
                               .picture = picture,
                               .provenance = provenance };
  cju_figure_view_set_figure (cju_view_get_figure (view), shows[get_show (state)].figure);
  if (flow && get_show (state) <= SHOW_PATCHES && !put_flow (state, &scene))
    return NULL;
  return make_frame (view, probe, &scene);
}

/* A token that looks is chosen; the same again: none. On the bars of heads the head is silenced. */
static void
pick (CjuView *view, const CjvHit *hit)
{
  State *state = cju_view_get_state (view);
  const CjlProbeFrame *probe = get_probe (view);
  const Show show = get_show (state);
  gint64 token = hit->index;

  if (probe == NULL || show == SHOW_ANSWER)
    return;
  if (show == SHOW_HEADS)
    {
      gtk_drop_down_set_selected (GTK_DROP_DOWN (state->layer.drop), (guint) MAX (hit->series, 0));
      cju_layer_choice_follow (&state->head, view);
      gtk_drop_down_set_selected (GTK_DROP_DOWN (state->head.drop), (guint) hit->index + 1);
      return;
    }
  if (show == SHOW_PATCHES)
    {
      g_autoptr (CjTensor) picture = cju_document_dup_picture (cju_view_get_document (view));
      const CjlAttentionLayer *layer = probe->attention->pdata[0];
      CjAttentionPlace place;

      if (cjl_attention_find_place (picture, layer->maps->shape.dims[2], &place))
        token += place.first;
    }
  state->query = token == state->query ? -1 : token;
  cju_view_refresh (view);
}

static void
redraw_on (GtkWidget *list, CjuView *view)
{
  g_signal_connect_object (list, "notify::selected", G_CALLBACK (cju_view_refresh), view,
                           G_CONNECT_SWAPPED);
}

/* --- files --- */

static void
save (CjuView *view, GVariantDict *controls)
{
  const State *state = cju_view_get_state (view);

  g_variant_dict_insert (controls, "show", "s", shows[get_show (state)].figure);
  if (cju_layer_choice_get_index (&state->head) > 0)
    g_variant_dict_insert (controls, "silent", "x",
                           (gint64) cju_layer_choice_get_index (&state->head) - 1);
  if (state->query >= 0)
    g_variant_dict_insert (controls, "query", "x", state->query);
}

static gboolean
load (CjuView *view, GVariant *controls)
{
  State *state = cju_view_get_state (view);
  gint64 silent = -1;
  const char *show;

  if (get_probe (view) == NULL)
    return FALSE;
  follow (view); /* the heads are those of the layer that was just chosen */
  if (g_variant_lookup (controls, "show", "&s", &show))
    for (int i = 0; i < N_SHOWS; i++)
      if (g_str_equal (shows[i].figure, show))
        cju_layer_choice_set (&state->show, _ (shows[i].title));
  if (g_variant_lookup (controls, "silent", "x", &silent) && silent >= 0
      && silent + 1 < g_strv_length (state->head.nodes))
    gtk_drop_down_set_selected (GTK_DROP_DOWN (state->head.drop), (guint) silent + 1);
  g_variant_lookup (controls, "query", "x", &state->query);
  return TRUE;
}

static void
again (CjuView *view)
{
  if (get_show (cju_view_get_state (view)) == SHOW_HEADS)
    begin (view);
}

static void
build (CjuView *view)
{
  static const char *const kind_ids[] = { "heads", "mean", "rollout", "flow", NULL };
  State *state = g_new0 (State, 1);
  const char *const kinds[] = { _ ("Each head"), _ ("Mean of the heads"),
                                _ ("Rollout to the input"), _ ("Flow to the input"), NULL };

  state->query = -1;
  state->show = (CjuLayerChoice){ .list = list_shows, .preset = find_best_show };
  state->layer = (CjuLayerChoice){ .list = list_layers, .preset = find_last };
  state->head = (CjuLayerChoice){ .list = list_heads, .preset = find_first };
  cju_view_take_state (view, state, free_state);
  cju_layer_choice_build (&state->show, view, _ ("What is shown of the attention"));
  cju_layer_choice_build (&state->layer, view, _ ("Whose attention is shown"));
  state->kind = cju_view_add_list (
      view, kinds,
      _ ("Each head, their mean, or what reaches the input through all layers: their product, or "
         "the greatest flow from the token that was clicked, or the last"));
  cju_layer_choice_build (
      &state->head, view,
      _ ("Takes what a head says out of a copy of the network; the one that is trained stays "
         "whole"));
  redraw_on (state->show.drop, view);
  redraw_on (state->layer.drop, view);
  redraw_on (state->kind, view);
  redraw_on (state->head.drop, view);
  cju_view_job_build (&state->job, view, _ ("Measure heads"),
                      _ ("By how much the loss of validation samples grows without each head"),
                      begin);
  cju_view_keep (view, "node", state->layer.drop, NULL);
  cju_view_keep (view, "method", state->kind, kind_ids);
}

const CjuViewInfo cju_view_attention = {
  .id = "attention",
  .title = N_ ("Attention"),
  .blurb = N_ ("Who looks at whom, head by head; click a token to follow it, silence a head to see "
               "what it is worth"),
  .figure = "attention",
  .triggers = CJU_VIEW_ON_TICK,
  .calm = TRUE,
  .belongs = has_attention,
  .make = make,
  .picked = pick,
  .build = build,
  .tick = tick,
  .save = save,
  .load = load,
  .again = again,
  .formula = "A = softmax (q kᵀ / √d); entropy = −Σ A log₂ A; rollout = Π (A + I) / 2; "
             "flow: the most that pipes (A + I) / 2 wide carry from a token down to each",
  .source = "Vaswani et al., “Attention is all you need”, 2017; Abnar and Zuidema, “Quantifying "
            "attention flow in transformers”, 2020; Michel, Levy and Neubig, “Are sixteen heads "
            "really better than one?”, 2019",
};
