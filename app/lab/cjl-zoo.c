/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cjl-zoo.h"

#include "cj-error.h"
#include "cjl-card.h"
#include "cjl-evaluation.h"
#include "cjl-project-private.h"
#include "cjl-transfer.h"
#include "cjl-zoo-files.h"
#include "safetensors.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#define ORIGIN "origin" /* key of the project */
#define WAIT_US 20000
#define STEPS 600     /* about, of a few samples */
#define LEAST_STEPS 8 /* an epoch */
#define MAX_BATCH 32
#define LEAST_EPOCHS 10
#define MOST_EPOCHS 60

/* Convolution, norm, ReLU, pool. */
#define STAGE(filters)                                                                             \
  "conv-2d " filters " kernel=3 padding=1 bias=false, batch-norm, relu, max-pool-2d, "

static const CjlZooNet nets[] = {
  { .experiment
    = { .id = "zoo-digits",
        .title = "Reads digits",
        .category = CJL_ZOO_CATEGORY,
        .blurb = "LeNet-5, which has seen 60,000 handwritten digits of MNIST",
        .teaches = "Draw a digit of your own and see where in the network it is decided",
        .expected = "99 %",
        .network = "input, conv-2d 6 kernel=5 padding=2 activation=relu, max-pool-2d, "
                   "conv-2d 16 kernel=5 activation=relu, max-pool-2d, flatten, "
                   "dense 120 relu, dense 84 relu, dense 10, cross-entropy",
        .data = "validation-share=0.05",
        .setup = "epochs=6 batch=128 learning-rate=0.003 schedule=cosine" },
    .data_set = "mnist",
    .stand_in = "digits",
    .licence = "MNIST: Y. LeCun, C. Cortes and C. J. C. Burges; CC BY-SA 3.0",
    .accuracy = 0.9903 },
  { .experiment
    = { .id = "zoo-letters",
        .title = "Knows strokes",
        .category = CJL_ZOO_CATEGORY,
        .blurb
        = "Three convolutions that read the letters of a doctor, and have never seen a digit",
        .teaches = "Give it digits or signs of your own: the strokes it knows are theirs, too",
        .expected = "85 %",
        .source = "glyphs",
        .network
        = "input, " STAGE ("16") STAGE ("32") STAGE ("64") "flatten, dense 26, cross-entropy",
        .augment = "rotate angle=15, shift amount=2",
        .data = "signs=letters samples=40000 variation=2.5 clutter=1",
        .setup = "epochs=8 batch=128 learning-rate=0.004 schedule=cosine" },
    .licence = "Made by Cajal itself (source “glyphs”)",
    .accuracy = 0.8492 },
  { .experiment
    = { .id = "zoo-clothes",
        .title = "Teach it your own pictures",
        .category = CJL_ZOO_CATEGORY,
        .blurb
        = "It has sorted 60,000 small photographs of clothes, and learns 30 pictures of your "
          "own in seconds",
        .teaches = "Drop folders of pictures on it, each a class, or the folder they are in: its "
                   "body is frozen, a new last layer learns them",
        .expected = "91 %",
        .network
        = "input, " STAGE ("16") STAGE ("32") STAGE ("64") "flatten, dense 10, cross-entropy",
        .augment = "flip, shift amount=2",
        .data = "validation-share=0.05",
        .setup = "epochs=6 batch=128 learning-rate=0.004 schedule=cosine" },
    .data_set = "fashion-mnist",
    .stand_in = "digits",
    .licence = "Fashion-MNIST: H. Xiao, K. Rasul and R. Vollgraf, Zalando SE; MIT licence",
    .accuracy = 0.9064 },
  { .experiment
    = { .id = "zoo-shapes",
        .title = "Sees shapes",
        .category = CJL_ZOO_CATEGORY,
        .blurb = "Four convolutions that find a shape in a coloured picture",
        .teaches = "Choose a filter and see which edge or colour drives it, layer by layer",
        .expected = "99.6 %",
        .source = "shapes",
        .network = "input, " STAGE ("16") STAGE ("32") STAGE ("48")
            STAGE ("64") "flatten, dense 8, cross-entropy",
        .augment = "flip, shift amount=3",
        .data = "samples=24000",
        .setup = "epochs=8 batch=128 learning-rate=0.004 schedule=cosine" },
    .licence = "Made by Cajal itself (source “shapes”)",
    .accuracy = 0.9956 },
  { .experiment = { .id = NULL } },
};

