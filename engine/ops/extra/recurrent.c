/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Simple recurrent units, LSTM and GRU with all that the standard lets one choose: direction, functions, a
 * clip, lengths of sequences, peepholes, coupled gates, the layout. In float32.
 * T steps, B samples, I inputs, H units, D directions, G gates (RNN 1, LSTM i o f c, GRU z r h). */
#include "cj-extra-private.h"

#include <glib/gi18n-lib.h>

#define MAX_FUNCTIONS 6

typedef enum
{
  CELL_RNN,
  CELL_LSTM,
  CELL_GRU
} CellKind;

/* What a gate does with its sum. */
typedef struct
{
  const char *name;
  gboolean has_alpha, has_beta;
  double alpha, beta; /* unless given */
} Function;

static const Function known[] = {
  { "Sigmoid", FALSE, FALSE, 0, 0 },     { "Tanh", FALSE, FALSE, 0, 0 },
  { "Relu", FALSE, FALSE, 0, 0 },        { "Affine", TRUE, TRUE, 1, 0 },
  { "LeakyRelu", TRUE, FALSE, 0.01, 0 }, { "ThresholdedRelu", TRUE, FALSE, 1, 0 },
  { "ScaledTanh", TRUE, TRUE, 1, 1 },    { "HardSigmoid", TRUE, TRUE, 0.2, 0.5 },
  { "Elu", TRUE, FALSE, 1, 0 },          { "Softsign", FALSE, FALSE, 0, 0 },
  { "Softplus", FALSE, FALSE, 0, 0 },
};

static double
call_function (const Function *f, double x)
{
  switch (f->name[0] == 'S' ? f->name[1] : f->name[0])
    {
    case 'i': /* Sigmoid */
      return 1 / (1 + exp (-x));
    case 'T': /* Tanh, ThresholdedRelu */
      return f->has_alpha ? (x > f->alpha ? x : 0) : tanh (x);
    case 'R': /* Relu */
      return x > 0 ? x : 0;
    case 'A': /* Affine */
      return f->alpha * x + f->beta;
    case 'L': /* LeakyRelu */
      return x < 0 ? f->alpha * x : x;
    case 'c': /* ScaledTanh */
      return f->alpha * tanh (f->beta * x);
    case 'H': /* HardSigmoid */
      return fmax (0, fmin (1, f->alpha * x + f->beta));
    case 'E': /* Elu */
      return x > 0 ? x : f->alpha * expm1 (x);
    default: /* Softsign, Softplus */
      return f->name[4] == 's' ? x / (1 + fabs (x))
             : x > 0           ? x + log1p (exp (-x))
                               : log1p (exp (x));
    }
}

typedef struct
{
  CellKind kind;
  gint64 t, b, i, h, d, g;
  gboolean samples_first; /* layout 1 */
  gboolean first_reverse; /* direction "reverse" */
  gboolean coupled;       /* the forget gate is what the input gate is not */
  gboolean linear_before_reset;
  double clip;
  Function f[MAX_FUNCTIONS]; /* three a direction */
  gint64 *lengths;           /* [B] */
  /* float32, may be NULL but x, w and r */
  CjArray *x, *w, *r, *bias, *h0, *c0, *peep;
  CjArray *y, *h_last, *c_last;
  float *c_now;              /* [B, H] of one direction */
  float *h_now;              /* the same */
  float *sums, *own, *reset; /* [T, B, G H], [B, G H], [B, H] */
} Cell;

static void
clear_cell (Cell *cell)
{
  CjArray **const values[] = { &cell->x,  &cell->w,    &cell->r, &cell->bias,   &cell->h0,
                               &cell->c0, &cell->peep, &cell->y, &cell->h_last, &cell->c_last };

  for (guint k = 0; k < G_N_ELEMENTS (values); k++)
    g_clear_pointer (values[k], cj_array_unref);
  g_free (cell->lengths);
  g_free (cell->c_now);
  g_free (cell->h_now);
  g_free (cell->sums);
  g_free (cell->own);
  g_free (cell->reset);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Cell, clear_cell)

