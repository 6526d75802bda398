/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Before the border nothing learns: what is there for a sample is always the same bits, and a step that begins with it
 * is the step that would have been. */
#include "network.h"

#include "cj-rig.h"

#include <string.h>

#define BATCH 10
#define CLASSES 4

typedef struct
{
  const char *name, *chain;
  CjShape x;
  const char *learns; /* the only node that is not frozen */
} Case;

static const Case cases[] = {
  { "cnn",
    "conv-2d 8 kernel=3, batch-norm, relu, max-pool-2d, dropout 0.3, flatten, dense 12, relu, "
    "dense 4, cross-entropy",
    { 3, { 1, 9, 9 } },
    "dense2" },
  { "wide",
    "conv-2d 32 kernel=3 padding=1, relu, conv-2d 32 kernel=3 padding=1, batch-norm, relu, "
    "global-avg-pool, dense 4, cross-entropy",
    { 3, { 16, 12, 12 } },
    "dense1" },
  { "mlp", "dense 300, relu, dense 100, gelu, dense 4, cross-entropy", { 1, { 784 } }, "dense3" },
  { "norm-learns",
    "conv-2d 8 kernel=5, batch-norm, relu, flatten, dense 4, cross-entropy",
    { 3, { 1, 9, 9 } },
    "batch1" },
  { "transformer",
    "transformer-block heads=2 hidden=16 dropout=0.1, layer-norm, flatten, dense 4, cross-entropy",
    { 2, { 12, 8 } },
    "dense1" },
};

/* All nodes are frozen but one; NULL: none is. NULL: it is no network. */
static CjProgram *
try_compile (const CjGraph *drawn, CjShape x, gint64 batch, const char *learns, GError **error)
{
  g_autoptr (CjGraph) graph = cj_graph_dup (drawn);
  const CjDataSpec spec
      = { .batch = batch, .x_shape = x, .has_y = TRUE, .y_dtype = CJ_INT32, .n_classes = CLASSES };
  CjProgram *program;

  for (guint i = 0; i < graph->nodes->len && learns != NULL; i++)
    {
      CjNode *node = graph->nodes->pdata[i];

      cj_graph_set_frozen (graph, node, !g_str_equal (node->id, learns));
    }
  program = cj_program_new (graph, CJ_PURPOSE_TRAIN, &spec, 2, error);
  if (program != NULL)
    cj_program_init (program, 1);
  return program;
}

static CjProgram *
compile (const char *chain, CjShape x, const char *learns)
{
  g_autoptr (CjGraph) graph = network_new_graph (chain);
  g_autoptr (GError) error = NULL;
  CjProgram *program = try_compile (graph, x, BATCH, learns, &error);

  g_assert_no_error (error);
  return program;
}

static float *
read_border (const CjProgram *program)
{
  const gint64 n = cj_program_get_border (program) * cj_program_get_batch (program);
  float *rows = g_new0 (float, n + 1);

  cj_program_read_border (program, rows);
  return rows;
}

/* Another batch goes through, so that nothing is left of the one before. */
static void
stir (CjProgram *program)
{
  const CjTensor *x = cj_program_get_x (program);

  for (gint64 i = 0; i < cj_shape_size (&x->shape); i++)
    cj_tensor_f32 (x)[i] = 0.25f;
  cj_program_forward (program, FALSE, BATCH, 3, 3);
  cj_program_backward (program);
}

static void
test_same (gconstpointer data)
{
  const Case *c = data;
  g_autoptr (CjProgram) program = compile (c->chain, c->x, c->learns);
  const gint64 n = cj_program_get_border (program);
  g_autofree float *rows = NULL, *gradients = NULL;
  gint64 n_weights;
  float loss;

  g_assert_cmpint (n, >, 0);
  cj_program_get_weights (program, &n_weights);
  network_fill (program, CLASSES);
  loss = cj_program_forward (program, TRUE, BATCH, 1, 1);
  rows = read_border (program);
  cj_program_backward (program);
  gradients = g_memdup2 (cj_program_get_gradients (program), sizeof (float) * (gsize) n_weights);
  stir (program);
  cj_program_write_border (program, rows);
  g_assert_cmpfloat (cj_program_forward_from_border (program, TRUE, BATCH, 1, 1), ==, loss);
  cj_program_backward (program);
  g_assert_cmpmem (gradients, sizeof (float) * (gsize) n_weights,
                   cj_program_get_gradients (program), sizeof (float) * (gsize) n_weights);
}

