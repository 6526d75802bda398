/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cj-card.h"
#include "cj-error.h"
#include "cj-layer.h"

#include <glib/gi18n-lib.h>
#include <stddef.h>

#define PORT(name, title)                                                                          \
  {                                                                                                \
    name, title, "…", CJ_PORT_OPTIONAL                                                             \
  }

static const CjPort inputs[] = {
  { "x", "Input", "…", CJ_PORT_REQUIRED },
  PORT ("x2", "Input 2"),
  PORT ("x3", "Input 3"),
  PORT ("x4", "Input 4"),
  PORT ("x5", "Input 5"),
  PORT ("x6", "Input 6"),
  PORT ("x7", "Input 7"),
  PORT ("x8", "Input 8"),
  { NULL },
};

static const CjPort outputs[] = {
  PORT ("y", "Result"),
  PORT ("y2", "Result 2"),
  PORT ("y3", "Result 3"),
  PORT ("y4", "Result 4"),
  { NULL },
};

static const CjParam params[] = {
  { .name = "operator",
    .title = "Operator",
    .blurb = "Name, version of the operator set, and number of results: Split@13/2",
    .kind = CJ_PARAM_TEXT,
    .offset = offsetof (CjCardText, op),
    .text = "Identity@13",
    .flags = CJ_PARAM_RESHAPES },
  { .name = "attributes",
    .title = "Attributes",
    .blurb = "As name:kind=value, with spaces between: axis:i=1 pads:I=0,1 mode:s=linear",
    .kind = CJ_PARAM_TEXT,
    .offset = offsetof (CjCardText, attrs),
    .flags = CJ_PARAM_RESHAPES },
  { .name = "inputs",
    .title = "Inputs",
    .blurb = "A word an input: x:float by a wire, int64[2]=1,-1 numbers, float[3x4] among the "
             "weights, - not given",
    .kind = CJ_PARAM_TEXT,
    .offset = offsetof (CjCardText, inputs),
    .text = "x:float",
    .flags = CJ_PARAM_RESHAPES },
  { NULL },
};

static guint
count_in (gconstpointer p)
{
  g_autoptr (CjCard) card = cj_card_parse (p, NULL);

  return card != NULL ? CLAMP (card->n_wires, 1, CJ_LAYER_MAX_IN) : 1;
}

static gboolean
build (CjLayerBuild *build, GError **error)
{
  g_autoptr (CjCard) card = cj_card_parse (build->params, error);
  int in[CJ_OP_MAX_IN], first;
  guint n = 0, weights = 0;

  if (card == NULL)
    return FALSE;
  if (card->n_wires > CJ_LAYER_MAX_IN)
    {
      g_set_error (error, CJ_ERROR, CJ_ERROR_GRAPH, _ ("takes at most %d wires."), CJ_LAYER_MAX_IN);
      return FALSE;
    }
  for (guint i = 0; i < card->n_wires; i++)
    {
      if (build->in[i] == CJ_NO_VALUE)
        {
          g_set_error_literal (error, CJ_ERROR, CJ_ERROR_GRAPH,
                               _ ("needs a wire to each of its inputs."));
          return FALSE;
        }
      in[n++] = build->in[i];
    }
  for (guint i = 0; i < card->n_slots; i++)
    {
      const CjSlot *slot = &card->slots[i];
      const gint64 one = 1;
      CjShape shape;
      g_autofree char *name = NULL;

      if (slot->kind != CJ_SLOT_WEIGHTS)
        continue;
      shape = slot->dims.n > 0 ? cj_shape (slot->dims.n, slot->dims.d) : cj_shape (1, &one);
      name = g_strdup_printf ("constant%u", ++weights);
      in[n++] = cj_builder_add_state (build->builder, build->node, name, &shape,
                                      (CjInit){ CJ_INIT_ZEROS });
    }
  if (!cj_layer_build_emit (build, &cj_op_card, build->params, in, n, &first, error))
    return FALSE;
  /* results that the operator does not have are the first one again */
  for (guint k = 0; k < CJ_LAYER_MAX_OUT; k++)
    build->out[k] = k < card->n_out ? first + (int) k : first;
  return TRUE;
}

const CjLayerInfo cj_layer_onnx_operator = {
  .abi = CJ_LAYER_ABI,
  .size = sizeof (CjLayerInfo),
  .id = "onnx-operator",
  .title = "ONNX operator",
  .category = "combine",
  .blurb = "An operator of an imported model that no other layer stands for; it answers, but does "
           "not learn",
  .formula = "y = operator (x, …), as the ONNX standard has it",
  .synonyms = "onnx op node import",
  .version = 1,
  .inputs = inputs,
  .outputs = outputs,
  .params_size = sizeof (CjCardText),
  .params = params,
  .build = build,
  .count_in = count_in,
};
