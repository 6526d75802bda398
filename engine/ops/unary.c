/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Functions of one number. The kind is a constant wherever a loop is compiled, so every kind gets a
 * loop of its own. Sources: ELU Clevert 2015, CELU Barron 2017, SELU Klambauer 2017, GELU Hendrycks
 * 2016, SiLU Elfwing 2017, Mish Misra 2019, hard swish Howard 2019. */
#include "cj-math.h"
#include "cj-ops.h"

#define SELU_SCALE 1.0507009873554805f
#define SELU_ALPHA 1.6732632423543772f
#define SQRT_HALF 0.7071067811865476f
#define GELU_K 0.7978845608028654f /* sqrt (2 / pi) */

CJ_INLINE float
softplus (float x)
{
  return (x > 0 ? x : 0) + log1pf (cj_exp (x > 0 ? -x : x));
}

CJ_INLINE float
value (const CjUnaryKind kind, float x, float a, float b)
{
  switch (kind)
    {
    case CJ_UNARY_RELU:
      return x > 0 ? x : 0;
    case CJ_UNARY_LEAKY_RELU:
      return x > 0 ? x : a * x;
    case CJ_UNARY_NEGATIVE:
      return x < 0 ? x : 0;
    case CJ_UNARY_CLAMP:
      return x < a ? a : x > b ? b : x;
    case CJ_UNARY_ELU:
      return x > 0 ? x : a * (cj_exp (x) - 1);
    case CJ_UNARY_CELU:
      return x > 0 ? x : a * (cj_exp (x / a) - 1);
    case CJ_UNARY_SELU:
      return SELU_SCALE * (x > 0 ? x : SELU_ALPHA * (cj_exp (x) - 1));
    case CJ_UNARY_GELU:
      return 0.5f * x * (1 + cj_erf (x * SQRT_HALF));
    case CJ_UNARY_GELU_TANH:
      return 0.5f * x * (1 + cj_tanh (GELU_K * (x + 0.044715f * x * x * x)));
    case CJ_UNARY_SILU:
      return x * cj_sigmoid (x);
    case CJ_UNARY_MISH:
      return x * cj_tanh (softplus (x));
    case CJ_UNARY_HARDSWISH:
      return x * (x < -3 ? 0 : x > 3 ? 6 : x + 3) / 6;
    case CJ_UNARY_HARDSIGMOID:
      return (x < -3 ? 0 : x > 3 ? 6 : x + 3) / 6;
    case CJ_UNARY_SIGMOID:
      return cj_sigmoid (x);
    case CJ_UNARY_LOG_SIGMOID:
      return -softplus (-x);
    case CJ_UNARY_TANH:
      return cj_tanh (x);
    case CJ_UNARY_TANHSHRINK:
      return x - cj_tanh (x);
    case CJ_UNARY_SOFTSIGN:
      return x / (1 + fabsf (x));
    case CJ_UNARY_SOFTPLUS:
      return a * x > b ? x : softplus (a * x) / a;
    case CJ_UNARY_AFFINE:
      return a * x + b;
    case CJ_UNARY_ABS:
      return fabsf (x);
    case CJ_UNARY_SQUARE:
      return x * x;
    case CJ_UNARY_SQRT:
      return sqrtf (x);
    case CJ_UNARY_EXP:
      return expf (x);
    case CJ_UNARY_LOG:
      return logf (x);
    case CJ_UNARY_SIN:
      return sinf (x);
    case CJ_UNARY_COS:
      return cosf (x);
    case CJ_UNARY_POWER:
      return powf (x, a);
    case CJ_UNARY_ROUND:
      return a * rintf (x / a);
    }
  return 0;
}

/* The distribution function of the normal distribution at x plus x times its density: 0.5 and the odd
 * polynomial of degree 33 that is best up to 5.7, 1e-7, as of cj_erf. */