/* Whether the numbers of a sample at the border are the same bits wherever in the batch it stands. */
static gboolean
is_placeless (CjProgram *program)
{
  const guint batch = (guint) cj_program_get_batch (program);
  const CjTensor *tensor = cj_program_get_x (program);
  const gsize n = (gsize) cj_program_get_border (program);
  const gsize size = (gsize) cj_shape_size (&tensor->shape) / batch;
  float *x = cj_tensor_f32 (tensor);
  g_autofree float *before = NULL, *after = NULL, *old = NULL;
  gboolean same = TRUE;

  network_fill (program, CLASSES);
  old = g_memdup2 (x, sizeof (float) * size * batch);
  cj_program_forward (program, TRUE, batch, 1, 1);
  before = read_border (program);
  for (guint i = 0; i < batch; i++)
    memcpy (x + i * size, old + (i * 7 + 3) % batch * size, sizeof (float) * size);
  cj_program_forward (program, TRUE, batch, 5, 2);
  after = read_border (program);
  for (guint i = 0; i < batch; i++)
    same
        = same && memcmp (after + i * n, before + (i * 7 + 3) % batch * n, sizeof (float) * n) == 0;
  return same;
}

static void
test_place (gconstpointer data)
{
  const Case *c = data;
  g_autoptr (CjProgram) program = compile (c->chain, c->x, c->learns);

  g_assert_true (is_placeless (program));
}

/* A layer in a network, if it can be there, all of it frozen but the last; with batches of several sizes. */
static void
try_layer (const char *chain, CjShape x, guint *n_remembered, GString *bad)
{
  static const gint64 batches[] = { 3, 10, 37, 64 };
  g_autoptr (CjGraph) graph = cj_graph_new ();
  g_autoptr (GError) error = NULL;
  const CjNode *last;

  cj_graph_add_chain (graph, NULL, chain, &error);
  if (error != NULL || graph->nodes->len < 2)
    return;
  last = graph->nodes->pdata[graph->nodes->len - 2];
  for (guint i = 0; i < G_N_ELEMENTS (batches); i++)
    {
      g_autoptr (CjProgram) program = try_compile (graph, x, batches[i], last->id, NULL);

      if (program == NULL || cj_program_get_border (program) == 0)
        continue;
      *n_remembered += 1;
      if (!is_placeless (program))
        g_string_append_printf (bad, "\n# batch %d: %s", (int) batches[i], chain);
    }
}

static void
test_layers (void)
{
  static const struct
  {
    const char *chain;
    CjShape x;
  } more[] = {
    { "input, conv-2d 32 kernel=3 padding=1, relu, conv-2d 32 kernel=3 padding=1, batch-norm, "
      "relu, global-avg-pool, dense 4, cross-entropy",
      { 3, { 16, 12, 12 } } },
    { "input, conv-2d 64 kernel=3 padding=1, conv-2d 64 kernel=3 stride=2, relu, flatten, dense 4, "
      "cross-entropy",
      { 3, { 3, 11, 13 } } },
    { "input, conv-2d 24 kernel=5, conv-2d 17 kernel=1, flatten, dense 4, cross-entropy",
      { 3, { 5, 14, 9 } } },
    { "input, dense 301, tanh, dense 129, sigmoid, dense 7, dense 4, cross-entropy",
      { 1, { 523 } } },
  };
  g_autoptr (GString) bad = g_string_new (NULL);
  guint n_remembered = 0;

  for (guint i = 0; i < G_N_ELEMENTS (more); i++)
    try_layer (more[i].chain, more[i].x, &n_remembered, bad);
  g_assert_cmpuint (n_remembered, ==, 4 * G_N_ELEMENTS (more));
  for (const CjLayerInfo *const *layer = cj_layers (); *layer != NULL; layer++)
    {
      const char *id = (*layer)->id;
      g_autofree char *pictures
          = g_strdup_printf ("input, conv-2d 8 kernel=5, %s, flatten, dense 4, cross-entropy", id);
      g_autofree char *rows = g_strdup_printf ("input, dense 40, %s, dense 4, cross-entropy", id);
      g_autofree char *sequences
          = g_strdup_printf ("input, dense 24, %s, flatten, dense 4, cross-entropy", id);

      if ((*layer)->role != CJ_ROLE_LAYER)
        continue;
      try_layer (pictures, (CjShape){ 3, { 1, 13, 13 } }, &n_remembered, bad);
      try_layer (rows, (CjShape){ 1, { 300 } }, &n_remembered, bad);
      try_layer (sequences, (CjShape){ 2, { 9, 30 } }, &n_remembered, bad);
    }
  g_test_message ("%u networks", n_remembered);
  g_assert_cmpstr (bad->str, ==, "");
  g_assert_cmpuint (n_remembered, >, 300);
}

