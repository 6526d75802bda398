/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "op-check.h"

#include "cj-gemm.h"

#include <float.h>
#include <math.h>
#include <string.h>

typedef struct
{
  const char *what;
  CjBuilder *builder;
  const CjOp *op;
  OpCheckInput in[CJ_OP_MAX_IN];
  CjTensor *x[CJ_OP_MAX_IN], *dx[CJ_OP_MAX_IN];
  CjTensor *y[CJ_OP_MAX_OUT], *dy[CJ_OP_MAX_OUT], *slow[CJ_OP_MAX_OUT];
  char *saved, *workspace;
  float *scratch;
  CjRng rng;
} Check;

const CjBlas *op_check_blas;

static const CjOp *
emit (CjBuilder *builder, const CjOpInfo *info, gconstpointer attrs, const OpCheckInput *in,
      guint n_in, GError **error)
{
  int values[CJ_OP_MAX_IN];
  CjOp *op;

  for (guint i = 0; i < n_in; i++)
    values[i]
        = in[i].given ? cj_builder_add_input (builder, in[i].dtype, &in[i].shape) : CJ_NO_VALUE;
  if (cj_builder_emit (builder, info, attrs, values, n_in, error) == CJ_NO_VALUE)
    return NULL;
  op = &g_array_index (builder->steps, CjStep, builder->steps->len - 1).op;
  op->blas = op_check_blas;
  info->infer (op, NULL);
  return op;
}

/* Normal numbers, small enough that products of rows stay near 1 and functions of them are not steep. */
static void
draw (Check *c, const CjTensor *tensor, int below)
{
  const CjShape *shape = &tensor->shape;
  const float scale = shape->n_dims > 0 ? 1.0f / sqrtf ((float) shape->dims[shape->n_dims - 1]) : 1;

  for (gint64 j = 0; j < cj_shape_size (shape); j++)
    if (tensor->dtype == CJ_INT32)
      cj_tensor_i32 (tensor)[j] = (gint32) cj_rng_below (&c->rng, (guint32) below);
    else
      cj_tensor_f32 (tensor)[j] = below > 0 ? (float) cj_rng_below (&c->rng, (guint32) below)
                                            : scale * cj_rng_normal (&c->rng);
}

static void
run (const CjPhase *phases, const CjOpCall *call, gboolean turned)
{
  for (guint i = 0; i < CJ_OP_MAX_PHASES && phases[i].run != NULL; i++)
    {
      const guint n = phases[i].n_chunks != NULL ? phases[i].n_chunks (call->op) : 1;

      for (guint k = 0; k < n; k++)
        phases[i].run (call, turned ? n - 1 - k : k);
    }
}

static CjOpCall
new_call (const Check *c)
{
  CjOpCall call = { .op = c->op,
                    .saved = c->saved,
                    .workspace = (float *) c->workspace,
                    .scratch = c->scratch,
                    .training = TRUE,
                    .n_valid = c->in[0].shape.dims[0] };

  for (guint i = 0; i < c->op->n_in; i++)
    if (c->in[i].given)
      {
        call.in[i] = c->x[i]->data;
        call.d_in[i] = c->dx[i] != NULL ? c->dx[i]->data : NULL;
      }
  for (guint k = 0; k < c->op->n_out; k++)
    {
      call.out[k] = c->y[k]->data;
      call.d_out[k] = c->dy[k]->data;
    }
  return call;
}

/* Channels last to the logical order the twin speaks, or back; below three dimensions all is one. */
static CjTensor *
turn (const CjTensor *tensor, CjLayout layout, gboolean to_logical)
{
  const CjShape *s = &tensor->shape;
  const gint64 c = s->n_dims > 2 ? s->dims[1] : 1;
  const gint64 plane = s->n_dims > 2 ? cj_shape_size (s) / MAX (s->dims[0] * c, 1) : 1;
  CjTensor *turned = cj_tensor_dup (tensor);

  if (layout != CJ_LAYOUT_LAST || s->n_dims < 3)
    return turned;
  for (gint64 j = 0; j < cj_shape_size (s); j++)
    {
      const gint64 last = (j / c / plane * plane + j % plane) * c + j / plane % c;

      cj_tensor_f32 (turned)[to_logical ? j : last] = cj_tensor_f32 (tensor)[to_logical ? last : j];
    }
  return turned;
}

