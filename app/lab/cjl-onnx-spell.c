/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What onnxruntime's optimiser and quantiser made one operator of (domain com.microsoft), as the standard's operators
 * again, so that layers are found in it; and sequences whose items are known, as the items. What does not come in its
 * plain form stays as it is. */
#include "cjl-onnx-inline.h"

#include "cjl-onnx-private.h"
#include "cjl-onnx-rules.h"

#include <string.h>

#define OPSET 22      /* of the operators that are written here */
#define MAX_LIST 1024 /* items of a sequence that is followed */

typedef struct
{
  CjlOnnxFlat *flat;
  GPtrArray *to;         /* the nodes so far */
  GHashTable *lists;     /* names of sequences to their items, GPtrArray of names */
  GHashTable *splits;    /* names of sequences to the SplitToSequence they come from */
  GHashTable *constants; /* names to CjArray */
  GHashTable *doubtful;  /* names of values that may be absent */
} Spelling;

/* --- writing --- */

static void
set_int (CjdOnnxNode *node, const char *name, gint64 i)
{
  CjAttr *attr = cj_attr_new (name, CJ_ATTR_INT);

  attr->i = i;
  g_ptr_array_add (node->op->attrs, attr);
}

static void
set_float (CjdOnnxNode *node, const char *name, double f)
{
  CjAttr *attr = cj_attr_new (name, CJ_ATTR_FLOAT);

  attr->f = f;
  g_ptr_array_add (node->op->attrs, attr);
}

/* An operator with inputs up to the first NULL, that makes `y`; it has the name of the node that it is part of. */
static CjdOnnxNode *
add (Spelling *s, const CjdOnnxNode *of, const char *op, const char *a, const char *b,
     const char *c, const char *y)
{
  const char *const in[] = { a, b, c };
  CjdOnnxNode *node
      = cjl_onnx_flat_node (s->flat, s->to, of->name, "", cj_extra_node_new (op, OPSET));

  for (guint i = 0; i < 3 && in[i] != NULL; i++)
    g_ptr_array_add (node->inputs, (gpointer) in[i]);
  g_ptr_array_add (node->outputs, (gpointer) y);
  return node;
}

static const char *
new_name (Spelling *s, const CjdOnnxNode *of, const char *word)
{
  return cjl_onnx_flat_name (s->flat, cjl_onnx_output (of, 0), word);
}

/* The same with a new name for the result, which it answers with. */
static const char *
put (Spelling *s, const CjdOnnxNode *of, const char *op, const char *a, const char *b,
     const char *c)
{
  return cjl_onnx_output (add (s, of, op, a, b, c, new_name (s, of, op)), 0);
}

/* An operator with the attributes of the node. */
static CjdOnnxNode *
add_like (Spelling *s, const CjdOnnxNode *of, const char *op, guint n_in, const char *y)
{
  CjdOnnxNode *node
      = cjl_onnx_flat_node (s->flat, s->to, of->name, "", cjl_onnx_fill_attrs (of->op, NULL, NULL));

  g_free (node->op->op);
  node->op->op = g_strdup (op);
  node->op->opset = OPSET;
  for (guint i = 0; i < n_in && i < of->inputs->len; i++)
    g_ptr_array_add (node->inputs, of->inputs->pdata[i]);
  g_ptr_array_add (node->outputs, (gpointer) y);
  return node;
}

static const char *
put_number (Spelling *s, const CjdOnnxNode *of, double number)
{
  CjdOnnxNode *node = add (s, of, "Constant", NULL, NULL, NULL, new_name (s, of, "number"));

  set_float (node, "value_float", number);
  return cjl_onnx_output (node, 0);
}

/* --- what was several --- */