static void
test_none (void)
{
  static const struct
  {
    const char *chain, *learns;
  } none[] = {
    { "conv-2d 8 kernel=3, flatten, dense 4, cross-entropy", NULL },
    { "dropout 0.5, flatten, dense 40, dense 4, cross-entropy", "dropout1" },
    { "batch-norm, flatten, dense 40, dense 4, cross-entropy", "batch1" },
    { "flatten, dense 40, relu, dense 4, cross-entropy", "dense1" },
    { "flatten, poisson-encoder, spike-readout, dense 40, dense 4, cross-entropy", "dense2" },
    { "flatten, relu, dense 4, cross-entropy", "dense1" }, /* nothing to save */
  };

  for (guint i = 0; i < G_N_ELEMENTS (none); i++)
    {
      g_autoptr (CjProgram) program
          = compile (none[i].chain, (CjShape){ 3, { 1, 9, 9 } }, none[i].learns);

      g_test_message ("%s", none[i].chain);
      g_assert_cmpint (cj_program_get_border (program), ==, 0);
    }
}

static void
scale (CjProgram *program, const char *name)
{
  const CjProgramParam *param = cj_program_find_param (program, name);

  g_assert_nonnull (param);
  cj_program_get_param_data (program, param)[0] += 1;
}

/* What decides about the numbers is in the digest, and nothing else. */
static void
test_digest (void)
{
  const Case *c = &cases[0];
  g_autoptr (CjProgram) one = compile (c->chain, c->x, c->learns);
  g_autoptr (CjProgram) two = compile (c->chain, c->x, c->learns);
  g_autoptr (CjProgram) tail
      = compile ("conv-2d 8 kernel=3, batch-norm, relu, max-pool-2d, dropout 0.3, flatten, "
                 "dense 12, relu, dense 4 bias=false, cross-entropy",
                 c->x, c->learns);
  g_autoptr (CjProgram) other
      = compile ("conv-2d 8 kernel=3, batch-norm, leaky-relu slope=0.3, max-pool-2d, dropout 0.3, "
                 "flatten, dense 12, relu, dense 4, cross-entropy",
                 c->x, c->learns);
  g_autoptr (CjProgram) slope
      = compile ("conv-2d 8 kernel=3, batch-norm, leaky-relu slope=0.2, max-pool-2d, dropout 0.3, "
                 "flatten, dense 12, relu, dense 4, cross-entropy",
                 c->x, c->learns);
  g_autofree char *first = cj_program_digest_border (one), *second = cj_program_digest_border (two);
  g_autofree char *third = cj_program_digest_border (tail);
  g_autofree char *fourth = cj_program_digest_border (other);
  g_autofree char *fifth = cj_program_digest_border (slope);
  g_autofree char *head = NULL, *body = NULL, *mean = NULL;

  g_assert_cmpstr (first, ==, second);
  g_assert_cmpstr (first, ==, third);
  g_assert_cmpstr (first, !=, fourth);
  g_assert_cmpstr (fourth, !=, fifth);
  scale (two, "dense2.weight");
  head = cj_program_digest_border (two);
  g_assert_cmpstr (first, ==, head);
  scale (two, "conv1.bias");
  body = cj_program_digest_border (two);
  g_assert_cmpstr (first, !=, body);
  scale (one, "batch1.running_mean");
  mean = cj_program_digest_border (one);
  g_assert_cmpstr (first, !=, mean);
}