static void
run_twin (const Check *c)
{
  const CjOpInfo *info = c->op->info;
  const CjLayout makes = info->makes != CJ_LAYOUT_ANY ? info->makes : info->layout;
  CjTensor *x[CJ_OP_MAX_IN] = { NULL };
  const void *in[CJ_OP_MAX_IN] = { NULL };
  float *out[CJ_OP_MAX_OUT];

  for (guint i = 0; i < c->op->n_in; i++)
    if (c->in[i].given)
      {
        x[i] = turn (c->x[i], (info->plain_in & 1u << i) != 0 ? CJ_LAYOUT_PLAIN : info->layout,
                     TRUE);
        in[i] = x[i]->data;
      }
  for (guint k = 0; k < c->op->n_out; k++)
    out[k] = c->slow[k]->data;
  info->twin (c->op, in, out);
  for (guint i = 0; i < c->op->n_in; i++)
    g_clear_pointer (&x[i], cj_tensor_unref);
  for (guint k = 0; k < c->op->n_out; k++)
    {
      g_autoptr (CjTensor) turned = turn (c->slow[k], makes, FALSE);

      memcpy (c->slow[k]->data, turned->data, cj_tensor_bytes (turned));
    }
}

static void
check_forward (const Check *c)
{
  CjOpCall call = new_call (c);

  run (c->op->info->forward, &call, FALSE);
  run_twin (c);
  for (guint k = 0; k < c->op->n_out; k++)
    {
      g_autoptr (CjTensor) first = cj_tensor_dup (c->y[k]);

      for (gint64 j = 0; j < cj_shape_size (&first->shape); j++)
        {
          const float fast = cj_tensor_f32 (first)[j], slow = cj_tensor_f32 (c->slow[k])[j];

          if (!(fabsf (fast - slow) <= 3e-5f * (1 + fabsf (slow))))
            g_error ("%s: out%u[%d] is %g, twin says %g", c->what, k, (int) j, fast, slow);
        }
      for (guint other = 0; other < c->op->n_out; other++)
        if (other != k && (c->op->info->optional_out & 1u << other) != 0)
          call.out[other] = NULL;
      run (c->op->info->forward, &call, TRUE);
      g_assert_cmpmem (first->data, cj_tensor_bytes (first), c->y[k]->data,
                       cj_tensor_bytes (first));
      call = new_call (c);
    }
}

/* The loss: outputs times cotangents, of the twin. */
static double
get_loss (const Check *c, const CjOpCall *call)
{
  double loss = 0;

  run_twin (c);
  for (guint k = 0; k < c->op->n_out; k++)
    for (gint64 j = 0; call->d_out[k] != NULL && j < cj_shape_size (&c->y[k]->shape); j++)
      loss += (double) cj_tensor_f32 (c->slow[k])[j] * call->d_out[k][j];
  return loss;
}

static void
check_direction (Check *c, const CjOpCall *call, guint i)
{
  g_autoptr (CjTensor) start = cj_tensor_dup (c->x[i]), v = cj_tensor_dup (c->x[i]);
  const gint64 n = cj_shape_size (&start->shape);
  double expected = 0, size = 0, over = INFINITY;

  draw (c, v, 0);
  for (gint64 j = 0; j < n; j++)
    {
      expected += (double) cj_tensor_f32 (v)[j] * cj_tensor_f32 (c->dx[i])[j];
      size += fabs ((double) cj_tensor_f32 (v)[j] * cj_tensor_f32 (c->dx[i])[j]);
    }
  /* a kink within the step spoils the difference: then a shorter one has to do */
  for (float h = 1e-3f; over > 0 && h > 5e-5f; h /= 4)
    {
      double above, below, found;

      for (gint64 j = 0; j < n; j++)
        cj_tensor_f32 (c->x[i])[j] = cj_tensor_f32 (start)[j] + h * cj_tensor_f32 (v)[j];
      above = get_loss (c, call);
      for (gint64 j = 0; j < n; j++)
        cj_tensor_f32 (c->x[i])[j] = cj_tensor_f32 (start)[j] - h * cj_tensor_f32 (v)[j];
      below = get_loss (c, call);
      found = (above - below) / (2 * (double) h);
      g_test_message ("%s in%u: %g against %g", c->what, i, expected, found);
      /* the twin's numbers are rounded, and large sums a lot */
      over = fabs (expected - found) - 2e-3 * (1 + size)
             - FLT_EPSILON * (fabs (above) + fabs (below)) / (2 * (double) h);
    }
  memcpy (c->x[i]->data, start->data, cj_tensor_bytes (start));
  g_assert_cmpfloat (over, <=, 0);
}

/* Twice the gradient where it is added to itself. */
static void
check_added (const Check *c, CjOpCall call)
{
  for (guint i = 0; i < c->op->n_in; i++)
    {
      g_autoptr (CjTensor) once = c->dx[i] != NULL ? cj_tensor_dup (c->dx[i]) : NULL;

      if (once == NULL)
        continue;
      call.add_in[i] = TRUE;
      run (c->op->info->backward, &call, FALSE);
      call.add_in[i] = FALSE;
      for (gint64 j = 0; j < cj_shape_size (&once->shape); j++)
        {
          const float one = cj_tensor_f32 (once)[j];

          g_assert_cmpfloat_with_epsilon (cj_tensor_f32 (c->dx[i])[j], 2 * one,
                                          1e-5 * (1 + fabsf (one)));
        }
    }
}

