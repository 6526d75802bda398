/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Cases of embeddings, attention, transformers, recurrent layers and graphs. */
#include "cjl-verify-private.h"

#include <stdio.h>
#include <string.h>

/* A parameter under the same name on both sides, if the case has it. */
static void
map (CjlVerifyCase *c, CjNode *node, const char *name)
{
  g_autofree char *array = g_strconcat ("param.", name, NULL);

  if (cjl_verify_has (c, array))
    cjl_verify_param (c, node, name, array, 0);
}

/* Every parameter of the case under its own name. */
static void
map_all (CjlVerifyCase *c, CjNode *node)
{
  for (guint i = 0; i < c->arrays->len; i++)
    {
      const char *name = ((const CjdNpyArray *) c->arrays->pdata[i])->name;

      if (g_str_has_prefix (name, "param."))
        map (c, node, name + strlen ("param."));
    }
}

static const char *
print_bool (gboolean value)
{
  return value ? "true" : "false";
}

/* --- words and places --- */

static void
embedding (CjlVerifyCase *c)
{
  CjNode *y = cjl_verify_layer (
      c, "embedding", cjl_verify_input (c, "in0"), "features=%d words=%d padding=%d",
      cjl_verify_int (c, "embedding_dim", 0, 1), cjl_verify_int (c, "num_embeddings", 0, 1),
      cjl_verify_int (c, "padding_idx", 0, -1));

  map_all (c, y);
  cjl_verify_output (c, 0, y, 0);
}

static void
position (CjlVerifyCase *c)
{
  cjl_verify_output (
      c, 0, cjl_verify_layer (c, "sinusoidal-position", cjl_verify_input (c, "in0"), "%s", ""), 0);
}

/* --- attention --- */

/* The case keeps no mask: a key is padding where no query of any head gives it weight. */
static CjTensor *
new_padding (const CjlVerifyCase *c)
{
  const CjdNpyArray *weights = cjd_npz_find (c->arrays, "out1");
  const gint64 *d = weights->shape.dims;
  const CjShape shape = cj_shape2 (d[0], d[3]);
  CjTensor *marks = cj_tensor_new (CJ_INT32, &shape);

  for (gint64 i = 0; i < d[0] * d[3]; i++)
    cj_tensor_i32 (marks)[i] = 1;
  for (gint64 i = 0; i < weights->size; i++)
    if (cjd_npy_array_get (weights, i) != 0)
      cj_tensor_i32 (marks)[i / (d[1] * d[2] * d[3]) * d[3] + i % d[3]] = 0;
  return marks;
}

static CjNode *
draw_attention (CjlVerifyCase *c, gboolean causal)
{
  CjNode *y = cjl_verify_layer (c, "multi-head-attention", cjl_verify_input (c, "in0"),
                                "heads=%d causal=%s bias=%s", cjl_verify_int (c, "num_heads", 0, 1),
                                print_bool (causal),
                                print_bool (cjl_verify_has (c, "param.in_proj_bias")));

  map_all (c, y);
  cjl_verify_output (c, 0, y, 0);
  if (cjl_verify_has (c, "cot1"))
    cjl_verify_output (c, 1, y, 1);
  return y;
}

static void
attention (CjlVerifyCase *c)
{
  CjNode *y = draw_attention (c, FALSE);

  if (cjl_verify_has (c, "in1"))
    cjl_verify_wire (c, cjl_verify_input (c, "in1"), 0, y, 1);
  if (cjl_verify_has (c, "in2"))
    cjl_verify_wire (c, cjl_verify_input (c, "in2"), 0, y, 2);
}

static void
causal_attention (CjlVerifyCase *c)
{
  draw_attention (c, TRUE);
}

static void
padded_attention (CjlVerifyCase *c)
{
  CjNode *y = draw_attention (c, FALSE);

  if (cjl_verify_n_dims (c, "out1") == 4)
    cjl_verify_wire (c, cjl_verify_constant (c, "padding", new_padding (c)), 0, y, 3);
}

/* --- transformers --- */

/* Where the case does not say the heads they are two, the reference's choice. */
#define HEADS 2

static CjNode *
draw_transformer (CjlVerifyCase *c, const char *layer, const char *activation)
{
  const int heads = cjl_verify_int (c, "nhead", 0, cjl_verify_int (c, "num_heads", 0, HEADS));
  CjNode *y
      = cjl_verify_layer (c, layer, cjl_verify_input (c, "in0"),
                          "heads=%d hidden=%d causal=false dropout=0 activation=%s norm-first=%s",
                          heads, (int) cjl_verify_dim (c, "param.linear1.weight", 0), activation,
                          print_bool (cjl_verify_bool (c, "norm_first", FALSE)));

  map_all (c, y);
  cjl_verify_output (c, 0, y, 0);
  c->tolerance = CJL_VERIFY_LOOSE;
  return y;
}

static void
encoder (CjlVerifyCase *c)
{
  draw_transformer (c, "transformer-block",
                    cjl_verify_int (c, "activation_relu_or_gelu", 0, 1) == 2 ? "gelu" : "relu");
}

