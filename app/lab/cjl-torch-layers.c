/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What layers of one sample at a time are in PyTorch: dense, convolution, pools, norms, activations, shapes. */
#include "cjl-torch-private.h"

#include "cj-formula.h"
#include "cj-quant.h"
#include "cj-window.h"

#include <glib/gi18n-lib.h>
#include <math.h>
#include <string.h>

#define SAME_FORM G_GNUC_PRINTF (2, 3)

static void set_forward (CjlTorchNode *node, const char *format, ...) SAME_FORM;

/* The answer as an expression, a template. */
static void
set_forward (CjlTorchNode *node, const char *format, ...)
{
  va_list args;

  va_start (args, format);
  g_free (node->forward);
  node->forward = g_strdup_vprintf (format, args);
  va_end (args);
}

static gboolean
has_moments (const CjlTorchNode *node)
{
  return node->x.n_dims == 5;
}

/* --- sliding windows --- */

/* Padding as an argument of the module, or where the two sides differ as a step before it. */
typedef struct
{
  int before[2], after[2]; /* rows, columns */
} Sides;

static CjWindowAxis
get_axis (const CjlTorchNode *node, guint which, gint64 n)
{
  const gboolean pair = cj_params_find (node->node->layer->params, "kernel")->kind == CJ_PARAM_PAIR;

  return pair ? (CjWindowAxis){ n, cjl_torch_get_pair (node, "kernel", which),
                                cjl_torch_get_pair (node, "stride", which),
                                cjl_torch_get_pair (node, "dilation", which),
                                cjl_torch_get_pair (node, "padding", which) }
              : (CjWindowAxis){ n, cjl_torch_get_int (node, "kernel"),
                                cjl_torch_get_int (node, "stride"),
                                cjl_torch_get_int (node, "dilation"),
                                cjl_torch_get_int (node, "padding") };
}

static const char *
get_border (const CjlTorchNode *node)
{
  const char *border = cjl_torch_get_choice (node, "border");

  return g_str_equal (border, "edge") ? "replicate" : border;
}

static gboolean
is_even (const Sides *s)
{
  return s->before[0] == s->after[0] && s->before[1] == s->after[1];
}

/* Arguments that convolutions share; groups by word or number. */
static void
take_groups (CjlTorchNode *node, gint64 channels)
{
  const int groups = cjl_torch_get_int (node, "groups");

  cjl_torch_take_word (node, "groups",
                       g_strdup_printf ("%lld", groups == CJ_PARAM_WORD (0) ? (long long) channels
                                                                            : (long long) groups));
}

/* Padding that is not alike on both sides comes before the convolution. */
static char *
print_pad (const CjlTorchNode *node, const char *sides)
{
  const char *border = get_border (node);

  return g_str_equal (border, "zeros")
             ? g_strdup_printf ("F.pad({x}, (%s))", sides)
             : g_strdup_printf ("F.pad({x}, (%s), mode=\"%s\")", sides, border);
}

static gboolean
describe_conv_2d (CjlTorchNode *node, GError **error)
{
  const guint at = has_moments (node) ? 3 : 2;
  Sides s;

  for (guint i = 0; i < 2; i++)
    {
      const CjWindowAxis axis = get_axis (node, i, node->x.dims[at + i]);

      cj_window_pad (&axis, &s.before[i], &s.after[i]);
    }
  take_groups (node, cjl_torch_get_channels (&node->x));
  cjl_torch_take_word (node, "mode",
                       g_strdup_printf ("\"%s\"", is_even (&s) ? get_border (node) : "zeros"));
  cjl_torch_take_word (node, "padding",
                       is_even (&s) ? cjl_torch_print_pair (s.before[0], s.before[1])
                                    : g_strdup ("0"));
  if (has_moments (node))
    cjl_torch_need (node->e, "at_each_moment");
  if (is_even (&s))
    node->forward = g_strdup (has_moments (node) ? "at_each_moment({self}, {x})" : "{self}({x})");
  else if (has_moments (node) && !g_str_equal (get_border (node), "zeros"))
    return cjl_torch_refuse (
        node->node, error,
        _ ("pads pictures at time steps unevenly with “%s”, which PyTorch has no "
           "function for. Set its border to zeros."),
        cjl_torch_get_choice (node, "border"));
  else
    {
      g_autofree char *sides
          = g_strdup_printf ("%d, %d, %d, %d", s.before[1], s.after[1], s.before[0], s.after[0]);
      g_autofree char *pad = print_pad (node, sides);

      node->forward = has_moments (node) ? g_strdup_printf ("at_each_moment({self}, %s)", pad)
                                         : g_strdup_printf ("{self}(%s)", pad);
    }
  return TRUE;
}

