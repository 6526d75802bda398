/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What each layer is among the nodes of a NIR graph. */
#include "cjl-nir-private.h"

#include "cj-error.h"

#include <glib/gi18n-lib.h>
#include <math.h>
#include <stdarg.h>

gboolean
cjl_nir_refuse (const CjNode *node, GError **error, const char *format, ...)
{
  g_autofree char *sentence = NULL;
  va_list args;

  va_start (args, format);
  sentence = g_strdup_vprintf (format, args);
  va_end (args);
  /* Translators: kind of a layer, its name, why it cannot be written, as “forgets nothing …” */
  g_set_error (error, CJ_ERROR, CJ_ERROR_GRAPH, _ ("%s “%s” %s"), _ (node->layer->title), node->id,
               sentence);
  return FALSE;
}

/* --- what layers say --- */

static const CjParam *
find_param (const CjNode *node, const char *name)
{
  return cj_params_find (node->layer->params, name);
}

static double
get_number (const CjNode *node, const char *name, double preset)
{
  const CjParam *param = find_param (node, name);

  if (param == NULL)
    return preset;
  return param->kind == CJ_PARAM_FLOAT
             ? *(const double *) (gconstpointer) ((const char *) node->params + param->offset)
             : *(const int *) (gconstpointer) ((const char *) node->params + param->offset);
}

static const int *
get_pair (const CjNode *node, const char *name)
{
  return (const int *) (gconstpointer) ((const char *) node->params
                                        + find_param (node, name)->offset);
}

/* What a choice or text is, "" where there is none of that name. You free. */
static char *
dup_word (const CjNode *node, const char *name)
{
  const CjParam *param = find_param (node, name);

  return param != NULL ? cj_params_print (param, node->params) : g_strdup ("");
}

const CjLoweredNode *
cjl_nir_get_lowered (const CjlNirExport *e, const CjNode *node)
{
  return &e->lowered->nodes[cj_graph_get_index (e->project->graph, node)];
}

/* The shape of a result, or of what a node hears, with the batch. */
static const CjShape *
get_shape (const CjlNirExport *e, const CjNode *node)
{
  return cj_builder_get_shape (e->lowered->builder, cjl_nir_get_lowered (e, node)->out[0]);
}

/* The shape of a result at a moment. */
static CjShape
get_moment (const CjlNirExport *e, const CjNode *node)
{
  const CjShape *shape = get_shape (e, node);
  const guint skip = shape->n_dims == 2 || shape->n_dims == 4 ? 1 : 2;

  return cj_shape (shape->n_dims - MIN (skip, shape->n_dims), shape->dims + skip);
}

CjShape
cjl_nir_get_moment (const CjlNirExport *e, const CjNode *node)
{
  const CjShape moment = get_moment (e, node);

  return e->rows && moment.n_dims == 3 ? cj_shape2 (moment.dims[0], moment.dims[2]) : moment;
}

gboolean
cjl_nir_has_rows (const CjlNirExport *e)
{
  const GPtrArray *nodes = e->project->graph->nodes;
  gboolean found = FALSE;

  for (guint i = 0; i < nodes->len; i++)
    {
      const CjNode *node = nodes->pdata[i];
      const gboolean looks = g_str_equal (node->layer->id, "conv-2d");
      CjShape moment;

      if (!cjl_nir_get_lowered (e, node)->valid || node->layer->role == CJ_ROLE_LOSS)
        continue;
      moment = get_moment (e, node);
      if ((moment.n_dims == 3 && moment.dims[1] != 1)
          || g_str_equal (node->layer->id, "avg-pool-2d")
          || (looks && get_pair (node, "kernel")[0] != 1))
        return FALSE;
      found |= looks;
    }
  return found;
}

static const float *
find_weight (const CjlNirExport *e, const CjNode *node, const char *name, CjShape *shape)
{
  g_autofree char *whole = g_strconcat (node->id, ".", name, NULL);
  const CjProgramParam *param = cj_program_find_param (e->program, whole);

  if (param == NULL)
    return NULL;
  *shape = param->shape;
  return cj_program_get_param_data (e->program, param);
}

/* --- writing --- */

static char *
path_of (const char *name, const char *field)
{
  return g_strconcat ("node/nodes/", name, "/", field, NULL);
}

void
cjl_nir_put_text (CjlNirExport *e, const char *name, const char *field, const char *text)
{
  g_autofree char *path = path_of (name, field);

  cjd_hdf5_out_add_texts (e->out, path, 0, 0, &text);
}