/* --- a feed that remembers --- */

typedef struct
{
  CjFeed feed;
  char *network;
  gsize n_floats;
  float *rows;
  guint8 known[205];
  guint n_recalled, n_told;
} Memory;

static void
fill (CjFeed *feed, const guint32 *indices, guint n, guint64 epoch, guint64 seed, CjTensor *x,
      CjTensor *y)
{
  (void) feed;
  network_get_prototypes ()->fill (network_get_prototypes (), indices, n, epoch, seed, x, y);
}

static gboolean
remember (CjFeed *feed, const char *network, gsize n_floats)
{
  Memory *self = (Memory *) feed;

  if (network == NULL || g_strcmp0 (network, self->network) != 0)
    {
      memset (self->known, 0, sizeof self->known);
      g_free (self->rows);
      self->rows = g_new0 (float, n_floats * 205 + 1);
      self->n_told++;
    }
  g_free (self->network);
  self->network = g_strdup (network);
  self->n_floats = n_floats;
  return network != NULL;
}

static gboolean
recall (CjFeed *feed, const guint32 *indices, guint n, float *rows, CjTensor *y)
{
  Memory *self = (Memory *) feed;

  for (guint i = 0; i < n; i++)
    if (!self->known[indices[i]])
      return FALSE;
  for (guint i = 0; i < n; i++)
    {
      memcpy (rows + i * self->n_floats, self->rows + indices[i] * self->n_floats,
              sizeof (float) * self->n_floats);
      cj_tensor_i32 (y)[i] = (gint32) (indices[i] % CLASSES);
    }
  self->n_recalled += n;
  return TRUE;
}

static void
keep (CjFeed *feed, const guint32 *indices, guint n, const float *rows)
{
  Memory *self = (Memory *) feed;

  for (guint i = 0; i < n; i++)
    {
      memcpy (self->rows + indices[i] * self->n_floats, rows + i * self->n_floats,
              sizeof (float) * self->n_floats);
      self->known[indices[i]] = TRUE;
    }
}

static void
memory_clear (Memory *self)
{
  g_free (self->network);
  g_free (self->rows);
}

static void
memory_init (Memory *self)
{
  *self = (Memory){ .feed = *network_get_prototypes () };
  self->feed.fill = fill;
  self->feed.remember = remember;
  self->feed.recall = recall;
  self->feed.keep = keep;
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Memory, memory_clear)

/* Trains some epochs with evaluations; in the middle a weight of a frozen layer is put. */
static CjCheckpoint *
train (CjFeed *feed, const char *setting, double *score)
{
  g_autoptr (CjProgram) program = compile (cases[0].chain, cases[0].x, cases[0].learns);
  g_autoptr (CjTrainSetup) setup = cj_train_setup_new ();
  g_auto (GStrv) pair = g_strsplit (setting, "=", 2);
  g_autoptr (GError) error = NULL;
  g_autoptr (CjTrainer) trainer = NULL;
  g_autofree float *numbers = g_new0 (float, 8);
  g_autoptr (GBytes) bytes = g_bytes_new (numbers, sizeof (float) * 8);

  setup->batch = BATCH;
  g_assert_true (cj_train_setup_set (setup, pair[0], pair[1], &error));
  trainer = cj_trainer_new (program, setup, feed, &error);
  g_assert_no_error (error);
  *score = 0;
  for (guint i = 0; i < 80; i++)
    {
      CjStepReport report;

      if (i == 50)
        g_assert_true (cj_trainer_put (trainer, "conv1.bias", bytes));
      g_assert_true (cj_trainer_step (trainer, &report, &error));
      *score += report.score.loss;
      if (report.epoch_ended)
        *score += cj_trainer_evaluate (trainer, network_get_prototypes (), NULL).loss;
    }
  return cj_trainer_save (trainer);
}