static gboolean
describe_conv_1d (CjlTorchNode *node, GError **error)
{
  const CjWindowAxis axis = get_axis (node, 0, node->x.dims[1]);
  int before, after;

  (void) error;
  cj_window_pad (&axis, &before, &after);
  take_groups (node, cjl_torch_get_channels (&node->x));
  cjl_torch_take_word (node, "mode",
                       g_strdup_printf ("\"%s\"", before == after ? get_border (node) : "zeros"));
  cjl_torch_take_word (node, "padding", g_strdup_printf ("%d", before == after ? before : 0));
  cjl_torch_need (node->e, "over_time");
  if (before == after)
    set_forward (node, "over_time({self}, {x})");
  else if (g_str_equal (get_border (node), "zeros"))
    set_forward (node, "over_time({self}, F.pad({x}, (0, 0, %d, %d)))", before, after);
  else
    set_forward (node, "{self}(F.pad({x}.transpose(1, 2), (%d, %d), mode=\"%s\")).transpose(1, 2)",
                 before, after, get_border (node));
  return TRUE;
}

static gboolean
describe_conv_3d (CjlTorchNode *node, GError **error)
{
  const int depth = cjl_torch_get_int (node, "padding-depth");
  static const char *const names[] = { "kernel", "stride", "dilation" };
  static const char *const depths[] = { "depth", "stride-depth", "dilation-depth" };
  Sides s;

  (void) error;
  for (guint i = 0; i < 2; i++)
    {
      const CjWindowAxis axis = get_axis (node, i, node->x.dims[3 + i]);

      cj_window_pad (&axis, &s.before[i], &s.after[i]);
    }
  take_groups (node, node->x.dims[1]);
  cjl_torch_take_word (node, "slices-in", g_strdup_printf ("%lld", (long long) node->x.dims[1]));
  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    {
      const int d = cjl_torch_get_int (node, depths[i]);
      const int h = cjl_torch_get_pair (node, names[i], 0);
      const int w = cjl_torch_get_pair (node, names[i], 1);

      cjl_torch_take_word (node, names[i],
                           d == h && h == w ? g_strdup_printf ("%d", d)
                                            : g_strdup_printf ("(%d, %d, %d)", d, h, w));
    }
  if (is_even (&s) && g_str_equal (get_border (node), "zeros"))
    {
      cjl_torch_take_word (node, "padding",
                           depth == s.before[0] && depth == s.before[1]
                               ? g_strdup_printf ("%d", depth)
                               : g_strdup_printf ("(%d, %d, %d)", depth, s.before[0], s.before[1]));
      return TRUE;
    }
  cjl_torch_take_word (node, "padding", g_strdup_printf ("(%d, 0, 0)", depth));
  {
    g_autofree char *sides = g_strdup_printf ("%d, %d, %d, %d, 0, 0", s.before[1], s.after[1],
                                              s.before[0], s.after[0]);
    g_autofree char *pad = print_pad (node, sides);

    set_forward (node, "{self}(%s)", pad);
  }
  return TRUE;
}

static gboolean
describe_transposed (CjlTorchNode *node, GError **error)
{
  (void) error;
  take_groups (node, cjl_torch_get_channels (&node->x));
  if (node->x.n_dims != 3)
    return TRUE;
  cjl_torch_need (node->e, "over_time");
  set_forward (node, "over_time({self}, {x})");
  return TRUE;
}

/* Pools of pictures, at each moment where there are moments. */
static gboolean
describe_pool_2d (CjlTorchNode *node, GError **error)
{
  (void) error;
  if (!has_moments (node))
    return TRUE;
  cjl_torch_need (node->e, "at_each_moment");
  set_forward (node, "at_each_moment({self}, {x})");
  return TRUE;
}

/* Averages count the padding unless told not to; a stride as large as the window is not said. */
static gboolean
describe_pool (CjlTorchNode *node, GError **error)
{
  if (cjl_torch_has (node, "exclude-padding"))
    cjl_torch_take_word (
        node, "include",
        g_strdup (cjl_torch_get_bool (node, "exclude-padding") ? "False" : "True"));
  {
    g_autofree char *window = cjl_torch_fill (node, "{window}");
    g_autofree char *stride = cjl_torch_fill (node, "{stride}");

    cjl_torch_take_word (node, "steps",
                         g_str_equal (window, stride) ? g_strdup ("") : g_strdup (stride));
  }
  if (node->x.n_dims != 3)
    return describe_pool_2d (node, error);
  cjl_torch_need (node->e, "over_time");
  set_forward (node, "over_time({self}, {x})");
  return TRUE;
}

