/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What each kind of node in a NIR graph is among layers. */
#include "cjl-nir-private.h"

#include "cj-error.h"
#include "safetensors.h"

#include <glib/gi18n-lib.h>
#include <math.h>
#include <stdarg.h>
#include <string.h>

#define MAX_UNITS 16777216
#define SAME 1e-5 /* relative: what frameworks keep as float32 and divide again */

/* A parameter of a node, a number a unit or one for all. */
typedef struct
{
  const CjdNpyArray *array; /* NULL: not there */
  double preset;
} Values;

static gboolean refuse (const CjdNirNode *node, GError **error, const char *format, ...)
    G_GNUC_PRINTF (3, 4);

static gboolean
refuse (const CjdNirNode *node, GError **error, const char *format, ...)
{
  g_autofree char *sentence = NULL;
  va_list args;

  va_start (args, format);
  sentence = g_strdup_vprintf (format, args);
  va_end (args);
  /* Translators: name of a node, its kind, what is wrong with it, as “has no weight.” */
  g_set_error (error, CJ_ERROR, CJ_ERROR_FILE, _ ("“%s” (%s) %s"), node->name, node->type,
               sentence);
  return FALSE;
}

/* --- numbers --- */

static Values
find (const CjdNirNode *node, const char *name, double preset)
{
  return (Values){ cjd_nir_node_find (node, name), preset };
}

static gint64
count (const Values *v)
{
  return v->array != NULL ? v->array->size : 1;
}

static double
get (const Values *v, gint64 i)
{
  return v->array == NULL ? v->preset : cjd_npy_array_get (v->array, v->array->size == 1 ? 0 : i);
}

/* The shortest text that is the same float. */
static char *
print (double value)
{
  char text[G_ASCII_DTOSTR_BUF_SIZE], format[8];

  for (int digits = 1; digits < 18; digits++)
    {
      g_snprintf (format, sizeof format, "%%.%dg", digits);
      g_ascii_formatd (text, sizeof text, format, value);
      if ((float) g_ascii_strtod (text, NULL) == (float) value)
        break;
    }
  return g_strdup (text);
}

/* The common number of units of some parameters; 0: they do not fit, or are too many. */
static gint64
count_units (const CjdNirNode *node, const Values *const *values, guint n, GError **error)
{
  gint64 units = 1;

  for (guint k = 0; k < n; k++)
    {
      const gint64 size = count (values[k]);

      if (size == 0 || size > MAX_UNITS || (size > 1 && units > 1 && size != units))
        {
          refuse (node, error, _ ("has parameters of different length."));
          return 0;
        }
      units = MAX (units, size);
    }
  for (guint k = 0; k < n; k++)
    for (gint64 i = 0; i < count (values[k]); i++)
      if (!isfinite (get (values[k], i)))
        {
          refuse (node, error, _ ("has a parameter that is not finite."));
          return 0;
        }
  return units;
}

static gboolean
is_same (double a, double b)
{
  return fabs (a - b) <= SAME * MAX (fabs (a), fabs (b));
}

static gboolean
are_same (const double *values, gint64 n)
{
  for (gint64 i = 1; i < n; i++)
    if ((float) values[i] != (float) values[0])
      return FALSE;
  return TRUE;
}

/* --- layers and weights --- */

/* Letters, digits, - and _; not a bare number, which says nothing on a card. */
static char *
make_id (const CjGraph *graph, const CjdNirNode *node, const char *layer)
{
  g_autoptr (GString) id = g_string_new (NULL);
  const char *name = node->name;
  guint n = 1;

  if (strspn (name, "0123456789.") == strlen (name))
    {
      g_autofree char *type = g_ascii_strdown (node->type, -1);

      g_string_append_printf (id, "%s-", type);
    }
  for (const char *c = name; *c != '\0' && id->len < 40; c++)
    g_string_append_c (id, g_ascii_isalnum (*c) || *c == '_' ? *c : '-');
  for (gsize i = 0; i < id->len; i++)
    if (!g_ascii_isalnum (id->str[i]) && id->str[i] != '_' && id->str[i] != '-')
      id->str[i] = '-';
  if (id->len == 0)
    g_string_append (id, layer);
  if (cj_graph_find (graph, id->str) == NULL)
    return g_string_free (g_steal_pointer (&id), FALSE);
  for (;; n++)
    {
      g_autofree char *numbered = g_strdup_printf ("%s-%u", id->str, n);

      if (cj_graph_find (graph, numbered) == NULL)
        return g_steal_pointer (&numbered);
    }
}