/* Which outputs have a gradient: all, or one of them. */
static void
check_backward (Check *c, guint alone)
{
  CjOpCall call = new_call (c);

  for (guint k = 0; k < c->op->n_out; k++)
    if (alone < c->op->n_out && k != alone)
      call.d_out[k] = NULL;
  run (c->op->info->forward, &call, FALSE);
  for (guint i = 0; i < c->op->n_in; i++)
    if (c->dx[i] != NULL)
      memset (c->dx[i]->data, 0x55, cj_tensor_bytes (c->dx[i]));
  run (c->op->info->backward, &call, FALSE);
  for (guint i = 0; i < c->op->n_in; i++)
    if (c->dx[i] != NULL)
      {
        g_autoptr (CjTensor) first = cj_tensor_dup (c->dx[i]);

        run (c->op->info->backward, &call, TRUE);
        g_assert_cmpmem (first->data, cj_tensor_bytes (first), c->dx[i]->data,
                         cj_tensor_bytes (first));
        check_direction (c, &call, i);
      }
  check_added (c, call);
}

static void
allocate (Check *c)
{
  c->saved = g_malloc0 (c->op->saved_bytes + 4);
  c->workspace = g_malloc0 (c->op->workspace_bytes + 4);
  c->scratch = g_aligned_alloc0 (MAX (CJ_GEMM_SCRATCH, c->op->scratch_bytes / sizeof (float) + 1),
                                 sizeof (float), 64);
  for (guint i = 0; i < c->op->n_in; i++)
    if (c->in[i].given)
      {
        c->x[i] = cj_tensor_new (c->in[i].dtype, &c->in[i].shape);
        draw (c, c->x[i], c->in[i].below);
        for (gint64 j = 0; c->in[i].low < c->in[i].high && j < cj_shape_size (&c->x[i]->shape); j++)
          cj_tensor_f32 (c->x[i])[j]
              = (float) (c->in[i].low + (c->in[i].high - c->in[i].low) * cj_rng_uniform (&c->rng));
        if (c->in[i].dtype == CJ_FLOAT32 && c->in[i].below == 0)
          c->dx[i] = cj_tensor_new (CJ_FLOAT32, &c->in[i].shape);
      }
  for (guint k = 0; k < c->op->n_out; k++)
    {
      c->y[k] = cj_tensor_new (CJ_FLOAT32, &c->op->out_shape[k]);
      c->slow[k] = cj_tensor_new (CJ_FLOAT32, &c->op->out_shape[k]);
      c->dy[k] = cj_tensor_new (CJ_FLOAT32, &c->op->out_shape[k]);
      draw (c, c->dy[k], 0);
    }
}

static void
release (Check *c)
{
  for (guint i = 0; i < CJ_OP_MAX_IN; i++)
    {
      g_clear_pointer (&c->x[i], cj_tensor_unref);
      g_clear_pointer (&c->dx[i], cj_tensor_unref);
    }
  for (guint k = 0; k < CJ_OP_MAX_OUT; k++)
    {
      g_clear_pointer (&c->y[k], cj_tensor_unref);
      g_clear_pointer (&c->dy[k], cj_tensor_unref);
      g_clear_pointer (&c->slow[k], cj_tensor_unref);
    }
  g_free (c->saved);
  g_free (c->workspace);
  g_aligned_free (c->scratch);
  cj_builder_free (c->builder);
}

void
op_check (const char *what, const CjOpInfo *info, gconstpointer attrs, const OpCheckInput *in,
          guint n_in, guint64 seed)
{
  Check c = { .what = what, .builder = cj_builder_new () };
  g_autoptr (GError) error = NULL;

  memcpy (c.in, in, sizeof *in * n_in);
  c.op = emit (c.builder, info, attrs, in, n_in, &error);
  g_assert_no_error (error);
  cj_rng_init (&c.rng, seed, CJ_RNG_TEST, 77);
  allocate (&c);
  check_forward (&c);
  for (guint alone = 0; info->backward[0].run != NULL && alone <= c.op->n_out; alone++)
    check_backward (&c, alone);
  release (&c);
}

void
op_check_refuses (const CjOpInfo *info, gconstpointer attrs, const OpCheckInput *in, guint n_in,
                  const char *pattern)
{
  g_autoptr (CjBuilder) builder = cj_builder_new ();
  g_autoptr (GError) error = NULL;

  g_assert_null (emit (builder, info, attrs, in, n_in, &error));
  g_assert_nonnull (error);
  g_test_message ("%s", error->message);
  g_assert_true (g_pattern_match_simple (pattern, error->message));
}