CJ_INLINE float
gelu_slope (float x)
{
  const float a = cj_cut (x, 5.7f), u = a * a * 0.0615574023f - 1.0f;
  float p = 4.53602655702e-3f;

  p = p * u + -1.10048878532e-2f;
  p = p * u + 4.27501331285e-3f;
  p = p * u + -7.55436985955e-4f;
  p = p * u + 2.45793142126e-2f;
  p = p * u + -4.56452693381e-2f;
  p = p * u + 4.5640367291e-2f;
  p = p * u + -5.20448079672e-2f;
  p = p * u + 6.74890474248e-2f;
  p = p * u + -7.31486477091e-2f;
  p = p * u + 6.87006192401e-2f;
  p = p * u + -6.10870963173e-2f;
  p = p * u + 5.32766465763e-2f;
  p = p * u + -4.84706607526e-2f;
  p = p * u + 5.01393917606e-2f;
  p = p * u + -6.29255807926e-2f;
  p = p * u + 1.24165310102e-1f;
  return p * a + 0.5f;
}

CJ_INLINE float
gelu_tanh_slope (float x)
{
  const float t = cj_tanh (GELU_K * (x + 0.044715f * x * x * x));

  return 0.5f * (1 + t) + 0.5f * x * (1 - t * t) * GELU_K * (1 + 3 * 0.044715f * x * x);
}

CJ_INLINE float
mish_slope (float x)
{
  const float t = cj_tanh (softplus (x));

  return t + x * (1 - t * t) * cj_sigmoid (x);
}

CJ_INLINE float
silu_slope (float x)
{
  const float s = cj_sigmoid (x);

  return s * (1 + x * (1 - s));
}

/* The derivative at x. At a kink the side of zero slope counts, as is the habit of the field. */
CJ_INLINE float
slope (const CjUnaryKind kind, float x, float a, float b)
{
  float t;

  switch (kind)
    {
    case CJ_UNARY_RELU:
      return x > 0 ? 1 : 0;
    case CJ_UNARY_LEAKY_RELU:
      return x > 0 ? 1 : a;
    case CJ_UNARY_NEGATIVE:
      return x < 0 ? 1 : 0;
    case CJ_UNARY_CLAMP:
      return x > a && x < b ? 1 : 0;
    case CJ_UNARY_ELU:
      return x > 0 ? 1 : a * cj_exp (x);
    case CJ_UNARY_CELU:
      return x > 0 ? 1 : cj_exp (x / a);
    case CJ_UNARY_SELU:
      return SELU_SCALE * (x > 0 ? 1 : SELU_ALPHA * cj_exp (x));
    case CJ_UNARY_GELU:
      return gelu_slope (x);
    case CJ_UNARY_GELU_TANH:
      return gelu_tanh_slope (x);
    case CJ_UNARY_SILU:
      return silu_slope (x);
    case CJ_UNARY_MISH:
      return mish_slope (x);
    case CJ_UNARY_HARDSWISH:
      return x < -3 ? 0 : x > 3 ? 1 : (2 * x + 3) / 6;
    case CJ_UNARY_HARDSIGMOID:
      return x > -3 && x < 3 ? 1.0f / 6 : 0;
    case CJ_UNARY_SIGMOID:
      t = cj_sigmoid (x);
      return t * (1 - t);
    case CJ_UNARY_LOG_SIGMOID:
      return cj_sigmoid (-x);
    case CJ_UNARY_TANH:
      t = cj_tanh (x);
      return 1 - t * t;
    case CJ_UNARY_TANHSHRINK:
      t = cj_tanh (x);
      return t * t;
    case CJ_UNARY_SOFTSIGN:
      t = 1 / (1 + fabsf (x));
      return t * t;
    case CJ_UNARY_SOFTPLUS:
      return a * x > b ? 1 : cj_sigmoid (a * x);
    case CJ_UNARY_AFFINE:
      return a;
    case CJ_UNARY_ABS:
      return x > 0 ? 1 : x < 0 ? -1 : a;
    case CJ_UNARY_SQUARE:
      return 2 * x;
    case CJ_UNARY_SQRT:
      return 0.5f / sqrtf (x);
    case CJ_UNARY_EXP:
      return expf (x);
    case CJ_UNARY_LOG:
      return 1 / x;
    case CJ_UNARY_SIN:
      return cosf (x);
    case CJ_UNARY_COS:
      return -sinf (x);
    case CJ_UNARY_POWER:
      return a == 0 ? 0 : a * powf (x, a - 1);
    case CJ_UNARY_ROUND:
      return 1;
    }
  return 0;
}