const CjlZooNet *
cjl_zoo (void)
{
  return nets;
}

const CjlZooNet *
cjl_zoo_find (const char *id)
{
  for (const CjlZooNet *net = nets; net->experiment.id != NULL; net++)
    if (g_str_equal (net->experiment.id, id))
      return net;
  return NULL;
}

GVariant *
cjl_zoo_get_origin (const CjlProject *project)
{
  return project->kept != NULL
             ? g_variant_lookup_value (project->kept, ORIGIN, G_VARIANT_TYPE_VARDICT)
             : NULL;
}

/* Data of other people at this path, or, NULL, what can be looked at in their place. */
static void
point_at_data (CjlProject *project, const CjlZooNet *net, const char *path)
{
  GVariantDict params;

  if (net->data_set == NULL)
    return;
  g_variant_dict_init (&params, NULL);
  if (path == NULL)
    g_variant_dict_insert (&params, "signs", "s", net->stand_in);
  cjl_project_set_data (project, path != NULL ? path : "glyphs", g_variant_dict_end (&params));
}

CjlProject *
cjl_zoo_load (const CjlZooNet *net, GError **error)
{
  g_autofree char *path = g_strdup_printf ("/org/cajal/zoo/%s.cajal", net->experiment.id);
  g_autoptr (GBytes) bytes = g_resource_lookup_data (cajal_zoo_get_resource (), path,
                                                     G_RESOURCE_LOOKUP_FLAGS_NONE, NULL);
  g_autoptr (CjlProject) project = NULL;
  g_autofree char *data = NULL;

  if (bytes == NULL)
    {
      g_set_error (error, CJ_ERROR, CJ_ERROR_FILE, _ ("This build came without the network “%s”."),
                   net->experiment.id);
      return NULL;
    }
  project = cjl_project_parse (bytes, error);
  if (project == NULL)
    return NULL;
  g_free (project->uuid); /* everyone's copy is a project of its own */
  project->uuid = g_uuid_string_random ();
  cjl_project_set_title (project, _ (net->experiment.title));
  if (net->data_set != NULL)
    data = cjl_card_find_data_set (net->data_set, net->experiment.title, NULL, NULL);
  point_at_data (project, net, data);
  cjl_project_full (project)->saved = -1; /* there is no file of it yet */
  return g_steal_pointer (&project);
}

gboolean
cjl_zoo_give (const CjlZooNet *net, CjlProject *project, GError **error)
{
  g_autoptr (CjlProject) from = cjl_zoo_load (net, error);
  const GPtrArray *weights = from != NULL ? cjl_project_get_weights (from) : NULL;
  g_autoptr (CjTable) table = cj_table_new_empty ();
  g_autoptr (CjCheckpoint) checkpoint = NULL;

  if (weights == NULL)
    return FALSE;
  for (guint i = 0; i < weights->len; i++)
    {
      const CjdNamedTensor *named = weights->pdata[i];

      cj_table_append (table, named->name, &named->tensor->shape, FALSE);
    }
  checkpoint = cj_checkpoint_new (table, 0, 0);
  for (guint i = 0; i < weights->len; i++)
    {
      const CjdNamedTensor *named = weights->pdata[i];

      memcpy (cj_checkpoint_get_data (checkpoint, cj_table_get (table, i)), named->tensor->data,
              cj_tensor_bytes (named->tensor));
    }
  cjl_project_forget_run (project);
  cjl_project_store (project, checkpoint);
  return TRUE;
}

/* --- teaching --- */

/* Batches small enough for some steps an epoch, and as many epochs as make some hundred steps. */
static void
set_up (CjlProject *project, gsize n_train)
{
  guint batch = 1, epochs;
  g_autofree char *batch_text = NULL, *epochs_text = NULL;

  while (batch < MAX_BATCH && batch * 2 * LEAST_STEPS <= n_train)
    batch *= 2;
  epochs = (guint) CLAMP (STEPS * batch / MAX (n_train, 1), LEAST_EPOCHS, MOST_EPOCHS);
  batch_text = g_strdup_printf ("%u", batch);
  epochs_text = g_strdup_printf ("%u", epochs);
  cj_train_setup_set (project->setup, "batch", batch_text, NULL);
  cj_train_setup_set (project->setup, "epochs", epochs_text, NULL);
  cj_train_setup_set (project->setup, "learning-rate", "0.003", NULL);
  cj_train_setup_set (project->setup, "schedule", "cosine", NULL);
}