CjNode *
cjl_nir_add (CjlNirImport *import, const char *layer, const char *name, CjNode *from,
             GError **error, ...)
{
  CjNode *node = cj_graph_add (import->graph, cj_layer_find (layer), name, error);
  gboolean good
      = node != NULL && (from == NULL || cj_graph_connect (import->graph, from, 0, node, 0, error));
  const char *setting;
  va_list args;

  va_start (args, error);
  while (good && (setting = va_arg (args, const char *)) != NULL)
    {
      g_auto (GStrv) pair = g_strsplit (setting, "=", 2);

      good = cj_graph_set_param (import->graph, node, pair[0], pair[1], error);
    }
  va_end (args);
  if (good && import->block != NULL)
    cj_graph_put_node (import->graph, node, import->block);
  return good ? node : NULL;
}

/* A layer of a node, under its name or a number behind it. */
static CjNode *
add (CjlNirImport *import, const CjdNirNode *node, const char *layer, CjNode *from, GError **error)
{
  g_autofree char *id = make_id (import->graph, node, layer);

  return cjl_nir_add (import, layer, id, from, error, NULL);
}

static gboolean
set (CjlNirImport *import, const CjdNirNode *node, CjNode *to, const char *name, const char *value,
     GError **error)
{
  if (cj_graph_set_param (import->graph, to, name, value, error))
    return TRUE;
  g_prefix_error (error, "“%s” (%s): ", node->name, node->type);
  return FALSE;
}

static gboolean
set_number (CjlNirImport *import, const CjdNirNode *node, CjNode *to, const char *name,
            double value, GError **error)
{
  g_autofree char *text = print (value);

  return set (import, node, to, name, text, error);
}

static CjTensor *
add_weight (CjlNirImport *import, const CjNode *to, const char *name, const CjShape *shape)
{
  g_autofree char *whole = g_strconcat (to->id, ".", name, NULL);
  CjTensor *tensor = cj_tensor_new (CJ_FLOAT32, shape);

  g_ptr_array_add (import->weights, cjd_named_tensor_new (whole, tensor));
  return tensor;
}

static gboolean
copy_array (CjlNirImport *import, const CjdNirNode *node, const CjdNpyArray *array,
            const CjNode *to, const char *name, GError **error)
{
  CjTensor *tensor = add_weight (import, to, name, &array->shape);

  for (gint64 i = 0; i < array->size; i++)
    {
      cj_tensor_f32 (tensor)[i] = (float) cjd_npy_array_get (array, i);
      if (!isfinite (cj_tensor_f32 (tensor)[i]))
        return refuse (node, error, _ ("has a parameter that is not finite."));
    }
  return TRUE;
}

static void
add_row (CjlNirImport *import, const CjNode *to, const char *name, const double *values, gint64 n)
{
  const CjShape shape = cj_shape1 (n);
  CjTensor *tensor = add_weight (import, to, name, &shape);

  for (gint64 i = 0; i < n; i++)
    cj_tensor_f32 (tensor)[i] = (float) values[i];
}