/* --- what it is told --- */

static gboolean
read_functions (const CjExtraCall *call, Cell *cell, GError **error)
{
  static const char *const presets[][3] = { { "Tanh", "Tanh", "Tanh" },
                                            { "Sigmoid", "Tanh", "Tanh" },
                                            { "Sigmoid", "Tanh", "Tanh" } };
  const guint each = cell->kind == CELL_RNN ? 1 : cell->kind == CELL_LSTM ? 3 : 2;
  const CjAttr *names = cj_extra_node_find (call->node, "activations");
  const CjAttr *alphas = cj_extra_node_find (call->node, "activation_alpha");
  const CjAttr *betas = cj_extra_node_find (call->node, "activation_beta");
  guint alpha = 0, beta = 0;

  if (names != NULL && (names->kind != CJ_ATTR_TEXTS || names->n < each * cell->d))
    return cj_extra_refuse_attr ("activations", error);
  for (guint k = 0; k < each * cell->d; k++)
    {
      const char *name = names != NULL ? names->texts[k] : presets[cell->kind][k % each];
      Function *f = &cell->f[k / each * 3 + k % each];

      for (guint i = 0; i < G_N_ELEMENTS (known); i++)
        if (g_ascii_strcasecmp (known[i].name, name) == 0)
          *f = known[i];
      if (f->name == NULL)
        return cj_extra_refuse_attr ("activations", error);
      if (f->has_alpha && alphas != NULL && alphas->kind == CJ_ATTR_FLOATS && alpha < alphas->n)
        f->alpha = alphas->floats[alpha++];
      if (f->has_beta && betas != NULL && betas->kind == CJ_ATTR_FLOATS && beta < betas->n)
        f->beta = betas->floats[beta++];
    }
  return TRUE;
}

/* Input `k` as float32 of `size` numbers, or NULL; with samples first, directions come first in the copy. */
static gboolean
take (const CjExtraCall *call, guint k, gint64 size, gboolean turn, CjArray **to, GError **error)
{
  static const guint order[] = { 1, 0, 2 };
  CjArray *value = cj_extra_in (call, k);
  g_autoptr (CjArray) cast = NULL;

  if (value == NULL)
    return TRUE;
  if (value->size != size || (turn && value->dims.n != 3))
    return cj_extra_refuse_shapes (error);
  cast = cj_array_cast (value, CJ_ARRAY_F32, error);
  if (cast == NULL)
    return FALSE;
  *to = turn ? cj_array_permute (cast, order, error) : cj_array_ref (cast);
  return *to != NULL;
}

static gboolean
take_lengths (const CjExtraCall *call, Cell *cell, GError **error)
{
  const CjArray *lengths = cj_extra_in (call, 4);

  if (lengths != NULL && lengths->size != cell->b)
    return cj_extra_refuse_shapes (error);
  cell->lengths = g_new (gint64, MAX (cell->b, 1));
  for (gint64 n = 0; n < cell->b; n++)
    {
      cell->lengths[n] = lengths != NULL ? cj_array_get_int (lengths, n) : cell->t;
      if (cell->lengths[n] < 0 || cell->lengths[n] > cell->t)
        return cj_extra_refuse_index (error);
    }
  return TRUE;
}