static void
decoder (CjlVerifyCase *c)
{
  CjNode *y = draw_transformer (c, "transformer-decoder", "relu");

  cjl_verify_wire (c, cjl_verify_input (c, "in1"), 0, y, 1);
}

/* --- recurrent layers --- */

static void
recurrent (CjlVerifyCase *c)
{
  const char *module = c->module;
  const gboolean lstm = g_str_equal (module, "LSTM");
  g_autofree char *id = g_ascii_strdown (module, -1);
  const char *kind = cjl_verify_text (c, "nonlinearity");
  g_autofree char *more
      = lstm ? g_strdup_printf (" projection=%d", cjl_verify_int (c, "proj_size", 0, 0))
        : g_str_equal (module, "RNN")
            ? g_strconcat (" activation=", kind != NULL ? kind : "tanh", NULL)
            : g_strdup ("");
  CjNode *y = cjl_verify_layer (
      c, id, cjl_verify_input (c, "in0"), "units=%d layers=%d bidirectional=%s bias=%s%s",
      cjl_verify_int (c, "hidden_size", 0, 1), cjl_verify_int (c, "num_layers", 0, 1),
      print_bool (cjl_verify_bool (c, "bidirectional", FALSE)),
      print_bool (cjl_verify_bool (c, "bias", TRUE)), more);

  for (guint port = 1; port <= 2; port++)
    {
      g_autofree char *array = g_strdup_printf ("in%u", port);

      if (cjl_verify_has (c, array))
        cjl_verify_wire (c, cjl_verify_input (c, array), 0, y, port);
    }
  map_all (c, y);
  for (guint k = 0; k < (lstm ? 3 : 2); k++)
    cjl_verify_output (c, k, y, k);
  c->tolerance = CJL_VERIFY_LOOSE;
}

/* --- graphs --- */

/* Edges "0-1" that stand in the note of the case, or else pairs that the reference's attention joins in
 * either direction: a softmax over neighbours leaves exact zeros elsewhere, whatever the numbers. */
static CjTensor *
new_edges (const CjlVerifyCase *c)
{
  const CjdNpyArray *joined = cjd_npz_find (c->arrays, "out1");
  g_autoptr (GArray) pairs = g_array_new (FALSE, FALSE, sizeof (gint32));
  const char *note = "";
  g_auto (GStrv) words = NULL;
  CjTensor *edges;
  CjShape shape;

  g_variant_lookup (c->meta, "note", "&s", &note);
  words = g_strsplit_set (note, " ,;", -1);
  for (guint i = 0; words[i] != NULL; i++)
    {
      gint32 pair[2];

      if (sscanf (words[i], "%d-%d", &pair[0], &pair[1]) == 2)
        g_array_append_vals (pairs, pair, 2);
    }
  if (pairs->len == 0 && joined != NULL && joined->shape.n_dims == 2
      && joined->shape.dims[0] == joined->shape.dims[1])
    for (gint64 i = 0; i < joined->size; i++)
      {
        const gint32 v = (gint32) joined->shape.dims[1];
        const gint32 pair[2] = { (gint32) i / v, (gint32) i % v };

        if (pair[0] < pair[1]
            && (cjd_npy_array_get (joined, i) != 0
                || cjd_npy_array_get (joined, (gint64) pair[1] * v + pair[0]) != 0))
          g_array_append_vals (pairs, pair, 2);
      }
  shape = cj_shape2 (pairs->len / 2, 2);
  edges = cj_tensor_new (CJ_INT32, &shape);
  memcpy (edges->data, pairs->data, cj_tensor_bytes (edges));
  return edges;
}

static CjNode *
draw_graph (CjlVerifyCase *c, const char *layer)
{
  CjNode *y = cjl_verify_layer (c, layer, cjl_verify_input (c, "in0"), "features=%d",
                                (int) cjl_verify_dim (c, "out0", -1));

  cjl_verify_wire (c, cjl_verify_constant (c, "edges", new_edges (c)), 0, y, 1);
  map_all (c, y);
  cjl_verify_output (c, 0, y, 0);
  return y;
}

static void
gcn (CjlVerifyCase *c)
{
  draw_graph (c, "gcn-conv");
}

static void
gat (CjlVerifyCase *c)
{
  cjl_verify_output (c, 1, draw_graph (c, "gat-conv"), 1);
}

const CjlVerifyLayer cjl_verify_sequences[] = {
  { "Embedding", embedding },
  { "positional_encoding_by_hand", position },
  { "MultiheadAttention", attention },
  { "mha_causal", causal_attention },
  { "mha_key_padding", padded_attention },
  { "TransformerEncoderLayer", encoder },
  { "TransformerDecoderLayer", decoder },
  { "RNN", recurrent },
  { "LSTM", recurrent },
  { "GRU", recurrent },
  { "gcn_conv_by_hand", gcn },
  { "Gat", gat },
  { NULL },
};
