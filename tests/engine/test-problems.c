/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a person can draw or set wrongly gets a sentence that names the node and the way out; where a
 * layer or a parameter would mend it, the problem says which, and the mend does away with it. */
#include "network.h"

#include <string.h>

typedef enum
{
  PICTURES, /* 2×8×8, three classes */
  WORDS,    /* 12 of 20, three classes */
  VALUES    /* five numbers, one value to predict */
} Data;

typedef struct
{
  Data data;
  const char *chain, *says; /* NULL: nothing is wrong */
  const char *mend, *set;
} Case;

static const Case cases[] = {
  /* numbers of words are no measurements */
  { WORDS, "dense 3, cross-entropy", "Dense “dense1”*numbers of words*Embedding before it.",
    "embedding" },
  { WORDS, "flatten, dense 3, cross-entropy", "*“flatten1”*numbers of words*", "embedding" },
  { WORDS, "relu, flatten, dense 3, cross-entropy", "*“relu1”*numbers of words*", "embedding" },
  { WORDS, "batch-norm, dense 3, cross-entropy", "*“batch1”*numbers of words*", "embedding" },
  { WORDS, "lstm 5 output=last, dense 3, cross-entropy", "*“lstm1”*numbers of words*",
    "embedding" },
  { WORDS, "conv-1d 3, flatten, dense 3, cross-entropy", "*“conv1”*numbers of words*",
    "embedding" },
  { WORDS, "transformer-block, flatten, dense 3, cross-entropy", "*numbers of words*",
    "embedding" },
  { WORDS, "sinusoidal-position, flatten, dense 3, cross-entropy", "*numbers of words*",
    "embedding" },
  { WORDS, "cross-entropy", "*numbers of words*", "embedding" },
  { PICTURES, "embedding 4, flatten, dense 3, cross-entropy",
    "*“embedding1”*not measured values*" },
  { WORDS, "embedding 4, embedding 4, flatten, dense 3, cross-entropy", "*not measured values*" },
  /* the vocabulary */
  { WORDS, "embedding 4, flatten, dense 3, cross-entropy" },
  { WORDS, "embedding 4 words=20, flatten, dense 3, cross-entropy" },
  { WORDS, "embedding 4 words=19, flatten, dense 3, cross-entropy",
    "*“embedding1” has 19 words, but the data has 20. Set its words to 20*", NULL, "words=20" },
  /* of a piece of a sample it is not known how many words there are */
  { WORDS, "split size=6, embedding 4 words=2, flatten, dense 3, cross-entropy" },
  { VALUES, "embedding 3 words=4, flatten, dense 1, mse", "*not measured values*" },
  /* windows that do not fit */
  { PICTURES, "conv-2d 4 kernel=9, flatten, dense 3, cross-entropy",
    "*“conv1” has a kernel that reaches over 9×9, larger than its padded input of 8×8.*" },
  { PICTURES, "conv-2d 4 dilation=5, flatten, dense 3, cross-entropy", "*reaches over 11×11*" },
  { PICTURES, "conv-2d 4 kernel=9 padding=same, flatten, dense 3, cross-entropy" },
  { PICTURES, "conv-2d 4 padding=8 border=reflect, flatten, dense 3, cross-entropy",
    "*“conv1”*mirrors*padding smaller*" },
  { PICTURES, "conv-2d 4 padding=7 border=reflect, flatten, dense 3, cross-entropy" },
  { PICTURES, "conv-2d 4 padding=9 border=circular, flatten, dense 3, cross-entropy" },
  { PICTURES, "conv-2d 6 groups=4, flatten, dense 3, cross-entropy", "*“conv1”*groups*divides*" },
  { PICTURES, "conv-2d 5 groups=depthwise, flatten, dense 3, cross-entropy", "*2 groups*" },
  { PICTURES, "flatten, conv-2d 3, flatten, dense 3, cross-entropy", "*pictures*before Flatten*" },
  { PICTURES, "max-pool-2d 9, flatten, dense 3, cross-entropy", "*at least 9×9*smaller window*" },
  { PICTURES, "max-pool-2d 4 padding=3, flatten, dense 3, cross-entropy", "*half the window*" },
  { PICTURES, "avg-pool-2d 4 padding=3, flatten, dense 3, cross-entropy", "*half the window*" },
  { WORDS, "embedding 4, avg-pool-1d 4 padding=3, flatten, dense 3, cross-entropy",
    "*half the window*" },
  { PICTURES, "transposed-conv-2d 3 kernel=1 padding=9, flatten, dense 3, cross-entropy",
    "*“transposed1” has a padding of 9, which cuts away*padding smaller*" },
  { PICTURES,
    "transposed-conv-2d 3 kernel=3 stride=2 output-padding=2, flatten, dense 3, cross-entropy",
    "*output padding of 2*" },
  { PICTURES, "pad-2d top=-9 bottom=-9, flatten, dense 3, cross-entropy", "*cut off*" },
  { PICTURES, "patch-embedding 4 patch=9, flatten, dense 3, cross-entropy", "*9×9*8×8*" },
  /* shapes */
  { PICTURES, "dense 3, cross-entropy", "*“dense1”*Add Flatten*", "flatten" },
  { PICTURES, "lstm 5 output=last, dense 3, cross-entropy", "*Patch embedding before it.",
    "patch-embedding" },
  { PICTURES, "class-token, flatten, dense 3, cross-entropy", "*sequence*", "patch-embedding" },
  { PICTURES, "multi-head-attention, flatten, dense 3, cross-entropy", "*sequence*",
    "patch-embedding" },
  { PICTURES, "pick-token, dense 3, cross-entropy", "*sequence*", "patch-embedding" },
  { PICTURES, "flatten, rnn 3, dense 3, cross-entropy",
    "*Reshape to time steps × features before*" },
  { WORDS, "embedding 5, multi-head-attention heads=4, flatten, dense 3, cross-entropy",
    "*5 features among 4 heads*" },
  { WORDS, "embedding 4, pick-token 12, dense 3, cross-entropy", "*number 12*12 tokens*" },
  { WORDS, "embedding 5, glu, flatten, dense 3, cross-entropy", "*axis of 5*even*" },
  { PICTURES, "group-norm 5, flatten, dense 3, cross-entropy", "*2 channels into 5 groups*" },
  { PICTURES, "layer-norm dims=4, flatten, dense 3, cross-entropy",
    "*“layer1” normalises 4 dimensions, but a sample has 3.*", NULL, "dims=3" },
  { PICTURES, "pixel-shuffle 3, flatten, dense 3, cross-entropy", "*multiple of 9 channels*" },
  { PICTURES, "reshape 5x5, flatten, dense 3, cross-entropy", "*as many numbers as 5×5*" },
  { PICTURES, "reshape bogus, flatten, dense 3, cross-entropy", "*cannot read the shape*16x7x7*" },
  { PICTURES, "permute 112, flatten, dense 3, cross-entropy", "*every axis once*" },
  { PICTURES, "mean bogus, flatten, dense 3, cross-entropy", "*“bogus”*axes 1 to 3*" },
  { PICTURES, "hardtanh lowest=3 highest=1, flatten, dense 3, cross-entropy", "*nothing pass*" },
  /* the loss and what it looks at */
  { PICTURES, "flatten, dense 4, cross-entropy", "“dense1” gives 4 scores*Give it 3 units.", NULL,
    "units=3" },
  { PICTURES, "flatten, dense 4, dropout, relu, cross-entropy", "“dense1” gives 4 scores*", NULL,
    "units=3" },
  { PICTURES, "flatten, cross-entropy", "“flatten1” gives 128 scores*Put Dense of 3 units*",
    "dense" },
  { PICTURES, "flatten, dense 6, glu, cross-entropy" },
  { PICTURES, "flatten, dense 8, glu, cross-entropy", "“glu1” gives 4 scores*", "dense" },
  { PICTURES, "flatten, dense 3, cross-entropy weights=1", "*class weights, 1, got 3*" },
  { PICTURES, "flatten, dense 3, mse", "*values as targets, not classes*Cross-entropy*" },
  { PICTURES, "flatten, dense 3, hinge", "*values as targets, not classes*" },
  { VALUES, "dense 2, mse", "*shape of its target, 1, got 2*" },
  { VALUES, "dense 3, cross-entropy", "*Use Mean squared error*" },
  { VALUES, "dense 1, multi-class-hinge", "*classes as targets*" },
};