static gboolean
read_cell (CjExtraCall *call, Cell *cell, GError **error)
{
  const CjDims *x = &call->in[0]->dims, *r = &call->in[2]->dims;
  const char *direction = cj_extra_text (call, "direction", "forward");
  const gboolean lstm = cell->kind == CELL_LSTM;
  gint64 all;

  cell->samples_first = cj_extra_int (call, "layout", 0) != 0;
  cell->first_reverse = g_str_equal (direction, "reverse");
  cell->d = g_str_equal (direction, "bidirectional") ? 2 : 1;
  cell->g = cell->kind == CELL_RNN ? 1 : lstm ? 4 : 3;
  cell->coupled = cj_extra_int (call, "input_forget", 0) != 0;
  cell->linear_before_reset = cj_extra_int (call, "linear_before_reset", 0) != 0;
  cell->clip = cj_extra_float (call, "clip", INFINITY);
  if (x->n != 3 || r->n != 3)
    return cj_extra_refuse_shapes (error);
  cell->t = x->d[cell->samples_first ? 1 : 0];
  cell->b = x->d[cell->samples_first ? 0 : 1];
  cell->i = x->d[2];
  cell->h = r->d[2];
  if (r->d[0] != cell->d || cell->h < 1 || r->d[1] != cell->g * cell->h
      || cj_extra_int (call, "hidden_size", cell->h) != cell->h)
    return cj_extra_refuse_shapes (error);
  all = cell->d * cell->b * cell->h;
  return read_functions (call, cell, error) && take_lengths (call, cell, error)
         && take (call, 0, call->in[0]->size, cell->samples_first, &cell->x, error)
         && take (call, 1, cell->d * cell->g * cell->h * cell->i, FALSE, &cell->w, error)
         && take (call, 2, call->in[2]->size, FALSE, &cell->r, error)
         && take (call, 3, 2 * cell->d * cell->g * cell->h, FALSE, &cell->bias, error)
         && take (call, 5, all, cell->samples_first, &cell->h0, error)
         && (!lstm || take (call, 6, all, cell->samples_first, &cell->c0, error))
         && (!lstm || take (call, 7, 3 * cell->d * cell->h, FALSE, &cell->peep, error));
}

static gboolean
make_room (Cell *cell, GError **error)
{
  const CjDims y = { 4, { cell->t, cell->d, cell->b, cell->h } };
  const CjDims last = { 3, { cell->d, cell->b, cell->h } };
  const CjDims sums = { 3, { cell->t, cell->b, cell->g * cell->h } };
  g_autoptr (CjArray) room = cj_array_new (CJ_ARRAY_F32, &sums, error);

  if (room == NULL)
    return FALSE;
  cell->y = cj_array_new (CJ_ARRAY_F32, &y, error);
  cell->h_last = cell->y != NULL ? cj_array_new (CJ_ARRAY_F32, &last, error) : NULL;
  cell->c_last = cell->h_last != NULL ? cj_array_new (CJ_ARRAY_F32, &last, error) : NULL;
  if (cell->c_last == NULL)
    return FALSE;
  cell->sums = g_new (float, MAX (room->size, 1));
  cell->own = g_new0 (float, MAX (cell->b * cell->g * cell->h, 1));
  cell->reset = g_new0 (float, MAX (cell->b * cell->h, 1));
  cell->h_now = g_new0 (float, MAX (cell->b * cell->h, 1));
  cell->c_now = g_new0 (float, MAX (cell->b * cell->h, 1));
  return TRUE;
}

/* --- a step --- */

static double
gate (const Cell *cell, gint64 direction, guint which, double sum)
{
  return call_function (&cell->f[direction * 3 + which], CLAMP (sum, -cell->clip, cell->clip));
}

static double
bias_of (const Cell *cell, gint64 direction, gint64 part, gint64 g, gint64 u)
{
  if (cell->bias == NULL)
    return 0;
  return (double) cj_array_f32 (cell->bias)[((direction * 2 + part) * cell->g + g) * cell->h + u];
}