/* A layer of another name begins with weights of its own. */
static void
rename_heads (CjGraph *graph, const CjLowered *lowered)
{
  g_autofree guint *depths = g_new0 (guint, graph->nodes->len + 1);
  const guint most = cjl_transfer_find_depths (graph, lowered, depths);
  g_autoptr (GPtrArray) heads = g_ptr_array_new ();

  for (guint i = 0; i < graph->nodes->len; i++)
    if (depths[i] == most && lowered->nodes[i].valid
        && cjl_transfer_has_weights (graph, lowered, graph->nodes->pdata[i]))
      g_ptr_array_add (heads, graph->nodes->pdata[i]);
  for (guint i = 0; i < heads->len; i++)
    {
      CjNode *node = heads->pdata[i];
      g_autofree char *id = cj_graph_make_id (graph, node->layer);

      cj_graph_rename (graph, node, id, NULL);
    }
}

void
cjl_project_teach (CjlProject *project, const char *source, const CjdDataset *base,
                   const CjShape *before, CjlAdoption *adoption)
{
  CjDataSpec spec = cjl_data_spec (base, 1);
  /* Translators: title of an edit; %s is the name of a data set */
  g_autofree char *title = g_strdup_printf (_ ("Teach %s"), base->name);
  g_autoptr (CjLowered) lowered = NULL;

  cjl_project_begin (project);
  cjl_project_adopt_for_body (project, source, base, before, adoption);
  if (adoption->problem == NULL)
    {
      spec.x_shape = adoption->shape;
      lowered = cj_lower (project->graph, &spec);
      cjl_project_freeze_all_but (project, lowered, 1, NULL); /* one layer alone: it learns */
      rename_heads (project->graph, lowered);
      g_free (project->data.augment);
      project->data.augment = g_strdup ("");
      set_up (project, cjd_dataset_count (base, CJD_SPLIT_TRAIN));
      adoption->batch = project->setup->batch;
    }
  cjl_project_commit (project, title, NULL);
}

const CjlZooNet *
cjl_zoo_choose (const CjdDataset *base)
{
  const CjShape shape = cjd_dataset_get_x_shape (base);

  if (shape.n_dims != 3 || base->x_dtype == CJ_INT32 || base->n_classes < 2)
    return NULL;
  return cjl_zoo_find ("zoo-clothes");
}

CjlProject *
cjl_zoo_teach (const CjlZooNet *net, const char *source, const CjdDataset *base, GError **error)
{
  g_autoptr (CjlProject) project = NULL;
  CjShape before;
  CjlAdoption adoption;

  if (cjl_zoo_choose (base) == NULL)
    {
      g_set_error (error, CJ_ERROR, CJ_ERROR_FILE,
                   _ ("%s: “%s” learns pictures in folders, a folder a class. These are none."),
                   base->name, _ (net->experiment.title));
      return NULL;
    }
  project = cjl_zoo_load (net, error);
  if (project == NULL)
    return NULL;
  before = g_str_equal (net->experiment.id, "zoo-shapes") ? cj_shape3 (3, 32, 32)
                                                          : cj_shape3 (1, 28, 28);
  cjl_project_teach (project, source, base, &before, &adoption);
  cjl_project_set_title (project, base->name);
  if (adoption.problem == NULL)
    return g_steal_pointer (&project);
  g_set_error_literal (error, CJ_ERROR, CJ_ERROR_GRAPH, adoption.problem);
  g_free (adoption.problem);
  return NULL;
}

/* --- training --- */

static gboolean
run (CjRunner *runner, CjlZooTell tell, gpointer data, GError **error)
{
  g_autofree char *failure = NULL;
  CjRunState state;

  cj_runner_watch (runner, FALSE);
  cj_runner_train (runner, G_MAXUINT64);
  do
    {
      g_usleep (WAIT_US);
      state = cj_runner_get_state (runner);
      if (tell != NULL)
        tell (data, (double) state.step / (double) MAX (state.n_steps, 1));
    }
  while (state.status == CJ_RUN_TRAINING);
  failure = cj_runner_dup_error (runner);
  if (failure == NULL)
    return TRUE;
  g_set_error_literal (error, CJ_ERROR, CJ_ERROR_NUMBER, failure);
  return FALSE;
}

