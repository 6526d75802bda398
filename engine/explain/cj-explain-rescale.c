/* SPDX-License-Identifier: GPL-3.0-or-later */
/* DeepLIFT's rescale rule (Shrikumar, Greenside and Kundaje, 2017): the multiplier of a function of one
 * number is its mean slope between baseline and sample, Δy / Δx. What is linear keeps its slope: dense
 * layers, convolutions, means, batch normalisation at rest. Of functions of several numbers the mean slope
 * on the straight way between the two, which is the same thing where there is one number, and adds up
 * to Δy as well (the value of Aumann and Shapley, 1974, as the local rule of a chain: Chen, Lundberg
 * and Lee, 2022, Explaining a series of models by propagating Shapley values): products get the mean of
 * the other factor; rows that are normalised have a closed form; softmax, attention, recurrent layers
 * and local normalisation are integrated by Gauss and Legendre's rule. Element i of the first half of
 * the batch and element i of the second belong together. D numbers of a row. */
#include "cj-explain-rules-private.h"

#include "cj-ops.h"

#include <math.h>
#include <string.h>

/* --- functions of one number --- */

#define SAME 1e-6f /* inputs closer than this: the slope itself */

#define NEAR                                                                                       \
  0.1f /* closer than this the ratio would lose digits: the mean slope by Simpson's rule */

/* d_in of the op at `x` (NULL: where it is) through its own backward into a room of one's own, from
 * `d_out`. You free. */
static float *
run_apart (CjProgram *program, const CjOpCall *call, const float *x, const float *d_out)
{
  float *d_in = g_new0 (float, (gsize) cj_shape_size (&call->op->in_shape[0]));
  g_autofree float *y = NULL;
  CjOpCall altered = *call;

  altered.d_out[0] = d_out;
  altered.d_in[0] = d_in;
  altered.add_in[0] = FALSE;
  if (x != NULL)
    {
      altered.in[0] = (void *) x;
      altered.out[0] = y = g_new (float, (gsize) cj_shape_size (&call->op->out_shape[0]));
      cj_program_run_op (program, FALSE, &altered);
    }
  cj_program_run_op (program, TRUE, &altered);
  return d_in;
}

/* Functions with a corner or a step in them, straight elsewhere. */
static gboolean
has_corner (const CjOp *op)
{
  switch (((const CjUnaryAttrs *) op->attrs)->kind)
    {
    case CJ_UNARY_RELU:
    case CJ_UNARY_LEAKY_RELU:
    case CJ_UNARY_NEGATIVE:
    case CJ_UNARY_CLAMP:
    case CJ_UNARY_ABS:
    case CJ_UNARY_HARDSWISH:
    case CJ_UNARY_HARDSIGMOID:
      return TRUE;
    default:
      return FALSE;
    }
}

/* Δy / Δx of each pair, [half]. You free. */
static float *
find_ratios (CjProgram *program, const CjOpCall *call)
{
  const gint64 half = cj_shape_size (&call->op->out_shape[0]) / 2;
  const float *x = call->in[0], *y = call->out[0];
  const gboolean corner = has_corner (call->op);
  g_autofree float *ones = g_new (float, (gsize) (2 * half)), *ends = NULL, *middle = NULL;
  g_autofree float *halfway = g_new (float, (gsize) (2 * half));
  float *ratios = g_new (float, (gsize) half);

  for (gint64 i = 0; i < 2 * half; i++)
    {
      ones[i] = 1;
      halfway[i] = (x[i % half] + x[i % half + half]) / 2;
    }
  ends = run_apart (program, call, NULL, ones);
  middle = run_apart (program, call, halfway, ones);
  for (gint64 i = 0; i < half; i++)
    {
      const float step = x[i] - x[i + half];

      if (fabsf (step) > (corner ? SAME : NEAR))
        ratios[i] = (y[i] - y[i + half]) / step;
      else if (corner)
        ratios[i] = ends[i];
      else
        ratios[i] = (ends[i] + 4 * middle[i] + ends[i + half]) / 6;
    }
  return ratios;
}

