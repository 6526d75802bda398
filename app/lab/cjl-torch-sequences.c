/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What layers of sequences are in PyTorch: attention, recurrence, spiking neurons and their synapses. */
#include "cjl-torch-private.h"

#include "cj-formula.h"

#include <glib/gi18n-lib.h>
#include <math.h>
#include <string.h>

/* --- recurrence --- */

/* "self.lstm1(x, (h, c))": first states where they are wired. */
static char *
print_recurrent_call (const CjlTorchNode *node, gboolean cells)
{
  const int *in = node->lowered->in;

  if (in[1] == CJ_NO_VALUE)
    return g_strdup ("{self}({x})");
  return g_strdup (cells ? "{self}({x}, ({y}, {z}))" : "{self}({x}, {y})");
}

static gboolean
describe_recurrent (CjlTorchNode *node, GError **error)
{
  const gboolean lstm = g_str_equal (node->node->layer->id, "lstm");
  const gboolean both = cjl_torch_get_bool (node, "bidirectional");

  if (lstm && (node->lowered->in[1] == CJ_NO_VALUE) != (node->lowered->in[2] == CJ_NO_VALUE))
    return cjl_torch_refuse (node->node, error,
                             _ ("has a first state but no first cells, or the other way round. "
                                "Wire both, or neither."));
  cjl_torch_take_word (node, "name",
                       g_ascii_strup (node->node->layer->id, -1)); /* nn.RNN, nn.GRU, nn.LSTM */
  node->forward = print_recurrent_call (node, lstm);
  node->targets = g_strdup (lstm ? "{0}, ({1}, {2})" : "{0}, {1}");
  if (g_str_equal (cjl_torch_get_choice (node, "output"), "sequence"))
    return TRUE;
  if (both)
    cjl_torch_need (node->e, "last_of_both");
  node->then = g_strdup (both ? "last_of_both({0})" : "{0}[:, -1]");
  return TRUE;
}

/* --- attention --- */

/* Where padding is wired: True at tokens that nobody looks at. NULL: nowhere. */
static char *
print_padding (const CjlTorchNode *node, guint port)
{
  static const char *const places[] = { "{x}", "{y}", "{z}", "{w}" };
  const int word = cjl_torch_get_int (node, "padding-word");

  if (node->lowered->in[port] == CJ_NO_VALUE)
    return NULL;
  return word >= 0 ? g_strdup_printf ("%s == %d", places[port], word)
                   : g_strdup_printf ("%s != 0", places[port]);
}

static gboolean
describe_attention (CjlTorchNode *node, GError **error)
{
  const gboolean wide = cjl_torch_get_int (node, "head-width") == 0;
  const int *in = node->lowered->in;
  const char *key = in[1] != CJ_NO_VALUE ? "{y}" : "{x}";
  const char *value = in[2] != CJ_NO_VALUE ? "{z}" : key;
  g_autofree char *padding = print_padding (node, 3);
  g_autoptr (GString) call = g_string_new (NULL);

  (void) error;
  node->targets = g_strdup ("{0}, {1}");
  g_string_append_printf (call, "{self}({x}, %s, %s", key, value);
  if (!wide)
    {
      cjl_torch_need (node->e, "attention");
      node->init = g_strdup ("Attention({c}, {heads}, {head-width}{options})");
      if (padding != NULL)
        g_string_append_printf (call, ", padding=%s", padding);
      node->forward = g_strdup_printf ("%s)", call->str);
      return TRUE;
    }
  cjl_torch_take_word (node, "causal", g_strdup ("False")); /* a mask says it */
  node->init = g_strdup ("nn.MultiheadAttention({c}, {heads}, batch_first=True{options})");
  if (padding != NULL)
    g_string_append_printf (call, ", key_padding_mask=%s", padding);
  if (cjl_torch_get_bool (node, "causal"))
    {
      cjl_torch_need (node->e, "causal_mask");
      g_string_append (call, ", attn_mask=causal_mask({x})");
    }
  if (cjl_torch_is_heard (node, 1))
    g_string_append (call, ", average_attn_weights=False");
  else
    g_string_append (call, ", need_weights=False");
  node->forward = g_strdup_printf ("%s)", call->str);
  return TRUE;
}

static gboolean
takes_function_name (const char *activation)
{
  return g_str_equal (activation, "F.relu") || g_str_equal (activation, "F.gelu");
}