static void
put_floats (CjlNirExport *e, const char *name, const char *field, const CjShape *shape,
            const float *numbers)
{
  g_autofree char *path = path_of (name, field);

  cjd_hdf5_out_add_floats (e->out, path, shape, numbers);
}

/* `n` numbers of a unit each, in the shape of a moment. */
static void
put_units (CjlNirExport *e, const char *name, const char *field, const CjShape *shape,
           const double *numbers)
{
  g_autofree char *path = path_of (name, field);

  cjd_hdf5_out_add_doubles (e->out, path, shape, numbers);
}

static void
put_same (CjlNirExport *e, const char *name, const char *field, const CjShape *shape, double number)
{
  const gint64 n = cj_shape_size (shape);
  g_autofree double *numbers = g_new (double, MAX (n, 1));

  for (gint64 i = 0; i < n; i++)
    numbers[i] = number;
  put_units (e, name, field, shape, numbers);
}

void
cjl_nir_put_ints (CjlNirExport *e, const char *name, const char *field, guint n,
                  const gint64 *numbers)
{
  g_autofree char *path = path_of (name, field);
  const CjShape shape = n == 0 ? cj_shape (0, NULL) : cj_shape1 (n);

  cjd_hdf5_out_add_ints (e->out, path, &shape, numbers);
}

void
cjl_nir_add_edge (CjlNirExport *e, const char *from, const char *to)
{
  g_ptr_array_add (e->edges, g_strdup (from));
  g_ptr_array_add (e->edges, g_strdup (to));
}

static GPtrArray *
get_sources (const CjlNirExport *e, const CjNode *node)
{
  const CjNode *from = node->from[0].node;

  return e->from[cj_graph_get_index (e->project->graph, from)];
}

/* Begins a node of a type that hears what the layer hears and gives what it gives; its name. */
static const char *
begin (CjlNirExport *e, const CjNode *node, const char *type)
{
  const GPtrArray *sources = get_sources (e, node);
  GPtrArray *own = g_ptr_array_new_with_free_func (g_free);

  cjl_nir_put_text (e, node->id, "type", type);
  for (guint i = 0; i < sources->len; i++)
    cjl_nir_add_edge (e, sources->pdata[i], node->id);
  g_ptr_array_add (own, g_strdup (node->id));
  e->from[cj_graph_get_index (e->project->graph, node)] = own;
  return node->id;
}

/* The result is what is heard: of layers that do nothing outside training, or that a graph does not need. */
static gboolean
pass (CjlNirExport *e, const CjNode *node)
{
  e->from[cj_graph_get_index (e->project->graph, node)] = g_ptr_array_ref (get_sources (e, node));
  return TRUE;
}

static gboolean
hears_input (const CjlNirExport *e, const CjNode *node)
{
  const GPtrArray *sources = get_sources (e, node);

  return sources->len == 1 && g_str_equal (sources->pdata[0], "input");
}

/* All that hear the input hear it in one shape. */
static gboolean
take_input (CjlNirExport *e, const CjNode *node, GError **error)
{
  const CjShape moment = cjl_nir_get_moment (e, node->from[0].node);

  if (!hears_input (e, node) || cj_shape_equal (&moment, &e->input))
    return TRUE;
  if (e->input.n_dims > 0)
    return cjl_nir_refuse (node, error,
                           _ ("takes the input in another shape than others do, which a NIR "
                              "graph has no word for."));
  e->input = moment;
  return TRUE;
}

/* --- matrices and pictures --- */

static gboolean
check_plain (const CjNode *node, GError **error)
{
  g_autofree char *activation = dup_word (node, "activation");

  return *activation == '\0' || g_str_equal (activation, "none")
         || cjl_nir_refuse (
             node, error,
             _ ("ends with %s, which NIR has no word for. Put spiking neurons behind it "
                "instead."),
             activation);
}

static gboolean
write_dense (CjlNirExport *e, const CjNode *node, GError **error)
{
  CjShape shape, row;
  const float *weight = find_weight (e, node, "weight", &shape);
  const float *bias = find_weight (e, node, "bias", &row);
  const char *name;

  if (!check_plain (node, error))
    return FALSE;
  name = begin (e, node, bias != NULL ? "Affine" : "Linear");
  put_floats (e, name, "weight", &shape, weight);
  if (bias != NULL)
    put_floats (e, name, "bias", &row, bias);
  return TRUE;
}