static void
rescale_unary (CjProgram *program, const CjOpCall *call, gpointer data)
{
  const gint64 half = cj_shape_size (&call->op->out_shape[0]) / 2;
  g_autofree float *ratios = NULL;

  (void) data;
  if (call->d_in[0] == NULL)
    return;
  ratios = find_ratios (program, call);
  for (gint64 i = 0; i < 2 * half; i++)
    call->d_in[0][i]
        = call->d_out[0][i] * ratios[i % half] + (call->add_in[0] ? call->d_in[0][i] : 0);
}

/* What changed from the second half to the first goes to the pixel that was the largest there: as far as
 * it is above the larger of both to the first half's, the rest to the second's. */
static void
rescale_max_pool (CjProgram *program, const CjOpCall *call, gpointer data)
{
  const gint64 n = cj_shape_size (&call->op->in_shape[0]) / 2;
  const gint64 half = cj_shape_size (&call->op->out_shape[0]) / 2;
  const float *x = call->in[0], *y = call->out[0], *d = call->d_out[0];
  g_autofree float *change = g_new (float, (gsize) (2 * half)), *own = NULL, *put = NULL;

  (void) data;
  if (call->d_in[0] == NULL)
    return;
  for (gint64 i = 0; i < half; i++)
    {
      const float larger = MAX (y[i], y[i + half]);

      change[i] = d[i] * (larger - y[i + half]);
      change[i + half] = d[i] * (y[i] - larger);
    }
  own = run_apart (program, call, NULL, d);
  put = run_apart (program, call, NULL, change);
  for (gint64 i = 0; i < 2 * n; i++)
    {
      const gint64 at = i % n;
      const float step_x = x[at] - x[at + n];
      const float slope = fabsf (step_x) > SAME ? (put[at] + put[at + n]) / step_x : own[i];

      call->d_in[0][i] = slope + (call->add_in[0] ? call->d_in[0][i] : 0);
    }
}

/* --- products --- */

/* Whether an operand has its own numbers for every row of the batch; else it is a weight. */
static gboolean
has_rows (const CjOp *op, guint k)
{
  if (op->info == &cj_op_recurrent && (k == 3 || k == 4)) /* where it begins */
    return op->has_in[k];
  return op->has_in[k] && op->in_dtype[k] == CJ_FLOAT32
         && op->in_shape[k].n_dims == op->out_shape[0].n_dims
         && op->in_shape[k].dims[0] == op->out_shape[0].dims[0];
}

/* A product leans on each factor as on the mean of the other: then all that changed is shared out. */
static void
rescale_product (CjProgram *program, const CjOpCall *call, gpointer data)
{
  g_autoptr (GPtrArray) rooms = cj_rules_new_rooms ();
  CjOpCall altered = *call;

  (void) data;
  for (guint k = 0; k < 2; k++)
    {
      const gint64 half = cj_shape_size (&call->op->in_shape[k]) / 2;
      const float *x = call->in[k];
      float *means;

      if (!has_rows (call->op, k))
        continue;
      means = cj_rules_take (rooms, 2 * half);
      for (gint64 i = 0; i < half; i++)
        means[i] = means[i + half] = (x[i] + x[i + half]) / 2;
      altered.in[k] = means;
    }
  cj_program_run_op (program, TRUE, &altered);
}

/* --- anything else, on the straight way --- */

#define NODES 32 /* even: they come in pairs */

/* The first half of Gauss and Legendre's nodes and weights on [0, 1]; node NODES − 1 − k is one minus node
 * k. Newton's method on the polynomial. */