static gboolean
describe_global (CjlTorchNode *node, GError **error)
{
  const char *function = g_str_equal (node->node->layer->id, "global-avg-pool") ? "mean" : "amax";

  (void) error;
  if (node->x.n_dims == 3)
    set_forward (node, "{x}.%s(1)", function);
  else if (node->x.n_dims == 5)
    set_forward (node, node->y.n_dims == 3 ? "{x}.%s((3, 4))" : "{x}.%s((1, 3, 4))", function);
  else
    set_forward (node, "{x}.%s((2, 3))", function);
  return TRUE;
}

static gboolean
describe_pad (CjlTorchNode *node, GError **error)
{
  static const char *const names[] = { "left", "right", "top", "bottom" };
  g_autoptr (GString) cut = g_string_new (NULL), put = g_string_new (NULL);
  const char *border = get_border (node);
  gboolean cuts = FALSE, puts = FALSE;

  (void) error;
  for (guint i = 0; i < 4; i++)
    {
      const int n = cjl_torch_get_int (node, names[i]);

      cuts = cuts || n < 0;
      puts = puts || n > 0;
      g_string_append_printf (cut, "%s%d", i > 0 ? ", " : "", MIN (n, 0));
      g_string_append_printf (put, "%s%d", i > 0 ? ", " : "", MAX (n, 0));
    }
  if (g_str_equal (border, "zeros"))
    set_forward (node, "F.pad({x}, ({left}, {right}, {top}, {bottom}))");
  else if (!puts)
    set_forward (node, "F.pad({x}, (%s))", cut->str);
  else if (!cuts)
    set_forward (node, "F.pad({x}, (%s), mode=\"%s\")", put->str, border);
  else
    set_forward (node, "F.pad(F.pad({x}, (%s)), (%s), mode=\"%s\")", cut->str, put->str, border);
  return TRUE;
}

static gboolean
describe_shortcut (CjlTorchNode *node, GError **error)
{
  const int stride = cjl_torch_get_int (node, "stride");
  const int more = cjl_torch_get_int (node, "filters") - (int) node->x.dims[1];
  g_autofree char *thin
      = stride > 1 ? g_strdup_printf ("{x}[:, :, ::%d, ::%d]", stride, stride) : g_strdup ("{x}");

  (void) error;
  if (more > 0)
    set_forward (node, "F.pad(%s, (0, 0, 0, 0, %d, %d))", thin, more / 2, more - more / 2);
  else
    set_forward (node, "%s", thin);
  return TRUE;
}

static gboolean
describe_upsample (CjlTorchNode *node, GError **error)
{
  const gboolean bilinear = g_str_equal (cjl_torch_get_choice (node, "mode"), "bilinear");

  (void) error;
  cjl_torch_take_word (node, "to",
                       cjl_torch_print_pair ((int) node->y.dims[2], (int) node->y.dims[3]));
  set_forward (node, "F.interpolate({x}, size={to}%s%s)", bilinear ? ", mode=\"bilinear\"" : "",
               bilinear && cjl_torch_get_bool (node, "align-corners") ? ", align_corners=True"
                                                                      : "");
  return TRUE;
}

/* --- norms --- */

static gboolean
describe_batch_norm (CjlTorchNode *node, GError **error)
{
  const gboolean fixed = cjl_torch_get_bool (node, "fixed");
  const gboolean rows
      = node->x.n_dims == 3 && g_str_equal (cjl_torch_get_choice (node, "channels"), "last");
  const gboolean film = has_moments (node) && cjl_torch_get_bool (node, "moments");
  const char *around = rows ? "over_time" : film ? "at_each_moment" : NULL;
  const char *norm = fixed ? "fixed_norm({self})" : "{self}";

  (void) error;
  node->init = g_strdup_printf ("nn.BatchNorm%dd(%lld{options})",
                                film ? 2 : MAX ((int) node->x.n_dims, 3) - 2,
                                (long long) node->x.dims[rows || film ? 2 : 1]);
  if (fixed)
    cjl_torch_need (node->e, "fixed-norm");
  if (around != NULL)
    cjl_torch_need (node->e, around);
  if (around != NULL)
    set_forward (node, "%s(%s, {x})", around, norm);
  else
    set_forward (node, "%s({x})", norm);
  return TRUE;
}