/* An activation behind `x`; FALSE: it is none that is done here. Numbers of it as they are given, or NULL. */
static gboolean
add_activation (Spelling *s, const CjdOnnxNode *of, const char *name, const double *numbers,
                guint n, const char *x, const char *y)
{
  static const char *const plain[] = { "Relu", "Sigmoid", "Tanh" };
  CjdOnnxNode *node;

  if (g_str_equal (name, "Clip") && n == 2)
    {
      const char *low = put_number (s, of, numbers[0]), *high = put_number (s, of, numbers[1]);

      add (s, of, "Clip", x, low, high, y);
      return TRUE;
    }
  for (guint i = 0; i < G_N_ELEMENTS (plain); i++)
    if (g_str_equal (plain[i], name))
      {
        add (s, of, name, x, NULL, NULL, y);
        return TRUE;
      }
  if (!g_str_equal (name, "LeakyRelu"))
    return FALSE;
  node = add (s, of, name, x, NULL, NULL, y);
  if (n > 0)
    set_float (node, "alpha", numbers[0]);
  return TRUE;
}

static gboolean
is_activation (const char *name, guint n)
{
  return g_str_equal (name, "Relu") || g_str_equal (name, "Sigmoid") || g_str_equal (name, "Tanh")
         || g_str_equal (name, "LeakyRelu") || (g_str_equal (name, "Clip") && n == 2);
}

/* FusedConv and FusedGemm. */
static gboolean
spell_product (Spelling *s, const CjdOnnxNode *node)
{
  const gboolean convolves = g_str_equal (node->op->op, "FusedConv");
  const CjAttr *name = cj_extra_node_find (node->op, "activation");
  const CjAttr *list = cj_extra_node_find (node->op, "activation_params");
  const gboolean given = convolves && list != NULL && list->kind == CJ_ATTR_FLOATS;
  const double alpha = cjl_onnx_get_float (node, "activation_alpha", 0.01);
  const guint n = given ? list->n : convolves ? 0 : 1;
  const char *z = convolves ? cjl_onnx_input (node, 3) : "", *y = cjl_onnx_output (node, 0), *x;
  const gboolean sums = *z != '\0';

  if (name == NULL || name->kind != CJ_ATTR_TEXT || !is_activation (name->text, n))
    return FALSE;
  x = cjl_onnx_output (
      add_like (s, node, convolves ? "Conv" : "Gemm", 3, new_name (s, node, "product")), 0);
  if (sums)
    x = put (s, node, "Add", x, z, NULL);
  return add_activation (s, node, name->text, given ? list->floats : &alpha, n, x, y);
}

/* How many dimensions a value has, as a constant or as the file says; 0: it is not known. */
static guint
find_rank (const Spelling *s, const char *name)
{
  const CjArray *value = g_hash_table_lookup (s->constants, name);
  const GPtrArray *const lists[] = { s->flat->graph.infos, s->flat->graph.inputs };

  if (value != NULL)
    return value->dims.n;
  for (guint l = 0; l < 2; l++)
    for (guint i = 0; i < lists[l]->len; i++)
      {
        const CjdOnnxInfo *info = lists[l]->pdata[i];

        if (g_str_equal (info->name, name))
          return info->has_shape ? info->n : 0;
      }
  return 0;
}

/* Factor i of a product with its last two dimensions swapped, *name; FALSE: its rank is not known. */
static gboolean
turn_factor (Spelling *s, const CjdOnnxNode *node, guint i, const char *turns, const char **name)
{
  const guint rank = find_rank (s, cjl_onnx_input (node, i));
  CjAttr *attr;
  CjdOnnxNode *made;

  *name = cjl_onnx_input (node, i);
  if (cjl_onnx_get_int (node, turns, 0) == 0 || rank == 1)
    return TRUE;
  if (rank == 0)
    return FALSE;
  attr = cj_attr_new ("perm", CJ_ATTR_INTS);
  attr->n = rank;
  attr->ints = g_new0 (gint64, rank);
  for (guint k = 0; k < rank; k++)
    attr->ints[k] = k + 2 < rank ? k : k + 2 == rank ? k + 1 : k - 1;
  made = add (s, node, "Transpose", *name, NULL, NULL, new_name (s, node, "turned"));
  g_ptr_array_add (made->op->attrs, attr);
  *name = cjl_onnx_output (made, 0);
  return TRUE;
}

