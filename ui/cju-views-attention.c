/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Who looks at whom in the chosen sample, live; heads can be silenced, and the loss without each be
 * measured. */
#include "cju-view-state.h"
#include "cju-view-tools.h"

#include "cju-access.h"
#include "cjl-attention.h"
#include "cjl-heads.h"

#include <glib/gi18n-lib.h>
#include <math.h>
#include <string.h>

#define HEAD_SAMPLES 128 /* for the loss without a head */

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

typedef struct
{
  GtkWidget *show, *layer, *kind, *head;
  Show listed[N_SHOWS]; /* what the list of shows has */
  guint n_listed;
  GStrv layers;  /* names, as the list has them */
  int n_heads;   /* as the list has them */
  gint64 query;  /* token that was clicked; -1: none */
  gboolean busy; /* lists are being filled */
  CjuViewJob job;
  CjlHeads *heads;
  CjdDataset *measured; /* what the heads were measured with */
} State;

static void
free_state (gpointer data)
{
  State *state = data;

  cju_view_job_clear (&state->job);
  g_clear_pointer (&state->heads, cjl_heads_free);
  g_clear_pointer (&state->measured, cjd_dataset_unref);
  g_strfreev (state->layers);
  g_free (state);
}

static gboolean
has_attention (CjuDocument *document)
{
  const CjLowered *lowered = cju_document_get_lowered (document);

  return lowered != NULL && cj_attention_is_in (lowered);
}

static guint
get_selected (GtkWidget *list)
{
  return gtk_drop_down_get_selected (GTK_DROP_DOWN (list));
}

/* The frame of the probe if it tells of attention. */
static const CjlProbeFrame *
get_probe (CjuView *view)
{
  const CjlProbeFrame *frame = cju_document_get_frame (cju_view_get_document (view));

  return frame != NULL && frame->attention != NULL && frame->attention->len > 0 ? frame : NULL;
}

/* --- the lists follow the network --- */

static void
fill_list (State *state, GtkWidget *list, const char *const *texts, guint chosen)
{
  g_autoptr (GtkStringList) model = gtk_string_list_new (texts);

  state->busy = TRUE;
  gtk_drop_down_set_model (GTK_DROP_DOWN (list), G_LIST_MODEL (model));
  gtk_drop_down_set_selected (GTK_DROP_DOWN (list), chosen);
  state->busy = FALSE;
}

/* Text has arcs, pictures have heat; what suits the data best is shown first. */
static void
follow_shows (CjuView *view, const CjlProbeFrame *frame, const CjTensor *picture)
{
  const CjdDataset *dataset = cju_document_get_dataset (cju_view_get_document (view));
  const CjlAttentionLayer *first = frame->attention->pdata[0];
  State *state = cju_view_get_state (view);
  g_auto (GStrv) tokens = dataset != NULL ? cjl_attention_name_tokens (dataset, frame->x) : NULL;
  const char *texts[N_SHOWS + 1] = { NULL };
  CjAttentionPlace place;
  Show listed[N_SHOWS];
  guint n = 0, chosen = 0;

  for (int i = 0; i < N_SHOWS; i++)
    if ((i != SHOW_ARCS || tokens != NULL)
        && (i != SHOW_PATCHES
            || (picture != NULL
                && cjl_attention_find_place (picture, first->maps->shape.dims[2], &place))))
      {
        if (i == SHOW_ARCS || i == SHOW_PATCHES)
          chosen = n;
        texts[n] = _ (shows[i].title);
        listed[n++] = (Show) i;
      }
  if (n == state->n_listed && memcmp (listed, state->listed, n * sizeof *listed) == 0)
    return;
  memcpy (state->listed, listed, n * sizeof *listed);
  state->n_listed = n;
  fill_list (state, state->show, texts, chosen);
}

static void
follow_layers (CjuView *view, const CjlProbeFrame *frame)
{
  State *state = cju_view_get_state (view);
  g_autoptr (GPtrArray) names = g_ptr_array_new ();
  const guint before = get_selected (state->layer);

  for (guint i = 0; i < frame->attention->len; i++)
    g_ptr_array_add (names, ((CjlAttentionLayer *) frame->attention->pdata[i])->name);
  g_ptr_array_add (names, NULL);
  if (state->layers != NULL
      && g_strv_equal ((const char *const *) state->layers, (const char *const *) names->pdata))
    return;
  fill_list (state, state->layer, (const char *const *) names->pdata,
             state->layers == NULL || before >= frame->attention->len ? frame->attention->len - 1
                                                                      : before);
  g_strfreev (state->layers);
  state->layers = g_strdupv ((char **) names->pdata);
}

static void
follow_heads (CjuView *view, const CjlProbeFrame *frame)
{
  State *state = cju_view_get_state (view);
  const guint at = MIN (get_selected (state->layer), frame->attention->len - 1);
  const CjlAttentionLayer *layer = frame->attention->pdata[at];
  const int n = (int) layer->maps->shape.dims[1];
  g_auto (GStrv) texts = g_new0 (char *, n + 2);

  if (n == state->n_heads)
    return;
  texts[0] = g_strdup (_ ("All heads speak"));
  for (int i = 0; i < n; i++)
    texts[i + 1] = g_strdup_printf (_ ("Without head %d"), i + 1);
  fill_list (state, state->head, (const char *const *) texts, 0);
  state->n_heads = n;
}

static Show
get_show (const State *state)
{
  const guint at = get_selected (state->show);

  return at < state->n_listed ? state->listed[at] : SHOW_MATRIX;
}

