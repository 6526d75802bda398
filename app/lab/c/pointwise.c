/* SPDX-License-Identifier: 0BSD */
/* logistic: 1 / (1 + e^-x). */
static float
logistic (float x)
{
  return 1 / (1 + expf (-x));
}

/* log_one_exp: log (1 + e^x), also of large x. */
static float
log_one_exp (float x)
{
  return (x > 0 ? x : 0) + log1pf (expf (-fabsf (x)));
}

/* each_relu: y = x > 0 ? x : 0. */
static void
each_relu (const each_shape *s, const float *x, float *y)
{
  for (int i = 0; i < s->n; i++)
    y[i] = x[i] > 0 ? x[i] : 0;
}

/* each_leaky_relu: y = x > 0 ? x : a * x. */
static void
each_leaky_relu (const each_shape *s, const float *x, float *y)
{
  for (int i = 0; i < s->n; i++)
    y[i] = x[i] > 0 ? x[i] : s->a * x[i];
}

/* each_negative: y = x < 0 ? x : 0. */
static void
each_negative (const each_shape *s, const float *x, float *y)
{
  for (int i = 0; i < s->n; i++)
    y[i] = x[i] < 0 ? x[i] : 0;
}

/* each_clamp: y = x < a ? a : x > b ? b : x. */
static void
each_clamp (const each_shape *s, const float *x, float *y)
{
  for (int i = 0; i < s->n; i++)
    y[i] = x[i] < s->a ? s->a : x[i] > s->b ? s->b : x[i];
}

/* each_elu: y = x > 0 ? x : a * expm1 (x). */
static void
each_elu (const each_shape *s, const float *x, float *y)
{
  for (int i = 0; i < s->n; i++)
    y[i] = x[i] > 0 ? x[i] : s->a * expm1f (x[i]);
}

/* each_celu: y = x > 0 ? x : a * expm1 (x / a). */
static void
each_celu (const each_shape *s, const float *x, float *y)
{
  for (int i = 0; i < s->n; i++)
    y[i] = x[i] > 0 ? x[i] : s->a * expm1f (x[i] / s->a);
}

/* each_selu: y = 1.05070099f * (x > 0 ? x : 1.67326324f * expm1 (x)). */
static void
each_selu (const each_shape *s, const float *x, float *y)
{
  for (int i = 0; i < s->n; i++)
    y[i] = 1.05070099f * (x[i] > 0 ? x[i] : 1.67326324f * expm1f (x[i]));
}

/* each_gelu: y = 0.5f * x * (1 + erf (x * 0.707106781f)). */
static void
each_gelu (const each_shape *s, const float *x, float *y)
{
  for (int i = 0; i < s->n; i++)
    y[i] = 0.5f * x[i] * (1 + erff (x[i] * 0.707106781f));
}

/* each_gelu_tanh: y = 0.5f * x * (1 + tanh (0.797884561f * (x + 0.044715f * x * x * x))). */
static void
each_gelu_tanh (const each_shape *s, const float *x, float *y)
{
  for (int i = 0; i < s->n; i++)
    y[i] = 0.5f * x[i] * (1 + tanhf (0.797884561f * (x[i] + 0.044715f * x[i] * x[i] * x[i])));
}

/* each_silu: y = x * logistic (x). */
static void
each_silu (const each_shape *s, const float *x, float *y)
{
  for (int i = 0; i < s->n; i++)
    y[i] = x[i] * logistic (x[i]);
}

/* each_mish: y = x * tanh (log_one_exp (x)). */
static void
each_mish (const each_shape *s, const float *x, float *y)
{
  for (int i = 0; i < s->n; i++)
    y[i] = x[i] * tanhf (log_one_exp (x[i]));
}

/* each_hardswish: y = x * (x < -3 ? 0 : x > 3 ? 6 : x + 3) / 6. */
static void
each_hardswish (const each_shape *s, const float *x, float *y)
{
  for (int i = 0; i < s->n; i++)
    y[i] = x[i] * (x[i] < -3 ? 0 : x[i] > 3 ? 6 : x[i] + 3) / 6;
}

/* each_hardsigmoid: y = (x < -3 ? 0 : x > 3 ? 6 : x + 3) / 6. */
static void
each_hardsigmoid (const each_shape *s, const float *x, float *y)
{
  for (int i = 0; i < s->n; i++)
    y[i] = (x[i] < -3 ? 0 : x[i] > 3 ? 6 : x[i] + 3) / 6;
}

/* each_sigmoid: y = logistic (x). */
static void
each_sigmoid (const each_shape *s, const float *x, float *y)
{
  for (int i = 0; i < s->n; i++)
    y[i] = logistic (x[i]);
}

/* each_log_sigmoid: y = -log_one_exp (-x). */
static void
each_log_sigmoid (const each_shape *s, const float *x, float *y)
{
  for (int i = 0; i < s->n; i++)
    y[i] = -log_one_exp (-x[i]);
}