/* a x + b, with a number for all or one a channel; the node behind, or `from` where nothing is to do. */
static CjNode *
add_affine (CjlNirImport *import, const CjdNirNode *node, CjNode *from, const double *a,
            const double *b, gint64 n, GError **error)
{
  const gboolean one_a = are_same (a, n), one_b = are_same (b, n);
  g_autoptr (GString) text = g_string_new (NULL);
  g_autofree char *first = print (a[0]), *second = print (b[0]);
  CjNode *to;

  if (one_a && one_b && is_same (a[0], 1) && b[0] == 0)
    return from;
  if (one_a && is_same (a[0], 1))
    g_string_append (text, "x");
  else
    g_string_append_printf (text, "%s * x", one_a ? first : "a");
  if (!one_b || b[0] != 0)
    g_string_append_printf (text, " + %s", one_b ? second : "b");
  if (!one_a || !one_b)
    g_string_append_printf (text, " where %s%s%s", one_a ? "" : "a = 1 per channel",
                            one_a || one_b ? "" : ", ", one_b ? "" : "b = 0 per channel");
  to = add (import, node, "formula", from, error);
  if (to == NULL || !set (import, node, to, "formula", text->str, error))
    return NULL;
  if (!one_a)
    add_row (import, to, "a", a, n);
  if (!one_b)
    add_row (import, to, "b", b, n);
  return to;
}

/* --- matrices and pictures --- */

gboolean
cjl_nir_is_matrix (const CjdNirNode *node)
{
  return g_str_equal (node->type, "Affine") || g_str_equal (node->type, "Linear");
}

static gboolean
add_matrix (CjlNirImport *import, guint place, CjNode *source, GError **error)
{
  const CjdNirNode *node = import->nir->nodes->pdata[place];
  const CjdNpyArray *weight = cjd_nir_node_find (node, "weight");
  const CjdNpyArray *bias = cjd_nir_node_find (node, "bias");
  CjNode *to;

  if (weight == NULL || weight->shape.n_dims != 2 || weight->size == 0
      || (bias != NULL && bias->size != weight->shape.dims[0]))
    return refuse (node, error,
                   _ ("has no weight of outputs × inputs, or a bias of another size."));
  to = add (import, node, "dense", source, error);
  if (to == NULL || !set_number (import, node, to, "units", (double) weight->shape.dims[0], error)
      || !set (import, node, to, "bias", bias != NULL ? "true" : "false", error)
      || !copy_array (import, node, weight, to, "weight", error)
      || (bias != NULL && !copy_array (import, node, bias, to, "bias", error)))
    return FALSE;
  import->made[place] = to;
  return TRUE;
}

/* One or two whole numbers as the text of a pair; of one axis the first is `high`. */
static char *
print_pair (const CjdNpyArray *array, int high, double preset)
{
  const double last
      = array != NULL && array->size > 0 ? cjd_npy_array_get (array, array->size - 1) : preset;
  const double first = high >= 0                          ? high
                       : array != NULL && array->size > 0 ? cjd_npy_array_get (array, 0)
                                                          : preset;

  return g_strdup_printf ("%.0fx%.0f", first, last);
}

static gboolean
set_pair (CjlNirImport *import, const CjdNirNode *node, CjNode *to, const char *name,
          const char *field, int high, double preset, GError **error)
{
  const CjdNpyArray *array = cjd_nir_node_find (node, field);
  const char *word = cjd_nir_node_find_text (node, field);
  g_autofree char *text = word != NULL ? g_strdup (word) : print_pair (array, high, preset);

  return set (import, node, to, name, text, error);
}