static CjDataSpec
make_spec (Data data)
{
  CjDataSpec spec = { .batch = 4, .has_y = TRUE, .y_dtype = CJ_INT32, .n_classes = 3 };

  spec.x_shape = data == PICTURES ? cj_shape3 (2, 8, 8)
                 : data == WORDS  ? cj_shape1 (12)
                                  : cj_shape1 (5);
  if (data == WORDS)
    {
      spec.x_dtype = CJ_INT32;
      spec.n_words = 20;
    }
  if (data == VALUES)
    {
      spec.y_dtype = CJ_FLOAT32;
      spec.y_shape = cj_shape1 (1);
      spec.n_classes = 0;
    }
  return spec;
}

/* Puts the layer before the port, or sets the parameter; the same sentence must be gone. */
static void
mend (CjGraph *graph, const CjDataSpec *spec, const CjProblem *problem)
{
  CjNode *node = cj_graph_find (graph, problem->node);
  g_autoptr (CjLowered) lowered = NULL;
  g_autofree char *sentence = g_strdup (problem->sentence);

  if (problem->mend != NULL)
    {
      const CjWire from = node->from[problem->port];
      CjNode *fresh = cj_graph_add (graph, cj_layer_find (problem->mend), NULL, NULL);

      g_assert_true (cj_graph_connect (graph, from.node, from.port, fresh, 0, NULL));
      g_assert_true (cj_graph_connect (graph, fresh, 0, node, problem->port, NULL));
    }
  else
    {
      g_auto (GStrv) pair = g_strsplit (problem->set, "=", 2);

      g_assert_true (cj_graph_set_param (graph, node, pair[0], pair[1], NULL));
    }
  lowered = cj_lower (graph, spec);
  for (guint i = 0; i < lowered->problems->len; i++)
    g_assert_cmpstr (((CjProblem *) lowered->problems->pdata[i])->sentence, !=, sentence);
}