static void
find_nodes (double *at, double *weight)
{
  for (int k = 0; k < NODES / 2; k++)
    {
      double x = cos (G_PI * (k + 0.75) / (NODES + 0.5)), slope = 1;

      for (int round = 0; round < 8; round++)
        {
          double p = x, before = 1;

          for (int n = 2; n <= NODES; n++)
            {
              const double next = ((2 * n - 1) * x * p - (n - 1) * before) / n;

              before = p;
              p = next;
            }
          slope = NODES * (x * p - before) / (x * x - 1);
          x -= p / slope;
        }
      at[k] = (1 - x) / 2;
      weight[k] = 1 / ((1 - x * x) * slope * slope);
    }
}

/* Rows of the first half at `t` of the way, those of the second at 1 − t. */
static void
walk (const float *x, gint64 half, float t, float *at)
{
  for (gint64 i = 0; i < half; i++)
    {
      const float step = t * (x[i] - x[i + half]);

      at[i] = x[i + half] + step;
      at[i + half] = x[i] - step;
    }
}

static void
rescale_path (CjProgram *program, const CjOpCall *call, gpointer data)
{
  const CjOp *op = call->op;
  g_autoptr (GPtrArray) rooms = cj_rules_new_rooms ();
  double nodes[NODES / 2], weights[NODES / 2];
  float *sums[CJ_OP_MAX_IN] = { NULL };
  CjOpCall altered = *call;

  (void) data;
  find_nodes (nodes, weights);
  cj_rules_move (&altered, rooms);
  for (guint k = 0; k < op->n_in; k++)
    {
      const gint64 n = op->has_in[k] ? cj_shape_size (&op->in_shape[k]) : 0;

      if (n > 0 && has_rows (op, k))
        altered.in[k] = cj_rules_take (rooms, n);
      if (call->d_in[k] == NULL)
        continue;
      altered.d_in[k] = cj_rules_take (rooms, n);
      altered.add_in[k] = FALSE;
      sums[k] = cj_rules_take (rooms, n);
    }
  for (guint j = 0; j < op->n_out; j++)
    {
      const gint64 half = cj_shape_size (&op->out_shape[j]) / 2;
      float *twice;

      if (call->d_out[j] == NULL)
        continue;
      altered.d_out[j] = twice = cj_rules_take (rooms, 2 * half);
      for (gint64 i = 0; i < 2 * half; i++)
        twice[i] = call->d_out[j][i % half];
    }
  for (int node = 0; node < NODES / 2; node++)
    {
      for (guint k = 0; k < op->n_in; k++)
        if (altered.in[k] != call->in[k])
          walk (call->in[k], cj_shape_size (&op->in_shape[k]) / 2, (float) nodes[node],
                altered.in[k]);
      cj_program_run_op (program, FALSE, &altered);
      cj_program_run_op (program, TRUE, &altered);
      for (guint k = 0; k < op->n_in; k++)
        {
          const gint64 half = sums[k] != NULL ? cj_shape_size (&op->in_shape[k]) / 2 : 0;

          for (gint64 i = 0; i < half; i++)
            sums[k][i] += (float) weights[node] * (altered.d_in[k][i] + altered.d_in[k][i + half]);
        }
    }
  for (guint k = 0; k < op->n_in; k++)
    if (sums[k] != NULL)
      {
        const gint64 half = cj_shape_size (&op->in_shape[k]) / 2;

        memcpy (sums[k] + half, sums[k], sizeof (float) * (gsize) half);
        cj_rules_put (call, k, sums[k]);
      }
}

/* --- two numbers --- */

static double
find_value (CjBinaryKind kind, double a, double b)
{
  switch (kind)
    {
    case CJ_BINARY_ADD:
      return a + b;
    case CJ_BINARY_SUBTRACT:
      return a - b;
    case CJ_BINARY_MULTIPLY:
      return a * b;
    case CJ_BINARY_DIVIDE:
      return a / b;
    case CJ_BINARY_MAXIMUM:
      return MAX (a, b);
    case CJ_BINARY_MINIMUM:
      return MIN (a, b);
    case CJ_BINARY_POWER:
    default:
      return pow (a, b);
    }
}