/* A product of matrices, times a number. Where it fails behind the first factor, that one's node is left over, and
 * nobody reads from it. */
static gboolean
spell_matmul (Spelling *s, const CjdOnnxNode *node)
{
  const double alpha = cjl_onnx_get_float (node, "alpha", 1);
  const char *y = cjl_onnx_output (node, 0), *a, *b, *x;

  if (cjl_onnx_get_int (node, "transBatchA", 0) != 0
      || cjl_onnx_get_int (node, "transBatchB", 0) != 0 || !turn_factor (s, node, 0, "transA", &a)
      || !turn_factor (s, node, 1, "transB", &b))
    return FALSE;
  if (alpha == 1)
    {
      add (s, node, "MatMul", a, b, NULL, y);
      return TRUE;
    }
  x = put (s, node, "MatMul", a, b, NULL);
  add (s, node, "Mul", x, put_number (s, node, alpha), NULL, y);
  return TRUE;
}

/* Gelu, BiasGelu, FastGelu. */
static gboolean
spell_gelu (Spelling *s, const CjdOnnxNode *node)
{
  const char *x = cjl_onnx_input (node, 0);
  CjdOnnxNode *made;

  if (*cjl_onnx_input (node, 1) != '\0')
    x = put (s, node, "Add", x, cjl_onnx_input (node, 1), NULL);
  made = add (s, node, "Gelu", x, NULL, NULL, cjl_onnx_output (node, 0));
  if (g_str_equal (node->op->op, "FastGelu"))
    {
      CjAttr *attr = cj_attr_new ("approximate", CJ_ATTR_TEXT);

      attr->text = g_strdup ("tanh");
      g_ptr_array_add (made->op->attrs, attr);
    }
  return TRUE;
}

static gboolean
spell_quick_gelu (Spelling *s, const CjdOnnxNode *node)
{
  const char *x = cjl_onnx_input (node, 0);
  const char *scaled = put (s, node, "Mul", x,
                            put_number (s, node, cjl_onnx_get_float (node, "alpha", 1.702)), NULL);

  add (s, node, "Mul", x, put (s, node, "Sigmoid", scaled, NULL, NULL), NULL,
       cjl_onnx_output (node, 0));
  return TRUE;
}

/* A sum and its norm; the moments of the norm must not be asked for. */
static gboolean
spell_skip_norm (Spelling *s, const CjdOnnxNode *node)
{
  const char *bias = cjl_onnx_input (node, 4), *sum, *total = cjl_onnx_output (node, 3);
  CjdOnnxNode *norm;

  if (*cjl_onnx_output (node, 1) != '\0' || *cjl_onnx_output (node, 2) != '\0')
    return FALSE;
  total = *total != '\0' ? total : new_name (s, node, "sum");
  sum = *bias != '\0'
            ? put (s, node, "Add", cjl_onnx_input (node, 0), cjl_onnx_input (node, 1), NULL)
            : NULL;
  if (sum != NULL)
    add (s, node, "Add", sum, bias, NULL, total);
  else
    add (s, node, "Add", cjl_onnx_input (node, 0), cjl_onnx_input (node, 1), NULL, total);
  norm = add (s, node, "LayerNormalization", total, cjl_onnx_input (node, 2),
              *cjl_onnx_input (node, 3) != '\0' ? cjl_onnx_input (node, 3) : NULL,
              cjl_onnx_output (node, 0));
  set_float (norm, "epsilon", cjl_onnx_get_float (node, "epsilon", 1e-12));
  return TRUE;
}

/* --- whole numbers --- */

/* What the numbers of input i stand for. */
static const char *
put_real (Spelling *s, const CjdOnnxNode *node, guint i)
{
  const char *zero = cjl_onnx_input (node, i + 2);

  return put (s, node, "DequantizeLinear", cjl_onnx_input (node, i), cjl_onnx_input (node, i + 1),
              *zero != '\0' ? zero : NULL);
}