/* each_tanh: y = tanh (x). */
static void
each_tanh (const each_shape *s, const float *x, float *y)
{
  for (int i = 0; i < s->n; i++)
    y[i] = tanhf (x[i]);
}

/* each_tanhshrink: y = x - tanh (x). */
static void
each_tanhshrink (const each_shape *s, const float *x, float *y)
{
  for (int i = 0; i < s->n; i++)
    y[i] = x[i] - tanhf (x[i]);
}

/* each_softsign: y = x / (1 + fabs (x)). */
static void
each_softsign (const each_shape *s, const float *x, float *y)
{
  for (int i = 0; i < s->n; i++)
    y[i] = x[i] / (1 + fabsf (x[i]));
}

/* each_softplus: y = a * x > b ? x : log_one_exp (a * x) / a. */
static void
each_softplus (const each_shape *s, const float *x, float *y)
{
  for (int i = 0; i < s->n; i++)
    y[i] = s->a * x[i] > s->b ? x[i] : log_one_exp (s->a * x[i]) / s->a;
}

/* each_affine: y = a * x + b. */
static void
each_affine (const each_shape *s, const float *x, float *y)
{
  for (int i = 0; i < s->n; i++)
    y[i] = s->a * x[i] + s->b;
}

/* each_abs: y = fabs (x). */
static void
each_abs (const each_shape *s, const float *x, float *y)
{
  for (int i = 0; i < s->n; i++)
    y[i] = fabsf (x[i]);
}

/* each_square: y = x * x. */
static void
each_square (const each_shape *s, const float *x, float *y)
{
  for (int i = 0; i < s->n; i++)
    y[i] = x[i] * x[i];
}

/* each_sqrt: y = sqrt (x). */
static void
each_sqrt (const each_shape *s, const float *x, float *y)
{
  for (int i = 0; i < s->n; i++)
    y[i] = sqrtf (x[i]);
}

/* each_exp: y = exp (x). */
static void
each_exp (const each_shape *s, const float *x, float *y)
{
  for (int i = 0; i < s->n; i++)
    y[i] = expf (x[i]);
}

/* each_log: y = log (x). */
static void
each_log (const each_shape *s, const float *x, float *y)
{
  for (int i = 0; i < s->n; i++)
    y[i] = logf (x[i]);
}

/* each_sin: y = sin (x). */
static void
each_sin (const each_shape *s, const float *x, float *y)
{
  for (int i = 0; i < s->n; i++)
    y[i] = sinf (x[i]);
}

/* each_cos: y = cos (x). */
static void
each_cos (const each_shape *s, const float *x, float *y)
{
  for (int i = 0; i < s->n; i++)
    y[i] = cosf (x[i]);
}

/* each_power: y = pow (x, a). */
static void
each_power (const each_shape *s, const float *x, float *y)
{
  for (int i = 0; i < s->n; i++)
    y[i] = powf (x[i], s->a);
}

/* each_round: y = a * rint (x / a). */
static void
each_round (const each_shape *s, const float *x, float *y)
{
  for (int i = 0; i < s->n; i++)
    y[i] = s->a * rintf (x[i] / s->a);
}

/* both_add: y = a + b. */
static void
both_add (const each_shape *s, const float *a, const float *b, float *y)
{
  for (int i = 0; i < s->n; i++)
    y[i] = a[i] + b[i];
}

/* both_subtract: y = a - b. */
static void
both_subtract (const each_shape *s, const float *a, const float *b, float *y)
{
  for (int i = 0; i < s->n; i++)
    y[i] = a[i] - b[i];
}

/* both_multiply: y = a * b. */
static void
both_multiply (const each_shape *s, const float *a, const float *b, float *y)
{
  for (int i = 0; i < s->n; i++)
    y[i] = a[i] * b[i];
}

/* both_divide: y = a / b. */
static void
both_divide (const each_shape *s, const float *a, const float *b, float *y)
{
  for (int i = 0; i < s->n; i++)
    y[i] = a[i] / b[i];
}

/* both_maximum: y = b > a ? b : a. */
static void
both_maximum (const each_shape *s, const float *a, const float *b, float *y)
{
  for (int i = 0; i < s->n; i++)
    y[i] = b[i] > a[i] ? b[i] : a[i];
}

/* both_minimum: y = b < a ? b : a. */
static void
both_minimum (const each_shape *s, const float *a, const float *b, float *y)
{
  for (int i = 0; i < s->n; i++)
    y[i] = b[i] < a[i] ? b[i] : a[i];
}

/* both_power: y = pow (a, b). */
static void
both_power (const each_shape *s, const float *a, const float *b, float *y)
{
  for (int i = 0; i < s->n; i++)
    y[i] = powf (a[i], b[i]);
}