/* A padding that a number says: the same before and after. */
static gboolean
find_padding (const CjNode *node, const CjShape *picture, gint64 padding[2], GError **error)
{
  const int *kernel = get_pair (node, "kernel"), *stride = get_pair (node, "stride");
  const int *dilation = get_pair (node, "dilation"), *said = get_pair (node, "padding");
  g_autofree char *word = dup_word (node, "padding");

  for (guint i = 0; i < 2; i++)
    {
      const gint64 reach = (gint64) (kernel[i] - 1) * dilation[i], n = picture->dims[1 + i];
      const gint64 all = ((n + stride[i] - 1) / stride[i] - 1) * stride[i] + reach + 1 - n;

      padding[i] = g_str_equal (word, "same")    ? MAX (all, 0) / 2
                   : g_str_equal (word, "valid") ? 0
                                                 : said[i];
      if (g_str_equal (word, "same") && all > 0 && all % 2 != 0)
        return cjl_nir_refuse (
            node, error,
            _ ("is padded more on one side than on the other. Give it a padding in "
               "numbers, or a kernel of odd size."));
    }
  return TRUE;
}

/* Rows have one axis, the second of a picture. */
static gboolean
write_convolution (CjlNirExport *e, const CjNode *node, GError **error)
{
  const CjShape picture = get_moment (e, node->from[0].node);
  const guint first = e->rows ? 1 : 0, n = 2 - first;
  const gint64 size[] = { picture.dims[1], picture.dims[2] };
  const int *stride = get_pair (node, "stride"), *dilation = get_pair (node, "dilation");
  const gint64 strides[] = { stride[0], stride[1] }, dilations[] = { dilation[0], dilation[1] };
  g_autofree char *border = dup_word (node, "border");
  g_autofree float *zeros = NULL;
  CjShape shape, row;
  const float *weight = find_weight (e, node, "weight", &shape);
  const float *bias = find_weight (e, node, "bias", &row);
  gint64 padding[2], groups;
  const char *name;

  if (!check_plain (node, error) || !find_padding (node, &picture, padding, error))
    return FALSE;
  if (!g_str_equal (border, "zeros"))
    return cjl_nir_refuse (node, error, _ ("is padded with %s, and NIR knows zeros only."), border);
  groups = picture.dims[0] / shape.dims[1];
  if (bias == NULL)
    {
      row = cj_shape1 (shape.dims[0]);
      bias = zeros = g_new0 (float, shape.dims[0]);
    }
  if (e->rows)
    shape = cj_shape3 (shape.dims[0], shape.dims[1], shape.dims[3]);
  name = begin (e, node, e->rows ? "Conv1d" : "Conv2d");
  cjl_nir_put_ints (e, name, "input_shape", e->rows ? 0 : 2, size + first);
  put_floats (e, name, "weight", &shape, weight);
  cjl_nir_put_ints (e, name, "stride", n, strides + first);
  cjl_nir_put_ints (e, name, "padding", n, padding + first);
  cjl_nir_put_ints (e, name, "dilation", n, dilations + first);
  cjl_nir_put_ints (e, name, "groups", 0, &groups);
  put_floats (e, name, "bias", &row, bias);
  return TRUE;
}

static gboolean
write_pool (CjlNirExport *e, const CjNode *node, GError **error)
{
  static const char *const fields[] = { "kernel_size", "stride", "padding" };
  static const char *const params[] = { "window", "stride", "padding" };
  const int *padding = get_pair (node, "padding");
  const char *name;

  if (get_number (node, "ceil", 0) != 0
      || (get_number (node, "exclude-padding", 0) != 0 && (padding[0] != 0 || padding[1] != 0)))
    return cjl_nir_refuse (node, error,
                           _ ("has windows that are not whole, which NIR has no word for."));
  name = begin (e, node, "AvgPool2d");
  for (guint i = 0; i < 3; i++)
    {
      const int *pair = get_pair (node, params[i]);
      const gint64 both[] = { pair[0], pair[1] };

      cjl_nir_put_ints (e, name, fields[i], 2, both);
    }
  return TRUE;
}