/* One unit of an LSTM: Hochreiter and Schmidhuber (1997), peepholes of Gers and Schmidhuber (2000). */
static void
step_lstm (Cell *cell, gint64 direction, const double *sum, gint64 n, gint64 u)
{
  const float *peep
      = cell->peep != NULL ? cj_array_f32 (cell->peep) + direction * 3 * cell->h : NULL;
  const double old = (double) cell->c_now[n * cell->h + u];
  double i = sum[0], o = sum[1], f = sum[2], c;

  if (peep != NULL)
    {
      i += (double) peep[u] * old;
      f += (double) peep[2 * cell->h + u] * old;
    }
  i = gate (cell, direction, 0, i);
  f = cell->coupled ? 1 - i : gate (cell, direction, 0, f);
  c = f * old + i * gate (cell, direction, 1, sum[3]);
  if (peep != NULL)
    o += (double) peep[cell->h + u] * c;
  o = gate (cell, direction, 0, o);
  cell->c_now[n * cell->h + u] = (float) c;
  cell->h_now[n * cell->h + u] = (float) (o * call_function (&cell->f[direction * 3 + 2], c));
}

/* The steps of sample n that count: step s of the walk is moment t, or -1. */
static gint64
moment (const Cell *cell, gboolean reverse, gint64 n, gint64 s)
{
  if (s >= cell->lengths[n])
    return -1;
  return reverse ? cell->lengths[n] - 1 - s : s;
}

/* The third gate of a GRU sees the state through the reset gate: Cho et al. (2014). */
static void
step_gru (Cell *cell, gint64 direction, gboolean reverse, gint64 s)
{
  const gint64 h = cell->h, gh = 3 * h;
  const float *r = cj_array_f32 (cell->r) + direction * gh * h;
  g_autofree float *z = g_new0 (float, cell->b *h);
  g_autofree float *through = g_new0 (float, cell->b *h);

  for (gint64 n = 0; n < cell->b; n++)
    for (gint64 u = 0; u < h; u++)
      {
        const gint64 t = moment (cell, reverse, n, s);
        double gates[2];

        for (gint64 g = 0; t >= 0 && g < 2; g++)
          gates[g] = gate (cell, direction, 0,
                           (double) cell->sums[(t * cell->b + n) * gh + g * h + u]
                               + (double) cell->own[n * gh + g * h + u]
                               + bias_of (cell, direction, 0, g, u)
                               + bias_of (cell, direction, 1, g, u));
        if (t < 0)
          continue;
        z[n * h + u] = (float) gates[0];
        cell->reset[n * h + u] = (float) gates[1];
        through[n * h + u] = (float) gates[1] * cell->h_now[n * h + u];
      }
  if (!cell->linear_before_reset)
    cj_extra_multiply (cell->b, h, h, through, h, 1, r + 2 * h * h, 1, h, cell->own + 2 * h, gh);
  for (gint64 n = 0; n < cell->b; n++)
    for (gint64 u = 0; u < h; u++)
      {
        const gint64 t = moment (cell, reverse, n, s), at = n * h + u;
        double state = (double) cell->own[n * gh + 2 * h + u] + bias_of (cell, direction, 1, 2, u);

        if (t < 0)
          continue;
        if (cell->linear_before_reset)
          state *= (double) cell->reset[at];
        state = gate (cell, direction, 1,
                      (double) cell->sums[(t * cell->b + n) * gh + 2 * h + u] + state
                          + bias_of (cell, direction, 0, 2, u));
        cell->h_now[at]
            = (float) ((1 - (double) z[at]) * state + (double) z[at] * (double) cell->h_now[at]);
      }
}

static void
step_others (Cell *cell, gint64 direction, gboolean reverse, gint64 s)
{
  const gint64 h = cell->h, gh = cell->g * h;

  for (gint64 n = 0; n < cell->b; n++)
    for (gint64 u = 0; u < h; u++)
      {
        const gint64 t = moment (cell, reverse, n, s);
        double sum[4] = { 0 };

        for (gint64 g = 0; t >= 0 && g < cell->g; g++)
          sum[g] = (double) cell->sums[(t * cell->b + n) * gh + g * h + u]
                   + (double) cell->own[n * gh + g * h + u] + bias_of (cell, direction, 0, g, u)
                   + bias_of (cell, direction, 1, g, u);
        if (t < 0)
          continue;
        if (cell->kind == CELL_LSTM)
          step_lstm (cell, direction, sum, n, u);
        else
          cell->h_now[n * h + u] = (float) gate (cell, direction, 0, sum[0]);
      }
}