/* Rounded by scale and zero point i. A zero point that is not given is 0 of a type that is not known here. */
static void
add_rounded (Spelling *s, const CjdOnnxNode *node, const char *x, guint i)
{
  add (s, node, "QuantizeLinear", x, cjl_onnx_input (node, i), cjl_onnx_input (node, i + 1),
       cjl_onnx_output (node, 0));
}

static gboolean
spell_whole_pair (Spelling *s, const CjdOnnxNode *node)
{
  const char *a, *b;

  if (*cjl_onnx_input (node, 7) == '\0')
    return FALSE;
  a = put_real (s, node, 0);
  b = put_real (s, node, 3);
  add_rounded (s, node,
               put (s, node, g_str_equal (node->op->op, "QLinearAdd") ? "Add" : "Mul", a, b, NULL),
               6);
  return TRUE;
}

/* Functions of one tensor, with the same attributes as the standard's. */
static gboolean
spell_whole_one (Spelling *s, const CjdOnnxNode *node)
{
  const char *op = node->op->op + strlen ("QLinear");
  const gboolean flat = g_str_equal (op, "Softmax") && cjl_onnx_get_int (node, "opset", 13) < 13;
  const char *x;
  CjdOnnxNode *made;

  if (*cjl_onnx_input (node, 4) == '\0' || cjl_onnx_get_int (node, "channels_last", 0) != 0 || flat)
    return FALSE;
  x = put_real (s, node, 0);
  made = add_like (s, node, op, 0, new_name (s, node, op));
  g_ptr_array_add (made->inputs, (gpointer) x);
  add_rounded (s, node, cjl_onnx_output (made, 0), 3);
  return TRUE;
}

static gboolean
spell_whole_concat (Spelling *s, const CjdOnnxNode *node)
{
  g_autoptr (GPtrArray) parts = g_ptr_array_new ();
  CjdOnnxNode *made;

  if (node->inputs->len < 5 || (node->inputs->len - 2) % 3 != 0
      || *cjl_onnx_input (node, 1) == '\0')
    return FALSE;
  for (guint i = 2; i < node->inputs->len; i += 3)
    g_ptr_array_add (parts, (gpointer) put_real (s, node, i));
  made = add_like (s, node, "Concat", 0, new_name (s, node, "Concat"));
  g_ptr_array_extend (made->inputs, parts, NULL, NULL);
  add_rounded (s, node, cjl_onnx_output (made, 0), 0);
  return TRUE;
}

/* The bias is in whole numbers of the step that both scales make together. */
static gboolean
spell_whole_gemm (Spelling *s, const CjdOnnxNode *node)
{
  const char *a, *b, *c = cjl_onnx_input (node, 6), *zero = cjl_onnx_input (node, 5);
  const gboolean turned = cjl_onnx_get_int (node, "transB", 0) != 0, biased = *c != '\0';
  CjdOnnxNode *made;

  if (*cjl_onnx_input (node, 8) == '\0' || cjl_onnx_get_float (node, "alpha", 1) != 1)
    return FALSE;
  a = put_real (s, node, 0);
  made = add (s, node, "DequantizeLinear", cjl_onnx_input (node, 3), cjl_onnx_input (node, 4),
              *zero != '\0' ? zero : NULL, new_name (s, node, "weight"));
  set_int (made, "axis", turned ? 0 : 1);
  b = cjl_onnx_output (made, 0);
  if (biased)
    {
      const char *step
          = put (s, node, "Mul", cjl_onnx_input (node, 1), cjl_onnx_input (node, 4), NULL);

      made = add (s, node, "DequantizeLinear", c, step, NULL, new_name (s, node, "bias"));
      set_int (made, "axis", 0);
      c = cjl_onnx_output (made, 0);
    }
  made = add_like (s, node, "Gemm", 0, new_name (s, node, "product"));
  g_ptr_array_add (made->inputs, (gpointer) a);
  g_ptr_array_add (made->inputs, (gpointer) b);
  if (biased)
    g_ptr_array_add (made->inputs, (gpointer) c);
  add_rounded (s, node, cjl_onnx_output (made, 0), 7);
  return TRUE;
}