/* Mean of the slopes on a with b as it is at both ends: Shapley's value of a player of two, over Δa. */
static double
find_slope (CjBinaryKind kind, gboolean second, double a1, double a0, double b1, double b0)
{
  const double middle = (a1 + a0) / 2, least = 1e-4 * (1 + fabs (middle));
  double sum = 0;

  if (fabs (a1 - a0) < least) /* the same at both ends: the slope there */
    {
      a1 = middle + least / 2;
      a0 = middle - least / 2;
    }
  for (int end = 0; end < 2; end++)
    {
      const double b = end == 0 ? b1 : b0;

      sum += second ? find_value (kind, b, a1) - find_value (kind, b, a0)
                    : find_value (kind, a1, b) - find_value (kind, a0, b);
    }
  return sum / 2 / (a1 - a0);
}

static void
rescale_pair (CjProgram *program, const CjOpCall *call, gpointer data)
{
  const CjBinaryKind kind = ((const CjBinaryAttrs *) call->op->attrs)->kind;
  const gint64 half = cj_shape_size (&call->op->out_shape[0]) / 2;

  if (kind == CJ_BINARY_MULTIPLY)
    {
      rescale_product (program, call, data);
      return;
    }
  if (kind == CJ_BINARY_ADD || kind == CJ_BINARY_SUBTRACT)
    {
      cj_program_run_op (program, TRUE, call);
      return;
    }
  for (guint k = 0; k < 2; k++)
    {
      const float *a = call->in[k], *b = call->in[1 - k];

      for (gint64 i = 0; i < 2 * half && call->d_in[k] != NULL; i++)
        {
          const gint64 at = i % half;

          call->d_in[k][i]
              = call->d_out[0][i]
                    * (float) find_slope (kind, k == 1, a[at], a[at + half], b[at], b[at + half])
                + (call->add_in[k] ? call->d_in[k][i] : 0);
        }
    }
}

/* Sums and differences keep their slopes, and products are products, whatever is stretched. */
static void
rescale_stretched (CjProgram *program, const CjOpCall *call, gpointer data)
{
  switch (((const CjBinaryAttrs *) call->op->attrs)->kind)
    {
    case CJ_BINARY_ADD:
    case CJ_BINARY_SUBTRACT:
      cj_program_run_op (program, TRUE, call);
      return;
    case CJ_BINARY_MULTIPLY:
      rescale_product (program, call, data);
      return;
    case CJ_BINARY_DIVIDE:
    case CJ_BINARY_MAXIMUM:
    case CJ_BINARY_MINIMUM:
    case CJ_BINARY_POWER:
    default:
      rescale_path (program, call, data);
      return;
    }
}

/* --- normalised rows --- */

/* The mean over the way of v^-1/2, and of a^k v^-3/2 for k = 0, 1, 2, with v = A a² + 2 B a + C the variance
 * of the row at a: with a = m + w sinh u it is A w² cosh² u. `least`: v is never below. */
static void
integrate_row (double A, double B, double C, double least, double *root, double cubes[3])
{
  double nodes[NODES / 2], weights[NODES / 2];

  memset (cubes, 0, sizeof (double) * 3);
  *root = 0;
  if (A + 2 * fabs (B) > 1e-3 * C)
    {
      const double m = -B / A, w2 = MAX (C - B * B / A, least) / A, w = sqrt (w2);
      const double u0 = asinh (-m / w), u1 = asinh ((1 - m) / w), scale = 1 / (A * sqrt (A) * w2);
      const double i0 = tanh (u1) - tanh (u0), i1 = 1 / cosh (u0) - 1 / cosh (u1);
      const double i2 = u1 - u0 - i0;

      *root = (u1 - u0) / sqrt (A);
      cubes[0] = scale * i0;
      cubes[1] = scale * (m * i0 + w * i1);
      cubes[2] = scale * (m * m * i0 + 2 * m * w * i1 + w2 * i2);
      return;
    }
  find_nodes (nodes, weights); /* next to constant: the form above would lose its digits */
  for (int k = 0; k < NODES; k++)
    {
      const double a = k < NODES / 2 ? nodes[k] : 1 - nodes[NODES - 1 - k];
      const double weight = weights[MIN (k, NODES - 1 - k)], v = A * a * a + 2 * B * a + C;

      *root += weight / sqrt (v);
      for (int power = 0; power < 3; power++)
        cubes[power] += weight * pow (a, power) / (v * sqrt (v));
    }
}

