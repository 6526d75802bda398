/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Functions of two numbers and of several, stretched to a common shape as NumPy does. Floats in double
 * precision, whole numbers as such; those of 64 bits without a sign have functions of their own where that
 * makes a difference. */
#include "cj-extra-private.h"

#include <glib/gi18n-lib.h>

typedef struct
{
  const char *op;
  double (*f) (double a, double b);
  gint64 (*i) (gint64 a, gint64 b);
  gint64 (*u) (gint64 a, gint64 b); /* of unsigned numbers, or NULL: as `i` */
} Pair;

static double
f_add (double a, double b)
{
  return a + b;
}

static gint64
i_add (gint64 a, gint64 b)
{
  return (gint64) ((guint64) a + (guint64) b);
}

static double
f_sub (double a, double b)
{
  return a - b;
}

static gint64
i_sub (gint64 a, gint64 b)
{
  return (gint64) ((guint64) a - (guint64) b);
}

static double
f_mul (double a, double b)
{
  return a * b;
}

static gint64
i_mul (gint64 a, gint64 b)
{
  return (gint64) ((guint64) a * (guint64) b);
}

static double
f_div (double a, double b)
{
  return a / b;
}

/* Towards zero; what is divided by zero is zero. */
static gint64
i_div (gint64 a, gint64 b)
{
  return b == 0 ? 0 : b == -1 ? i_sub (0, a) : a / b;
}

static gint64
u_div (gint64 a, gint64 b)
{
  return b == 0 ? 0 : (gint64) ((guint64) a / (guint64) b);
}

/* The sign is the divisor's. */
static double
f_mod (double a, double b)
{
  const double rest = fmod (a, b);

  return rest != 0 && (rest < 0) != (b < 0) ? rest + b : rest;
}

static gint64
i_mod (gint64 a, gint64 b)
{
  const gint64 rest = b == 0 || b == -1 ? 0 : a % b;

  return rest != 0 && (rest < 0) != (b < 0) ? rest + b : rest;
}

static gint64
u_mod (gint64 a, gint64 b)
{
  return b == 0 ? 0 : (gint64) ((guint64) a % (guint64) b);
}

static gint64
i_fmod (gint64 a, gint64 b)
{
  return b == 0 || b == -1 ? 0 : a % b;
}

static double
f_max (double a, double b)
{
  return isnan (a) || a > b ? a : b;
}

static gint64
i_max (gint64 a, gint64 b)
{
  return MAX (a, b);
}

static gint64
u_max (gint64 a, gint64 b)
{
  return (guint64) a > (guint64) b ? a : b;
}

static double
f_min (double a, double b)
{
  return isnan (a) || a < b ? a : b;
}

static gint64
i_min (gint64 a, gint64 b)
{
  return MIN (a, b);
}

static gint64
u_min (gint64 a, gint64 b)
{
  return (guint64) a < (guint64) b ? a : b;
}

static double
f_and (double a, double b)
{
  return a != 0 && b != 0;
}

static gint64
i_and (gint64 a, gint64 b)
{
  return a & b;
}

static double
f_or (double a, double b)
{
  return a != 0 || b != 0;
}

static gint64
i_or (gint64 a, gint64 b)
{
  return a | b;
}

static double
f_xor (double a, double b)
{
  return (a != 0) != (b != 0);
}

static gint64
i_xor (gint64 a, gint64 b)
{
  return a ^ b;
}

static double
f_equal (double a, double b)
{
  return a == b;
}

static gint64
i_equal (gint64 a, gint64 b)
{
  return a == b;
}

static double
f_less (double a, double b)
{
  return a < b;
}

static gint64
i_less (gint64 a, gint64 b)
{
  return a < b;
}

static gint64
u_less (gint64 a, gint64 b)
{
  return (guint64) a < (guint64) b;
}

static double
f_greater (double a, double b)
{
  return a > b;
}

static gint64
i_greater (gint64 a, gint64 b)
{
  return a > b;
}

static gint64
u_greater (gint64 a, gint64 b)
{
  return (guint64) a > (guint64) b;
}