/* The standard took these over as they were. */
static gboolean
spell_same (Spelling *s, const CjdOnnxNode *node)
{
  if (cjl_onnx_get_int (node, "channels_last", 0) != 0)
    return FALSE;
  add_like (s, node, node->op->op, node->inputs->len, cjl_onnx_output (node, 0));
  return TRUE;
}

/* --- sequences --- */

/* One whole number that is known; FALSE: it is not. */
static gboolean
read_number (const Spelling *s, const char *name, gint64 *number)
{
  const CjArray *value = g_hash_table_lookup (s->constants, name);

  if (value == NULL || value->size != 1 || cj_array_type_is_float (value->type))
    return FALSE;
  *number = cj_array_get_int (value, 0);
  return TRUE;
}

/* A sequence of these names, which are borrowed; takes the list. */
static void
note_list (Spelling *s, const CjdOnnxNode *node, GPtrArray *items)
{
  g_hash_table_insert (s->lists, (gpointer) cjl_onnx_output (node, 0), items);
}

/* Lists that are made; the nodes stay for whoever else looks at them. */
static void
follow_list (Spelling *s, const CjdOnnxNode *node)
{
  const char *op = node->op->op;
  const GPtrArray *old = g_hash_table_lookup (s->lists, cjl_onnx_input (node, 0));
  GPtrArray *items;

  if (g_str_equal (op, "SplitToSequence") && *cjl_onnx_input (node, 1) == '\0')
    g_hash_table_insert (s->splits, (gpointer) cjl_onnx_output (node, 0), (gpointer) node);
  if (!g_str_equal (op, "SequenceConstruct") && !g_str_equal (op, "SequenceEmpty")
      && !(g_str_equal (op, "SequenceInsert") && old != NULL && old->len < MAX_LIST
           && *cjl_onnx_input (node, 2) == '\0'))
    return;
  items = g_ptr_array_new ();
  if (g_str_equal (op, "SequenceConstruct"))
    g_ptr_array_extend (items, node->inputs, NULL, NULL);
  else if (old != NULL)
    {
      g_ptr_array_extend (items, (GPtrArray *) old, NULL, NULL);
      g_ptr_array_add (items, (gpointer) cjl_onnx_input (node, 1));
    }
  note_list (s, node, items);
}

static gboolean
spell_at (Spelling *s, const CjdOnnxNode *node)
{
  const GPtrArray *items = g_hash_table_lookup (s->lists, cjl_onnx_input (node, 0));
  const CjdOnnxNode *split = g_hash_table_lookup (s->splits, cjl_onnx_input (node, 0));
  CjdOnnxNode *made;
  gint64 at;

  if (split != NULL && cjl_onnx_get_int (split, "keepdims", 1) == 0)
    {
      made = add (s, node, "Gather", cjl_onnx_input (split, 0), cjl_onnx_input (node, 1), NULL,
                  cjl_onnx_output (node, 0));
      set_int (made, "axis", cjl_onnx_get_int (split, "axis", 0));
      return TRUE;
    }
  if (items == NULL || !read_number (s, cjl_onnx_input (node, 1), &at))
    return FALSE;
  at += at < 0 ? items->len : 0;
  if (at < 0 || at >= items->len)
    return FALSE;
  add (s, node, "Identity", items->pdata[at], NULL, NULL, cjl_onnx_output (node, 0));
  return TRUE;
}