static void
test_problem (gconstpointer data)
{
  const Case *c = data;
  const CjDataSpec spec = make_spec (c->data);
  g_autoptr (CjGraph) graph = network_new_graph (c->chain);
  g_autoptr (CjLowered) lowered = cj_lower (graph, &spec);
  const CjProblem *problem = cj_lowered_get_error (lowered);
  g_autoptr (GError) error = NULL;

  if (c->says == NULL)
    {
      g_assert_null (problem);
      g_assert_cmpuint (lowered->losses->len, ==, 1);
      return;
    }
  g_assert_nonnull (problem);
  g_test_message ("%s", problem->sentence);
  g_assert_true (g_pattern_match_simple (c->says, problem->sentence));
  g_assert_true (strchr (".", problem->sentence[strlen (problem->sentence) - 1]) != NULL);
  g_assert_cmpstr (problem->mend, ==, c->mend);
  g_assert_cmpstr (problem->set, ==, c->set);
  g_assert_nonnull (cj_graph_find (graph, problem->node));
  g_assert_null (cj_program_new (graph, CJ_PURPOSE_TRAIN, &spec, 1, &error));
  g_assert_cmpstr (error->message, ==, problem->sentence);
  if (problem->mend != NULL || problem->set != NULL)
    mend (graph, &spec, problem);
}

/* What works but leaves something out says so. */
static void
test_left_out (void)
{
  const CjDataSpec spec = make_spec (PICTURES);
  g_autoptr (CjGraph) graph
      = network_new_graph ("patch-embedding 4 patch=3, flatten, dense 3, cross-entropy");
  g_autoptr (CjLowered) lowered = cj_lower (graph, &spec);
  const CjProblem *note = lowered->problems->pdata[0];

  g_assert_cmpint (note->kind, ==, CJ_PROBLEM_NOTE);
  g_assert_true (
      g_pattern_match_simple ("*leaves out the last rows (2) and columns (2)*", note->sentence));
}

/* A muted embedding lets the numbers of words through to where they cannot go. */
static void
test_muted (void)
{
  const CjDataSpec spec = make_spec (WORDS);
  g_autoptr (CjGraph) graph = network_new_graph ("embedding 4, flatten, dense 3, cross-entropy");
  g_autoptr (CjLowered) lowered = NULL;

  cj_graph_set_muted (graph, cj_graph_find (graph, "embedding1"), TRUE);
  lowered = cj_lower (graph, &spec);
  g_assert_cmpstr (cj_lowered_get_error (lowered)->node, ==, "flatten1");
  g_assert_cmpstr (cj_lowered_get_error (lowered)->mend, ==, "embedding");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *path = g_strdup_printf ("/engine/graph/problems/%u", i);

      g_test_add_data_func (path, &cases[i], test_problem);
    }
  g_test_add_func ("/engine/graph/problems/left-out", test_left_out);
  g_test_add_func ("/engine/graph/problems/muted", test_muted);
  return g_test_run ();
}