/* The block of PyTorch where it is the same, else one of our own. */
static gboolean
describe_transformer (CjlTorchNode *node, GError **error)
{
  const gboolean decoder = g_str_equal (node->node->layer->id, "transformer-decoder");
  const gint64 embed = node->x.dims[2];
  const int hidden = cjl_torch_get_int (node, "hidden"), heads = cjl_torch_get_int (node, "heads");
  const int width = cjl_torch_get_int (node, "head-width");
  const char *activation = cjl_torch_get_activation (node);
  g_autofree char *padding = decoder ? NULL : print_padding (node, 1);
  const gboolean own = width > 0 || cjl_torch_get_float (node, "dropout") > 0
                       || cjl_torch_is_heard (node, 1) || padding != NULL;

  (void) error;
  cjl_torch_take_word (
      node, "inner",
      g_strdup_printf ("%lld", hidden > 0 ? (long long) hidden : (long long) (4 * embed)));
  cjl_torch_take_word (
      node, "width",
      g_strdup_printf ("%lld", width > 0 ? (long long) width : (long long) (embed / heads)));
  if (own)
    {
      cjl_torch_take_word (node, "function", g_strdup (activation));
      cjl_torch_need (node->e, decoder ? "transformer-decoder" : "transformer-block");
      node->init
          = g_strdup_printf ("%s({c}, {heads}, {inner}, {width}, {function}, causal={causal}, "
                             "norm_first={norm-first}, dropout={dropout}, eps={eps})",
                             decoder ? "TransformerDecoder" : "TransformerBlock");
      node->forward = padding != NULL ? g_strdup_printf ("{self}({x}, %s)", padding)
                                      : g_strdup (decoder ? "{self}({x}, {y})" : "{self}({x})");
      node->targets = g_strdup ("{0}, {1}");
      return TRUE;
    }
  cjl_torch_take_word (node, "function",
                       takes_function_name (activation)
                           ? cjl_torch_quote (activation + strlen ("F."))
                           : g_strdup (activation));
  node->init
      = g_strdup_printf ("nn.%s({c}, {heads}, {inner}, dropout=0.0, batch_first=True{options})",
                         decoder ? "TransformerDecoderLayer" : "TransformerEncoderLayer");
  if (cjl_torch_get_bool (node, "causal"))
    cjl_torch_need (node->e, "causal_mask");
  if (decoder)
    node->forward = g_strdup (cjl_torch_get_bool (node, "causal")
                                  ? "{self}({x}, {y}, tgt_mask=causal_mask({x}))"
                                  : "{self}({x}, {y})");
  else
    node->forward = g_strdup (cjl_torch_get_bool (node, "causal") ? "{self}({x}, causal_mask({x}))"
                                                                  : "{self}({x})");
  return TRUE;
}

static gboolean
describe_position (CjlTorchNode *node, GError **error)
{
  (void) error;
  cjl_torch_take_word (node, "length", g_strdup_printf ("%lld", (long long) node->x.dims[1]));
  return TRUE;
}

/* --- spikes --- */

static double
find_decay (const CjlTorchNode *node, const char *tau)
{
  return exp (-cjl_torch_get_float (node, "dt") / cjl_torch_get_float (node, tau));
}

static double
get_decay (const CjlTorchNode *node)
{
  if (!cjl_torch_has (node, "beta"))
    return 1;
  return cjl_torch_get_float (node, "tau") > 0 ? find_decay (node, "tau")
                                               : cjl_torch_get_float (node, "beta");
}

/* "partial(arctan, slope=2.0)" */
static char *
print_surrogate (CjlTorchNode *node)
{
  static const struct
  {
    const char *id;
    double slope;
  } usual[] = { { "fast-sigmoid", 25 },
                { "arctan", 2 },
                { "triangle", 1 },
                { "sigmoid", 25 },
                { "straight-through", 1 } };
  const char *id = cjl_torch_get_choice (node, "surrogate");
  const double height = cjl_torch_get_float (node, "height");
  double slope = cjl_torch_get_float (node, "slope");
  g_autofree char *function = g_strdelimit (g_strdup (id), "-", '_'), *number = NULL, *top = NULL;

  for (guint i = 0; i < G_N_ELEMENTS (usual); i++)
    if (g_str_equal (usual[i].id, id) && slope <= 0)
      slope = usual[i].slope;
  cjl_torch_need (node->e, id);
  number = cjl_torch_print_number (slope);
  top = cjl_torch_print_number (height);
  return height == 1 ? g_strdup_printf ("partial(%s, slope=%s)", function, number)
                     : g_strdup_printf ("partial(%s, slope=%s, height=%s)", function, number, top);
}