static double
f_less_or_equal (double a, double b)
{
  return a <= b;
}

static gint64
i_less_or_equal (gint64 a, gint64 b)
{
  return a <= b;
}

static gint64
u_less_or_equal (gint64 a, gint64 b)
{
  return (guint64) a <= (guint64) b;
}

static double
f_greater_or_equal (double a, double b)
{
  return a >= b;
}

static gint64
i_greater_or_equal (gint64 a, gint64 b)
{
  return a >= b;
}

static gint64
u_greater_or_equal (gint64 a, gint64 b)
{
  return (guint64) a >= (guint64) b;
}

static double
f_prelu (double a, double b)
{
  return a < 0 ? a * b : a;
}

static gint64
i_prelu (gint64 a, gint64 b)
{
  return a < 0 ? i_mul (a, b) : a;
}

static gint64
u_prelu (gint64 a, gint64 b)
{
  (void) b;
  return a;
}

static gint64
i_left (gint64 a, gint64 b)
{
  return b < 0 || b > 63 ? 0 : (gint64) ((guint64) a << b);
}

static gint64
i_right (gint64 a, gint64 b)
{
  return b < 0 || b > 63 ? 0 : (gint64) ((guint64) a >> b);
}

static const Pair fmod_pair = { "Mod", fmod, i_fmod, u_mod };
static const Pair left_pair = { "BitShift", NULL, i_left, NULL };
static const Pair right_pair = { "BitShift", NULL, i_right, NULL };

static const Pair pairs[] = {
  { "Add", f_add, i_add, NULL },       { "Sum", f_add, i_add, NULL },
  { "Mean", f_add, i_add, NULL },      { "Sub", f_sub, i_sub, NULL },
  { "Mul", f_mul, i_mul, NULL },       { "Div", f_div, i_div, u_div },
  { "Mod", f_mod, i_mod, u_mod },      { "Max", f_max, i_max, u_max },
  { "Min", f_min, i_min, u_min },      { "PRelu", f_prelu, i_prelu, u_prelu },
  { "BitwiseAnd", NULL, i_and, NULL }, { "BitwiseOr", NULL, i_or, NULL },
  { "BitwiseXor", NULL, i_xor, NULL },
};

/* With a result of type bool. */
static const Pair tests[] = {
  { "And", f_and, NULL, NULL },
  { "Or", f_or, NULL, NULL },
  { "Xor", f_xor, NULL, NULL },
  { "Equal", f_equal, i_equal, NULL },
  { "Less", f_less, i_less, u_less },
  { "Greater", f_greater, i_greater, u_greater },
  { "LessOrEqual", f_less_or_equal, i_less_or_equal, u_less_or_equal },
  { "GreaterOrEqual", f_greater_or_equal, i_greater_or_equal, u_greater_or_equal },
};

static const Pair *
find (const Pair *list, const char *op)
{
  while (!g_str_equal (list->op, op))
    list++;
  return list;
}

static void
apply_floats (const Pair *pair, const CjWalk *walk, CjArray *const *in, CjArray *out)
{
  double a[CJ_EXTRA_BLOCK], b[CJ_EXTRA_BLOCK];

  for (gint64 i = 0; i < walk->row; i += CJ_EXTRA_BLOCK)
    {
      const gint64 n = MIN (CJ_EXTRA_BLOCK, walk->row - i);

      cj_array_read (in[0], walk->offset[0] + i * walk->step[0], walk->step[0], n, a);
      cj_array_read (in[1], walk->offset[1] + i * walk->step[1], walk->step[1], n, b);
      for (gint64 k = 0; k < n; k++)
        a[k] = pair->f (a[k], b[k]);
      cj_array_write (out, walk->done + i, n, a);
    }
}