static gboolean
describe_layer_norm (CjlTorchNode *node, GError **error)
{
  const guint dims = (guint) cjl_torch_get_int (node, "dims");
  g_autoptr (GString) shape = g_string_new (NULL);

  (void) error;
  for (guint i = node->x.n_dims - dims; i < node->x.n_dims; i++)
    g_string_append_printf (shape, "%s%lld", shape->len > 0 ? ", " : "",
                            (long long) node->x.dims[i]);
  node->init = dims > 1 ? g_strdup_printf ("nn.LayerNorm((%s){options})", shape->str)
                        : g_strdup_printf ("nn.LayerNorm(%s{options})", shape->str);
  return TRUE;
}

static gboolean
describe_group_norm (CjlTorchNode *node, GError **error)
{
  (void) error;
  node->init
      = g_strdup_printf ("nn.GroupNorm({groups}, %lld{options})", (long long) node->x.dims[1]);
  return TRUE;
}

static gboolean
describe_local_contrast (CjlTorchNode *node, GError **error)
{
  (void) error;
  cjl_torch_take_word (node, "side",
                       g_strdup_printf ("%d", cjl_torch_get_int (node, "window") | 1));
  return TRUE;
}

static gboolean
describe_divisive (CjlTorchNode *node, GError **error)
{
  g_autoptr (GString) dims = g_string_new (NULL);

  (void) error;
  if (g_str_equal (cjl_torch_get_choice (node, "pool"), "channels"))
    g_string_append_printf (dims, "%u", node->x.n_dims > 3 ? 1 : node->x.n_dims - 1);
  else
    for (guint i = 1; i < node->x.n_dims; i++)
      g_string_append_printf (dims, "%s%u", i > 1 ? ", " : "", i);
  if (node->x.n_dims > 2 && strchr (dims->str, ',') != NULL)
    set_forward (node, "divisive_norm({x}, (%s){options})", dims->str);
  else
    set_forward (node, "divisive_norm({x}, %s{options})", dims->str);
  return TRUE;
}

static gboolean
describe_winners (CjlTorchNode *node, GError **error)
{
  (void) error;
  if (g_str_equal (cjl_torch_get_choice (node, "among"), "all") || node->x.n_dims < 3)
    set_forward (node, "k_winners({x}, {k}, None)");
  else
    set_forward (node, "k_winners({x}, {k}, %d)", node->x.n_dims > 3 ? 1 : 2);
  return TRUE;
}

static gboolean
describe_homeostasis (CjlTorchNode *node, GError **error)
{
  const guint axis = node->x.n_dims > 3 ? 1 : node->x.n_dims - 1;

  (void) error;
  cjl_torch_take_word (node, "units", g_strdup_printf ("%lld", (long long) node->x.dims[axis]));
  return TRUE;
}

static gboolean
describe_lateral (CjlTorchNode *node, GError **error)
{
  const int side = cjl_torch_get_int (node, "window") | 1;

  (void) error;
  cjl_torch_take_word (
      node, "channels",
      g_strdup_printf ("%lld", node->x.n_dims == 4 ? (long long) node->x.dims[1] : 1LL));
  cjl_torch_take_word (node, "window",
                       node->x.n_dims == 4 ? g_strdup_printf ("(%d, %d)", side, side)
                                           : g_strdup_printf ("(1, %d)", side));
  return TRUE;
}

static gboolean
describe_spatial_dropout (CjlTorchNode *node, GError **error)
{
  (void) error;
  node->init = g_strdup_printf ("nn.Dropout%dd({rate})", MAX ((int) node->x.n_dims, 3) - 2);
  if (node->x.n_dims == 3)
    {
      cjl_torch_need (node->e, "over_time");
      set_forward (node, "over_time({self}, {x})");
    }
  return TRUE;
}

static gboolean
describe_prelu (CjlTorchNode *node, GError **error)
{
  const gboolean shared = cjl_torch_get_bool (node, "shared");

  (void) error;
  node->init = g_strdup_printf (
      "nn.PReLU(%lld{options})",
      shared ? 1LL : (long long) node->x.dims[node->x.n_dims > 3 ? 1 : node->x.n_dims - 1]);
  if (node->x.n_dims == 3 && !shared)
    {
      cjl_torch_need (node->e, "over_time");
      set_forward (node, "over_time({self}, {x})");
    }
  return TRUE;
}