/* Of one axis as well, which is a picture of one row. */
static gboolean
add_convolution (CjlNirImport *import, guint place, CjNode *source, GError **error)
{
  const CjdNirNode *node = import->nir->nodes->pdata[place];
  const CjdNpyArray *weight = cjd_nir_node_find (node, "weight");
  const CjdNpyArray *bias = cjd_nir_node_find (node, "bias");
  const gboolean flat = g_str_equal (node->type, "Conv1d");
  const Values groups = find (node, "groups", 1);
  g_autofree char *kernel = NULL;
  CjNode *to;

  if (weight == NULL || weight->shape.n_dims != (flat ? 3 : 4) || weight->size == 0
      || (bias != NULL && bias->size != weight->shape.dims[0]) || count (&groups) != 1)
    return refuse (node, error,
                   _ ("has no weight of filters × channels × kernel, or a bias of another size."));
  kernel = g_strdup_printf ("%lldx%lld", flat ? 1LL : (long long) weight->shape.dims[2],
                            (long long) weight->shape.dims[flat ? 2 : 3]);
  to = add (import, node, "conv-2d", source, error);
  if (to == NULL || !set_number (import, node, to, "filters", (double) weight->shape.dims[0], error)
      || !set (import, node, to, "kernel", kernel, error)
      || !set_pair (import, node, to, "stride", "stride", flat ? 1 : -1, 1, error)
      || !set_pair (import, node, to, "padding", "padding", flat ? 0 : -1, 0, error)
      || !set_pair (import, node, to, "dilation", "dilation", flat ? 1 : -1, 1, error)
      || !set_number (import, node, to, "groups", get (&groups, 0), error)
      || !set (import, node, to, "bias", bias != NULL ? "true" : "false", error)
      || !copy_array (import, node, weight, to, "weight", error)
      || (bias != NULL && !copy_array (import, node, bias, to, "bias", error)))
    return FALSE;
  if (flat)
    {
      CjTensor *tensor = ((CjdNamedTensor *)
                              import->weights->pdata[import->weights->len - (bias != NULL ? 2 : 1)])
                             ->tensor;

      tensor->shape
          = cj_shape4 (weight->shape.dims[0], weight->shape.dims[1], 1, weight->shape.dims[2]);
    }
  import->made[place] = to;
  return TRUE;
}

/* A sum is a mean times the size of the window. */
static gboolean
add_pool (CjlNirImport *import, guint place, CjNode *source, GError **error)
{
  const CjdNirNode *node = import->nir->nodes->pdata[place];
  const CjdNpyArray *kernel = cjd_nir_node_find (node, "kernel_size");
  CjNode *to = add (import, node, "avg-pool-2d", source, error);
  double area, zero = 0;

  if (kernel == NULL || kernel->size == 0)
    return to != NULL && refuse (node, error, _ ("has no size of its window."));
  if (to == NULL || !set_pair (import, node, to, "window", "kernel_size", -1, 2, error)
      || !set_pair (import, node, to, "stride", "stride", -1, 1, error)
      || !set_pair (import, node, to, "padding", "padding", -1, 0, error))
    return FALSE;
  area = cjd_npy_array_get (kernel, 0) * cjd_npy_array_get (kernel, kernel->size - 1);
  if (g_str_equal (node->type, "SumPool2d"))
    to = add_affine (import, node, to, &area, &zero, 1, error);
  import->made[place] = to;
  return to != NULL;
}

static gboolean
add_flatten (CjlNirImport *import, guint place, CjNode *source, GError **error)
{
  const CjdNirNode *node = import->nir->nodes->pdata[place];
  CjNode *to = add (import, node, "flatten", source, error);

  import->made[place] = to;
  return to != NULL && set (import, node, to, "moments", "true", error);
}

static gboolean
add_scale (CjlNirImport *import, guint place, CjNode *source, GError **error)
{
  const CjdNirNode *node = import->nir->nodes->pdata[place];
  const Values scale = find (node, "scale", 1);
  const Values *const all[] = { &scale };
  const gint64 n = count_units (node, all, 1, error);
  g_autofree double *a = g_new (double, MAX (n, 1)), *b = g_new0 (double, MAX (n, 1));

  for (gint64 i = 0; i < n; i++)
    a[i] = get (&scale, i);
  import->made[place] = n > 0 ? add_affine (import, node, source, a, b, n, error) : NULL;
  return import->made[place] != NULL;
}