/* What a plain LIF neuron does not have, as keyword arguments. */
static char *
print_settings (const CjlTorchNode *node)
{
  static const char *const flags[] = { "attached", "scaled", "learn-decay", "learn-threshold" };
  const gboolean recurrent = g_str_equal (node->node->layer->id, "recurrent-lif");
  GString *text = g_string_new (NULL);

  if (g_str_equal (cjl_torch_get_choice (node, "reset"), "zero"))
    g_string_append (text, ", reset=\"zero\"");
  for (guint i = 0; i < G_N_ELEMENTS (flags); i++)
    if (cjl_torch_has (node, flags[i]) && cjl_torch_get_bool (node, flags[i]))
      {
        g_autofree char *name = g_strdelimit (g_strdup (flags[i]), "-", '_');

        g_string_append_printf (text, ", %s=True", name);
      }
  if (cjl_torch_get_int (node, "refractory") > 0)
    g_string_append_printf (text, ", refractory=%d", cjl_torch_get_int (node, "refractory"));
  if (cjl_torch_has (node, "synapse") && cjl_torch_get_float (node, "synapse") > 0)
    {
      g_autofree char *number = cjl_torch_print_number (find_decay (node, "synapse"));

      g_string_append_printf (text, ", synapse=%s", number);
    }
  if (cjl_torch_has (node, "adapt-jump") && cjl_torch_get_float (node, "adapt-jump") != 0)
    {
      g_autofree char *decay = cjl_torch_print_number (find_decay (node, "adapt-tau"));
      g_autofree char *jump = cjl_torch_print_number (cjl_torch_get_float (node, "adapt-jump"));

      g_string_append_printf (text, ", adapt_decay=%s, adapt_jump=%s", decay, jump);
    }
  if (recurrent)
    g_string_append (text, ", recurrent=True");
  if (recurrent && g_str_equal (cjl_torch_get_choice (node, "through-time"), "e-prop"))
    g_string_append (text, ", eprop=True");
  if (cjl_torch_get_int (node, "window") > 0)
    g_string_append_printf (text, ", window=%d", cjl_torch_get_int (node, "window"));
  return g_string_free (text, FALSE);
}

static gint64
count_units (const CjlTorchNode *node)
{
  return cj_shape_size (&node->x) / MAX (node->x.dims[0] * node->x.dims[1], 1);
}

static gboolean
describe_spiking (CjlTorchNode *node, GError **error)
{
  g_autofree char *settings = print_settings (node), *surrogate = print_surrogate (node);
  g_autofree char *decay = cjl_torch_print_number (get_decay (node));

  (void) error;
  node->targets = g_strdup ("{0}, {1}");
  if (*settings == '\0')
    {
      cjl_torch_need (node->e, "lif");
      node->init = g_strdup_printf ("LIF(%s, {threshold}, %s)", decay, surrogate);
      return TRUE;
    }
  cjl_torch_need (node->e, "spiking");
  node->init = g_strdup_printf ("SpikingNeurons(%lld, %s, {threshold}, %s%s)",
                                (long long) count_units (node), decay, surrogate, settings);
  return TRUE;
}

static gboolean
describe_integrator (CjlTorchNode *node, GError **error)
{
  g_autofree char *decay = cjl_torch_print_number (get_decay (node));

  (void) error;
  if (!cjl_torch_get_bool (node, "learn-decay"))
    {
      cjl_torch_need (node->e, "leaky-integrator");
      node->init = g_strdup_printf ("LeakyIntegrator(%s{options})", decay);
      return TRUE;
    }
  cjl_torch_need (node->e, "spiking");
  node->init = g_strdup_printf (
      "SpikingNeurons(%lld, %s, 1.0, None, silent=True, learn_decay=True{options})",
      (long long) count_units (node), decay);
  node->targets = g_strdup ("_, {0}");
  return TRUE;
}