/* --- shapes and sums --- */

static gboolean
describe_joined (CjlTorchNode *node, GError **error)
{
  const char *sign = g_str_equal (node->node->layer->id, "add") ? " + " : " * ";
  g_autoptr (GString) text = g_string_new (NULL);

  (void) error;
  for (guint i = 0; i < cj_node_get_n_in (node->node); i++)
    if (node->lowered->in[i] != CJ_NO_VALUE)
      g_string_append_printf (text, "%s%s", text->len > 0 ? sign : "",
                              (const char *) g_hash_table_lookup (
                                  node->e->names, GINT_TO_POINTER (node->lowered->in[i])));
  node->forward = g_strdup (text->str);
  return TRUE;
}

/* An axis of a sample, counted with the batch. */
static int
get_dim (const CjlTorchNode *node)
{
  const int axis = cjl_torch_get_int (node, "axis");

  return axis < 0 ? axis + (int) node->x.n_dims : axis;
}

static gboolean
describe_axis (CjlTorchNode *node, GError **error)
{
  (void) error;
  cjl_torch_take_word (node, "dim", g_strdup_printf ("%d", get_dim (node)));
  return TRUE;
}

static gboolean
describe_softmax (CjlTorchNode *node, GError **error)
{
  const int axis = cjl_torch_get_int (node, "axis");
  const int dim = axis == 0 ? (node->x.n_dims == 4 ? 1 : -1) : axis;
  const char *name = g_str_equal (node->node->layer->id, "softmax") ? "softmax" : "log_softmax";

  (void) error;
  if (cjl_torch_get_float (node, "temperature") != 1)
    set_forward (node, "F.%s({x} / {temperature}, dim=%d)", name, dim);
  else
    set_forward (node, "F.%s({x}, dim=%d)", name, dim);
  return TRUE;
}

static gboolean
describe_split (CjlTorchNode *node, GError **error)
{
  const int dim = get_dim (node);
  const gint64 first = cjl_torch_get_int (node, "size") > 0 ? cjl_torch_get_int (node, "size")
                                                            : node->x.dims[dim] / 2;

  (void) error;
  set_forward (node, "{x}.split((%lld, %lld), dim=%d)", (long long) first,
               (long long) (node->x.dims[dim] - first), dim);
  node->targets = g_strdup ("{0}, {1}");
  return TRUE;
}

static gboolean
describe_flatten (CjlTorchNode *node, GError **error)
{
  (void) error;
  if (!cjl_torch_get_bool (node, "moments"))
    set_forward (node, "{x}.flatten(1)");
  else if (node->x.n_dims == 2)
    set_forward (node, "{x}.unsqueeze(2)");
  else
    set_forward (node, "{x}.flatten(2)");
  return TRUE;
}

static gboolean
describe_reshape (CjlTorchNode *node, GError **error)
{
  g_autoptr (GString) shape = g_string_new ("-1");

  (void) error;
  for (guint i = 1; i < node->y.n_dims; i++)
    g_string_append_printf (shape, ", %lld", (long long) node->y.dims[i]);
  set_forward (node, "{x}.reshape(%s)", shape->str);
  return TRUE;
}

static gboolean
describe_permute (CjlTorchNode *node, GError **error)
{
  g_autoptr (GString) order = g_string_new ("0");

  (void) error;
  for (const char *c = cjl_torch_get_text (node, "order"); *c != '\0'; c++)
    g_string_append_printf (order, ", %c", *c);
  set_forward (node, "{x}.permute(%s)", order->str);
  return TRUE;
}

static gboolean
describe_reduce (CjlTorchNode *node, GError **error)
{
  g_auto (GStrv) words = g_strsplit_set (cjl_torch_get_text (node, "axes"), " ,;", -1);
  g_autoptr (GString) dims = g_string_new (NULL);
  guint n = 0;

  (void) error;
  for (guint i = 0; words[i] != NULL; i++)
    if (*words[i] != '\0')
      g_string_append_printf (dims, "%s%s", n++ > 0 ? ", " : "", words[i]);
  set_forward (node, n == 1 ? "{x}.%s(%s%s)" : "{x}.%s((%s)%s)", node->node->layer->id, dims->str,
               cjl_torch_get_bool (node, "keep") ? ", keepdim=True" : "");
  if (n == 0)
    set_forward (node, "{x}");
  return TRUE;
}