static gboolean
spell_concat (Spelling *s, const CjdOnnxNode *node)
{
  const GPtrArray *items = g_hash_table_lookup (s->lists, cjl_onnx_input (node, 0));
  const gint64 axis = cjl_onnx_get_int (node, "axis", 0);
  g_autoptr (GPtrArray) parts = g_ptr_array_new ();
  const char *axes = NULL;
  CjdOnnxNode *made;

  if (items == NULL || items->len == 0)
    return FALSE;
  if (cjl_onnx_get_int (node, "new_axis", 0) != 0)
    {
      CjAttr *attr = cj_attr_new ("value_ints", CJ_ATTR_INTS);

      attr->n = 1;
      attr->ints = g_memdup2 (&axis, sizeof axis);
      made = add (s, node, "Constant", NULL, NULL, NULL, new_name (s, node, "axes"));
      g_ptr_array_add (made->op->attrs, attr);
      axes = cjl_onnx_output (made, 0);
    }
  for (guint i = 0; i < items->len; i++)
    g_ptr_array_add (parts, axes != NULL
                                ? (gpointer) put (s, node, "Unsqueeze", items->pdata[i], axes, NULL)
                                : items->pdata[i]);
  made = add (s, node, "Concat", NULL, NULL, NULL, cjl_onnx_output (node, 0));
  g_ptr_array_extend (made->inputs, parts, NULL, NULL);
  set_int (made, "axis", axis);
  return TRUE;
}

static gboolean
spell_length (Spelling *s, const CjdOnnxNode *node)
{
  const GPtrArray *items = g_hash_table_lookup (s->lists, cjl_onnx_input (node, 0));

  if (items == NULL)
    return FALSE;
  set_int (add (s, node, "Constant", NULL, NULL, NULL, cjl_onnx_output (node, 0)), "value_int",
           items->len);
  return TRUE;
}

/* --- optional values --- */

/* Whether a value may be absent: what says so, or what runs graphs, may make it. */
static void
note_doubt (Spelling *s, const CjdOnnxNode *node)
{
  static const char *const ops[] = { "If", "Loop", "Optional", "Scan" };
  gboolean doubt = g_str_equal (node->op->op, "Identity")
                   && g_hash_table_contains (s->doubtful, cjl_onnx_input (node, 0));

  for (guint i = 0; i < G_N_ELEMENTS (ops); i++)
    doubt = doubt || g_str_equal (node->op->op, ops[i]);
  for (guint k = 0; doubt && k < node->outputs->len; k++)
    g_hash_table_add (s->doubtful, node->outputs->pdata[k]);
}

/* Functions of a model ask whether an input was given: where they are called it is known. */
static gboolean
spell_has_element (Spelling *s, const CjdOnnxNode *node)
{
  const gboolean there = *cjl_onnx_input (node, 0) != '\0';
  CjdOnnxNode *made;
  CjAttr *attr;

  if (there && g_hash_table_contains (s->doubtful, cjl_onnx_input (node, 0)))
    return FALSE;
  attr = cj_attr_new ("value", CJ_ATTR_VALUE);
  attr->value = cj_array_new (CJ_ARRAY_BOOL, &(CjDims){ 0 }, NULL);
  cj_array_set_int (attr->value, 0, there);
  made = add (s, node, "Constant", NULL, NULL, NULL, cjl_onnx_output (node, 0));
  g_ptr_array_add (made->op->attrs, attr);
  return TRUE;
}

static gboolean
spell_get_element (Spelling *s, const CjdOnnxNode *node)
{
  if (g_hash_table_contains (s->doubtful, cjl_onnx_input (node, 0)))
    return FALSE;
  add (s, node, "Identity", cjl_onnx_input (node, 0), NULL, NULL, cjl_onnx_output (node, 0));
  return TRUE;
}

/* --- all of them --- */