typedef struct
{
  double *g, *c, *step; /* D: w d, what is left of the mean at the baseline, and Δ of that */
} RowRooms;

/* dx of one row of the sample x and the baseline x0, to both of theirs: with r = v^-1/2 and c = x − mean x,
 * Jᵀ g = r (g − mean g) − r³ / D c (c · g). */
static void
rescale_row (const CjRowNormAttrs *a, const float *x, const float *x0, const RowRooms *rooms,
             float *dx, float *dx0)
{
  const double n = (double) a->row;
  double mean = 0, mean0 = 0, mean_g = 0, A = 0, B = 0, C = 0, dot0 = 0, dot = 0, root, cubes[3];

  for (gint64 i = 0; i < a->row && !a->rms; i++)
    {
      mean += x[i] / n;
      mean0 += x0[i] / n;
      mean_g += rooms->g[i] / n;
    }
  for (gint64 i = 0; i < a->row; i++)
    {
      const double c = rooms->c[i] = x0[i] - mean0;
      const double step = rooms->step[i] = x[i] - mean - c;

      A += step * step / n;
      B += c * step / n;
      C += c * c / n;
      dot0 += c * rooms->g[i] / n;
      dot += step * rooms->g[i] / n;
    }
  integrate_row (A, B, C + a->eps, a->eps, &root, cubes);
  for (gint64 i = 0; i < a->row; i++)
    dx[i] = dx0[i]
        = (float) (root * (rooms->g[i] - mean_g) - rooms->c[i] * (cubes[0] * dot0 + cubes[1] * dot)
                   - rooms->step[i] * (cubes[1] * dot0 + cubes[2] * dot));
}

static void
rescale_rows (CjProgram *program, const CjOpCall *call, gpointer data)
{
  const CjRowNormAttrs *a = call->op->attrs;
  const gint64 half = cj_shape_size (&call->op->in_shape[0]) / 2;
  const gint64 n_weights = call->in[1] != NULL ? cj_shape_size (&call->op->in_shape[1]) : 1;
  const float *x = call->in[0], *w = call->in[1];
  g_autofree double *room = g_new (double, (gsize) (3 * a->row));
  const RowRooms rooms = { room, room + a->row, room + 2 * a->row };
  g_autofree float *dx = g_new (float, (gsize) (2 * half));

  (void) program;
  (void) data;
  for (gint64 begin = 0; begin < half; begin += a->row)
    {
      for (gint64 i = 0; i < a->row; i++)
        rooms.g[i] = (double) call->d_out[0][begin + i]
                     * (w != NULL ? w[(begin + i) / a->per % n_weights] : 1);
      rescale_row (a, x + begin, x + begin + half, &rooms, dx + begin, dx + begin + half);
    }
  cj_rules_put (call, 0, dx);
}

const CjBackwardRule cj_rules_rescale[] = {
  { &cj_op_unary, rescale_unary },
  { &cj_op_max_pool2d, rescale_max_pool },
  { &cj_op_binary, rescale_pair },
  { &cj_op_broadcast, rescale_stretched },
  { &cj_op_matmul, rescale_product },
  { &cj_op_row_norm, rescale_rows },
  { &cj_op_local_norm, rescale_path },
  { &cj_op_softmax, rescale_path },
  { &cj_op_attention, rescale_path },
  { &cj_op_recurrent, rescale_path },
  { NULL, NULL },
};