static void
run_direction (Cell *cell, gint64 direction)
{
  const gboolean reverse = direction == 1 || cell->first_reverse;
  const gint64 h = cell->h, gh = cell->g * h, all = cell->b * h;
  const float *w = cj_array_f32 (cell->w) + direction * gh * cell->i;
  const float *r = cj_array_f32 (cell->r) + direction * gh * h;

  memset (cell->h_now, 0, (gsize) all * sizeof (float));
  memset (cell->c_now, 0, (gsize) all * sizeof (float));
  if (cell->h0 != NULL)
    memcpy (cell->h_now, cj_array_f32 (cell->h0) + direction * all, (gsize) all * sizeof (float));
  if (cell->c0 != NULL)
    memcpy (cell->c_now, cj_array_f32 (cell->c0) + direction * all, (gsize) all * sizeof (float));
  cj_extra_multiply (cell->t * cell->b, gh, cell->i, cell->x->data, cell->i, 1, w, 1, cell->i,
                     cell->sums, gh);
  for (gint64 s = 0; s < cell->t; s++)
    {
      cj_extra_multiply (cell->b, gh, h, cell->h_now, h, 1, r, 1, h, cell->own, gh);
      if (cell->kind == CELL_GRU)
        step_gru (cell, direction, reverse, s);
      else
        step_others (cell, direction, reverse, s);
      for (gint64 n = 0; n < cell->b; n++)
        {
          const gint64 t = moment (cell, reverse, n, s);

          if (t >= 0)
            memcpy (cj_array_f32 (cell->y) + ((t * cell->d + direction) * cell->b + n) * h,
                    cell->h_now + n * h, (gsize) h * sizeof (float));
        }
    }
  memcpy (cj_array_f32 (cell->h_last) + direction * all, cell->h_now, (gsize) all * sizeof (float));
  memcpy (cj_array_f32 (cell->c_last) + direction * all, cell->c_now, (gsize) all * sizeof (float));
}

static gboolean
run_cell (CjExtraCall *call, CellKind kind, GError **error)
{
  static const guint y_order[] = { 2, 0, 1, 3 }, last_order[] = { 1, 0, 2 };
  const CjArrayType type = call->in[0]->type;
  g_auto (Cell) cell = { .kind = kind };
  CjArray **const results[] = { &cell.y, &cell.h_last, &cell.c_last };

  if (!cj_array_type_is_float (type))
    return cj_extra_refuse_type (type, error);
  if (!read_cell (call, &cell, error) || !make_room (&cell, error))
    return FALSE;
  for (gint64 d = 0; cell.b > 0 && d < cell.d; d++)
    run_direction (&cell, d);
  for (guint k = 0; k < call->n_out && k < (kind == CELL_LSTM ? 3 : 2); k++)
    {
      CjArray *value = g_steal_pointer (results[k]);

      if (cell.samples_first)
        {
          g_autoptr (CjArray) straight = value;

          value = cj_array_permute (straight, k == 0 ? y_order : last_order, error);
        }
      if (!cj_extra_give_as (call, k, value, type, error))
        return FALSE;
    }
  return TRUE;
}

static gboolean
run_rnn (CjExtraCall *call, GError **error)
{
  return run_cell (call, CELL_RNN, error);
}

static gboolean
run_lstm (CjExtraCall *call, GError **error)
{
  return run_cell (call, CELL_LSTM, error);
}

static gboolean
run_gru (CjExtraCall *call, GError **error)
{
  return run_cell (call, CELL_GRU, error);
}

const CjExtraInfo cj_extra_recurrent[] = {
  { "GRU", 1, 0, 3, 6, run_gru },
  { "LSTM", 1, 0, 3, 8, run_lstm },
  { "RNN", 1, 0, 3, 6, run_rnn },
  { NULL, 0, 0, 0, 0, NULL },
};