typedef struct
{
  const float *x, *dy; /* dy NULL: forward */
  float *y;            /* dx in backward */
  gint64 n;
  float a, b;
  gboolean add;
} Run;

CJ_INLINE void
loop (const CjUnaryKind kind, const Run *r)
{
  const float *x = r->x, *dy = r->dy, a = r->a, b = r->b;
  float *y = r->y;

  if (dy == NULL)
    for (gint64 i = 0; i < r->n; i++)
      y[i] = value (kind, x[i], a, b);
  else if (r->add)
    for (gint64 i = 0; i < r->n; i++)
      y[i] += dy[i] * slope (kind, x[i], a, b);
  else
    for (gint64 i = 0; i < r->n; i++)
      y[i] = dy[i] * slope (kind, x[i], a, b);
}

/* clang-format off */
CJ_CLONES static void
run (CjUnaryKind kind, const Run *r)
{
  switch (kind)
    {
    case CJ_UNARY_RELU: loop (CJ_UNARY_RELU, r); break;
    case CJ_UNARY_LEAKY_RELU: loop (CJ_UNARY_LEAKY_RELU, r); break;
    case CJ_UNARY_NEGATIVE: loop (CJ_UNARY_NEGATIVE, r); break;
    case CJ_UNARY_CLAMP: loop (CJ_UNARY_CLAMP, r); break;
    case CJ_UNARY_ELU: loop (CJ_UNARY_ELU, r); break;
    case CJ_UNARY_CELU: loop (CJ_UNARY_CELU, r); break;
    case CJ_UNARY_SELU: loop (CJ_UNARY_SELU, r); break;
    case CJ_UNARY_GELU: loop (CJ_UNARY_GELU, r); break;
    case CJ_UNARY_GELU_TANH: loop (CJ_UNARY_GELU_TANH, r); break;
    case CJ_UNARY_SILU: loop (CJ_UNARY_SILU, r); break;
    case CJ_UNARY_MISH: loop (CJ_UNARY_MISH, r); break;
    case CJ_UNARY_HARDSWISH: loop (CJ_UNARY_HARDSWISH, r); break;
    case CJ_UNARY_HARDSIGMOID: loop (CJ_UNARY_HARDSIGMOID, r); break;
    case CJ_UNARY_SIGMOID: loop (CJ_UNARY_SIGMOID, r); break;
    case CJ_UNARY_LOG_SIGMOID: loop (CJ_UNARY_LOG_SIGMOID, r); break;
    case CJ_UNARY_TANH: loop (CJ_UNARY_TANH, r); break;
    case CJ_UNARY_TANHSHRINK: loop (CJ_UNARY_TANHSHRINK, r); break;
    case CJ_UNARY_SOFTSIGN: loop (CJ_UNARY_SOFTSIGN, r); break;
    case CJ_UNARY_SOFTPLUS: loop (CJ_UNARY_SOFTPLUS, r); break;
    case CJ_UNARY_AFFINE: loop (CJ_UNARY_AFFINE, r); break;
    case CJ_UNARY_ABS: loop (CJ_UNARY_ABS, r); break;
    case CJ_UNARY_SQUARE: loop (CJ_UNARY_SQUARE, r); break;
    case CJ_UNARY_SQRT: loop (CJ_UNARY_SQRT, r); break;
    case CJ_UNARY_EXP: loop (CJ_UNARY_EXP, r); break;
    case CJ_UNARY_LOG: loop (CJ_UNARY_LOG, r); break;
    case CJ_UNARY_SIN: loop (CJ_UNARY_SIN, r); break;
    case CJ_UNARY_COS: loop (CJ_UNARY_COS, r); break;
    case CJ_UNARY_POWER: loop (CJ_UNARY_POWER, r); break;
    case CJ_UNARY_ROUND: loop (CJ_UNARY_ROUND, r); break;
    }
}
/* clang-format on */

