/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The network as text: its class with submodules and forward, and the function of the loss. */
#include "cjl-torch-private.h"

#include <string.h>

/* How weights begin where it is not PyTorch's habit. */
static void
put_init (const CjlTorchNode *node, GString *out)
{
  static const char *const formats[] = {
    "nn.init.zeros_({self}.weight)",
    "nn.init.ones_({self}.weight)",
    "nn.init.constant_({self}.weight, {init-gain})",
    NULL,
    "nn.init.uniform_({self}.weight, -{init-gain}, {init-gain})",
    "nn.init.normal_({self}.weight, std={init-gain})",
    "nn.init.trunc_normal_({self}.weight, std={init-gain}, a=-2 * {init-gain}, b=2 * {init-gain})",
    "nn.init.xavier_uniform_({self}.weight)",
    "nn.init.xavier_normal_({self}.weight)",
    "nn.init.kaiming_uniform_({self}.weight, nonlinearity=\"relu\")",
    "nn.init.kaiming_normal_({self}.weight, nonlinearity=\"relu\")",
    "nn.init.kaiming_normal_({self}.weight, nonlinearity=\"linear\")",
    "nn.init.orthogonal_({self}.weight)",
    "nn.init.kaiming_uniform_({self}.weight, mode=\"fan_out\", nonlinearity=\"relu\")",
    "nn.init.kaiming_normal_({self}.weight, mode=\"fan_out\", nonlinearity=\"relu\")",
    "nn.init.kaiming_uniform_({self}.weight, nonlinearity=\"linear\")",
  };
  const gboolean given = cjl_torch_has (node, "init");
  const int kind = given ? cjl_torch_get_int (node, "init") : CJ_INIT_FAN_IN;
  const double gain = given ? cjl_torch_get_float (node, "init-gain") : 1;
  const gboolean scaled = kind == CJ_INIT_FAN_IN || kind >= CJ_INIT_GLOROT_UNIFORM;

  G_STATIC_ASSERT (G_N_ELEMENTS (formats) == CJ_INIT_LAST + 1);
  if (formats[kind] != NULL)
    {
      g_autofree char *line = cjl_torch_fill (node, formats[kind]);
      g_autofree char *bias = cjl_torch_fill (node, "nn.init.zeros_({self}.bias)");

      cjl_torch_put_line (out, 8, line, NULL);
      if (cjl_torch_get_bool (node, "bias"))
        cjl_torch_put_line (out, 8, bias, NULL);
    }
  if (scaled && gain != 1)
    {
      g_autofree char *line = cjl_torch_fill (node, "{self}.weight.data *= {init-gain}");

      cjl_torch_put_line (out, 8, line, NULL);
    }
}

static void
put_submodules (const CjlTorchExport *e, GString *out)
{
  gboolean any = FALSE;

  g_string_append (out, "    def __init__(self):\n        super().__init__()\n");
  for (guint i = 0; i < e->nodes->len; i++)
    {
      const CjlTorchNode *node = e->nodes->pdata[i];
      const char *init = node->init != NULL ? node->init : node->row->init;
      g_autofree char *text = NULL, *line = NULL;

      if (init == NULL)
        continue;
      any = TRUE;
      text = cjl_torch_fill (node, init);
      line = g_strdup_printf ("self.%s = %s", node->name, text);
      cjl_torch_put_line (out, 8, line, NULL);
      put_init (node, out);
      if (node->node->frozen)
        {
          g_autofree char *frozen = g_strdup_printf ("self.%s.requires_grad_(False)", node->name);

          cjl_torch_put_line (out, 8, frozen, "frozen in Cajal");
        }
    }
  if (!any)
    g_string_append (out, "        # Nothing to be learned.\n");
}

/* "x, _ = " for the values of a node. */
static char *
print_targets (const CjlTorchNode *node)
{
  const char *format = node->targets != NULL ? node->targets : "{0}";
  GString *out = g_string_new (NULL);

  for (const char *c = format; *c != '\0'; c++)
    {
      const guint port = *c == '{' ? (guint) (c[1] - '0') : 0;

      if (*c != '{')
        {
          g_string_append_c (out, *c);
          continue;
        }
      if (port > 0 && !cjl_torch_is_heard (node, port))
        g_string_append_c (out, '_');
      else
        g_string_append (
            out, g_hash_table_lookup (node->e->names, GINT_TO_POINTER (node->lowered->out[port])));
      c += 2;
    }
  return g_string_free (out, FALSE);
}

static char *
replace (const char *text, const char *what, const char *with)
{
  g_auto (GStrv) parts = g_strsplit (text, what, -1);

  return g_strjoinv (with, parts);
}