static void
apply_ints (const Pair *pair, const CjWalk *walk, CjArray *const *in, CjArray *out)
{
  gint64 (*const f) (gint64, gint64)
      = pair->u != NULL && in[0]->type == CJ_ARRAY_U64 ? pair->u : pair->i;
  gint64 a[CJ_EXTRA_BLOCK], b[CJ_EXTRA_BLOCK];

  for (gint64 i = 0; i < walk->row; i += CJ_EXTRA_BLOCK)
    {
      const gint64 n = MIN (CJ_EXTRA_BLOCK, walk->row - i);

      cj_array_read_ints (in[0], walk->offset[0] + i * walk->step[0], walk->step[0], n, a);
      cj_array_read_ints (in[1], walk->offset[1] + i * walk->step[1], walk->step[1], n, b);
      for (gint64 k = 0; k < n; k++)
        a[k] = f (a[k], b[k]);
      cj_array_write_ints (out, walk->done + i, n, a);
    }
}

/* A new value of pair (a, b). */
static CjArray *
combine (const Pair *pair, CjArray *a, CjArray *b, CjArrayType type, GError **error)
{
  CjArray *const in[2] = { a, b };
  const gboolean floats = cj_array_type_is_float (a->type) || cj_array_type_is_float (b->type);
  CjDims dims;
  CjArray *out;
  CjWalk walk;

  if (floats ? pair->f == NULL : pair->f == NULL && pair->i == NULL)
    {
      cj_extra_refuse_type (a->type, error);
      return NULL;
    }
  if (!cj_dims_broadcast (&a->dims, &b->dims, &dims))
    {
      cj_extra_refuse_shapes (error);
      return NULL;
    }
  out = cj_array_new (type, &dims, error);
  if (out == NULL)
    return NULL;
  cj_walk_init (&walk, &dims, 2, in);
  while (cj_walk_next (&walk))
    if (floats || pair->i == NULL)
      apply_floats (pair, &walk, in, out);
    else
      apply_ints (pair, &walk, in, out);
  return out;
}

/* Before version 7 the second input was stretched on demand, from `axis` of the first on. */
static CjArray *
lay_along (const CjExtraCall *call, GError **error)
{
  CjArray *a = call->in[0], *b = call->in[1];
  const gint64 axis = cj_extra_int (call, "axis", (gint64) a->dims.n - b->dims.n);
  CjDims dims = { .n = a->dims.n };
  guint at = a->dims.n;

  if (call->node->opset >= 7 || cj_extra_int (call, "broadcast", 0) == 0)
    return cj_array_ref (b);
  if (b->dims.n > 0 && !cj_extra_axis (axis, a->dims.n, &at, error))
    return NULL;
  if (b->dims.n + at > a->dims.n)
    {
      cj_extra_refuse_shapes (error);
      return NULL;
    }
  for (guint k = 0; k < dims.n; k++)
    dims.d[k] = k >= at && k < at + b->dims.n ? b->dims.d[k - at] : 1;
  return cj_array_reshape (b, &dims);
}

static gboolean
run_pair (CjExtraCall *call, GError **error)
{
  g_autoptr (CjArray) b = lay_along (call, error);

  return b != NULL
         && cj_extra_give (
             call, 0,
             combine (find (pairs, call->node->op), call->in[0], b, call->in[0]->type, error));
}

static gboolean
run_test (CjExtraCall *call, GError **error)
{
  g_autoptr (CjArray) b = lay_along (call, error);

  return b != NULL
         && cj_extra_give (
             call, 0, combine (find (tests, call->node->op), call->in[0], b, CJ_ARRAY_BOOL, error));
}

/* The exponent may have another type. */
static gboolean
run_pow (CjExtraCall *call, GError **error)
{
  static const Pair power = { "Pow", pow, NULL, NULL };
  g_autoptr (CjArray) b = lay_along (call, error);

  return b != NULL
         && cj_extra_give (call, 0, combine (&power, call->in[0], b, call->in[0]->type, error));
}

static gboolean
run_mod (CjExtraCall *call, GError **error)
{
  const Pair *pair = cj_extra_int (call, "fmod", 0) != 0 ? &fmod_pair : find (pairs, "Mod");

  return cj_extra_give (call, 0,
                        combine (pair, call->in[0], call->in[1], call->in[0]->type, error));
}