/* One decay, one reversal potential for excitation and inhibition each. */
static gboolean
describe_conductance (CjlTorchNode *node, GError **error)
{
  g_autofree char *surrogate = print_surrogate (node);
  g_autofree char *step = cjl_torch_print_number (cjl_torch_get_float (node, "dt")
                                                  / cjl_torch_get_float (node, "tau"));
  g_autofree char *decay_e = cjl_torch_print_number (find_decay (node, "tau-excitatory"));
  g_autofree char *decay_i = cjl_torch_print_number (find_decay (node, "tau-inhibitory"));

  (void) error;
  node->init
      = g_strdup_printf ("ConductanceLIF({c}, {units}, {threshold}, %s, step=%s, decays=(%s, %s), "
                         "reversals=({reversal-excitatory}, {reversal-inhibitory}){options})",
                         surrogate, step, decay_e, decay_i);
  node->targets = g_strdup ("{0}, {1}, {2}, {3}");
  return TRUE;
}

static gboolean
describe_readout (CjlTorchNode *node, GError **error)
{
  static const char *const measures[][2] = { { "rate", "{x}.mean(1)" },
                                             { "count", "{x}.sum(1)" },
                                             { "first-spike", "first_spike({x})" },
                                             { "last", "{x}[:, -1]" },
                                             { "max", "{x}.amax(1)" } };
  const char *measure = cjl_torch_get_choice (node, "measure");

  (void) error;
  for (guint i = 0; i < G_N_ELEMENTS (measures); i++)
    if (g_str_equal (measures[i][0], measure))
      node->forward = g_strdup (measures[i][1]);
  if (g_str_equal (measure, "first-spike"))
    cjl_torch_need (node->e, "first-spike");
  return TRUE;
}

static gboolean
describe_delay (CjlTorchNode *node, GError **error)
{
  (void) error;
  cjl_torch_take_word (node, "units", g_strdup_printf ("%lld", (long long) count_units (node)));
  return TRUE;
}

static gboolean
describe_plasticity (CjlTorchNode *node, GError **error)
{
  static const char *const names[] = { "recover", "facilitate" };

  (void) error;
  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    {
      const double tau = cjl_torch_get_float (node, names[i]);

      cjl_torch_take_word (node, names[i],
                           cjl_torch_print_number (tau > 0 ? find_decay (node, names[i]) : 0));
    }
  return TRUE;
}

static gboolean
describe_encoder (CjlTorchNode *node, GError **error)
{
  const gboolean fixed = g_str_equal (cjl_torch_get_choice (node, "range"), "fixed");

  (void) error;
  cjl_torch_take_word (node, "between",
                       fixed ? cjl_torch_fill (node, ", low={low}, high={high}") : g_strdup (""));
  return TRUE;
}

/* --- formulas --- */

typedef struct
{
  const CjlTorchNode *node;
  const CjFormula *formula;
  guint frame; /* dimensions that all inputs are brought to */
} Printer;

/* Of a shape [N, ...]: where the features lie. */
static guint
get_channel_axis (guint n_dims)
{
  return n_dims >= 4 ? 1 : n_dims - 1;
}

static char *
print_input (const Printer *p, guint index)
{
  static const char *const names[] = { "{x}", "{y}", "{z}" };
  const CjShape *shape
      = cj_builder_get_shape (p->node->e->lowered->builder, p->node->lowered->in[index]);
  GString *text = g_string_new (names[index]);

  if (shape->n_dims != p->frame)
    for (guint axis = 0; axis < p->frame; axis++)
      g_string_append_printf (text, "%s%s%s", axis == 0 ? "[" : ", ",
                              axis == 0 || axis == get_channel_axis (p->frame) ? ":" : "None",
                              axis + 1 == p->frame ? "]" : "");
  return g_string_free (text, FALSE);
}