/* The template of the answer. What is folded into a loss passes its scores on, or divides them. */
static const char *
get_forward (const CjlTorchNode *node)
{
  const gboolean layer = node->row->init == NULL && node->init == NULL;

  if (node->folded && layer && cjl_torch_has (node, "temperature")
      && cjl_torch_get_float (node, "temperature") != 1)
    return "{x} / {temperature}";
  if (node->folded && layer)
    return "{x}";
  if (node->forward != NULL)
    return node->forward;
  return node->row->forward != NULL ? node->row->forward : "{self}({x})";
}

static void
put_statement (const CjlTorchNode *node, GString *out)
{
  const char *answer
      = g_hash_table_lookup (node->e->names, GINT_TO_POINTER (node->lowered->out[0]));
  const char *forward = get_forward (node);
  g_autofree char *shape = cj_shape_print_sample (&node->y);
  g_autofree char *ascii = cj_shape_equal (&node->x, &node->y) ? NULL : replace (shape, "×", "x");
  g_autofree char *targets = print_targets (node), *code = cjl_torch_fill (node, forward);
  g_autofree char *called = cjl_torch_activate (node, code);
  g_autofree char *line = NULL;

  if (node->node->lesioned && node->targets == NULL)
    line = g_strdup_printf ("%s = torch.zeros_like(%s)", targets, called);
  else
    line = g_strdup_printf ("%s = %s", targets, called);
  if (g_str_equal (answer, called)) /* x = x */
    return;
  cjl_torch_put_line (out, 8, line, node->then != NULL ? NULL : ascii);
  if (node->then != NULL)
    {
      g_autofree char *then = replace (node->then, "{0}", answer);
      g_autofree char *second = g_strdup_printf ("%s = %s", answer, then);

      cjl_torch_put_line (out, 8, second, ascii);
    }
  if (node->node->lesioned && node->targets != NULL)
    {
      g_autofree char *zero = g_strdup_printf ("%s = torch.zeros_like(%s)", answer, answer);

      cjl_torch_put_line (out, 8, zero, "lesioned in Cajal");
    }
}

static void
put_forward (const CjlTorchExport *e, GString *out)
{
  g_autoptr (GString) answer = g_string_new (NULL);
  const char *block = NULL;

  g_string_append_printf (out, "\n    def forward(self, %s):\n", e->input);
  for (guint i = 0; i < e->nodes->len; i++)
    {
      const CjlTorchNode *node = e->nodes->pdata[i];
      const CjBlock *found = cj_graph_find_block (e->project->graph, node->node->block);

      if (g_strcmp0 (block, node->node->block) != 0)
        {
          if (i > 0)
            g_string_append_c (out, '\n');
          if (found != NULL)
            g_string_append_printf (out, "        # %s\n", found->title);
        }
      block = node->node->block;
      put_statement (node, out);
    }
  for (guint i = 0; i < e->outputs->len; i++)
    g_string_append_printf (answer, "%s%s", i > 0 ? ", " : "",
                            (const char *) g_hash_table_lookup (
                                e->names, GINT_TO_POINTER (g_array_index (e->outputs, int, i))));
  g_string_append_printf (out, "        return %s\n", answer->str);
}

static void
put_loss (const CjlTorchExport *e, GString *out)
{
  g_autoptr (GString) sum = g_string_new ("return ");

  if (e->losses->len == 0)
    return;
  g_string_append (out, "\n\ndef compute_loss(output, x, y):\n"
                        "    \"\"\"What training lowers, of answers to samples x with targets y."
                        "\"\"\"\n");
  if (e->outputs->len > 1)
    {
      g_autoptr (GString) names = g_string_new ("prediction");

      for (guint i = 1; i < e->outputs->len; i++)
        g_string_append_printf (
            names, ", %s",
            (const char *) g_hash_table_lookup (
                e->names, GINT_TO_POINTER (g_array_index (e->outputs, int, i))));
      g_string_append (names, " = output");
      cjl_torch_put_line (out, 4, names->str, NULL);
    }
  for (guint i = 0; i < e->losses->len; i++)
    g_string_append_printf (sum, "%s%s", i > 0 ? " + " : "", (const char *) e->losses->pdata[i]);
  cjl_torch_put_line (out, 4, sum->str, NULL);
}

void
cjl_torch_put_network (CjlTorchExport *e, GString *out)
{
  g_autoptr (GString) pieces = g_string_new (NULL);

  for (guint i = 0; i < e->pieces->len; i++)
    g_string_append_printf (pieces, "%s%s", i > 0 ? " " : "", (const char *) e->pieces->pdata[i]);
  cjl_torch_put_pieces (e, out, pieces->str);
  g_string_append_printf (out, "\n\nclass %s(nn.Module):\n", e->class_name);
  {
    g_autofree char *words = g_strdup_printf ("    \"\"\"%s.\"\"\"\n\n", e->title);

    g_string_append (out, words);
  }
  put_submodules (e, out);
  put_forward (e, out);
  put_loss (e, out);
}