static gboolean
add_delay (CjlNirImport *import, guint place, CjNode *source, GError **error)
{
  const CjdNirNode *node = import->nir->nodes->pdata[place];
  const Values delay = find (node, "delay", 0);
  const Values *const all[] = { &delay };
  const gint64 n = count_units (node, all, 1, error);
  g_autofree double *moments = g_new0 (double, MAX (n, 1));
  double most = 1;
  CjNode *to;

  for (gint64 i = 0; i < n; i++)
    {
      moments[i] = get (&delay, i) * 1000 / import->options->dt;
      if (moments[i] < 0)
        return refuse (node, error, _ ("has a delay below 0."));
      /* whole moments stay whole */
      if (is_same (moments[i], round (moments[i])))
        moments[i] = round (moments[i]);
      most = MAX (most, ceil (moments[i]));
    }
  to = n > 0 ? add (import, node, "synaptic-delay", source, error) : NULL;
  if (to == NULL || !set_number (import, node, to, "most", most, error))
    return FALSE;
  add_row (import, to, "delay", moments, n);
  import->made[place] = to;
  return TRUE;
}

/* --- neurons --- */

/* A neuron in moments, a number a unit or one for all. */
typedef struct
{
  const CjdNirNode *node;
  gint64 n;
  double *decay;     /* of the membrane */
  double *synapse;   /* of the current; 0: it does not last */
  double *gain;      /* of the current, where the layer scales it by 1 − decay or does not */
  double *threshold; /* above rest */
  double *rest;
  gboolean leaks, has_synapse, spikes, scaled;
  double tau, tau_synapse; /* ms, of all; 0: they differ, or decay is not that of a time constant */
} Neuron;

static void
clear_neuron (Neuron *neuron)
{
  g_free (neuron->decay);
  g_free (neuron->synapse);
  g_free (neuron->gain);
  g_free (neuron->threshold);
  g_free (neuron->rest);
}

/* What is left after a moment. */
static gboolean
find_decay (const CjlNirImport *import, const CjdNirNode *node, double tau, double *decay,
            GError **error)
{
  const double h = import->options->dt / (tau * 1000);

  if (!(tau > 0))
    return refuse (node, error, _ ("has a time constant that is not above 0."));
  *decay = import->options->method == CJL_NIR_EULER ? 1 - h : exp (-h);
  if (*decay < 0 && *decay > -SAME)
    *decay = 0;
  if (*decay >= 0)
    return TRUE;
  return refuse (node, error,
                 _ ("has a time constant of %g ms, shorter than the time step of %g ms. Make dt "
                    "shorter, or choose the method exact."),
                 tau * 1000, import->options->dt);
}

/* The parameters that a kind of neuron has, as NIR names them. */
typedef struct
{
  Values tau, tau_syn, r, w_in, v_leak, v_threshold, v_reset;
} Parameters;

static gboolean
read_unit (const CjlNirImport *import, Neuron *u, const Parameters *p, gint64 i, GError **error)
{
  const double rest = u->leaks ? get (&p->v_leak, i) : 0;
  const double reset = get (&p->v_reset, i);
  double gain = get (&p->r, i);

  u->decay[i] = 1;
  if (u->leaks && !find_decay (import, u->node, get (&p->tau, i), &u->decay[i], error))
    return FALSE;
  if (u->has_synapse)
    {
      if (!find_decay (import, u->node, get (&p->tau_syn, i), &u->synapse[i], error))
        return FALSE;
      gain *= get (&p->w_in, i) * (1 - u->synapse[i]);
    }
  if (!u->leaks)
    gain *= import->options->dt / 1000;
  u->gain[i] = gain;
  u->rest[i] = rest;
  if (!u->spikes)
    return TRUE;
  u->threshold[i] = get (&p->v_threshold, i) - rest;
  if (import->options->reset == CJ_RESET_ZERO && fabs (reset - rest) > 1e-9)
    return refuse (u->node, error,
                   _ ("is reset to %g, but rests at %g: neurons here are reset to where they rest. "
                      "Choose the reset subtract to take the threshold off instead."),
                   reset, rest);
  if (!(u->threshold[i] > 0) || !(gain > 0))
    return refuse (u->node, error,
                   _ ("has a threshold that is not above its rest, or a resistance or weight that "
                      "is not above 0."));
  return TRUE;
}