static char *
print_unary (const CjUnaryAttrs *u, const char *a)
{
  static const struct
  {
    CjUnaryKind kind;
    const char *format;
  } plain[] = {
    { CJ_UNARY_RELU, "F.relu(%s)" },
    { CJ_UNARY_SIGMOID, "torch.sigmoid(%s)" },
    { CJ_UNARY_TANH, "torch.tanh(%s)" },
    { CJ_UNARY_EXP, "torch.exp(%s)" },
    { CJ_UNARY_LOG, "torch.log(%s)" },
    { CJ_UNARY_SIN, "torch.sin(%s)" },
    { CJ_UNARY_COS, "torch.cos(%s)" },
    { CJ_UNARY_ROUND, "torch.round(%s)" },
    { CJ_UNARY_SQUARE, "%s ** 2" },
    { CJ_UNARY_SQRT, "torch.sqrt(%s)" },
    { CJ_UNARY_ABS, "torch.abs(%s)" },
    { CJ_UNARY_SELU, "F.selu(%s)" },
    { CJ_UNARY_GELU, "F.gelu(%s)" },
    { CJ_UNARY_GELU_TANH, "F.gelu(%s, approximate=\"tanh\")" },
    { CJ_UNARY_SILU, "F.silu(%s)" },
    { CJ_UNARY_MISH, "F.mish(%s)" },
    { CJ_UNARY_HARDSWISH, "F.hardswish(%s)" },
    { CJ_UNARY_HARDSIGMOID, "F.hardsigmoid(%s)" },
    { CJ_UNARY_LOG_SIGMOID, "F.logsigmoid(%s)" },
    { CJ_UNARY_TANHSHRINK, "F.tanhshrink(%s)" },
    { CJ_UNARY_SOFTSIGN, "F.softsign(%s)" },
  };
  g_autofree char *one = cjl_torch_print_number (u->a), *two = cjl_torch_print_number (u->b);

  for (guint i = 0; i < G_N_ELEMENTS (plain); i++)
    if (plain[i].kind == u->kind)
      {
        g_auto (GStrv) parts = g_strsplit (plain[i].format, "%s", 2);

        return g_strconcat (parts[0], a, parts[1], NULL);
      }
  if (u->kind == CJ_UNARY_AFFINE)
    return u->b == 0 && u->a == -1 ? g_strconcat ("-", a, NULL)
           : u->b == 0             ? g_strdup_printf ("%s * %s", one, a)
                                   : g_strdup_printf ("%s * %s + %s", one, a, two);
  if (u->kind == CJ_UNARY_POWER)
    return g_strdup_printf ("%s ** %s", a, one);
  if (u->kind == CJ_UNARY_LEAKY_RELU)
    return g_strdup_printf ("F.leaky_relu(%s, %s)", a, one);
  if (u->kind == CJ_UNARY_ELU)
    return g_strdup_printf ("F.elu(%s, %s)", a, one);
  if (u->kind == CJ_UNARY_CELU)
    return g_strdup_printf ("F.celu(%s, %s)", a, one);
  if (u->kind == CJ_UNARY_SOFTPLUS)
    return g_strdup_printf ("F.softplus(%s, %s, %s)", a, one, two);
  if (u->kind == CJ_UNARY_CLAMP)
    return isinf (u->a)   ? g_strdup_printf ("torch.clamp(%s, max=%s)", a, two)
           : isinf (u->b) ? g_strdup_printf ("torch.clamp(%s, min=%s)", a, one)
                          : g_strdup_printf ("torch.clamp(%s, %s, %s)", a, one, two);
  return NULL;
}

static char *
print_binary (CjBinaryKind kind, const char *a, const char *b)
{
  static const char *const signs[] = { [CJ_BINARY_ADD] = " + ",
                                       [CJ_BINARY_SUBTRACT] = " - ",
                                       [CJ_BINARY_MULTIPLY] = " * ",
                                       [CJ_BINARY_DIVIDE] = " / ",
                                       [CJ_BINARY_POWER] = " ** " };

  const gboolean most = kind == CJ_BINARY_MAXIMUM;

  if (most || kind == CJ_BINARY_MINIMUM)
    return g_ascii_isdigit (*a) ? print_binary (kind, b, a)
           : g_ascii_isdigit (*b)
               ? g_strdup_printf ("%s.clamp(%s=%s)", a, most ? "min" : "max", b)
               : g_strdup_printf ("torch.%s(%s, %s)", most ? "maximum" : "minimum", a, b);
  return g_strconcat (a, signs[kind], b, NULL);
}

/* Axes as an argument of mean, sum or softmax. */
static char *
print_along (const Printer *p, CjAlong along)
{
  GString *text = g_string_new (NULL);

  if (along == CJ_ALONG_CHANNEL)
    g_string_printf (text, "%u", get_channel_axis (p->frame));
  else if (along == CJ_ALONG_TIME)
    g_string_assign (text, "1");
  else
    {
      for (guint axis = along == CJ_ALONG_SPACE ? 2 : 1; axis < p->frame; axis++)
        g_string_append_printf (text, "%s%u", text->len > 0 ? ", " : "", axis);
      if (strchr (text->str, ',') != NULL)
        {
          g_string_prepend_c (text, '(');
          g_string_append_c (text, ')');
        }
    }
  return g_string_free (text, FALSE);
}