/* Of a picture at each moment a row; before the graph begins only its shape changes. */
static gboolean
write_flatten (CjlNirExport *e, const CjNode *node, GError **error)
{
  const CjShape before = cjl_nir_get_moment (e, node->from[0].node);
  const CjShape after = cjl_nir_get_moment (e, node);
  const gint64 begins = 0, ends = -1;
  const char *name;

  if (hears_input (e, node))
    return pass (e, node);
  if (after.n_dims != 1 || cj_shape_size (&before) != after.dims[0])
    return cjl_nir_refuse (
        node, error, _ ("gives numbers another shape, and NIR knows rows of a time step only."));
  name = begin (e, node, "Flatten");
  cjl_nir_put_ints (e, name, "start_dim", 0, &begins);
  cjl_nir_put_ints (e, name, "end_dim", 0, &ends);
  cjl_nir_put_ints (e, name, "input_type", before.n_dims, before.dims);
  return TRUE;
}

/* x + b as a matrix of ones on its diagonal. */
static void
write_offset (CjlNirExport *e, const CjNode *node, gint64 n, const float *b)
{
  g_autofree float *ones = g_new0 (float, n *n);
  const CjShape square = cj_shape2 (n, n), row = cj_shape1 (n);
  const char *name = begin (e, node, "Affine");

  for (gint64 i = 0; i < n; i++)
    ones[i * n + i] = 1;
  put_floats (e, name, "weight", &square, ones);
  put_floats (e, name, "bias", &row, b);
}

/* "0.5 * x", "a * x where …", "x + b where …": what reading a graph makes. */
static gboolean
write_formula (CjlNirExport *e, const CjNode *node, GError **error)
{
  const CjShape moment = cjl_nir_get_moment (e, node);
  const gint64 n = cj_shape_size (&moment);
  g_autofree char *text = dup_word (node, "formula");
  CjShape a_shape = cj_shape (0, NULL), b_shape = a_shape;
  const float *a = find_weight (e, node, "a", &a_shape), *b = find_weight (e, node, "b", &b_shape);
  char *end = NULL;
  const double factor = g_ascii_strtod (text, &end);

  if (end != text && g_str_equal (end, " * x"))
    put_same (e, begin (e, node, "Scale"), "scale", &moment, factor);
  else if (a != NULL && g_str_has_prefix (text, "a * x where ") && cj_shape_size (&a_shape) == n)
    put_floats (e, begin (e, node, "Scale"), "scale", &moment, a);
  else if (b != NULL && g_str_has_prefix (text, "x + b where ") && moment.n_dims == 1
           && cj_shape_size (&b_shape) == n)
    write_offset (e, node, n, b);
  else
    return cjl_nir_refuse (node, error,
                           _ ("computes %s, which NIR has no word for but where it is a factor, "
                              "as “2 * x”."),
                           text);
  return TRUE;
}

/* --- neurons --- */

/* All neurons of a graph step by the same moment. */
gboolean
cjl_nir_take_dt (CjlNirExport *e, const CjNode *node, GError **error)
{
  const double dt = get_number (node, "dt", e->dt > 0 ? e->dt : e->options->dt);

  if (e->dt > 0 && e->dt != dt)
    return cjl_nir_refuse (
        node, error, _ ("has time steps of %g ms, and others of %g ms. Give all the same dt."), dt,
        e->dt);
  e->dt = dt;
  return TRUE;
}

/* The time constant, s, of what keeps `decay` of itself. */
static double
find_tau (const CjlNirExport *e, double decay)
{
  const double dt = e->dt / 1000;

  return e->options->method == CJL_NIR_EULER ? dt / (1 - decay) : -dt / log (decay);
}

/* A membrane in moments. */
typedef struct
{
  gint64 n;
  CjShape shape;
  double *decay, *threshold;
  double synapse;
  gboolean scaled;
} Membrane;

static void
clear_membrane (Membrane *m)
{
  g_free (m->decay);
  g_free (m->threshold);
}

static void
read_membrane (const CjlNirExport *e, const CjNode *node, Membrane *m)
{
  const double dt = get_number (node, "dt", 1), tau = get_number (node, "tau", 0);
  const double beta = tau > 0 ? exp (-dt / tau) : get_number (node, "beta", 1);
  const double synapse = get_number (node, "synapse", 0);
  CjShape shape;
  const float *decay = find_weight (e, node, "decay", &shape);
  const float *threshold = find_weight (e, node, "threshold", &shape);

  m->shape = cjl_nir_get_moment (e, node);
  m->n = cj_shape_size (&m->shape);
  m->decay = g_new (double, MAX (m->n, 1));
  m->threshold = g_new (double, MAX (m->n, 1));
  m->scaled = get_number (node, "scaled", 0) != 0;
  m->synapse = synapse > 0 ? exp (-dt / synapse) : 0;
  for (gint64 i = 0; i < m->n; i++)
    {
      m->decay[i] = decay != NULL ? CLAMP ((double) decay[i], 0, 1) : beta;
      m->threshold[i]
          = threshold != NULL ? (double) threshold[i] : get_number (node, "threshold", 1);
    }
}