static const struct
{
  const char *op;
  gboolean theirs;   /* onnxruntime's */
  guint least, most; /* inputs */
  gboolean (*spell) (Spelling *s, const CjdOnnxNode *node);
} spellings[] = {
  { "BiasGelu", TRUE, 2, 2, spell_gelu },
  { "DequantizeLinear", TRUE, 2, 3, spell_same },
  { "FastGelu", TRUE, 1, 2, spell_gelu },
  { "FusedConv", TRUE, 2, 4, spell_product },
  { "FusedGemm", TRUE, 2, 3, spell_product },
  { "FusedMatMul", TRUE, 2, 2, spell_matmul },
  { "Gelu", TRUE, 1, 1, spell_gelu },
  { "QGemm", TRUE, 6, 9, spell_whole_gemm },
  { "QLinearAdd", TRUE, 7, 8, spell_whole_pair },
  { "QLinearAveragePool", TRUE, 4, 5, spell_whole_one },
  { "QLinearConcat", TRUE, 5, G_MAXUINT, spell_whole_concat },
  { "QLinearConv", TRUE, 8, 9, spell_same },
  { "QLinearGlobalAveragePool", TRUE, 4, 5, spell_whole_one },
  { "QLinearLeakyRelu", TRUE, 4, 5, spell_whole_one },
  { "QLinearMul", TRUE, 7, 8, spell_whole_pair },
  { "QLinearSigmoid", TRUE, 4, 5, spell_whole_one },
  { "QLinearSoftmax", TRUE, 4, 5, spell_whole_one },
  { "QuantizeLinear", TRUE, 2, 3, spell_same },
  { "QuickGelu", TRUE, 1, 1, spell_quick_gelu },
  { "SkipLayerNormalization", TRUE, 3, 5, spell_skip_norm },
  { "ConcatFromSequence", FALSE, 1, 1, spell_concat },
  { "OptionalGetElement", FALSE, 1, 1, spell_get_element },
  { "OptionalHasElement", FALSE, 0, 1, spell_has_element },
  { "SequenceAt", FALSE, 2, 2, spell_at },
  { "SequenceLength", FALSE, 1, 1, spell_length },
};

static gboolean
spell_one (Spelling *s, const CjdOnnxNode *node)
{
  const gboolean theirs = g_str_equal (node->domain, "com.microsoft");

  for (guint i = 0; i < G_N_ELEMENTS (spellings); i++)
    if (spellings[i].theirs == theirs && g_str_equal (spellings[i].op, node->op->op))
      return node->inputs->len >= spellings[i].least && node->inputs->len <= spellings[i].most
             && *cjl_onnx_output (node, 0) != '\0' && spellings[i].spell (s, node);
  return FALSE;
}

static void
unref_list (gpointer list)
{
  g_ptr_array_unref (list);
}

static void
note_constant (Spelling *s, const CjdOnnxNode *node)
{
  const CjAttr *attr
      = g_str_equal (node->op->op, "Constant") ? cj_extra_node_find (node->op, "value") : NULL;

  if (attr != NULL && attr->kind == CJ_ATTR_VALUE)
    g_hash_table_insert (s->constants, (gpointer) cjl_onnx_output (node, 0), attr->value);
}

void
cjl_onnx_spell (CjlOnnxFlat *flat)
{
  g_autoptr (GHashTable) lists = g_hash_table_new_full (g_str_hash, g_str_equal, NULL, unref_list);
  g_autoptr (GHashTable) splits = g_hash_table_new (g_str_hash, g_str_equal);
  g_autoptr (GHashTable) constants = g_hash_table_new (g_str_hash, g_str_equal);
  g_autoptr (GHashTable) doubtful = g_hash_table_new (g_str_hash, g_str_equal);
  Spelling s = { flat, g_ptr_array_new (), lists, splits, constants, doubtful };

  for (guint i = 0; i < flat->graph.inputs->len; i++)
    {
      const CjdOnnxInfo *info = flat->graph.inputs->pdata[i];

      if (!info->is_tensor)
        g_hash_table_add (doubtful, info->name);
    }
  for (guint i = 0; i < flat->graph.tensors->len; i++)
    {
      const CjdOnnxTensor *tensor = flat->graph.tensors->pdata[i];

      if (tensor->value != NULL)
        g_hash_table_insert (constants, tensor->name, tensor->value);
    }
  /* in the order of the file: a sequence that is made behind where it is read is not followed */
  for (guint i = 0; i < flat->graph.nodes->len; i++)
    {
      CjdOnnxNode *node = flat->graph.nodes->pdata[i];

      note_constant (&s, node);
      if (*node->domain == '\0')
        {
          follow_list (&s, node);
          note_doubt (&s, node);
        }
      if (!spell_one (&s, node))
        g_ptr_array_add (s.to, node);
    }
  g_ptr_array_unref (flat->graph.nodes);
  flat->graph.nodes = s.to;
}