static char *print_term (const Printer *p, int index, GError **error);

/* A term as an operand: in brackets where it is an operation itself. */
static char *
print_operand (const Printer *p, int index, GError **error)
{
  g_autofree char *text = print_term (p, index, error);
  const CjTerm *t = &p->formula->terms[index];
  const gboolean plain = text != NULL && t->kind != CJ_TERM_BINARY
                         && (t->kind != CJ_TERM_UNARY || g_ascii_isalpha (*text));

  if (text == NULL || (plain && strstr (text, " ** ") == NULL))
    return g_steal_pointer (&text);
  return g_strdup_printf ("(%s)", text);
}

static char *
print_softmax (const Printer *p, const CjTerm *t, const char *a, GError **error)
{
  g_autofree char *dims = print_along (p, t->along);

  if (*dims == '(')
    {
      cjl_torch_refuse (p->node->node, error,
                        _ ("takes a softmax along several axes at once, which PyTorch has no "
                           "function for. Take it along one."));
      return NULL;
    }
  return g_strdup_printf ("F.%ssoftmax(%s, dim=%s)", t->log ? "log_" : "", a, dims);
}

static char *
print_term (const Printer *p, int index, GError **error)
{
  const CjTerm *t = &p->formula->terms[index];
  g_autofree char *a = NULL, *b = NULL, *text = NULL;

  if (t->kind == CJ_TERM_NUMBER)
    return cjl_torch_print_number (t->number);
  if (t->kind == CJ_TERM_INPUT)
    return print_input (p, t->index);
  if (t->kind == CJ_TERM_LEARNED)
    return g_strdup_printf ("{self}[\"%s\"]", p->formula->learned[t->index].name);
  a = t->kind == CJ_TERM_BINARY || (t->kind == CJ_TERM_UNARY) ? print_operand (p, t->a, error)
                                                              : print_term (p, t->a, error);
  if (a == NULL)
    return NULL;
  if (t->kind == CJ_TERM_SOFTMAX)
    return print_softmax (p, t, a, error);
  if (t->kind == CJ_TERM_REDUCE)
    {
      g_autofree char *dims = print_along (p, t->along);

      return g_strdup_printf ("torch.%s(%s, %s, keepdim=True)",
                              t->reduce == CJ_REDUCE_MEAN ? "mean" : "sum", a, dims);
    }
  if (t->kind == CJ_TERM_BINARY)
    {
      b = print_operand (p, t->b, error);
      return b != NULL ? print_binary (t->binary, a, b) : NULL;
    }
  text = print_unary (&t->unary, a);
  if (text == NULL)
    cjl_torch_refuse (p->node->node, error,
                      _ ("has a function in its formula that PyTorch does not have."));
  return g_steal_pointer (&text);
}

/* Learned numbers of a formula: "a": torch.full((8, 1, 1), 0.5). */
static char *
print_learned (const CjlTorchNode *node, const CjFormula *formula)
{
  GString *text = g_string_new (NULL);

  for (guint i = 0; i < formula->n_learned; i++)
    {
      const CjLearned *learned = &formula->learned[i];
      g_autofree char *name = g_strdup_printf ("%s.%s", node->node->id, learned->name);
      const CjProgramParam *param = cj_program_find_param (node->e->program, name);
      g_autofree char *start = cjl_torch_print_number (learned->start);
      g_autoptr (GString) shape = g_string_new (NULL);

      for (guint k = 0; param != NULL && k < param->shape.n_dims; k++)
        g_string_append_printf (shape, "%s%lld", k > 0 ? ", " : "",
                                (long long) param->shape.dims[k]);
      g_string_append_printf (text, "%s\"%s\": torch.full((%s%s), %s)", i > 0 ? ", " : "",
                              learned->name, shape->str,
                              param != NULL && param->shape.n_dims == 1 ? "," : "", start);
    }
  return g_string_free (text, FALSE);
}