/* With and without a memory every number is the same; it is used, and where it must not be, it is not. */
static void
test_train (void)
{
  static const char *const settings[]
      = { "epochs=5", "average=0.9", "clip-norm=1", "keep-features=false" };

  for (guint i = 0; i < G_N_ELEMENTS (settings); i++)
    {
      g_auto (Memory) memory = { 0 };
      double score, expected;
      g_autoptr (CjCheckpoint) remembered = NULL, computed = NULL;

      memory_init (&memory);
      remembered = train (&memory.feed, settings[i], &score);
      computed = train (network_get_prototypes (), settings[i], &expected);
      g_test_message ("%s: %u recalled", settings[i], memory.n_recalled);
      network_assert_same (remembered, computed);
      g_assert_cmpfloat (score, ==, expected);
      if (i < 3)
        {
          g_assert_cmpuint (memory.n_recalled, >, 200);
          g_assert_cmpuint (memory.n_told, ==, 2); /* and once more after the weight was put */
        }
      else
        g_assert_cmpuint (memory.n_recalled, ==, 0);
    }
}

/* A network that learns by a rule, behind frozen layers; NULL: it cannot. */
static CjCheckpoint *
train_by_rule (const char *rule, const char *chain, CjFeed *feed)
{
  g_autoptr (CjGraph) graph = network_new_graph (chain);
  g_autoptr (CjTrainSetup) setup = cj_train_setup_new ();
  g_autoptr (GError) error = NULL;
  g_autoptr (CjRig) rig = NULL;

  for (guint i = 0; i < graph->nodes->len; i++)
    {
      CjNode *node = graph->nodes->pdata[i];

      cj_graph_set_frozen (graph, node,
                           g_str_equal (node->id, "conv1") || g_str_equal (node->id, "batch1"));
    }
  setup->batch = BATCH;
  g_assert_true (cj_train_setup_set (setup, "rule", rule, &error));
  rig = cj_rig_new (graph, setup, feed, 2, NULL);
  for (guint i = 0; i < 60 && rig != NULL; i++)
    {
      CjStepReport report;

      if (!cj_trainer_step (rig->trainer, &report, &error))
        return NULL;
    }
  return rig != NULL ? cj_trainer_save (rig->trainer) : NULL;
}

/* Whatever the layers behind the border learn by. */
static void
test_rules (void)
{
  static const char chain[] = "conv-2d 8 kernel=3, batch-norm, relu, max-pool-2d, flatten, "
                              "dense 12, relu, dense 4, cross-entropy";
  guint n_trained = 0;

  for (const CjRuleInfo *const *rule = cj_rules (); *rule != NULL; rule++)
    {
      g_auto (Memory) memory = { 0 };
      g_autoptr (CjCheckpoint) remembered = NULL, computed = NULL;

      memory_init (&memory);
      remembered = train_by_rule ((*rule)->id, chain, &memory.feed);
      computed = train_by_rule ((*rule)->id, chain, network_get_prototypes ());
      g_test_message ("%s: %s, %u recalled", (*rule)->id,
                      computed != NULL ? "trained" : "cannot be", memory.n_recalled);
      g_assert_true ((remembered != NULL) == (computed != NULL));
      if (computed == NULL)
        continue;
      network_assert_same (remembered, computed);
      g_assert_cmpuint (memory.n_recalled, >, 0);
      n_trained++;
    }
  g_assert_cmpuint (n_trained, >, 10);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *same = g_strconcat ("/engine/border/same/", cases[i].name, NULL);
      g_autofree char *place = g_strconcat ("/engine/border/place/", cases[i].name, NULL);

      g_test_add_data_func (same, &cases[i], test_same);
      g_test_add_data_func (place, &cases[i], test_place);
    }
  g_test_add_func ("/engine/border/layers", test_layers);
  g_test_add_func ("/engine/border/none", test_none);
  g_test_add_func ("/engine/border/digest", test_digest);
  g_test_add_func ("/engine/border/train", test_train);
  g_test_add_func ("/engine/border/rules", test_rules);
  return g_test_run ();
}