static gboolean
describe_matrix_product (CjlTorchNode *node, GError **error)
{
  (void) error;
  set_forward (node, cjl_torch_get_bool (node, "transpose") ? "{x} @ {y}.transpose(-1, -2)"
                                                            : "{x} @ {y}");
  return TRUE;
}

static gboolean
describe_goodness (CjlTorchNode *node, GError **error)
{
  g_autoptr (GString) text = g_string_new (NULL);

  (void) error;
  for (guint i = 0; i < cj_node_get_n_in (node->node); i++)
    if (node->lowered->in[i] != CJ_NO_VALUE)
      g_string_append_printf (text, "%s%s.square().mean(-1)", text->len > 0 ? " + " : "",
                              (const char *) g_hash_table_lookup (
                                  node->e->names, GINT_TO_POINTER (node->lowered->in[i])));
  node->forward = g_strdup (text->str);
  return TRUE;
}

/* --- what has numbers of its own --- */

static gboolean
describe_bilinear (CjlTorchNode *node, GError **error)
{
  const CjShape *b = cj_builder_get_shape (node->e->lowered->builder, node->lowered->in[1]);

  (void) error;
  cjl_torch_take_word (node, "c2", g_strdup_printf ("%lld", (long long) b->dims[1]));
  return TRUE;
}

static gboolean
describe_embedding (CjlTorchNode *node, GError **error)
{
  g_autofree char *name = g_strconcat (node->node->id, ".weight", NULL);
  const CjProgramParam *weight = cj_program_find_param (node->e->program, name);

  (void) error;
  cjl_torch_take_word (node, "table", g_strdup_printf ("%lld", (long long) weight->shape.dims[0]));
  return TRUE;
}

static gboolean
describe_quantise (CjlTorchNode *node, GError **error)
{
  const CjQuant quant
      = cj_quant_fit (cjl_torch_get_float (node, "low"), cjl_torch_get_float (node, "high"),
                      cjl_torch_get_int (node, "bits"));
  g_autofree char *scale = cjl_torch_print_number (quant.scale);
  g_autofree char *low = cjl_torch_print_number (cj_quant_get_low (&quant));
  g_autofree char *high = cjl_torch_print_number (cj_quant_get_high (&quant));

  (void) error;
  set_forward (node, "quantise({x}, scale=%s, low=%s, high=%s)", scale, low, high);
  return TRUE;
}

static gboolean
describe_top_down (CjlTorchNode *node, GError **error)
{
  (void) error;
  cjl_torch_take_word (node, "function", g_strdup (cjl_torch_get_activation (node)));
  node->targets = g_strdup ("{0}, {1}");
  return TRUE;
}

#define FLOAT_LAYER(id, python)                                                                    \
  {                                                                                                \
    id, NULL, python, NULL, NULL, NULL, NULL                                                       \
  }