/* Where no scaling is left the plain current is taken, else it is scaled by 1 − decay. */
static void
choose_scale (Neuron *u)
{
  gboolean plain = TRUE;

  for (gint64 i = 0; i < u->n; i++)
    plain = plain && u->leaks && is_same (u->gain[i] * (1 - u->decay[i]), 1);
  u->scaled = u->leaks && !plain;
  for (gint64 i = 0; i < u->n; i++)
    {
      u->gain[i] = plain ? 1 : u->gain[i];
      if (u->spikes)
        u->threshold[i] /= u->gain[i];
    }
}

static gboolean
read_neuron (const CjlNirImport *import, const CjdNirNode *node, Neuron *u, GError **error)
{
  const gboolean cuba = g_str_has_prefix (node->type, "Cuba");
  const Parameters p = { find (node, cuba ? "tau_mem" : "tau", 0),
                         find (node, "tau_syn", 0),
                         find (node, "r", 1),
                         find (node, "w_in", 1),
                         find (node, "v_leak", 0),
                         find (node, "v_threshold", 1),
                         find (node, "v_reset", 0) };
  const Values *const all[]
      = { &p.tau, &p.tau_syn, &p.r, &p.w_in, &p.v_leak, &p.v_threshold, &p.v_reset };

  u->node = node;
  u->leaks = !g_str_equal (node->type, "IF") && !g_str_equal (node->type, "I");
  u->has_synapse = cuba;
  u->spikes = g_str_has_suffix (node->type, "F");
  u->n = count_units (node, all, G_N_ELEMENTS (all), error);
  if (u->n == 0)
    return FALSE;
  u->decay = g_new0 (double, u->n);
  u->synapse = g_new0 (double, u->n);
  u->gain = g_new0 (double, u->n);
  u->threshold = g_new0 (double, u->n);
  u->rest = g_new0 (double, u->n);
  for (gint64 i = 0; i < u->n; i++)
    if (!read_unit (import, u, &p, i, error))
      return FALSE;
  choose_scale (u);
  if (import->options->method == CJL_NIR_EXACT && u->leaks && are_same (u->decay, u->n))
    u->tau = get (&p.tau, 0) * 1000;
  return TRUE;
}

/* A decay of all units as τ where there is one, else as β; or one of each. */
static gboolean
set_decay (CjlNirImport *import, const Neuron *u, CjNode *to, const double *decay, double tau,
           GError **error)
{
  if (!are_same (decay, u->n))
    {
      add_row (import, to, "decay", decay, u->n);
      return set (import, u->node, to, "learn-decay", "true", error);
    }
  if (tau > 0 && tau <= 100000)
    return set_number (import, u->node, to, "tau", tau, error);
  return set_number (import, u->node, to, "beta", decay[0], error);
}

/* A filter of the current or a membrane that does not fire. */
static CjNode *
add_filter (CjlNirImport *import, const Neuron *u, CjNode *from, const double *decay, double tau,
            gboolean scaled, GError **error)
{
  CjNode *to = add (import, u->node, "leaky-integrator", from, error);

  return to != NULL && set_number (import, u->node, to, "dt", import->options->dt, error)
                 && set (import, u->node, to, "scaled", scaled ? "true" : "false", error)
                 && set_decay (import, u, to, decay, tau, error)
             ? to
             : NULL;
}

static gboolean
set_threshold (CjlNirImport *import, const Neuron *u, CjNode *to, GError **error)
{
  if (are_same (u->threshold, u->n) && u->threshold[0] >= 0.001 && u->threshold[0] <= 1000)
    return set_number (import, u->node, to, "threshold", u->threshold[0], error);
  add_row (import, to, "threshold", u->threshold, u->n);
  return set (import, u->node, to, "learn-threshold", "true", error);
}