static gboolean
run_shift (CjExtraCall *call, GError **error)
{
  const gboolean left = cj_extra_text_is (call, "direction", "", "LEFT");

  if (!left && !cj_extra_text_is (call, "direction", "", "RIGHT"))
    return cj_extra_refuse_attr ("direction", error);
  return cj_extra_give (call, 0,
                        combine (left ? &left_pair : &right_pair, call->in[0], call->in[1],
                                 call->in[0]->type, error));
}

/* PRelu before version 7 had a slope per channel, of dimension 1. */
static gboolean
run_prelu (CjExtraCall *call, GError **error)
{
  CjArray *x = call->in[0], *slope = call->in[1];
  CjDims dims = { .n = x->dims.n > 1 ? x->dims.n - 1 : 1, .d = { 1, 1, 1, 1, 1, 1, 1, 1 } };
  g_autoptr (CjArray) along = NULL;

  dims.d[0] = slope->size;
  along = call->node->opset < 7 && slope->dims.n == 1 && x->dims.n > 1
              ? cj_array_reshape (slope, &dims)
              : cj_array_ref (slope);
  return cj_extra_give (call, 0, combine (find (pairs, "PRelu"), x, along, x->type, error));
}

/* Sum, Max, Min and Mean take any number of inputs. */
static gboolean
run_several (CjExtraCall *call, GError **error)
{
  const Pair *pair = find (pairs, call->node->op);
  g_autoptr (CjArray) sum = cj_array_ref (call->in[0]);

  for (guint i = 1; i < call->n_in; i++)
    {
      CjArray *next;

      if (call->in[i] == NULL)
        return cj_extra_refuse_shapes (error);
      next = combine (pair, sum, call->in[i], sum->type, error);
      if (next == NULL)
        return FALSE;
      cj_array_unref (sum);
      sum = next;
    }
  if (g_str_equal (call->node->op, "Mean"))
    {
      g_autoptr (CjArray) count = cj_array_new (CJ_ARRAY_F64, &(CjDims){ 0 }, error);

      cj_array_set (count, 0, call->n_in);
      return cj_extra_give (call, 0, combine (find (pairs, "Div"), sum, count, sum->type, error));
    }
  if (call->n_in > 1)
    return cj_extra_give (call, 0, g_steal_pointer (&sum));
  return cj_extra_give (call, 0, cj_array_ref (sum));
}

const CjExtraInfo cj_extra_pair[] = {
  { "Add", 1, 0, 2, 2, run_pair },
  { "And", 1, 0, 2, 2, run_test },
  { "BitShift", 11, 0, 2, 2, run_shift },
  { "BitwiseAnd", 18, 0, 2, 2, run_pair },
  { "BitwiseOr", 18, 0, 2, 2, run_pair },
  { "BitwiseXor", 18, 0, 2, 2, run_pair },
  { "Div", 1, 0, 2, 2, run_pair },
  { "Equal", 1, 0, 2, 2, run_test },
  { "Greater", 1, 0, 2, 2, run_test },
  { "GreaterOrEqual", 12, 0, 2, 2, run_test },
  { "Less", 1, 0, 2, 2, run_test },
  { "LessOrEqual", 12, 0, 2, 2, run_test },
  { "Max", 1, 0, 1, G_MAXUINT, run_several },
  { "Mean", 1, 0, 1, G_MAXUINT, run_several },
  { "Min", 1, 0, 1, G_MAXUINT, run_several },
  { "Mod", 10, 0, 2, 2, run_mod },
  { "Mul", 1, 0, 2, 2, run_pair },
  { "Or", 1, 0, 2, 2, run_test },
  { "Pow", 1, 0, 2, 2, run_pow },
  { "PRelu", 1, 0, 2, 2, run_prelu },
  { "Sub", 1, 0, 2, 2, run_pair },
  { "Sum", 1, 0, 1, G_MAXUINT, run_several },
  { "Xor", 1, 0, 2, 2, run_test },
  { NULL, 0, 0, 0, 0, NULL },
};