const CjlTorchRow cjl_torch_rows[] = {
  FLOAT_LAYER ("input", "{x}"),
  { "dense", "nn.Linear({last}, {units}{options})", NULL, "bias=True", NULL, NULL, NULL },
  { "drop-connect", "DropConnect({last}, {units}, {rate}{options})", NULL, "bias=True",
    "drop-connect", NULL, NULL },
  { "dale-dense", "DaleDense({last}, {units}{options})", NULL,
    "ratio=0.8 inhibition=\"senders\" bias=True", "dale-dense", NULL, NULL },
  { "bilinear", "nn.Bilinear({c}, {c2}, {units}{options})", "{self}({x}, {y})", "bias=True", NULL,
    describe_bilinear, NULL },
  { "embedding", "nn.Embedding({table}, {features}{options})", NULL, "padding:padding_idx=-1", NULL,
    describe_embedding, NULL },
  { "top-down", "TopDown({last}, {lower}, {units}, {steps}, {function})", NULL, NULL, "top-down",
    describe_top_down, NULL },
  { "conv-1d", "nn.Conv1d({c}, {filters}, {kernel}{options})", NULL,
    "stride=1 padding=0 dilation=1 groups=1 bias=True mode:padding_mode=\"zeros\"", NULL,
    describe_conv_1d, NULL },
  { "conv-2d", "nn.Conv2d({c}, {filters}, {kernel}{options})", NULL,
    "stride=1 padding=0 dilation=1 groups=1 bias=True mode:padding_mode=\"zeros\"", NULL,
    describe_conv_2d, NULL },
  { "conv-3d", "nn.Conv3d({slices-in}, {filters}, {kernel}{options})", NULL,
    "stride=1 padding=0 dilation=1 groups=1 bias=True", NULL, describe_conv_3d, NULL },
  { "transposed-conv-1d", "nn.ConvTranspose1d({c}, {filters}, {kernel}{options})", NULL,
    "stride=1 padding=0 output-padding=0 groups=1 bias=True dilation=1", NULL, describe_transposed,
    NULL },
  { "transposed-conv-2d", "nn.ConvTranspose2d({c}, {filters}, {kernel}{options})", NULL,
    "stride=1 padding=0 output-padding=0 groups=1 bias=True dilation=1", NULL, describe_transposed,
    NULL },
  { "patch-embedding", "PatchEmbedding({c}, {features}, {patch})", NULL, NULL, "patch-embedding",
    NULL, NULL },
  { "max-pool-1d", "nn.MaxPool1d({window}{options})", NULL,
    "steps:stride= padding=0 dilation=1 ceil:ceil_mode=False", NULL, describe_pool, NULL },
  { "max-pool-2d", "nn.MaxPool2d({window}{options})", NULL,
    "steps:stride= padding=0 dilation=1 ceil:ceil_mode=False", NULL, describe_pool, NULL },
  { "avg-pool-1d", "nn.AvgPool1d({window}{options})", NULL,
    "steps:stride= padding=0 ceil:ceil_mode=False include:count_include_pad=True", NULL,
    describe_pool, NULL },
  { "avg-pool-2d", "nn.AvgPool2d({window}{options})", NULL,
    "steps:stride= padding=0 ceil:ceil_mode=False include:count_include_pad=True", NULL,
    describe_pool, NULL },
  { "adaptive-avg-pool-2d", "nn.AdaptiveAvgPool2d({size})", NULL, NULL, NULL, describe_pool_2d,
    NULL },
  { "adaptive-max-pool-2d", "nn.AdaptiveMaxPool2d({size})", NULL, NULL, NULL, describe_pool_2d,
    NULL },
  { "global-avg-pool", NULL, NULL, NULL, NULL, describe_global, NULL },
  { "global-max-pool", NULL, NULL, NULL, NULL, describe_global, NULL },
  { "pad-2d", NULL, NULL, NULL, NULL, describe_pad, NULL },
  { "shortcut", NULL, NULL, NULL, NULL, describe_shortcut, NULL },
  { "upsample", NULL, NULL, NULL, NULL, describe_upsample, NULL },
  FLOAT_LAYER ("pixel-shuffle", "F.pixel_shuffle({x}, {factor})"),
  { "batch-norm", NULL, NULL, "eps=1e-05 momentum=0.1 affine=True", NULL, describe_batch_norm,
    NULL },
  { "layer-norm", NULL, NULL, "eps=1e-05 affine:elementwise_affine=True", NULL, describe_layer_norm,
    NULL },
  { "group-norm", NULL, NULL, "eps=1e-05 affine=True", NULL, describe_group_norm, NULL },
  { "instance-norm", "nn.InstanceNorm2d({c}, affine={affine}{options})", NULL, "eps=1e-05", NULL,
    NULL, NULL },
  { "rms-norm", "RMSNorm({last}{options})", NULL, "eps=1e-05 affine=True", "rms-norm", NULL, NULL },
  { "local-response-norm", "nn.LocalResponseNorm({size}{options})", NULL,
    "alpha=0.0001 beta=0.75 k=1.0", NULL, NULL, NULL },
  { "local-contrast-norm", NULL, "local_contrast_norm({x}, {side}, {floor})", NULL,
    "local-contrast-norm", describe_local_contrast, NULL },
  { "divisive-norm", NULL, NULL, "power=2.0 half=0.5 gain=1.0", "divisive-norm", describe_divisive,
    NULL },
  { "k-winners", NULL, NULL, NULL, "k-winners", describe_winners, NULL },
  { "homeostasis", "Homeostasis({units}, {target}{options})", NULL,
    "rate=0.01 share=0.1 limit=100.0", "homeostasis", describe_homeostasis, NULL },
  { "lateral-inhibition", "LateralInhibition({channels}, {window}, {strength}{options})", NULL,
    "steps=1 learned=False", "lateral-inhibition", describe_lateral, NULL },
  { "gain", NULL, "modulate({x}, {y}, {function}, {strength})", NULL, "gain", NULL, NULL },
  { "dropout", "nn.Dropout({rate})", NULL, NULL, NULL, NULL, NULL },
  { "spatial-dropout", NULL, NULL, NULL, NULL, describe_spatial_dropout, NULL },
  { "gaussian-noise", "GaussianNoise({deviation})", NULL, NULL, "gaussian-noise", NULL, NULL },
  { "prelu", NULL, NULL, "slope:init=0.25", NULL, describe_prelu, NULL },
  FLOAT_LAYER ("relu", "F.relu({x})"),
  FLOAT_LAYER ("relu6", "F.relu6({x})"),
  { "leaky-relu", NULL, "F.leaky_relu({x}{options})", "slope:negative_slope=0.01", NULL, NULL,
    NULL },
  { "elu", NULL, "F.elu({x}{options})", "depth:alpha=1.0", NULL, NULL, NULL },
  { "celu", NULL, "F.celu({x}{options})", "depth:alpha=1.0", NULL, NULL, NULL },
  FLOAT_LAYER ("selu", "F.selu({x})"),
  { "gelu", NULL, "F.gelu({x}{options})", "form:approximate=\"erf\"", NULL, NULL, NULL },
  FLOAT_LAYER ("silu", "F.silu({x})"),
  FLOAT_LAYER ("mish", "F.mish({x})"),
  FLOAT_LAYER ("sigmoid", "torch.sigmoid({x})"),
  FLOAT_LAYER ("hardsigmoid", "F.hardsigmoid({x})"),
  FLOAT_LAYER ("log-sigmoid", "F.logsigmoid({x})"),
  FLOAT_LAYER ("hardswish", "F.hardswish({x})"),
  FLOAT_LAYER ("tanh", "torch.tanh({x})"),
  { "hardtanh", NULL, "F.hardtanh({x}{options})", "lowest:min_val=-1.0 highest:max_val=1.0", NULL,
    NULL, NULL },
  FLOAT_LAYER ("tanhshrink", "F.tanhshrink({x})"),
  { "softplus", NULL, "F.softplus({x}{options})", "sharpness:beta=1.0 linear:threshold=20.0", NULL,
    NULL, NULL },
  FLOAT_LAYER ("softsign", "F.softsign({x})"),
  { "softmax", NULL, NULL, NULL, NULL, describe_softmax, NULL },
  { "log-softmax", NULL, NULL, NULL, NULL, describe_softmax, NULL },
  { "glu", NULL, "F.glu({x}, dim={dim})", NULL, NULL, describe_axis, NULL },
  { "quantise", NULL, NULL, NULL, "quantise", describe_quantise, NULL },
  { "add", NULL, NULL, NULL, NULL, describe_joined, NULL },
  { "multiply", NULL, NULL, NULL, NULL, describe_joined, NULL },
  { "concat", NULL, "torch.cat([{inputs}], dim={dim})", NULL, NULL, describe_axis, NULL },
  { "split", NULL, NULL, NULL, NULL, describe_split, NULL },
  { "matrix-product", NULL, NULL, NULL, NULL, describe_matrix_product, NULL },
  { "flatten", NULL, NULL, NULL, NULL, describe_flatten, NULL },
  { "reshape", NULL, NULL, NULL, NULL, describe_reshape, NULL },
  { "permute", NULL, NULL, NULL, NULL, describe_permute, NULL },
  { "mean", NULL, NULL, NULL, NULL, describe_reduce, NULL },
  { "sum", NULL, NULL, NULL, NULL, describe_reduce, NULL },
  { "goodness", NULL, NULL, NULL, NULL, describe_goodness, NULL },
  { .layer = "label-overlay",
    .refusal
    = N_ ("writes labels into samples for forward–forward learning, which PyTorch does not "
          "have. Train by backprop without it.") },
  { .layer = "onnx-operator",
    .refusal = N_ ("is an operator of an imported model as it stands there. Export the network as "
                   ".onnx, which PyTorch's other tools read.") },
  { .layer = "gcn-conv",
    .refusal = N_ ("hears the edges of a graph, which no data of a module hold. Export its weights "
                   "as .safetensors.") },
  { .layer = "gat-conv",
    .refusal = N_ ("hears the edges of a graph, which no data of a module hold. Export its weights "
                   "as .safetensors.") },
  { .layer = "class-vote",
    .refusal = N_ ("learns by counting answers, not by gradients. Read classes with Dense and "
                   "backprop instead.") },
  { .layer = "competing-lif",
    .refusal
    = N_ ("passes no gradient and learns by STDP, which PyTorch does not have. Use LIF and "
          "backprop instead.") },
  { NULL },
};