/* Notes where the weights are from, in the project's file. */
static void
note_origin (CjlProject *project, const CjlZooNet *net, const char *plan, CjScore score, guint n)
{
  const CjlTemplate *t = &net->experiment;
  g_autofree char *recipe = g_strdup_printf (
      "network: %s; data: %s %s; augment: %s; setup: %s", t->network,
      t->source != NULL ? t->source : net->data_set, t->data != NULL ? t->data : "",
      t->augment != NULL ? t->augment : "", t->setup);
  GVariantDict origin, kept;

  g_variant_dict_init (&origin, NULL);
  g_variant_dict_insert (&origin, "id", "s", t->id);
  g_variant_dict_insert (&origin, "recipe", "s", recipe);
  g_variant_dict_insert (&origin, "seed", "x", (gint64) project->setup->seed);
  g_variant_dict_insert (&origin, "plan", "s", plan != NULL ? plan : "");
  g_variant_dict_insert (&origin, "accuracy", "d", score.accuracy);
  g_variant_dict_insert (&origin, "samples", "x", (gint64) n);
  g_variant_dict_insert (&origin, "licence", "s", net->licence);
  g_variant_dict_insert (&origin, "cajal", "s", CAJAL_VERSION);
  g_variant_dict_init (&kept, project->kept);
  g_variant_dict_insert_value (&kept, ORIGIN, g_variant_dict_end (&origin));
  g_clear_pointer (&project->kept, g_variant_unref);
  project->kept = g_variant_ref_sink (g_variant_dict_end (&kept));
}

static CjlProject *
make_project (const CjlZooNet *net, const char *folder, GError **error)
{
  g_autofree char *path = NULL;
  CjlTemplate experiment = net->experiment;

  if (net->data_set != NULL)
    {
      path = cjl_card_find_data_set (net->data_set, net->experiment.title, folder, error);
      if (path == NULL)
        return NULL;
      experiment.source = path;
    }
  return cjl_template_make (&experiment, error);
}

CjlProject *
cjl_zoo_train (const CjlZooNet *net, const char *folder, guint n_threads, CjlZooTell tell,
               gpointer data, CjScore *score, GError **error)
{
  g_autoptr (CjlProject) project = make_project (net, folder, error);
  g_autoptr (CjdDataset) dataset = NULL;
  g_autoptr (CjlSession) session = NULL;
  g_autoptr (CjCheckpoint) end = NULL;
  g_autoptr (CjlEvaluation) evaluation = NULL;

  if (project != NULL)
    dataset = cjl_data_load (&project->data, error);
  if (dataset != NULL)
    session = cjl_session_new (project, dataset, n_threads, error);
  if (session == NULL || !run (cjl_session_get_runner (session), tell, data, error))
    return NULL;
  end = cj_runner_save (cjl_session_get_runner (session));
  cjl_session_store (session, TRUE);
  evaluation = cjl_evaluate_project (project, dataset, CJD_SPLIT_TEST, error);
  if (evaluation == NULL)
    return NULL;
  if (score != NULL)
    *score = evaluation->score;
  cjl_project_get_weights (project); /* of the run, which goes */
  g_clear_pointer (&session, cjl_session_free);
  cjl_project_forget_run (project);
  point_at_data (project, net, NULL); /* where they lay is nobody else's business */
  note_origin (project, net, end->plan, evaluation->score, (guint) evaluation->n);
  return g_steal_pointer (&project);
}

gboolean
cjl_zoo_is_same (CjlProject *a, CjlProject *b)
{
  const GPtrArray *one = cjl_project_get_weights (a), *two = cjl_project_get_weights (b);
  gboolean same = one->len == two->len;

  for (guint i = 0; same && i < one->len; i++)
    {
      const CjdNamedTensor *named = one->pdata[i];
      const CjTensor *other = cjd_named_tensors_find (two, named->name);

      same = other != NULL && cj_shape_equal (&named->tensor->shape, &other->shape)
             && memcmp (named->tensor->data, other->data, cj_tensor_bytes (other)) == 0;
    }
  return same;
}