static int
get_silent (const State *state)
{
  const guint at = get_selected (state->head);

  return at == GTK_INVALID_LIST_POSITION ? -1 : (int) at - 1;
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
  for (guint i = 0; i < state->n_listed; i++)
    if (state->listed[i] == SHOW_HEADS)
      gtk_drop_down_set_selected (GTK_DROP_DOWN (state->show), i);
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

static void
tick (CjuView *view)
{
  State *state = cju_view_get_state (view);
  const int head = get_silent (state);
  const guint layer = get_selected (state->layer);

  cju_document_wish_attention (cju_view_get_document (view),
                               layer == GTK_INVALID_LIST_POSITION ? -1 : (int) layer, head);
  follow_job (view);
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
print_change (const State *state, const CjlProbeFrame *probe, const Answer *a)
{
  const char *layer
      = state->layers[MIN (probe->wish.layer, (int) g_strv_length (state->layers) - 1)];

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
      g_autofree char *title = print_change (cju_view_get_state (view), probe, &a);

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

static CjvFrame *
make (CjuView *view)
{
  CjuDocument *document = cju_view_get_document (view);
  const CjlProbeFrame *probe = get_probe (view);
  const CjdDataset *dataset = cju_document_get_dataset (document);
  State *state = cju_view_get_state (view);
  g_autoptr (CjTensor) picture = NULL;
  g_auto (GStrv) tokens = NULL;
  g_autofree char *provenance = NULL;
  CjlAttentionScene scene;

  if (probe == NULL || dataset == NULL)
    return NULL;
  picture = cju_document_dup_picture (document);
  follow_shows (view, probe, picture);
  follow_layers (view, probe);
  follow_heads (view, probe);
  tokens = cjl_attention_name_tokens (dataset, probe->x);
  provenance = g_strdup_printf (_ ("%s, sample %d, step %llu"), dataset->name, (int) probe->sample,
                                (unsigned long long) probe->step);
  scene = (CjlAttentionScene){ .layers = probe->attention,
                               .layer = get_selected (state->layer),
                               .kind = (CjlAttentionKind) get_selected (state->kind),
                               .query = state->query,
                               .tokens = (const char *const *) tokens,
                               .picture = picture,
                               .provenance = provenance };
  cju_figure_view_set_figure (cju_view_get_figure (view), shows[get_show (state)].figure);
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
      gtk_drop_down_set_selected (GTK_DROP_DOWN (state->layer), (guint) MAX (hit->series, 0));
      follow_heads (view, probe);
      gtk_drop_down_set_selected (GTK_DROP_DOWN (state->head), (guint) hit->index + 1);
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
on_changed (CjuView *view)
{
  if (!((State *) cju_view_get_state (view))->busy)
    cju_view_refresh (view);
}

static GtkWidget *
add_list (CjuView *view, const char *name, const char *words)
{
  GtkWidget *list = gtk_drop_down_new (NULL, NULL);

  cju_access_tip (list, words);
  cju_access_name (list, name);
  cju_view_add_control (view, list);
  g_signal_connect_object (list, "notify::selected", G_CALLBACK (on_changed), view,
                           G_CONNECT_SWAPPED);
  return list;
}

/* --- files --- */

static void
save (CjuView *view, GVariantDict *controls)
{
  const State *state = cju_view_get_state (view);

  g_variant_dict_insert (controls, "show", "s", shows[get_show (state)].figure);
  if (get_silent (state) >= 0)
    g_variant_dict_insert (controls, "silent", "x", (gint64) get_silent (state));
  if (state->query >= 0)
    g_variant_dict_insert (controls, "query", "x", state->query);
}

static gboolean
load (CjuView *view, GVariant *controls)
{
  State *state = cju_view_get_state (view);
  const CjlProbeFrame *probe = get_probe (view);
  gint64 silent = -1;
  const char *show;

  if (probe == NULL || state->n_listed == 0)
    return FALSE;
  if (g_variant_lookup (controls, "show", "&s", &show))
    for (guint i = 0; i < state->n_listed; i++)
      if (g_str_equal (shows[state->listed[i]].figure, show))
        gtk_drop_down_set_selected (GTK_DROP_DOWN (state->show), i);
  follow_heads (view, probe);
  if (g_variant_lookup (controls, "silent", "x", &silent) && silent >= 0 && silent < state->n_heads)
    gtk_drop_down_set_selected (GTK_DROP_DOWN (state->head), (guint) silent + 1);
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
  static const char *const kind_ids[] = { "heads", "mean", "rollout", NULL };
  State *state = g_new0 (State, 1);
  const char *const kinds[]
      = { _ ("Each head"), _ ("Mean of the heads"), _ ("Rollout to the input"), NULL };

  state->query = -1;
  cju_view_take_state (view, state, free_state);
  state->show = add_list (view, _ ("What is shown"), _ ("What is shown of the attention"));
  state->layer = add_list (view, _ ("Layer"), _ ("Whose attention is shown"));
  state->kind = add_list (
      view, _ ("Maps"), _ ("Each head, their mean, or what reaches the input through all layers"));
  state->head = add_list (view, _ ("Silenced head"),
                          _ ("Takes what a head says out of a copy of the network; the one that is "
                             "trained stays whole"));
  fill_list (state, state->kind, kinds, 0);
  cju_view_keep (view, "node", state->layer, NULL);
  cju_view_keep (view, "method", state->kind, kind_ids);
  cju_view_job_build (&state->job, view, _ ("Measure heads"),
                      _ ("By how much the loss of validation samples grows without each head"),
                      begin);
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
  .formula = "A = softmax (q kᵀ / √d); entropy = −Σ A log₂ A; rollout = Π (A + I) / 2",
  .source = "Vaswani et al., “Attention is all you need”, 2017; Abnar and Zuidema, “Quantifying "
            "attention flow in transformers”, 2020; Michel, Levy and Neubig, “Are sixteen heads "
            "really better than one?”, 2019",
};