static void
forward (const CjOpCall *call, guint block)
{
  const CjUnaryAttrs *attrs = call->op->attrs;
  gint64 n;
  const gint64 begin = cj_op_range (call->op, block, &n);

  run (attrs->kind, &(Run){ .x = (const float *) call->in[0] + begin,
                            .y = call->out[0] + begin,
                            .n = n,
                            .a = (float) attrs->a,
                            .b = (float) attrs->b });
}

static void
backward (const CjOpCall *call, guint block)
{
  const CjUnaryAttrs *attrs = call->op->attrs;
  gint64 n;
  const gint64 begin = cj_op_range (call->op, block, &n);

  if (call->d_in[0] != NULL)
    run (attrs->kind, &(Run){ .x = (const float *) call->in[0] + begin,
                              .dy = call->d_out[0] + begin,
                              .y = call->d_in[0] + begin,
                              .n = n,
                              .a = (float) attrs->a,
                              .b = (float) attrs->b,
                              .add = call->add_in[0] });
}

static double
twin_value (const CjUnaryAttrs *p, double x)
{
  const double plus = fmax (x, 0) + log1p (exp (-fabs (x)));

  switch (p->kind)
    {
    case CJ_UNARY_ELU:
      return x > 0 ? x : p->a * expm1 (x);
    case CJ_UNARY_CELU:
      return x > 0 ? x : p->a * expm1 (x / p->a);
    case CJ_UNARY_SELU:
      return 1.0507009873554805 * (x > 0 ? x : 1.6732632423543772 * expm1 (x));
    case CJ_UNARY_GELU:
      return 0.5 * x * (1 + erf (x / sqrt (2)));
    case CJ_UNARY_GELU_TANH:
      return 0.5 * x * (1 + tanh (sqrt (2 / G_PI) * (x + 0.044715 * x * x * x)));
    case CJ_UNARY_SILU:
      return x / (1 + exp (-x));
    case CJ_UNARY_MISH:
      return x * tanh (plus);
    case CJ_UNARY_SIGMOID:
      return 1 / (1 + exp (-x));
    case CJ_UNARY_LOG_SIGMOID:
      return x - plus;
    case CJ_UNARY_TANH:
      return tanh (x);
    case CJ_UNARY_TANHSHRINK:
      return x - tanh (x);
    case CJ_UNARY_SOFTPLUS:
      return log1p (exp (p->a * x)) / p->a;
    default: /* the fast kernel is as obvious as can be */
      return value (p->kind, (float) x, (float) p->a, (float) p->b);
    }
}

static void
twin (const CjOp *op, const void *const *in, float *const *out)
{
  for (gint64 i = 0; i < cj_shape_size (&op->out_shape[0]); i++)
    out[0][i] = (float) twin_value (op->attrs, ((const float *) in[0])[i]);
}

const CjOpInfo cj_op_unary = {
  .id = "unary",
  .layout = CJ_LAYOUT_ANY,
  .attrs_size = sizeof (CjUnaryAttrs),
  .infer = cj_op_infer_same,
  .forward = { { cj_op_blocks, forward, CJ_PHASE_SAMPLES } },
  .backward = { { cj_op_blocks, backward, CJ_PHASE_SAMPLES } },
  .free_out = 1,
  .twin = twin,
};