/* The bias of a matrix that only one node hears; NULL: it is none, or others hear it. */
static CjTensor *
find_free_bias (const CjlNirImport *import, const CjNode *source, gint64 size)
{
  g_autofree char *name = source != NULL ? g_strconcat (source->id, ".bias", NULL) : NULL;
  CjTensor *bias = name != NULL && g_str_equal (source->layer->id, "dense")
                       ? cjd_named_tensors_find (import->weights, name)
                       : NULL;
  guint n = 0;

  for (guint i = 0; i < import->nir->edges->len; i++)
    n += import->made[g_array_index (import->nir->edges, CjdNirEdge, i).from] == source;
  return bias != NULL && n == 1 && cj_shape_size (&bias->shape) == size ? bias : NULL;
}

/* What the matrix adds at every moment goes into the bias in front, or into a layer of its own. */
static CjNode *
add_offset (CjlNirImport *import, const CjdNirNode *matrix, const CjdNpyArray *bias, CjNode *source,
            GError **error)
{
  CjTensor *before = find_free_bias (import, source, bias->size);
  g_autofree double *one = g_new (double, bias->size), *b = g_new (double, bias->size);

  for (gint64 i = 0; i < bias->size; i++)
    {
      one[i] = 1;
      b[i] = cjd_npy_array_get (bias, i);
      if (before != NULL)
        cj_tensor_f32 (before)[i] += (float) b[i];
    }
  return before != NULL ? source : add_affine (import, matrix, source, one, b, bias->size, error);
}

/* The matrix from the neurons to themselves. */
static CjNode *
add_feedback (CjlNirImport *import, const Neuron *u, guint place, CjNode *source, GError **error)
{
  const CjdNirNode *matrix = import->nir->nodes->pdata[import->feedback[place]];
  const CjdNpyArray *weight = cjd_nir_node_find (matrix, "weight");
  const CjdNpyArray *bias = cjd_nir_node_find (matrix, "bias");
  CjNode *to;

  if (weight == NULL || weight->shape.n_dims != 2 || weight->size == 0
      || weight->shape.dims[0] != weight->shape.dims[1]
      || (bias != NULL && bias->size != weight->shape.dims[0]))
    {
      refuse (matrix, error, _ ("feeds neurons back, but has no weight from each to each."));
      return NULL;
    }
  if (bias != NULL)
    source = add_offset (import, matrix, bias, source, error);
  to = source != NULL ? add (import, u->node, "recurrent-lif", source, error) : NULL;
  return to != NULL && set (import, u->node, to, "adapt-jump", "0", error)
                 && copy_array (import, matrix, weight, to, "weight", error)
             ? to
             : NULL;
}

static const char *
choose_layer (const Neuron *u)
{
  return !u->leaks ? "integrate-and-fire" : u->has_synapse ? "cuba-lif" : "lif";
}

static gboolean
add_spiking (CjlNirImport *import, Neuron *u, guint place, CjNode *source, GError **error)
{
  const gboolean recurrent = import->feedback[place] >= 0;
  CjNode *to;

  if (u->has_synapse && are_same (u->synapse, u->n) && u->synapse[0] == 0)
    u->has_synapse = FALSE;
  if (u->has_synapse && !are_same (u->synapse, u->n))
    {
      if (recurrent)
        return refuse (u->node, error,
                       _ ("feeds itself back and has synapses of different time constants. One "
                          "for all is wanted."));
      source = add_filter (import, u, source, u->synapse, 0, FALSE, error);
      u->has_synapse = FALSE;
    }
  to = source == NULL ? NULL
       : recurrent    ? add_feedback (import, u, place, source, error)
                      : add (import, u->node, choose_layer (u), source, error);
  if (to == NULL || !set_threshold (import, u, to, error)
      || !set (import, u->node, to, "reset",
               import->options->reset == CJ_RESET_ZERO ? "zero" : "subtract", error))
    return FALSE;
  import->made[place] = to;
  if (!u->leaks && !recurrent)
    return TRUE;
  if (u->has_synapse
      && !set_number (import, u->node, to, "synapse", -import->options->dt / log (u->synapse[0]),
                      error))
    return FALSE;
  return set_number (import, u->node, to, "dt", import->options->dt, error)
         && set (import, u->node, to, "scaled", u->scaled ? "true" : "false", error)
         && set_decay (import, u, to, u->decay, u->tau, error);
}