/* What NIR has no word for. */
static gboolean
check_neuron (const CjlNirExport *e, const CjNode *node, GError **error)
{
  static const char *const resets[] = { "subtract", "zero" };
  g_autofree char *reset = dup_word (node, "reset");

  if (get_number (node, "refractory", 0) > 0)
    return cjl_nir_refuse (node, error, _ ("has a refractory period, which NIR has no word for."));
  if (get_number (node, "adapt-jump", 0) != 0)
    return cjl_nir_refuse (node, error, _ ("adapts its threshold, which NIR has no word for."));
  if (*reset == '\0' || g_str_equal (reset, resets[e->options->reset]))
    return TRUE;
  if (e->options->reset == CJ_RESET_ZERO)
    return cjl_nir_refuse (
        node, error,
        _ ("takes the threshold off at a spike, which NIR does not say: there a "
           "membrane is set to its rest. Choose the reset subtract, and say so to who "
           "reads the file; or the reset zero for the layer."));
  return cjl_nir_refuse (node, error, _ ("is reset to zero, and the reset subtract was chosen."));
}

/* Whether a membrane forgets nothing (1), everything (0), or a part (−1); −2: its neurons differ. */
static int
find_kind (const Membrane *m)
{
  guint none = 0, all = 0;

  for (gint64 i = 0; i < m->n; i++)
    {
      none += m->decay[i] == 1;
      all += m->decay[i] == 0;
    }
  if (none == m->n && !m->scaled)
    return 1;
  if (all == m->n)
    return 0;
  return none + all == 0 ? -1 : -2;
}

/* τ and r of every unit. */
static void
put_membrane (CjlNirExport *e, const char *name, const char *field, const Membrane *m)
{
  g_autofree double *tau = g_new (double, MAX (m->n, 1)), *r = g_new (double, MAX (m->n, 1));

  for (gint64 i = 0; i < m->n; i++)
    {
      tau[i] = find_tau (e, m->decay[i]);
      r[i] = m->scaled ? 1 : 1 / (1 - m->decay[i]);
    }
  put_units (e, name, field, &m->shape, tau);
  put_units (e, name, "r", &m->shape, r);
  put_same (e, name, "v_leak", &m->shape, 0);
}

static void
put_synapse (CjlNirExport *e, const char *name, const Membrane *m)
{
  put_same (e, name, "tau_syn", &m->shape, find_tau (e, m->synapse));
  put_same (e, name, "w_in", &m->shape, 1 / (1 - m->synapse));
}

static gboolean
write_membrane (CjlNirExport *e, const CjNode *node, const Membrane *m, gboolean spikes,
                GError **error)
{
  const int kind = find_kind (m);
  const char *name;

  if (kind == 0 && m->synapse == 0 && spikes)
    put_units (e, begin (e, node, "Threshold"), "threshold", &m->shape, m->threshold);
  else if (kind == 1 && m->synapse == 0)
    {
      name = begin (e, node, spikes ? "IF" : "I");
      put_same (e, name, "r", &m->shape, 1000 / e->dt);
    }
  else if (kind == -1)
    {
      name = begin (e, node,
                    m->synapse > 0 ? spikes ? "CubaLIF" : "CubaLI"
                    : spikes       ? "LIF"
                                   : "LI");
      put_membrane (e, name, m->synapse > 0 ? "tau_mem" : "tau", m);
      if (m->synapse > 0)
        put_synapse (e, name, m);
    }
  else
    return cjl_nir_refuse (
        node, error,
        _ ("has a decay of 0 or 1, for which there is no time constant. Choose one "
           "between them."));
  if (spikes && kind != 0)
    {
      put_units (e, node->id, "v_threshold", &m->shape, m->threshold);
      put_same (e, node->id, "v_reset", &m->shape, 0);
    }
  return TRUE;
}