static gboolean
describe_formula (CjlTorchNode *node, GError **error)
{
  g_autofree CjFormula *formula = cj_formula_parse (cjl_torch_get_text (node, "formula"), error);
  Printer p = { node, formula, 0 };

  if (formula == NULL)
    return FALSE;
  for (guint i = 0; i < formula->n_inputs; i++)
    p.frame = MAX (p.frame,
                   cj_builder_get_shape (node->e->lowered->builder, node->lowered->in[i])->n_dims);
  if (formula->n_learned > 0)
    {
      g_autofree char *learned = print_learned (node, formula);

      node->init = g_strdup_printf ("nn.ParameterDict({%s})", learned);
    }
  node->forward = print_term (&p, formula->result, error);
  return node->forward != NULL;
}

const CjlTorchRow cjl_torch_sequence_rows[] = {
  { "rnn", "nn.RNN({c}, {units}, batch_first=True{options})", NULL,
    "layers:num_layers=1 activation:nonlinearity=\"tanh\" bias=True dropout=0.0 "
    "bidirectional=False",
    NULL, describe_recurrent, NULL },
  { "gru", "nn.GRU({c}, {units}, batch_first=True{options})", NULL,
    "layers:num_layers=1 bias=True dropout=0.0 bidirectional=False", NULL, describe_recurrent,
    NULL },
  { "lstm", "nn.LSTM({c}, {units}, batch_first=True{options})", NULL,
    "layers:num_layers=1 bias=True dropout=0.0 bidirectional=False projection:proj_size=0", NULL,
    describe_recurrent, NULL },
  { "multi-head-attention", NULL, NULL, "bias=True causal=False", NULL, describe_attention, NULL },
  { "transformer-block", NULL, NULL,
    "function:activation=\"relu\" eps:layer_norm_eps=1e-05 norm-first=False", NULL,
    describe_transformer, NULL },
  { "transformer-decoder", NULL, NULL,
    "function:activation=\"relu\" eps:layer_norm_eps=1e-05 norm-first=False", NULL,
    describe_transformer, NULL },
  { "class-token", "ClassToken({c})", NULL, NULL, "class-token", NULL, NULL },
  { "learned-position", "LearnedPosition({length}, {c})", NULL, NULL, "learned-position",
    describe_position, NULL },
  { "sinusoidal-position", NULL, "add_sinusoidal_position({x})", NULL, "sinusoidal-position", NULL,
    NULL },
  { "pick-token", NULL, "{x}[:, {index}]", NULL, NULL, NULL, NULL },
  { "poisson-encoder", NULL, "poisson_spikes({x}, {steps}, {rate}{between})", NULL,
    "poisson-encoder", describe_encoder, NULL },
  { "latency-encoder", NULL, "latency_spikes({x}, {steps}{between})", NULL, "latency-encoder",
    describe_encoder, NULL },
  { "direct-current", NULL, "torch.stack([{x}] * {steps}, dim=1)", NULL, NULL, NULL, NULL },
  { "lif", NULL, NULL, NULL, NULL, describe_spiking, NULL },
  { "integrate-and-fire", NULL, NULL, NULL, NULL, describe_spiking, NULL },
  { "cuba-lif", NULL, NULL, NULL, NULL, describe_spiking, NULL },
  { "adaptive-lif", NULL, NULL, NULL, NULL, describe_spiking, NULL },
  { "recurrent-lif", NULL, NULL, NULL, NULL, describe_spiking, NULL },
  { "leaky-integrator", NULL, NULL, "scaled=False", NULL, describe_integrator, NULL },
  { "spike-readout", NULL, NULL, NULL, NULL, describe_readout, NULL },
  { "delta-encoder", NULL, "delta_spikes({x}, {threshold}{options})", "both=True", "delta-encoder",
    NULL, NULL },
  { "synaptic-delay", "SynapticDelay({units}, {most})", NULL, NULL, "synaptic-delay",
    describe_delay, NULL },
  { "short-term-plasticity", NULL,
    "short_term_plasticity({x}, {use}, recover={recover}, facilitate={facilitate})", NULL,
    "short-term-plasticity", describe_plasticity, NULL },
  { "formula", NULL, NULL, NULL, NULL, describe_formula, NULL },
  { "conductance-lif", NULL, NULL, "reset=0.0 refractory=0 attached=False window=0 bias=True",
    "conductance-lif", describe_conductance, NULL },
  { NULL },
};