static gboolean
add_neuron (CjlNirImport *import, guint place, CjNode *source, GError **error)
{
  Neuron u = { 0 };
  CjNode *to = source;
  gboolean good = read_neuron (import, import->nir->nodes->pdata[place], &u, error);

  if (good && u.spikes)
    good = add_spiking (import, &u, place, source, error);
  else if (good)
    {
      if (u.has_synapse)
        to = add_filter (import, &u, to, u.synapse, 0, FALSE, error);
      to = to != NULL ? add_filter (import, &u, to, u.decay, u.tau, u.scaled, error) : NULL;
      if (to != NULL)
        to = add_affine (import, u.node, to, u.gain, u.rest, u.n, error);
      import->made[place] = to;
      good = to != NULL;
    }
  clear_neuron (&u);
  return good;
}

/* A spike whenever the input is above, which is a neuron that forgets at once. */
static gboolean
add_threshold (CjlNirImport *import, guint place, CjNode *source, GError **error)
{
  const CjdNirNode *node = import->nir->nodes->pdata[place];
  const Values threshold = find (node, "threshold", 1);
  const Values *const all[] = { &threshold };
  Neuron u = { .node = node, .n = count_units (node, all, 1, error) };
  CjNode *to = u.n > 0 ? add (import, node, "lif", source, error) : NULL;
  gboolean good;

  u.threshold = g_new0 (double, MAX (u.n, 1));
  for (gint64 i = 0; i < u.n; i++)
    u.threshold[i] = get (&threshold, i);
  good = to != NULL && set (import, node, to, "beta", "0", error)
         && set_threshold (import, &u, to, error);
  import->made[place] = to;
  clear_neuron (&u);
  return good;
}

/* --- all kinds --- */

typedef gboolean (*AddLayers) (CjlNirImport *import, guint place, CjNode *source, GError **error);

static const struct
{
  const char *type;
  AddLayers add;
} kinds[] = {
  { "Affine", add_matrix },       { "Linear", add_matrix },  { "Conv1d", add_convolution },
  { "Conv2d", add_convolution },  { "SumPool2d", add_pool }, { "AvgPool2d", add_pool },
  { "Flatten", add_flatten },     { "Scale", add_scale },    { "Delay", add_delay },
  { "LIF", add_neuron },          { "CubaLIF", add_neuron }, { "IF", add_neuron },
  { "LI", add_neuron },           { "CubaLI", add_neuron },  { "I", add_neuron },
  { "Threshold", add_threshold },
};

gboolean
cjl_nir_add_layers (CjlNirImport *import, guint place, CjNode *source, GError **error)
{
  const CjdNirNode *node = import->nir->nodes->pdata[place];
  g_autofree char *lower = g_ascii_strdown (node->type, -1);

  for (guint i = 0; i < G_N_ELEMENTS (kinds); i++)
    if (g_str_equal (kinds[i].type, node->type))
      return kinds[i].add (import, place, source, error);
  /* stands for it until the graph is whole */
  import->made[place] = add (import, node, "formula", source, error);
  if (import->made[place] == NULL
      || !set (import, node, import->made[place], "formula", "x", error))
    return FALSE;
  g_ptr_array_add (import->unknown, g_strdup (import->made[place]->id));
  g_ptr_array_add (import->unknown, g_strconcat ("nir:", lower, NULL));
  return TRUE;
}