/* Neurons, and where they hear themselves the matrix between them. */
static gboolean
write_neuron (CjlNirExport *e, const CjNode *node, GError **error)
{
  const gboolean spikes = !g_str_equal (node->layer->id, "leaky-integrator");
  Membrane m = { 0 };
  CjShape square;
  const float *weight = find_weight (e, node, "weight", &square);
  gboolean good;

  if (!check_neuron (e, node, error) || !cjl_nir_take_dt (e, node, error))
    return FALSE;
  read_membrane (e, node, &m);
  good = write_membrane (e, node, &m, spikes, error);
  if (good && weight != NULL)
    {
      g_autofree char *name = g_strconcat (node->id, ".w_rec", NULL);

      cjl_nir_put_text (e, name, "type", "Linear");
      put_floats (e, name, "weight", &square, weight);
      cjl_nir_add_edge (e, node->id, name);
      cjl_nir_add_edge (e, name, node->id);
    }
  clear_membrane (&m);
  return good;
}

static gboolean
write_delay (CjlNirExport *e, const CjNode *node, GError **error)
{
  const CjShape moment = cjl_nir_get_moment (e, node);
  const gint64 n = cj_shape_size (&moment);
  g_autofree double *delay = g_new (double, MAX (n, 1));
  CjShape shape;
  const float *moments = find_weight (e, node, "delay", &shape);

  (void) error;
  for (gint64 i = 0; i < n; i++)
    delay[i] = fabs ((double) moments[i]) * e->dt / 1000;
  put_units (e, begin (e, node, "Delay"), "delay", &moment, delay);
  return TRUE;
}

/* A steady current is the input of every moment; what others make of a sample the graph takes in. */
static gboolean
write_encoder (CjlNirExport *e, const CjNode *node, GError **error)
{
  if (g_str_equal (node->layer->id, "direct-current") || hears_input (e, node))
    return pass (e, node);
  return cjl_nir_refuse (
      node, error,
      _ ("makes spikes of what layers before it give, which NIR has no word for. Put it "
         "behind the input."));
}

static gboolean
write_sum (CjlNirExport *e, const CjNode *node, GError **error)
{
  GPtrArray *all = g_ptr_array_new_with_free_func (g_free);

  (void) error;
  for (guint port = 0; port < cj_node_get_n_in (node); port++)
    {
      const CjNode *from = node->from[port].node;
      const GPtrArray *names
          = from != NULL ? e->from[cj_graph_get_index (e->project->graph, from)] : NULL;

      for (guint i = 0; names != NULL && i < names->len; i++)
        g_ptr_array_add (all, g_strdup (names->pdata[i]));
    }
  e->from[cj_graph_get_index (e->project->graph, node)] = all;
  return TRUE;
}

static gboolean
write_nothing (CjlNirExport *e, const CjNode *node, GError **error)
{
  (void) error;
  return pass (e, node);
}

static const struct
{
  const char *layer;
  gboolean (*write) (CjlNirExport *e, const CjNode *node, GError **error);
} writers[] = {
  { "dense", write_dense },
  { "conv-2d", write_convolution },
  { "avg-pool-2d", write_pool },
  { "flatten", write_flatten },
  { "reshape", write_flatten },
  { "formula", write_formula },
  { "lif", write_neuron },
  { "cuba-lif", write_neuron },
  { "recurrent-lif", write_neuron },
  { "adaptive-lif", write_neuron },
  { "integrate-and-fire", write_neuron },
  { "leaky-integrator", write_neuron },
  { "synaptic-delay", write_delay },
  { "direct-current", write_encoder },
  { "poisson-encoder", write_encoder },
  { "latency-encoder", write_encoder },
  { "delta-encoder", write_encoder },
  { "add", write_sum },
  { "dropout", write_nothing },
  { "spatial-dropout", write_nothing },
  { "gaussian-noise", write_nothing },
};

gboolean
cjl_nir_write_node (CjlNirExport *e, const CjNode *node, GError **error)
{
  const char *layer = node->layer->id;

  if (node->muted)
    return pass (e, node);
  for (guint i = 0; i < G_N_ELEMENTS (writers); i++)
    if (g_str_equal (writers[i].layer, layer))
      {
        const gboolean shapes = g_str_equal (layer, "flatten") || g_str_equal (layer, "reshape");

        return (shapes || take_input (e, node, error)) && writers[i].write (e, node, error);
      }
  return cjl_nir_refuse (node, error,
                         _ ("is a layer that NIR has no word for. Take it out, or put another "
                            "in its place."));
}
